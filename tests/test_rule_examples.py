"""Every example of every rule file, as a test of its own: `pytest -k DC201-invalid-1`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from disclosure_check.check import check_post
from disclosure_check.explain import example_post
from disclosure_check.model import Post
from disclosure_check.repairs import apply_edits
from disclosure_check.rulebook import load_rulebook

if TYPE_CHECKING:
    from _pytest.mark import ParameterSet

RULEBOOK = load_rulebook(examples=True)


def examples(kind: str) -> list[ParameterSet]:
    found = []
    for rule in RULEBOOK.rules:
        for number, example in enumerate(getattr(rule, kind), 1):
            marks = [pytest.mark.xfail(strict=True, reason=f"known gap: {example.why}")] if example.known_gap else []
            found.append(pytest.param(rule.id, example, id=f"{rule.id}-{kind}-{number}", marks=marks))
    return found


def findings_of(rule, example):
    report = check_post(example_post(rule, example), RULEBOOK)
    assert report.error is None
    return [(finding.rule, finding.match) for finding in report.findings]


@pytest.mark.parametrize(("rule", "example"), examples("invalid"))
def test_an_invalid_example_gives_one_finding_at_the_marked_words(rule, example):
    found = findings_of(rule, example)
    assert [match for id, match in found if id == rule] == [example.at], f"all findings: {found}"


@pytest.mark.parametrize(("rule", "example"), examples("valid"))
def test_a_valid_example_gives_no_finding_of_the_rule(rule, example):
    found = findings_of(rule, example)
    assert [match for id, match in found if id == rule] == [], f"all findings: {found}"


MENDED = [
    pytest.param(rule.id, example, id=f"{rule.id}-invalid-{number}")
    for rule in RULEBOOK.rules
    for number, example in enumerate(rule.invalid, 1)
    if example.fixed is not None
]


@pytest.mark.parametrize(("rule", "example"), MENDED)
def test_the_fix_of_an_example_gives_the_text_that_it_shows_and_nothing_is_left_to_find(rule, example):
    post = example_post(rule, example)
    (finding,) = [finding for finding in check_post(post, RULEBOOK).findings if finding.rule == rule]
    mended = apply_edits(post.text, finding.fix or finding.suggestion or ())
    assert mended == example.fixed
    assert rule not in {finding.rule for finding in check_post(replace(post, text=mended), RULEBOOK).findings}


def test_every_rule_with_a_fix_shows_one():
    shown = {rule for parameters in MENDED for rule in parameters.values[:1]}
    assert shown == {rule.id for rule in RULEBOOK.rules if rule.repairs}


def test_the_project_has_rules_with_examples():
    assert sum(len(rule.invalid) + len(rule.valid) for rule in RULEBOOK.rules) > 200


ADVISED = sorted(
    {words for rule in RULEBOOK.rules if rule.type in ("forbid", "require") for words in re.findall(r'"([^"]+)"', rule.remedy)}
)
ADVISED_CLAIMS = [
    pytest.param(rule.id, words, id=f"{rule.id}-{words[:40]}")
    for rule in RULEBOOK.rules
    if rule.type == "claim"
    for words in re.findall(r'"([^"]+)"', rule.remedy)
]


@pytest.mark.parametrize("words", ADVISED)
def test_words_that_a_remedy_advises_are_accepted(words):
    label = words.replace("{brand}", "Acme").removesuffix("...").strip().removesuffix(", and")
    text = f"{label}{'' if label[-1] in '.:' else ': ' if len(label) < 12 else '.'} This Acme lamp lights the whole desk. amzn.to/3abcdef, code MIA20"
    faults = {}
    for connection in ("paid", "gift", "affiliate", "employee", "consultant", "family", "equity", "contest", "travel", "loan"):
        offer = ("discount",) if connection == "affiliate" else ()
        declared = text if offer else text.partition(" amzn.to")[0]
        post = Post("p", declared, "p", platform="x", connections=(connection, *offer), brands=("Acme",))
        faults[connection] = [finding.rule for finding in check_post(post, RULEBOOK).findings if finding.severity != "info"]
    assert [] in faults.values(), f"advised words are questioned: {faults}"


@pytest.mark.parametrize(("rule", "words"), ADVISED_CLAIMS)
def test_a_claim_that_a_remedy_advises_is_accepted(rule, words):
    post = Post("p", f"Ad for Acme. {words.replace('{brand}', 'Acme')}", "p", connections=("paid",), brands=("Acme",))
    found = [(finding.rule, finding.match) for finding in check_post(post, RULEBOOK).findings if finding.family == "claim"]
    assert [match for id, match in found if id == rule] == [], f"advised words are questioned: {found}"
