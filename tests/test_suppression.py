"""Comments and tables that accept a finding, and what is said about those that are wrong or needless."""

from __future__ import annotations

from pathlib import Path

import pytest

from disclosure_check.check import Options, check_posts
from disclosure_check.config import load_config
from disclosure_check.options import build_options
from disclosure_check.readers.facts import Facts, make_post
from disclosure_check.readers.files import read_paths
from disclosure_check.rulebook import load_rulebook
from disclosure_check.suppression import unused_entries

RULEBOOK = load_rulebook()
LINK = "A [lamp](https://amzn.to/3xYzAb1) for the desk."
ALLOW = '<!-- disclosure-check: ignore[DC102] reason="shown in the picture" -->'


def checked(text: str, form: str = "markdown", **options):
    post = make_post(text, "post.md", facts=Facts(format=form), defaults=Facts(platform="blog"))
    return next(check_posts([post], RULEBOOK, Options(**{"claims": "never", **options})))


def rules(text: str, form: str = "markdown", **options):
    return [finding.rule for finding in checked(text, form, **options).findings]


ACCEPTED = {
    "the next block": f"{ALLOW}\n\n{LINK}",
    "in the line above": f"{ALLOW}\n{LINK}",
    "by the rule's name": f'<!-- disclosure-check: ignore[undisclosed-affiliate-link] reason="seen" -->\n{LINK}',
    "in any case": f'<!-- disclosure-check: ignore[dc102] reason="seen" -->\n{LINK}',
    "with curly quotes": f"<!-- disclosure-check: ignore[DC102] reason=“seen” -->\n{LINK}",
    "the whole file": f'{LINK}\n\nMore.\n\n<!-- disclosure-check: ignore-file[DC102] reason="seen" -->',
    "within the block": f"{LINK} {ALLOW}\nMore of it.",
    "a template's comment": f'{{{{/* disclosure-check: ignore[DC102] reason="seen" */}}}}\n\n{LINK}',
    "over several lines": f'<!--\n  disclosure-check: ignore[DC102] reason="seen"\n-->\n{LINK}',
    "a comment of MDX": f'{{/* disclosure-check: ignore[DC102] reason="seen" */}}\n\n{LINK}',
}


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_a_comment_accepts(text):
    report = checked(text)
    assert report.findings == ()
    assert [(accepted.finding.rule, accepted.by) for accepted in report.accepted] == [("DC102", "comment")]
    assert report.verdict == "pass"


def test_html():
    assert rules(f'{ALLOW}<p>A <a href="https://amzn.to/3xYzAb1" rel="sponsored">lamp</a></p>', "html") == []


NOT_ACCEPTED = {
    "another rule": (f'<!-- disclosure-check: ignore[DC301] reason="seen" -->\n\n{LINK}', ["DC905", "DC102"]),
    "a later block": (f"{ALLOW}\n\nA desk.\n\n{LINK}", ["DC905", "DC102"]),
    "an earlier block": (f"{LINK}\n\n{ALLOW}", ["DC102", "DC905"]),
    "no reason": (f"<!-- disclosure-check: ignore[DC102] -->\n\n{LINK}", ["DC903", "DC102"]),
    "an empty reason": (f'<!-- disclosure-check: ignore[DC102] reason=" " -->\n\n{LINK}', ["DC903", "DC102"]),
    "another word": (f'<!-- disclosure-check: disable[DC102] reason="seen" -->\n\n{LINK}', ["DC903", "DC102"]),
    "no rules": (f'<!-- disclosure-check: ignore reason="seen" -->\n\n{LINK}', ["DC903", "DC102"]),
    "nothing": (f"<!-- disclosure-check: -->\n\n{LINK}", ["DC903", "DC102"]),
    "an unknown rule": (f'<!-- disclosure-check: ignore[DC1O2] reason="seen" -->\n\n{LINK}', ["DC904", "DC102"]),
    "an unknown rule beside a known one": (f'<!-- disclosure-check: ignore[DC102,DC999] reason="seen" -->\n\n{LINK}', ["DC904"]),
    "one of two is needless": (f'<!-- disclosure-check: ignore[DC102,DC301] reason="seen" -->\n\n{LINK}', ["DC905"]),
    "in code": (f"```\n{ALLOW}\n```\n\n{LINK}", ["DC102"]),
    "in a code span": (f"`{ALLOW}`\n\n{LINK}", ["DC102"]),
    "another comment": (f"<!-- todo: disclosure-check: ignore[DC102] -->\n\n{LINK}", ["DC102"]),
    "in a text without comments": (f"{ALLOW}\n\nUse code MIA20 for 20% off at Lumo", ["DC112"]),
}


