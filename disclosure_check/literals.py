"""Find out by which literals a pattern is best looked for: those that every match has one of, and that are met seldom.

Comes in: a pattern of the rule data. Goes out: its pivot. This runs when rules are compiled, not when posts are checked;
`prefilter` looks the literals up.
"""

from __future__ import annotations

import re
from math import prod
from re import _constants as codes  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from disclosure_check.prefilter import ANYWHERE, LIKENESSES, MARKS, OUTLINES, PLAIN_SIGNS, START, WORD, WORD_BORDER, is_in_words, is_of_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from disclosure_check.rulebook import Expression

Literals = frozenset[str]
Spans = dict[str, tuple[int, int]]  # of literals: how many characters at least and at most stand before it; -1: it begins with one of these

BORDER = "\b"  # stands in a literal where not both neighbours are characters of words
EDGES = f" {BORDER}"
SPACES = " \n\u2005"  # stand for each other in the text that literals are looked up in
REACH = 300  # folded characters: a literal stands at most so far behind the beginning of its match
MOST_LITERALS = 128  # of parts of a pattern in a row
MOST_BRANCHES = 400  # literals that one part of a pattern is
LONGEST = 8  # characters of a literal that are looked for
MOST_TIMES = 3  # repetitions of a piece that are written out
MOST_CHOICES = 8  # characters of one place that are written out
LETTERS = frozenset(
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёàáâãäåæçèéêëìíîïñòóôõöøùúûüýąćęłńśźżőűăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
)  # each with one capital
# How often letters are met among all characters of English prose, and what is as likely as not.
LETTER = dict.fromkeys("0123456789", 0.025) | dict(
    zip(
        "etaoinshrdlucmwfgypbvkjxqz",
        [0.1, 0.07, 0.065, 0.06, *[0.055] * 2, *[0.05] * 3, *[0.035] * 2, *[0.02] * 5, *[0.016] * 3, 0.012, 0.008, 0.006, *[0.001] * 4],
        strict=True,
    )
)
OTHER = 0.0003  # a letter of another language or a sign
USUAL = dict.fromkeys("/()#\"'*-.,:;!?", 0.002)  # signs
EDGE = 0.2  # a gap before or behind a word
OFTEN, AT_TIMES, THEN = 0.004, 0.0004, 0.02  # one of the COMMON words, one of the FAMILIAR ones, and one of either behind others
LEAST = 0.00005  # any literal: words aren't letters in a row by chance, and rare ones come where others do
SHAPE = 0.3  # a place at which the shape of a code may begin
SELDOM = 0.0005  # the beginning of a literal that is so rare stands for all of it
TRYING = 1.5  # what trying a pattern at a place costs, if finding a literal costs 1
RESTS = 0.05  # the share of literals at which the rest of a pattern matches, about, if it needs more
WORD_LENGTH = 5  # characters
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
FAMILIAR = frozenset(
    [
        "back",
        "day",
        "days",
        "did",
        "down",
        "even",
        "first",
        "free",
        "go",
        "going",
        "good",
        "last",
        "let",
        "long",
        "look",
        "may",
        "might",
        "month",
        "much",
        "need",
        "never",
        "new",
        "now",
        "off",
        "old",
        "own",
        "right",
        "said",
        "say",
        "see",
        "should",
        "since",
        "still",
        "such",
        "take",
        "thing",
        "things",
        "think",
        "through",
        "today",
        "too",
        "two",
        "use",
        "used",
        "using",
        "via",
        "week",
        "while",
        "work",
        "year",
        "years",
    ]
)
_ELEMENT = r"""
    \| | (?: \\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|.) | \[\^?\]?(?:\\.|[^\]\\])*\] | \{[a-z_]+\} | (?P<group>\((?:[^()\[\\]|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(?&group))*\)) | [^|] )
    (?: [?*+][?+]? | \{\d*,?\d*\}[?+]? )?
"""
_FLAGS = re.compile(r"\(\?[a-zA-Z0-9-]+\)")  # which change what follows
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


class Need(Struct, frozen=True):
    """Literals of which every match has one."""

    at: Spans  # where each of them begins
    is_whole: bool = False  # they are all that there is


class Pivot(Struct, frozen=True):
    """What a pattern is looked for by: literals of which each match has one, and the part of the pattern around them and behind."""

    at: Spans  # where each of them begins, in that part
    before: str  # the part before, to be matched backwards; "": it may be anything
    rest: str  # that part; "": it is the whole
    before_least: int  # characters of a match before that part
    before_most: int
    is_followed: bool  # more literals are needed behind


