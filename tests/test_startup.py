"""What a check of a plain post may import, seen in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Each is slow to import, and a check of a post without signals needs none of them.
UNNEEDED = {"importlib.metadata", "jsonschema", "multiprocessing", "rich", "spacy", "difflib", "traceback", "yaml"}
# Each takes milliseconds to import, or is of ours and about something else.
UNNEEDED_BY_PLAIN_POSTS = {
    *("click", "hashlib", "html", "mmap", "pathlib", "pathspec", "pickle", "regex", "shutil", "sqlite3", "tempfile", "urllib.parse"),
    *("disclosure_check.cli", "disclosure_check.claims", "disclosure_check.config", "disclosure_check.evaluate"),
    *("disclosure_check.links", "disclosure_check.repairs", "disclosure_check.reports.finding", "disclosure_check.rule_files"),
}
RUN = """
import json, sys
from disclosure_check.__main__ import main
try:
    main()
except SystemExit as stop:
    code = stop.code
print(json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def run(*arguments: str) -> dict[str, object]:
    done = subprocess.run([sys.executable, "-c", RUN, *arguments], capture_output=True, text=True, encoding="utf-8", check=True)
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture
def plain_post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # out of reach of a configuration
    path = tmp_path / "post.md"
    path.write_text("The lake was still before breakfast, and the boats lay tied up.\n" * 20, encoding="utf-8")
    return path


def test_a_check_without_signals_imports_nothing_slow(plain_post: Path) -> None:
    result = run("check", str(plain_post))
    assert result["code"] in (None, 0)
    assert "disclosure_check.check" in result["modules"]
    assert (UNNEEDED | UNNEEDED_BY_PLAIN_POSTS) & set(result["modules"]) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["check", "--help"]], ids=" ".join)
def test_help_imports_no_engine(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result["code"] in (None, 0)
    assert (UNNEEDED | {"disclosure_check.check", "disclosure_check.rulebook", "regex"}) & set(result["modules"]) == set()
