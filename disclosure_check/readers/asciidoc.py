"""Read AsciiDoc: what a reader sees of a post, its links, and what its markup hides.

The blocks are read line by line as Asciidoctor does: a delimited block ends at the next line like the one that opened it, and
what is never closed ends with its surroundings. Inline markup is read by `asciidoc_inline`, tables by `asciidoc_tables`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from disclosure_check.model import Include, Link
from disclosure_check.readers.asciidoc_inline import Attributes, alt_of, read_inline, read_part
from disclosure_check.readers.flow import Page
from disclosure_check.readers.html import Walker, feed
from disclosure_check.readers.stretches import MAX_DEPTH, Line, Stretches, conceal, read_lines

if TYPE_CHECKING:
    from disclosure_check.model import Markup
    from disclosure_check.readers.flow import BlockKind

_DELIMITER = re.compile(r"(?:/{4,}|-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|--|```[\w+-]*|[|,:!]={3,})\Z")
ATTRIBUTE = re.compile(r":(!?)([A-Za-z0-9_][\w-]*)(!?):(?:[ \t]+(.*))?\Z")
_BLOCK_ATTRIBUTES = re.compile(r"\[(?:[\w.#%,\"'{*:\u00a0-\uffff][^\n]*)?\]\Z")
_ANCHOR = re.compile(r"\[\[[^\[\]]*\]\]\Z")
_BLOCK_TITLE = re.compile(r"\.(?=\.?[^ \t.])")
_SECTION = re.compile(r"(={1,6}|#{1,6})[ \t]+(?=\S)")
_CONDITION = re.compile(r"(ifdef|ifndef|ifeval)::([^\[]*)\[(.*)\]\Z")
_ENDIF = re.compile(r"endif::[^\[]*\[.*\]\Z")
_INCLUDE = re.compile(r"include::([^\[]+)\[.*\]\Z")
_BLOCK_MACRO = re.compile(r"([A-Za-z][\w-]*)::(\S[^\[]*|)\[(.*)\]\Z")
_BREAK = re.compile(r"(?:'{3,}|<{3,}|---|- - -|\*\*\*|\* \* \*)\Z")
_ITEM = re.compile(r"(?:-|\*{1,5}|\.{1,5}|[0-9]{1,9}\.|[a-zA-Z]\.|[IVXLCDMivxlcdm]{1,15}\)|\u2022|<(?:[0-9]{1,9}|\.)>)[ \t]+(?=\S)")
_CHECKBOX = re.compile(r"\[[ xX*]\][ \t]+")
_TERM = re.compile(r"(?!//)(\S.*?)(?<![:;])(:{2,4}|;;)(?:[ \t]+|\Z)")
_ADMONITION = re.compile(r"(?:NOTE|TIP|IMPORTANT|CAUTION|WARNING):[ \t]+")
_ADMONITION_STYLES = frozenset({"NOTE", "TIP", "IMPORTANT", "CAUTION", "WARNING"})
_UNDERLINE = re.compile(r"(?:=+|-+|~+|\^+|\++)\Z")
_CODE_STYLE_NAMES = """
a2s asciimath barcode blockdiag bytefield d2 dbml ditaa dot erd excalidraw graphviz latexmath listing literal mermaid nomnoml plantuml
source stem svgbob symbolator umlet vega vegalite wavedrom
"""
_CODE_STYLES = frozenset(_CODE_STYLE_NAMES.split())
_MAX_STYLE = 2_000  # characters that are kept of the lines in brackets before a block
_HTML_SETTINGS = frozenset({"backend-html5", "backend-html", "basebackend-html", "backend-xhtml5", "asciidoctor", "filetype-html"})
_MEDIA = frozenset({"audio", "video"})


class _Style(Struct):
    """What the lines in brackets say about the block that follows."""

    name: str = ""
    words: set[str] = field(default_factory=set)  # options and roles
    text: str = ""  # all of it


class Reader:
    """Read the blocks of one document."""

    def __init__(self, source: str, walker: Walker, attributes: Attributes) -> None:
        self.source = source
        self.walker = walker
        self.attributes = attributes
        self.depth = 0
        self._style = _Style()
        self._list = False  # a list is being read: items follow on a new line
        self._attached = False  # a "+" attaches the next block to the last item

    def rest(self, line: Line) -> str:
        return self.source[line.start : line.end]

    # What is shown

    def start_block(self, kind: BlockKind) -> None:
        self.walker.close_paragraph(0)
        self.walker.start_block(kind, "\n" if kind == "cell" else "\n\n")

    def text(self, stretches: list[tuple[int, int]], kind: BlockKind) -> None:
        """Show the text of a block, and then the footnotes in it."""
        joined = Stretches(self.source, stretches)
        is_hard = "hardbreaks" in self._style.words or "hardbreaks-option" in self.attributes.values
        footnotes = read_inline(self.walker, joined, self.attributes, hard_breaks=is_hard)
        for start, end in footnotes:
            self.walker.start_block("footnote", "\n\n")
            read_part(self.walker, joined, self.attributes, start, end)
        if footnotes:
            self.walker.start_block(kind, "\n\n")

    # Blocks

    def body(self, lines: list[Line], kind: BlockKind = "paragraph") -> None:
        """Read the blocks in `lines`."""
        if self.depth >= MAX_DEPTH:
            if lines:
                self.start_block(kind)
                self.text([(line.start, line.end) for line in lines], kind)
            return
        self.depth += 1
        closings = _Closings(self.source, lines)
        self._list = False
        at = 0
        while at < len(lines):
            at = self._element(lines, at, kind, closings)
        self._list = False
        self._style = _Style()
        self.depth -= 1

    def _element(self, lines: list[Line], at: int, kind: BlockKind, closings: _Closings) -> int:
        """Read the block or the line that stands at `at`, and return the index behind it."""
        line = lines[at]
        text = self.rest(line)
        if line.indent == 0:
            passed = self._instruction(lines, at, text, kind, closings)
            if passed is not None:
                return passed
        style, self._style = self._style, _Style()
        if self._attached:
            kind = "item" if kind == "paragraph" else kind
            self._attached = False
        elif self._list and line.after_blank and not _is_item(text):
            self._list = False
        if line.indent == 0:
            end = self._block(lines, at, text, kind, style, closings)
            if end is not None:
                return end
        if _is_item(text):
            return self._item(lines, at, text, kind)
        self._list = False
        if (line.indent > 0 and style.name not in ("normal", "quote", "verse")) or style.name in _CODE_STYLES:
            self.start_block(kind)  # a literal paragraph
            return _paragraph_end(self.source, lines, at, is_literal=True)
        return self._paragraph(lines, at, text, kind, style)

    def _instruction(self, lines: list[Line], at: int, text: str, kind: BlockKind, closings: _Closings) -> int | None:
        """Read a line that shows nothing by itself: a comment, an attribute, what is said about the next block."""
        first = text[0]
        if first == "/" and text.startswith("//"):
            if text.startswith("////"):
                return closings.behind(text, at) if _DELIMITER.match(text) else None
            return None if text.startswith("///") else at + 1
        if first == ":" and (attribute := ATTRIBUTE.match(text)):
            return self._set(lines, at, attribute)
        if first == "[" and (_BLOCK_ATTRIBUTES.match(text) or _ANCHOR.match(text)):
            self._add_style(text[1:-1])
            return at + 1
        if first == "." and _BLOCK_TITLE.match(text) and not _ITEM.match(text) and not _DELIMITER.match(text):
            self.start_block(kind)
            style, self._style = self._style, _Style()
            self.text([(lines[at].start + 1, lines[at].end)], kind)
            self._style = style
            return at + 1
        if text == "+":
            self._attached = True
            return at + 1
        if condition := _CONDITION.match(text):
            return self._condition(lines, at, condition, kind, closings)
        if _ENDIF.match(text):
            return at + 1
        if include := _INCLUDE.match(text):
            path = self.attributes.fill(include[1])
            self.walker.page.includes.append(Include(path, lines[at].start, lines[at].end))
            return at + 1
        return None

    def _set(self, lines: list[Line], at: int, attribute: re.Match[str]) -> int:
        line = lines[at]
        end = at + 1
        value = attribute[4] or ""
        parts = []
        while value.endswith("\\") and end < len(lines) and not lines[end].after_blank:
            parts.append(value[:-1].rstrip())
            value = self.rest(lines[end])
            end += 1
        value = " ".join([*parts, value])
        if attribute[1] or attribute[3]:
            self.attributes.values.pop(attribute[2].lower(), None)
        else:
            passed = re.fullmatch(r"pass:[a-z,]*\[(.*)\]", value)
            start = line.start + (attribute.start(4) if attribute[4] else attribute.end())
            self.attributes.set(attribute[2], passed[1] if passed else value, start, lines[end - 1].end)
        return end

    def _add_style(self, text: str) -> None:
        style = self._style
        positional = re.match(r"([\w-]*)", text)
        if positional and positional[1] and not text.startswith(positional[1] + "="):
            style.name = positional[1]
        style.words.update(re.findall(r"[.%]([\w-]+)", text.partition(",")[0]))
        for named in re.finditer(r"\b(?:role|options|opts)=(?:\"([^\"]*)\"|([^,]*))", text):
            style.words.update(re.split(r"[\s,.]+", named[1] or named[2] or ""))
        if len(style.text) < _MAX_STYLE:
            style.text += f"[{text}]"

    def _condition(self, lines: list[Line], at: int, condition: re.Match[str], kind: BlockKind, closings: _Closings) -> int:
        """Read what is shown only under a condition: hidden, unless this document or HTML as such meets it."""
        line = lines[at]
        is_shown = self._holds(condition[1], condition[2])
        if condition[3] and condition[1] != "ifeval":
            start = line.start + condition.start(3)
            inside = [Line(start, start + len(condition[3]), 0, after_blank=True)]
            end = at + 1
        else:
            end = closings.condition_end(at)
            inside = lines[at + 1 : end]
        if not inside:
            return end
        if is_shown:
            self.body(inside, kind)
        else:
            conceal(self.walker, "hidden", f"{condition[1]}::{condition[2]}[{condition[3]}]"[:80], line.start)
            self.body(inside, kind)
            self.walker.pop_aside()
        self.start_block(kind)
        return end

    def _holds(self, directive: str, names: str) -> bool:
        if directive == "ifeval":
            return False
        is_any = "+" not in names
        known = [name in self.attributes.values or name in _HTML_SETTINGS for name in re.split(r"[,+]", names.strip().lower())]
        is_set = any(known) if is_any else all(known)
        return is_set if directive == "ifdef" else not is_set

    # Blocks with a line of their own

    def _block(self, lines: list[Line], at: int, text: str, kind: BlockKind, style: _Style, closings: _Closings) -> int | None:
        section = _SECTION.match(text)
        if section:
            return self._section(lines[at], text, section.end(), section[1], at + 1)
        if self._is_underlined(lines, at, text):
            return self._section(lines[at], text, 0, "", at + 2)
        if _DELIMITER.match(text):
            return self._delimited(lines, at, text, kind, style, closings)
        if _BREAK.match(text):
            self._list = False
            self.start_block(kind)
            return at + 1
        macro = _BLOCK_MACRO.match(text)
        if macro:
            return self._macro(lines[at], macro, kind, at + 1)
        return None

    def _is_underlined(self, lines: list[Line], at: int, text: str) -> bool:
        """Return whether a title in the old style begins here: over a line of signs, about as long."""
        if at + 1 >= len(lines) or lines[at + 1].after_blank or lines[at + 1].indent or not re.search(r"\w", text):
            return False
        under = self.rest(lines[at + 1])
        return len(under) > 2 and abs(len(under) - len(text)) <= 1 and bool(_UNDERLINE.match(under)) and not _is_item(text)

    def _section(self, line: Line, text: str, length: int, sign: str, end: int) -> int:
        self._list = False
        stop = line.end
        if sign and re.search(rf"[ \t]{re.escape(sign)}\Z", text) and len(text) > length + len(sign):
            stop = line.start + len(text[: -len(sign)].rstrip())
        self.walker.start_block("heading", "\n\n")
        self.text([(line.start + length, stop)], "heading")
        self.walker.start_block("paragraph", "\n\n")
        return end

    def _macro(self, line: Line, macro: re.Match[str], kind: BlockKind, end: int) -> int:
        page = self.walker.page
        page.touch(line.start, line.end)
        if macro[1] == "image":
            span = alt_of(self.source, line.start + macro.start(3), line.start + macro.end(3))
            if span:
                self.walker.keep_value("alt", *span)
            self._linked_image(line, macro)
        elif macro[1] not in _MEDIA and macro[1] not in ("toc", "stem", "latexmath", "asciimath"):
            page.includes.append(Include(macro[1], line.start, line.end))
        self.start_block(kind)
        return end

    def _linked_image(self, line: Line, macro: re.Match[str]) -> None:
        named = re.search(r'(?:^|,)\s*link=(?:"([^"]*)"|([^,"]*))', macro[3])
        url = self.attributes.fill((named[1] or named[2] or "").strip()) if named else ""
        if named and url:
            group = 1 if named[1] is not None else 2
            start = line.start + macro.start(3)
            link = Link(url, start + named.start(group), start + named.end(group), line.start, line.start + macro.end(2))
            self.walker.page.links.append(link)

    def _delimited(self, lines: list[Line], at: int, text: str, kind: BlockKind, style: _Style, closings: _Closings) -> int:
        """Read the block that the line at `at` opens."""
        closing = closings.of("```" if text.startswith("```") else text, at)
        end = min(closing + 1, len(lines))
        inside = lines[at + 1 : closing]
        sign = text[0]
        is_list = self._list
        self.start_block(kind)
        if text[1:4] == "===" and sign in "|,:!":
            from disclosure_check.readers.asciidoc_tables import read_table

            read_table(self, inside, sign, style.text)
        elif style.name == "comment" or not inside or (sign == "+" and style.name in _CODE_STYLES):
            pass
        elif sign == "+" or (style.name == "pass" and sign in "-+"):
            self._html(inside)
        elif style.name in ("quote", "verse") or sign == "_":
            self._quoted(inside, kind, is_verse=style.name == "verse")
        elif sign in "=*" or (text == "--" and style.name not in _CODE_STYLES):
            self._nested(inside, kind, style)
        self.start_block(kind)
        self._list = is_list
        return end

    def _nested(self, inside: list[Line], kind: BlockKind, style: _Style) -> None:
        if "collapsible" in style.words and "open" not in style.words:
            conceal(self.walker, "collapsed", style.text[:80], inside[0].start)
            self.body(inside, kind)
            self.walker.pop_aside()
        elif "small" in style.words:
            conceal(self.walker, "small", style.text[:80], inside[0].start)
            self.body(inside, kind)
            self.walker.pop_aside()
        else:
            self.body(inside, kind)

    def _html(self, inside: list[Line]) -> None:
        start, end = inside[0].start, inside[-1].end
        self.walker.start_block("html", "\n\n")
        frame = self.walker.frames[-1]
        outer, frame.kind = frame.kind, "html"
        feed(self.walker, self.source[start:end], start)
        frame.kind = outer

    def _quoted(self, inside: list[Line], kind: BlockKind, *, is_verse: bool) -> None:
        self.walker.quote_depth += 1
        self.walker.start_block(kind, "\n\n")
        if is_verse:
            self._verse(inside, kind)
        else:
            self.body(inside, kind)
        self.walker.quote_depth -= 1
        self.walker.start_block(kind, "\n\n")

    def _verse(self, inside: list[Line], kind: BlockKind) -> None:
        self._style = _Style(words={"hardbreaks"})
        self.text([(line.start, line.end) for line in inside], kind)
        self._style = _Style()

    # Lists and paragraphs

    def _item(self, lines: list[Line], at: int, text: str, kind: BlockKind) -> int:
        """Read the first paragraph of an item, or a term with its description."""
        line = lines[at]
        item_kind: BlockKind = kind if kind in ("cell", "footnote") else "item"
        self.walker.start_block(item_kind, "\n" if self._list else "\n\n")
        marker = _ITEM.match(text)
        start = line.start
        if marker:
            box = _CHECKBOX.match(text, marker.end())
            start += box.end() if box else marker.end()
        elif term := _TERM.match(text):
            self.text([(line.start, line.start + term.end(1))], item_kind)
            self.walker.gap("\n", line.start + term.end(1), line.start + term.end())
            start += term.end()
        end = _paragraph_end(self.source, lines, at, is_item=True)
        if start >= line.end and end == at + 1 and end < len(lines) and lines[end].indent and not _is_item(self.rest(lines[end])):
            end = _paragraph_end(self.source, lines, end, is_item=True)  # the description stands behind a blank line
        stretches = [(start, line.end)] if start < line.end else []
        stretches += [(inner.start, inner.end) for inner in lines[at + 1 : end] if not self._is_comment(inner)]
        if stretches:
            self.text(stretches, item_kind)
        self._list = True
        return end

    def _is_comment(self, line: Line) -> bool:
        return self.source.startswith("//", line.start) and not self.source.startswith("///", line.start) and line.indent == 0

    def _paragraph(self, lines: list[Line], at: int, text: str, kind: BlockKind, style: _Style) -> int:
        end = _paragraph_end(self.source, lines, at)
        line = lines[at]
        inside = [inner for inner in lines[at:end] if not self._is_comment(inner)]
        if style.name == "comment":
            return end
        if style.name == "pass":
            self._html(inside)
            self.start_block(kind)
            return end
        if style.name in ("quote", "verse") or text.startswith(("> ", '"')):
            is_quote = style.name in ("quote", "verse") or self._is_quotation(inside, text)
            if is_quote:
                self._quoted(self._without_marks(inside, text), kind, is_verse=style.name == "verse")
                return end
        admonition = _ADMONITION.match(text)
        stretches = [(inner.start, inner.end) for inner in inside]
        if admonition:
            stretches[0] = (line.start + admonition.end(), line.end)
        self.start_block(kind)
        self._style = _Style(words=style.words & {"hardbreaks"})
        is_small = "small" in style.words
        if is_small:
            conceal(self.walker, "small", style.text[:80], line.start)
        self.text(stretches, kind)
        if is_small:
            self.walker.pop_aside()
        self._style = _Style()
        return end

    def _is_quotation(self, inside: list[Line], text: str) -> bool:
        """Return whether a paragraph is one in Markdown's style, or one in quotation marks with its author below."""
        if text.startswith("> "):
            return True
        last = self.rest(inside[-1])
        return len(inside) > 1 and last.startswith("-- ") and self.rest(inside[-2]).endswith('"')

    def _without_marks(self, inside: list[Line], text: str) -> list[Line]:
        if not text.startswith("> "):
            return inside
        lines = []
        after_blank = True
        for line in inside:
            mark = re.compile(r"(?:>[ \t]?)?[ \t]*").match(self.source, line.start, line.end)
            start = mark.end() if mark else line.start
            if start < line.end:
                lines.append(Line(start, line.end, 0, after_blank))
            after_blank = start >= line.end
        return lines


