"""The claim rules and the vocabularies that they compose, as data.

Comes in: tables of the TOML files of a rule pack. Goes out: a `ClaimBook`. A composition such as `cures disease` stands
for a word of the vocabulary "cures" and, at most GAP tokens behind it in the same clause, one of the vocabulary "disease";
`(no|zero) >0 chemicals` gives words in brackets and says how many tokens may stand between.
"""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, msgpack

from disclosure_check.claims import MOST_WORDS, NUMBER, TICKER, token_texts
from disclosure_check.cues import CueTable, spelled_out
from disclosure_check.lazily import Unpacked
from disclosure_check.packed import put, value_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from disclosure_check.packed import Body
    from disclosure_check.rulebook import Rule

GROUPED = 2  # letters: words that begin with the same ones are looked up together
GAP = 5  # tokens between two parts of a composition, unless it says otherwise
_PART = re.compile(r">(\d+)|\(([^)]*)\)|([a-z][a-z-]*)")
_SIGNS = frozenset([NUMBER, TICKER])
_CLASS = re.compile(r"\{([a-z-]+)\}")


class Part(NamedTuple):
    """One part of a composition: a vocabulary, and how many tokens may stand before it."""

    name: str
    gap: int


Composition = tuple[Part, ...]
Condition = tuple[Composition, ...]  # all of which must stand somewhere; in a rule file joined by "&"


class Phrases(Struct, frozen=True):
    """What the vocabularies know that begins with some words."""

    mask: int  # the vocabularies, as bits, that know just these words
    longer: Mapping[str, Phrases]  # by the word that follows


class Vocabulary:
    """All vocabularies in one tree of words. Of it is only unpacked what a post says."""

    def __init__(self, compiled: CompiledClaims, body: Body) -> None:
        self.names = compiled.names
        self.bits: Mapping[str, int] = {name: 1 << number for number, name in enumerate(compiled.names)}
        self._groups: Mapping[str, Mapping[str, int]] = Unpacked(compiled.phrases, lambda place: msgpack.decode(value_at(place, body)))
        self._words = compiled.words
        self._body = body
        self.phrases = lru_cache(maxsize=MOST_WORDS)(self._read_phrases)

    @cached_property
    def words(self) -> frozenset[str]:
        """All single words, for splitting hashtags."""
        return frozenset(value_at(self._words, self._body).decode().split(" "))

    def _read_phrases(self, word: str) -> Phrases | None:
        """Return what begins with `word`, None if nothing does; `claims.NUMBER` stands for all numbers."""
        place = self._groups.get(word[:GROUPED], {}).get(word)
        if place is None:
            return None
        numbers, longer = msgpack.decode(value_at(place, self._body))
        return Phrases(_bits(numbers), Unpacked(longer, lambda packed: _unpacked(*msgpack.decode(packed))))


def _unpacked(numbers: Iterable[int], longer: Mapping[str, Any]) -> Phrases:
    return Phrases(_bits(numbers), {word: _unpacked(*packed) for word, packed in longer.items()})


def _bits(numbers: Iterable[int]) -> int:
    bits = 0
    for number in numbers:
        bits |= 1 << number
    return bits


def _packed(phrases: Mapping[str, Sequence[int]], body: bytearray) -> dict[str, int]:
    """Put phrases with the numbers of their vocabularies into a body, and return where the first letters of their first words stand."""
    tree: dict[str, Any] = {}
    for phrase, numbers in phrases.items():
        longer = tree
        *before, last = phrase.split(" ")
        for word in before:
            longer = longer.setdefault(word, ([], {}))[1]
        longer.setdefault(last, ([], {}))[0].extend(numbers)
    places = put(
        {
            word: msgpack.encode((numbers, {second: msgpack.encode(rest) for second, rest in longer.items()}))
            for word, (numbers, longer) in tree.items()
        },
        body,
    )
    groups: dict[str, dict[str, int]] = {}
    for word, place in places.items():
        groups.setdefault(word[:GROUPED], {})[word] = place
    return put({letters: msgpack.encode(group) for letters, group in groups.items()}, body)


class ClaimRule(Struct, frozen=True):
    """How to find the claims of a rule, and what acquits them."""

    id: str
    compositions: tuple[Composition, ...]
    conditions: dict[str, tuple[Condition, ...]]  # by CONDITIONS
    acquit: frozenset[str]  # assertions that acquit
    yields_to: frozenset[str]  # rules whose claims make overlapping ones of this rule superfluous
    anywhere: bool  # counts also where nothing is sold nearby


