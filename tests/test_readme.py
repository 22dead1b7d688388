"""What the README shows the command to say is what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from disclosure_check.cli import cli

ROOT = Path(__file__).parent.parent
SESSIONS = re.findall(
    r"^```console\n\$ disclosure-check (.*)\n([^$]*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
)
OF_FIXTURES = [session for session in SESSIONS if "fixtures/" in session[0]]


@pytest.mark.parametrize(("arguments", "shown"), OF_FIXTURES, ids=[arguments for arguments, _ in OF_FIXTURES])
def test_a_session_is_as_the_readme_shows_it(arguments, shown, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert CliRunner().invoke(cli, shlex.split(arguments)).stdout == shown


def test_the_readme_shows_a_session():
    assert OF_FIXTURES != []
