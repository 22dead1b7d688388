"""What can be mended in a file is mended, and nothing else in it changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from disclosure_check.cli import cli

WRONG = "<!-- disclosure-check: ignore[DC102] -->"
GOOD = "A desk.\n\nA lamp, and a rug."


def run(*arguments: str, code: int = 0):
    result = CliRunner().invoke(cli, ["check", "--claims", "never", *arguments])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


TEXTS = {
    "a line of its own": (f"A desk.\n\n{WRONG}\nA lamp, and a rug.", GOOD),
    "within a line": (f"A desk.\n\nA lamp, {WRONG}and a rug.", GOOD),
    "two of them": (f"{WRONG}\nA desk.\n\n  {WRONG}\nA lamp, and a rug.", GOOD),
    "other line ends": (f"A desk.\r\n\r\n{WRONG}\r\nA lamp, and a rug.\r\n", GOOD.replace("\n", "\r\n") + "\r\n"),
    "a byte order mark": (f"\ufeffA desk.\n\n{WRONG}\nA lamp, and a rug.", f"\ufeff{GOOD}"),
    "emoji before it": (f"A desk 😍.\n\n{WRONG}\nA lamp, and a rug.", GOOD.replace("desk", "desk 😍")),
    "nothing to mend": (GOOD, GOOD),
}


@pytest.mark.parametrize(("text", "mended"), TEXTS.values(), ids=TEXTS)
def test_a_needless_comment_is_taken_out(text, mended):
    Path("a.md").write_bytes(text.encode())
    run("a.md", "--fix")
    assert Path("a.md").read_bytes() == mended.encode()
    assert "no findings" in run("a.md")


def test_without_the_option_nothing_changes():
    Path("a.md").write_text(f"{WRONG}\n\nA desk.", encoding="utf-8")
    run("a.md", code=1)
    assert Path("a.md").read_text(encoding="utf-8") == f"{WRONG}\n\nA desk."


def test_what_was_mended_is_counted_and_the_rest_is_told():
    Path("a.md").write_text(f"{WRONG}\n\nA desk.\n\nUse code MIA20 for 20% off at Lumo.", encoding="utf-8")
    report = json.loads(run("a.md", "--fix", "--format", "json", code=1))
    assert report["summary"]["fixed"] == 1
    assert [finding["rule"] for finding in report["posts"][0]["findings"]] == ["DC112"]


def test_a_comment_that_accepts_something_stays():
    text = '<!-- disclosure-check: ignore[DC112,DC301,DC999] reason="my own shop" -->\n\nUse code MIA20 for 20% off at Lumo.\n'
    Path("a.md").write_text(text, encoding="utf-8")
    run("a.md", "--fix", code=1)
    assert Path("a.md").read_text(encoding="utf-8") == text


def test_the_configuration_is_left_alone():
    text = 'lang = "en"\n\n[[suppress]]\npath = "*.md"\nrule = "DC112"\ntext = "MIA20"\nreason = "own"\n'
    Path("disclosure-check.toml").write_text(text, encoding="utf-8")
    Path("a.md").write_text("A desk.", encoding="utf-8")
    assert "DC905" in run(".", "--fix")
    assert Path("disclosure-check.toml").read_text(encoding="utf-8") == text