class CompiledClaims(Struct, frozen=True):
    """The claim rules, vocabularies and cues of rule data, in a form that is written and read fast. The phrases stand apart, in a body."""

    names: list[str]  # of the vocabularies
    phrases: dict[str, int]  # by the first letters of their first words, where they stand in the body
    words: int  # where all single words of the phrases stand in it
    rules: tuple[ClaimRule, ...]
    cues: CueTable


class ClaimBook(Struct, frozen=True, eq=False):
    """The claim rules with their vocabulary and cues."""

    rules: tuple[ClaimRule, ...]
    by_first: Mapping[int, Sequence[tuple[int, int, ClaimRule, Composition]]]  # compositions by the bit of the vocabulary that they begin
    # with, each with all its vocabularies as bits, a number that says its place in the order, and its rule
    firsts: int  # these vocabularies, as bits
    texts: Mapping[str, Rule]  # what to tell the author, by id; process rules too
    vocabulary: Vocabulary
    cues: CueTable


# What acquits a claim or what it needs: in its sentence; in that and the one on each side, or three on each side; anywhere in the post.
CONDITIONS = tuple(f"{kind}{where}" for kind in ("unless", "requires") for where in ("", "_near", "_around", "_post"))
ASSERTIONS = ("negated", "doubted", "asked", "hypothetical", "attributed", "exposed", "goal")


def compile_claims(
    vocabularies: Mapping[str, Mapping[str, Any]], rules: Iterable[Mapping[str, Any]], cues: Mapping[str, Any]
) -> tuple[CompiledClaims, bytearray]:
    """Return the claim data of the tables of a rule pack, and the body that holds its phrases."""
    literals: dict[str, str] = {}
    claim_rules = tuple(_rule(rule["id"], rule["match"], literals) for rule in rules if rule["type"] == "claim")
    groups = {name: set(_phrases(name, vocabularies)) for name in vocabularies}
    groups |= {name: {phrase.strip() for phrase in literal[1:-1].split("|")} for literal, name in literals.items()}
    names = sorted(groups)
    phrases: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        for phrase in sorted({_as_tokens(phrase) for phrase in groups[name]}):
            phrases.setdefault(phrase, []).append(number)
    words = " ".join(sorted({word for phrase in phrases for word in phrase.split(" ")}))
    body = bytearray()
    places = _packed(phrases, body)
    return CompiledClaims(names, places, put({"words": words.encode()}, body)["words"], claim_rules, spelled_out(cues)), body


def load_claims(compiled: CompiledClaims, body: Body, texts: Mapping[str, Rule]) -> ClaimBook:
    """Return the claim book of compiled data and of the rules it belongs to, by id."""
    vocabulary = Vocabulary(compiled, body)
    bits = vocabulary.bits
    by_first: dict[int, list[tuple[int, ClaimRule, Composition]]] = {}
    for number, (rule, composition) in enumerate((known, composition) for known in compiled.rules for composition in known.compositions):
        by_first.setdefault(bits[composition[0].name], []).append((number, rule, composition))
    firsts = 0
    for first in by_first:
        firsts |= first

    def with_masks(found: Iterable[tuple[int, ClaimRule, Composition]]) -> list[tuple[int, int, ClaimRule, Composition]]:
        return [(_mask(composition, bits), number, rule, composition) for number, rule, composition in found]

    return ClaimBook(compiled.rules, Unpacked(by_first, with_masks), firsts, texts, vocabulary, compiled.cues)


def _mask(composition: Composition, bits: Mapping[str, int]) -> int:
    mask = 0
    for part in composition:
        mask |= bits[part.name]
    return mask


def parse_composition(text: str) -> Composition:
    """Return the parts of a composition.

    Raises ValueError for what is none.
    """
    parts: list[Part] = []
    gap, rest = GAP, text
    while rest := rest.lstrip():
        found = _PART.match(rest)
        if found is None:
            raise ValueError(f"{rest!r} is no part of a composition; write the name of a vocabulary, (words|in brackets) or >N")
        if found[1]:
            gap = int(found[1])
        else:
            parts.append(Part(f"({found[2]})" if found[2] is not None else found[3], gap))
            gap = GAP
        rest = rest[found.end() :]
    return tuple(parts)


