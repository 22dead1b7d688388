"""Read CSV and TSV tables: a post a row, one row in memory at a time.

The cells come from the standard library's `csv`. What stands around it here: which delimiter and columns the header names,
on which line a row begins, and how reading goes on behind a row that is broken.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from disclosure_check.errors import InputError
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.records import FACTS, MAX_POST_BYTES, ReadFailure, record_post

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from disclosure_check.model import Post

_MAX_ROW = 2 * MAX_POST_BYTES  # characters of a row, with its quotes and its other cells
_DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a pipe"}
# The first line of a table that Excel wrote for a country with decimal commas.
_SEPARATOR_LINE = re.compile(r"sep=([,;\t|])\s*", re.IGNORECASE)
# What tools and people call the column that holds the post; the likelier name first.
_TEXT_NAMES = (
    "text",
    "caption",
    "post text",
    "post_text",
    "body",
    "content",
    "post",
    "message",
    "copy",
    "description",
    "transcript",
    "tweet",
)
_LABELS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_UNDECODED = re.compile("[\udc80-\udcff]")  # a byte that isn't UTF-8, as "surrogateescape" keeps it


class _RowTooLongError(Exception):
    """The row that is being read doesn't end within `_MAX_ROW` characters."""


class _Source:
    """The lines of a table, and those of the row that is being read, so that all but its first can be read again."""

    def __init__(self, stream: io.TextIOWrapper) -> None:
        self._stream = stream
        self._waiting: deque[str] = deque()
        self.number = 0  # of the last line that was handed out
        self.row: list[str] = []
        self._size = 0

    def __iter__(self) -> _Source:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._stream.readline(_MAX_ROW)
        if not line:
            raise StopIteration
        self.number += 1
        self.row.append(line)
        self._size += len(line)
        if len(line) >= _MAX_ROW and not line.endswith(("\n", "\r")):
            while (rest := self._stream.readline(2**20)) and not rest.endswith(("\n", "\r")):
                pass
        if self._size >= _MAX_ROW:
            raise _RowTooLongError
        return line

    def begin_row(self) -> None:
        self.row.clear()
        self._size = 0

    def go_back(self, kept: int) -> None:
        """Let the lines of the row be read again, but for the first `kept` ones."""
        again = self.row[kept:]
        self._waiting.extendleft(reversed(again))
        self.number -= len(again)


class _Header(Struct, frozen=True):
    """What the header of a table says."""

    names: tuple[str, ...]
    delimiter: str
    text: int  # the column of the posts' text
    facts: Mapping[str, int]  # the columns of the facts that the table has


def is_table_of_posts(head: bytes, columns: Mapping[str, str] | None = None) -> bool:
    """Return whether the first line of a table names a column that may hold posts."""
    wanted = {_folded((columns or {}).get("text", "text")), *_TEXT_NAMES}
    lines = [
        line for line in head.decode("utf-8-sig", errors="replace").splitlines() if line.strip() and not _SEPARATOR_LINE.fullmatch(line)
    ]
    return bool(lines) and any(_folded(name.strip("\"' ")) in wanted for name in re.split(r"[,;\t|]", lines[0]))


def text_column(text: str, path: str, columns: Mapping[str, str]) -> tuple[str, int]:
    """Return the delimiter of a table and the number, from 0, of the column that holds the posts' text.

    Raises InputError if its header can't be read, or lacks the column.
    """
    lines = io.TextIOWrapper(io.BytesIO(text.encode(errors="surrogateescape")), encoding="utf-8-sig", errors="surrogateescape", newline="")
    header = _read_header(_Source(lines), path, columns)
    if header is None:
        raise InputError(f"{path}:1: the table is empty; put a post in it")
    return header.delimiter, header.text


def read_table(
    stream: BinaryIO, path: str, *, columns: Mapping[str, str] | None = None, defaults: Facts | None = None
) -> Iterator[Post | ReadFailure]:
    """Yield the posts of a CSV or TSV stream, and a failure for each row that holds none; blank rows are passed over.

    `columns` maps our field names to the table's own (`{"text": "caption"}`). The first line that isn't blank is the header;
    without a column for the text, or without one that `columns` names, the table is one failure.
    """
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        source = _Source(lines)
        try:
            header = _read_header(source, path, columns or {})
        except InputError as error:
            yield ReadFailure(path, source.number - len(source.row) + 1, str(error))
            return
        if header is not None:
            yield from _read_rows(source, path, header, defaults or Facts())
    finally:
        lines.detach()


def _read_rows(source: _Source, path: str, header: _Header, defaults: Facts) -> Iterator[Post | ReadFailure]:
    reader = csv.reader(source, delimiter=header.delimiter, strict=True)
    while True:
        source.begin_row()
        number = source.number + 1
        try:
            row = _next_row(reader, source, f"{path}:{number}")
            if row is None:
                return
            if any(cell.strip() for cell in row):
                yield _row_post(row, source, path, number, header, defaults)
        except _BrokenRowError as error:
            source.go_back(1)
            reader = csv.reader(source, delimiter=header.delimiter, strict=True)
            yield ReadFailure(path, number, str(error))
        except InputError as error:
            yield ReadFailure(path, number, str(error))


class _BrokenRowError(InputError):
    """Where this row ends can't be told."""


