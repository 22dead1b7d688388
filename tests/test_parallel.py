"""Several processes give what one gives, and none of them can take the others' results along."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner

from disclosure_check import batches
from disclosure_check import check as check_module
from disclosure_check.batches import Job, Outcome, check_item, check_paths
from disclosure_check.check import Options
from disclosure_check.cli import FORMATS, cli
from disclosure_check.config import load_config
from disclosure_check.errors import ConfigError
from disclosure_check.loading import configured_rulebook
from disclosure_check.model import Post
from disclosure_check.options import build_options
from disclosure_check.parallel import AHEAD, CHUNK, check_in_parallel
from disclosure_check.readers.files import Reading
from disclosure_check.rulebook import load_rulebook

NEEDS_FORK = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux")
JOB = Job(load_rulebook, Options(), Reading())
TEXT = "Use my code MIA20 at Acme for 20% off! It melts fat in two weeks.\n"


@pytest.fixture
def posts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with posts of several kinds, and make two processes pay for it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(batches, "MUCH", 1)
    monkeypatch.setattr(batches, "WARM_UP", 0)
    folder = tmp_path / "posts"
    folder.mkdir()
    for number in range(12):
        text = TEXT if number % 3 else "A walk to the lake.\n"
        (folder / f"{number:02}.md").write_text(f"---\ntitle: Post {number}\n---\n\n{text * (1 + number % 4)}", encoding="utf-8")
    (folder / "broken.md").write_bytes(b"caf\xe9\n")
    records = [{"text": f"{number} {TEXT}", "platform": "instagram"} for number in range(40)]
    lines = [json.dumps(record) for record in records]
    (folder / "captions.jsonl").write_text("\n".join([*lines[:20], "{broken", *lines[20:]]) + "\n", encoding="utf-8")
    return folder


def run(*arguments: str, jobs: int, **more: object) -> tuple[int, bytes, str]:
    result = CliRunner().invoke(cli, ["check", *arguments, "--jobs", str(jobs), "--no-cache"], **more)  # type: ignore[arg-type]
    return result.exit_code, result.stdout_bytes, result.stderr


@pytest.mark.parametrize("format", FORMATS)
def test_any_number_of_processes_gives_the_same_bytes(posts: Path, format: str) -> None:
    claims = "auto" if format == "json" else "never"
    one = run("posts", "--format", format, "--claims", claims, "--statistics", jobs=1)
    assert one[0] == 2
    assert len(one[1]) > 1000
    assert run("posts", "--format", format, "--claims", claims, "--statistics", jobs=3) == one


@pytest.mark.parametrize("arguments", [["--diff"], ["--select", "DC1"], ["--ignore", "DC4,DC101"]], ids=" ".join)
def test_options_hold_in_all_processes(posts: Path, arguments: list[str]) -> None:
    assert run("posts", *arguments, jobs=2) == run("posts", *arguments, jobs=1)


def test_the_configuration_the_approved_claims_and_the_baseline_hold_in_all_processes(posts: Path) -> None:
    Path("disclosure-check.toml").write_text(
        '[[suppress]]\npath = "posts/0*.md"\nrule = "DC112"\ntext = "MIA20"\nreason = "checked"\n'
        '[[suppress]]\npath = "gone.md"\nrule = "DC101"\ntext = "x"\nreason = "nothing"\n[severity]\nDC4 = "info"\n',
        encoding="utf-8",
    )
    made = CliRunner().invoke(cli, ["baseline", "create", "posts/10.md"])
    assert made.exit_code == 0, made.output
    one = run("posts", "--format", "json", "--baseline", "disclosure-check.baseline", jobs=1)
    assert b'"by": "baseline"' in one[1]
    assert b'"by": "config:' in one[1]
    assert run("posts", "--format", "json", "--baseline", "disclosure-check.baseline", jobs=2) == one


def test_standard_input_is_shared_out_too(posts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = (posts / "captions.jsonl").read_bytes()
    monkeypatch.setattr(batches, "MUCH", 2000)
    arguments = ("-", "--stdin-filename", "a.jsonl", "--format", "jsonl")
    one = run(*arguments, jobs=1, input=data)
    assert one[1].count(b"\n") == 41
    assert run(*arguments, jobs=2, input=data) == one


def test_little_is_checked_without_another_process(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("We walked to the lake.\n" * 100, encoding="utf-8")
    code = (
        "import sys\nfrom disclosure_check.cli import cli\n"
        "try: cli(['check', sys.argv[1], '--jobs', '4'])\nexcept SystemExit: print({'disclosure_check.parallel', 'multiprocessing'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "set()"


@pytest.mark.parametrize("method", ["spawn", pytest.param("fork", marks=NEEDS_FORK)])
def test_processes_may_be_started_anew_or_forked(method: str) -> None:
    items = [Post(str(number), TEXT, f"{number}.txt") for number in range(3)]
    expected = [outcome for item in items for outcome in check_item(item, JOB, load_rulebook())]
    assert list(check_in_parallel(items, JOB, load_rulebook(), 2, method=method)) == expected


def test_a_job_can_be_handed_to_another_process(tmp_path: Path) -> None:
    (tmp_path / "disclosure-check.toml").write_text('[[overrides]]\npaths = ["a/*"]\nbrand = "Acme"\n', encoding="utf-8")
    config = load_config(tmp_path / "disclosure-check.toml")
    approved = tmp_path / "substantiation.toml"
    approved.write_text(
        '[[claims]]\nid = "a"\nbrand = "Acme"\nwordings = ["melts fat"]\npattern = "melts? fat"\n'
        '[[claims.evidence]]\ntitle = "S"\nkind = "trial"\nurl = "https://acme.example"\ndate = 2025-01-01\nreviewer = "R"\n',
        encoding="utf-8",
    )
    options = build_options(load_rulebook(), config=config, substantiation=approved, today="2026-01-01")
    job = Job(partial(configured_rulebook, [], config), options, Reading())
    assert pickle.loads(pickle.dumps(job)).options.config == options.config  # noqa: S301 - our own


@NEEDS_FORK
class TestFailures:
    """A forked process has the functions that a test put in the place of ours."""

    @pytest.fixture
    def deadly(self, monkeypatch: pytest.MonkeyPatch) -> None:
        real = check_module.check_post

        def check_post(post: Post, *arguments: object) -> object:
            if post.text.startswith("DIE"):
                os.kill(os.getpid(), signal.SIGKILL)
            if post.text.startswith("RAISE"):
                raise ZeroDivisionError("by zero")
            return real(post, *arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(batches, "check_post", check_post)

    def outcomes(self, texts: list[str], jobs: int = 2) -> list[Outcome]:
        posts = [Post(str(number), text, f"{number}.txt") for number, text in enumerate(texts)]
        return list(check_in_parallel(posts, JOB, load_rulebook(), jobs, method="fork"))

    @pytest.mark.usefixtures("deadly")
    def test_the_post_that_ends_its_process_is_not_checked_and_all_others_are(self) -> None:
        texts = [TEXT * 20 for _ in range(60)]
        texts[7] = texts[41] = "DIE"
        reports = [outcome.report for outcome in self.outcomes(texts)]
        assert [report.post.id for report in reports if report] == [str(number) for number in range(60)]
        errors = {report.post.id: report.error for report in reports if report and report.error}
        assert errors.keys() == {"7", "41"}
        assert errors["7"] == (
            "7.txt: not checked, as the process that tried was ended twice (SIGKILL, perhaps for want of memory); make room, or split the text"
        )
        assert all(report.findings for report in reports if report and report.error is None)

    @pytest.mark.usefixtures("deadly")
    def test_processes_that_always_die_are_told_and_end_the_run(self) -> None:
        with pytest.raises(ConfigError, match="processes in a row were ended"):
            self.outcomes(["DIE"] * 100)

    @pytest.mark.usefixtures("deadly")
    def test_a_fault_of_ours_is_told_with_its_traceback_and_the_others_go_on(self) -> None:
        first, second, third = self.outcomes([TEXT, "RAISE", TEXT])
        assert first.report is not None
        assert first.report.findings
        assert third.report is not None
        assert third.report.findings
        assert second.report is not None
        assert second.report.error == (
            "1.txt: a fault of disclosure-check kept it from being checked (ZeroDivisionError: by zero); please report it with the traceback"
        )
        assert second.traceback is not None
        assert "ZeroDivisionError: by zero" in second.traceback

    @pytest.mark.usefixtures("deadly", "posts")
    def test_a_fault_is_told_alike_by_one_process_and_by_two(self) -> None:
        Path("posts/05.md").write_text("RAISE", encoding="utf-8")
        one, two = (run("posts", "--format", "jsonl", jobs=jobs) for jobs in (1, 2))
        assert one[:2] == two[:2]
        for _, _, told in (one, two):
            assert "Traceback" in told
            assert "posts/05.md: a fault of disclosure-check" in told

    def test_items_are_taken_as_they_are_needed(self) -> None:
        taken = 0

        def items() -> object:
            nonlocal taken
            for number in range(100_000):
                taken += 1
                yield Post(str(number), "The lake. " * (CHUNK // 20), f"{number}.txt")

        outcomes = check_in_parallel(items(), JOB, load_rulebook(), 2, method="fork")  # type: ignore[arg-type]
        for done, _ in zip(range(40), outcomes, strict=False):
            assert taken <= done + 2 * 2 * (AHEAD + 2) + 4
        outcomes.close()

    def test_closing_ends_the_processes(self) -> None:
        outcomes = check_in_parallel((Post(str(n), TEXT * 400, f"{n}.txt") for n in range(50)), JOB, load_rulebook(), 2, method="fork")
        next(outcomes)
        assert len(multiprocessing.active_children()) == 2
        outcomes.close()
        assert multiprocessing.active_children() == []

    def test_what_cannot_be_handed_back_is_a_fault(self) -> None:
        posts = [Post("a", TEXT, "a.txt", keys={"x": lambda: None}), Post("b", TEXT, "b.txt")]
        first, second = check_in_parallel(posts, JOB, load_rulebook(), 1, method="fork")
        assert first.report is not None
        assert second.report is not None
        assert first.report.findings == second.report.findings


@pytest.mark.skipif(os.name != "posix", reason="signals")
class TestInterrupts:
    @pytest.fixture
    def archive(self, tmp_path: Path) -> Path:
        path = tmp_path / "archive.jsonl"
        path.write_text((json.dumps({"text": TEXT * 10}) + "\n") * 20_000, encoding="utf-8")
        return path

    def start(self, archive: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "disclosure_check", "check", str(archive), "--jobs", "2", "--no-cache", "--format", "jsonl"]
        command += ["--output", str(archive.with_name("report.jsonl"))]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        deadline = time.monotonic() + 60
        while len(children(process.pid)) < 2:
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(0.3)
        return process

    @pytest.mark.parametrize("whom", ["group", "parent"])
    def test_ctrl_c_ends_all_and_leaves_nothing(self, archive: Path, whom: str) -> None:
        process = self.start(archive)
        workers = children(process.pid)
        (os.killpg if whom == "group" else os.kill)(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=20)
        assert process.returncode == 130
        assert told == "Interrupted.\n"
        assert not any(is_alive(worker) for worker in workers)
        assert [path.name for path in archive.parent.iterdir()] == ["archive.jsonl"]

    def test_no_process_outlives_one_that_was_killed(self, archive: Path) -> None:
        process = self.start(archive)
        workers = children(process.pid)
        process.kill()
        process.communicate(timeout=20)
        deadline = time.monotonic() + 20
        while any(is_alive(worker) for worker in workers):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def children(pid: int) -> list[int]:
    done = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, line.split())) for line in done.stdout.splitlines()]
    return [child for child, parent in pairs if parent == pid]


def is_alive(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


def test_what_could_not_be_read_goes_through_in_its_place(posts: Path) -> None:
    job = Job(load_rulebook, Options(), Reading())
    reports = [outcome.report for outcome in check_paths(["posts"], job, load_rulebook(), jobs=2)]
    assert [report.post.path for report in reports if report and report.error] == ["posts/broken.md", "posts/captions.jsonl"]