def missing_vocabularies(rule: Mapping[str, Any], vocabularies: Mapping[str, Any]) -> list[str]:
    """Return the vocabularies that a claim rule names and that don't exist."""
    if rule["type"] != "claim":
        return []
    match = rule["match"]
    texts = [*match["claim"], *(part for key in CONDITIONS for text in match.get(key, []) for part in text.split("&"))]
    names = {name for text in texts for name, _ in parse_composition(text) if name[0] != "("}
    return sorted(names - vocabularies.keys())


def vocabularies_in(table: Mapping[str, list[str]]) -> list[str]:
    """Return the vocabularies that the entries of a vocabulary put in."""
    return sorted({name for entries in table.values() for entry in entries for name in _CLASS.findall(entry)})


def _rule(id: str, match: Mapping[str, Any], literals: dict[str, str]) -> ClaimRule:
    """Return a claim rule; words in brackets get short names, which are added to `literals`."""

    def composition(text: str) -> Composition:
        parts = parse_composition(text)
        return tuple(
            part._replace(name=literals.setdefault(part.name, f"({len(literals)})")) if part.name[0] == "(" else part for part in parts
        )

    def condition(text: str) -> Condition:
        return tuple(composition(part) for part in text.split("&"))

    return ClaimRule(
        id,
        tuple(composition(text) for text in match.get("claim", [])),
        {key: tuple(condition(text) for text in match[key]) for key in CONDITIONS if match.get(key)},
        frozenset(match.get("acquit", ASSERTIONS)),
        frozenset(match.get("yields_to", [])),
        match.get("anywhere", False),
    )


def _as_tokens(phrase: str) -> str:
    """Return a phrase as the tokens of a text that says it, joined by spaces: "athlete's foot" is "athlete foot", "a1c" is "a 1 c"."""
    return " ".join(word if word in _SIGNS else " ".join(token_texts(word)) for word in phrase.split())


