"""Read the tables of AsciiDoc, cell by cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disclosure_check.model import CODE_MARK
from disclosure_check.readers.stretches import Line, indent_end

if TYPE_CHECKING:
    from disclosure_check.readers.asciidoc import Reader

_SPECIFIER = re.compile(r"(?:^|(?<=\s))(?:\d*(?:\.\d+)?[+*])?[<^>]?(?:\.[<^>])?([adehlmsv]?)\Z")
_QUOTED = re.compile(r'[ \t]*"((?:[^"]|"")*)"')


def read_table(reader: Reader, lines: list[Line], sign: str, style: str) -> None:
    """Show the cells of a table; `sign` is the first of its delimiter, `style` what the brackets before it say."""
    if not lines:
        return
    separator = re.search(r"separator=[\"']?([^\s\"'])", style)
    form = re.search(r"format=[\"']?(\w+)", style)
    name = form[1] if form else {",": "csv", ":": "dsv"}.get(sign, "psv")
    mark = separator[1] if separator else {"csv": ",", "tsv": "\t", "dsv": ":"}.get(name, "!" if sign == "!" else "|")
    columns = re.search(r"cols=(?:\"([^\"]*)\"|'([^']*)'|([^,\]]*))", style)
    is_rich = bool(columns and re.search(r"a(?=[,;]|\Z)", next((group for group in columns.groups() if group), "")))
    if name == "psv":
        _read_cells(reader, lines, mark, is_rich=is_rich)
    else:
        _read_values(reader, lines, mark)
    reader.start_block("paragraph")


def _read_cells(reader: Reader, lines: list[Line], mark: str, *, is_rich: bool) -> None:
    """Read cells that begin with a mark, before which may stand what holds for them."""
    cell: list[Line] = []
    style = ""
    before = False  # the first mark was seen
    is_first = True
    for line in lines:
        position = line.start
        after_blank = line.after_blank
        for at in _marks(reader.source, line, mark):
            begin = max(position, at - 20)
            # Behind another mark, "a" is a text: what holds for the next cell stands behind white space.
            specifier = _SPECIFIER.search(reader.source[begin:at] if begin == line.start else "|" + reader.source[begin:at])
            stop = at - (len(specifier[0]) if specifier else 0)
            _add(reader, cell, position, stop, after_blank=after_blank)
            if before:
                is_first = _show(reader, cell, style, is_rich=is_rich, is_first=is_first)
            cell, style, before = [], specifier[1] if specifier else "", True
            position, after_blank = at + 1, False
        _add(reader, cell, position, line.end, after_blank=after_blank)
    _show(reader, cell, style, is_rich=is_rich, is_first=is_first)


def _marks(source: str, line: Line, mark: str) -> list[int]:
    found = []
    at = source.find(mark, line.start, line.end)
    while at >= 0:
        if at == line.start or source[at - 1] != "\\":
            found.append(at)
        at = source.find(mark, at + 1, line.end)
    return found


def _add(reader: Reader, cell: list[Line], start: int, end: int, *, after_blank: bool) -> None:
    first = indent_end(reader.source, start, end)
    last = first + len(reader.source[first:end].rstrip())
    if first < last:
        cell.append(Line(first, last, 0, after_blank or not cell))


def _show(reader: Reader, cell: list[Line], style: str, *, is_rich: bool, is_first: bool) -> bool:
    """Show a cell; return whether none was shown yet."""
    if not cell:
        return is_first
    reader.walker.start_block("cell", "\n\n" if is_first else "\n")
    if style == "l":
        reader.walker.mark(CODE_MARK, cell[0].start, cell[-1].end)
    elif style == "a" or (is_rich and not style):
        reader.body(cell, "cell")
    else:
        start = 0
        for end in range(1, len(cell) + 1):
            if end == len(cell) or cell[end].after_blank:
                if start:
                    reader.walker.start_block("cell", "\n\n")
                reader.text([(line.start, line.end) for line in cell[start:end]], "cell")
                start = end
    return False


def _read_values(reader: Reader, lines: list[Line], mark: str) -> None:
    """Read values between marks, which may stand in quotation marks."""
    plain = re.compile(rf"[^{re.escape(mark)}]*")
    is_first = True
    for line in lines:
        position = line.start
        while position < line.end:
            quoted = _QUOTED.match(reader.source, position, line.end)
            rest = plain.match(reader.source, quoted.end() if quoted else position, line.end)
            stop = rest.end() if rest else line.end
            start, end = quoted.span(1) if quoted else (position, stop)
            start = indent_end(reader.source, start, end)
            end = start + len(reader.source[start:end].rstrip())
            if start < end:
                reader.walker.start_block("cell", "\n\n" if is_first else "\n")
                reader.text([(start, end)], "cell")
                is_first = False
            position = stop + 1