class _Piece(Struct, frozen=True):
    """What is known of a part of a pattern."""

    whole: Literals | None  # all that it can be, if that is few literals
    needs: tuple[Need, ...]  # from its own beginning
    least: int  # characters
    most: int  # at most REACH


def pivot_of(pattern: Expression) -> Pivot | None:
    """Return at which literals to look for a pattern; None if it can match without any.

    It holds in any case, for folded text: other letters that lower to an ASCII letter don't stand in it.
    """
    elements = [pattern.of(element) for element in _elements(pattern.source)]
    try:
        parts = [list(parser.parse(element.expanded(OUTLINES), re.IGNORECASE)) for element in elements]
    except re.error:
        return None
    nodes = [node for part in parts for node in part]
    owners = [number for number, part in enumerate(parts) for _ in part]
    pieces = [_node(*node) for node in nodes]
    needs = [(node, need) for node, need in _needs(nodes, pieces) if _is_known(need.at)]
    pivots = []
    for node, need in needs:
        first = owners.index(owners[node])
        before = _length(pieces[:first])
        cut = owners[first] if before[1] else 0
        pivots.append(
            Pivot(
                at=_shortened(_looked_up(_shifted(need, *_length(pieces[first:node])).at)),
                before=_backwards(elements[:cut]),
                rest="".join(element.source for element in elements[cut:]) if cut else "",
                before_least=before[0],
                before_most=before[1],
                is_followed=any(owners[later] > owners[node] for later, _ in needs),
            )
        )
    return min((pivot for pivot in pivots if _is_known(pivot.at)), key=_cost, default=None)


def _elements(pattern: str) -> list[str]:
    """Return the elements of a pattern of the rule data, with their quantifiers: signs, classes, groups and names of word groups.

    The whole is one element where its parts don't stand alone: beside a "|", or behind flags.
    """
    import regex

    elements = [match.group() for match in regex.finditer(_ELEMENT, pattern, regex.VERBOSE)]
    return [pattern] if "|" in elements or any(map(_FLAGS.fullmatch, elements)) else elements


def _backwards(elements: Sequence[Expression]) -> str:
    """Return a pattern that matches backwards, while nothing behind it is seen, wherever `elements` match; "" if none can be told."""
    seen = [element for element in elements if not element.source.startswith("(?=")]
    nodes = [node for element in seen for node in parser.parse(element.expanded(LIKENESSES), re.IGNORECASE)]
    return "".join(("(?r)", *(element.source for element in seen))) if seen and all(_is_reversible(*node) for node in nodes) else ""


def _is_reversible(operation: Any, value: Any) -> bool:
    """Return whether a node matches backwards whatever it matches forwards, if nothing behind it is seen."""
    if operation in (codes.POSSESSIVE_REPEAT, codes.ATOMIC_GROUP, codes.GROUPREF, codes.GROUPREF_EXISTS):
        return False
    if operation is codes.ASSERT:
        return bool(value[0] < 0)
    if operation is codes.BRANCH:
        return all(_is_reversible(*node) for branch in value[1] for node in branch)
    if operation is codes.SUBPATTERN or operation in _REPEATS:
        return all(_is_reversible(*node) for node in value[-1])
    return True


def _length(pieces: Iterable[_Piece]) -> tuple[int, int]:
    least = most = 0
    for piece in pieces:
        least, most = min(REACH, least + piece.least), min(REACH, most + piece.most)
    return least, most


def _cost(pivot: Pivot) -> tuple[float, int, list[str]]:
    """Return, for each character of a text, about how often a pattern would be tried."""
    window = (pivot.before_most - pivot.before_least) / WORD_LENGTH
    behind = 1 + (RESTS if pivot.is_followed else 1.0) * (1 + RESTS * window if pivot.before else window)
    cost = sum(frequency(literal) * (1 + TRYING * (most - least + behind)) for literal, (least, most) in pivot.at.items())
    return cost, len(pivot.at), sorted(pivot.at)


def _looked_up(literals: Spans) -> Spans:
    """Return the literals as they stand in the texts that they are looked up in: a border is a blank there."""
    found = ((_as_looked_up(literal), span) for literal, span in literals.items())
    return _merged((literal, (least + late, most + late)) for (literal, late), (least, most) in found)


