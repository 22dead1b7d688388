"""Read a JSON export of Ghost, of any version: its posts and pages, drafts included, decoded one at a time.

Comes in: the stream. Goes out: posts whose text is the HTML that Ghost saved, or where it saved none what its editor's
document says (see `koenig`). The tags stand behind the posts in the file, so its bytes are kept; where each record begins
and ends is found without decoding them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct, field

from disclosure_check.errors import InputError
from disclosure_check.model import Post
from disclosure_check.readers.records import LONE_SURROGATE, MAX_POST_BYTES, ReadFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disclosure_check.model import Format
    from disclosure_check.readers.facts import Facts

MAX_EXPORT_BYTES = 512 * 2**20
_HOW = "name an export made in Ghost's settings, or leave the file out"
_NEEDED = 'no Ghost export, which is {{"db": [{{"data": {{"posts": [...]}}}}]}} ({what}); ' + _HOW
_EXPORT_HEAD = re.compile(
    rb"""\s*+\{\s*+(?:"db"\s*+:\s*+\[\s*+\{\s*+"(?:meta|data)"|"meta"\s*+:\s*+\{\s*+"exported_on"|"(?:meta|data)"\s*+:\s*+\{.*?"(?:posts|posts_tags|posts_authors)"\s*+:\s*+\[)""",
    re.DOTALL,
)
_TABLES = frozenset({"posts", "tags", "posts_tags", "settings"})
_SPACE = re.compile(rb"[\s,]*+")
_COLON = re.compile(rb"\s*+:\s*+")
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[^\s,:\[\]{}\"]++")
# A string that never ends is one token, so that many escaped quotes in it stay linear.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\(?:.|\Z))*+(?:"|\Z)|[\[\]{}]', re.DOTALL)


def is_ghost(head: bytes) -> bool:
    """Return whether the first 4 KB of a file are those of a Ghost export."""
    return _EXPORT_HEAD.match(head.removeprefix(b"\xef\xbb\xbf")) is not None


def read_ghost(stream: BinaryIO, path: str, *, defaults: Facts) -> Iterator[Post | ReadFailure]:
    """Yield the posts and pages of an export, and a failure for each that can't be read, or for what is missing at the end."""
    data = stream.read(MAX_EXPORT_BYTES + 1)
    if len(data) > MAX_EXPORT_BYTES:
        yield ReadFailure(path, None, f"{path}: more than {MAX_EXPORT_BYTES // 2**20} MB; export fewer posts at a time")
        return
    tables: dict[str, int] = {}
    faults: list[_ExportError] = []
    try:
        _find_tables(data, tables)
        site = _read_site(data, tables)
    except _ExportError as error:
        faults.append(error)
        site = _Site()
    if "posts" in tables:
        try:
            yield from _read_posts(data, tables["posts"], path, site, defaults)
        except _ExportError as error:
            faults.append(error)
    for position, problem in {fault.position: fault.problem for fault in reversed(faults)}.items():
        line = data.count(b"\n", 0, position) + 1
        yield ReadFailure(path, line, f"{path}:{line}: {problem}")


def _read_posts(data: bytes, start: int, path: str, site: _Site, defaults: Facts) -> Iterator[Post | ReadFailure]:
    line, position = data.count(b"\n", 0, start) + 1, start
    for post_start, post_end in _items(data, start):
        line += data.count(b"\n", position, post_start)
        position = post_start
        try:
            yield _read_post(data[post_start:post_end], path, line, site, defaults)
        except InputError as error:
            yield ReadFailure(path, line, str(error))


class _ExportError(Exception):
    """Something is wrong with the file at a byte."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(problem)
        self.position, self.problem = position, problem


def _require_text(data: bytes) -> None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        raise _ExportError(0, "the text is UTF-16; save the file as UTF-8")
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise _ExportError(0, "there is no text in it, so nothing was checked; " + _HOW)


# Where values stand in the file


def _find_tables(data: bytes, tables: dict[str, int]) -> None:
    """Put into `tables` where each table begins; those before a fault are there when it is raised."""
    _require_text(data)
    tables.update((name, start) for name, start in _members(data, _find_data(data)) if name in _TABLES)
    if "posts" not in tables:
        raise _ExportError(0, _NEEDED.format(what='there are no "posts"'))


def _find_data(data: bytes) -> int:
    """Return where the object begins whose members are the tables."""
    position = _begin(data, 3 if data.startswith(b"\xef\xbb\xbf") else 0)
    if data[position : position + 1] != b"{":
        raise _ExportError(position, _NEEDED.format(what="it is no object"))
    for name, start in _members(data, position):
        if name == "data" and data[start : start + 1] == b"{":
            return start
        if name == "db" and data[start : start + 1] == b"[":
            first = _begin(data, start + 1)
            inner = _members(data, first) if data[first : first + 1] == b"{" else iter(())
            for inner_name, inner_start in inner:
                if inner_name == "data" and data[inner_start : inner_start + 1] == b"{":
                    return inner_start
    raise _ExportError(position, _NEEDED.format(what='there is no "db" or "data"'))


def _begin(data: bytes, position: int) -> int:
    """Return where the next value or closing bracket begins."""
    found = _SPACE.match(data, position)
    return found.end() if found else position


def _members(data: bytes, start: int) -> Iterator[tuple[str, int]]:
    """Yield the names of an object's members, each with the place of its value; the value is passed on the next step."""
    position = _begin(data, start + 1)
    while data[position : position + 1] != b"}":
        name = _STRING.match(data, position)
        colon = _COLON.match(data, name.end()) if name else None
        if name is None:
            raise _unexpected(data, len(data) if data[position : position + 1] == b'"' else position, "a name")
        if colon is None:
            raise _unexpected(data, name.end(), "a colon")
        try:
            key = json.loads(name[0])
        except ValueError as error:
            raise _unexpected(data, position, "a name") from error
        yield key, colon.end()
        position = _begin(data, _end(data, colon.end()))


def _items(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield where the items of an array begin and end."""
    if data[start : start + 1] != b"[":
        raise _unexpected(data, start, "a list of records")
    position = _begin(data, start + 1)
    while data[position : position + 1] != b"]":
        end = _end(data, position)
        yield position, end
        position = _begin(data, end)


def _end(data: bytes, start: int) -> int:
    """Return where the value that begins at `start` ends."""
    if data[start : start + 1] in (b"{", b"["):
        depth = 0
        for token in _TOKEN.finditer(data, start):
            if token[0] in (b"{", b"["):
                depth += 1
            elif token[0] in (b"}", b"]"):
                depth -= 1
                if not depth:
                    return token.end()
        raise _unexpected(data, len(data), "a bracket")
    match = _STRING.match(data, start) or _SCALAR.match(data, start)
    if match is None:
        raise _unexpected(data, len(data) if data[start : start + 1] == b'"' else start, "a value")
    return match.end()


def _unexpected(data: bytes, position: int, expected: str) -> _ExportError:
    if not data[position:].strip():
        return _ExportError(len(data), "the file ends in the middle, and what is missing wasn't checked; export it again")
    return _ExportError(position, f"not valid JSON ({expected} is expected), and what follows wasn't checked; export it again")


# What the records say


class _Site(Struct, frozen=True):
    """What other tables say about the posts."""

    tags: dict[str, list[str]] = field(default_factory=dict)  # names by the post's id, in its order
    lang: str | None = None


def _records(data: bytes, tables: dict[str, int], name: str) -> Iterator[dict[str, object]]:
    if name not in tables:
        return
    for start, end in _items(data, tables[name]):
        try:
            record = _loads(data[start:end])
        except (ValueError, RecursionError) as error:
            raise _ExportError(
                start, f"a record of \"{name}\" can't be read ({error}), so the posts' tags are unknown; export it again"
            ) from error
        if isinstance(record, dict):
            yield record


def _loads(data: bytes) -> object:
    """Return what a JSON text holds; raises ValueError (also for what isn't UTF-8) or RecursionError."""
    found: object = json.loads(data.decode())
    return found


def _read_site(data: bytes, tables: dict[str, int]) -> _Site:
    names = {str(tag.get("id")): _string(tag, "name") for tag in _records(data, tables, "tags")}
    chosen: dict[str, list[tuple[float, str]]] = {}
    for row in _records(data, tables, "posts_tags"):
        order, name = row.get("sort_order"), names.get(str(row.get("tag_id")))
        if name:
            place = float(order) if isinstance(order, int | float) and abs(order) < 10**9 else 0.0
            chosen.setdefault(str(row.get("post_id")), []).append((place, name))
    settings = {_string(row, "key"): _string(row, "value") for row in _records(data, tables, "settings")}
    tags = {post: [name for _, name in sorted(found, key=lambda item: item[0])] for post, found in chosen.items()}
    lang = next((settings[key] for key in ("locale", "lang", "defaultLang") if settings.get(key)), None)
    return _Site(tags, lang)


def _string(record: dict[str, object], key: str) -> str:
    value = record.get(key)
    return LONE_SURROGATE().sub("\ufffd", value) if isinstance(value, str) else ""


def _read_post(data: bytes, path: str, line: int, site: _Site, defaults: Facts) -> Post:
    place = f"{path}:{line}"
    try:
        record = _loads(data)
    except UnicodeDecodeError as error:
        raise InputError(f"{place}: the post isn't UTF-8 (byte 0x{data[error.start]:02x}); save the file as UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{place}: the post isn't valid JSON ({error}); export it again") from error
    if not isinstance(record, dict):
        raise InputError(f"{place}: a post is {type(record).__name__}, where an object is needed; export it again")
    text, format_ = _content(record, place)
    if len(text) > MAX_POST_BYTES:
        raise InputError(f"{place}: {len(text) / 2**20:.1f} MB of text; a post may have {MAX_POST_BYTES // 2**20} MB")
    id_ = str(record.get("id") or "")
    is_page = record.get("type") == "page" or bool(record.get("page"))
    return Post(
        id=_string(record, "slug") or _string(record, "canonical_url") or id_ or f"{path}#{line}",
        text=LONE_SURROGATE().sub("\ufffd", text),
        path=path,
        format=format_,
        platform=defaults.platform,
        title=_string(record, "title") or defaults.title,
        lang=_string(record, "locale") or site.lang or defaults.lang,
        medium=defaults.medium,
        connections=defaults.connections,
        brands=defaults.brands,
        platform_label=bool(defaults.platform_label),
        date=_date(record.get("published_at")) or defaults.date,
        record_line=line,
        keys={
            "tags": site.tags.get(id_) or _own_tags(record),
            "status": _string(record, "status"),
            "type": "page" if is_page else "post",
            "visibility": _string(record, "visibility"),
            "layout": _string(record, "custom_template"),
            "canonical_url": _string(record, "canonical_url"),
        },
    )


def _own_tags(record: dict[str, object]) -> list[str]:
    """Return the names of the tags that stand in the record itself."""
    tags = record.get("tags")
    return [name for tag in (tags if isinstance(tags, list) else []) if isinstance(tag, dict) and (name := _string(tag, "name"))]


def _date(value: object) -> str | None:
    """Return a date as ISO 8601; Ghost 0 wrote milliseconds since 1970."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None

    from datetime import UTC, datetime

    try:
        return datetime.fromtimestamp(value / 1000, tz=UTC).isoformat()
    except (OverflowError, ValueError, OSError):
        return None


def _content(record: dict[str, object], place: str) -> tuple[str, Format]:
    html, markdown = _string(record, "html"), _string(record, "markdown")
    if html.strip():
        return html, "html"
    for kind in ("lexical", "mobiledoc"):
        source = _string(record, kind)
        if source.strip():
            try:
                return _rendered(kind, source)
            except (ValueError, RecursionError) as error:
                raise InputError(
                    f"{place}: the post's {kind} can't be read ({error}); save the post in Ghost and export it again"
                ) from error
    return (markdown, "markdown") if markdown.strip() else (_string(record, "plaintext"), "text")


def _rendered(kind: str, source: str) -> tuple[str, Format]:
    from disclosure_check.readers.koenig import lexical_to_html, markdown_of, mobiledoc_to_html

    if kind == "lexical":
        return lexical_to_html(source), "html"
    markdown = markdown_of(source)
    return (mobiledoc_to_html(source), "html") if markdown is None else (markdown, "markdown")
