"""Read reStructuredText: what a reader sees of a post, its links, and what its markup hides.

The blocks are read in one pass over the lines that aren't blank, after the specification of docutils; the names that
references and substitutions need are collected before. Inline markup is read by `rst_inline`, directives by
`rst_directives`, tables by `rst_tables`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disclosure_check.model import CODE_MARK
from disclosure_check.readers.flow import BlockKind, Page
from disclosure_check.readers.html import Walker
from disclosure_check.readers.rst_inline import Names, read_inline
from disclosure_check.readers.rst_names import read_names
from disclosure_check.readers.stretches import MAX_DEPTH, Line, Stretches, read_lines

if TYPE_CHECKING:
    from disclosure_check.model import Markup

_BULLET = re.compile(r"[-+*\u2022\u2023\u2043](?:[ \t]+|\Z)")
_ENUMERATOR = re.compile(r"\(?(?:[0-9]{1,9}|[a-zA-Z]|[ivxlcdmIVXLCDM]{1,15}|#)[.)](?:[ \t]+|\Z)")
FIELD = re.compile(r":(?![: ])((?:[^:\\]|\\.|:(?![ \t`]|\Z)){1,200})(?<! ):(?:[ \t]+|\Z)")
_OPTION = re.compile(
    r"(?:-{1,2}|/)[A-Za-z0-9?][\w-]*(?:[ =]<?[\w.-]+>?)?(?:, (?:-{1,2}|/)[A-Za-z0-9?][\w-]*(?:[ =]<?[\w.-]+>?)?)*(?:  +|\Z)"
)
_LINE_BLOCK = re.compile(r"\|(?:[ \t]+|\Z)")
_GRID_TOP = re.compile(r"\+-[-+]+-\+\Z")
_SIMPLE_TOP = re.compile(r"=+(?:[ \t]+=+)+\Z")
_EXPLICIT = re.compile(r"\.\.(?:[ \t]+|\Z)")
_ANONYMOUS = re.compile(r"__(?:[ \t]+|\Z)")
_NOTE = re.compile(r"\[(?:[0-9]+|#[\w.+-]*|\*|[\w.:+-]+)\](?:[ \t]+|\Z)")
_DIRECTIVE = re.compile(r"((?:(?!_)\w)+(?:[-._+:](?:(?!_)\w)+)*)[ \t]?::(?:[ \t]+|\Z)")
_ADORNMENT = re.compile(r"([!-/:-@\[-`{-~])\1*\Z")
_SHOWN_FIELDS = frozenset({"abstract", "dedication"})  # of the header: they stand on the page as paragraphs


class Reader:
    """Read the blocks of one document."""

    def __init__(self, source: str, walker: Walker, names: Names) -> None:
        self.source = source
        self.walker = walker
        self.names = names
        self.depth = 0  # of blocks inside blocks
        self._lists = 0  # that are open
        self._is_fresh = False  # an item, footnote or cell has just begun: its first paragraph needs no gap
        self._in_header = True  # only a title and comments were read so far: a field list is the document's own
        self._no_table: dict[int, bool] = {}  # by depth, simple tables that never end

    # What stands in a line

    def rest(self, line: Line) -> str:
        return self.source[line.start : line.end]

    def behind(self, line: Line, length: int) -> Line | None:
        """Return what stands behind the first `length` characters of a line."""
        start = line.start + length
        return Line(start, line.end, line.indent + length, after_blank=False) if start < line.end else None

    @staticmethod
    def block_end(lines: list[Line], at: int, margin: int) -> int:
        """Return the index behind the lines after `at` that stand deeper than `margin`."""
        at += 1
        while at < len(lines) and lines[at].indent > margin:
            at += 1
        return at

    def inner(self, lines: list[Line], at: int, end: int, first: Line | None) -> list[Line]:
        """Return the lines of a block that begins on the line `at` with `first`, with one margin for all of them."""
        rest = lines[at + 1 : end]
        if first is None:
            return rest
        margin = min((line.indent for line in rest), default=first.indent)
        return [Line(first.start, first.end, margin, after_blank=False), *rest]

    # What is shown

    def start_block(self, kind: BlockKind) -> None:
        if self._is_fresh:
            self._is_fresh = False
            return
        self.walker.close_paragraph(0)
        self.walker.start_block(kind, "\n\n")

    def start_item(self, kind: BlockKind, *, is_first: bool) -> None:
        """Begin an item or a cell; its first paragraph continues it."""
        self.walker.start_block(kind, "\n\n" if is_first and self._lists == 0 else "\n")
        self._is_fresh = True

    def end_item(self) -> None:
        self._is_fresh = False

    def text(self, stretches: list[tuple[int, int]]) -> None:
        if stretches:
            read_inline(self.walker, Stretches(self.source, stretches), self.names)

    def paragraph(self, lines: list[Line], kind: BlockKind) -> None:
        if lines:
            self.start_block(kind)
            self.text([(line.start, line.end) for line in lines])

    # Blocks

    def body(self, lines: list[Line], kind: BlockKind = "paragraph", margin: int | None = None) -> None:
        """Read the blocks in `lines`; what stands deeper than `margin` (else the shallowest line) is a block quote."""
        if not lines:
            return
        if margin is None:
            margin = min(line.indent for line in lines)
        if self.depth >= MAX_DEPTH:
            self.paragraph(lines, kind)
            return
        self.depth += 1
        at = 0
        family = ""  # of the list that the last block belonged to
        while at < len(lines):
            if lines[at].indent > margin:
                at = self._quote(lines, at, margin, kind)
                family = ""
                continue
            before = family
            family = self._family(lines, at, margin)
            if family:
                at = self._item(lines, at, margin, kind, family, is_first=family != before)
            else:
                at = self._element(lines, at, margin, kind)
        self.depth -= 1

    def _quote(self, lines: list[Line], at: int, margin: int, kind: BlockKind) -> int:
        end = self.block_end(lines, at, margin)
        inside = lines[at:end]
        # Authors indent whole lists, which nobody takes for a quotation.
        is_quoted = not self._family(inside, 0, inside[0].indent) and not _EXPLICIT.match(self.rest(inside[0]))
        self.walker.quote_depth += is_quoted
        self.walker.start_block(kind, "\n\n")
        self.body(inside, kind)
        self.walker.quote_depth -= is_quoted
        self.walker.start_block(kind, "\n\n")
        return end

    def _family(self, lines: list[Line], at: int, margin: int) -> str:
        """Return which kind of list the line `at` is an item of; "" if none."""
        text = self.rest(lines[at])
        if _BULLET.match(text):
            return "" if len(text) == 1 and self._is_title(lines, at, margin) else "bullet"
        if _ENUMERATOR.match(text):
            return "enumerator" if self._is_enumerated(lines, at, margin) else ""
        if text[0] == ":" and FIELD.match(text):
            return "field"
        if text[0] in "-/" and (option := _OPTION.match(text)) and (option.end() < len(text) or self._has_body(lines, at, margin)):
            return "option"
        if self._is_term(lines, at, margin):
            return "definition"
        return ""

    def _is_enumerated(self, lines: list[Line], at: int, margin: int) -> bool:
        """Return whether a line is an item: "A. Nobody was a" on the first of two lines isn't."""
        following = lines[at + 1] if at + 1 < len(lines) else None
        return following is None or following.after_blank or following.indent > margin or bool(_ENUMERATOR.match(self.rest(following)))

    @staticmethod
    def _has_body(lines: list[Line], at: int, margin: int) -> bool:
        """Return whether the next line stands deeper, without a blank one between."""
        return at + 1 < len(lines) and not lines[at + 1].after_blank and lines[at + 1].indent > margin

    def _is_term(self, lines: list[Line], at: int, margin: int) -> bool:
        if not self._has_body(lines, at, margin):
            return False
        text = self.rest(lines[at])
        return not (
            _EXPLICIT.match(text)
            or _ANONYMOUS.match(text)
            or _LINE_BLOCK.match(text)
            or _ADORNMENT.match(text)
            or _SIMPLE_TOP.match(text)
            or text.startswith(">>>")
        )

    def _item(self, lines: list[Line], at: int, margin: int, kind: BlockKind, family: str, *, is_first: bool) -> int:
        line = lines[at]
        end = self.block_end(lines, at, margin)
        text = self.rest(line)
        if family == "field" and self._in_header and self.depth == 1:
            return self._header_field(lines, at, end, text)
        self._in_header = False
        item_kind: BlockKind = kind if kind in ("cell", "footnote") else "item"
        self.start_item(item_kind, is_first=is_first)
        self._lists += 1
        if family in ("bullet", "enumerator"):
            marker = (_BULLET if family == "bullet" else _ENUMERATOR).match(text)
            first = self.behind(line, marker.end() if marker else 1)
            self.body([first, *lines[at + 1 : end]] if first else lines[at + 1 : end], item_kind, first.indent if first else None)
        elif family == "definition":
            self._is_fresh = False
            self.text([(line.start, line.end)])
            self.walker.gap("\n", line.end, line.end)
            self._is_fresh = True
            self.body(lines[at + 1 : end], item_kind)
        else:
            self._labelled(lines, at, end, text, family, item_kind)
        self._lists -= 1
        self.end_item()
        return end

    def _labelled(self, lines: list[Line], at: int, end: int, text: str, family: str, kind: BlockKind) -> None:
        """Read a field or an option: a name and what stands behind it."""
        line = lines[at]
        label = (FIELD if family == "field" else _OPTION).match(text)
        length = label.end() if label else 1
        name_end = line.start + len(text[:length].rstrip())
        if family == "field":
            self.text([(line.start + 1, name_end)])
        else:
            self.walker.mark(CODE_MARK, line.start, name_end)
        self.walker.gap(" ", name_end, line.start + length)
        self.body(self.inner(lines, at, end, self.behind(line, length)), kind)

    def _header_field(self, lines: list[Line], at: int, end: int, text: str) -> int:
        """Pass a field of the document itself, unless it is one that the page shows."""
        label = FIELD.match(text)
        if label and label[1].lower() in _SHOWN_FIELDS:
            self.body(self.inner(lines, at, end, self.behind(lines[at], label.end())))
        return end

    def _element(self, lines: list[Line], at: int, margin: int, kind: BlockKind) -> int:
        """Read the block that begins on the line `at`, and return the index behind it."""
        text = self.rest(lines[at])
        explicit = _EXPLICIT.match(text)
        if explicit:
            return self._explicit(lines, at, margin, kind, explicit.end())
        if _ANONYMOUS.match(text):
            return self.block_end(lines, at, margin)
        if self._is_title(lines, at, margin):
            return self._title(lines, at)
        self._in_header = False
        if text.startswith(">>>") and (text == ">>>" or text[3] == " "):
            self.start_block(kind)
            return self._paragraph_end(lines, at)
        if _LINE_BLOCK.match(text):
            return self._line_block(lines, at, margin, kind)
        if _GRID_TOP.match(text) or _SIMPLE_TOP.match(text):
            end = self._table(lines, at, is_grid=text[0] == "+")
            if end is not None:
                return end
        if len(text) >= 4 and _ADORNMENT.match(text):  # a transition
            self.start_block(kind)
            return at + 1
        return self._paragraph(lines, at, margin, kind)

    # Titles

    def _is_title(self, lines: list[Line], at: int, margin: int) -> bool:
        """Return whether a section's title begins here: a text over a line of signs, or between two."""
        text = self.rest(lines[at])
        if at + 1 >= len(lines) or lines[at + 1].after_blank:
            return False
        following = self.rest(lines[at + 1])
        if _ADORNMENT.match(text):
            return at + 2 < len(lines) and not lines[at + 2].after_blank and self.rest(lines[at + 2]) == text and text != "::"
        under = _ADORNMENT.match(following)
        return bool(under) and lines[at + 1].indent <= margin and len(following) >= min(4, len(text)) and following != "::"

    def _title(self, lines: list[Line], at: int) -> int:
        overlined = bool(_ADORNMENT.match(self.rest(lines[at])))
        self._is_fresh = False
        self.start_block("heading")
        title = lines[at + overlined]
        self.text([(title.start, title.end)])
        self.walker.start_block("paragraph", "\n\n")
        return at + 2 + overlined

    # Paragraphs

    @staticmethod
    def _paragraph_end(lines: list[Line], at: int) -> int:
        at += 1
        while at < len(lines) and not lines[at].after_blank:
            at += 1
        return at

    def _paragraph(self, lines: list[Line], at: int, margin: int, kind: BlockKind) -> int:
        end = self._paragraph_end(lines, at)
        stretches = [(line.start, line.end) for line in lines[at:end]]
        start, stop = stretches[-1]
        if not self.source.endswith("::", start, stop) or self.source.endswith("\\::", start, stop):
            self.start_block(kind)
            self.text(stretches)
            return end
        shown = self.source[start : stop - 2]
        # "text::" is shown with one colon, "text ::" with none, and "::" alone not at all.
        stretches[-1] = (start, start + len(shown.rstrip()) + (bool(shown) and not shown[-1].isspace()))
        if stretches[-1][0] == stretches[-1][1]:
            stretches.pop()
        self.start_block(kind)
        self.text(stretches)
        return self._literal_end(lines, end, margin)

    def _literal_end(self, lines: list[Line], at: int, margin: int) -> int:
        """Return the index behind the literal block that begins on the line `at`: an indented one, or a quoted one."""
        if at >= len(lines):
            return at
        if lines[at].indent > margin:
            return self.block_end(lines, at, margin)
        sign = self.source[lines[at].start]
        if not re.match(r"[!-/:-@\[-`{-~]", sign):
            return at
        at += 1
        while at < len(lines) and not lines[at].after_blank and self.source[lines[at].start] == sign:
            at += 1
        return at

    def _line_block(self, lines: list[Line], at: int, margin: int, kind: BlockKind) -> int:
        self.start_block(kind)
        first = at
        while at < len(lines) and lines[at].indent <= margin and (at == first or not lines[at].after_blank):
            mark = _LINE_BLOCK.match(self.rest(lines[at]))
            if not mark:
                break
            if at > first:
                self.walker.gap("\n", lines[at - 1].end, lines[at].start)
            line = self.behind(lines[at], mark.end())
            stretches = [(line.start, line.end)] if line else []
            if not stretches and at > first:
                self.walker.start_block(kind, "\n\n")
            at += 1
            while at < len(lines) and lines[at].indent > margin and not lines[at].after_blank:
                stretches.append((lines[at].start, lines[at].end))
                at += 1
            self.text(stretches)
        return at

    # Tables and explicit markup

    def _table(self, lines: list[Line], at: int, *, is_grid: bool) -> int | None:
        from disclosure_check.readers.rst_tables import read_grid_table, read_simple_table

        if is_grid:
            return read_grid_table(self, lines, at)
        if self._no_table.get(self.depth):
            return None
        end = read_simple_table(self, lines, at)
        if end is None and self.depth == 1:
            self._no_table[self.depth] = True
        return end

    def _explicit(self, lines: list[Line], at: int, margin: int, kind: BlockKind, length: int) -> int:
        """Read what stands behind two dots: a footnote, a directive; a comment, a target, a substitution aren't shown."""
        line = lines[at]
        first = self.behind(line, length)
        following = lines[at + 1] if at + 1 < len(lines) else None
        if first is None and following is not None and following.after_blank:
            return at + 1
        end = self.block_end(lines, at, margin)
        if first is None:
            return end
        text = self.rest(first)
        note = _NOTE.match(text)
        if note:
            self.walker.start_block("footnote", "\n\n")
            self._is_fresh = True
            self.body(self.inner(lines, at, end, self.behind(first, note.end())), "footnote")
            self._is_fresh = False
            self.walker.start_block(kind, "\n\n")
            return end
        directive = _DIRECTIVE.match(text)
        if directive:
            from disclosure_check.readers.rst_directives import read_directive

            self._in_header = self._in_header and directive[1].lower() in ("meta", "role", "default-role", "highlight")
            read_directive(self, directive[1].lower(), first, self.inner(lines, at, end, self.behind(first, directive.end())), kind)
            return end
        if text.startswith("|"):
            from disclosure_check.readers.rst_directives import read_image_substitution

            read_image_substitution(self, self.inner(lines, at, end, first))
        return end


def parse_rst(text: str, start: int = 0) -> Markup:
    """Return what a reader sees of a reStructuredText post whose prose begins at `start`.

    Pieces and blocks are in reading order: that of the source, but cell by cell in tables.
    """
    if text.startswith("\ufeff", start):
        start += 1
    page = Page(text)
    walker = Walker(page)
    lines = read_lines(text, start)
    names = read_names(text, lines)
    Reader(text, walker, names).body(lines, margin=0)
    walker.pop(1, len(text))
    return page.markup()
