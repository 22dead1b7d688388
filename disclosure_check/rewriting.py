"""Find the text of a post in the file that it was read from, and turn edits of the one into edits of the other.

Comes in: the text of a file, a post and its edits. Goes out: edits of the file that change only characters of this post's
text. Where a text is written in other ways than it reads (a string of JSON, a quoted cell), what is put in is written as
the rest of it is.
"""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_check.model import Edit
from disclosure_check.positions import index_lines
from disclosure_check.repairs import apply_edits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from disclosure_check.model import Post

BOM = "\ufeff"
_JSON_CHARACTER = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL)
_CELL_CHARACTER = re.compile(r'""|.', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")


def find_rewriter(text: str, path: str, columns: Mapping[str, str]) -> Callable[[Post, Sequence[Edit]], list[Edit] | None] | None:
    """Return what turns edits of a post into edits of its file, or None for a file whose posts can't be rewritten.

    It gives None itself for a post whose text doesn't stand in the file as it was read.
    """
    extension = Path(path).suffix.lower()
    if extension in (".jsonl", ".ndjson"):
        return partial(_in_record, text, [0, *(end.end() for end in re.finditer("\n", text))], columns)
    if extension in (".csv", ".tsv"):
        from disclosure_check.readers.tables import text_column

        delimiter, column = text_column(text, path, columns)
        return partial(_in_row, text, index_lines(text.removeprefix(BOM)).starts, delimiter, column)
    if extension in (".eml", ".xml", ".json"):
        return None
    return partial(_in_file, text)


def _in_file(text: str, post: Post, edits: Sequence[Edit]) -> list[Edit] | None:
    shift = len(BOM) if text.startswith(BOM) and not post.text.startswith(BOM) else 0
    return [Edit(edit.start + shift, edit.end + shift, edit.text) for edit in edits] if text[shift:] == post.text else None


def _in_record(text: str, starts: Sequence[int], columns: Mapping[str, str], post: Post, edits: Sequence[Edit]) -> list[Edit] | None:
    if post.record_line is None or post.record_line > len(starts) or post.parts:
        return None
    start = starts[post.record_line - 1]
    end = starts[post.record_line] if post.record_line < len(starts) else len(text)
    start += text.startswith(BOM, start, end)
    strings = dict(_strings(text[start:end]))
    for field in _fields(post):
        literal = strings.get(columns.get(field, field))
        if literal is not None and json.loads(text[start + literal[0] - 1 : start + literal[1] + 1]) == post.text:
            first, last = start + literal[0], start + literal[1]
            raw = text[first:last]
            write = partial(_json_literal, is_ascii=raw.isascii())
            return _translated(raw, first, _JSON_CHARACTER, edits, write)
    return None


def _fields(post: Post) -> tuple[str, ...]:
    """Return the fields of a record that a post may be the text of, the likeliest first."""
    fields = ("text", "transcript", "description")
    part = post.id.rpartition("#")[2]
    return (part, *fields) if part in fields else fields


def _strings(line: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the fields of an object of JSON whose value is a string, with the place of its characters between the quotes."""
    decode = json.JSONDecoder().raw_decode
    at = _after_space(line, 0)
    try:
        while line[at : at + 1] in ("{", ","):
            key, at = decode(line, _after_space(line, at + 1))
            at = _after_space(line, _after_space(line, at) + 1)  # behind the colon
            value, end = decode(line, at)
            if isinstance(value, str):
                yield key, (at + 1, end - 1)
            at = _after_space(line, end)
    except (ValueError, RecursionError):
        return


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _json_literal(text: str, *, is_ascii: bool) -> str:
    return json.dumps(text, ensure_ascii=is_ascii)[1:-1]


def _in_row(text: str, starts: Sequence[int], delimiter: str, column: int, post: Post, edits: Sequence[Edit]) -> list[Edit] | None:
    if post.record_line is None or post.record_line > len(starts):
        return None
    at = starts[post.record_line - 1] + text.startswith(BOM)
    for _ in range(column):
        at = _end_of_cell(text, at, delimiter) + len(delimiter)
    end = _end_of_cell(text, at, delimiter)
    raw = text[at:end]
    if raw.startswith('"'):
        inner = raw[1:-1]
        return _translated(inner, at + 1, _CELL_CHARACTER, edits, _doubled) if inner.replace('""', '"') == post.text else None
    if raw != post.text:
        return None
    if any(character in edit.text for edit in edits for character in (delimiter, '"', "\n", "\r")):
        return [Edit(at, end, f'"{_doubled(apply_edits(raw, edits))}"')]
    return [Edit(edit.start + at, edit.end + at, edit.text) for edit in edits]


def _doubled(text: str) -> str:
    return text.replace('"', '""')


def _end_of_cell(text: str, at: int, delimiter: str) -> int:
    if text.startswith('"', at):
        match = re.compile(r'"(?:[^"]|"")*"').match(text, at)
        return match.end() if match else len(text)
    match = re.compile(rf"[^\r\n{re.escape(delimiter)}]*").match(text, at)
    return match.end() if match else at


def _translated(raw: str, first: int, character: re.Pattern[str], edits: Sequence[Edit], write: Callable[[str], str]) -> list[Edit]:
    """Return edits of a text as edits of the file in which it is written as `raw` from `first` on, a match of `character` for each."""
    wanted = sorted({place for edit in edits for place in (edit.start, edit.end)})
    places: dict[int, int] = {}
    at = 0
    for index, match in enumerate(character.finditer(raw)):
        while at < len(wanted) and wanted[at] == index:
            places[wanted[at]] = first + match.start()
            at += 1
        if at == len(wanted):
            break
    return [Edit(places.get(edit.start, first + len(raw)), places.get(edit.end, first + len(raw)), write(edit.text)) for edit in edits]
