"""What is made of a candidate: asserted, or acquitted by the words around it. The cues are the project's own data."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from disclosure_check.claim_rules import compile_claims, load_claims
from disclosure_check.claims import find_candidates
from disclosure_check.judge import judge
from disclosure_check.model import Piece
from disclosure_check.normalize import normalize
from disclosure_check.rulebook import load_rulebook
from disclosure_check.segment import Layout

CUES = load_rulebook().claims().cues
VOCABULARIES = {
    "cures": {"verbs": ["cure", "clear up"]},
    "disease": {"words": ["acne", "eczema"]},
    "average": {"words": ["on average"]},
    "disclaimer": {"words": ["not evaluated"]},
}


def judged(text: str, nlp: str = "cues", *, more: tuple[dict, ...] = (), **match: list[str]):
    rules = [{"id": "DC498", "type": "claim", "match": {"claim": ["cures disease"], **match}}, *more]
    compiled, body = compile_claims(VOCABULARIES, rules, {})
    book = load_claims(replace(compiled, cues=CUES), body, {})
    prose = normalize((Piece(text, 0, len(text)),), lambda _: [])
    claims = judge(find_candidates(prose, Layout(prose.text), book), book, nlp)
    return [(claim.rule.id, prose.text[claim.at : claim.to], claim.asked) for claim in claims]


ASSERTED = [
    "This tea cures acne.",
    "It may clear up your eczema.",
    "I'm not a doctor, but this cured my acne.",
    "Not only does it taste good, it cures acne.",
    "No wonder it cures acne!",
    "You won't believe how it cleared up my eczema.",
    "I can't wait for you to see how it cures acne",
    "It is designed to clear up eczema.",
    "Did you know that this clears up eczema?",
    "ok so this cured my acne??",
    "#curedacne #notsponsored",
    "I've never looked back: it cleared up my eczema",
]
ACQUITTED = {
    "negated": "It does not cure acne.",
    "negated by a contraction": "It doesn’t cure acne.",
    "negated in a list": "It will not treat, cure or clear up eczema.",
    "nothing": "Nothing cures acne.",
    "own doubt": "I'm not sure it cures acne.",
    "doubt in the next sentence": "It cleared up my eczema. Or maybe that was a coincidence.",
    "exposed": "They claim that it cures acne.",
    "exposed as a myth": "Myth: toothpaste cures acne.",
    "exposed in the next sentence": "“It cures acne!” Don't fall for it.",
    "withdrawn in the next sentence": "I wrote that it cures acne. I was wrong.",
    "mocked": "Oh yeah, that rock cured my acne.",
    "mocked in the next sentence": "“It cures acne.” Name one study.",
    "in scare quotes": 'The lotion that "cures" eczema costs ninety dollars.',
    "in scare quotes with a hyphen": 'The "acne-curing" lotion costs ninety dollars.',
    "a wish": "I wish it cured my acne.",
    "a condition": "If it cured acne, I would say so.",
    "a goal": "Our mission is to cure eczema.",
    "somebody else's news": "According to Reuters, the drug cured eczema in mice.",
}


@pytest.mark.parametrize("text", ASSERTED)
def test_an_assertion_is_a_claim(text):
    assert [(rule, asked) for rule, _, asked in judged(text)] == [("DC498", False)]


@pytest.mark.parametrize("text", ACQUITTED.values(), ids=ACQUITTED.keys())
def test_the_words_around_acquit(text):
    assert judged(text) == []


@pytest.mark.parametrize("text", ["Can a serum cure acne?", "Does this clear up eczema?", "Tired of waiting? Will it cure acne?"])
def test_a_question_is_no_assertion(text):
    assert [asked for *_, asked in judged(text)] == [True]


def test_a_rule_says_what_acquits():
    assert judged("It does not cure acne.", acquit=["doubted"]) == [("DC498", "cure acne", False)]


@pytest.mark.parametrize(
    ("match", "text", "claims"),
    [
        ({"unless": ["average"]}, "It cures acne on average. Really.", 0),
        ({"unless": ["average"]}, "It cures acne. On average.", 1),
        ({"unless_near": ["average"]}, "It cures acne. On average.", 0),
        ({"unless_near": ["average"]}, "It cures acne. Really. On average.", 1),
        ({"unless_post": ["average"]}, "It cures acne. Really. On average.", 0),
        ({"unless_post": ["average & disclaimer"]}, "It cures acne. Really. On average.", 1),
        ({"unless_post": ["average & disclaimer"]}, "It cures acne. Not evaluated. On average.", 0),
        ({"requires": ["average"]}, "It cures acne. On average.", 0),
        ({"requires_near": ["average"]}, "It cures acne. On average.", 1),
        ({"requires_post": ["average"]}, "On average. Really. It cures acne.", 1),
    ],
)
def test_conditions_look_where_their_name_says(match, text, claims):
    assert len(judged(text, **match)) == claims


def test_a_rule_yields_to_another_that_overlaps_it():
    other = {"id": "DC497", "type": "claim", "match": {"claim": ["disease"]}}
    assert [rule for rule, *_ in judged("It cures acne.", more=(other,), yields_to=["DC497"])] == ["DC497"]


def test_of_overlapping_claims_of_one_rule_the_first_counts():
    assert judged("It cures and clears up acne.") == [("DC498", "cures and clears up acne", False)]


def test_a_text_without_candidates_is_judged_at_once():
    assert judged("Nothing here.") == []
