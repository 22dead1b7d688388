"""Read the lines of a paragraph as one text whose every character knows its place in the source.

reStructuredText and AsciiDoc are read line by line, but their inline markup runs over line ends: a paragraph in a list
or a table cell is several stretches of the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

from disclosure_check.readers.flow import OpenLink

if TYPE_CHECKING:
    from collections.abc import Sequence

    from disclosure_check.readers.flow import Channel
    from disclosure_check.readers.html import Walker

MAX_DEPTH = 40  # blocks inside blocks; what is deeper is read as plain paragraphs
TAB = 8  # columns
_LINE_END = re.compile("\r\n|[\n\r\x1c\x1d\x1e\x85\u2028\u2029]")
_INDENT = re.compile("[ \t\v\f]*")


class Line(Struct, frozen=True):
    """A line with something on it, or what is left of it behind a marker."""

    start: int  # its first character that is no space
    end: int  # behind its last one
    indent: int  # the column in which it starts
    after_blank: bool  # a blank line stands before it


def read_lines(source: str, start: int) -> list[Line]:
    """Return the lines of `source` behind `start` that aren't blank."""
    lines = []
    after_blank = True
    position = start
    while position < len(source):
        match = _LINE_END.search(source, position)
        end, following = match.span() if match else (len(source), len(source))
        first = indent_end(source, position, end)
        last = first + len(source[first:end].rstrip())
        if first < last:
            lines.append(Line(first, last, width(source[position:first]), after_blank))
        after_blank = first >= last
        position = following
    return lines


def indent_end(source: str, start: int, end: int) -> int:
    """Return where the white space ends that a line begins with."""
    match = _INDENT.match(source, start, end)
    return match.end() if match else start


def width(indent: str) -> int:
    """Return how many columns an indentation has."""
    return len(indent.expandtabs(TAB)) if "\t" in indent else len(indent)


class Stretches:
    """Stretches of the source as one text, with a line end between each two."""

    def __init__(self, source: str, stretches: Sequence[tuple[int, int]]) -> None:
        self.text = "\n".join([source[start:end] for start, end in stretches])
        self._starts = [start for start, _ in stretches] or [0]
        self._at = [0]
        for start, end in stretches[:-1]:
            self._at.append(self._at[-1] + end - start + 1)

    def place(self, offset: int) -> int:
        """Return where the character at `offset` of the text stands in the source."""
        index = bisect_right(self._at, offset) - 1
        return self._starts[index] + offset - self._at[index]

    def end(self, offset: int) -> int:
        """Return where the character before `offset` of the text ends in the source."""
        return self.place(offset - 1) + 1 if offset else self.place(0)


class Writer:
    """Show parts of a paragraph through the walker of the HTML reader, which knows what is hidden, silent or code."""

    def __init__(self, walker: Walker, stretches: Stretches) -> None:
        self.walker = walker
        self.stretches = stretches
        self.text = stretches.text

    def show(self, start: int, end: int) -> None:
        """Show the characters `[start, end)` of the paragraph; a line end is a space."""
        position = start
        while position < end:
            line_end = self.text.find("\n", position, end)
            stop = end if line_end < 0 else line_end
            if position < stop:
                place = self.stretches.place(position)
                self.walker.text(place, place + stop - position)
            if line_end >= 0:
                self.walker.gap(" ", self.stretches.end(line_end), self.stretches.place(line_end + 1))
            position = stop + 1

    def mark(self, shown: str, start: int, end: int) -> None:
        """Show something else in place of `[start, end)`."""
        self.walker.mark(shown, self.stretches.place(start), self.stretches.end(end))

    def code(self, start: int, end: int) -> None:
        """Show a mark in place of the inline code `[start, end)`, or its word if that may be the code of an offer."""
        self.walker.code(self.stretches.place(start), self.stretches.end(end))

    def touch(self, start: int, end: int) -> None:
        """Count `[start, end)` to the block, although a reader sees nothing there."""
        self.walker.page.touch(self.stretches.place(start), self.stretches.end(end))

    def open_link(self, url: str, place: tuple[int, int], text_start: int) -> None:
        """Open a link whose URL stands at `place` in the source, and whose text begins at `text_start` of the paragraph."""
        self.walker.page.open_link(OpenLink(url, *place, (), self.stretches.place(text_start)))

    def close_link(self, text_end: int) -> None:
        self.walker.page.close_link(self.stretches.end(text_end))

    def places(self, start: int, end: int) -> tuple[int, int]:
        return self.stretches.place(start), self.stretches.end(end)


def conceal(walker: Walker, channel: Channel, reason: str, start: int) -> None:
    """Let what follows be an aside, until `walker.pop_aside()`; inside something hidden it stays hidden for that reason."""
    frame = walker.push("#aside", walker.frames[-1].look, start)
    if frame.concealment is None:
        frame.flow = walker.page.aside(channel, reason)
