"""Accepted findings in a file, and findings on changed lines only."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from disclosure_check.baseline import read_baseline
from disclosure_check.cli import cli
from disclosure_check.errors import ConfigError

LINK = "A [lamp](https://amzn.to/3xYzAb1) for the desk."
CODE = "Use code MIA20 for 20% off at Lumo."


@pytest.fixture
def repo(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "posts").mkdir()
    write(a=LINK, b=CODE)
    return tmp_path


def write(**texts: str):
    for name, text in texts.items():
        Path("posts", f"{name}.md").write_text(text + "\n", encoding="utf-8")


def run(*arguments: str, code: int = 0):
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == code, result.output
    return result.output


def found(*options: str, code: int = 0):
    report = json.loads(run("check", "posts", "--claims", "never", "--format", "json", *options, code=code))
    return [(Path(post["path"]).stem, finding["rule"]) for post in report["posts"] for finding in post["findings"]]


BASE = ("--baseline", "disclosure-check.baseline")


def test_a_new_baseline_accepts_all_there_is(repo):
    assert found(code=1) == [("a", "DC102"), ("b", "DC112")]
    assert "2 findings in 2 files" in run("baseline", "create", "posts")
    assert found(*BASE) == []
    report = json.loads(run("check", "posts", "--claims", "never", "--format", "json", *BASE))
    assert [accepted["by"] for post in report["posts"] for accepted in post["accepted"]] == ["baseline", "baseline"]
    assert "2 accepted findings left out" in run("check", "posts", "--claims", "never", *BASE)


CHANGES = {
    "lines above": f"A desk.\n\nA chair.\n\n{LINK}",
    "text below": f"{LINK}\n\nA chair.",
    "wrapped anew": LINK.replace(" for", "\nfor"),
    "moved in a quote of lines": f"\r\n\r\n{LINK}\r\n\r\nA chair.",
    "a changed front matter": f"---\ntitle: Another\n---\n{LINK}",
}


@pytest.mark.parametrize("text", CHANGES.values(), ids=CHANGES)
def test_an_entry_survives(text, repo):
    run("baseline", "create", "posts")
    write(a=text)
    assert found(*BASE) == []


def test_other_words_are_new(repo):
    run("baseline", "create", "posts")
    write(a=f"{LINK}\n\nA [chair](https://amzn.to/4aBcDe2) for the desk.", b="Use code LEO10 for 10% off at Lumo.")
    assert found(*BASE, code=1) == [("b", "DC112")]


def test_a_second_one_of_the_same_words_is_new(repo):
    run("baseline", "create", "posts")
    write(b=f"{CODE}\n\n{'A long way down. ' * 10}\n\n{CODE}")
    assert found(*BASE) == []  # two places of one connection are one finding
    write(c=LINK, b=CODE)
    Path("posts/rows.jsonl").write_text(json.dumps({"text": CODE}) + "\n", encoding="utf-8")
    run("baseline", "create", "posts", "--force")
    Path("posts/rows.jsonl").write_text((json.dumps({"text": CODE}) + "\n") * 2, encoding="utf-8")
    assert found(*BASE, code=1) == [("rows", "DC112")]


def test_it_is_sorted_and_holds_no_line_numbers(repo):
    run("baseline", "create", "posts")
    lines = Path("disclosure-check.baseline").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines)
    assert [sorted(json.loads(line)) for line in lines] == [["context", "path", "rule", "words"]] * 2
    again = Path("disclosure-check.baseline").read_bytes()
    run("baseline", "create", "posts", "--force")
    assert Path("disclosure-check.baseline").read_bytes() == again


def test_create_keeps_what_is_there(repo):
    run("baseline", "create", "posts")
    assert "exists already" in run("baseline", "create", "posts", code=2)


def test_reasons_stay(repo):
    run("baseline", "create", "posts")
    file = Path("disclosure-check.baseline")
    lines = file.read_text(encoding="utf-8").splitlines()
    lines[0] = lines[0][:-1] + ', "reason": "agreed with Lumo"}'
    file.write_text("\n".join(reversed(lines)) + "\n", encoding="utf-8")
    run("baseline", "create", "posts", "--force")
    run("baseline", "prune", "posts")
    assert "agreed with Lumo" in run("baseline", "show")
    report = json.loads(run("check", "posts", "--claims", "never", "--format", "json", *BASE))
    assert report["posts"][0]["accepted"][0]["reason"] == "agreed with Lumo"


def test_prune_takes_out_what_is_gone(repo):
    write(c=LINK)
    run("baseline", "create", "posts")
    write(a="A desk.")
    Path("posts/c.md").unlink()
    assert "2 taken out, 1 kept" in run("baseline", "prune", "posts/a.md")
    assert [entry.path for entry in read_baseline(Path("disclosure-check.baseline")).entries] == ["posts/b.md"]


def test_prune_adds_nothing(repo):
    run("baseline", "create", "posts")
    write(d=LINK)
    run("baseline", "prune", "posts")
    assert found(*BASE, code=1) == [("d", "DC102")]


def test_a_check_never_writes_it(repo):
    run("baseline", "create", "posts")
    before = Path("disclosure-check.baseline").read_bytes()
    write(a="A desk.")
    found(*BASE)
    assert Path("disclosure-check.baseline").read_bytes() == before


def test_the_configuration_names_it(repo):
    run("baseline", "create", "posts")
    Path("disclosure-check.toml").write_text('baseline = "disclosure-check.baseline"\n', encoding="utf-8")
    assert found() == []


def test_a_path_from_elsewhere_is_the_same(repo, monkeypatch):
    run("baseline", "create", "posts")
    monkeypatch.chdir(repo / "posts")
    run("check", ".", "--claims", "never", "--baseline", "../disclosure-check.baseline")
    run("check", str(repo / "posts"), "--claims", "never", "--baseline", "../disclosure-check.baseline")


def test_nothing_is_recorded_of_a_run_that_could_not_check_all(repo):
    Path("posts/bad.md").write_bytes(b"\xff\xfe")
    assert "the baseline is left as it was" in run("baseline", "create", "posts", code=2)
    assert not Path("disclosure-check.baseline").exists()


WRONG = {
    "no such file": (None, "there is no such baseline"),
    "a merge conflict": ("<<<<<<< ours\n", ":1: a merge conflict"),
    "no JSON": ('{"path": "a"}\n', ":1: not an entry of a baseline"),
    "a list": ("[]\n", ":1: not an entry of a baseline"),
    "another type": ('{"path": "a", "rule": "DC101", "context": "0", "count": "many"}\n', ":1: not an entry of a baseline"),
    "deep": ("[" * 100_000 + "\n", ":1: not an entry of a baseline"),
}


@pytest.mark.parametrize(("text", "problem"), WRONG.values(), ids=WRONG)
def test_a_file_that_is_no_baseline(text, problem, tmp_path):
    path = tmp_path / "disclosure-check.baseline"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=problem):
        read_baseline(path)


# Changed lines


def git(*arguments: str):
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


@pytest.fixture
def history(repo):
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "--message", "Start")
    return repo


SINCE = ("--since", "HEAD")


def test_nothing_changed(history):
    assert found(*SINCE) == []


def test_a_changed_line(history):
    write(a=f"{LINK}\n\nA desk.", b=f"{CODE}\n\n{'A long way down. ' * 10}\n\nUse code LEO10 for 10% off at Acme.")
    assert [name for name, _ in found(*SINCE, code=1)] == ["b"]


def test_a_new_file(history):
    write(c=LINK)
    assert found(*SINCE, code=1) == [("c", "DC102")]


def test_a_disclosure_that_was_taken_out(history):
    write(a=f"I earn a commission through the links below.\n\n{LINK}")
    git("commit", "--quiet", "--all", "--message", "Disclose")
    write(a=LINK)
    assert found(*SINCE, code=1) == [("a", "DC102")]


def test_a_renamed_and_a_deleted_file(history):
    git("mv", "posts/a.md", "posts/ä b.md")
    Path("posts/b.md").unlink()
    assert found(*SINCE) == []


def test_from_another_folder(history, monkeypatch):
    write(c=LINK)
    monkeypatch.chdir(history / "posts")
    run("check", "c.md", "--claims", "never", "--since", "HEAD", code=1)
    run("check", "a.md", "--claims", "never", "--since", "HEAD")


def test_records(history):
    rows = [json.dumps({"text": "Use code MIA20 for 20% off at Lumo", "platform": "instagram"})]
    Path("posts/rows.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message", "Rows")
    rows.append(json.dumps({"text": "Use code LEO10 for 20% off at Acme", "platform": "instagram"}))
    Path("posts/rows.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert len(found(*SINCE, code=1)) == 1


def test_records_of_several_lines(history):
    rows = ["text,platform", '"Tea', "Lovely", "Use code MIA20 for 20% off at Lumo", '",instagram', '"Lamps', "", ",", '",instagram']
    Path("posts/rows.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    git("add", ".")
    git("commit", "--quiet", "--message", "Rows")
    rows[6] = "Lamps"
    Path("posts/rows.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert found(*SINCE) == []
    rows[2] = "Pots"
    Path("posts/rows.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert len(found(*SINCE, code=1)) == 1


def test_no_such_revision(history):
    assert "git knows no such revision" in run("check", "posts", "--since", "nowhere", code=2)
    assert "git knows no such revision" in run("check", "posts", "--since=--output=x", code=2)
    assert not Path("x").exists()


def test_no_repository(repo):
    assert "run it in a repository of git" in run("check", "posts", "--since", "HEAD", code=2)
