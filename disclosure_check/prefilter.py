"""Tell where in a text the patterns of signals can match at all: one pass over it finds the rare literals that they need.

Comes in: the folded text and the signals. Goes out: for each pattern the few places at which it is worth trying. This
never changes what is found, only how fast.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache, partial
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

Table = dict[str, list[Any]]
"""What patterns need, ready for JSON: "literals" are all of them; "groups" are lists of numbers of literals, and "rare" of how
many of the first groups each text is searched; "patterns" are lists [where it begins, [group, least, most], ...]."""


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
        "rare": [sum(is_rare.values())],
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
    """What a pattern can't match without."""

    pattern: Expression
    begins: int  # ANYWHERE, WORD or START
    mask: int  # the rare groups of literals, as bits
    each: Sequence[
        tuple[int, int, int]
    ]  # a group, one of whose literals begins from `least` to `most` characters behind the match's beginning


class Prefilter:
    """The literals that signals need, to be looked up all at once."""

    def __init__(self, kinds: Sequence[SignalKind], table: Table | None = None) -> None:
        """Take the signals, and their table if it is known already."""
        self._table = table or needs_of_signals(kinds)
        self._kinds = kinds
        self.literals: list[str] = self._table["literals"]
        self.groups: list[list[int]] = self._table["groups"]  # of literals, by number; the rare ones first
        self.rare = self._table["rare"][0]  # groups
        self._groups_of = [0] * (1 + max((group[-1] for group in self.groups[: self.rare]), default=-1))  # of each rare literal, as bits
        for number, group in enumerate(self.groups[: self.rare]):
            for literal in group:
                self._groups_of[literal] |= 1 << number
        numbers = range(len(self.literals))
        self._rare_literals = self._automaton(numbers[: len(self._groups_of)])
        self._common_literals = cache(partial(self._automaton, numbers[len(self._groups_of) :]))
        rows = iter(self._table["patterns"])
        self.searched = [(kind, [self._needs(pattern, next(rows)) for pattern in kind.patterns]) for kind in kinds if is_searched(kind)]

    def _needs(self, pattern: Expression, row: Sequence[Any]) -> Needs:
        mask = 0
        for group, *_ in row[1:]:
            if group < self.rare:
                mask |= 1 << group
        return Needs(pattern, row[0], mask, row[1:])

    def _automaton(self, numbers: Iterable[int]) -> Automaton:
        from ahocorasick import Automaton

        automaton = Automaton()
        for number in numbers:
            literal = self.literals[number]
            if literal in _SHAPES:
                continue
            automaton.add_word(literal, (len(literal) - 1, number))
        automaton.make_automaton()
        return automaton

    def extended(self, kinds: Sequence[SignalKind]) -> Prefilter:
        """Return a prefilter of these signals and more."""
        return Prefilter((*self._kinds, *kinds), needs_of_signals(kinds, self._table))

    def find(self, text: str, lower: str) -> Places:
        """Return where the rare literals begin in a folded text; `lower` is the same in lower case."""
        lower = lower.replace("\n", " ").replace("\u2005", " ")
        where: dict[int, list[int]] = {}
        present = 0
        for last, (reach, number) in self._rare_literals.iter(lower):
            if number in where:
                where[number].append(last - reach)
            else:
                where[number] = [last - reach]
                present |= self._groups_of[number]
        return Places(self, text, lower, present, where)

    def find_common(self, text: str, lower: str, where: dict[int, list[int]]) -> None:
        """Add to `where` the places of the literals that aren't rare."""
        for number in range(len(self._groups_of), len(self.literals)):
            if self.literals[number] in _SHAPES:
                where[number] = places_of_shape(self.literals[number], text)
        for last, (reach, number) in self._common_literals().iter(lower):
            if number in where:
                where[number].append(last - reach)
            else:
                where[number] = [last - reach]


class Places:
    """Where the literals of a text begin; the common ones are looked up when a pattern has all its rare ones."""

    def __init__(self, prefilter: Prefilter, text: str, lower: str, present: int, where: dict[int, list[int]]) -> None:
        self.present = present  # the rare groups of which one literal is there, as bits
        self._prefilter = prefilter
        self._text = text
        self._lower = lower
        self._where = where
        self._word_starts = [_word_starts(text[max(0, base - 1) : base + BLOCK], base) for base in range(0, len(text), BLOCK)]
        self._has_common = False

    def starts(self, needs: Needs) -> Iterator[int]:
        """Yield, in order, where a match can begin that has all of `needs`."""
        if self.present & needs.mask != needs.mask:
            return
        for base in range(0, 1 if needs.begins == START else len(self._text), BLOCK):
            length = 1 if needs.begins == START else min(BLOCK, len(self._text) - base)
            bits = self._word_starts[base // BLOCK] if needs.begins == WORD else (1 << length) - 1
            for group, least, most in needs.each:
                bits &= self._fitting(group, base + least, most - least, length)
                if not bits:
                    break
            while bits:
                lowest = bits & -bits
                bits ^= lowest
                yield base + lowest.bit_length() - 1

    def _fitting(self, group: int, low: int, span: int, length: int) -> int:
        """Return, as bits, from which of `length` places on, counted from `low`, a literal of a group begins within `span` characters."""
        if group >= self._prefilter.rare and not self._has_common:
            self._has_common = True
            self._prefilter.find_common(self._text, self._lower, self._where)
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
