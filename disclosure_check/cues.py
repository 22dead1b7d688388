"""Find cues: words that negate, doubt, ask, attribute or expose what stands around them.

Comes in: the words of a sentence and the cues of the rule data. Goes out: the cues in it. What they bear on is left to `judge`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CueTable = dict[str, list[list[Any]]]
"""By its first word, each phrase as a list of words, with the assertions and reaches of the cues that it is; ready for JSON."""

_CONTRACTION = lazily(r"(?i)^(.+?)(n't|'(?:ll|re|ve|m|d|s))$")


class Cue(Struct, frozen=True):
    """Words that make something of the claims around them."""

    assertion: str  # such as "negated"
    reach: str  # "before": to the right of it; "after": to the left; "sentence": to all of it; "near": to its neighbours, too
    first: int  # words [first, end)
    end: int


def find_cues(words: Sequence[str], table: CueTable) -> list[Cue]:
    """Return the cues in the words of a sentence, without those that only look like one."""
    lower = [word.lower() for word in words]
    found: list[Cue] = []
    for first, word in enumerate(lower):
        for phrase, kinds in table.get(word, ()):
            if lower[first : first + len(phrase)] == phrase:
                found += (Cue(assertion, reach, first, first + len(phrase)) for assertion, reach in kinds)
    pseudo = [cue for cue in found if cue.reach == "pseudo"]
    return [cue for cue in found if cue.reach != "pseudo" and not any(look.first < cue.end and cue.first < look.end for look in pseudo)]


def split_words(words: Sequence[str]) -> tuple[list[str], list[int]]:
    """Return the words with contractions split as spaCy's models know them ("don't" is "do" and "n't"), and where each word begins."""
    split: list[str] = []
    starts: list[int] = []
    for word in words:
        starts.append(len(split))
        parts = _CONTRACTION().match(word) if "'" in word else None
        split += parts.groups() if parts else (word,)
    return split, starts


def spelled_out(cues: Mapping[str, Mapping[str, Sequence[str]]]) -> CueTable:
    """Return the table of the cues of rule data: assertion -> reach -> cues."""
    kinds: dict[tuple[str, ...], list[list[str]]] = {}
    for assertion, by_reach in cues.items():
        for reach, written in by_reach.items():
            for phrase in sorted({tuple(word.lower() for word in phrase) for cue in written for phrase in spell_out(cue)} - {()}):
                kinds.setdefault(phrase, []).append([assertion, reach])
    table: CueTable = {}
    for phrase in sorted(kinds):
        table.setdefault(phrase[0], []).append([list(phrase), kinds[phrase]])
    return table


def spell_out(cue: str) -> Iterator[list[str]]:
    """Yield the phrases that a cue stands for: "a|b" is either, a word with "?" behind it may be left out, of "words?" only the s."""
    phrases: list[list[str]] = [[]]
    for word in cue.split():
        if word == "?":
            choices = [["?"]]
        elif word.endswith("s?"):
            choices = [[word[:-2]], [word[:-1]]]
        else:
            choices = [[choice] for choice in word.rstrip("?").split("|")] + ([[]] if word.endswith("?") else [])
        phrases = [[*phrase, *choice] for phrase in phrases for choice in choices]
    yield from phrases
