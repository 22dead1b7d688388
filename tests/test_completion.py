"""Completion in bash, zsh and fish, as docs/completion.md says how to turn it on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "completion.md").read_text(encoding="utf-8")
LINES = dict(re.findall(r"^```(\w+)\n(.*?)\n```", GUIDE, re.MULTILINE))


@pytest.fixture
def environment(tmp_path):
    command = tmp_path / "bin" / "disclosure-check"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m disclosure_check "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return {**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}


def run(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", check=True).stdout


def complete(words: str, environment: dict[str, str]) -> list[str]:
    count = len(words.split(" ")) - 1
    asked = {"COMP_WORDS": words, "COMP_CWORD": str(count), "_DISCLOSURE_CHECK_COMPLETE": "bash_complete"}
    return run(["disclosure-check"], environment | asked).splitlines()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("disclosure-check ba", ["plain,baseline"]),
        ("disclosure-check baseline ", ["plain,create", "plain,prune", "plain,show"]),
        ("disclosure-check check --sub", ["plain,--substantiation"]),
        ("disclosure-check check --fail-on ", ["plain,error", "plain,warning", "plain,info", "plain,never"]),
        ("disclosure-check check cont", ["file,cont"]),
        ("disclosure-check explain dc90", [f"plain,DC90{digit}" for digit in "123456"]),
        ("disclosure-check rules --output pa", ["dir,pa"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_words_are_completed(words, expected, environment):
    assert complete(words, environment) == expected


def test_the_guide_has_a_line_for_each_shell():
    assert sorted(LINES) == ["bash", "fish", "zsh"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_takes_the_line_of_the_guide(environment):
    script = LINES["bash"] + "\ncomplete -p disclosure-check"
    assert "-F _disclosure_check_completion disclosure-check" in run(["bash", "--norc", "-c", script], environment)


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_takes_the_line_of_the_guide(environment):
    script = "autoload -Uz compinit && compinit -u\n" + LINES["zsh"] + "\nprint $_comps[disclosure-check]"
    assert run(["zsh", "-f", "-c", script], environment) == "_disclosure_check_completion\n"


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish_takes_the_line_of_the_guide(environment):
    script = LINES["fish"] + "\ncomplete -C 'disclosure-check base'"
    assert run(["fish", "--no-config", "-c", script], environment).startswith("baseline\t")
