"""The claim rules and the vocabularies that they compose, as data.

Comes in: tables of the TOML files of a rule pack. Goes out: a `ClaimBook`. A composition such as `cures disease` stands
for a word of the vocabulary "cures" and, at most GAP tokens behind it in the same clause, one of the vocabulary "disease";
`(no|zero) >0 chemicals` gives words in brackets and says how many tokens may stand between.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct

from disclosure_check.claims import NUMBER, TICKER, token_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from disclosure_check.rulebook import Rule

GAP = 5  # tokens between two parts of a composition, unless it says otherwise
_PART = re.compile(r">(\d+)|\(([^)]*)\)|([a-z][a-z-]*)")
_SIGNS = frozenset([NUMBER, TICKER])
_CLASS = re.compile(r"\{([a-z-]+)\}")
NUMBER_WORDS = frozenset(
    [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "eighteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "hundreds",
        "thousand",
        "thousands",
        "million",
        "millions",
        "billion",
        "couple",
        "dozen",
        "several",
        "half",
    ]
)


class Part(NamedTuple):
    """One part of a composition: a vocabulary, and how many tokens may stand before it."""

    name: str
    gap: int


Composition = tuple[Part, ...]
Condition = tuple[Composition, ...]  # all of which must stand somewhere; in a rule file joined by "&"


class Vocabulary(Struct, frozen=True):
    """All vocabularies in one table."""

    phrases: Mapping[str, tuple[str, ...]]  # words joined by spaces -> the vocabularies they belong to
    longest: Mapping[str, int]  # first word -> words of the longest phrase that begins with it
    first_words: Mapping[str, frozenset[str]]  # first word -> vocabularies that a phrase beginning with it may belong to
    words: frozenset[str]  # all single words, for splitting hashtags
    number_words: frozenset[str] = NUMBER_WORDS


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
    by_first: Mapping[
        str, tuple[tuple[int, ClaimRule, Composition], ...]
    ]  # their compositions, numbered, by the vocabulary they begin with
    texts: Mapping[str, Rule]  # what to tell the author, by id; process rules too
    vocabulary: Vocabulary
    cues: Mapping[str, Any]  # assertion -> reach -> phrases


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
    phrases: dict[str, list[str]] = {}
    groups = {name: set(_phrases(name, vocabularies)) for name in vocabularies}
    groups |= {literal: {phrase.strip() for phrase in literal[1:-1].split("|")} for literal in literals}
    for name in sorted(groups):
        for phrase in sorted({_as_tokens(phrase) for phrase in groups[name]}):
            phrases.setdefault(phrase, []).append(name)
    return {"phrases": phrases, "rules": tables, "cues": dict(cues)}


def load_claims(data: Mapping[str, Any], rules: Iterable[Rule]) -> ClaimBook:
    """Return the claim book of compiled data and the rules it belongs to."""
    longest: dict[str, int] = {}
    first_words: dict[str, set[str]] = {}
    words: set[str] = set()
    for phrase, names in data["phrases"].items():
        parts = phrase.split(" ")
        words.update(parts)
        longest[parts[0]] = max(longest.get(parts[0], 0), len(parts))
        first_words.setdefault(parts[0], set()).update(names)
    for word in NUMBER_WORDS & first_words.keys() | NUMBER_WORDS:
        first_words.setdefault(word, set()).update(first_words.get(NUMBER, set()))
    claim_rules = tuple(_rule(table) for table in data["rules"])
    by_first: dict[str, list[tuple[int, ClaimRule, Composition]]] = {}
    for number, (rule, composition) in enumerate((known, composition) for known in claim_rules for composition in known.compositions):
        by_first.setdefault(composition[0].name, []).append((number, rule, composition))
    return ClaimBook(
        claim_rules,
        {name: tuple(compositions) for name, compositions in by_first.items()},
        {rule.id: rule for rule in rules},
        Vocabulary(data["phrases"], longest, {word: frozenset(names) for word, names in first_words.items()}, frozenset(words)),
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