def _phrases(name: str, vocabularies: Mapping[str, Mapping[str, Any]], above: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield all phrases of a vocabulary, inflected, with other vocabularies put in where it names them."""
    table = vocabularies[name]
    for key, inflect in (("words", _as_is), ("nouns", _noun_forms), ("verbs", _verb_forms)):
        for entry in table.get(key, []):
            for phrase in _expanded(entry, vocabularies, (*above, name)):
                yield from inflect(phrase)


def _expanded(entry: str, vocabularies: Mapping[str, Mapping[str, Any]], above: tuple[str, ...]) -> Iterator[str]:
    named = _CLASS.search(entry)
    if named is None:
        yield entry
        return
    for phrase in _phrases(named[1], vocabularies, above):
        yield from _expanded(entry[: named.start()] + phrase + entry[named.end() :], vocabularies, above)


def _as_is(phrase: str) -> Iterator[str]:
    yield phrase


def _noun_forms(phrase: str) -> Iterator[str]:
    yield phrase
    if phrase.endswith(("s", "x", "z", "ch", "sh")):
        yield phrase + "es"
    elif phrase.endswith("y") and phrase[-2:-1] not in "aeiou":
        yield phrase[:-1] + "ies"
    else:
        yield phrase + "s"


_IRREGULAR = {
    "be": ("is", "are", "was", "were", "been", "being", "be", "am"),
    "beat": ("beats", "beat", "beating", "beaten"),
    "become": ("becomes", "became", "becoming"),
    "break": ("breaks", "broke", "broken", "breaking"),
    "bring": ("brings", "brought", "bringing"),
    "build": ("builds", "built", "building"),
    "burn": ("burns", "burned", "burnt", "burning"),
    "buy": ("buys", "bought", "buying"),
    "come": ("comes", "came", "coming"),
    "cut": ("cuts", "cutting"),
    "do": ("does", "did", "done", "doing"),
    "draw": ("draws", "drew", "drawn", "drawing"),
    "drink": ("drinks", "drank", "drinking"),
    "drive": ("drives", "drove", "driven", "driving"),
    "drop": ("drops", "dropped", "dropping"),
    "eat": ("eats", "ate", "eaten", "eating"),
    "fall": ("falls", "fell", "fallen", "falling"),
    "feel": ("feels", "felt", "feeling"),
    "fight": ("fights", "fought", "fighting"),
    "find": ("finds", "found", "finding"),
    "fly": ("flies", "flew", "flown", "flying"),
    "get": ("gets", "got", "gotten", "getting"),
    "give": ("gives", "gave", "given", "giving"),
    "go": ("goes", "went", "gone", "going"),
    "grow": ("grows", "grew", "grown", "growing"),
    "have": ("has", "had", "having"),
    "help": ("helps", "helped", "helping"),
    "hit": ("hits", "hitting"),
    "hold": ("holds", "held", "holding"),
    "keep": ("keeps", "kept", "keeping"),
    "kick": ("kicks", "kicked", "kicking"),
    "know": ("knows", "knew", "known", "knowing"),
    "leave": ("leaves", "left", "leaving"),
    "let": ("lets", "letting"),
    "lose": ("loses", "lost", "losing"),
    "make": ("makes", "made", "making"),
    "mean": ("means", "meant", "meaning"),
    "pay": ("pays", "paid", "paying"),
    "put": ("puts", "putting"),
    "rid": ("rids", "ridding"),
    "rise": ("rises", "rose", "risen", "rising"),
    "run": ("runs", "ran", "running"),
    "say": ("says", "said", "saying"),
    "see": ("sees", "saw", "seen", "seeing"),
    "sell": ("sells", "sold", "selling"),
    "send": ("sends", "sent", "sending"),
    "set": ("sets", "setting"),
    "shed": ("sheds", "shedding"),
    "show": ("shows", "showed", "shown", "showing"),
    "shrink": ("shrinks", "shrank", "shrunk", "shrinking"),
    "shut": ("shuts", "shutting"),
    "sleep": ("sleeps", "slept", "sleeping"),
    "speak": ("speaks", "spoke", "spoken", "speaking"),
    "speed": ("speeds", "sped", "speeded", "speeding"),
    "spend": ("spends", "spent", "spending"),
    "take": ("takes", "took", "taken", "taking"),
    "tell": ("tells", "told", "telling"),
    "think": ("thinks", "thought", "thinking"),
    "throw": ("throws", "threw", "thrown", "throwing"),
    "win": ("wins", "won", "winning"),
    "write": ("writes", "wrote", "written", "writing"),
}
_DOUBLED = frozenset(
    [
        "ban",
        "bid",
        "blot",
        "chop",
        "clog",
        "curb",
        "drop",
        "fit",
        "flatten",
        "grab",
        "jog",
        "knit",
        "knot",
        "mop",
        "nab",
        "nip",
        "pin",
        "plan",
        "plug",
        "pop",
        "quit",
        "rub",
        "scrub",
        "ship",
        "shop",
        "skip",
        "slam",
        "slap",
        "slim",
        "snap",
        "spot",
        "step",
        "stir",
        "stop",
        "strip",
        "swap",
        "tap",
        "top",
        "trap",
        "trim",
        "unclog",
        "wrap",
        "zap",
        "flip",
        "rip",
        "pad",
        "pat",
        "whip",
        "skim",
        "sap",
        "stem",
        "dim",
    ]
) - {"curb", "flatten"}


def _verb_forms(phrase: str) -> Iterator[str]:
    verb, _, rest = phrase.partition(" ")
    tail = f" {rest}" if rest else ""
    if verb in _IRREGULAR:
        forms: tuple[str, ...] = (verb, *_IRREGULAR[verb])
    elif verb.endswith("e"):
        forms = (verb, verb + "s", verb + "d", verb[:-1] + "ing")
    elif verb.endswith("y") and verb[-2:-1] not in "aeiou":
        forms = (verb, verb[:-1] + "ies", verb[:-1] + "ied", verb + "ing")
    elif verb in _DOUBLED:
        forms = (verb, verb + "s", verb + verb[-1] + "ed", verb + verb[-1] + "ing")
    elif verb.endswith(("s", "x", "z", "ch", "sh")):
        forms = (verb, verb + "es", verb + "ed", verb + "ing")
    else:
        forms = (verb, verb + "s", verb + "ed", verb + "ing")
    for form in forms:
        yield form + tail
    if len(forms) > 3 and forms[-1].endswith("ing"):
        yield forms[-1][:-1] + "'" + tail  # "losin'"
