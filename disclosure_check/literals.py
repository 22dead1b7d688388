"""Find out which literals a pattern can't match without, and where in a match they stand, so that it is tried at few places.

Comes in: the source of a regular expression. Goes out: its needs. This runs when rules are compiled, not when posts are
checked; `prefilter` looks the literals up.
"""

from __future__ import annotations

import re
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from disclosure_check.prefilter import ANYWHERE, START, WORD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Literals = frozenset[str]

SPACES = " \n\u2005"  # stand for each other in the text that literals are looked up in
REACH = 300  # folded characters: a literal stands at most so far behind the beginning of its match
MOST_NEEDS = 5  # of a pattern: those that keep out the most
MOST_LITERALS = 48  # of a need; a larger one would seldom keep anything out
EVERYWHERE = frozenset(["in", "the", ".", ",", "it", "is", "at", "on", "'"])  # literals that keep nothing out
LONGEST = 8  # characters of a literal that are looked for
MOST_TIMES = 3  # repetitions of a piece that are written out
MOST_CHOICES = 8  # characters of one place that are written out
LETTERS = frozenset(
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёàáâãäåæçèéêëìíîïñòóôõöøùúûüýąćęłńśźżőűăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
)  # each with one capital
TELLING = 3  # letters of a word
COMMON = frozenset(
    [
        "a",
        "about",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "but",
        "by",
        "can",
        "could",
        "do",
        "for",
        "from",
        "get",
        "got",
        "had",
        "has",
        "have",
        "he",
        "her",
        "here",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "know",
        "like",
        "made",
        "make",
        "me",
        "more",
        "most",
        "my",
        "no",
        "not",
        "of",
        "on",
        "one",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "people",
        "really",
        "she",
        "so",
        "some",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "time",
        "to",
        "up",
        "us",
        "very",
        "want",
        "was",
        "way",
        "we",
        "well",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


class Need(Struct, frozen=True):
    """One of `literals` begins in every match, between `least` and `most` characters behind its beginning."""

    literals: Literals
    least: int
    most: int


class _Piece(Struct, frozen=True):
    """What is known of a part of a pattern."""

    whole: Literals | None  # all that it can be, if that is few literals
    needs: tuple[Need, ...]  # from its own beginning
    least: int  # characters
    most: int  # at most REACH


def needs_of(pattern: str) -> tuple[Need, ...]:
    """Return what a match of `pattern` can't do without, in lower case, the most telling first; () if nothing can be told.

    It holds in any case, for folded text: other letters that lower to an ASCII letter don't stand in it.
    """
    try:
        piece = _sequence(parser.parse(pattern, re.IGNORECASE))
    except re.error:
        return ()
    needs = [need for need in _known(_all_needs(piece)) if need.literals and " " not in need.literals]
    needs = [need for need in needs if _pays(need)] or sorted(needs, key=_worth)[-1:]
    kept: list[Need] = []
    for need in sorted(map(_shortened, needs), key=_worth, reverse=True):
        if not any(other.literals <= need.literals for other in kept):
            kept.append(need)
    return tuple(kept[:MOST_NEEDS])


def _shortened(need: Need) -> Need:
    """Return the need with the beginnings of its literals, of which one is enough where several begin alike."""
    cut: list[str] = []
    for literal in sorted(
        literal if len(literal) <= LONGEST or not is_telling(literal[:LONGEST]) else literal[:LONGEST] for literal in need.literals
    ):
        if not (cut and literal.startswith(cut[-1])):
            cut.append(literal)
    return Need(frozenset(cut), need.least, need.most)


def _pays(need: Need) -> bool:
    return all(literal.strip() not in EVERYWHERE for literal in need.literals) or all(map(is_telling, need.literals))


def begin_of(pattern: str) -> int:
    """Return where a match can begin: ANYWHERE, behind no character of a WORD or tag, or at the START of the text."""
    try:
        tree = parser.parse(pattern, re.IGNORECASE)
    except re.error:
        return ANYWHERE
    first: Any = tree[0] if len(tree) else None
    while first is not None and first[0] is codes.SUBPATTERN and len(first[1][-1]):
        first = first[1][-1][0]
    if first == (codes.AT, codes.AT_BEGINNING):
        return START
    return WORD if first is not None and str(first) == _WORD_BORDER else ANYWHERE


_WORD_BORDER = str(parser.parse(r"(?<![\w#@&])")[0])


def _all_needs(piece: _Piece) -> tuple[Need, ...]:
    return piece.needs if piece.whole is None else (*piece.needs, Need(piece.whole, 0, 0))


def is_telling(literal: str) -> bool:
    """Return whether a literal is so rare that looking for it pays."""
    words = re.findall(r"\w+", literal)
    return (
        re.search(r"[^\w\s.,:;'\"()!?-]", literal) is not None
        or any(len(word) >= TELLING and word not in COMMON for word in words)
        or (len(words) > 1 and sum(map(len, words)) > TELLING and not all(word in COMMON for word in words))
    )


def _worth(need: Need) -> tuple[bool, float, int, int, list[str]]:
    """Return how much a need keeps out: the rarer its literals (the longer they are) and the surer their place, the more."""
    is_rare = all(map(is_telling, need.literals))
    rarity = -sum(12.0 ** -min(8, len(literal.strip())) for literal in need.literals)
    return is_rare, rarity, need.least - need.most, -len(need.literals), sorted(need.literals)


def _sequence(tree: Sequence[tuple[Any, Any]]) -> _Piece:
    needs: list[Need] = []
    least = most = 0
    running, begun, whole = frozenset([""]), (0, 0), True
    for operation, value in tree:
        piece = _node(operation, value)
        needs += (_shifted(need, least, most) for need in piece.needs)
        joined = None if piece.whole is None else frozenset(head + tail for head in running for tail in piece.whole)
        if joined is not None and len(joined) <= MOST_LITERALS:
            running = joined
        else:
            whole = False
            needs.append(Need(running, *begun))
            running = frozenset([""]) if piece.whole is None else piece.whole
            begun = (least, most) if piece.whole is not None else (least + piece.least, min(REACH, most + piece.most))
        least, most = least + piece.least, min(REACH, most + piece.most)
    if not whole:
        needs.append(Need(running, *begun))
    return _Piece(running if whole else None, _known(needs), least, most)


def _known(needs: Iterable[Need]) -> tuple[Need, ...]:
    return tuple(need for need in needs if "" not in need.literals)


def _shifted(need: Need, least: int, most: int) -> Need:
    return Need(need.literals, min(REACH, need.least + least), min(REACH, need.most + most))


def _node(operation: Any, value: Any) -> _Piece:
    if operation is codes.LITERAL:
        return _Piece(_letter(value), (), 1, 1)
    if operation is codes.IN:
        return _Piece(_choices(value), (), 1, 1)
    if operation is codes.SUBPATTERN:
        return _sequence(value[-1])
    if operation is codes.ATOMIC_GROUP:
        return _sequence(value)
    if operation is codes.BRANCH:
        return _branch([_sequence(branch) for branch in value[1]])
    if operation in _REPEATS:
        return _repeat(value[0], value[1], _sequence(value[2]))
    if operation in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
        return _Piece(frozenset([""]), (), 0, 0)
    if operation in (codes.ANY, codes.NOT_LITERAL):
        return _Piece(None, (), 1, 1)
    return _Piece(None, (), 0, REACH)


def _letter(code: int) -> Literals | None:
    letter = chr(code)
    if letter in SPACES:
        return frozenset([" "])
    return frozenset([letter.lower()]) if code < 128 or not letter.isalpha() or _has_plain_case(letter) else None


def _has_plain_case(letter: str) -> bool:
    """Return whether a letter matches, in any case, only what lowers to it."""
    return letter.lower() in LETTERS or letter.lower() == letter.upper()


def _choices(items: Sequence[tuple[Any, Any]]) -> Literals | None:
    if len(items) > MOST_CHOICES or any(kind is not codes.LITERAL for kind, _ in items):
        return None
    letters = [_letter(code) for _, code in items]
    return None if None in letters else frozenset().union(*(letter for letter in letters if letter))


def _branch(pieces: Sequence[_Piece]) -> _Piece:
    least, most = min(piece.least for piece in pieces), max(piece.most for piece in pieces)
    if all(piece.whole is not None for piece in pieces):
        whole = frozenset().union(*(piece.whole for piece in pieces if piece.whole))
        if len(whole) <= MOST_LITERALS:
            return _Piece(whole, (), least, most)
    choices = [_known(_all_needs(piece)) for piece in pieces]
    if not all(choices):
        return _Piece(None, (), least, most)
    best = [max(needs, key=_worth) for needs in choices]
    need = Need(frozenset().union(*(need.literals for need in best)), min(need.least for need in best), max(need.most for need in best))
    return _Piece(None, (need,), least, most)


def _repeat(fewest: int, times: int, piece: _Piece) -> _Piece:
    least, most = min(REACH, piece.least * fewest), min(REACH, piece.most * min(times, REACH))
    if piece.whole is not None and times <= MOST_TIMES:
        runs = [frozenset([""])]
        for _ in range(times):
            runs.append(frozenset(head + tail for head in runs[-1] for tail in piece.whole))
        whole = frozenset().union(*runs[fewest:])
        if len(whole) <= MOST_LITERALS:
            return _Piece(whole, (), least, most)
    return _Piece(None, _known(_all_needs(piece)) if fewest else (), least, most)
