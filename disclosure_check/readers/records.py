"""Read JSON Lines: a post a line, one line in memory at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from disclosure_check.errors import InputError
from disclosure_check.readers.facts import Facts, make_post, read_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from disclosure_check.model import Post

# No caption, article or transcript comes near; a longer text is a dump that should be split into its posts.
MAX_POST_BYTES = 10 * 1024 * 1024
_MAX_LINE_BYTES = 6 * MAX_POST_BYTES + 1024 * 1024  # JSON may write a character as \uXXXX

FACTS = ("id", "title", "platform", "lang", "medium", "connection", "connections", "brand", "brands", "platform_label", "date", "format")
_NEEDED = 'one object with a "text" field per line is needed'
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ReadFailure:
    """Why a file or a record couldn't be read."""

    path: str
    line: int | None
    message: str  # a whole sentence that begins with the place


def read_records(
    stream: BinaryIO, path: str, *, columns: Mapping[str, str] | None = None, defaults: Facts | None = None
) -> Iterator[Post | ReadFailure]:
    """Yield the posts of a JSON Lines stream, and a failure for each line that holds none; blank lines are passed over.

    `columns` maps our field names to the stream's own (`{"text": "caption"}`).
    """
    number = 0
    while line := stream.readline(_MAX_LINE_BYTES):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if len(line) >= _MAX_LINE_BYTES and not line.endswith(b"\n"):
            _pass_rest_of_line(stream)
            message = f"{path}:{number}: the line is longer than {_MAX_LINE_BYTES // 2**20} MB; split it into its posts"
            yield ReadFailure(path, number, message)
            continue
        try:
            if line.strip():
                yield _read_record(line, path, number, columns or {}, defaults or Facts())
        except InputError as error:
            yield ReadFailure(path, number, str(error))


def _pass_rest_of_line(stream: BinaryIO) -> None:
    while rest := stream.readline(2**20):
        if rest.endswith(b"\n"):
            return


def _read_record(line: bytes, path: str, number: int, columns: Mapping[str, str], defaults: Facts) -> Post:
    place = f"{path}:{number}"
    record = _read_object(line, place)
    column = columns.get("text", "text")
    text = record.get(column)
    if text is None:
        fields = ", ".join(list(record)[:8]) or "none"
        raise InputError(f'{place}: no "{column}" field (there are: {fields}); each record needs its post\'s text')
    if not isinstance(text, str):
        raise InputError(f'{place}: "{column}" is not a string; each record needs its post\'s text')
    return record_post(text, {fact: record.get(columns.get(fact, fact)) for fact in FACTS}, path, number, defaults)


def record_post(text: str, declared: Mapping[str, object], path: str, number: int, defaults: Facts, end: int | None = None) -> Post:
    """Return the post of a record that begins on line `number` of a file; what is None in `declared` isn't declared.

    `end` is the record's last line, if it has several.

    Raises InputError with path and line for a value that isn't allowed, a text that is too long, or broken front matter.
    """
    place = f"{path}:{number}"
    if len(text) > MAX_POST_BYTES:
        raise InputError(f"{place}: {len(text) / 2**20:.1f} MB of text; a post may have {MAX_POST_BYTES // 2**20} MB")
    # A lone surrogate can't be written out again; U+FFFD keeps its place.
    text = LONE_SURROGATE.sub("\ufffd", text)
    facts = read_facts({fact: value for fact, value in declared.items() if value is not None}, place)
    try:
        post = make_post(text, path, facts=facts, defaults=defaults, record_line=number, id_=f"{path}#{number}")
    except InputError as error:
        # The lines of a record's own front matter aren't lines of the file.
        what = re.sub(rf"^{re.escape(path)}:?\d*: ", "", str(error))
        raise InputError(f"{place}: {what}") from error
    return post if end is None else replace(post, record_end=end)


def _read_object(line: bytes, place: str) -> dict[str, object]:
    import json

    try:
        record = json.loads(line.decode())
    except UnicodeDecodeError as error:
        byte = line[error.start]
        raise InputError(f"{place}: not UTF-8 (byte 0x{byte:02x} at byte {error.start + 1} of the line); save the file as UTF-8") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{place}: not a JSON object ({error.msg} at column {error.colno}); {_NEEDED}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: not a JSON object ({error}); {_NEEDED}") from error
    if not isinstance(record, dict):
        raise InputError(f"{place}: not a JSON object ({type(record).__name__} found); {_NEEDED}")
    return record
