"""The claim rules and the vocabularies that they compose, as data.

Comes in: tables of the TOML files of a rule pack. Goes out: a `ClaimBook`. A composition such as `cures disease` stands
for a word of the vocabulary "cures" and, at most GAP tokens behind it in the same clause, one of the vocabulary "disease";
`(no|zero) >0 chemicals` gives words in brackets and says how many tokens may stand between.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from disclosure_check.claims import NUMBER, TICKER, token_texts
from disclosure_check.cues import spelled_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from disclosure_check.cues import CueTable
    from disclosure_check.rulebook import Rule

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


class Entry(Struct, frozen=True):
    """The phrases of all vocabularies that begin with a word."""

    phrases: Mapping[str, tuple[str, ...]]  # words joined by spaces -> the vocabularies they belong to
    lengths: tuple[int, ...]  # of the phrases, in words, the longest first
    alone: int  # the vocabularies of the word alone, as bits
    before: Mapping[str, int]  # the vocabularies of longer phrases, by their second word


NO_ENTRY = Entry({}, (), 0, {})


class Vocabulary:
    """All vocabularies in one table. What begins with a word is only unpacked when a post says that word."""

    def __init__(self, names: Sequence[str], packed: Mapping[str, str], words: str) -> None:
        """Take the vocabularies' names, the packed phrases by their first word, and all single words in a line."""
        self.names = names
        self.bits: Mapping[str, int] = {name: 1 << number for number, name in enumerate(names)}
        self._packed = packed
        self._words = words
        self._entries: dict[str, Entry] = {}

    @cached_property
    def words(self) -> frozenset[str]:
        """All single words, for splitting hashtags."""
        return frozenset(self._words.split(" "))

    def entry(self, word: str) -> Entry:
        """Return what begins with `word`; `claims.NUMBER` stands for all numbers."""
        entry = self._entries.get(word)
        if entry is None:
            packed = self._packed.get(word)
            if packed is None:
                return NO_ENTRY
            entry = self._entries[word] = self._unpacked(word, packed)
        return entry

    def _unpacked(self, word: str, packed: str) -> Entry:
        phrases: dict[str, tuple[str, ...]] = {}
        before: dict[str, int] = {}
        for line in packed.split("\n"):
            rest, _, listed = line.partition("\t")
            numbers = [int(number) for number in listed.split(",")]
            phrases[f"{word} {rest}" if rest else word] = tuple(self.names[number] for number in numbers)
            second = rest.partition(" ")[0]
            for number in numbers:
                before[second] = before.get(second, 0) | 1 << number
        lengths = sorted({phrase.count(" ") + 1 for phrase in phrases}, reverse=True)
        return Entry(phrases, tuple(lengths), before.pop("", 0), before)


def _packed(phrases: Mapping[str, Sequence[int]]) -> dict[str, str]:
    """Return phrases with the numbers of their vocabularies as lines of text by their first word, which JSON reads at once."""
    lines: dict[str, list[str]] = {}
    for phrase, numbers in phrases.items():
        first, _, rest = phrase.partition(" ")
        lines.setdefault(first, []).append(f"{rest}\t{','.join(map(str, numbers))}")
    return {first: "\n".join(found) for first, found in lines.items()}


class ClaimRule(Struct, frozen=True):
    """How to find the claims of a rule, and what acquits them."""

    id: str
    compositions: tuple[Composition, ...]
    conditions: Mapping[str, tuple[Condition, ...]]  # by CONDITIONS
    acquit: frozenset[str]  # assertions that acquit
    yields_to: frozenset[str]  # rules whose claims make overlapping ones of this rule superfluous
    anywhere: bool  # counts also where nothing is sold nearby


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
) -> dict[str, Any]:
    """Return the claim data in the form that `load_claims` takes; JSON can hold it."""
    literals: set[str] = set()
    tables = []
    for rule in rules:
        match = rule["match"]
        if rule["type"] != "claim":
            continue
        tables.append(
            {
                "id": rule["id"],
                "claim": [parse_composition(text) for text in match.get("claim", [])],
                **{key: [[parse_composition(part) for part in text.split("&")] for text in match.get(key, [])] for key in CONDITIONS},
                "acquit": match.get("acquit", list(ASSERTIONS)),
                "yields_to": match.get("yields_to", []),
                "anywhere": match.get("anywhere", False),
            }
        )
        compositions = [
            *tables[-1]["claim"],
            *(composition for key in CONDITIONS for condition in tables[-1][key] for composition in condition),
        ]
        literals |= {name for composition in compositions for name, _ in composition if name[0] == "("}
    groups = {name: set(_phrases(name, vocabularies)) for name in vocabularies}
    groups |= {literal: {phrase.strip() for phrase in literal[1:-1].split("|")} for literal in literals}
    names = sorted(groups)
    phrases: dict[str, list[int]] = {}
    for number, name in enumerate(names):
        for phrase in sorted({_as_tokens(phrase) for phrase in groups[name]}):
            phrases.setdefault(phrase, []).append(number)
    words = " ".join(sorted({word for phrase in phrases for word in phrase.split(" ")}))
    return {"names": names, "phrases": _packed(phrases), "words": words, "rules": tables, "cues": spelled_out(cues)}


def load_claims(data: Mapping[str, Any], rules: Iterable[Rule]) -> ClaimBook:
    """Return the claim book of compiled data and the rules it belongs to."""
    vocabulary = Vocabulary(data["names"], data["phrases"], data["words"])
    claim_rules = tuple(_rule(table) for table in data["rules"])
    firsts = 0
    by_first: dict[int, list[tuple[int, int, ClaimRule, Composition]]] = {}
    for number, (rule, composition) in enumerate((known, composition) for known in claim_rules for composition in known.compositions):
        mask = 0
        for part in composition:
            mask |= vocabulary.bits[part.name]
        first = vocabulary.bits[composition[0].name]
        firsts |= first
        by_first.setdefault(first, []).append((mask, number, rule, composition))
    return ClaimBook(
        claim_rules,
        by_first,
        firsts,
        {rule.id: rule for rule in rules},
        vocabulary,
        data["cues"],
    )


def parse_composition(text: str) -> list[tuple[str, int]]:
    """Return the parts of a composition as (vocabulary, gap).

    Raises ValueError for what is none.
    """
    parts: list[tuple[str, int]] = []
    gap, rest = GAP, text
    while rest := rest.lstrip():
        found = _PART.match(rest)
        if found is None:
            raise ValueError(f"{rest!r} is no part of a composition; write the name of a vocabulary, (words|in brackets) or >N")
        if found[1]:
            gap = int(found[1])
        else:
            parts.append((f"({found[2]})" if found[2] is not None else found[3], gap))
            gap = GAP
        rest = rest[found.end() :]
    return parts


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


def _rule(table: Mapping[str, Any]) -> ClaimRule:
    def composition(parts: Iterable[tuple[str, int]]) -> Composition:
        return tuple(Part(name, gap) for name, gap in parts)

    return ClaimRule(
        table["id"],
        tuple(composition(parts) for parts in table["claim"]),
        {key: tuple(tuple(composition(parts) for parts in condition) for condition in table[key]) for key in CONDITIONS if table[key]},
        frozenset(table["acquit"]),
        frozenset(table["yields_to"]),
        table["anywhere"],
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
