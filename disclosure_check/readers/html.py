"""Read HTML: a whole page, or the tags and blocks of HTML inside Markdown.

In go tags and characters, out (through a Page) comes what a browser would show. The tokenizer is our own, because no
library tells where an attribute's value stands in the source; it is one pass without recursion and follows the HTML
standard where that decides what is visible (implied end tags, raw text, comments), not where it is about the tree.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from disclosure_check.lazily import lazily
from disclosure_check.model import CODE_MARK, Include, Markup
from disclosure_check.readers.entities import decode_text_entities, decode_value, value_parts
from disclosure_check.readers.flow import BlockKind, Channel, Flow, Gap, OpenLink, Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from disclosure_check.readers.styles import Look


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VOID = _words("area base br col embed hr img input link meta param source track wbr")
# Their content is no text of the page, or not one that a reader sees.
_SILENT = _words("script style template noscript title svg iframe canvas audio video object noembed noframes datalist rp")
_RAW = _words("script style title iframe noembed noframes xmp textarea")
_CODE = _words("code kbd samp tt")
_HEADINGS = _words("h1 h2 h3 h4 h5 h6")
_ITEMS = _words("li dd dt")
_CELLS = _words("td th")
_CLOSE_BLOCKS = _words("caption colgroup optgroup option tbody tfoot thead tr") | _ITEMS | _CELLS  # stand on a new line, no more
_BLOCKS = _HEADINGS | _CLOSE_BLOCKS
_BLOCKS |= _words("html head body address article aside blockquote center details dialog div dl fieldset figcaption figure")
_BLOCKS |= _words("footer form header hgroup legend main menu nav ol p pre search section summary table ul")
_PHRASING = _words("a abbr b bdi bdo big button cite data del dfn em font i ins label map mark meter output picture progress q")
_PHRASING |= _words("rt ruby s select slot small span strike strong sub sup textarea time u var")
HTML_NAMES = _BLOCKS | _PHRASING | _VOID | _SILENT | _CODE

# A start tag closes these open elements, unless one of the second set was opened in between.
_IMPLIED_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (_words("li"), _words("ul ol menu")),
    **dict.fromkeys(("dd", "dt"), (_words("dd dt"), _words("dl"))),
    **dict.fromkeys(("td", "th"), (_CELLS, _words("table"))),
    "tr": (_CELLS | {"tr"}, _words("table")),
    **dict.fromkeys(("tbody", "thead", "tfoot"), (_words("tbody thead tfoot tr td th caption"), _words("table"))),
    "option": (_words("option"), _words("select")),
    "a": (_words("a"), frozenset()),
    "body": (_words("head"), frozenset()),
}
# The elements and attributes that may change how a text looks.
_STYLING = _words("small details dialog font")
_STYLED = _words("style hidden class id bgcolor")
_LINK_ATTRIBUTES = ("href", "to", "url", "link")
_URL_SHAPE = lazily(r"[a-z][a-z0-9+.-]*:|/|\.{1,2}/|#|www\.", re.IGNORECASE)
_CODE_CLASS = lazily(r"code|highlight|brush|lang|prettyprint|syntax", re.IGNORECASE)

_NAME = lazily(r"/?([A-Za-z][^\s/>]*)")
_ATTRIBUTE = lazily(r"""[\s/]*([^\s/>][^\s/>=]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?""")
_TAG_END = lazily(r"[\s/]*>")
# A single word in capitals is what readers type at a checkout, and no example of code.
_COUPON = lazily(r"(?:`+ ?|<[^>]*>\s*)((?=[\w-]*[A-Z])[A-Z0-9][A-Z0-9_-]{3,19})(?: ?`+|\s*</[^>]*>)")
_COMMENT_END = lazily(r"--!?>")
_QUOTE_MARKS = lazily(r"[ \t>]+")
_COLLAPSING = lazily(r"[ \t\n\r\f]+")


def _kind_of(name: str) -> BlockKind | None:
    """Return the kind of block that an element makes of its text, or None if it leaves that to its surroundings."""
    return "heading" if name in _HEADINGS else "item" if name in _ITEMS else "cell" if name in _CELLS else None


def _gap_of(name: str) -> Gap:
    return "\n" if name in _CLOSE_BLOCKS else "\n\n"


class Attribute(Struct, frozen=True):
    """An attribute of a tag, with the place of its value."""

    name: str  # as written
    value: str  # decoded
    start: int  # the value in the source, without its quotes
    end: int


class Tag(Struct, frozen=True):
    """A start or end tag of HTML or JSX."""

    name: str  # as written; "" for JSX's <> and </>
    start: int
    end: int
    attributes: tuple[Attribute, ...] = ()
    closing: bool = False
    self_closing: bool = False  # it ends in "/>" and that means something


class Mask(Struct, frozen=True):
    """A stretch of the source that is no prose; `tag` is a JSX tag that stands there, `text` what is shown instead.

    A text that is a blank, a line break or two is a gap of that width.
    """

    start: int
    end: int
    tag: Tag | None = None
    text: str | None = None  # CODE_MARK, the string of a JSX expression, or nothing at all


class Frame:
    """An open element, with all that holds for its content."""

    __slots__ = ("block", "code", "concealment", "flow", "kind", "link", "look", "name", "preformatted", "quoted", "silent", "start")

    def __init__(
        self, name: str, look: Look | None, flow: Flow, concealment: tuple[Channel, str] | None, kind: BlockKind, start: int
    ) -> None:
        self.name = name  # in lower case, except a component's
        self.look = look  # None: as usual
        self.flow = flow  # where its text goes
        self.concealment = concealment
        self.kind = kind  # of the blocks in it
        self.start = start
        self.quoted = False
        self.silent = False  # its text isn't shown
        self.code = False
        self.preformatted = False
        self.link = False
        self.block = False


class Walker:
    """Walk through tags and characters in the order of the source, and keep what they mean for one another."""

    def __init__(self, page: Page, *, kind: BlockKind = "paragraph", masks: Sequence[Mask] = ()) -> None:
        self.page = page
        self.quote_depth = 0  # of Markdown's block quotes around the HTML
        self.chunk = ""  # the HTML that is being read, and where it stands in the source
        self.base = 0
        self.frames = [Frame("", None, page.flow, None, kind, 0)]
        self._masks = masks
        self._mask = 0  # the first mask not passed yet
        self._open: dict[str, list[int]] = {}  # by name, the open frames' indices
        self._blocks: list[int] = []  # indices of the open block elements

    # Characters

    def text(self, start: int, end: int) -> None:
        """Show the characters of the source between `start` and `end`, without what is masked."""
        if self._masks:
            self._unmasked(start, end, self._show)
        else:
            self._show(start, end)

    def html_text(self, start: int, end: int) -> None:
        """Show characters of an HTML page: white space collapses, entities are decoded."""
        self._unmasked(start, end, self._show_html)

    def mark(self, text: str, start: int, end: int) -> None:
        """Show `text` in place of the source between `start` and `end`."""
        frame = self.frames[-1]
        if not frame.silent:
            frame.flow.literal(text, start, end)
            self.page.see(start, end)

    def code(self, start: int, end: int) -> None:
        """Show the inline code between `start` and `end` as a mark, or as itself if it may be the code of an offer."""
        coupon = _COUPON().fullmatch(self.page.source, start, end)
        if coupon is None:
            self.mark(CODE_MARK, start, end)
        else:
            self._show(*coupon.span(1))

    def gap(self, kind: Gap, start: int, end: int) -> None:
        frame = self.frames[-1]
        if not frame.silent:
            frame.flow.gap(kind, start, end)

    def line_break(self, start: int, end: int) -> None:
        frame = self.frames[-1]
        if not frame.silent and frame.flow.line_break(start, end):
            self.page.start_block(frame.kind, quoted=self._quoted(frame))

    def start_block(self, kind: BlockKind, gap: Gap) -> None:
        """Let a new block begin here: a paragraph, an item."""
        frame = self.frames[-1]
        if frame.silent:
            return
        self.page.flow.gap(gap, 0, 0)
        if frame.flow is not self.page.flow:
            frame.flow.gap(gap, 0, 0)
        self.page.start_block(kind, quoted=self._quoted(frame))

    def pass_masks(self, position: int) -> None:
        """Let the tags before `position` take effect."""
        while self._mask < len(self._masks) and self._masks[self._mask].start < position:
            tag = self._masks[self._mask].tag
            self._mask += 1
            if tag:
                self.tag(tag)

    def _unmasked(self, start: int, end: int, show: Callable[[int, int], None]) -> None:
        self.pass_masks(start)
        if self._mask and self._masks[self._mask - 1].end > start:
            start = min(end, self._masks[self._mask - 1].end)
        while self._mask < len(self._masks) and self._masks[self._mask].start < end:
            mask = self._masks[self._mask]
            self._mask += 1
            show(start, mask.start)
            if mask.tag:
                self.tag(mask.tag)
            elif mask.text == " ":
                self.gap(" ", mask.start, mask.end)
            elif mask.text == "\n":
                self.gap("\n", mask.start, mask.end)
            elif mask.text == "\n\n":
                self.start_block(self.frames[-1].kind, "\n\n")
            elif mask.text:
                self.mark(mask.text, mask.start, mask.end)
            start = min(end, mask.end)
        show(start, end)

    def _show(self, start: int, end: int) -> None:
        frame = self.frames[-1]
        if start < end and not frame.silent:
            frame.flow.chars(start, end)
            self.page.see(start, end)

    def _show_html(self, start: int, end: int) -> None:
        frame = self.frames[-1]
        if start >= end or frame.silent:
            return
        position = start
        for space in _COLLAPSING().finditer(self.chunk, start - self.base, end - self.base):
            space_start, space_end = self.base + space.start(), self.base + space.end()
            if space[0] == " " and start < space_start and space_end < end:
                continue
            self._show_entities(position, space_start)
            lines = space[0].count("\n") if frame.preformatted else 0
            frame.flow.gap("\n\n" if lines > 1 else "\n" if lines else " ", space_start, space_end)
            position = space_end
        self._show_entities(position, end)

    def _show_entities(self, start: int, end: int) -> None:
        if self.page.source.find("&", start, end) < 0:
            self._show(start, end)
            return
        for text, part_start, part_end in decode_text_entities(self.page.source, start, end):
            if text is None:
                self._show(part_start, part_end)
            else:
                self.mark(text, part_start, part_end)

    # Elements

    def push(self, name: str, look: Look | None, start: int) -> Frame:
        """Open an element; its text goes where its looks let it be seen."""
        parent = self.frames[-1]
        concealment = parent.concealment
        if look is not parent.look:
            concealment = look.concealment() if look else None
        flow = parent.flow
        if concealment != parent.concealment:
            flow = self.page.aside(*concealment) if concealment else self.page.flow
        frame = Frame(name, look, flow, concealment, parent.kind, start)
        frame.quoted, frame.silent, frame.preformatted = parent.quoted, parent.silent, parent.preformatted
        self._open.setdefault(name, []).append(len(self.frames))
        self.frames.append(frame)
        return frame

    def push_aside(self, channel: Channel, start: int) -> None:
        """Let the text that follows be no part of the page: a description of an image."""
        frame = self.push("#aside", self.frames[-1].look, start)
        frame.flow = self.page.aside(channel, channel)

    def pop_aside(self) -> None:
        indices = self._open.get("#aside")
        if indices:
            self.pop(indices[-1], 0)

    def close_paragraph(self, position: int) -> None:
        """Close an open `<p>`: a block begins here."""
        if self._open.get("p"):
            self.pop(self._open["p"][-1], position)

    def pop(self, depth: int, position: int) -> None:
        """Close elements until `depth` of them are open; the root can't be closed."""
        while len(self.frames) > max(depth, 1):
            frame = self.frames.pop()
            indices = self._open.get(frame.name)
            if indices and indices[-1] == len(self.frames):
                indices.pop()
            if frame.block:
                self._blocks.pop()
            if frame.code and frame.start < position:
                self.code(frame.start, position)
            if frame.link:
                self.page.close_link(position)
            if frame.block:
                self.start_block(self.frames[-1].kind, _gap_of(frame.name))

    def tag(self, tag: Tag) -> None:
        lower = tag.name.lower()
        is_component = tag.name[:1].isupper() and not (tag.name.isupper() and lower in HTML_NAMES)
        name = tag.name if is_component else lower
        if tag.closing:
            self._close(name, tag)
        else:
            self._start(name, tag, is_component=is_component or "-" in name)

    def _close(self, name: str, tag: Tag) -> None:
        if name == "br":  # browsers break the line at </br>, too
            self.line_break(tag.start, tag.end)
            return
        indices = self._open.get(name)
        if not indices:
            return
        index = indices[-1]
        if not self.frames[index].block and self._blocks and self._blocks[-1] > index:
            # <small><p>…</small> closes the <small> for what follows the paragraph, as in a browser.
            frame, parent = self.frames[index], self.frames[index - 1]
            frame.look, frame.flow, frame.concealment, frame.silent = parent.look, parent.flow, parent.concealment, parent.silent
            indices.pop()
            return
        self.pop(index, tag.end if self.frames[index].code else tag.start)

    def _start(self, name: str, tag: Tag, *, is_component: bool) -> None:
        is_block = name in _BLOCKS and not is_component
        self._imply_ends(name, tag.start, ends_paragraph=is_block and name not in _CLOSE_BLOCKS)
        parent = self.frames[-1]
        if is_component and not parent.silent:
            self.page.includes.append(Include(tag.name, tag.start, tag.end))
        if name in _VOID and not is_component:
            self._void(name, tag)
            return
        if is_block:
            self.start_block(parent.kind, _gap_of(name))
        if tag.attributes and not parent.silent:
            self._keep_title(tag)
        link = self._link(name, tag, is_component=is_component)
        if tag.self_closing:
            if is_component:
                self.mark(CODE_MARK, tag.start, tag.end)
            if link:
                self.page.close_link(tag.end)
            return
        frame = self.push(name, self._look(name, tag, is_component=is_component), tag.start)
        frame.link = link
        frame.silent = parent.silent or name in _SILENT
        self._set_code(frame, parent, tag)
        if is_block:
            frame.block = True
            frame.kind = _kind_of(name) or frame.kind
            frame.quoted = frame.quoted or name == "blockquote"
            self._blocks.append(len(self.frames) - 1)
            if not frame.silent:
                self.page.start_block(frame.kind, quoted=self._quoted(frame))

    def _set_code(self, frame: Frame, parent: Frame, tag: Tag) -> None:
        if frame.name == "pre":
            frame.preformatted = True
        is_listing = frame.name == "pre" and any(
            attribute.name in ("class", "lang", "data-lang") and _CODE_CLASS().search(f"{attribute.name}={attribute.value}")
            for attribute in tag.attributes
        )
        if (frame.name in _CODE or is_listing) and not parent.silent:
            frame.code = frame.silent = True

    def _look(self, name: str, tag: Tag, *, is_component: bool) -> Look | None:
        parent = self.frames[-1]
        if name == "summary" and parent.name == "details" and len(self.frames) > 1:
            return self.frames[-2].look
        attributes = {attribute.name.lower(): attribute.value for attribute in tag.attributes}
        if is_component:
            attributes.setdefault("class", "")
        if not is_component and _STYLED.isdisjoint(attributes) and name not in _STYLING:
            return parent.look

        from disclosure_check.readers.styles import restyle

        return restyle(parent.look, name, attributes)

    def _imply_ends(self, name: str, position: int, *, ends_paragraph: bool) -> None:
        if ends_paragraph:
            self.close_paragraph(position)
        if name in _IMPLIED_ENDS:
            names, barriers = _IMPLIED_ENDS[name]
            border = max((self._open[barrier][-1] for barrier in barriers if self._open.get(barrier)), default=0)
            inside = [index for other in names for index in self._open.get(other, ())[-1:] if index > border]
            if inside:
                self.pop(min(inside), position)

    def _void(self, name: str, tag: Tag) -> None:
        if self.frames[-1].silent:
            return
        if name == "br":
            self.line_break(tag.start, tag.end)
        elif name == "hr":
            self.start_block(self.frames[-1].kind, "\n\n")
        elif name == "wbr":
            return
        elif name == "img":
            self.page.touch(tag.start, tag.end)
            self._keep_title(tag)
            for attribute in tag.attributes:
                if attribute.name.lower() == "alt":
                    self.keep_value("alt", attribute.start, attribute.end)
        elif name == "area" and self._link(name, tag, is_component=False):
            self.page.close_link(tag.end)

    def _link(self, name: str, tag: Tag, *, is_component: bool) -> bool:
        """Open the link that a tag makes, and return whether it makes one."""
        if not tag.attributes or (not is_component and name not in ("a", "area")):
            return False
        by_name = {attribute.name.lower(): attribute for attribute in reversed(tag.attributes)}
        for key in _LINK_ATTRIBUTES if is_component else _LINK_ATTRIBUTES[:1]:
            attribute = by_name.get(key)
            if attribute and attribute.value.strip() and (not is_component or _URL_SHAPE().match(attribute.value)):
                rel = tuple(by_name["rel"].value.lower().split()) if "rel" in by_name else ()
                url = " ".join(attribute.value.split())
                # A component without content shows itself: its whole tag is what the reader sees.
                text_start = tag.start if tag.self_closing or name == "area" else tag.end
                self.page.open_link(OpenLink(url, attribute.start, attribute.end, rel, text_start))
                return True
        return False

    def _keep_title(self, tag: Tag) -> None:
        for attribute in tag.attributes:
            if attribute.name.lower() == "title":
                self.keep_value("title", attribute.start, attribute.end)

    def keep_value(self, channel: Channel, start: int, end: int, *, escapes: bool = False) -> None:
        """Keep the text of an attribute (or of a Markdown title) as an aside."""
        flow = self.page.aside(channel, channel)
        is_line = False
        for text, part_start, part_end in value_parts(self.page.source, start, end, escapes=escapes):
            if text is None:
                # Behind a line end in a block quote stand its marks, which are no part of the value.
                marks = _QUOTE_MARKS().match(self.page.source, part_start, part_end) if is_line and self.quote_depth else None
                flow.chars(marks.end() if marks else part_start, part_end)
            else:
                flow.literal(text, part_start, part_end)
            is_line = text == " "

    def _quoted(self, frame: Frame) -> bool:
        return frame.quoted or self.quote_depth > 0


def feed(walker: Walker, chunk: str, base: int) -> None:
    """Walk through the HTML of `chunk`, which stands at `base` in the source.

    The chunk is as long as what it stands for, but what isn't HTML (template tags, the marks of a block quote) may be
    overwritten in it.
    """
    walker.chunk, walker.base = chunk, base
    position, end = 0, len(chunk)
    exact = True  # quoted values may hold a ">"; given up at the first tag that never ends, to stay linear
    while position < end:
        less = chunk.find("<", position)
        if less < 0:
            less = end
        if less > position:
            walker.html_text(base + position, base + less)
        if less == end:
            return
        special = _skip_special(chunk, less)
        if special is not None:
            walker.pass_masks(base + special)
            position = special
            continue
        tag, stop, exact = _read_tag(walker.page.source, chunk, less, base, exact=exact)
        if tag is None:
            walker.html_text(base + less, base + stop)
            position = stop
            continue
        walker.pass_masks(base + stop)
        walker.tag(tag)
        position = _pass_raw_text(walker, chunk, tag, stop, base) if tag.name.lower() in _RAW and not tag.closing else stop


def _skip_special(chunk: str, less: int) -> int | None:
    """Return where a comment or declaration at `less` ends, or None if there is none."""
    if chunk.startswith("<!--", less):
        if chunk.startswith((">", "->"), less + 4):
            return chunk.index(">", less) + 1
        end = _COMMENT_END().search(chunk, less + 4)
        return end.end() if end else len(chunk)
    follower = chunk[less + 1 : less + 3]
    if follower[:1] in ("!", "?") or (follower[:1] == "/" and len(follower) == 2 and not follower[1].isalpha()):
        stop = chunk.find(">", less)
        return None if stop < 0 else stop + 1
    return None


def _read_tag(source: str, chunk: str, less: int, base: int, *, exact: bool) -> tuple[Tag | None, int, bool]:
    """Return the tag at `less`, where it ends, and whether quotes can still be relied upon.

    Without a tag, the end is that of the characters which are text instead.
    """
    name = _NAME().match(chunk, less + 1)
    if not name:
        return None, less + 1, exact
    if not exact:
        stop = chunk.find(">", less)
        if stop < 0:
            return None, len(chunk), exact
        return Tag(name[1], base + less, base + stop + 1, closing=name[0][0] == "/"), stop + 1, exact
    attributes = []
    position = name.end()
    while True:
        tag_end = _TAG_END().match(chunk, position)
        if tag_end:
            break
        match = _ATTRIBUTE().match(chunk, position)
        if not match:
            return _read_tag(source, chunk, less, base, exact=False)
        group = match.lastindex or 1
        if group > 1:
            start, end = base + match.start(group), base + match.end(group)
            attributes.append(Attribute(match[1], decode_value(source, start, end), start, end))
        else:
            attributes.append(Attribute(match[1], "", base + match.end(), base + match.end()))
        position = match.end()
    closing = name[0][0] == "/"
    lower = name[1].lower()
    self_closing = "/" in tag_end[0] and not closing and lower not in HTML_NAMES
    return Tag(name[1], base + less, base + tag_end.end(), tuple(attributes), closing, self_closing), tag_end.end(), exact


def _pass_raw_text(walker: Walker, chunk: str, tag: Tag, stop: int, base: int) -> int:
    """Pass the content of an element in which tags and comments mean nothing."""
    match = re.compile(rf"</{re.escape(tag.name)}(?=[\s/>])", re.IGNORECASE).search(chunk, stop)
    end = match.start() if match else len(chunk)
    walker.html_text(base + stop, base + end)
    return end


def parse_html(text: str, start: int = 0) -> Markup:
    """Return what a reader sees of an HTML page or fragment whose body begins at `start`."""
    from disclosure_check.readers.templates import blank_masks, find_template_tags

    page = Page(text)
    masks, page.includes = find_template_tags(text, start, code=tuple)
    walker = Walker(page, masks=masks)
    feed(walker, blank_masks(text, start, masks), start)
    walker.pass_masks(len(text))
    walker.pop(1, len(text))
    return page.markup()
