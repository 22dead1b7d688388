"""What was kept gives the same reports as a check, is never taken for something else, and never stands in the way."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from disclosure_check import batches, cache
from disclosure_check import check as check_module
from disclosure_check.cache import FILE, HINTS, Cache, CacheSetup, cache_folder
from disclosure_check.check import Options, check_post
from disclosure_check.cli import FORMATS, cli
from disclosure_check.model import Post
from disclosure_check.rulebook import load_rulebook

FIXTURES = Path(__file__).parent.parent / "fixtures"
CLAIMS = """#ad I got this tea from Acme.

This tea cured my acne in two weeks. It doesn't melt belly fat.

My sister laughed.

We walked to the lake before breakfast.
"""
PLAIN = "We walked to the lake before breakfast.\n"


def run(*arguments: str, jobs: int = 1) -> tuple[int, bytes, str]:
    result = CliRunner().invoke(cli, ["check", *arguments, "--jobs", str(jobs)])
    return result.exit_code, result.stdout_bytes, result.stderr


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "post.md"
    path.write_text(CLAIMS, encoding="utf-8")
    return path


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[Post]:
    """Return the posts that are checked anew."""
    checked: list[Post] = []
    real = check_module._check

    def check(post: Post, *arguments: object) -> object:
        checked.append(post)
        return real(post, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(check_module, "_check", check)
    return checked


@pytest.mark.parametrize("format", FORMATS)
def test_a_warm_cache_gives_the_bytes_of_a_check(format: str, monkeypatch: pytest.MonkeyPatch, counted: list[Post]) -> None:
    monkeypatch.chdir(FIXTURES)
    monkeypatch.setattr(batches, "MUCH", 1)  # so that all of them are kept
    monkeypatch.setattr(cache, "WORTH_KEEPING", 0)
    arguments = (".", "--format", format, "--statistics", "--today", "2026-01-01")
    anew = run(*arguments, "--no-cache")
    count = len(counted)
    assert count > 20
    assert run(*arguments) == anew
    assert len(counted) == 2 * count
    assert run(*arguments) == anew
    unchecked = anew[2].count("Error: ")
    assert len(counted) <= 2 * count + max(unchecked, 5)  # what could not be checked is tried again


def test_workers_keep_what_one_process_finds(post: Path, monkeypatch: pytest.MonkeyPatch, counted: list[Post]) -> None:
    monkeypatch.setattr(batches, "MUCH", 1)
    monkeypatch.setattr(batches, "WARM_UP", 0)
    anew = run(".", "--format", "json", "--no-cache")
    assert run(".", "--format", "json", jobs=2) == anew
    counted.clear()
    assert run(".", "--format", "json") == anew
    assert counted == []


class TestWhatAKeyHolds:
    """Each changes something that a report depends on, and the post is checked anew."""

    def check(self) -> None:
        assert run("post.md", "--claims", "always")[0] == 1

    @pytest.fixture(autouse=True)
    def warm(self, post: Path, counted: list[Post]) -> None:
        self.check()
        self.check()
        assert len(counted) == 1

    def test_its_name_is_no_part_of_it(self, post: Path, counted: list[Post]) -> None:
        post.rename("other.md")
        assert run("other.md", "--claims", "always")[0] == 1
        assert len(counted) == 1

    def test_text(self, post: Path, counted: list[Post]) -> None:
        post.write_text(CLAIMS + " ", encoding="utf-8")
        self.check()
        assert len(counted) == 2

    @pytest.mark.parametrize(
        "option",
        ["--platform=instagram", "--brand=Acme", "--connection=gift", "--ignore=DC401", "--select=DC4", "--format=html"],
    )
    def test_options(self, option: str, counted: list[Post]) -> None:
        run("post.md", "--claims", "always", option)
        assert len(counted) == 2

    def test_configuration(self, post: Path, counted: list[Post]) -> None:
        Path("disclosure-check.toml").write_text('[severity]\nDC401 = "error"\n', encoding="utf-8")
        self.check()
        assert len(counted) == 2
        Path("disclosure-check.toml").write_text("[platforms.blog]\nfold = 3\n", encoding="utf-8")
        self.check()
        assert len(counted) == 3
        self.check()
        assert len(counted) == 3

    def test_the_place_of_a_post_where_the_configuration_speaks_of_places(self, post: Path) -> None:
        Path("disclosure-check.toml").write_text('[[overrides]]\npaths = ["b.md"]\nignore = ["DC4"]\n', encoding="utf-8")
        before = run("post.md")[1]
        post.rename("b.md")
        assert b"DC4" in before
        assert b"DC4" not in run("b.md")[1]

    def test_approved_claims_and_the_day(self, counted: list[Post]) -> None:
        Path("substantiation.toml").write_text(
            '[[claims]]\nid = "a"\nbrand = "Acme"\nwordings = ["This tea cured my acne in two weeks"]\n'
            '[[claims.evidence]]\ntitle = "Study"\nkind = "trial"\nurl = "https://acme.example/study"\ndate = 2025-01-01\nexpires = 2026-01-01\n'
            'reviewer = "R"\n',
            encoding="utf-8",
        )
        reports = [run("post.md", "--claims", "always", "--today", day) for day in ("2025-06-01", "2026-06-01", "2025-06-01")]
        assert [code for code, _, _ in reports] == [0, 1, 0]
        assert len(counted) == 3
        assert reports[0] == reports[2]

    def test_version(self, monkeypatch: pytest.MonkeyPatch, counted: list[Post]) -> None:
        monkeypatch.setattr(cache, "__version__", "9.9")
        self.check()
        assert len(counted) == 2

    def test_a_rule_pack(self, tmp_path: Path, counted: list[Post]) -> None:
        pack = tmp_path / "pack"
        pack.mkdir()
        (pack / "words.toml").write_text('[words]\nfruit = ["plum"]\n', encoding="utf-8")
        assert run("post.md", "--claims", "always", "--rules", "pack")[0] == 1
        assert len(counted) == 2
        (pack / "words.toml").write_text('[words]\nfruit = ["pear"]\n', encoding="utf-8")
        assert run("post.md", "--claims", "always", "--rules", "pack")[0] == 1
        assert len(counted) == 3

    @pytest.mark.parametrize("what", ["_stamps", "_libraries"])
    def test_code_rules_and_libraries(self, what: str, monkeypatch: pytest.MonkeyPatch, counted: list[Post]) -> None:
        real = getattr(cache, what)
        extra = "regex-9.dist-info" if what == "_libraries" else ("rules/new.toml", 1, 1)
        monkeypatch.setattr(cache, what, lambda *arguments: iter([*real(*arguments), extra]))
        self.check()
        assert len(counted) == 2


def test_a_changed_rule_file_changes_the_stamps(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    file = tmp_path / "a" / "rule.toml"
    file.write_text("x", encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert list(cache._stamps(tmp_path)) == [(str(file), 1, 1)]
    file.write_text("y", encoding="utf-8")
    assert list(cache._stamps(tmp_path)) != [(str(file), 1, 1)]


SPACY = """
import sys
from disclosure_check.cli import cli
try:
    cli(["check", *sys.argv[1:]])
