"""Tell where in a text the patterns of signals can match at all: one pass over it finds the rare literals that they need.

Comes in: the folded text and the signals. Goes out: for each pattern the few places at which it is worth trying. This
doesn't change what is found, only how fast, but for one limit: what a pattern needs has to stand within `literals.REACH` of
the beginning of its match.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache, cached_property, partial
from itertools import groupby
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ahocorasick import Automaton

    from disclosure_check.rulebook import Expression, SignalKind

BLOCK = 8192  # characters whose places are worked on at a time, as the bits of a number
ANYWHERE, WORD, START = 0, 1, 2  # where a pattern can begin: everywhere, behind no character of a word or tag, where the text begins
COMMENTS = "comments-heading"  # the topic of the only context that is looked for in every post

# Word groups of shapes instead of words. Each is known by a mark, and by expressions each of whose characters is a place where the group can match.
MARKS = {"token": "\ue000"}
_SHAPES = {
    "\ue000": (lazily(r"[A-Z\u00c0-\u00dd0-9](?=[A-Z\u00c0-\u00dd0-9_.-]{2})"), lazily(r"(?<![A-Za-z])[A-Za-z]++(?=\d)")),
}

Table = dict[str, Any]
"""What patterns need, ready for JSON: "literals" are all of them; "groups" are lists of numbers of literals, and "rare" is how
many groups, the first ones, every text is searched for; "patterns" are lists [where it begins, [group, least, most], ...]."""


def needs_of_signals(kinds: Sequence[SignalKind], table: Table | None = None) -> Table:
    """Return a table of what the patterns of `table` need and, behind them, those of `kinds`."""
    from disclosure_check.literals import begin_of, is_telling, needs_of

    found: list[list[Any]] = []
    if table:
        words = [frozenset(table["literals"][number] for number in group) for group in table["groups"]]
        found += ([begins, *((words[group], *span) for group, *span in needs)] for begins, *needs in table["patterns"])
    for pattern in _patterns(kinds):
        outline = pattern.outline()
        found.append([begin_of(outline), *((need.literals, need.least, need.most) for need in needs_of(outline))])
    groups = dict.fromkeys(need[0] for _, *needs in found for need in needs)
    is_rare = {group: all(literal not in _SHAPES and is_telling(literal) for literal in group) for group in groups}
    for _, *needs in found:
        if needs and not any(is_rare[need[0]] for need in needs):
            is_rare[next((need[0] for need in needs if _SHAPES.keys().isdisjoint(need[0])), needs[0][0])] = True  # so that each has one
    ordered = sorted(groups, key=lambda group: not is_rare[group])
    literals = list(dict.fromkeys(literal for group in ordered for literal in sorted(group)))
    numbers, places = ({item: number for number, item in enumerate(items)} for items in (ordered, literals))
    return {
        "literals": literals,
        "groups": [sorted(places[literal] for literal in group) for group in ordered],
        "rare": sum(is_rare.values()),
        "patterns": [[begins, *([numbers[group], *span] for group, *span in needs)] for begins, *needs in found],
    }


def _patterns(kinds: Sequence[SignalKind]) -> Iterator[Expression]:
    return (pattern for kind in kinds if is_searched(kind) for pattern in kind.patterns)


def is_searched(kind: SignalKind) -> bool:
    """Return whether a signal is looked for in every post, not only where another one was found."""
    return kind.role != "context" or kind.topic == COMMENTS


def places_of_shape(mark: str, text: str) -> list[int]:
    """Return, in order, where the word group with a mark can match in a folded text; it may not match at all of them."""
    return sorted({place for shape in _SHAPES[mark] for match in shape().finditer(text) for place in range(*match.span())})


class Needs(Struct, frozen=True):
    """What a pattern of a signal can't match without."""

    kind: SignalKind
    pattern: Expression
    begins: int  # ANYWHERE, WORD or START
    groups: int  # of literals, as bits
    rare: int  # those of them that every text is searched for
    each: Sequence[tuple[int, int, int]]  # a group, one of whose literals begins `least` to `most` characters behind the match's beginning


class Prefilter:
    """The literals that signals need, to be looked up all at once: the rare ones in every text, the common ones where these are there."""

    def __init__(self, kinds: Sequence[SignalKind], table: Table | None = None) -> None:
        """Take the signals, and their table if it is known already."""
        self._kinds = kinds
        self._table = table or needs_of_signals(kinds)
        self.groups: list[list[int]] = self._table["groups"]  # of literals, by number; the rare ones first
        rare, literals = self._table["rare"], self._table["literals"]
        bound = 1 + max((group[-1] for group in self.groups[:rare]), default=-1)
        self.rare_finder = Finder(literals, range(bound), self.groups, range(rare))
        self.common_finder = cache(partial(Finder, literals, range(bound, len(literals)), self.groups, range(rare, len(self.groups))))
        rows = iter(self._table["patterns"])
        self.searched = [
            _needs(kind, pattern, (1 << rare) - 1, *next(rows)) for kind in kinds if is_searched(kind) for pattern in kind.patterns
        ]

    def extended(self, kinds: Sequence[SignalKind]) -> Prefilter:
        """Return a prefilter of these signals and more."""
        return Prefilter((*self._kinds, *kinds), needs_of_signals(kinds, self._table))

    def find(self, text: str, lower: str) -> Places:
        """Return where the literals begin in a folded text; `lower` is the same in lower case."""
        return Places(self, text, lower.replace("\n", " ").replace("\u2005", " "))


