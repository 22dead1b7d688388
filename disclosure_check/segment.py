"""Cut the folded prose into sentences, lines, paragraphs and piles of tags, and say what stands above the fold.

Offsets here are those of the folded text (`Prose.text`), since all reasoning about nearness happens there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from disclosure_check.lazily import lazily
from disclosure_check.model import LINK_MARK, Span

if TYPE_CHECKING:
    from disclosure_check.model import Platform, Post

# "No. 1" is one phrase.
_SENTENCE_END = lazily(r"(?<![\d\s][.])(?!(?<=\b[Nn]o)\. \d)[.!?]+[\"')\]]*(?=[ \u2005\n])|\n+|\u2005(?=[A-Z@#])")
_ITEM = rf"(?:#\w[\w-]*|@\w[\w.]*|{LINK_MARK})"
_PILE = lazily(rf"(?<![\w#@]){_ITEM}(?:[ \u2005,•|/+]*{_ITEM})+")
_ONE_ITEM = lazily(_ITEM)
# So many in a row hide what follows anywhere. It begins where a run of such characters does, so that a long run is read once.
LADDER = 8  # empty lines
_LINE_BREAKS = lazily(rf"(?<![ \t.\-_•·*~\u2800\u200b])(?:[ \t.\-_•·*~\u2800\u200b]*(?:\r\n|\r|\n)){{{LADDER}}}")
PART_MEDIA = ("carousel", "slides", "stories", "story", "story frames", "thread")
_PART_BREAK = lazily(r"(?m)^[ \t]*-{3,}[ \t]*(?:\r?\n|\Z)")
_PART = lazily(r"(?m)^(?=\(?\d{1,2} ?/ ?\d{0,2}\)?[ .:\n])")


class Pile(Struct, frozen=True):
    """A run of tags, mentions and links with nothing between them."""

    start: int
    end: int
    items: tuple[Span, ...]


class Layout(Struct, frozen=True, dict=True):
    """Where sentences, lines and paragraphs of a folded text begin, and its piles: each is looked up when it is asked for."""

    text: str
    starts: tuple[int, ...] = ()  # at which known parts begin; else numbers show them

    @property
    def length(self) -> int:
        return len(self.text)

    @cached_property
    def sentences(self) -> tuple[int, ...]:
        return 0, *(end.end() for end in _SENTENCE_END().finditer(self.text))

    @cached_property
    def lines(self) -> tuple[int, ...]:
        return 0, *(end.end() for end in re.finditer(r"\n", self.text))

    @cached_property
    def paragraphs(self) -> tuple[int, ...]:
        return 0, *(gap.end() for gap in re.finditer(r"\n\n", self.text))

    @cached_property
    def parts(self) -> tuple[int, ...]:
        """The parts of a thread; () if the post is none."""
        if self.starts or "/" not in self.text:
            return self.starts
        parts = tuple(part.start() for part in _PART().finditer(self.text))
        return parts if len(parts) > 1 and _are_parts([_part_number(self.text, part) for part in parts]) else ()

    @cached_property
    def piles(self) -> tuple[Pile, ...]:
        found = _PILE().finditer(self.text) if any(sign in self.text for sign in ("#", "@", LINK_MARK)) else ()
        return tuple(_pile(pile.group(), pile.start()) for pile in found)

    def sentence(self, offset: int) -> Span:
        return self._around(self.sentences, offset)

    def line(self, offset: int) -> Span:
        return self._around(self.lines, offset)

    def paragraph(self, offset: int) -> Span:
        return self._around(self.paragraphs, offset)

    def part(self, offset: int) -> Span:
        return self._around(self.parts or (0,), offset)

    def _around(self, starts: tuple[int, ...], offset: int) -> Span:
        index = max(0, bisect_right(starts, offset) - 1)
        return Span(starts[index], starts[index + 1] if index + 1 < len(starts) else self.length)


def part_starts(post: Post, platform: Platform) -> tuple[int, ...]:
    """Return where the parts of a post begin in its text: as declared, or behind lines of hyphens where parts are divided so."""
    if post.parts or not (platform.threads or (post.medium or "").strip().lower() in PART_MEDIA):
        return post.parts
    starts = [post.body_start, *(line.end() for line in _PART_BREAK().finditer(post.text, post.body_start))]
    return tuple(starts) if len(starts) > 1 else ()


def _pile(text: str, at: int) -> Pile:
    items = tuple(Span(at + item.start(), at + item.end()) for item in _ONE_ITEM().finditer(text))
    return Pile(at, at + len(text), items)


def _part_number(text: str, start: int) -> tuple[int, str]:
    number = re.match(r"\(?(\d+) ?/ ?(\d*)", text[start : start + 9])
    return (int(number[1]), number[2]) if number else (0, "")


def _are_parts(numbers: list[tuple[int, str]]) -> bool:
    return [part for part, _ in numbers] == list(range(1, len(numbers) + 1)) and len({of for _, of in numbers}) == 1


def _title_length(post: Post, platform: Platform) -> int:
    """Return how long the title is that stands before the text of an exported post, on a line of its own; else 0."""
    if platform.title_limit is None or post.title is not None:
        return 0
    title = re.match(rf"[^\n]{{1,{platform.title_limit}}}\r?\n[ \t]*\r?\n", post.text[post.body_start :])
    return title.end() if title else 0


@lru_cache(maxsize=1)
def _ladder_end(text: str, start: int) -> int:
    """Return where the first ladder of empty lines in `text[start:]` ends; behind the text if there is none."""
    ladder = _LINE_BREAKS().search(text[start:]) if text.count("\n", start) + text.count("\r", start) >= LADDER else None
    return start + ladder.end() if ladder else len(text) + 1


def depth(post: Post, platform: Platform, offset: int, seen: int) -> float:
    """Return how deep a place of the post lies, in folds: up to 1 is seen without a tap, 2 is twice as far.

    `offset` is the place in `post.text`, `seen` the number of characters that a reader sees before it: without markup,
    and with bare URLs as short as they are shown. 0 for a platform that shows the post whole. A ladder of empty lines hides what follows anywhere.
    Source of the numbers: `platform.references`.
    """
    if offset >= _ladder_end(post.text, post.body_start):
        return 3.0
    if platform.shown_whole_up_to is not None and len(post.text) - post.body_start <= platform.shown_whole_up_to:
        return 0.0
    depths = [0.0]
    if platform.fold:
        depths.append((seen - _title_length(post, platform)) / platform.fold)
    if platform.fold_lines and post.format == "text":
        before = post.text[post.body_start : offset]
        depths.append(before.lstrip().count("\n") / platform.fold_lines + (0.01 if before.strip() else 0.0))
    return max(depths)