class _Closings:
    """Where the delimited blocks and the conditions of some lines end; each kind is looked for once."""

    def __init__(self, source: str, lines: list[Line]) -> None:
        self._source = source
        self._lines = lines
        self._delimiters: dict[str, list[int]] | None = None  # indices, the last one first
        self._conditions: dict[int, int] | None = None

    def of(self, delimiter: str, at: int) -> int:
        """Return the index of the next line behind `at` that is this delimiter; the number of lines if there is none."""
        if self._delimiters is None:
            self._delimiters = {}
            for index in range(len(self._lines) - 1, -1, -1):
                line = self._lines[index]
                if line.indent == 0 and self._source[line.start] in "/-.=*_+`|,:!":
                    text = self._source[line.start : line.end]
                    if _DELIMITER.match(text):
                        self._delimiters.setdefault(text, []).append(index)
        places = self._delimiters.get(delimiter, [])
        while places and places[-1] <= at:
            places.pop()
        return places[-1] if places else len(self._lines)

    def behind(self, delimiter: str, at: int) -> int:
        return min(self.of(delimiter, at) + 1, len(self._lines))

    def condition_end(self, at: int) -> int:
        """Return the index of the `endif` that belongs to the condition at `at`."""
        if self._conditions is None:
            self._conditions = {}
            open_: list[int] = []
            for index, line in enumerate(self._lines):
                if not self._source.startswith(("ifdef::", "ifndef::", "ifeval::", "endif::"), line.start):
                    continue
                text = self._source[line.start : line.end]
                condition = _CONDITION.match(text)
                if condition and (not condition[3] or condition[1] == "ifeval"):
                    open_.append(index)
                elif _ENDIF.match(text) and open_:
                    self._conditions[open_.pop()] = index
        return self._conditions.get(at, len(self._lines))


