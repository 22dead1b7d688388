"""Read Markdown and MDX: what a reader sees of a post, its links, and what its markup hides.

The Markdown itself is parsed by pulldown-cmark (`pyromark`), which tells where each event stands in the source. What
pulldown-cmark doesn't know is overwritten before, in the same length: template tags, and MDX's modules, tags and
expressions. HTML inside the Markdown goes through the walker of the HTML reader, so that a `<details>` around ten
paragraphs counts for all of them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct

from disclosure_check.readers.entities import decode_value
from disclosure_check.readers.flow import BlockKind, OpenLink, Page
from disclosure_check.readers.html import Mask, Walker, feed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pyromark import Options
    from pyromark.event import Range

    from disclosure_check.model import Markup

_Parsed = TypeVar("_Parsed")
_LEAVES: dict[str, BlockKind] = {"Paragraph": "paragraph", "Heading": "heading", "TableCell": "cell"}
_CODE_SIGNS = ("`", "~~~", "    ", "\t")
_CONTINUATION_BYTE = re.compile(rb"[\x80-\xbf]")
_TARGET_SPACE = re.compile(r"[\s>]*")
_POINTY_TARGET = re.compile(r"(?:[^>\\\n]|\\.)*")
_BARE_TARGET = re.compile(r"\S*")
_QUOTE_MARKS = re.compile(r"(?<=\n)[ \t>]+")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LONE_RETURN = re.compile(r"\r(?!\n)")


def _placed(stretches: Iterable[tuple[_Parsed, Range]], text: str, base: int) -> Iterator[tuple[_Parsed, int, int]]:
    """Yield what was parsed of `text`, which stands at `base` of the source, with its place there: the parser counts bytes, we count code points."""
    # Where the bytes stand that begin no character.
    inner = [] if text.isascii() else [found.start() for found in _CONTINUATION_BYTE.finditer(text.encode())]
    for parsed, stretch in stretches:
        start, end = stretch["start"], stretch["end"]
        if inner:
            start -= bisect_left(inner, start)
            end -= bisect_left(inner, end)
        yield parsed, base + start, base + end


class _Link(Struct):
    """A link or image whose content is still being read."""

    type: str
    id: str
    start: int
    is_image: bool
    link: OpenLink | None  # None within an image's description, where nothing can be clicked


class _Reader:
    """Carry pulldown-cmark's events over to the walker."""

    def __init__(self, text: str, base: int, walker: Walker, options: Options, *, is_mdx: bool) -> None:
        self.text = text  # as it was parsed: from `base` on, masks overwritten
        self.base = base
        self.page = walker.page
        self.walker = walker
        self.is_mdx = is_mdx
        self.options = options
        self.containers: list[BlockKind] = []  # the open items and footnotes
        self.lists = 0  # how many are open
        self.is_fresh = False  # an item or footnote has just begun: its first paragraph needs no gap
        self.depth = 1  # of the walker's elements when the open paragraph began
        self.code: str | None = None  # the kind of the open code block
        self.html: list[tuple[int, int]] | None = None  # the lines of the open HTML block
        self.links: list[_Link] = []
        self.definitions: dict[str, tuple[int, int]] | None = None  # by label, where a reference's definition stands
        self.last = 0  # where the last event ended

    def read(self, events: Iterable[tuple[str | Mapping[str, Any], Range]]) -> None:
        for event, start, end in _placed(events, self.text, self.base):
            if isinstance(event, str):
                self._break(event, start, end)
            elif (text := event.get("Text")) is not None:
                self._text(text, start, end)
            elif (tag := event.get("Start")) is not None:
                name, data = (tag, None) if isinstance(tag, str) else next(iter(tag.items()))
                self._start(name, data, start, end)
                continue
            elif (tag := event.get("End")) is not None:
                self._end(tag if isinstance(tag, str) else next(iter(tag)), start, end)
            elif "Html" in event:
                if self.html is not None:
                    self.html.append((start, end))
            elif "InlineHtml" in event:
                self._inline_html(start, end)
            elif "Code" in event:
                self.walker.pass_masks(start)
                self.walker.code(start, end)
            self.last = end

    def _break(self, event: str, start: int, end: int) -> None:
        if event == "SoftBreak":
            self.walker.gap(" ", start, end)
        elif event == "HardBreak":
            self.walker.line_break(start, end)
        else:
            self._start_block("paragraph")

    def _text(self, value: str, start: int, end: int) -> None:
        if self.code is not None:
            if self.code == "Indented" and self.is_mdx:
                # MDX has no indented code: this is the indented content of a component.
                self.walker.text(start, end - value.endswith("\n"))
                self.walker.gap(" ", end - value.endswith("\n"), end)
        elif len(value) == end - start:
            self.walker.text(start, end)
        elif start < end:
            self.walker.pass_masks(start)
            self.walker.mark(value, start, end)

    def _inline_html(self, start: int, end: int) -> None:
        self.page.touch(start, end)
        if any(link.is_image for link in self.links):
            return
        chunk = self.text[start - self.base : end - self.base]
        if "\n" in chunk and self.walker.quote_depth:
            chunk = _QUOTE_MARKS.sub(lambda marks: " " * len(marks[0]), chunk)
        feed(self.walker, chunk, start)

    # Blocks

    def _start_block(self, kind: BlockKind) -> None:
        kind = self.containers[-1] if self.containers and kind not in ("heading", "cell") else kind
        is_close = self.is_fresh or kind == "cell"
        self.walker.start_block(kind, "\n" if is_close else "\n\n")
        self.is_fresh = False

    def _start_leaf(self, kind: BlockKind, start: int) -> None:
        self.walker.pass_masks(start)
        self.walker.close_paragraph(start)
        self._start_block(kind)
        self.depth = len(self.walker.frames)

    def _end_leaf(self, end: int) -> None:
        if not self.is_mdx:
            # An inline element that the author forgot to close ends with its paragraph.
            self.walker.pop(self.depth, end)

    def _start(self, name: str, data: Mapping[str, Any] | str | None, start: int, end: int) -> None:
        if name in _LEAVES:
            self._start_leaf(_LEAVES[name], start)
        elif name in ("Item", "FootnoteDefinition"):
            self.containers.append("item" if name == "Item" else "footnote")
            self.is_fresh = name == "Item"
            self._start_leaf("item", start)
            self.is_fresh = True
        elif name == "List":
            if not self.lists:
                self._start_leaf("paragraph", start)
            self.lists += 1
        elif name == "BlockQuote":
            self._start_leaf("paragraph", start)
            self.walker.quote_depth += 1
        elif name == "CodeBlock":
            self._start_leaf("paragraph", start)
            self.code = data if isinstance(data, str) else "Fenced"
        elif name == "HtmlBlock":
            self.html = []
        elif name in ("Link", "Image") and isinstance(data, dict):
            self._start_link(name, data, start, end)
        elif name in ("Emphasis", "Strong", "Strikethrough"):
            self.page.touch(start, end)

    def _end(self, name: str, start: int, end: int) -> None:
        if name in _LEAVES:
            self._end_leaf(end)
        elif name in ("Item", "FootnoteDefinition"):
            self._end_leaf(end)
            self.containers.pop()
            self.is_fresh = False
        elif name == "List":
            self.lists -= 1
            if not self.lists:
                self._start_block("paragraph")
        elif name == "BlockQuote":
            self.walker.quote_depth -= 1
            self._start_block("paragraph")
        elif name == "Table":
            self._start_block("paragraph")
        elif name == "CodeBlock":
            self.code = None
        elif name == "HtmlBlock":
            self._html_block()
        elif name in ("Link", "Image"):
            self._end_link(start, end)

    def _html_block(self) -> None:
        lines, self.html = self.html or [], None
        if not lines:
            return
        start = lines[0][0]
        self.walker.pass_masks(start)
        self._start_block("html")
        parts = []
        position = start
        for line_start, line_end in lines:
            parts.append(" " * (line_start - position))  # the marks of a block quote, an item's indentation
            parts.append(self.text[line_start - self.base : line_end - self.base])
            position = line_end
        frame = self.walker.frames[-1]
        outer, frame.kind = frame.kind, self.containers[-1] if self.containers else "html"
        feed(self.walker, "".join(parts), start)
        frame.kind = outer
        self._start_block("paragraph")

    # Links

    def _start_link(self, name: str, data: Mapping[str, Any], start: int, end: int) -> None:
        self.page.touch(start, end)
        self.walker.pass_masks(start)
        link = _Link(str(data["link_type"]), data["id"], start, name == "Image", None)
        if link.is_image:
            self.walker.push_aside("alt", start)
        elif not any(outer.is_image for outer in self.links):
            link.link = OpenLink(data["dest_url"], start, end, (), start + 1)
            self.page.open_link(link.link)
        self.links.append(link)
        self.last = start + 2 if link.is_image else start + 1

    def _end_link(self, start: int, end: int) -> None:
        link = self.links.pop()
        source = self.page.source
        text_end = source.find("]", self.last, end)
        text_end = end if text_end < 0 else text_end
        destination = title = None
        if link.type in ("Autolink", "Email"):
            destination = (start + 1, end - 1)
        elif link.type == "Inline":
            destination, title = _read_target(self.text, self.base, text_end + 2, end - 1)
        else:
            definition = self._definition(link.id)
            if definition:
                destination, title = definition
        if link.is_image:
            self.walker.pop_aside()
        if link.link:
            if destination:
                link.link.start, link.link.end = destination
                if link.type != "Email":
                    link.link.url = decode_value(source, *destination, escapes=link.type != "Autolink")
            self.page.close_link(text_end)
        if title:
            self.walker.keep_value("title", *title, escapes=True)

    def _definition(self, label: str) -> tuple[tuple[int, int], tuple[int, int] | None] | None:
        if self.definitions is None:
            self.definitions = _read_definitions(self.text, self.base, self.options)
        span = self.definitions.get(_label(label))
        if not span:
            return None
        # The label may hold escaped brackets, but no bare ones.
        colon = re.compile(r"(?:[^\]\\]|\\.)*\]:", re.DOTALL).match(self.text, span[0] - self.base)
        return _read_target(self.text, self.base, self.base + colon.end(), span[1]) if colon else None


