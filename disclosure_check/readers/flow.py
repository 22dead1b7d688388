"""Collect what a reader sees of a post: parsers push characters and breaks, pieces, links and blocks come out.

Positions are code points of the original text and only grow, so the pieces of one flow are sorted and don't overlap.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from disclosure_check.model import Aside, Block, Include, Link, Markup, Piece

BlockKind = Literal["paragraph", "heading", "item", "cell", "footnote", "html"]
Channel = Literal["alt", "title", "hidden", "small", "collapsed"]
Gap = Literal["", " ", "\n", "\n\n"]

_RANK: dict[Gap, int] = {"": 0, " ": 1, "\n": 2, "\n\n": 3}


class Flow:
    """One run of text, in which white space collapses and gaps appear only between characters."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._pieces: list[Piece] = []
        self._run_start = self._run_end = 0  # an open run of characters that are the source's own
        self._gap: Gap = ""
        self._gap_start = self._gap_end = 0
        self._end = 0  # where the last character ended

    def chars(self, start: int, end: int) -> None:
        """Add the characters of the source between `start` and `end` as they stand."""
        if start >= end:
            return
        if self._gap:
            self._close_gap(start)
        if self._run_start < self._run_end == start:
            self._run_end = end
        else:
            self._close_run()
            self._run_start, self._run_end = start, end
        self._end = end

    def literal(self, text: str, start: int, end: int) -> None:
        """Add characters that stand for the source between `start` and `end`, such as a decoded entity."""
        self._close_gap(start)
        self._close_run()
        self._pieces.append(Piece(text, start, end))
        self._end = end

    def gap(self, kind: Gap, start: int, end: int) -> None:
        """Separate what follows from what came before; the widest of several gaps wins."""
        if _RANK[kind] > _RANK[self._gap]:
            self._gap, self._gap_start, self._gap_end = kind, start, end

    def line_break(self, start: int, end: int) -> bool:
        """Break the line; return True if it is the second break in a row, which looks like a new paragraph."""
        second = self._gap in ("\n", "\n\n") and self._gap_start < self._gap_end
        self.gap("\n\n" if second else "\n", start, end)
        return second

    def pieces(self) -> tuple[Piece, ...]:
        self._close_run()
        return tuple(self._pieces)

    def _close_gap(self, start: int) -> None:
        gap, self._gap = self._gap, ""
        if not gap or not (self._pieces or self._run_end):
            return
        if gap != " ":
            self._close_run()
            self._pieces.append(Piece(gap, self._end, start))
        elif self._source[self._gap_start : self._gap_end] == " ":
            self.chars(self._gap_start, self._gap_end)
        else:
            self._close_run()
            self._pieces.append(Piece(" ", self._gap_start, self._gap_end))

    def _close_run(self) -> None:
        if self._run_end:
            self._pieces.append(Piece(self._source[self._run_start : self._run_end], self._run_start, self._run_end))
        self._run_start = self._run_end = 0


class OpenLink(Struct):
    """A link whose text is still being read."""

    url: str
    start: int
    end: int
    rel: tuple[str, ...]
    text_start: int  # where its text can begin
    seen_start: int = -1  # the first and last character seen of it
    seen_end: int = -1


class _OpenBlock(Struct):
    """A block that is still being read; it has no place until something stands in it."""

    kind: BlockKind
    quoted: bool
    start: int = -1
    end: int = -1


class Page:
    """All that is collected from one post."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.flow = Flow(source)  # what a reader sees
        self.asides: list[tuple[Channel, str, Flow]] = []
        self.links: list[Link] = []
        self.blocks: list[Block] = []
        self.includes: list[Include] = []
        self.open_links: list[OpenLink] = []
        self._block = _OpenBlock("paragraph", quoted=False)

    def aside(self, channel: Channel, reason: str) -> Flow:
        flow = Flow(self.source)
        self.asides.append((channel, reason, flow))
        return flow

    def touch(self, start: int, end: int) -> None:
        """Count the source between `start` and `end` to the open block."""
        block = self._block
        if block.start < 0:
            block.start = start
        block.end = max(block.end, end)

    def see(self, start: int, end: int) -> None:
        """Count the source between `start` and `end` to the open block and to the text of the open links."""
        self.touch(start, end)
        for link in self.open_links:
            if link.seen_start < 0:
                link.seen_start = start
            link.seen_end = end

    def start_block(self, kind: BlockKind, *, quoted: bool) -> None:
        block = self._block
        if block.start < 0:
            block.kind, block.quoted = kind, quoted
        else:
            self.blocks.append(Block(block.kind, block.start, block.end, block.quoted))
            self._block = _OpenBlock(kind, quoted)

    def open_link(self, link: OpenLink) -> None:
        self.open_links.append(link)

    def close_link(self, text_end: int) -> None:
        """Close the link opened last; what is seen of a link without characters is all that it encloses."""
        link = self.open_links.pop()
        seen = link.seen_start >= 0
        text_start = link.seen_start if seen else link.text_start
        text_end = link.seen_end if seen else max(text_end, link.text_start)
        self.links.append(Link(link.url, link.start, link.end, text_start, text_end, link.rel))

    def markup(self) -> Markup:
        while self.open_links:
            self.close_link(self.open_links[-1].text_start)
        self.start_block("paragraph", quoted=False)
        asides = [Aside(channel, reason, pieces) for channel, reason, flow in self.asides if (pieces := flow.pieces())]
        return Markup(
            pieces=self.flow.pieces(),
            links=tuple(sorted(self.links, key=lambda link: (link.start, link.end))),
            blocks=tuple(self.blocks),
            asides=tuple(sorted(asides, key=lambda aside: aside.pieces[0].start)),
            includes=tuple(sorted(self.includes, key=lambda include: include.start)),
        )
