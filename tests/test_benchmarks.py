"""The posts that the benchmarks measure with, and the page that they write. Nothing is timed here."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from disclosure_check.check import check_posts
from disclosure_check.model import Post
from disclosure_check.rulebook import load_rulebook

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
CORPUS = runpy.run_path(str(BENCHMARKS / "corpus.py"))


@pytest.fixture(scope="module")
def rulebook():
    return load_rulebook()


def reports(texts, rulebook, **facts):
    return list(check_posts([Post(str(number), text, str(number), **facts) for number, text in enumerate(texts)], rulebook))


def test_the_same_corpus_is_made_each_time(tmp_path):
    sizes = ["--posts=3", "--captions=20", "--characters=1000"]
    written = []
    for name, seed in (("first", "1"), ("second", "2")):
        command = [sys.executable, str(BENCHMARKS / "corpus.py"), str(tmp_path / name), *sizes]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed, "PYTHONDONTWRITEBYTECODE": "1"})
        written.append({path.relative_to(tmp_path / name): path.read_bytes() for path in (tmp_path / name).rglob("*.*")})
    assert len(written[0]) == 3 + 2 + 2 + 14
    assert written[0] == written[1]


def test_markdown_posts_are_long_and_only_those_with_a_connection_have_errors(rulebook):
    numbers = range(60)
    texts = [CORPUS["markdown_post"](number) for number in numbers]
    found = [any(finding.severity == "error" for finding in report.findings) for report in reports(texts, rulebook, format="markdown")]
    assert all(7_000 < len(text) < 8_500 for text in texts)
    assert [number for number in numbers if found[number] and not CORPUS["has_connection"](number)] == []
    assert sum(found) >= 3


def test_posts_have_all_kinds_of_markup_and_few_sentences_twice():
    texts = [CORPUS["markdown_post"](number) for number in range(30)]
    together = "\n".join(texts)
    assert all(mark in together for mark in ("\n## ", "\n- ", "\n1. ", "](/", "](https://", "\n```python", "\n![", "\n> ", "**"))
    sentences = [sentence for sentence in together.replace("\n", " ").split(". ") if len(sentence) > 30]
    assert len(set(sentences)) > 0.95 * len(sentences)


def test_captions_are_a_mix_of_about_300_characters(rulebook):
    records = [CORPUS["caption"](number) for number in range(400)]
    texts = [record["text"] for record in records]
    flagged = sum(report.verdict != "pass" for report in reports(texts, rulebook, platform="instagram"))
    assert 270 < sum(map(len, texts)) / len(texts) < 360
    assert 0.05 < flagged / len(texts) < 0.2
    assert 0.4 < sum("#" in text for text in texts) / len(texts) < 0.9
    assert all(json.loads(json.dumps(record)) == record for record in records)


def test_the_plain_post_shows_nothing_and_the_other_one_claims_something(rulebook):
    plain, claims = CORPUS["plain_post"](), CORPUS["plain_post"](with_claims=True)
    found = reports([plain, claims], rulebook, format="markdown")
    assert len(plain.split()) == 330
    assert (found[0].connections, found[0].findings) == ((), ())
    assert len([finding for finding in found[1].findings if finding.rule.startswith("DC4")]) >= 3


def test_hostile_posts_have_exactly_the_length_asked_for():
    assert {kind: len(text.encode()) for kind, text in CORPUS["hostile"](5_000).items()} == dict.fromkeys(CORPUS["hostile"](10), 5_000)


def test_figures_are_written_between_the_marks_of_the_page(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    compare = runpy.run_path(str(BENCHMARKS / "compare.py"))
    run, figures = compare["Run"], compare["Figures"]()
    figures.counts["start"] = 20
    figures.runs = {
        "pass": run(0.01, 0.01, 9),
        "check plain.md": run(0.08, 0.08, 20),
        "hashtags 1": run(0.18, 0.1, 50),
        "hashtags 10": None,
    }
    page = tmp_path / "performance.md"
    page.write_text((BENCHMARKS.parent / "docs" / "performance.md").read_text(encoding="utf-8"), encoding="utf-8")
    for _ in range(2):
        compare["write"](page, compare["sections"](figures))
    text = " ".join(page.read_text(encoding="utf-8").split())
    assert text.count("| at most 7 × `python -c pass` | 8 × `python -c pass` | no |") == 1
    assert text.count("| hashtags: 10 n against n characters | at most 12 × the time | over 600 s | no |") == 1
    assert text.count("| the same against proselint | at most 1 × proselint | not measured | |") == 1


def test_hostile_kinds_are_those_that_are_measured(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    assert set(runpy.run_path(str(BENCHMARKS / "compare.py"))["KINDS"]) == set(CORPUS["hostile"](100))
