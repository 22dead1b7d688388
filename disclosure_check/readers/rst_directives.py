"""Read the directives of reStructuredText: which of them show what, to a reader of the page.

Known are those of docutils, of Sphinx with its usual extensions, and of the blog generators Nikola, Pelican and ABlog. What
a directive that isn't known renders isn't known either: its name is kept as an include, its content is read as prose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from disclosure_check.model import Include, Link
from disclosure_check.readers.html import feed
from disclosure_check.readers.stretches import Line, conceal

if TYPE_CHECKING:
    from disclosure_check.readers.flow import BlockKind, Channel
    from disclosure_check.readers.rst import Reader

_OPTION = re.compile(r":([\w][\w .-]{0,60}):(?:[ \t]+|\Z)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What stands behind the colons is the first paragraph of the content.
_PLAIN = _words("attention caution compound danger error footer header hint important note seealso tip warning")
_QUOTATIONS = _words("epigraph highlights pull-quote")
# What stands behind the colons is a title that is shown.
_TITLED = _words(
    """
    admonition card centered deprecated grid-item-card list-table rubric sidebar tab tab-item table topic versionadded
    versionchanged versionremoved
    """
)
# What stands behind the colons is for the machine; the content is shown.
_WRAPPERS = _words(
    """
    class container cssclass glossary grid grid-item hlist list-grid parsed-literal line-block panels role rst-class tab-set table-wide tabs
    """
)
_CODE = _words(
    """
    asciinema autosummary blockdiag bokeh-plot chart code code-block digraph doctest graph graphviz gist highlight inheritance-diagram ipython
    ipython3 jupyter-execute listing literalblock math mermaid plantuml plot productionlist prompt pyvista-plot sourcecode testcleanup testcode
    testoutput testsetup uml
    """
)
_SILENT = _words(
    """
    author cond contents currentmodule date default-domain default-intersphinx-role default-role highlight highlightlang index meta
    module post postlist sectionauthor codeauthor sectnum section-numbering seealso-hidden tabularcolumns tags target-notes title toctree todo
    todolist update-hidden
    """
)
_COLLAPSED = _words("collapse details dropdown toggle")
_FILES = _words("csv-file include literalinclude")
_DROPDOWN = re.compile(r"(?:^|[\s,])(?:dropdown|toggle)(?:$|[\s,])")
_CSV_QUOTED = re.compile(r'"((?:[^"]|"")*)"')


class _Parts:
    """The arguments, options and content of a directive."""

    def __init__(self, source: str, block: list[Line]) -> None:
        self.arguments: list[Line] = []
        self.options: dict[str, tuple[int, int]] = {}
        at = 0
        name = ""
        while at < len(block) and not block[at].after_blank:
            line = block[at]
            option = _OPTION.match(source[line.start : line.end])
            if option:
                name = option[1].lower()
                self.options[name] = (line.start + option.end(), line.end)
            elif name:
                self.options[name] = (self.options[name][0], line.end)
            else:
                self.arguments.append(line)
            at += 1
        self.content = block[at:]
        self._source = source

    @property
    def argument(self) -> str:
        return " ".join(self._source[line.start : line.end] for line in self.arguments)

    def option(self, name: str) -> str:
        start, end = self.options.get(name, (0, 0))
        return self._source[start:end]


def read_directive(reader: Reader, name: str, head: Line, block: list[Line], kind: BlockKind) -> None:
    """Show what the directive `name` shows, which begins at `head`; `block` are its lines behind the colons."""
    parts = _Parts(reader.source, block)
    plain = [*parts.arguments, *parts.content]
    reader.start_block(kind)
    if name in _SILENT or name in _CODE or name.startswith("auto"):
        return
    if name in ("image", "figure"):
        _read_image(reader, parts, head, kind)
    elif name in _FILES or (name == "csv-table" and not parts.content):
        path = parts.option("file") or parts.option("url") or parts.argument
        if path.strip():
            reader.walker.page.includes.append(Include(path.strip(), head.start, block[-1].end if block else head.end))
    elif name == "raw":
        _read_raw(reader, parts)
    elif name in ("only", "ifconfig"):
        _read_conditional(reader, name, parts, kind)
    elif name == "csv-table":
        _read_csv(reader, parts, kind)
    elif name in _COLLAPSED:
        _read_collapsed(reader, name, parts, kind)
    elif name in _QUOTATIONS:
        reader.walker.quote_depth += 1
        reader.walker.start_block(kind, "\n\n")
        reader.body(plain, kind)
        reader.walker.quote_depth -= 1
        reader.walker.start_block(kind, "\n\n")
    elif name in _PLAIN:
        if _DROPDOWN.search(parts.option("class")):
            _conceal(reader, "collapsed", f".. {name}:: dropdown", plain, kind)
        else:
            reader.body(plain, kind)
    elif name in _TITLED:
        _read_titled(reader, name, parts, kind)
    else:
        _read_unknown(reader, name, head, block, parts, kind)
    reader.start_block(kind)


def read_image_substitution(reader: Reader, block: list[Line]) -> None:
    """Keep the description of an image that a substitution stands for."""
    first = reader.source[block[0].start : block[0].end]
    if re.search(r"\|[ \t]+image::", first):
        _keep_alt(reader, _Parts(reader.source, block[1:]))


def _read_unknown(reader: Reader, name: str, head: Line, block: list[Line], parts: _Parts, kind: BlockKind) -> None:
    if name not in _WRAPPERS and ":" not in name:
        reader.walker.page.includes.append(Include(name, head.start, (block[0] if block else head).end))
    reader.body(parts.content, kind)


def _read_titled(reader: Reader, name: str, parts: _Parts, kind: BlockKind) -> None:
    if parts.arguments:
        reader.paragraph(parts.arguments, "heading" if name in ("rubric", "admonition", "topic", "sidebar") else kind)
        reader.start_block(kind)
    if _DROPDOWN.search(parts.option("class")):
        _conceal(reader, "collapsed", f".. {name}:: dropdown", parts.content, kind)
    else:
        reader.body(parts.content, "cell" if name == "list-table" else kind)


def _conceal(reader: Reader, channel: Channel, reason: str, lines: list[Line], kind: BlockKind) -> None:
    if lines:
        conceal(reader.walker, channel, reason, lines[0].start)
        reader.body(lines, kind)
        reader.walker.pop_aside()
        reader.start_block(kind)


def _read_collapsed(reader: Reader, name: str, parts: _Parts, kind: BlockKind) -> None:
    reader.paragraph(parts.arguments, kind)
    if "open" in parts.options or "show" in parts.options:
        reader.start_block(kind)
        reader.body(parts.content, kind)
    else:
        _conceal(reader, "collapsed", f".. {name}::", parts.content, kind)


def _read_conditional(reader: Reader, name: str, parts: _Parts, kind: BlockKind) -> None:
    """Show what is for HTML; what is for another output, or for a setting nobody here knows, is hidden."""
    condition = parts.argument
    if name == "only" and re.search(r"(?<!not )\bhtml\b", condition):
        reader.body(parts.content, kind)
    else:
        _conceal(reader, "hidden", f".. {name}:: {condition}"[:80].rstrip(), parts.content, kind)


def _read_raw(reader: Reader, parts: _Parts) -> None:
    if "html" not in parts.argument.lower().split() or not parts.content:
        return
    walker = reader.walker
    start, end = parts.content[0].start, parts.content[-1].end
    walker.start_block("html", "\n\n")
    frame = walker.frames[-1]
    outer, frame.kind = frame.kind, "html"
    feed(walker, reader.source[start:end], start)
    frame.kind = outer
    walker.start_block("paragraph", "\n\n")


def _read_image(reader: Reader, parts: _Parts, head: Line, kind: BlockKind) -> None:
    page = reader.walker.page
    page.touch(head.start, head.end)
    _keep_alt(reader, parts)
    start, end = parts.options.get("target", (0, 0))
    url = "".join(reader.source[start:end].split())
    place: tuple[str, int, int] | None = (url, start, end) if url else None
    if url.endswith("_"):
        from disclosure_check.readers.rst_inline import plain_name

        place = reader.names.find(plain_name(url[:-1].strip("`")))
    if place:
        page.links.append(Link(place[0], place[1], place[2], head.start, head.end))
    reader.start_block(kind)
    reader.body(parts.content, kind)


def _keep_alt(reader: Reader, parts: _Parts) -> None:
    start, end = parts.options.get("alt", (0, 0))
    if start < end:
        reader.walker.keep_value("alt", start, end)


def _read_csv(reader: Reader, parts: _Parts, kind: BlockKind) -> None:
    reader.paragraph(parts.arguments, kind)
    delimiter = {"tab": "\t", "space": " "}.get(parts.option("delim"), parts.option("delim")[:1] or ",")
    header = parts.options.get("header")
    is_first = True
    spans = [header] if header else []
    spans.append((parts.content[0].start, parts.content[-1].end))
    for start, end in spans:
        for stretches in _csv_cells(reader.source, start, end, delimiter):
            reader.start_item("cell", is_first=is_first)
            reader.end_item()
            reader.text(stretches)
            is_first = False
    reader.walker.start_block(kind, "\n\n")


def _csv_cells(source: str, start: int, end: int, delimiter: str) -> list[list[tuple[int, int]]]:
    """Return the cells of comma-separated lines, each as the stretches of its lines."""
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")
    cells: list[list[tuple[int, int]]] = []
    position = start
    while position < end:
        while position < end and source[position] in " \t\r\n":
            position += 1
        quoted = _CSV_QUOTED.match(source, position, end)
        first, last = quoted.span(1) if quoted else (position, position)
        rest = plain.match(source, quoted.end() if quoted else position, end)
        stop = rest.end() if rest else end
        if not quoted:
            last = stop
        stretches = [(first + line.start(), first + line.end()) for line in re.finditer(r"[^\s](?:[^\r\n]*[^\s])?", source[first:last])]
        if stretches:
            cells.append(stretches)
        position = stop + 1
    return cells