def _next_row(reader: Iterator[list[str]], source: _Source, place: str) -> list[str] | None:
    """Return the next row's cells, or None behind the last. Raises _BrokenRowError if its quotes don't close."""
    limit = csv.field_size_limit(_MAX_ROW)  # it holds for the whole process, so it is set back
    try:
        return next(reader, None)
    except _RowTooLongError as error:
        message = f"the row is longer than {_MAX_ROW // 2**20} MB; close its quotes, or split the text into its posts"
        raise _BrokenRowError(f"{place}: {message}") from error
    except csv.Error as error:
        noticed = "" if len(source.row) < 2 else f" (noticed in line {source.number})"
        message = f'a quoted cell of this row doesn\'t end as it should{noticed}; close each quote, and write "" for a quote inside a cell'
        raise _BrokenRowError(f"{place}: {message}") from error
    finally:
        csv.field_size_limit(limit)


def _read_header(source: _Source, path: str, columns: Mapping[str, str]) -> _Header | None:
    """Return what the header says, or None if the table is empty.

    Raises InputError if it can't be read, or lacks a column that is needed.
    """
    delimiter = None
    for line in _first_lines(source, path):
        _require_utf_8([line], source.number, path)
        separator = _SEPARATOR_LINE.fullmatch(line)
        if separator:
            delimiter = separator[1]
        elif line.strip():
            source.go_back(0)
            delimiter = delimiter or _delimiter_of(line, columns.get("text", "text"), is_tsv=path.lower().endswith(".tsv"))
            place = f"{path}:{source.number + 1}"
            source.begin_row()
            names = _next_row(csv.reader(source, delimiter=delimiter, strict=True), source, place) or []
            return _header_of(tuple(" ".join(name.split()) for name in names), delimiter, columns, place)
    return None


def _first_lines(source: _Source, path: str) -> Iterator[str]:
    """Yield lines, each as a row of its own."""
    source.begin_row()
    try:
        for line in source:
            yield line
            source.begin_row()
    except _RowTooLongError as error:
        raise InputError(
            f"{path}:{source.number}: the line is longer than {_MAX_ROW // 2**20} MB; a table begins with its columns' names"
        ) from error


def _delimiter_of(line: str, text_name: str, *, is_tsv: bool) -> str:
    """Return the delimiter that finds the text's column in the header, else the one that finds most columns."""

    def rank(delimiter: str) -> tuple[bool, int]:
        names = next(csv.reader([line], delimiter=delimiter), [])
        return _folded(text_name) in map(_folded, names), len(names)

    limit = csv.field_size_limit(_MAX_ROW)
    try:
        return max("\t,;|" if is_tsv else ",;\t|", key=rank)
    finally:
        csv.field_size_limit(limit)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()


def _header_of(names: tuple[str, ...], delimiter: str, columns: Mapping[str, str], place: str) -> _Header:
    found: dict[str, int] = {}
    for field in ("text", *FACTS):
        wanted = columns.get(field, field)
        places = [index for index, name in enumerate(names) if _folded(name) == _folded(wanted)]
        if len(places) > 1:
            raise InputError(f'{place}: {len(places)} columns are named "{wanted}"; rename all but the one that holds the {field}')
        if places:
            found[field] = places[0]
        elif field == "text":
            raise InputError(f'{place}: no "{wanted}" column (there are: {_listed(names)}); {_hint(names)}')
        elif field in columns:
            raise InputError(f'{place}: no "{wanted}" column (there are: {_listed(names)}); correct --column {field}=NAME, or leave it out')
    return _Header(names, delimiter, found.pop("text"), found)


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(_short(name) for name in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown


def _short(name: str) -> str:
    return name if len(name) <= 40 else name[:39] + "…"


def _hint(names: tuple[str, ...]) -> str:
    """Return which option names the column of the posts' text, with the likeliest one."""
    from shlex import quote

    by_folded = {_folded(name): name for name in names}
    likely = next((by_folded[name] for name in _TEXT_NAMES if name in by_folded), "NAME")
    return f"say which one holds the posts: --column {quote(f'text={likely}')}"


def _row_post(row: list[str], source: _Source, path: str, number: int, header: _Header, defaults: Facts) -> Post:
    place = f"{path}:{number}"
    _require_utf_8(source.row, number, path)
    if len(row) != len(header.names):
        through = f", up to line {source.number}," if len(source.row) > 1 else ""
        raise InputError(
            f"{place}: {_count(len(row), 'cell')} in this row{through} and {_count(len(header.names), 'column')} in the header; "
            f"quote cells that hold {_DELIMITERS[header.delimiter]} or a line break, and leave no cell out"
        )
    text = row[header.text]
    if not text.strip():
        raise InputError(f'{place}: the "{_short(header.names[header.text])}" cell is empty; write the post into it, or leave the row out')
    declared = {fact: _value(fact, row[index]) for fact, index in header.facts.items()}
    return record_post(text, declared, path, number, defaults, source.number if len(source.row) > 1 else None)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _value(fact: str, cell: str) -> object:
    """Return what a cell declares, or None if it is empty; a label that is neither yes nor no stays as it is."""
    cell = cell.strip()
    if fact == "platform_label":
        return _LABELS.get(cell.casefold(), cell or None)
    return cell or None


def _require_utf_8(lines: list[str], number: int, path: str) -> None:
    """Raise InputError, with the line, for a byte that isn't UTF-8 and for NUL; the first line has this number."""
    for line_number, line in enumerate(lines, number):
        place = f"{path}:{line_number}"
        if line.isascii() and "\0" not in line:
            continue
        if line.startswith(("\udcff\udcfe", "\udcfe\udcff")) or line[:400].count("\0") * 3 > len(line[:400]):
            raise InputError(f"{place}: the text is UTF-16; save the file as UTF-8")
        if "\0" in line:
            raise InputError(f"{place}: not a text (NUL byte); only text files can be checked")
        undecoded = _UNDECODED.search(line)
        if undecoded:
            raise InputError(f"{place}: not UTF-8 (byte 0x{ord(undecoded[0]) - 0xDC00:02x}); save the file as UTF-8")
