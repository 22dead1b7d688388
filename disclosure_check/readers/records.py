"""Read JSON Lines: a post a line, one line in memory at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.errors import InputError
from disclosure_check.lazily import lazily
from disclosure_check.model import Beside
from disclosure_check.readers.facts import Facts, make_post, read_facts
from disclosure_check.spoken import SPOKEN_MEDIA, is_spoken, is_timed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from disclosure_check.model import Post

# No caption, article or transcript comes near; a longer text is a dump that should be split into its posts.
MAX_POST_BYTES = 10 * 1024 * 1024
_MAX_LINE_BYTES = 6 * MAX_POST_BYTES + 1024 * 1024  # JSON may write a character as \uXXXX

FACTS = (
    "id", "title", "platform", "lang", "medium", "connection", "connections", "brand", "brands", "platform_label", "date", "format",
    "overlay", "alt", "audience",
)  # fmt: skip
_FIELDS = (*FACTS, "text", "parts", "transcript", "description")
PART_BREAK = "\n---\n"  # stands in the text between the parts of a record
_NEEDED = 'one object with a "text" field per line is needed'
LONE_SURROGATE = lazily("[\ud800-\udfff]")


class ReadFailure(Struct, frozen=True):
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
                yield from _read_record(line, path, number, columns or {}, defaults or Facts())
        except InputError as error:
            yield ReadFailure(path, number, str(error))


def _pass_rest_of_line(stream: BinaryIO) -> None:
    while rest := stream.readline(2**20):
        if rest.endswith(b"\n"):
            return


def _read_record(line: bytes, path: str, number: int, columns: Mapping[str, str], defaults: Facts) -> list[Post]:
    """Return the post of a record; two if it holds what is said in a recording and the description beside it."""
    place = f"{path}:{number}"
    whole = _read_object(line, place)
    record = {field: value for field in _FIELDS if (value := whole.get(columns.get(field, field))) is not None}
    text, parts = _text_of(record, columns, place, ", ".join(list(whole)[:8]) or "none")
    if "transcript" in record and "text" not in record and "parts" not in record:
        record = {"medium": "transcript"} | record
    if "format" not in record and str(record.get("medium")).strip().lower() in SPOKEN_MEDIA and is_timed(text):
        record |= {"format": "subtitles"}
    main = record_post(text, record, path, number, defaults)
    return _with_recording(replace(main, parts=parts), record, place)


def record_post(text: str, declared: Mapping[str, object], path: str, number: int, defaults: Facts, end: int | None = None) -> Post:
    """Return the post of a record that begins on line `number` of a file; what is None in `declared` isn't declared.

    `end` is the record's last line, if it has several.

    Raises InputError with path and line for a value that isn't allowed, a text that is too long, or broken front matter.
    """
    place = f"{path}:{number}"
    text = _clean(text, place)
    facts = read_facts({fact: value for fact, value in declared.items() if value is not None}, place)
    try:
        post = make_post(text, path, facts=facts, defaults=defaults, record_line=number, id_=f"{path}#{number}")
    except InputError as error:
        # The lines of a record's own front matter aren't lines of the file.
        what = re.sub(rf"^{re.escape(path)}:?\d*: ", "", str(error))
        raise InputError(f"{place}: {what}") from error
    return post if end is None else replace(post, record_end=end)


def _text_of(record: Mapping[str, object], columns: Mapping[str, str], place: str, fields: str) -> tuple[str, tuple[int, ...]]:
    """Return the text of a record and where its parts begin: `text`, else `parts`, else `transcript`; or a text with its parts."""
    for field in ("text", "transcript"):
        if field in record and not isinstance(record[field], str):
            raise InputError(f'{place}: "{columns.get(field, field)}" is not a string; each record needs its post\'s text')
    parts = record.get("parts", [])
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise InputError(f'{place}: "{columns.get("parts", "parts")}" is not a list of strings; write the text of each part into one')
    pieces = [str(record["text"])] if "text" in record else []
    pieces += parts or ([str(record["transcript"])] if "transcript" in record and not pieces else [])
    if not pieces:
        raise InputError(f'{place}: no "{columns.get("text", "text")}" field (there are: {fields}); each record needs its post\'s text')
    text = PART_BREAK.join(_clean(piece, place) for piece in pieces)
    starts = [0, *(len(PART_BREAK.join(pieces[:count]) + PART_BREAK) for count in range(1, len(pieces)))]
    return text, tuple(starts) if len(pieces) > 1 else ()


def _clean(text: str, place: str) -> str:
    if len(text) > MAX_POST_BYTES:
        raise InputError(f"{place}: {len(text) / 2**20:.1f} MB of text; a post may have {MAX_POST_BYTES // 2**20} MB")
    # A lone surrogate can't be written out again; U+FFFD keeps its place.
    return LONE_SURROGATE().sub("\ufffd", text)


def _with_recording(main: Post, record: Mapping[str, object], place: str) -> list[Post]:
    """Return `main` with what is said in the recording that it belongs to, or with the description of the recording that it is.

    The connection that is declared is the recording's. A description is judged by what it shows itself.
    """
    if "transcript" in record and "text" in record:
        spoken = replace(
            main,
            id=f"{main.id}#transcript",
            text=_clean(str(record["transcript"]), place),
            medium=main.medium if is_spoken(main) else "transcript",
            beside=(Beside("description", main.text), *(words for words in main.beside if words.channel != "description")),
            format="subtitles" if is_timed(str(record["transcript"])) else "text",
            body_start=0,
            parts=(),
        )
        return [_as_description(main), spoken]
    if is_spoken(main):
        description = record.get("description")
        if not isinstance(description, str) or not description.strip():
            return [main]
        beside = (Beside("description", description), *(words for words in main.beside if words.channel != "description"))
        return [
            replace(main, beside=beside),
            _as_description(replace(main, id=f"{main.id}#description", text=_clean(description, place), format="text", body_start=0)),
        ]
    return [main]


def _as_description(post: Post) -> Post:
    declared = ("none",) if post.connections == ("none",) else ()
    return replace(post, medium="description", connections=declared, platform_label=False, beside=())


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