@pytest.mark.parametrize(("text", "expected"), NOT_ACCEPTED.values(), ids=NOT_ACCEPTED)
def test_a_comment_that_does_not_accept(text, expected):
    assert rules(text, "text" if "MIA20" in text else "markdown") == expected


def test_the_words_of_a_finding_about_a_comment_are_the_comment():
    text = f"A desk.\n\n  <!-- disclosure-check: ignore[DC102] -->  \nMore.\n\n{LINK}"
    finding = checked(text).findings[0]
    assert finding.match == text[finding.start : finding.end] == "<!-- disclosure-check: ignore[DC102] -->"
    assert finding.fix is not None
    edit = finding.fix[0]
    assert text[: edit.start] + edit.text + text[edit.end :] == f"A desk.\n\nMore.\n\n{LINK}"


def test_a_comment_about_a_claim_is_needless_only_where_claims_are_looked_for():
    text = '<!-- disclosure-check: ignore[DC401] reason="seen" -->\n\nA desk.'
    assert rules(text) == []
    assert rules(text, claims="always") == ["DC905"]


def test_selection_leaves_comments_alone():
    text = f'<!-- disclosure-check: ignore[DC102] reason="seen" -->\n\n{LINK}'
    assert rules(text, select=("DC9",)) == []


def configured(tmp_path, table: str, text: str, name: str = "captions.txt"):
    config = tmp_path / "disclosure-check.toml"
    config.write_text(f"[[suppress]]\n{table}\n", encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    loaded = load_config(config)
    options = build_options(RULEBOOK, config=loaded, claims="never")
    report = next(check_posts(read_paths([str(tmp_path / name)]), RULEBOOK, options))
    return report, loaded


CAPTION = "Use code MIA20 for 20% off at Lumo"
TABLES = {
    "the words": ('path = "captions.txt"\nrule = "DC112"\ntext = "code MIA20"\nreason = "my own shop"', 0, []),
    "more words than the finding": ('path = "*.txt"\nrule = "DC112"\ntext = "Use code MIA20 for 20% off"\nreason = "own"', 0, []),
    "by name": ('path = "**"\nrule = "undisclosed-discount-code"\ntext = "MIA20"\nreason = "own"', 0, []),
    "other words": ('path = "captions.txt"\nrule = "DC112"\ntext = "at Lumo"\nreason = "own"', 1, [1]),
    "words that are gone": ('path = "captions.txt"\nrule = "DC112"\ntext = "code LEO20"\nreason = "own"', 1, [1]),
    "another rule": ('path = "captions.txt"\nrule = "DC301"\ntext = "MIA20"\nreason = "own"', 1, [1]),
    "another file": ('path = "other.txt"\nrule = "DC112"\ntext = "MIA20"\nreason = "own"', 1, []),
}


@pytest.mark.parametrize(("table", "findings", "unused"), TABLES.values(), ids=TABLES)
def test_a_table_of_the_configuration(table, findings, unused, tmp_path):
    report, config = configured(tmp_path, table, CAPTION)
    assert len(report.findings) == findings
    assert unused_entries(config, [report.post.path], [accepted.by for accepted in report.accepted]) == unused


def test_many_comments_take_linear_time():
    text = "\n\n".join(['<!-- disclosure-check: ignore[DC102] reason="seen" -->', "A desk."] * 3000)
    assert len(checked(text).findings) == 3000


def test_a_batch_of_files_says_nothing_about_a_glob(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tables = [
        f'[[suppress]]\npath = "{path}"\nrule = "DC102"\ntext = "lamp"\nreason = "seen"\n' for path in ("posts/**", "posts/", "posts/b.md")
    ]
    Path("disclosure-check.toml").write_text("\n".join(tables))
    Path("posts").mkdir()
    Path("posts/a.md").write_text(LINK)
    Path("posts/b.md").write_text("A desk.")
    config = load_config(Path("disclosure-check.toml"))
    assert unused_entries(config, ["posts/b.md"], []) == [1, 7, 13]
    assert unused_entries(config, ["posts/b.md"], [], are_all=False) == [13]
