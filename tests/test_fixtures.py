"""Whole posts: the report on each is the expected one, and agrees with what a careful reader said about it."""

from __future__ import annotations

import json
import runpy
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UPDATE = runpy.run_path(str(ROOT / "fixtures" / "update.py"))
FILES = UPDATE["fixture_files"]()
VERDICTS = tomllib.loads((ROOT / "fixtures" / "verdicts.toml").read_text(encoding="utf-8"))
KNOWN_GAPS = VERDICTS.pop("known_gaps", {})
DECIDING = {"fail": "error", "review": "warning"}
CLAIMS = ("claim", "review")  # families that a verdict's `claims` is about; its `verdict` is about disclosure


def verdict_of(findings) -> str:
    severities = {finding["severity"] for finding in findings}
    return "fail" if "error" in severities else "review" if "warning" in severities else "pass"


@cache
def report_on(fixture: Path):
    return UPDATE["report_on"](fixture)


@cache
def posts():
    """Return each post's report and text, by its key in verdicts.toml."""
    found = {}
    for fixture in FILES:
        text = (ROOT / fixture).read_text(encoding="utf-8")
        lines = text.split("\n")
        for post in report_on(fixture)["posts"]:
            own = json.loads(lines[post["record_line"] - 1])["text"] if post["record_line"] else text
            found[post["id"].removeprefix("fixtures/")] = post, own
    return found


@pytest.mark.parametrize("fixture", FILES, ids=str)
def test_the_report_is_the_expected_one(fixture):
    expected = json.loads(UPDATE["expected_file"](fixture).read_text(encoding="utf-8"))
    assert report_on(fixture) == expected, "if this is meant, run fixtures/update.py and read the difference"


def test_no_expected_report_lacks_its_fixture():
    expected = {UPDATE["expected_file"](fixture) for fixture in FILES}
    assert [path for path in (ROOT / "fixtures").rglob("*.expected.json") if path not in expected] == []


def test_every_post_has_a_verdict_and_every_verdict_a_post():
    assert set(VERDICTS) == set(posts())
    assert len(VERDICTS) > 180
    for about in ("verdict", "claims"):
        verdicts = [verdict[about] for verdict in VERDICTS.values() if about in verdict]
        assert verdicts.count("pass") * 9 >= len(verdicts) * 4


def test_every_known_gap_is_a_post_and_gaps_are_few():
    assert set(KNOWN_GAPS) <= set(VERDICTS)
    assert len(KNOWN_GAPS) * 15 <= len(VERDICTS)


@pytest.mark.parametrize(
    "key",
    [pytest.param(key, marks=[pytest.mark.xfail(reason=KNOWN_GAPS[key])] if key in KNOWN_GAPS else []) for key in VERDICTS],
)
def test_the_report_agrees_with_the_verdict(key):
    post, text = posts()[key]
    verdict = VERDICTS[key]
    found = [(finding["rule"], finding["severity"], finding["match"]) for finding in post["findings"]]
    about_claims = [finding for finding in post["findings"] if finding["family"] in CLAIMS]
    about_disclosure = [finding for finding in post["findings"] if finding["family"] not in CLAIMS]
    assert post["error"] is None
    if "verdict" in verdict:
        assert verdict_of(about_disclosure) == verdict["verdict"], f"{verdict['why']} Found: {found}"
    assert verdict_of(about_claims) == verdict.get("claims", "pass"), f"{verdict['why']} Found: {found}"
    if "at" in verdict:
        deciding, findings = (verdict["verdict"], about_disclosure) if "verdict" in verdict else (verdict["claims"], about_claims)
        assert touches(findings, DECIDING[deciding], text, verdict["at"]), f"nothing at {verdict['at']!r}. Found: {found}"


def touches(findings, severity, text, words):
    """Return whether a finding of `severity` shares a character with `words`, wherever they stand in `text`."""
    starts = [start for start in range(len(text)) if text.startswith(words, start)]
    assert starts != [], f"{words!r} isn't in the post"
    spans = [(finding["start"], finding["end"]) for finding in findings if finding["severity"] == severity]
    return any(start < to and at < start + len(words) for start in starts for at, to in spans)
