"""Read the tables that are drawn in reStructuredText, cell by cell.

A cell is a rectangle of the source, so the lines of neighbouring cells alternate there; each cell is shown as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

from disclosure_check.readers.stretches import Line, indent_end, width

if TYPE_CHECKING:
    from disclosure_check.readers.rst import Reader

_BORDER = re.compile(r"=+(?:[ \t]+=+)*\Z")
_SPAN = re.compile(r"-+(?:[ \t]+-+)*\Z")
_RULE = re.compile(r"[-=+]+\Z")
_MAX_COLUMNS = 500


def read_grid_table(reader: Reader, lines: list[Line], at: int) -> int | None:
    """Read the table whose upper border is the line `at`; return the index behind it, None if it is no table."""
    source = reader.source
    end = at + 1
    while end < len(lines) and not lines[end].after_blank and source[lines[end].start] in "+|":
        end += 1
    if end - at < 3:
        return None
    is_first = True
    bounds: set[int] = set()
    row: list[Line] = []
    for line in lines[at:end]:
        text = reader.rest(line)
        if text[0] == "+" and _RULE.match(text):
            is_first = _show_row(reader, row, bounds, is_first=is_first)
            bounds, row = set(_corners(text)), []
        else:
            row.append(line)
            if text[0] == "+" or "+-" in text:
                bounds.update(_corners(text))
    _show_row(reader, row, bounds, is_first=is_first)
    reader.walker.start_block("paragraph", "\n\n")
    return end


def _corners(text: str) -> list[int]:
    return [column for column, place in _columns(text) if text[place] == "+"][:_MAX_COLUMNS]


def _columns(text: str) -> list[tuple[int, int]]:
    """Return the column of each character; a wide one takes two, one that combines takes none."""
    if text.isascii():
        return [(place, place) for place in range(len(text))]
    found = []
    column = 0
    for place, character in enumerate(text):
        found.append((column, place))
        column += 0 if combining(character) else 2 if east_asian_width(character) in "WF" else 1
    return found


def _show_row(reader: Reader, row: list[Line], bounds: set[int], *, is_first: bool) -> bool:
    """Show the cells of a row; return whether none was shown yet."""
    cells: dict[int, list[list[Line]]] = {}
    for line in row:
        text = reader.rest(line)
        start = start_column = 0
        for column, place in [*((c, p) for c, p in _columns(text) if c in bounds and text[p] in "|+"), (1 << 30, len(text))]:
            if start < place:
                part = text[start + 1 : place]
                if part and _RULE.match(part):
                    cells.setdefault(start_column, []).append([])  # a border within the row: another cell begins below it
                elif part.strip():
                    first = indent_end(part, 0, len(part))
                    parts = cells.setdefault(start_column, [[]])
                    where = line.start + start + 1 + first
                    parts[-1].append(Line(where, where + len(part.strip()), width(part[:first]), after_blank=not parts[-1]))
                elif cells.get(start_column) and cells[start_column][-1]:
                    cells[start_column][-1].append(Line(0, 0, 0, after_blank=True))
            start, start_column = place, column
    for column in sorted(cells):
        for cell in cells[column]:
            is_first = _show_cell(reader, cell, is_first=is_first)
    return is_first


def _show_cell(reader: Reader, lines: list[Line], *, is_first: bool) -> bool:
    shown = []
    after_blank = True
    for line in lines:
        if line.start < line.end:
            shown.append(Line(line.start, line.end, line.indent, after_blank))
        after_blank = line.start == line.end
    if not shown:
        return is_first
    reader.start_item("cell", is_first=is_first)
    reader.body(shown, "cell")
    reader.end_item()
    return False


def read_simple_table(reader: Reader, lines: list[Line], at: int) -> int | None:
    """Read the table whose upper border is the line `at`; return the index behind it, None if it never ends."""
    end = _simple_end(reader, lines, at)
    if end is None:
        return None
    top = reader.rest(lines[at])
    margin = lines[at].indent
    edges = [edge.start() for edge in re.finditer(r"=+", top)][:_MAX_COLUMNS]
    is_first = True
    row: list[list[Line]] = [[] for _ in edges]
    for line in lines[at + 1 : end - 1]:
        text = reader.rest(line)
        if _BORDER.match(text) or (_SPAN.match(text) and line.indent <= margin):
            is_first = _show_simple_row(reader, row, is_first=is_first)
            row = [[] for _ in edges]
            continue
        parts = _split(text, line, margin, edges)
        if parts[0] is not None:
            is_first = _show_simple_row(reader, row, is_first=is_first)
            row = [[] for _ in edges]
        for cell, part in zip(row, parts, strict=True):
            if part is not None:
                cell.append(Line(part.start, part.end, part.indent, line.after_blank and bool(cell)))
    _show_simple_row(reader, row, is_first=is_first)
    reader.walker.start_block("paragraph", "\n\n")
    return end


def _simple_end(reader: Reader, lines: list[Line], at: int) -> int | None:
    """Return the index behind the lower border: one with a blank line behind it, or the third."""
    margin = lines[at].indent
    found = 0
    for index in range(at + 1, len(lines)):
        line = lines[index]
        if line.indent < margin:
            return None
        if line.indent == margin and reader.source[line.start] == "=" and _BORDER.match(reader.rest(line)):
            found += 1
            if found == 2 or index + 1 == len(lines) or lines[index + 1].after_blank:
                return index + 1 if index > at + 1 else None
    return None


def _split(text: str, line: Line, margin: int, edges: list[int]) -> list[Line | None]:
    """Return what stands in each column of a line; a text may run over the border between two columns."""
    shift = line.indent - margin  # the first column of the line may be empty
    columns = _columns(text)
    parts: list[Line | None] = []
    starts = [_place(columns, edge - shift, len(text)) for edge in edges]
    for index, start in enumerate(starts):
        stop = starts[index + 1] if index + 1 < len(starts) else len(text)
        if stop < len(text) and stop and not text[stop - 1].isspace() and not text[stop].isspace():
            starts[index + 1] = stop = len(text) if index + 2 >= len(starts) else starts[index + 2]  # a cell over two columns
        part = text[start:stop]
        first = indent_end(part, 0, len(part))
        where = line.start + start + first
        stripped = part.strip()
        parts.append(Line(where, where + len(stripped), first, after_blank=False) if stripped else None)
    return parts


def _place(columns: list[tuple[int, int]], column: int, length: int) -> int:
    """Return the place of the first character that stands in `column` or behind it."""
    from bisect import bisect_left

    index = bisect_left(columns, (max(0, column), -1))
    return columns[index][1] if index < len(columns) else length


def _show_simple_row(reader: Reader, row: list[list[Line]], *, is_first: bool) -> bool:
    for cell in row:
        is_first = _show_cell(reader, cell, is_first=is_first)
    return is_first