def _label(label: str) -> str:
    return " ".join(label.split()).casefold()


def _read_definitions(text: str, base: int, options: Options) -> dict[str, tuple[int, int]]:
    from pyromark import reference_definitions

    definitions = reference_definitions(text, options=options).items()
    found: dict[str, tuple[int, int]] = {}
    for label, start, end in _placed(((label, definition["span"]) for label, definition in definitions), text, base):
        found.setdefault(_label(label), (start, end))
    return found


def _read_target(text: str, base: int, start: int, end: int) -> tuple[tuple[int, int], tuple[int, int] | None]:
    """Return where the destination and the title stand in `text[start:end]`, what is behind a link's "(" or "]:"."""
    position, end = start - base, end - base
    match = _TARGET_SPACE.match(text, position, end)
    position = match.end() if match else position
    if text.startswith("<", position):
        position += 1
        match = _POINTY_TARGET.match(text, position, end)
    else:
        match = _BARE_TARGET.match(text, position, end)
    destination_end = match.end() if match else position
    match = _TARGET_SPACE.match(text, destination_end, end)
    title_start = match.end() if match else destination_end
    title_end = len(text[title_start:end].rstrip()) + title_start
    title = (base + title_start + 1, base + title_end - 1) if title_end - title_start > 2 else None
    return (base + position, base + destination_end), title