def _is_item(text: str) -> bool:
    return bool(_ITEM.match(text) or _TERM.match(text))


def _paragraph_end(source: str, lines: list[Line], at: int, *, is_item: bool = False, is_literal: bool = False) -> int:
    """Return the index behind the paragraph that begins at `at`: at a blank line, or where another block begins."""
    at += 1
    while at < len(lines) and not lines[at].after_blank:
        line = lines[at]
        text = source[line.start : line.end]
        if not is_literal and line.indent == 0 and (text == "+" or _DELIMITER.match(text) or _BLOCK_ATTRIBUTES.match(text)):
            break
        if line.indent == 0 and (_CONDITION.match(text) or _ENDIF.match(text) or _INCLUDE.match(text)):
            break
        if is_item and (_is_item(text) or (line.indent == 0 and ATTRIBUTE.match(text))):
            break
        at += 1
    return at


def parse_asciidoc(text: str, start: int = 0) -> Markup:
    """Return what a reader sees of an AsciiDoc post whose prose begins at `start`: at its title, if it has one.

    The lines of the header below the title aren't shown. Pieces and blocks are in reading order: that of the source, but
    with each footnote behind its paragraph.
    """
    page = Page(text)
    walker = Walker(page)
    attributes = Attributes(budget=100_000 + len(text))
    reader = Reader(text, walker, attributes)
    if start:
        reader.body([line for line in read_lines(text[:start], 0) if ATTRIBUTE.match(text[line.start : line.end])])
    lines = read_lines(text, start + text.startswith("\ufeff", start))
    reader.body(_without_header(reader, lines))
    walker.pop(1, len(text))
    return page.markup()


def _without_header(reader: Reader, lines: list[Line]) -> list[Line]:
    """Return the lines without those between the title and the first blank line, whose attributes are set."""
    at = 0
    while (
        at < len(lines) and lines[at].indent == 0 and (reader.rest(lines[at]).startswith("//") or ATTRIBUTE.match(reader.rest(lines[at])))
    ):
        at += 1
    if at == len(lines) or not re.match(r"[=#][ \t]+\S", reader.rest(lines[at])):
        return lines
    end = at + 1
    header = []
    is_value = False
    while end < len(lines) and not lines[end].after_blank:
        text = reader.rest(lines[end])
        if is_value or ATTRIBUTE.match(text):
            header.append(lines[end])
            is_value = text.endswith("\\")
        end += 1
    first = header[0] if header else None
    if first:
        header[0] = Line(first.start, first.end, first.indent, after_blank=True)
    return [*lines[:at], *header, lines[at], *lines[end:]]
