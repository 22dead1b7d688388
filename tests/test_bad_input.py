"""Bad files through the command: one clear sentence with its place, everything else checked, exit 2, nothing lost."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from disclosure_check.cli import cli

GOOD = "Use code MIA20 at Lumo\n"
MEGABYTE = 2**20
PATIENCE = 60  # seconds; a machine under load gets here only if the time grows faster than the text


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in a folder with one post that has one finding."""
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text(GOOD, encoding="utf-8")
    return tmp_path


def check(*paths: str, form: str = "json", exit_code: int = 2):
    result = CliRunner().invoke(cli, ["check", *paths, "--format", form])
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    return result


def verdicts(result) -> list[tuple[str, str]]:
    return [(post["id"], post["verdict"]) for post in json.loads(result.stdout)["posts"]]


# One file that can't be read, beside one that can

BAD_FILES = {
    "not UTF-8": ("a.txt", b"tea\ncaf\xe9 one", "a.txt:2: not UTF-8 (byte 0xe9 at byte 8); save the file as UTF-8"),
    "NUL byte": ("a.txt", b"tea\nca\0fe", "a.txt:2: not a text (NUL byte at byte 7); only text files can be checked"),
    "an image": ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.txt:3: not a text (NUL byte at byte 9); only text files can be checked"),
    "broken YAML": (
        "a.md",
        b"---\na: b\nc: [\n---\nx",
        "a.md:4: the front matter is not valid YAML (did not find expected node content); quote values that hold : or #",
    ),
    "broken TOML": (
        "a.md",
        b"+++\na = \n+++\nx",
        'a.md:2: the front matter is not valid TOML (Invalid value); write key = "value" on each line',
    ),
    "a platform that nobody knows": (
        "a.md",
        b"---\ndisclosure: {platform: instagrm}\n---\nx",
        'a.md: unknown platform "instagrm"; use one of these',
    ),
    "too long": ("a.txt", b"Lovely lamp. " * (50 * MEGABYTE // 13), "a.txt: more than 10 MB of text; split it into its posts"),
}


@pytest.mark.parametrize(("name", "content", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_named_with_its_place_and_the_next_is_checked(name, content, message):
    Path(name).write_bytes(content)
    result = check(name, "good.txt")
    assert verdicts(result) == [(name, "unchecked"), ("good.txt", "fail")]
    [error] = json.loads(result.stdout)["errors"]
    assert error["message"].startswith(message)
    assert "\n" not in error["message"]
    assert result.stderr == f"Error: {error['message']}\n"


@pytest.mark.parametrize(("name", "content", "message"), [BAD_FILES["not UTF-8"]], ids=["not UTF-8"])
def test_the_text_report_says_the_same(name, content, message):
    Path(name).write_bytes(content)
    lines = check(name, "good.txt", form="text").stdout.splitlines()
    assert lines[0] == f"not checked: {message}"
    assert [line for line in lines if "DC112" in line] != []


PATHS = {
    "missing": ("gone/a.txt", "gone/a.txt: no such file or folder; check the path"),
    "a file as a folder": ("good.txt/a.txt", "good.txt/a.txt: can't be read (Not a directory); check its permissions"),
    "a link to itself": ("self.txt", "self.txt: can't be read (Too many levels of symbolic links); check its permissions"),
    "a link to nothing": ("broken.txt", "broken.txt: no such file or folder; check the path"),
}


@pytest.mark.skipif(os.name == "nt", reason="links and the words of errors differ")
@pytest.mark.parametrize(("path", "message"), PATHS.values(), ids=PATHS)
def test_a_bad_path_is_named_and_the_next_is_checked(path, message):
    Path("self.txt").symlink_to("self.txt")
    Path("broken.txt").symlink_to("nowhere")
    result = check(path, "good.txt")
    assert verdicts(result) == [(path, "unchecked"), ("good.txt", "fail")]
    assert [error["message"] for error in json.loads(result.stdout)["errors"]] == [message]


# Records


BAD_RECORDS = {
    "half a record": (b'{"text": ', "not a JSON object (Expecting value at column"),
    "a list": (b'[{"text": "a"}]', "not a JSON object (list found)"),
    "a word": (b"a", "not a JSON object (Expecting value at column 1)"),
    "no text": (b'{"txt": "a", "id": "b"}', 'no "text" field (there are: txt, id)'),
    "a number as text": (b'{"text": 5}', '"text" is not a string'),
    "an unknown connection": (b'{"text": "a", "connection": "payed"}', 'connection "payed" is not one of paid,'),
    "an unknown platform": (b'{"text": "a", "platform": "orkut"}', 'unknown platform "orkut"; use one of these'),
    "not UTF-8": (b'{"text": "caf\xe9"}', "not UTF-8 (byte 0xe9 at byte 14 of the line)"),
    "a NUL byte": (b'{"text": "a\0b"}', "not a JSON object (Invalid control character at"),
    "brackets in brackets": (b"[" * 100_000, "not a JSON object (maximum recursion depth exceeded"),
    "a text that is too long": (b'{"text": "' + b"a" * (11 * MEGABYTE) + b'"}', "11.0 MB of text; a post may have 10 MB"),
}


@pytest.mark.parametrize(("line", "said"), BAD_RECORDS.values(), ids=BAD_RECORDS)
def test_a_bad_seventh_record_is_named_with_its_line_and_all_others_are_checked(line, said):
    good = json.dumps({"text": GOOD}).encode()
    Path("feed.jsonl").write_bytes(b"\n".join([good] * 6 + [line] + [good] * 2))
    result = check("feed.jsonl", "good.txt")
    assert [verdict for _, verdict in verdicts(result)] == ["fail"] * 6 + ["unchecked"] + ["fail"] * 3
    [error] = json.loads(result.stdout)["errors"]
    assert error["line"] == 7
    assert error["message"].startswith(f"feed.jsonl:7: {said}")


ODD_RECORDS = {
    "an escaped NUL": r'{"text": "a\u0000b #spon"}',
    "half a surrogate pair": r'{"text": "a\ud83d #spon"}',
    "an astral letter": r'{"text": "\ud83d\ude0d #spon"}',
    "a byte order mark": '\ufeff{"text": "a #spon"}',
    "a Windows line end": '{"text": "a #spon"}\r',
}


@pytest.mark.parametrize("line", ODD_RECORDS.values(), ids=ODD_RECORDS)
def test_an_odd_record_is_checked(line):
    Path("feed.jsonl").write_text(line + "\n", encoding="utf-8")
    [post] = json.loads(check("feed.jsonl", exit_code=1).stdout)["posts"]
    assert [finding["match"] for finding in post["findings"]] == ["#spon"]


# Nothing, and too much


@pytest.mark.parametrize("content", [b"", b" \n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["empty.txt", "empty.md", "empty.html", "empty.jsonl"])
def test_an_empty_file_is_told_and_the_others_are_checked(name, content):
    Path(name).write_bytes(content)
    result = check(name, "good.txt")
    assert verdicts(result)[0] == (name, "unchecked")
    assert verdicts(result)[1][0] == "good.txt"
    assert f"Error: {name}:1: " in result.stderr


LONG_LINES = {
    "one letter": ("line.txt", b"a" * (10 * MEGABYTE - 1)),
    "a sentence again and again": ("line.txt", b"Lovely lamp. " * (10 * MEGABYTE // 13)),
    "Markdown": ("line.md", b"Lovely lamp. " * (10 * MEGABYTE // 13)),
    "a record": ("line.jsonl", b'{"text": "' + b"lamp " * (2 * MEGABYTE - 10) + b'"}'),
}


@pytest.mark.parametrize(("name", "content"), LONG_LINES.values(), ids=LONG_LINES)
def test_one_line_of_ten_megabytes_is_checked_in_reasonable_time(name, content):
    Path(name).write_bytes(content)
    start = time.process_time()
    assert [verdict for _, verdict in verdicts(check(name, "good.txt", exit_code=1))] == ["pass", "fail"]
    assert time.process_time() - start < PATIENCE


@pytest.mark.skipif(os.name == "nt", reason="links need rights")
def test_a_folder_that_contains_itself_and_a_pipe_ends():
    Path("posts").mkdir()
    Path("posts/a.txt").write_text(GOOD, encoding="utf-8")
    Path("posts/again").symlink_to("../posts")
    os.mkfifo("posts/pipe.txt")
    assert verdicts(check("posts", exit_code=1)) == [("posts/a.txt", "fail")]


def test_a_file_that_is_named_twice_is_reported_twice():
    assert verdicts(check("good.txt", "good.txt", exit_code=1)) == [("good.txt", "fail"), ("good.txt", "fail")]


# Rule packs


BAD_PACKS = {
    "broken TOML": ("x = ", "pack/a.toml:1: not valid TOML: Invalid value (at end of document)"),
    "no rule": ("x = 1", "pack/a.toml:1: "),
    "broken regular expression": (
        '[[signals]]\nid = "a"\nrole = "disclosure"\npatterns = ["(a"]\n',
        "pack/a.toml:4: signal a: '(a' is not a regular expression (missing )",
    ),
    "unknown role": (
        '[[signals]]\nid = "a"\nrole = "disclosing"\npatterns = ["a"]\n',
        "pack/a.toml:3: signal a: role 'disclosing' is not one of connection, context,",
    ),
}


@pytest.mark.parametrize(("text", "message"), BAD_PACKS.values(), ids=BAD_PACKS)
def test_a_bad_rule_pack_is_named_with_its_line_and_nothing_is_called_clean(text, message):
    Path("pack").mkdir()
    Path("pack/a.toml").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(cli, ["check", "good.txt", "--rules", "pack"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"Error: {message}")
    assert len(result.stderr.splitlines()) == 1


def test_bad_facts_about_links_are_named_with_their_line():
    Path("pack").mkdir()
    Path("pack/affiliate_links.jsonl").write_text('{"about": "x"}\n{"network": "Lumo", "strength": "sure"}\n', encoding="utf-8")
    result = CliRunner().invoke(cli, ["check", "good.txt", "--rules", "pack"])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "affiliate_links.jsonl:2: " in result.stderr