def parse_markdown(text: str, start: int = 0, *, is_mdx: bool = False) -> Markup:
    """Return what a reader sees of a Markdown or MDX post whose prose begins at `start`, behind its front matter.

    `is_mdx` says that it is MDX; otherwise its own text tells. Pieces, links and blocks are in the order of the source; a footnote stands where it is defined.
    """
    from pyromark import events_with_range

    options = _options()
    if text.startswith("\ufeff", start):
        start += 1
    parsed = _parsable(text)
    page = Page(text)
    masks, is_mdx = _find_masks(parsed, start, page, is_mdx=is_mdx)
    walker = Walker(page, masks=masks)
    body = _blank(parsed, start, masks)
    _Reader(body, start, walker, options, is_mdx=is_mdx).read(events_with_range(body, options=options))
    walker.pass_masks(len(text))
    walker.pop(1, len(text))
    return page.markup()


def _parsable(text: str) -> str:
    """Return the text, in the same length, as the parser needs it."""
    # Rust's strings hold no lone surrogates; JSON can. A return alone ends a line, but not for pulldown-cmark's fences.
    if not text.isascii():
        text = _LONE_SURROGATE.sub("\ufffd", text)
    return _LONE_RETURN.sub("\n", text) if "\r" in text else text


def _blank(text: str, start: int, masks: list[Mask]) -> str:
    if not masks:
        return text[start:]
    from disclosure_check.readers.templates import blank_masks

    return blank_masks(text, start, masks)


