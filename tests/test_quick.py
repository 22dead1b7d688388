"""The usual ways to ask for a check are understood as the command itself understands them; the others are left to it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from disclosure_check.cli import cli
from disclosure_check.quick import parse
from disclosure_check.run import Asked

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there, all is left to the command")


@pytest.mark.parametrize(
    "arguments",
    [
        "a.md",
        "-",
        "a.md b.md --quiet c",
        "--fail-on never --no-cache --jobs 1 a.md",
        "a.md --jobs=2 --format json --color=always",
        "--platform instagram --lang en --today 2026-05-31 - --stdin-filename a.md",
        "--connection gift,paid --connection affiliate --brand Acme --brand=Lumo a.md",
        "--select DC1 --ignore DC102,DC3 --select=DC2 --rules package:mine a.md",
        "--claims always --nlp cues --statistics --isolated a.md",
        "--format text --format json --platform= a.md",
        "--cache-dir . a.md",
    ],
)
def test_the_usual_is_understood_as_the_command_does(arguments: str) -> None:
    words = arguments.split()
    expected = cli.commands["check"].make_context("check", list(words)).params
    assert parse(["check", *words]) == Asked(**expected | {"columns": ()})


@pytest.mark.parametrize(
    "arguments",
    [
        "",
        "--help",
        "--version",
        "rules",
        "check",
        "check --help",
        "check -h a.md",
        "check -- a.md",
        "check a.md --form json",
        "check a.md --format yaml",
        "check a.md --fail-on",
        "check a.md --jobs 0",
        "check a.md --jobs two",
        "check a.md --platform --quiet",
        "check a.md --quiet=yes",
        "check a.md --cache-dir pyproject.toml/nowhere",
        "check a.md --output out.json",
        "check a.md --fix",
        "check a.md --column text=caption",
    ],
)
def test_the_rest_is_left_to_the_command(arguments: str) -> None:
    assert parse(arguments.split()) is None


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["check", "post.txt"], 0, ""),
        (["check", "nowhere.txt"], 2, ""),
        (["check", "post.txt", "--platform", "instagrm"], 2, "Error: there is no platform 'instagrm' (one of "),
        (["check", "post.txt", "--format", "yaml"], 2, "Usage: disclosure-check check [OPTIONS] [PATH|-]...\n"),
        (["check", "post.txt", "--isolated", "--today", "tomorrow"], 2, "Error: --today tomorrow is no date; write it as 2026-05-31\n"),
    ],
)
def test_the_program_ends_as_the_command_does(arguments: list[str], code: int, message: str, tmp_path: Path) -> None:
    (tmp_path / "post.txt").write_text("We walked to the lake.\n", encoding="utf-8")
    outcomes = [
        run(f"from disclosure_check.{program}", arguments, tmp_path)
        for program in ("__main__ import main; main()", "cli import cli; cli(prog_name='disclosure-check')")
    ]
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0] == code
    assert outcomes[0][2].startswith(message)


def test_a_fault_of_ours_is_told(tmp_path: Path) -> None:
    code, _, told = run(
        "import disclosure_check.run as run; run.read_config = None; import disclosure_check.__main__ as it; it.main()",
        ["check", "a"],
        tmp_path,
    )
    assert code == 2
    assert told.startswith("Traceback (most recent call last):\n")
    assert told.endswith("\nError: this is a fault of disclosure-check, not of your posts; please report it with the lines above\n")


def run(program: str, arguments: list[str], folder: Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )
    return done.returncode, done.stdout, done.stderr
