"""Tell where in a text the patterns of signals can match: one pass over it finds literals that they need, and the parts around these decide.

Comes in: the folded text and the signals. Goes out: for each pattern that may match, the few places at which it is worth trying.
This doesn't change what is found, only how fast, but for two limits: the literal that a pattern is looked for by stands within
`literals.REACH` of the beginning of its match, and the project's own patterns match no more than LONGEST characters.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from disclosure_check.errors import InputError
from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import regex
    from ahocorasick import Automaton

    from disclosure_check.rulebook import Expression, SignalKind

WORD_BORDER = r"(?<![\w#@&])"
ANYWHERE, WORD, START = 0, 1, 2  # where a pattern can begin: everywhere, behind no character of a word or tag, where the text begins
COMMENTS = "comments-heading"  # the topic of the only context that is looked for in every post

# A literal is looked up among words alone, where all other characters are blank, or, if it has others than these signs, as it is.
PLAIN_SIGNS = frozenset(" .,:;'\"()!?*_-")  # so common that a literal is as telling without them


def is_of_word(character: str) -> bool:
    """Return whether a character is a letter or digit; others that a regular expression takes for one may count as none."""
    return character.isalpha() or character.isdecimal()


def is_in_words(literal: str) -> bool:
    """Return whether a literal is looked up among words alone: beyond Latin-1 letters have to be looked up as they are."""
    return all(character <= "\xff" and (is_of_word(character) or character in PLAIN_SIGNS) for character in literal)


_BLANK = bytes(code if is_of_word(chr(code)) else ord(" ") for code in range(256))


def _words_alone(lower: str) -> str:
    return lower.encode("latin-1", "replace").translate(_BLANK).decode("latin-1")


# Word groups of shapes instead of words. Each is known by a mark, by expressions each of whose characters is a place where the group can
# match, and by a likeness without conditions that matches whatever the group matches.
MARKS = {"token": "\ue000"}
_SHAPES = {
    "\ue000": (lazily(r"[A-Z\u00c0-\u00dd0-9](?=[A-Z\u00c0-\u00dd0-9_.-]{2})"), lazily(r"(?<![A-Za-z])[A-Za-z]++(?=\d)")),
}
LIKENESSES = {"token": r"[\w.\u00d7-]*(?-i:[A-Z\u00c0-\u00dd0-9])[\w.\u00d7-]*"}
OUTLINES = {name: f"(?:{mark}[^\\n]+)" for name, mark in MARKS.items()}

TIMEOUT = 5.0  # seconds an expression of a pack may take at one place of a post
LONGEST = 1000  # folded characters that a match of the project's own expressions, which are known to be fast, may reach over

Table = dict[str, Any]
"""How patterns are looked for, ready for JSON: "literals" are all of them, and "with_signs" the numbers of those that are looked up as they
are; "patterns" are lists of where a match begins and, unless it is tried everywhere, its literals (number, least, most: characters before
it) and the rest of a `Lead`, with "" for None."""


def table_of_signals(kinds: Sequence[SignalKind], table: Table | None = None) -> Table:
    """Return a table of how the patterns of `table` and, behind them, those of `kinds` are looked for."""
    from disclosure_check.literals import begin_of, pivot_of

    numbers = {literal: number for number, literal in enumerate(table["literals"] if table else ())}
    rows = list(table["patterns"]) if table else []
    for _, pattern in _patterns(kinds):
        row: list[Any] = [begin_of(pattern.expanded(OUTLINES))]
        if (pivot := pivot_of(pattern)) is not None:
            literals = sorted([numbers.setdefault(literal, len(numbers)), *span] for literal, span in sorted(pivot.at.items()))
            row += [literals, pivot.before, pivot.rest, pivot.before_least, pivot.before_most]
        rows.append(row)
    with_signs = [number for literal, number in numbers.items() if not is_in_words(literal)]
    return {"literals": list(numbers), "with_signs": with_signs, "patterns": rows}


def _patterns(kinds: Sequence[SignalKind]) -> Iterator[tuple[SignalKind, Expression]]:
    return ((kind, pattern) for kind in kinds if is_searched(kind) for pattern in kind.patterns)


def is_searched(kind: SignalKind) -> bool:
    """Return whether a signal is looked for in every post, not only where another one was found."""
    return kind.role != "context" or kind.topic == COMMENTS


def places_of_shape(mark: str, text: str) -> list[int]:
    """Return, in order, where the word group with a mark can match in a folded text; it may not match at all of them."""
    return sorted({place for shape in _SHAPES[mark] for match in shape().finditer(text) for place in range(*match.span())})


class Lead(Struct, frozen=True):
    """How a pattern of a signal is looked for: by literals of which each match has one, then by its parts before and from near the literal on."""

    kind: SignalKind
    pattern: Expression
    begins: int  # ANYWHERE, WORD or START
    before: Expression | None = None  # the first part, to be matched backwards; None: it may be anything
    rest: Expression | None = None  # the part with the literal; None: it is the whole pattern
    before_least: int = 0  # characters of the first part
    before_most: int = 0


def leads_of(kinds: Sequence[SignalKind], table: Table) -> list[Lead]:
    """Return how the patterns of signals are looked for, as their table tells."""
    return [_lead(kind, pattern, *row) for (kind, pattern), row in zip(_patterns(kinds), table["patterns"], strict=True)]


def _lead(kind: SignalKind, pattern: Expression, begins: int, _: object = None, before: str = "", rest: str = "", *lengths: int) -> Lead:
    return Lead(kind, pattern, begins, pattern.of(before, LIKENESSES) if before else None, pattern.of(rest) if rest else None, *lengths)


class Prefilter:
    """How the patterns of signals are looked for, with a finder for each sort of posts."""

    def __init__(self, kinds: Sequence[SignalKind], table: Table | None = None) -> None:
        """Take the signals, and their table if it is known already."""
        self._kinds = kinds
        self._finders: dict[frozenset[str], Finder] = {}
        self.table = table or table_of_signals(kinds)
        self.leads = leads_of(kinds, self.table)

    def extended(self, kinds: Sequence[SignalKind]) -> Prefilter:
        """Return a prefilter of these signals and more."""
        return Prefilter((*self._kinds, *kinds), table_of_signals(kinds, self.table))

    def finder(self, conditions: frozenset[str]) -> Finder:
        """Return the finder of the signals that are looked for where `conditions` hold, of those that `SignalKind.when` may name."""
        finder = self._finders.get(conditions)
        if finder is None:
            asked = [number for number, lead in enumerate(self.leads) if not lead.kind.when or lead.kind.when & conditions]
            finder = self._finders[conditions] = Finder(self.leads, asked, self.table)
        return finder


class Finder:
    """The literals that some patterns need, to be looked up all at once."""

    def __init__(self, leads: Sequence[Lead], asked: Iterable[int], table: Table) -> None:
        """Take all patterns, the numbers of those to find, and the table of all."""
        from ahocorasick import Automaton

        self._leads = leads
        self._everywhere: list[int] = []  # the numbers of the patterns that need no literal
        # By literal, the numbers of the patterns that need it, with how many characters at least and at most stand before it.
        self._by_literal: dict[int, list[tuple[int, int, int]]] = {}
        for number in asked:
            _, *needed = table["patterns"][number]
            for literal, least, most in needed[0] if needed else ():
                self._by_literal.setdefault(literal, []).append((number, least, most))
            if not needed:
                self._everywhere.append(number)
        self._shapes: list[tuple[int, str]] = []
        self._in_words: Automaton = Automaton()
        self._with_signs: Automaton = Automaton()
        with_signs = frozenset(table["with_signs"])
        for number in self._by_literal:
            literal = table["literals"][number]
            if literal in _SHAPES:
                self._shapes.append((number, literal))
            else:
                automaton = self._with_signs if number in with_signs else self._in_words
                automaton.add_word(literal, (len(literal), number))
        self._in_words.make_automaton()
        self._with_signs.make_automaton()

    def find(self, text: str, lower: str) -> Iterator[tuple[Lead, list[int]]]:
        """Yield the patterns that may match in a folded text, in their order, with the places at which a match can begin, in order.

        `lower` is the same text in lower case. Raises InputError if a pattern takes too long.
        """
        places: dict[int, list[int]] = {}  # where a pattern's rest may begin, by its number
        for literal, place in self._literals(text, lower):
            for number, least, most in self._by_literal[literal]:
                if number not in places:
                    places[number] = []
                places[number] += range(place - most, place - least + 1)
        for number in sorted((*places, *self._everywhere)):
            lead = self._leads[number]
            starts = _starts(lead, text, places.get(number) or range(1 if lead.begins == START else len(text)))
            if starts:
                yield lead, starts

    def _literals(self, text: str, lower: str) -> Iterator[tuple[int, int]]:
        """Yield the literals that stand in a text, by number, with their places."""
        for number, mark in self._shapes:
            for place in places_of_shape(mark, text):
                yield number, place
        in_words, with_signs = f" {_words_alone(lower)} ", " " + lower.replace("\n", " ").replace("\u2005", " ")
        for automaton, read in (self._in_words, in_words), (self._with_signs, with_signs):
            for last, (reach, number) in automaton.iter(read) if len(automaton) else ():
                yield number, last - reach


def _starts(lead: Lead, text: str, places: Iterable[int]) -> list[int]:
    """Return, in order, where a match can begin whose rest begins at one of `places`."""
    match = matcher(lead, lead.pattern if lead.rest is None else lead.rest)
    starts = [place for place in sorted(set(places)) if place >= 0 and match(text, place)]
    if lead.before is not None and starts:
        match = matcher(lead, lead.before)
        starts = [place for place in starts if match(text, place)]
    if lead.rest is not None:
        starts = sorted({start for place in starts for start in _starts_before(lead, text, place)})
    if lead.begins == START:
        return [0] if 0 in starts else []
    return starts


def _starts_before(lead: Lead, text: str, place: int) -> Iterable[int]:
    first, last = max(0, place - lead.before_most), place - lead.before_least
    if lead.begins == WORD:
        return (border.start() for border in _word_borders().finditer(text, first, last))
    return range(first, last + 1)


@cache
def _word_borders() -> regex.Pattern[str]:
    import regex

    return regex.compile(WORD_BORDER)


def matcher(lead: Lead, pattern: Expression) -> Callable[[str, int], regex.Match[str] | None]:
    """Return the function that matches a pattern of `lead` at a place of a text, from there on or, the part before, up to there.

    It raises InputError if a pattern of a pack takes too long. `regex` looks for what a match needs in all that it is shown.
    """
    match, is_before = pattern.compiled().match, pattern is lead.before
    if not lead.pattern.is_trusted:
        return partial(_watched, lead.kind.id, match, is_before=is_before)
    if is_before:
        return lambda text, end: match(text, max(0, end - lead.before_most), end)
    return lambda text, start: match(text, start, start + LONGEST)


def _watched(
    signal: str, match: Callable[..., regex.Match[str] | None], text: str, place: int, *, is_before: bool
) -> regex.Match[str] | None:
    try:
        return match(text, *((0, place) if is_before else (place,)), timeout=TIMEOUT)
    except TimeoutError as error:
        raise InputError(f"signal {signal} took more than {TIMEOUT:g} s; split the text or report its rule pack") from error
