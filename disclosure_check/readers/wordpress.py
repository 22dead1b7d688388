"""Read a WordPress export (WXR): its posts and pages, drafts included, one in memory at a time.

Comes in: the XML stream. Goes out: posts whose text is the content as the database holds it; what a reader sees of it is
left to `shortcodes`. Expat never loads anything, and a document type, where entities are declared, is refused.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat

from msgspec import Struct, field

from disclosure_check.errors import InputError
from disclosure_check.model import Post
from disclosure_check.readers.records import MAX_POST_BYTES, ReadFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disclosure_check.readers.facts import Facts

NAMESPACE = "wordpress.org/export/"
_EXPORT_HEAD = re.compile(rb"<rss\b.{0,3000}wordpress\.org/export/", re.DOTALL)
_HOW = "name an export made with Tools > Export, or leave the file out"
_CHUNK = 2**20
_MAX_TOKEN = 16 * 2**20  # bytes; no tag or comment of an export comes near
_MAX_DEPTH = 100  # an export has five levels
_MAX_FACT = 1_000  # characters of a title, a term or a custom field; longer fields are a plugin's data
_MAX_FACTS = 1_000_000  # characters of a post's terms and custom fields together
_TYPES = frozenset({"post", "page"})
_GONE = frozenset({"trash", "auto-draft", "inherit"})
_FIELDS = frozenset(
    {"title", "link", "dc:creator", "content:encoded", "wp:post_id", "wp:post_date", "wp:post_name", "wp:status", "wp:post_type"}
)
_OWN_KEYS = {"post_tag": "tags", "category": "categories"}
# XML forbids these characters, WordPress doesn't; none of them shows. In UTF-8 and one-byte encodings they are bytes of their own.
_CONTROL = bytes.maketrans(bytes({*range(1, 32)} - {9, 10, 13}), b" " * 28)

# A plugin that prints a blank line puts it before the declaration, where XML allows nothing.
_LATE_DECLARATION = re.compile(rb"(\s+)(<\?xml\b[^?>]{0,200}\?>)")


def is_wordpress(head: bytes) -> bool:
    """Return whether the first 4 KB of a file are those of a WordPress export."""
    return _EXPORT_HEAD.search(head.replace(b"\0", b"")) is not None


def read_wordpress(stream: BinaryIO, path: str, *, defaults: Facts) -> Iterator[Post | ReadFailure]:
    """Yield the posts and pages of an export, and a failure where it can't be read on; what stands before it is yielded.

    Attachments, revisions, menus, other post types and what is in the trash are passed over.
    """
    export = _Export(path, defaults)
    try:
        while chunk := stream.read(_CHUNK):
            export.feed(chunk)
            yield from export.take()
        export.close()
    except InputError as error:
        yield from export.take()
        line = re.match(r"\d+", str(error).removeprefix(f"{path}:"))
        yield ReadFailure(path, int(line[0]) if line else None, str(error))


class _Item(Struct):
    """An `<item>` that is being read."""

    line: int  # where its content begins, or itself
    fields: dict[str, str] = field(default_factory=dict)
    terms: dict[str, list[str]] = field(default_factory=dict)  # by key: tags, categories, the site's own taxonomies
    meta: dict[str, str] = field(default_factory=dict)  # custom fields
    size: int = 0  # characters of the terms and custom fields


class _Export:
    """An export that is being parsed."""

    def __init__(self, path: str, defaults: Facts) -> None:
        self._path, self._defaults = path, defaults
        self._ready: list[Post | ReadFailure] = []
        self._depth = 0
        self._has_begun = False  # an element was there
        self._item: _Item | None = None
        self._text: list[str] | None = None  # of the element that is being read, if anybody needs it
        self._term = ""  # the taxonomy of the category that is being read
        self._meta_key = ""
        self._room = 0  # characters of that text that are still kept
        self._language: str | None = None
        self._fed = 0
        self._last = self._before = b""  # chunks, to name a byte that is wrong
        self._is_wide = False
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartCdataSectionHandler = self._start_cdata
        self._parser.StartDoctypeDeclHandler = self._refuse_document_type

    def take(self) -> list[Post | ReadFailure]:
        """Return what was read since the last time."""
        ready, self._ready = self._ready, []
        return ready

    def feed(self, chunk: bytes) -> None:
        if not self._fed:
            self._is_wide = chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in chunk[:4]
            if late := _LATE_DECLARATION.match(chunk):
                chunk = late[2] + late[1] + chunk[late.end() :]  # all that follows keeps its line
        if not self._is_wide:
            chunk = chunk.translate(_CONTROL)
        self._before, self._last = self._last, chunk
        self._fed += len(chunk)
        self._parse(chunk, is_last=False)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > _MAX_TOKEN:
            raise self._error(f"a tag or a comment is longer than {_MAX_TOKEN // 2**20} MB; {_HOW}")

    def close(self) -> None:
        if not self._fed or (self._fed == len(self._last) and not self._last.strip()):
            raise self._error("there is no text in it, so nothing was checked; " + _HOW, 1)
        self._parse(b"", is_last=True)

    def _parse(self, chunk: bytes, *, is_last: bool) -> None:
        try:
            self._parser.Parse(chunk, is_last)
        except expat.ExpatError as error:
            raise self._error(self._explain(error, is_last=is_last), error.lineno) from error
        except (ValueError, LookupError) as error:
            raise self._error(f"its encoding can't be read ({error}); save the file as UTF-8", 1) from error

    def _explain(self, error: expat.ExpatError, *, is_last: bool) -> str:
        what = expat.ErrorString(error.code)
        if not self._has_begun:
            return f"no WordPress export, and no XML ({what}); {_HOW}"
        if is_last:
            return f"the file ends in the middle ({what}), and what is missing wasn't checked; export it again"
        index = self._parser.ErrorByteIndex - (self._fed - len(self._last) - len(self._before))
        known = self._before + self._last
        if error.code == 4 and 0 <= index < len(known) and known[index] > 127:  # an invalid token
            return f"not UTF-8 (byte 0x{known[index]:02x}), and what follows wasn't checked; save the file as UTF-8"
        return f"not well-formed XML ({what} at column {error.offset + 1}), and what follows wasn't checked; export it again"

    def _error(self, problem: str, line: int | None = None) -> InputError:
        return InputError(f"{self._path}:{line or self._parser.CurrentLineNumber}: {problem}")

    def _refuse_document_type(self, *_: object) -> None:
        raise self._error("it declares a document type, which no export does; remove the <!DOCTYPE> if you trust the file")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._has_begun = True
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise self._error(f"more than {_MAX_DEPTH} elements are inside one another; {_HOW}")
        if self._depth == 1 and not (name == "rss" and any(NAMESPACE in value for value in attributes.values())):
            shown = name if len(name) <= 40 else name[:39] + "…"
            raise self._error(f'no WordPress export: it begins with <{shown}>, not with <rss xmlns:wp="http://{NAMESPACE}1.2/">; {_HOW}')
        if self._depth == 3:
            self._item = _Item(self._parser.CurrentLineNumber) if name == "item" else None
            self._text, self._room = ([] if name == "language" else None), _MAX_FACT + 1
        elif self._item is not None and self._depth == 4:
            self._text = [] if name in _FIELDS or name == "category" else None
            self._term = attributes.get("domain", "category") if name == "category" else ""
            self._meta_key = ""
            self._room = MAX_POST_BYTES + 1 if name == "content:encoded" else _MAX_FACT + 1
            if name == "content:encoded":
                self._item.line = self._parser.CurrentLineNumber
        elif self._item is not None and self._depth == 5:
            if self._text is not None:
                raise self._error(f"<{name[:40]}> stands inside a text, where an export has <![CDATA[...]]>; export it again")
            self._text, self._room = ([] if name in ("wp:meta_key", "wp:meta_value") else None), _MAX_FACT + 1

    def _start_cdata(self) -> None:
        if self._item is not None and self._depth == 4 and self._text == [] and "content:encoded" not in self._item.fields:
            self._item.line = self._parser.CurrentLineNumber

    def _characters(self, text: str) -> None:
        if self._text is None or self._depth not in (3, 4, 5):
            return
        text = text[: self._room]
        self._room -= len(text)
        self._text.append(text)

    def _end(self, name: str) -> None:
        depth, self._depth = self._depth, self._depth - 1
        text = None if self._text is None else "".join(self._text)
        if depth > 5:
            return
        self._text = None
        item = self._item
        if depth == 3:
            if item is not None:
                self._finish(item)
            elif name == "language" and text:
                self._language = text.strip()[:35] or None
            self._item = None
        elif item is not None and text is not None:
            self._keep(item, name, text)

    def _keep(self, item: _Item, name: str, text: str) -> None:
        if name == "category" or name.startswith("wp:meta_"):
            item.size += len(text)
            if item.size > _MAX_FACTS:
                return
        if name == "category":
            item.terms.setdefault(_OWN_KEYS.get(self._term, self._term), []).append(unescape(text.strip()))
        elif name == "wp:meta_key":
            self._meta_key = text.strip()
        elif name == "wp:meta_value":
            if self._meta_key and len(text) <= _MAX_FACT:
                item.meta[self._meta_key] = text.strip()
        else:
            item.fields[name] = text if name == "content:encoded" else text.strip()

    def _finish(self, item: _Item) -> None:
        fields = item.fields
        status = fields.get("wp:status", "publish")
        if fields.get("wp:post_type", "post") not in _TYPES or status in _GONE:
            return
        if len(fields.get("content:encoded", "")) > MAX_POST_BYTES:
            problem = f"the post has more than {MAX_POST_BYTES // 2**20} MB of text; split it"
            self._ready.append(ReadFailure(self._path, item.line, f"{self._path}:{item.line}: {problem}"))
            return
        self._ready.append(_post(item, self._path, self._language, self._defaults))


def _post(item: _Item, path: str, language: str | None, defaults: Facts) -> Post:
    fields = item.fields
    keys: dict[str, object] = {
        **item.terms,
        "tags": item.terms.get("tags", []),
        "categories": item.terms.get("categories", []),
        "status": fields.get("wp:status", "publish"),
        "type": fields.get("wp:post_type", "post"),
        "slug": fields.get("wp:post_name", ""),
        "author": fields.get("dc:creator", ""),
        "layout": item.meta.get("_wp_page_template", ""),
        "meta": item.meta,
    }
    date = fields.get("wp:post_date", "")
    return Post(
        id=fields.get("link") or fields.get("wp:post_id") or f"{path}#{item.line}",
        text=fields.get("content:encoded", ""),
        path=path,
        format="html",
        dialect="wordpress",
        platform=defaults.platform,
        title=unescape(fields.get("title", "")) or defaults.title,
        lang=language or defaults.lang,
        medium=defaults.medium,
        connections=defaults.connections,
        brands=defaults.brands,
        platform_label=bool(defaults.platform_label),
        date=date if date and not date.startswith("0000") else defaults.date,
        record_line=item.line,
        record_end=item.line + fields.get("content:encoded", "").count("\n"),
        keys=keys,
    )
