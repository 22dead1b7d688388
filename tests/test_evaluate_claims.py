"""From the claims of a post to findings, or to proof on file."""

from __future__ import annotations

import datetime as dt
import hashlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from disclosure_check.check import Options, check_post, check_substantiation
from disclosure_check.model import Post
from disclosure_check.rulebook import load_rulebook
from disclosure_check.substantiation import Substantiation, load_substantiation

RULEBOOK = load_rulebook()
TODAY = dt.date(2026, 6, 1)
APPROVED = """
[[claims]]
id = "bloating"
brand = "Gutglow"
product = "Daily Fibre"
wordings = ["helps reduce bloating in 4 weeks"]

[[claims.evidence]]
title = "Trial of 120 adults"
kind = "randomized controlled trial"
{source}
date = 2025-02-01
expires = 2027-01-31
reviewer = "R. Ames"
"""


def check(text: str, *, connections: tuple[str, ...] = ("paid",), **options: object):
    return check_post(Post("p", text, "p", connections=connections, brands=("Gutglow",)), RULEBOOK, Options(**options))


def claims_of(report):
    return [(finding.rule, finding.severity, finding.match) for finding in report.findings if finding.family != "disclosure"]


@pytest.fixture
def approved(tmp_path: Path) -> Substantiation:
    path = tmp_path / "substantiation.toml"
    path.write_text(APPROVED.format(source='url = "https://gutglow.example/trial"'), encoding="utf-8")
    return load_substantiation(path, TODAY)


def test_claims_count_in_a_post_with_a_connection():
    assert claims_of(check("Ad: this tea cures eczema.")) == [("DC401", "error", "cures eczema")]


@pytest.mark.parametrize(("mode", "count"), [("auto", 0), ("always", 1), ("never", 0)])
def test_without_a_connection_they_are_looked_for_only_if_asked(mode, count):
    assert len(claims_of(check("This tea cures eczema.", connections=(), claims=mode))) == count


def test_a_connection_that_the_text_shows_counts_as_well():
    assert claims_of(check("This tea cures eczema. Code MIA20 for 20% off!", connections=()))[0] == ("DC401", "error", "cures eczema")


def test_no_connection_is_no_advertising():
    assert claims_of(check("This tea cures eczema.", connections=("none",))) == []


def test_never_looks_for_none_even_in_an_ad():
    assert claims_of(check("Ad: this tea cures eczema.", claims="never")) == []


def test_a_question_beside_an_offer_is_a_warning_of_its_own():
    assert claims_of(check("Want to cure eczema? Try our tea: https://gutglow.example/tea")) == [("DC446", "warning", "cure eczema")]


def test_a_question_alone_is_nothing():
    assert claims_of(check("Can a serum cure acne?")) == []


def test_many_questions_are_judged_in_a_bounded_time():
    start = time.process_time()
    assert claims_of(check("Can this cure acne? " * 10_000)) == []
    assert time.process_time() - start < 10


def test_the_same_words_are_one_finding_with_all_places():
    report = check("Ad: it cures eczema. Yes, it Cures Eczema. And cures acne.")
    assert [(match, severity) for _, severity, match in claims_of(report)] == [("cures eczema", "error"), ("cures acne", "error")]
    first = next(finding for finding in report.findings if finding.family == "claim")
    assert [report.post.text[item.start : item.end] for item in first.evidence if item.start is not None] == [
        "cures eczema",
        "Cures Eczema",
    ]
    assert [claim.match for claim in report.claims] == ["cures eczema", "Cures Eczema", "cures acne"]


def test_spans_are_code_points_of_the_original_text():
    report = check("🌿🌿 Ad: it <b>cures</b>   eczema!")
    finding = next(finding for finding in report.findings if finding.family == "claim")
    assert report.post.text[finding.start : finding.end] == finding.match == "cures</b>   eczema"


def test_proof_on_file_leaves_no_finding_but_is_listed(approved):
    report = check("Ad: Gutglow Daily Fibre helps reduce bloating in 4 weeks.", substantiation=approved)
    assert claims_of(report) == []
    assert [(claim.status, claim.approved, claim.proof) for claim in report.claims] == [("backed", "bloating", ("Trial of 120 adults",))]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Ad: Gutglow Daily Fibre helps reduce bloating in 2 weeks.", "figure-differs"),
        ("Ad: Gutglow Daily Fibre eliminates bloating in 4 weeks.", "stronger-than-approved"),
        ("Ad: Gutglow Daily Fibre helps reduce migraines.", "not-on-file"),
    ],
)
def test_what_is_not_the_approved_claim_stays_a_finding_that_says_why(approved, text, status):
    report = check(text, substantiation=approved)
    finding = next(finding for finding in report.findings if finding.family == "claim")
    assert f"substantiation.{status}" in [item.label for item in finding.evidence]
    assert [claim.status for claim in report.claims] == [status]


def test_the_remedy_names_the_approved_words(approved):
    report = check("Ad: Gutglow Daily Fibre helps reduce bloating in 2 weeks.", substantiation=approved)
    finding = next(finding for finding in report.findings if finding.family == "claim")
    assert finding.remedy.startswith('Keep to the approved words, "helps reduce bloating in 4 weeks". Or: ')


def test_a_sentence_that_was_cut_is_told():
    report = check("Ad: " + "word " * 5000 + "and it cures eczema.")
    assert claims_of(report) == [("DC401", "error", "cures eczema")]
    assert report.notes == (
        "a sentence longer than 1500 characters was cut to look for claims; words on both sides of a cut were not put together",
    )


def test_two_megabytes_without_a_full_stop_are_checked():
    report = check("Ad: " + "and the very long day went on " * 70_000 + "and it cures eczema")
    assert claims_of(report) == [("DC401", "error", "cures eczema")]
    assert report.notes


@pytest.mark.parametrize(("content", "rule"), [(None, "DC901"), (b"another study", "DC902"), (b"the study", None)])
def test_evidence_files_are_checked(tmp_path: Path, content: bytes | None, rule: str | None):
    digest = hashlib.sha256(b"the study").hexdigest()
    path = tmp_path / "substantiation.toml"
    path.write_text(APPROVED.format(source=f'path = "trial.pdf"\nsha256 = "{digest}"'), encoding="utf-8")
    if content is not None:
        (tmp_path / "trial.pdf").write_bytes(content)
    report = check_substantiation(RULEBOOK, load_substantiation(path, TODAY))
    assert [(finding.rule, finding.severity, finding.match) for finding in report.findings] == (
        [(rule, "error", "trial.pdf")] if rule else []
    )


def test_only_the_model_imports_spacy_and_only_for_posts_with_candidates():
    code = (
        "import sys\nfrom disclosure_check.check import Options, check_post\nfrom disclosure_check.model import Post\n"
        "from disclosure_check.rulebook import load_rulebook\n"
        "report = check_post(Post('p', sys.argv[1], 'p', connections=('paid',)), load_rulebook(), Options(nlp=sys.argv[2]))\n"
        "print(len(report.claims), 'spacy' in sys.modules)"
    )

    def run(text: str, nlp: str) -> str:
        return subprocess.run([sys.executable, "-c", code, text, nlp], capture_output=True, text=True, check=True).stdout.strip()

    assert run("Ad: this mug is blue and holds my pens.", "model") == "0 False"
    assert run("Ad: this tea cures eczema.", "model") == "1 True"
    assert run("Ad: this tea cures eczema.", "cues") == "1 False"
