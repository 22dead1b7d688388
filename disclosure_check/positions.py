"""Turn offsets in a post's text into lines and columns, both 1-based and in code points.

A line ends where CommonMark says: at LF, CR LF or CR. For a post that is a whole file these are the file's own lines;
for a record of a JSONL file they are lines of the record's text.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from msgspec import Struct

_LINE_END = re.compile(r"\r\n|\n|\r")


class Place(Struct, frozen=True):
    """Where an offset stands: line and column, 1-based, the column in code points."""

    line: int
    column: int


class Lines(Struct, frozen=True):
    """The lines of a text: where each starts, and where its words end before the line break."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def place(self, offset: int) -> Place:
        """Return where `offset` stands; an offset at the end of the text stands behind its last character."""
        line = bisect_right(self.starts, offset)
        return Place(line, offset - self.starts[line - 1] + 1)


def index_lines(text: str) -> Lines:
    """Return the lines of `text`; an empty text has one empty line."""
    breaks = list(_LINE_END.finditer(text))
    return Lines((0, *(found.end() for found in breaks)), (*(found.start() for found in breaks), len(text)))