def _find_masks(text: str, start: int, page: Page, *, is_mdx: bool) -> tuple[list[Mask], bool]:
    """Return what must be overwritten before Markdown is parsed, and whether the text is MDX."""
    from disclosure_check.readers.mdx import find_mdx, looks_like_mdx
    from disclosure_check.readers.templates import find_template_tags

    @cache
    def code() -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        return _find_code(text, start)

    is_mdx = is_mdx or looks_like_mdx(text, start, lambda: code()[0])
    masks, page.includes = find_template_tags(text, start, lambda: code()[is_mdx], is_mdx=is_mdx)
    if not is_mdx:
        return masks, False
    return sorted(_apart([*masks, *find_mdx(text, start, code()[1])]), key=lambda mask: mask.start), True


def _apart(masks: list[Mask]) -> list[Mask]:
    """Return the masks without those that overlap an earlier one."""
    kept: list[Mask] = []
    for mask in sorted(masks, key=lambda mask: (mask.start, -mask.end)):
        if not kept or mask.start >= kept[-1].end:
            kept.append(mask)
    return kept


@cache
def _options() -> Options:
    from pyromark import Options

    return (
        Options.ENABLE_TABLES
        | Options.ENABLE_FOOTNOTES
        | Options.ENABLE_STRIKETHROUGH
        | Options.ENABLE_TASKLISTS
        | Options.ENABLE_GFM
        | Options.ENABLE_HEADING_ATTRIBUTES
    )


def find_code(text: str, start: int) -> list[tuple[int, int]]:
    """Return where code stands in a Markdown text whose body begins at `start`: in spans, fenced and indented blocks."""
    return _find_code(_parsable(text), start)[0]


def _find_code(text: str, start: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return where code stands: all of it, and without the indented code blocks."""
    from pyromark import events_with_range

    every: list[tuple[int, int]] = []
    fenced: list[tuple[int, int]] = []
    if not any(sign in text for sign in _CODE_SIGNS):
        return every, fenced
    body = text[start:]
    for event, at, to in _placed(events_with_range(body, options=_options()), body, start):
        if isinstance(event, str):
            continue
        tag: object = event.get("Start")
        block = tag.get("CodeBlock") if isinstance(tag, dict) else None
        if block or "Code" in event:
            every.append((at, to))
            if block != "Indented":
                fenced.append((at, to))
    return every, fenced
