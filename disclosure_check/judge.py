"""Judge candidates for claims: asserted, or negated, asked, doubted, hoped for, exposed or somebody else's.

Comes in: candidates with their sentences; where it is asked for, spaCy parses these. Goes out: the claims, each with its
assertion. What they are worth, and the words to say it with, are rule data.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from disclosure_check.claims import holds
from disclosure_check.cues import find_cues, split_words
from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spacy.tokens import Doc

    from disclosure_check.claim_rules import ClaimBook, ClaimRule
    from disclosure_check.claims import Candidate, Candidates, Mention, Sentence
    from disclosure_check.cues import Cue

Setup = Literal["cues", "model"]
REACH = 7  # tokens that a cue reaches to the right
BACK_REACH = 3  # tokens that a cue reaches to the left
LIST_REACH = 3  # tokens behind a claim in which an "or" shows that it stands in a list
_ENDS = frozenset([";", ":", "|", "(", ")", "•", "but", "however", "because", "so", "which", "who", "-", "—", "–"])
ACQUIT_QUESTIONS = frozenset(["attributed", "exposed", "unrelated"])
SCARE_WORDS = 3  # tokens; a hyphen is one
_LISTS = frozenset(["or", "nor"])  # in a list, a comma doesn't end a reach: "does not treat, cure or prevent"
_OTHER_CLAUSE = frozenset([",", "that", "which", "who"])  # behind these, a denial is about something else: "a green brush that isn't ugly"
_QUESTION = lazily(r"\?[?!\"')\]\s\u2005]*$")
_ONE_MARK = lazily(r"(?<![?!])\?[\"')\]\s\u2005]*$")  # "it cured my acne??" is amazement
_ASKS = lazily(
    r"^(?:and |so |but |ok |hey |now )*(?:are|aren't|can|can't|could|did|do|does|doesn't|don't|ever|got|had|has|have|how|is|isn't|looking|need|"
    r"ready|should|struggling|suffering|tired|wanna|want|was|were|what|when|where|which|who|whose|why|will|wish|would|wouldn't)\b"
)
_NO_QUESTION = lazily(r"\b(?:did you know|didn't you know|who knew|guess what|why does|how does|how did|isn't it|right\?|you know what)\b")


class Claim(Struct, frozen=True):
    """Words that claim something, or ask it beside an offer."""

    rule: ClaimRule
    at: int  # folded offsets
    to: int
    sentence: Sentence
    asked: bool


def judge(candidates: Candidates, book: ClaimBook, nlp: Setup = "cues") -> list[Claim]:
    """Return the claims of a post in the order of their place; of those that overlap, what the rules prefer.

    With `nlp="model"` a parse says in whole sentences whether the words belong together, and what is negated.
    Raises ConfigError if the model is asked for and isn't there.
    """
    if not candidates.found:
        return []
    claims = [
        Claim(candidate.rule, candidate.at, candidate.to, candidates.sentences[candidate.sentence], "asked" in made)
        for candidate, made in zip(candidates.found, _assertions(candidates, book, nlp), strict=True)
        if not _is_acquitted(candidate.rule, made) and _is_complete(candidate, candidates.sentences)
    ]
    rules = {claim.rule.id: claim.rule for claim in claims}
    acquitted = {id for id, rule in rules.items() if not _is_complete_in_post(rule, candidates.sentences)}
    claims = [claim for claim in claims if claim.rule.id not in acquitted]
    # Claims of different sentences don't overlap.
    return [claim for _, group in groupby(claims, key=lambda claim: claim.sentence.at) for claim in _preferred(list(group))]


def _is_acquitted(rule: ClaimRule, made: frozenset[str]) -> bool:
    """Return whether the words around a claim acquit it; a wish within a question ("Want to cure acne?") is what the question sells."""
    if "asked" in made:
        made &= ACQUIT_QUESTIONS
    return bool(made & (rule.acquit | {"unrelated"}))


def _preferred(claims: Sequence[Claim]) -> Iterator[Claim]:
    for index, claim in enumerate(claims):
        overlapping = [(at, other.rule) for at, other in enumerate(claims) if other.at < claim.to and claim.at < other.to]
        if any(_yields(claim.rule, rule) for _, rule in overlapping):
            continue
        if not any(rule is claim.rule and at < index for at, rule in overlapping):
            yield claim


def _yields(rule: ClaimRule, other: ClaimRule) -> bool:
    """Return whether `rule` yields to `other`; of two that yield to each other, the one with the lower id stays."""
    return other.id in rule.yields_to and not (rule.id in other.yields_to and rule.id < other.id)


def _is_complete(candidate: Candidate, sentences: Sequence[Sentence]) -> bool:
    """Return whether what a rule wants in a sentence and those beside it is there, and nothing that acquits its words."""
    index = candidate.sentence
    reaches = {"": 0, "near": 1, "around": 3}
    for name, conditions in candidate.rule.conditions.items():
        kind, _, where = name.partition("_")
        if where in reaches:
            around = sentences[max(0, index - reaches[where]) : index + reaches[where] + 1]
            if holds(conditions, around) == (kind == "unless"):
                return False
    return True


def _is_complete_in_post(rule: ClaimRule, sentences: Sequence[Sentence]) -> bool:
    """Return whether what a rule wants anywhere in a post is there, and nothing that acquits all its claims."""
    return not holds(rule.conditions.get("unless_post", ()), sentences) and (
        "requires_post" not in rule.conditions or holds(rule.conditions["requires_post"], sentences)
    )


def _assertions(candidates: Candidates, book: ClaimBook, nlp: Setup) -> Iterator[frozenset[str]]:
    """Yield what is made of each candidate; an empty set is an assertion."""
    around = {candidate.sentence + step for candidate in candidates.found for step in (-1, 0, 1)}
    needed = sorted(around & set(range(len(candidates.sentences))))
    split = {index: split_words([token.text for token in candidates.sentences[index].tokens]) for index in needed}
    cues = {index: find_cues(words, book.cues) for index, (words, _) in split.items()}
    docs = _parsed(split) if nlp == "model" else {}
    for candidate in candidates.found:
        words, starts = split[candidate.sentence]
        bounds = [*starts, len(words)]
        parts = [(bounds[part.first], bounds[part.end]) for part in candidate.parts]
        made = {cue.assertion for cue in cues[candidate.sentence] if _reaches(cue, parts, words)}
        for index in (candidate.sentence - 1, candidate.sentence + 1):
            made |= {cue.assertion for cue in cues.get(index, ()) if cue.reach == "near"}
        if _is_question(candidates.sentences[candidate.sentence].text):
            made.add("asked")
        if any(_is_in_scare_quotes(candidates.sentences[candidate.sentence], part) for part in candidate.parts):
            made.add("exposed")
        if nlp == "model":
            made |= _by_parse(docs[candidate.sentence], parts)
        yield frozenset(made)


def _parsed(split: Mapping[int, tuple[list[str], list[int]]]) -> dict[int, Doc]:
    from disclosure_check.nlp import make_docs, parser

    return dict(zip(split, make_docs(parser(), (words for words, _ in split.values())), strict=True))


def _is_in_scare_quotes(sentence: Sentence, part: Mention) -> bool:
    """Return whether a word or two stand in quotation marks of their own: a "cure"."""
    around = [token.text for token in sentence.tokens[max(0, part.first - 1) : part.end + 1]]
    return part.end - part.first <= SCARE_WORDS and len(around) == part.end - part.first + 2 and around[0] == around[-1] == '"'


def _by_parse(doc: Doc, parts: Sequence[tuple[int, int]]) -> set[str]:
    from disclosure_check.nlp import belong_together, is_negated, is_parsed

    if not is_parsed(doc):
        return set()
    made = {"negated"} if is_negated(doc, parts) else set()
    return made if belong_together(doc, parts) else made | {"unrelated"}


def _is_question(text: str) -> bool:
    lower = text.lower().lstrip(" \n\u2005\"'([*-")
    if _QUESTION().search(lower) is None or _NO_QUESTION().search(lower) is not None:
        return False
    return _ONE_MARK().search(lower) is not None or _ASKS().match(lower) is not None


def _reaches(cue: Cue, parts: Sequence[tuple[int, int]], words: Sequence[str]) -> bool:
    """Return whether a cue bears on the words of `parts`; what is part of the claim itself is no cue."""
    if any(cue.first < end and first < cue.end for first, end in parts):
        return False
    first, end = min(part[0] for part in parts), max(part[1] for part in parts)
    if cue.reach in ("sentence", "near"):
        return True
    if cue.reach == "after":
        return end <= cue.first <= end + BACK_REACH and not _OTHER_CLAUSE.intersection(words[end : cue.first])
    if cue.first >= first:
        return cue.end <= end and cue.assertion == "negated"
    between = words[cue.end : first]
    if len(between) > REACH or any(word in _ENDS for word in between):
        return False
    following = words[cue.end : end + LIST_REACH]
    return "," not in between or any(word in _LISTS for word in following)
