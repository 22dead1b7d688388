"""Candidates for claims: how a text becomes tokens, and how words of the vocabularies are put together."""

from __future__ import annotations

import subprocess
import sys

import pytest

from disclosure_check.claim_rules import compile_claims, load_claims, parse_composition
from disclosure_check.claims import LONGEST_SENTENCE, find_candidates, split_tag
from disclosure_check.model import Piece
from disclosure_check.normalize import normalize
from disclosure_check.segment import Layout

VOCABULARIES = {
    "cures": {"verbs": ["cure", "get rid of"], "words": ["goodbye to"]},
    "disease": {"nouns": ["allergy", "migraine"], "words": ["acne", "dry skin"]},
    "gone": {"words": ["gone", "is gone"]},
    "pounds": {"words": ["<n> pounds"]},
    "fillers": {"words": ["my", "the", "no"]},
}


def book(*compositions: str, **match: list[str]):
    rule = {"id": "DC499", "type": "claim", "match": {"claim": list(compositions), **match}}
    return load_claims(*compile_claims(VOCABULARIES, [rule], {}), {})


def prose_of(text: str):
    prose = normalize((Piece(text, 0, len(text)),), lambda _: [])
    return prose, Layout(prose.text)


def words_found(text: str, *compositions: str) -> list[str]:
    prose, layout = prose_of(text)
    spans = [prose.offsets.span(candidate.at, candidate.to) for candidate in find_candidates(prose, layout, book(*compositions)).found]
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("It cured my awful migraines.", ["cured my awful migraines"], id="inflected, with words between"),
        pytest.param("It got rid of allergies.", ["got rid of allergies"], id="irregular verb, plural in -ies"),
        pytest.param("Migraines are what it cures.", [], id="in the order of the composition only"),
        pytest.param("It cures one two three four five six migraines.", [], id="too far apart"),
        pytest.param("It cures ham, but a migraine came.", [], id="another clause"),
        pytest.param("It cures ham.\nA migraine came.", [], id="a line break ends a sentence"),
        pytest.param("GOODBYE TO dry-skin!", ["GOODBYE TO dry-skin"], id="capitals and a hyphen"),
        pytest.param("cure (for migraines)", [], id="brackets are a border"),
        pytest.param("the migraine's cure, acne", ["cure, acne"], id="a possessive is the word itself, a comma counts as one token"),
    ],
)
def test_parts_stand_together_in_one_clause(text, expected):
    assert words_found(text, "cures disease") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("no acne", ["no acne"]), ("no bad acne", []), ("zero acne", ["zero acne"]), ("none acne", [])],
)
def test_brackets_give_words_and_a_number_the_gap(text, expected):
    assert words_found(text, "(no|zero) >0 disease") == expected


@pytest.mark.parametrize("text", ["lost 20 pounds", "lost 20pounds", "lost 1,200 pounds", "lost twenty pounds", "lost 2.5 pounds"])
def test_a_number_is_digits_or_a_word(text):
    assert words_found(text, "pounds") == [text.removeprefix("lost ")]


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("curedmyacne", ["cured", "my", "acne"]),
        ("CuredMyAcne", ["cured", "my", "acne"]),
        ("dry_skin_gone", ["dry", "skin", "gone"]),
        ("noacne", ["no", "acne"]),
        ("sunnydays", ["sunnydays"]),
        ("a" * 100, ["a" * 100]),
    ],
)
def test_a_hashtag_is_split_into_known_words(tag, words):
    assert split_tag(tag, book("cures disease", "fillers").vocabulary) == words


def test_a_hashtag_is_a_claim_with_its_own_place():
    assert words_found("so good #ad #curedmyacne #love", "cures disease") == ["curedmyacne"]


def test_no_phrase_runs_from_one_hashtag_into_the_next():
    assert words_found("#cured #acne", "cures disease") == []


def test_a_short_question_belongs_to_its_answer():
    assert words_found("Acne? Gone!", "disease gone") == ["Acne? Gone"]


def test_an_emoji_between_words_is_no_border_and_no_token():
    assert words_found("cures 🌿 acne", "cures disease") == ["cures 🌿 acne"]


def test_a_sentence_that_is_too_long_is_cut_and_the_cut_is_told():
    prose, layout = prose_of("word " * LONGEST_SENTENCE + "cures acne")
    candidates = find_candidates(prose, layout, book("cures disease"))
    assert [candidate.rule.id for candidate in candidates.found] == ["DC499"]
    assert len(candidates.cut) >= 4
    assert all(sentence.to - sentence.at <= LONGEST_SENTENCE for sentence in candidates.sentences)


def test_words_without_spaces_are_cut_too():
    prose, layout = prose_of("a" * (LONGEST_SENTENCE * 3) + " cures acne")
    assert len(find_candidates(prose, layout, book("cures disease")).cut) >= 2


def test_a_text_that_lacks_a_part_is_not_looked_into():
    prose, layout = prose_of("It cures ham. " * 50)
    candidates = find_candidates(prose, layout, book("cures disease"))
    assert candidates.found == ()
    assert not any("_mentions" in vars(sentence) for sentence in candidates.sentences)


def test_finding_candidates_never_imports_spacy():
    code = (
        "import sys; sys.path.insert(0, 'tests')\nimport test_claims\n"
        "assert test_claims.words_found('It cured my acne.', 'cures disease') == ['cured my acne']\n"
        "print('spacy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("cures disease", [("cures", 5), ("disease", 5)]),
        ("(no|not any) >0 body-part", [("(no|not any)", 5), ("body-part", 0)]),
        ("  one ", [("one", 5)]),
    ],
)
def test_a_composition_is_read(text, parts):
    assert parse_composition(text) == tuple(parts)


@pytest.mark.parametrize("text", ["cures + disease", "Cures", "(open", "<n>"])
def test_what_is_no_composition_is_told(text):
    with pytest.raises(ValueError, match="is no part of a composition; write the name of a vocabulary"):
        parse_composition(text)


def test_a_vocabulary_puts_another_in():
    vocabularies = {"skin": {"words": ["skin", "face"]}, "trouble": {"words": ["dry {skin}"]}}
    compiled = compile_claims(vocabularies, [{"id": "DC499", "type": "claim", "match": {"claim": ["trouble"]}}], {})
    vocabulary = load_claims(*compiled, {}).vocabulary
    assert vocabulary.phrases("skin") is not None
    assert vocabulary.phrases("ski") is None
    found = vocabulary.phrases("dry")
    assert (found.mask, {word: longer.mask for word, longer in found.longer.items()}) == (
        0, dict.fromkeys(("face", "skin"), vocabulary.bits["trouble"])
    )  # fmt: skip
