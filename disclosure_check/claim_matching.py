"""What a wording says, in a form that can be compared: meaning-bearing words, effect verbs, hedges and figures.

Comes in: an approved wording, or a post's sentence with the words of a claim in it. Goes out: a `Statement`, and how far
a claim stays within an approved one. Which claims are approved, for what, and until when is left to `substantiation`.
The words themselves are data: `rules/claims/strength.toml`.
"""

from __future__ import annotations

import html
import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

Kind = Literal["border", "content", "figure", "filler", "hedge", "negator", "verb", "widens"]
Bound = Literal["", "about", "over", "under", "up-to"]
# How a claim stands to an approved wording: it says no more; more; another figure; something else.
Standing = Literal["covered", "stronger", "figure-differs", "uncovered"]
# A figure that differs is told before what is stronger, since it is exact.
STANDINGS: tuple[Standing, ...] = ("covered", "stronger", "figure-differs", "uncovered")

# Figures in different units are equal if they differ by no more than this share and by rounding: 10 lb is 4.54 kg.
ROUNDING = 0.02
OWN_UNITS = ("", "international_unit", "percent", "times")  # a bare count, and what Pint has no size for

_PLAIN = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u02bc": "'", "`": "'", "\u201c": '"', "\u201d": '"', "\u2033": '"', "\u2032": "'", "&": " and "}
    | dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63", "-")
    | dict.fromkeys("\u2013\u2014\u2015", " - ")
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u20e3\u2122\u00ae\u00a9\u2120", "")
)
# NFKC would write "2½" as "21⁄2".
_VULGAR = lazily(r"(\d*) ?([\u00bc-\u00be\u2150-\u215e])")
_ACCENTS = lazily(r"(?<=[a-z])[\u0300-\u036f]+")
# Posts come as they are written, in Markdown and HTML: "[reduces](https://...) **bloating**<br>".
_BREAK = lazily(r"<br ?/?>|</p>", re.IGNORECASE)
_MARKUP = lazily(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?: +[\"'][^\"'\n]*[\"'])?\)|</?[A-Za-z][^<>\n]{0,500}>|!?\[|[*\]]")
_SPACE = re.compile(r"\s+")
_TOKEN = re.compile(
    r"""(?P<url>https?://\S+|www\.\S+)
    |(?P<money>(?<![^\W_])(?:us|ca|c|au|a|nz)?\$|[£€¥])
    |(?P<number>(?<![^\W_])(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?<!\w)\.\d+)
    |(?P<word>[^\W\d_](?:[^\W_]|'(?=[^\W\d_]))*)
    |(?P<mark>[%°"+/×\#~<>-]|\n|[.,;:()!?\u2022|])""",
    re.VERBOSE,
)
_CLITIC = lazily(r"'(?:s|ve|re|ll|d|m)$")


class Figure(Struct, frozen=True):
    """A number with its unit, as a wording states it."""

    value: float
    unit: str  # Pint's name, a currency code, "percent", "times", or "" for a bare count
    text: str  # as written, folded
    places: int = 0  # decimal places that are written
    bound: Bound = ""
    rate: bool = False  # "a day", "per month": what another figure is related to


class Word(Struct, frozen=True):
    """A word or phrase of a statement, by what it does there."""

    kind: Kind
    key: str  # content: stem; verb: its group; hedge: its sort; widens: the phrase
    text: str
    start: int  # in the folded text
    end: int
    negated: bool = False  # a negator denies this very word
    verb: str = ""  # content: the group of the effect verb that governs it, if there is one
    hedges: frozenset[str] = frozenset()  # content and verb: the sorts of hedges that reach it from before
    figure: Figure | None = None
    noun_only: bool = False  # negator: denies a noun phrase, not a clause


class Statement(Struct, frozen=True):
    """A folded text, taken apart."""

    text: str
    words: tuple[Word, ...]

    @property
    def figures(self) -> tuple[Figure, ...]:
        return tuple(word.figure for word in self.words if word.figure)


class Claim(Struct, frozen=True):
    """The words of a post's claim in the sentence around them."""

    sentence: Statement
    inside: tuple[Word, ...]  # the claim's words
    clause: tuple[Word, ...]  # these and what stands around them up to the clause's ends
    before: tuple[Word, ...]  # the part of the clause before the claim's words
    start: int  # of the claim's words in the folded sentence
    end: int


class Allowed(Struct, frozen=True):
    """What a claim may say besides an approved wording: names and qualifiers of the approved claim, and its figures."""

    names: tuple[re.Pattern[str], ...] = ()
    words: frozenset[str] = frozenset()
    figures: tuple[Figure, ...] = ()
    any_matched_figure: bool = False  # what a pattern matches is approved with its figures


class Comparison(Struct, frozen=True):
    """How a claim stands to an approved wording, with a few words for a person about the first difference."""

    standing: Standing
    difference: str = ""


class _Verb(Struct, frozen=True):
    name: str
    level: int
    direction: Literal["down", "none", "up"]
    covers: frozenset[str]  # groups that say less


class _Lexicon(Struct, frozen=True):
    phrases: dict[tuple[str, ...], tuple[Kind, str]]  # by stems
    units: dict[tuple[str, ...], str]  # by the words as written; currencies too
    before: dict[tuple[str, ...], Bound]
    after: dict[tuple[str, ...], Bound]
    verbs: dict[str, _Verb]
    data: dict[str, Any]
    longest: int  # words of the longest phrase


class _Token(Struct, frozen=True):
    kind: str  # a group of _TOKEN
    text: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return `text` with compatibility forms, case, accents, quotes, dashes and white space folded, without markup."""
    text = _MARKUP().sub("", _BREAK().sub(" ", html.unescape(text)))
    text = _VULGAR().sub(lambda found: f"{int(found[1] or 0) + unicodedata.numeric(found[2]):.4g}", text)
    decomposed = unicodedata.normalize("NFKD", text.translate(_PLAIN).lower())
    text = unicodedata.normalize("NFKC", _ACCENTS().sub("", decomposed))
    return _SPACE.sub(lambda found: "\n" if "\n" in found[0] else " ", text).strip()


@lru_cache(maxsize=50_000)  # an approved file of 10,000 claims, and the sentences of the posts at hand
def take_apart(text: str) -> Statement:
    """Return what `text` says: its words by what they do, with negations, governing verbs and figures."""
    folded = fold(text)
    tokens = _tokens(folded)
    figures = _find_figures(folded, tokens)
    words = list(_classify(folded, tokens, figures))
    words = _hedge_by_help(words)
    words = _deny(words)
    return Statement(folded, tuple(_hedge(list(_govern(words)))))


def single_figure(text: str) -> Figure | None:
    """Return the figure that `text` consists of, such as "4 weeks", or None if it is something else."""
    statement = take_apart(text)
    rest = [word for word in statement.words if word.kind not in ("figure", "filler")]
    return statement.figures[0] if len(statement.figures) == 1 and not rest else None


def content_keys(statement: Statement) -> list[str]:
    """Return the stems of the meaning-bearing words; of a statement without any, its effect verbs."""
    return [word.key for word in statement.words if word.kind == "content"] or [
        f"verb {word.key}" for word in statement.words if word.kind == "verb"
    ]


def name_pattern(name: str) -> re.Pattern[str]:
    """Return what finds a brand's or product's name in folded text, also as a tag: "Daily Fiber", "#dailyfiber"."""
    parts = re.findall(r"[^\W_]+", fold(name))
    return re.compile(r"(?<![^\W_])" + r"[\W_]{0,3}".join(map(re.escape, parts)) + r"(?:'s)?(?![^\W_])")


def find_claims(words: str, sentence: str) -> tuple[Claim, ...]:
    """Return each place in `sentence` where `words` stand; if they stand nowhere, `words` as a sentence of their own.

    A line break inside the sentence is a space: where sentences end is for the caller to know.
    """
    words, sentence = " ".join(words.split()), " ".join(sentence.split())
    statement, wanted = take_apart(sentence), fold(words)
    starts = [found.start() for found in re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", statement.text)] if wanted else []
    starts = starts or [found.start() for found in re.finditer(re.escape(wanted), statement.text) if wanted]
    if not starts:
        joined = take_apart(f"{sentence}\n{words}")
        starts, statement = [len(joined.text) - len(wanted)], joined
    return tuple(_claim_at(statement, start, start + len(wanted)) for start in starts)


def compare(approved: Statement, claim: Claim, allowed: Allowed) -> Comparison:
    """Return how `claim` stands to an approved wording; the worst difference is the one that counts.

    Covered means: each meaning-bearing word and figure of the approved wording stands in the sentence, the claim's words
    add none, no verb is stronger, no hedge is missing, nothing widens it, and both affirm or deny the same.
    """
    mine, claim = _without_names(approved.words, approved.text, allowed), _nameless(claim, allowed)
    own = claim.inside
    if not any(word.kind in ("content", "figure", "verb") for word in own):
        return Comparison("uncovered")
    problem = _missing_content(mine, claim) or _added_content(mine, own, allowed) or _denied(mine, claim)
    if problem:
        return Comparison("uncovered", problem)
    standing = _compare_verbs(mine, own, claim)
    if standing.standing == "uncovered":
        return standing
    return _worst(
        _compare_figures([word.figure for word in mine if word.figure], claim, allowed),
        standing,
        _compare_hedges(mine, claim),
        _compare_widening(mine, claim, allowed),
    )


def compare_pattern(pattern: Callable[[str], Iterable[tuple[int, int]]], claim: Claim, allowed: Allowed) -> Comparison:
    """Return how `claim` stands to an approved pattern, which finds stretches of folded text.

    What the pattern matches is approved as it is; the claim's words may add nothing to it, nor may their clause.
    """
    claim = _nameless(claim, allowed)
    for start, end in pattern(claim.sentence.text):
        outside = [word for word in claim.inside if not start <= word.start < end]
        own = [word for word in outside if word.kind in ("content", "negator", "verb")]
        if start >= claim.end or end <= claim.start or any(word.key not in allowed.words for word in own):
            continue
        matched = tuple(word for word in claim.sentence.words if start <= word.start < end)
        before = [word for word in claim.before if word.end <= start]
        if any(word.kind == "negator" for word in before):
            return Comparison("uncovered", "the post denies it")
        figures = tuple(word.figure for word in matched if word.figure) if allowed.any_matched_figure else ()
        return _worst(
            _compare_figures((), claim, replace(allowed, figures=(*allowed.figures, *figures))),
            _compare_widening(matched, claim, allowed),
        )
    return Comparison("uncovered")


def states(needed: Statement, shown: Statement) -> bool:
    """Say whether all that `needed` says stands in `shown`: words by stem, denied where it denies them, and figures."""
    kinds = ("content", "hedge", "verb", "widens")
    have = {(word.kind, word.key, word.negated) for word in shown.words}
    return all((word.kind, word.key, word.negated) in have for word in needed.words if word.kind in kinds) and all(
        any(equal(figure, other) for other in shown.figures) for figure in needed.figures
    )


def equal(one: Figure, other: Figure) -> bool:
    """Say whether two figures are the same: in the same unit exactly, else within the rounding of the written digits."""
    if one.unit == other.unit:
        return one.rate == other.rate and abs(one.value - other.value) < 1e-9
    if not same_dimension(one, other) or is_money(one.unit):
        return False
    return _rounds_to(one, other) or _rounds_to(other, one)


def same_dimension(one: Figure, other: Figure) -> bool:
    """Say whether two figures measure the same sort of thing, such as a length of time."""
    if one.rate != other.rate or one.unit == other.unit:
        return one.rate == other.rate
    if one.unit in OWN_UNITS or other.unit in OWN_UNITS or is_money(one.unit) or is_money(other.unit):
        return is_money(one.unit) and is_money(other.unit)
    return _dimension(one.unit) == _dimension(other.unit)


def is_money(unit: str) -> bool:
    """Say whether `unit` is a currency."""
    return unit in _lexicon().data["figures"]["money"]


@cache
def _dimension(unit: str) -> str:
    return str(_registry().get_dimensionality(unit))


@cache
def lexicon_units() -> tuple[str, ...]:
    """Return the units that Pint has to know."""
    return tuple(unit for unit in _lexicon().data["units"] if unit not in OWN_UNITS)


@cache
def tag_endings() -> frozenset[str]:
    """Return what a tag or handle may add to a name and still name it."""
    return frozenset(_lexicon().data["tag_endings"]) | {""}


def stem(word: str) -> str:
    """Return the stem of a folded word, the same for its forms and synonyms."""
    return _synonyms().get(_stem(word), _stem(word))


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


def _rounds_to(one: Figure, other: Figure) -> bool:
    converted = _registry().Quantity(one.value, one.unit).to(other.unit).magnitude
    difference = abs(converted - other.value)
    return bool(difference <= 0.5 * 10**-other.places + 1e-9 and difference <= ROUNDING * abs(other.value) + 1e-9)


@cache
def _stem(word: str) -> str:
    import snowballstemmer  # type: ignore[import-untyped]

    stemmer = snowballstemmer.stemmer("english")
    return str(stemmer.stemWord(_raw_lexicon()["irregular"].get(word, word)))


@cache
def _synonyms() -> dict[str, str]:
    return {_stem(word): _stem(group[0]) for group in _raw_lexicon()["synonyms"] for word in group}


@cache
def _raw_lexicon() -> dict[str, Any]:
    from disclosure_check.rulebook import rules_dir

    data: dict[str, Any] = tomllib.loads((rules_dir() / "claims" / "strength.toml").read_text(encoding="utf-8"))["strength"]
    return data


@cache
def _lexicon() -> _Lexicon:
    data = _raw_lexicon()
    lists: list[tuple[Kind, str, Iterable[str]]] = [("filler", "", data["fillers"]), ("border", "", data["clause_ends"])]
    lists += [("widens", sort, data["widens"][sort]) for sort in ("inside", "anywhere")]
    lists += [("verb", verb["name"], verb["words"]) for verb in data["verbs"]]
    lists += [("hedge", sort, words) for sort, words in data["hedges"].items()]
    lists += [("negator", "", data["negators"]), ("negator", "noun", data["noun_negators"]), ("filler", "", data["not_negators"])]
    phrases: dict[tuple[str, ...], tuple[Kind, str]] = {}
    for kind, key, written in lists:
        phrases |= {tuple(stem(token.text) for token in _tokens(fold(phrase))): (kind, key) for phrase in written}
    units = {_written(form): unit for table in (data["units"], data["figures"]["money"]) for unit, forms in table.items() for form in forms}
    return _Lexicon(
        phrases=phrases,
        units=units,
        before={_written(form): bound for bound, forms in data["figures"]["before"].items() for form in forms},
        after={_written(form): bound for bound, forms in data["figures"]["after"].items() for form in forms},
        verbs={verb["name"]: _Verb(verb["name"], verb["level"], verb["direction"], frozenset(verb["covers"])) for verb in data["verbs"]},
        data=data,
        longest=max(len(stems) for stems in phrases),
    )


def _written(form: str) -> tuple[str, ...]:
    return tuple(token.text for token in _tokens(fold(form)))


def _tokens(folded: str) -> list[_Token]:
    """Return the tokens of a folded text; a contraction is the words it stands for, a possessive is its noun."""
    contractions = _raw_lexicon()["contractions"]
    tokens: list[_Token] = []
    for found in _TOKEN.finditer(folded):
        kind, text, start, end = found.lastgroup or "", found[0], found.start(), found.end()
        glued = bool(tokens) and tokens[-1].kind == "number" and tokens[-1].end == start
        if kind == "word" and glued and text in ("st", "nd", "rd", "th", "s", "d"):  # "4th", "50s" and "3d" are words
            tokens[-1] = _Token("word", tokens[-1].text + text, tokens[-1].start, end)
        elif kind == "word" and (text in contractions or text.endswith("n't")):
            tokens += [_Token(kind, part, start, end) for part in contractions.get(text, f"{text[:-3]} not").split()]
        else:
            tokens.append(_Token(kind, _CLITIC().sub("", text) if "'" in text else text, start, end))
    return tokens


# --- figures


class _Number(Struct, frozen=True):
    value: float
    places: int
    first: int  # token
    end: int  # behind its last token
    spelled: bool


def _find_figures(folded: str, tokens: Sequence[_Token]) -> dict[int, tuple[int, Figure]]:
    """Return the figures by the token at which each begins, with the token behind its end."""
    figures: dict[int, tuple[int, Figure]] = {}
    numbers = {number.first: number for number in _numbers(tokens)}
    at, last_end = 0, -9
    while at < len(tokens):
        found = _figure_at(folded, tokens, numbers, at, rate_after=last_end >= at - 3)
        if found is None:
            at += 1
            continue
        end, figure = found
        figures[at] = (end, figure)
        at = last_end = end
    return _share_units(tokens, figures)


def _figure_at(
    folded: str, tokens: Sequence[_Token], numbers: dict[int, _Number], at: int, *, rate_after: bool
) -> tuple[int, Figure] | None:
    """Return the figure that begins at a token, with the bounds before it, and the token behind it."""
    lexicon, start = _lexicon().before, at
    bound: Bound = ""
    while (size := _longest(lexicon, tokens, start)) and start - at < 8:  # "up to about 10 lb"; not thousands of them
        bound = bound or lexicon[_texts(tokens, start, size)]
        start += size
    for first in (start, start + 1) if bound else (start,):
        inner = _bare_figure_at(folded, tokens, numbers, first, rate_after=rate_after and not bound) if first < len(tokens) else None
        if inner and not (bound and inner[1].rate):
            end, figure = inner
            return end, replace(figure, bound=bound or figure.bound, text=folded[tokens[at].start : tokens[end - 1].end])
        if _texts(tokens, first, 1) not in (("a",), ("an",), ("in",), ("just",), ("only",), ("the",)):
            break
    return None


def _bare_figure_at(
    folded: str, tokens: Sequence[_Token], numbers: dict[int, _Number], at: int, *, rate_after: bool
) -> tuple[int, Figure] | None:
    lexicon, text = _lexicon().data["figures"], tokens[at].text
    if text in lexicon["times"]:
        return at + 1, Figure(lexicon["times"][text], "times", text)
    if text in lexicon["rates"]:
        return at + 1, Figure(1, lexicon["rates"][text], text, rate=True)
    half, number = _half_at(folded, tokens, at), _number_figure(folded, tokens, numbers, at)
    return half or number or _one_at(folded, tokens, at, rate_after=rate_after)


def _number_figure(folded: str, tokens: Sequence[_Token], numbers: dict[int, _Number], at: int) -> tuple[int, Figure] | None:
    """Return a written number with the unit around it: "$5k", "10 lbs", "ten pounds", "two and a half weeks", "2x"."""
    money = _lexicon().units.get((tokens[at].text,), "") if tokens[at].kind == "money" else ""
    number = numbers.get(at + bool(money))
    if number is None:
        return None
    value, end = number.value, number.end
    if end < len(tokens) and tokens[end].start == tokens[end - 1].end:  # glued: "5k", and "$2m", where it can't be meters
        scale = {"k": 1e3} | ({"m": 1e6, "mm": 1e6, "b": 1e9, "bn": 1e9} if money else {})
        value, end = (value * scale[tokens[end].text], end + 1) if tokens[end].text in scale else (value, end)
    if _texts(tokens, end, 3) == ("and", "a", "half"):
        value, end = value + 0.5, end + 3
    bound, end = _bound_after(tokens, end)  # "10+ lbs"
    unit, end = (money, end) if money else _unit_at(tokens, end)
    if not unit and (value == 0 or (number.spelled and value == 1)):  # "0 jitters" denies them; "one" mostly is a pronoun
        return None
    if not bound:
        bound, end = _bound_after(tokens, end)
    text = folded[tokens[at].start : tokens[end - 1].end]
    return end, Figure(value, unit, text, number.places if value == number.value else 0, bound)


def _bound_after(tokens: Sequence[_Token], at: int) -> tuple[Bound, int]:
    size = _longest(_lexicon().after, tokens, at)
    return (_lexicon().after[_texts(tokens, at, size)], at + size) if size else ("", at)


def _unit_at(tokens: Sequence[_Token], at: int) -> tuple[str, int]:
    units, start = _lexicon().units, at
    if at < len(tokens) and tokens[at].text == "-":  # "4-week"
        start += 1
    size = _longest(units, tokens, start)
    if not size and start + 1 < len(tokens) and tokens[start].text in ("full", "short", "whole"):  # "in two short weeks"
        start += 1
        size = _longest(units, tokens, start)
    return (units[_texts(tokens, start, size)], start + size) if size else ("", at)


def _half_at(folded: str, tokens: Sequence[_Token], at: int) -> tuple[int, Figure] | None:
    if tokens[at].text not in ("half", "halve", "halved", "halves", "halving"):
        return None
    start = at + 1 + (_texts(tokens, at + 1, 1) in (("a",), ("an",)))
    unit, end = _unit_at(tokens, start)
    if unit and unit != "times":
        return end, Figure(0.5, unit, folded[tokens[at].start : tokens[end - 1].end], 1)
    return at + 1, Figure(50, "percent", tokens[at].text)


def _one_at(folded: str, tokens: Sequence[_Token], at: int, *, rate_after: bool) -> tuple[int, Figure] | None:
    """Return the figure of "a couple of weeks", "a week", or of a rate: "$5,000 a month", "per day"."""
    text, before = tokens[at].text, _texts(tokens, at - 1, 1) if at else ()
    if _texts(tokens, at, 3) == ("a", "couple", "of") or _texts(tokens, at, 2) == ("a", "dozen"):
        value, start = (2, at + 3) if tokens[at + 1].text == "couple" else (12, at + 2)
        unit, end = _unit_at(tokens, start)
        return end, Figure(value, unit, folded[tokens[at].start : tokens[end - 1].end])
    if text not in ("a", "an", "each", "every", "per", "/"):
        return None
    unit, end = _unit_at(tokens, at + 1)
    if not unit or unit == "times":
        return None
    written = folded[tokens[at].start : tokens[end - 1].end]
    related = text not in ("a", "an") or (rate_after and not (before and before[0] in _lexicon().data["figures"]["prepositions"]))
    return end, Figure(1, unit, written, rate=related)


class _SpokenToken:
    """A token in the form that text_to_num reads."""

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        return self._text

    def nt_separated(self, _previous: _SpokenToken) -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return self._text == "second"  # "thirty second showers" aren't the 32nd


def _numbers(tokens: Sequence[_Token]) -> list[_Number]:
    """Return the numbers in digits and in words, in order: "1,000", "1/2", "3.5 million", "one hundred and fifty"."""
    numbers: dict[int, _Number] = {}
    for at, token in enumerate(tokens):
        if token.kind == "number" and not (at > 1 and tokens[at - 1].text == "/" and at - 2 in numbers):
            value, places = float(token.text.replace(",", "")), len(token.text.partition(".")[2])
            end = at + 1
            divisor = tokens[at + 2] if _texts(tokens, at + 1, 1) == ("/",) and at + 2 < len(tokens) else None
            if divisor and divisor.kind == "number" and float(divisor.text.replace(",", "")):
                value, end, places = value / float(divisor.text.replace(",", "")), at + 3, 2
            numbers[at] = _Number(value, places, at, end, spelled=False)
    for number in _spelled_numbers(tokens):
        digits = numbers.get(number.first - 1)
        if digits and digits.end == number.first and tokens[number.first].text in _lexicon().data["figures"]["scales"]:
            numbers[digits.first] = _Number(digits.value * number.value, 0, digits.first, number.end, spelled=False)
        else:
            numbers[number.first] = number
    return list(numbers.values())


def _spelled_numbers(tokens: Sequence[_Token]) -> Iterator[_Number]:
    from text_to_num import find_numbers  # type: ignore[import-untyped]

    # "twenty-five" is one number to it without its hyphen.
    shown = [at for at, token in enumerate(tokens) if token.text != "-" and token.kind in ("word", "mark", "number")]
    for found in find_numbers([_SpokenToken(tokens[at].text) for at in shown], "en", 0):
        if not found.is_ordinal and all(tokens[at].kind == "word" for at in shown[found.start : found.end]):
            yield _Number(float(found.value), 0, shown[found.start], shown[found.end - 1] + 1, spelled=True)


def _share_units(tokens: Sequence[_Token], figures: dict[int, tuple[int, Figure]]) -> dict[int, tuple[int, Figure]]:
    """Give both ends of a range the unit that one of them has: "3-5 days", "$5 to 10"."""
    starts = sorted(figures)
    for start, following in pairwise(starts):
        (end, one), (other_end, other) = figures[start], figures[following]
        if _texts(tokens, end, following - end) not in (("-",), ("to",), ("or",), ("and",)) or one.rate or other.rate:
            continue
        if bool(one.unit) != bool(other.unit):
            figures[start] = end, replace(one, unit=one.unit or other.unit)
            figures[following] = other_end, replace(other, unit=one.unit or other.unit)
    return figures


def _texts(tokens: Sequence[_Token], at: int, size: int) -> tuple[str, ...]:
    return tuple(token.text for token in tokens[at : at + size])


def _longest(forms: Collection[tuple[str, ...]], tokens: Sequence[_Token], at: int) -> int:
    return next((size for size in (4, 3, 2, 1) if at + size <= len(tokens) and _texts(tokens, at, size) in forms), 0)


# --- words


def _classify(folded: str, tokens: Sequence[_Token], figures: dict[int, tuple[int, Figure]]) -> Iterator[Word]:
    lexicon, at = _lexicon(), 0
    stems = [stem(token.text) if token.kind in ("word", "number", "mark") else "" for token in tokens]
    while at < len(tokens):
        token = tokens[at]
        size = next((n for n in range(lexicon.longest, 0, -1) if at + n <= len(tokens) and tuple(stems[at : at + n]) in lexicon.phrases), 0)
        kind, key = lexicon.phrases[tuple(stems[at : at + size])] if size else ("content", stems[at])
        if at in figures and not (kind == "widens" and size >= figures[at][0] - at):  # "24/7" is no figure
            end, figure = figures[at]
            yield Word("figure", figure.unit, figure.text, token.start, tokens[end - 1].end, figure=figure)
            at = end
            continue
        end = at + max(size, 1)
        apart = tokens[end - 1].start >= token.end  # not the two words of one "doesn't"
        text = folded[token.start : tokens[end - 1].end] if apart else " ".join(_texts(tokens, at, end - at))
        if token.kind == "mark" and not size:
            kind = "border" if _is_border(tokens, at) else "filler"
        elif token.kind in ("url", "money"):
            kind = "filler"
        elif token.kind == "number" and not size:  # a nought; another number is a figure
            kind = "negator"
        if kind == "widens" and text == "only" and end in figures:  # "in only 4 weeks"
            kind = "filler"
        if kind == "hedge" and text == "may" and _is_month(tokens, at):
            kind = "filler"
        key = " ".join(stems[at:end]) if kind == "widens" else key
        yield Word(kind, key, text, token.start, tokens[end - 1].end, noun_only=key == "noun" or text == "0")
        at = end


def _is_month(tokens: Sequence[_Token], at: int) -> bool:
    after = at + 1 < len(tokens) and tokens[at + 1].kind == "number"
    return after or (at > 0 and tokens[at - 1].text in ("by", "in", "last", "since", "this"))


def _is_border(tokens: Sequence[_Token], at: int) -> bool:
    text = tokens[at].text
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if text == ",":
        return not (following and following.text in _lexicon().data["clause_goes_on"])
    if text == "." and following and at and (tokens[at - 1].text,) in _lexicon().units:  # "10 lbs. in a week"
        return following.start == tokens[at].end
    return text in ".;:()!?\u2022|\n"


def _hedge_by_help(words: list[Word]) -> list[Word]:
    """Turn "help" before another effect verb into a hedge: "helps to reduce" is less than "reduces"."""
    for at, word in enumerate(words):
        if word.kind != "verb" or word.key != "help":
            continue
        for following in words[at + 1 : at + 6]:
            if following.kind in ("border", "figure") or following.text in ("and", "or", "plus"):
                break
            if following.kind == "verb" and following.key != "help":
                words[at] = replace(word, kind="hedge", key="assistance")
                break
    return words


def _deny(words: list[Word]) -> list[Word]:
    """Mark the word that each negator denies: the next meaning-bearing one of its clause."""
    denied = False
    for at, word in enumerate(words):
        if word.kind == "border":
            denied = False
        elif word.kind == "negator":
            denied = not denied
        elif denied and word.kind in ("content", "verb"):
            words[at] = replace(word, negated=True)
            denied = False
    return words


def _govern(words: list[Word]) -> Iterator[Word]:
    """Yield the words, each meaning-bearing one with the effect verb before it in its sentence, else with the next."""
    following = _next_verbs(words)
    last = ""
    for at, word in enumerate(words):
        if word.kind == "verb":
            last = word.key
        elif word.kind == "border" and word.text != ",":
            last = ""
        if word.kind == "content":
            yield replace(word, verb=last or following[at])
        else:
            yield word


def _hedge(words: list[Word]) -> Iterator[Word]:
    """Yield the words, with the hedges that reach each meaning-bearing one and each verb.

    A hedge reaches to the end of its clause, but not the verb of a new predicate: "may help your gut and reduces gas".
    """
    reach: frozenset[str] = frozenset()
    joined: frozenset[str] | None = None  # the hedges behind the last "and"
    for word in words:
        if word.kind == "border" and word.text != ",":
            reach, joined = frozenset(), None
        elif word.kind == "hedge":
            reach, joined = reach | {word.key}, None if joined is None else joined | {word.key}
        elif word.text in ("and", "or", "plus"):
            joined = frozenset()
        elif word.kind == "verb" and joined is not None:
            reach, joined = (joined if word.text.endswith(("s", "d")) else reach), None
        yield replace(word, hedges=reach) if word.kind in ("content", "verb") else word


def _next_verbs(words: Sequence[Word]) -> list[str]:
    """Return for each word the effect verb behind it in its sentence, or ""."""
    verbs, verb = [], ""
    for word in reversed(words):
        verb = word.key if word.kind == "verb" else "" if word.kind == "border" and word.text != "," else verb
        verbs.append(verb)
    return verbs[::-1]


# --- comparison


def _claim_at(statement: Statement, start: int, end: int) -> Claim:
    words = statement.words
    inside = [at for at, word in enumerate(words) if word.start < end and word.end > start]
    if not inside:
        return Claim(statement, (), (), (), start, end)
    first, last = inside[0], inside[-1]
    begin, stop = _clause_edge(words, first, -1), _clause_edge(words, last, 1)
    return Claim(statement, words[first : last + 1], words[begin : stop + 1], words[begin:first], start, end)


def _clause_edge(words: Sequence[Word], at: int, step: Literal[-1, 1]) -> int:
    """Return the last word of the clause from `at` on in one direction.

    What stands beyond a comma or colon and says nothing by itself belongs to it: "Guaranteed: less gas", ", 100% guaranteed".
    """
    edge = at
    while 0 <= edge + step < len(words) and words[edge + step].kind != "border":
        edge += step
    beyond = edge + 2 * step
    if not (0 <= beyond < len(words) and words[edge + step].text in (",", ":", "(", ";")):
        return edge
    far = beyond
    while 0 <= far + step < len(words) and words[far + step].kind != "border":
        far += step
    between = words[min(beyond, far) : max(beyond, far) + 1]
    return edge if any(word.kind in ("border", "content", "verb") for word in between) else far


def _without_names(words: tuple[Word, ...], text: str, allowed: Allowed) -> tuple[Word, ...]:
    """Return the words that are no part of an allowed name; all, if nothing that bears meaning would be left."""
    spans = [found.span() for pattern in allowed.names for found in pattern.finditer(text)]
    rest = tuple(word for word in words if not any(start <= word.start and word.end <= end for start, end in spans))
    return rest if any(word.kind in ("content", "negator", "verb") for word in rest) else words


def _nameless(claim: Claim, allowed: Allowed) -> Claim:
    """Return `claim` without the allowed names: the "daily" of Daily Fiber is no figure, the "best" of Best Co no boast."""
    if not allowed.names:
        return claim
    text = claim.sentence.text
    return replace(
        claim,
        sentence=Statement(text, _without_names(claim.sentence.words, text, allowed)),
        inside=_without_names(claim.inside, text, allowed),
        clause=_without_names(claim.clause, text, allowed),
        before=_without_names(claim.before, text, allowed),
    )


def _missing_content(approved: Iterable[Word], claim: Claim) -> str:
    # Words that name no object, such as "reduces", are about what stands in their clause.
    scope = claim.sentence.words if any(word.kind in ("content", "figure") for word in claim.inside) else claim.clause
    said = {(word.key, word.negated) for word in scope if word.kind == "content"}
    for word in approved:
        if word.kind == "content" and (word.key, word.negated) not in said:
            if (word.key, not word.negated) in said:
                return f'the post {"affirms" if word.negated else "denies"} "{word.text}"'
            return f'the post leaves out "{word.text}"'
    return ""


def _added_content(approved: Iterable[Word], own: Iterable[Word], allowed: Allowed) -> str:
    known = {(word.key, word.negated) for word in approved if word.kind == "content"}
    for word in own:
        if word.kind == "content" and (word.key, word.negated) not in known and word.key not in allowed.words:
            return f'the post adds "{word.text}"'
    return ""


def _denied(approved: Sequence[Word], claim: Claim) -> str:
    """Say that something before the claim's words denies them, as in "nobody says that it reduces bloating"."""
    known = {(word.kind, word.key) for word in approved if word.negated}
    for at, word in enumerate(claim.before):
        if word.kind != "negator":
            continue
        rest = claim.before[at + 1 :]
        target = next((later for later in (*rest, *claim.inside) if later.kind in ("content", "verb")), None)
        if target and target.negated and (target.kind, target.key) in known:
            continue
        if word.noun_only and any(later.text in _lexicon().data["joins"] for later in rest):
            continue
        return f'the post says "{word.text}"'
    return ""


def _compare_verbs(approved: Sequence[Word], own: Sequence[Word], claim: Claim) -> Comparison:
    """Compare the effect verbs, and for each approved word the verb that governs it."""
    groups = {(word.key, word.negated) for word in approved if word.kind == "verb"}
    verbs = [word for word in own if word.kind == "verb"] or [word for word in claim.clause if word.kind == "verb"]
    if groups and not verbs:
        return Comparison("uncovered", "the post doesn't say what it does")
    results = [
        Comparison(_verb_standing(groups, word.key, negated=word.negated), f'the post {"denies" if word.negated else "says"} "{word.text}"')
        for word in verbs
    ]
    sentence = [word for word in (*claim.inside, *claim.sentence.words) if word.kind == "content"]
    for word in approved:
        if word.kind == "content" and word.verb:
            said = next((other for other in sentence if other.key == word.key and other.negated == word.negated), None)
            if said and said.verb != word.verb:
                standing = _verb_standing({(word.verb, False)}, said.verb, negated=False) if said.verb else "uncovered"
                results.append(Comparison(standing, f'the post doesn\'t say so of "{word.text}"'))
    return _worst(*results)


def _verb_standing(approved: Collection[tuple[str, bool]], key: str, *, negated: bool) -> Standing:
    verbs = _lexicon().verbs
    said = verbs[key]
    if not approved:
        return "stronger" if said.level > 2 else "covered"  # "supports" and "helps" say little
    if (key, negated) in approved:
        return "covered"
    if negated or any(denied for _, denied in approved):  # less isn't less there: not eliminating is no "not reducing"
        return "uncovered"
    if any(key in verbs[group].covers for group, _ in approved):
        return "covered"
    for group, _ in approved:
        same_way = verbs[group].direction == said.direction or "none" in (verbs[group].direction, said.direction)
        if same_way and said.level > verbs[group].level:
            return "stronger"
    return "uncovered"


def _compare_hedges(approved: Sequence[Word], claim: Claim) -> Comparison:
    """Say which hedge of the approved wording doesn't reach the same words in the post."""
    later = _hedges_after(claim)
    levels = [_lexicon().verbs[word.key].level for word in claim.inside if word.kind == "verb"]
    if levels and max(levels) <= 2:  # "helps with" and "supports" say by themselves what "helps to" says
        later.add("assistance")
    kind = "content" if any(word.kind == "content" for word in approved) else "verb"
    said = [word for word in (*claim.inside, *claim.clause, *claim.sentence.words) if word.kind == kind]
    behind = {word.key for word in approved if word.kind == "hedge"} - {sort for word in approved for sort in word.hedges}
    for word in approved:
        if word.kind != kind:
            continue
        other = next((other for other in said if kind == "verb" or (other.key, other.negated) == (word.key, word.negated)), None)
        missing = (word.hedges | behind) - later - (other.hedges if other else frozenset())
        if missing:
            dropped = next(hedge.text for hedge in approved if hedge.kind == "hedge" and hedge.key in missing)
            return Comparison("stronger", f'the post drops "{dropped}"')
    return Comparison("covered")


def _hedges_after(claim: Claim) -> set[str]:
    """Return the hedges behind the claim's last object that still speak of it: "for some people", "a bit"."""
    found = {word.key for word in claim.inside if word.kind == "hedge" and word.key == "portion"}
    for word in claim.clause:
        if word.start < claim.end:
            continue
        if word.kind == "verb" or word.text in _lexicon().data["joins"]:
            break
        if word.kind == "hedge" and word.key == "portion":
            found.add(word.key)
    return found


def _compare_widening(approved: Iterable[Word], claim: Claim, allowed: Allowed) -> Comparison:
    known = {key for word in approved for key in (word.key, stem(word.text))}
    for word in claim.clause:
        key = word.key or stem(word.text)
        inside = word.start < claim.end and word.end > claim.start
        widens = word.kind == "widens" or (word.kind == "negator" and key in _inside_only())  # "never"
        if widens and key not in known and key not in allowed.words and (inside or key not in _inside_only()):
            return Comparison("stronger", f'the post adds "{word.text}"')
    return Comparison("covered")


@cache
def _inside_only() -> frozenset[str]:
    return frozenset(map(stem, _lexicon().data["widens"]["inside"]))


def _compare_figures(approved: Sequence[Figure], claim: Claim, allowed: Allowed) -> Comparison:
    results = []
    said = [word.figure for word in (*claim.inside, *claim.clause, *claim.sentence.words) if word.figure]
    order = {id(figure): at for at, figure in enumerate(claim.sentence.figures)}
    places: dict[str, int] = {}  # the last approved figure of each sort in the sentence: figures don't change places
    for figure in approved:
        same = [other for other in said if equal(figure, other)]
        later = [other for other in same if order[id(other)] > places.get(figure.unit, -1)]
        if not later:
            near = next((other.text for other in said if same_dimension(figure, other) and other not in same), "")
            told = f"the post says {near}" if near else f"the post leaves out {figure.text}"
            return Comparison("figure-differs", told)
        places[figure.unit] = min(order[id(other)] for other in later)
        results.append(_compare_bounds(figure, same[0]))
    known = (*approved, *allowed.figures)
    for word in _counted_figures(approved, claim):
        other = word.figure
        if not other or any(equal(figure, other) for figure in known):
            continue
        if other.unit == "percent" and other.value == 100 and not any(figure.unit == "percent" for figure in known):
            results.append(Comparison("stronger", f'the post adds "{other.text}"'))
        else:
            return Comparison("figure-differs", f"the post says {other.text}")
    return _worst(*results)


def _compare_bounds(approved: Figure, said: Figure) -> Comparison:
    weaker = ("about", "up-to")
    if approved.bound == said.bound or said.bound in weaker or (not said.bound and approved.bound not in weaker):
        return Comparison("covered")
    return Comparison("stronger", f"the post says {said.text}")


def _counted_figures(approved: Sequence[Figure], claim: Claim) -> Iterator[Word]:
    """Yield the figures that belong to the claim: those in its words, and of its clause those that are no price or dose."""
    lexicon = _lexicon().data["figures"]
    previous = False  # whether the word before is a figure that counts
    for at, word in enumerate(claim.clause):
        figure, following = word.figure, claim.clause[at + 1] if at + 1 < len(claim.clause) else None
        counts = False
        if figure:
            aside = figure.unit == "" or figure.unit in lexicon["servings"] or is_money(figure.unit)
            aside |= bool(following and following.figure and following.figure.rate)  # "twice a day"
            aside |= bool(following and figure.unit == "percent" and following.text in lexicon["price_words"])
            if figure.rate:
                aside = not previous and not any(other.rate for other in approved)
            counts = not aside or (word.start < claim.end and word.end > claim.start)
        if counts:
            yield word
        previous = counts


def _worst(*comparisons: Comparison) -> Comparison:
    return max(comparisons, key=lambda comparison: STANDINGS.index(comparison.standing), default=Comparison("covered"))