except SystemExit:
    print("spacy" in sys.modules, "sqlite3" in sys.modules, file=sys.stderr)
"""


def imported(*arguments: str) -> tuple[str, str]:
    done = subprocess.run([sys.executable, "-c", SPACY, *arguments], capture_output=True, text=True, check=True, encoding="utf-8")
    return done.stdout, done.stderr.split("\n")[0]


def test_a_warm_run_looks_the_report_up_and_imports_no_spacy(post: Path) -> None:
    first = imported("post.md")
    assert imported("post.md") == (first[0], "False True")
    post.write_text(CLAIMS.replace("the lake", "the mill"), encoding="utf-8")
    edited = imported("post.md")
    assert edited[1] == "False True"
    assert edited[0] == imported("post.md", "--no-cache")[0]


def test_a_small_post_without_claims_opens_no_file(post: Path, cache_folder: Path) -> None:
    post.write_text(PLAIN, encoding="utf-8")
    assert imported("post.md")[1] == "False False"
    assert not cache_folder.exists()


class TestTrouble:
    """Whatever is wrong with the file: one warning, and the report of a check."""

    def check(self, cache_folder: Path, why: str = "") -> None:
        anew = run("post.md", "--no-cache")
        found = run("post.md")
        assert found[:2] == anew[:2]
        assert found[2].count("Warning: ") == 1
        assert why in found[2]
        assert str(cache_folder) in found[2]

    def test_no_database(self, post: Path, cache_folder: Path) -> None:
        cache_folder.mkdir()
        (cache_folder / FILE).write_bytes(b"something else entirely " * 100)
        self.check(cache_folder, "file is not a database")
        assert (cache_folder / FILE).read_bytes() == b"something else entirely " * 100

    def test_another_program_s_database(self, post: Path, cache_folder: Path) -> None:
        cache_folder.mkdir()
        with sqlite3.connect(cache_folder / FILE) as other:
            other.execute("CREATE TABLE kept (dear INTEGER)")
        other.close()
        self.check(cache_folder, "it is a database of something else")

    def test_a_broken_database(self, post: Path, cache_folder: Path) -> None:
        run("post.md")
        data = bytearray((cache_folder / FILE).read_bytes())
        data[4096:] = os.urandom(len(data) - 4096)
        (cache_folder / FILE).write_bytes(data)
        self.check(cache_folder)

    def test_a_changed_value(self, post: Path, cache_folder: Path) -> None:
        run("post.md")
        with sqlite3.connect(cache_folder / FILE) as database:
            assert database.execute("UPDATE kept SET value = ?", (msgspec.msgpack.encode(["blog", [], [], [], [], [], None]),)).rowcount
        database.close()
        self.check(cache_folder, "it holds something else than was written")

    def test_a_value_of_another_shape(self, post: Path, cache_folder: Path) -> None:
        run("post.md")
        with sqlite3.connect(cache_folder / FILE) as database:
            for (key,) in database.execute("SELECT key FROM kept").fetchall():
                database.execute("UPDATE kept SET value = ?, sum = ? WHERE key = ?", (b"\x93", cache._hash(key, b"\x93")[:8], key))
        database.close()
        self.check(cache_folder)

    def test_a_locked_database(self, post: Path, cache_folder: Path) -> None:
        run("post.md")
        post.write_text(CLAIMS + "More.\n", encoding="utf-8")
        other = sqlite3.connect(cache_folder / FILE)
        other.execute("BEGIN IMMEDIATE")
        self.check(cache_folder, "locked")
        other.close()

    def test_a_file_in_the_place_of_the_folder(self, post: Path, cache_folder: Path) -> None:
        cache_folder.write_text("", encoding="utf-8")
        self.check(cache_folder)

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_is_read_only(self, post: Path, cache_folder: Path) -> None:
        cache_folder.mkdir(mode=0o500)
        self.check(cache_folder)

    def test_a_full_disk(self, post: Path, cache_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(cache, "_make_room", full)
        self.check(cache_folder, "database or disk is full")

    def test_an_older_version_s_is_made_anew(self, post: Path, cache_folder: Path) -> None:
        run("post.md")
        with sqlite3.connect(cache_folder / FILE) as database:
            database.execute("PRAGMA user_version = 99")
        database.close()
        assert "Warning" not in run("post.md")[2]
        with sqlite3.connect(cache_folder / FILE) as database:
            assert database.execute("PRAGMA user_version").fetchone() == (cache.SCHEMA,)
        database.close()

    def test_hints_that_are_wrong_cost_only_time(self, post: Path, cache_folder: Path) -> None:
        anew = run("post.md", "--no-cache")
        run("post.md")
        (cache_folder / HINTS).write_bytes(os.urandom(1000))
        assert run("post.md") == anew


def test_processes_that_start_at_once_share_a_new_cache(post: Path, cache_folder: Path) -> None:
    command = [sys.executable, "-m", "disclosure_check", "check", "post.md"]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    done = [process.communicate() for process in started]
    assert len({out for out, _ in done}) == 1
    assert {err for _, err in done} == {""}


def test_what_was_used_longest_ago_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 200_000)
    setup = CacheSetup(tmp_path / "cache", (), Options())
    for number in range(12):
        monkeypatch.setattr(cache, "_today", lambda number=number: number)
        kept = Cache(setup)
        kept._put(b"%02d" % number, os.urandom(40_000))
        if number:
            assert kept._get(b"00") is not None
        kept.close()
    found = Cache(setup)
    known = [number for number in range(12) if found._get(b"%02d" % number) is not None]
    found.close()
    assert 2 <= len(known) <= 5
    assert {0, 11} <= set(known)
    assert (tmp_path / "cache" / FILE).stat().st_size <= 250_000


def test_hints_do_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_HINTS", 4)
    for number in range(20):
        kept = Cache(CacheSetup(tmp_path, (), Options()))
        kept.keep(check_post(Post("a", f"{number}", "a.txt"), load_rulebook()), with_claims=True)
        kept.close()
    assert (tmp_path / HINTS).stat().st_size <= 4 * cache.HINT


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/srv/x"}, "/srv/x/disclosure-check"),
        ("linux", {"HOME": "/home/mia"}, "/home/mia/.cache/disclosure-check"),
        ("darwin", {"HOME": "/Users/mia"}, "/Users/mia/Library/Caches/disclosure-check"),
        ("win32", {"LOCALAPPDATA": "/C/Local"}, "/C/Local/disclosure-check"),
        ("linux", {"DISCLOSURE_CHECK_CACHE_DIR": "/mine", "HOME": "/home/mia"}, "/mine"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, None),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="paths of Unix")
def test_where_the_cache_lies(platform: str, environment: dict[str, str], folder: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISCLOSURE_CHECK_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == folder
    assert cache_folder("named") == "named"


def test_the_option_names_the_folder(post: Path, tmp_path: Path) -> None:
    run("post.md", "--cache-dir", "mine")
    assert (tmp_path / "mine" / FILE).is_file()


def test_no_cache_keeps_nothing(post: Path, cache_folder: Path) -> None:
    run("post.md", "--no-cache")
    assert not cache_folder.exists()


def test_the_kept_report_holds_no_text_of_the_post_but_its_findings(post: Path, cache_folder: Path) -> None:
    run("post.md")
    assert b"before breakfast" not in (cache_folder / FILE).read_bytes()
    assert json.loads(CliRunner().invoke(cli, ["check", "post.md", "--format", "json"]).stdout)["posts"][0]["findings"]