def _merged(spans: Iterable[tuple[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    merged: dict[str, tuple[int, int]] = {}
    for literal, (least, most) in spans:
        known = merged.get(literal, (least, most))
        merged[literal] = min(least, known[0]), min(REACH, max(most, known[1]))
    return merged


def _as_looked_up(literal: str) -> tuple[str, int]:
    """Return a literal as it is looked up, and how far behind its beginning."""
    plain = literal.strip(BORDER)
    for mark in MARKS.values():
        before, found, _ = plain.partition(mark)
        if found and not before.strip("".join(PLAIN_SIGNS)):
            return mark, len(before)
        plain = before
    if not is_in_words(plain):
        return plain, 0
    before = " " if literal.startswith(BORDER) and is_of_word(plain[:1]) else ""
    after = " " if literal.endswith(BORDER) and is_of_word(plain[-1:]) else ""
    return before + "".join(character if is_of_word(character) else " " for character in plain) + after, -len(before)


def _shortened(literals: Spans) -> Spans:
    """Return the beginnings of the literals, of which one is enough where several begin alike."""
    cut: list[tuple[str, tuple[int, int]]] = []
    for literal, span in sorted((_beginning(literal), span) for literal, span in literals.items()):
        cut.append((cut[-1][0] if cut and literal.startswith(cut[-1][0]) else literal, span))
    return _merged(cut)


def _beginning(literal: str) -> str:
    return literal if len(literal) <= LONGEST or frequency(literal[:LONGEST]) > SELDOM else literal[:LONGEST]


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


_WORD_BORDER = str(parser.parse(WORD_BORDER)[0])


def _all_needs(piece: _Piece) -> tuple[Need, ...]:
    return piece.needs if piece.whole is None else (*piece.needs, _need(piece.whole))


def _need(literals: Literals, *, is_whole: bool = False) -> Need:
    return Need(dict.fromkeys(literals, (0, 0)), is_whole)


def frequency(literal: str) -> float:
    """Return at about how many of all characters of English prose a literal begins."""
    if literal in MARKS.values():
        return SHAPE
    found = prod(USUAL.get(character, OTHER) for character in literal if not is_of_word(character) and character not in EDGES)
    words = re.findall(r"[^\W_]+", literal)
    for number, word in enumerate(words):
        if word in COMMON or word in FAMILIAR:
            found *= THEN if number else OFTEN if word in COMMON else AT_TIMES
        else:
            found *= prod(LETTER.get(letter, OTHER) for letter in word)
            found *= 1 if number or literal[:1] not in EDGES else EDGE
            found *= 1 if number + 1 < len(words) or literal[-1:] not in EDGES else EDGE
    return max(found, LEAST)


def _order(need: Need) -> tuple[float, int, list[str]]:
    """Return what the better need has less of."""
    share = sum(frequency(literal) * (1 + most - least) for literal, (least, most) in need.at.items())
    return share, len(need.at), sorted(need.at)


def _sequence(tree: Sequence[tuple[Any, Any]]) -> _Piece:
    nodes = list(tree)
    pieces = [_node(*node) for node in nodes]
    least, most = _length(pieces)
    found = _needs(nodes, pieces)
    if len(found) == 1 and found[0][1].is_whole:
        return _Piece(frozenset(found[0][1].at), (), least, most)
    needs = (_shifted(need, *_length(pieces[:node])) for node, need in found)
    return _Piece(None, _known(needs), least, most)


def _needs(nodes: Sequence[tuple[Any, Any]], pieces: Sequence[_Piece]) -> list[tuple[int, Need]]:
    """Return what a sequence needs, each with the number of the node from whose beginning on it is counted.

    The only need of a sequence that is few literals is whole.
    """
    needs: list[tuple[int, Need]] = []
    running, begun, whole = frozenset([""]), 0, True
    for at, piece in enumerate(pieces):
        needs += ((at, _behind(nodes[:at], need)) for need in piece.needs)
        is_short = piece.whole is not None and (running == {""} or len(running) * len(piece.whole) <= MOST_LITERALS)
        if piece.whole is not None and is_short:
            running = _joined(running, piece.whole)
            continue
        whole = False
        needs.append((begun, _need(_within(running, nodes, begun, at))))
        running, begun = (frozenset([""]), at + 1) if piece.whole is None else (piece.whole, at)
    needs.append((begun, _need(running if whole else _within(running, nodes, begun, len(nodes)), is_whole=whole)))
    return needs


def _behind(nodes: Sequence[tuple[Any, Any]], need: Need) -> Need:
    """Return a need of what follows `nodes`, with a border before its literals if they begin there."""
    if not _is_edge(nodes, -1):
        return need
    return Need({literal if most else _pair(BORDER, literal) or literal: (least, most) for literal, (least, most) in need.at.items()})


def _within(literals: Literals, nodes: Sequence[tuple[Any, Any]], begin: int, end: int) -> Literals:
    """Return what nodes `begin` to `end` can be, with a border where the nodes around them show one."""
    if _is_edge(nodes[:begin], -1):
        literals = _joined(frozenset([BORDER]), literals)
    return _joined(literals, frozenset([BORDER])) if _is_edge(nodes[end:], 1) else literals


def _known(needs: Iterable[Need]) -> tuple[Need, ...]:
    return tuple(need for need in needs if _is_known(need.at))


def _is_known(literals: Iterable[str]) -> bool:
    return all(literal.strip(EDGES) for literal in literals)


def _joined(heads: Literals, tails: Literals) -> Literals:
    """Return what each of `heads` makes with each of `tails`, but for a border between two characters of words, which nothing matches."""
    pairs = ((head, tail) for head in heads for tail in tails)
    return frozenset(joined for head, tail in pairs if (joined := _pair(head, tail)) is not None)


def _pair(head: str, tail: str) -> str | None:
    if not (head.endswith(BORDER) or tail.startswith(BORDER)):
        return head + tail
    head, tail = head.rstrip(BORDER), tail.lstrip(BORDER)
    if head and tail:
        return None if is_of_word(head[-1]) and is_of_word(tail[0]) else head + tail
    return head + BORDER + tail


def _shifted(need: Need, least: int, most: int) -> Need:
    return Need({literal: (min(REACH, first + least), min(REACH, last + most)) for literal, (first, last) in need.at.items()})


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
        return _Piece(frozenset([BORDER if _is_border(operation, value) else ""]), (), 0, 0)
    if operation in (codes.ANY, codes.NOT_LITERAL):
        return _Piece(None, (), 1, 1)
    return _Piece(None, (), 0, REACH)


def _is_border(operation: Any, value: Any) -> bool:
    """Return whether an assertion holds only where not both neighbours are characters of words."""
    if operation is codes.AT:
        return value is not codes.AT_NON_BOUNDARY
    direction, tree = value
    if operation is codes.ASSERT:
        return _is_edge(tree, direction)
    return len(tree) == 1 and tree[0][0] is codes.IN and (codes.CATEGORY, codes.CATEGORY_WORD) in tree[0][1] and not _is_negated(tree[0][1])


def _is_negated(items: Sequence[tuple[Any, Any]]) -> bool:
    return items[0][0] is codes.NEGATE


def _is_edge(tree: Sequence[tuple[Any, Any]], direction: int) -> bool:
    """Return whether all that matches begins, seen in `direction`, where not both neighbours are characters of words."""
    for operation, value in tree if direction > 0 else reversed(tree):
        if operation is codes.BRANCH:
            return all(_is_edge(branch, direction) for branch in value[1])
        if operation in (codes.SUBPATTERN, codes.ATOMIC_GROUP):
            return _is_edge(value[-1] if operation is codes.SUBPATTERN else value, direction)
        if operation in _REPEATS:
            if not _is_edge(value[2], direction):
                return False
            if value[0]:
                return True
        elif operation is codes.LITERAL:
            return not is_of_word(chr(value))
        elif operation is codes.IN:
            return all(kind is codes.LITERAL and not is_of_word(chr(code)) for kind, code in value)
        elif operation not in (codes.AT, codes.ASSERT, codes.ASSERT_NOT):
            return False
        elif _is_border(operation, value):
            return True
    return False


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
        if len(whole) <= MOST_BRANCHES:
            return _Piece(whole, (), least, most)
    choices = [_known(_all_needs(piece)) for piece in pieces]
    if not all(choices):
        return _Piece(None, (), least, most)
    best = [min(needs, key=_order) for needs in choices]
    return _Piece(None, (Need(_merged(literal for need in best for literal in need.at.items())),), least, most)


def _repeat(fewest: int, times: int, piece: _Piece) -> _Piece:
    least, most = min(REACH, piece.least * fewest), min(REACH, piece.most * min(times, REACH))
    if piece.whole is not None and times <= MOST_TIMES and (times == 1 or len(piece.whole) ** times <= MOST_LITERALS):
        runs = [frozenset([""])]
        for _ in range(times):
            runs.append(_joined(runs[-1], piece.whole))
        whole = frozenset().union(*runs[fewest:])
        return _Piece(whole, (), least, most)
    return _Piece(None, _known(_all_needs(piece)) if fewest else (), least, most)