def _needs(kind: SignalKind, pattern: Expression, rare: int, begins: int, *each: tuple[int, int, int]) -> Needs:
    groups = 0
    for group, *_ in each:
        groups |= 1 << group
    return Needs(kind, pattern, begins, groups, groups & rare, each)


class Finder:
    """Finds some of the literals in a text."""

    def __init__(self, literals: Sequence[str], numbers: Iterable[int], groups: Sequence[Sequence[int]], asked: Iterable[int]) -> None:
        """Take all literals and groups, and the numbers of the literals to find and of the groups to tell of."""
        from ahocorasick import Automaton

        self._shapes: list[tuple[int, str]] = []
        self._automaton: Automaton = Automaton()
        for number in numbers:
            literal = literals[number]
            if literal in _SHAPES:
                self._shapes.append((number, literal))
            else:
                self._automaton.add_word(literal, (len(literal) - 1, number))
        self._automaton.make_automaton()
        self._groups_of: dict[int, int] = {}  # by literal, as bits
        for group in asked:
            for number in groups[group]:
                self._groups_of[number] = self._groups_of.get(number, 0) | 1 << group

    def find(self, text: str, lower: str, where: dict[int, list[int]]) -> int:
        """Add the places of the literals to `where`, and return the groups, as bits, that have a literal there."""
        for number, mark in self._shapes:
            where[number] = places_of_shape(mark, text)
        for last, (reach, number) in self._automaton.iter(lower) if len(self._automaton) else ():
            if number in where:
                where[number].append(last - reach)
            else:
                where[number] = [last - reach]
        present = 0
        for number in where.keys() & self._groups_of.keys():
            present |= self._groups_of[number]
        return present


class Places:
    """Where the literals of a text begin."""

    def __init__(self, prefilter: Prefilter, text: str, lower: str) -> None:
        self._prefilter = prefilter
        self._text = text
        self._lower = lower
        self._where: dict[int, list[int]] = {}

    @cached_property
    def possible(self) -> list[Needs]:
        """The patterns, in their order, that have all their literals somewhere."""
        present = self._prefilter.rare_finder.find(self._text, self._lower, self._where)
        possible = [needs for needs in self._prefilter.searched if needs.rare & present == needs.rare]
        if not possible:
            return []
        present |= self._prefilter.common_finder().find(self._text, self._lower, self._where)
        return [needs for needs in possible if needs.groups & present == needs.groups]

    def possible_kinds(self) -> Iterator[tuple[SignalKind, list[Needs]]]:
        """Yield the signals that have possible patterns, with these; a pack's signal may have the id of another one."""
        for _, group in groupby(self.possible, key=lambda needs: id(needs.kind)):
            patterns = list(group)
            yield patterns[0].kind, patterns

    @cached_property
    def _word_starts(self) -> list[int]:
        text = self._text
        return [_word_starts(text[max(0, base - 1) : base + BLOCK], base) for base in range(0, len(text), BLOCK)]

    def starts(self, needs: Needs) -> Iterator[int]:
        """Yield, in order, where a match of one of the possible patterns can begin."""
        for base in range(0, 1 if needs.begins == START else len(self._text), BLOCK):
            length = 1 if needs.begins == START else min(BLOCK, len(self._text) - base)
            bits = self._word_starts[base // BLOCK] if needs.begins == WORD else (1 << length) - 1
            for group, least, most in needs.each:
                bits &= self._behind(group, base + least, most - least, length)
                if not bits:
                    break
            while bits:
                lowest = bits & -bits
                bits ^= lowest
                yield base + lowest.bit_length() - 1

    def _behind(self, group: int, low: int, span: int, length: int) -> int:
        """Return, as bits, from which of `length` places on, counted from `low`, a literal of a group begins within `span` characters."""
        bits, where = 0, self._where
        high = low + length + span
        for number in self._prefilter.groups[group]:
            if number in where:
                places = where[number]
                for place in places[bisect_left(places, low) : bisect_left(places, high)]:
                    bits |= 1 << (place - low)
        covered = 0
        while covered < span:
            step = min(covered + 1, span - covered)
            bits |= bits >> step
            covered += step
        return bits


# Letters beyond Latin-1 are taken for other characters here: that costs a few more places, and loses none.
_OF_WORD = bytes(ord("1" if chr(code).isalnum() or chr(code) in "_#@&" else "0") for code in range(256))


def _word_starts(text: str, base: int) -> int:
    """Return the places, as bits, behind no character of a word or tag; but for the first block, `text` begins one character before it."""
    of_word = int(text.encode("latin-1", "replace").translate(_OF_WORD)[::-1], 2)
    bits, length = (~of_word, len(text) - 1) if base else (~(of_word << 1), len(text))
    return bits & ((1 << length) - 1)
