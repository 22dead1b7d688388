"""Each operation in each format: what is offered, what is applied, and how files, records and standard input are written."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from disclosure_check import fixes
from disclosure_check.check import check_post
from disclosure_check.cli import cli
from disclosure_check.fixes import compose
from disclosure_check.links import classify_url
from disclosure_check.model import Edit, Post
from disclosure_check.repairs import apply_edits
from disclosure_check.reports.edits import describe_edits
from disclosure_check.rulebook import load_rulebook
from disclosure_check.unified_diff import unified_diff

RULEBOOK = load_rulebook()
LINK = "https://amzn.to/3xYzAbC"
OTHER = "https://amzn.to/3aBcDeF"


def offered(text, rule, **facts):
    """Return the text that the first finding of a rule offers, and whether it is a fix or a suggestion."""
    post = Post("p", text, facts.pop("path", "p"), **facts)
    for finding in check_post(post, RULEBOOK).findings:
        if finding.rule == rule:
            kind = "fix" if finding.fix else "suggestion" if finding.suggestion else None
            return kind, apply_edits(text, finding.fix or finding.suggestion or ())
    raise AssertionError(f"no {rule} in {text!r}")


LINKS = {
    "markdown, inline": ("markdown", f"I use [the *pan*]({LINK}) daily.", f"I use [the *pan*]({LINK}) (paid link) daily."),
    "markdown, with a title": ("markdown", f'I use [the pan]({LINK} "my pan").', f'I use [the pan]({LINK} "my pan") (paid link).'),
    "markdown, in angles": ("markdown", f"I use [the pan](<{LINK}>).", f"I use [the pan](<{LINK}>) (paid link)."),
    "markdown, autolink": ("markdown", f"A pan: <{LINK}>.", f"A pan: <{LINK}> (paid link)."),
    "markdown, bare": ("markdown", f"A pan: {LINK}.", f"A pan: {LINK} (paid link)."),
    "markdown, by reference": ("markdown", f"I use [the pan][p].\n\n[p]: {LINK}\n", f"I use [the pan][p] (paid link).\n\n[p]: {LINK}\n"),
    "markdown, by a short reference": ("markdown", f"I use [pan].\n\n[pan]: {LINK}\n", f"I use [pan] (paid link).\n\n[pan]: {LINK}\n"),
    "markdown, bold around it": ("markdown", f"I use **[the pan]({LINK})**.", f"I use **[the pan]({LINK}) (paid link)**."),
    "markdown, a picture": ("markdown", f"Look:\n\n[![a pan](p.jpg)]({LINK})\n", f"Look:\n\n[![a pan](p.jpg)]({LINK}) (paid link)\n"),
    "markdown, in a table": (
        "markdown",
        f"| a | b |\n|---|---|\n| [pan]({LINK}) | 1 |\n",
        f"| a | b |\n|---|---|\n| [pan]({LINK}) (paid link) | 1 |\n",
    ),
    "markdown, html in it": (
        "markdown",
        f'I use <a rel="sponsored" href="{LINK}">the <b>pan</b></a>.',
        f'I use <a rel="sponsored" href="{LINK}">the <b>pan</b></a> (paid link).',
    ),
    "html": (
        "html",
        f'<p>I use <A HREF="{LINK}" rel=nofollow>the <b>pan</b></A>.</p>',
        f'<p>I use <A HREF="{LINK}" rel=nofollow>the <b>pan</b></A> (paid link).</p>',
    ),
    "html, bare": ("html", f"<p>A pan: {LINK}</p>", f"<p>A pan: {LINK} (paid link)</p>"),
    "rst, embedded": ("rst", f"I use `the pan <{LINK}>`_ daily.\n", f"I use `the pan <{LINK}>`_ (paid link) daily.\n"),
    "rst, anonymous": ("rst", f"I use `the pan <{LINK}>`__.\n", f"I use `the pan <{LINK}>`__ (paid link).\n"),
    "rst, by reference": (
        "rst",
        f"I use `the pan`_ daily.\n\n.. _the pan: {LINK}\n",
        f"I use `the pan`_ (paid link) daily.\n\n.. _the pan: {LINK}\n",
    ),
    "rst, by a word": ("rst", f"My pan_ is good.\n\n.. _pan: {LINK}\n", f"My pan_ (paid link) is good.\n\n.. _pan: {LINK}\n"),
    "rst, bare": ("rst", f"A pan: {LINK}\n", f"A pan: {LINK} (paid link)\n"),
    "asciidoc": ("asciidoc", f"I use {LINK}[the pan^] daily.\n", f"I use {LINK}[the pan^] (paid link) daily.\n"),
    "asciidoc, a macro": ("asciidoc", f"I use link:{LINK}[the pan].\n", f"I use link:{LINK}[the pan] (paid link).\n"),
    "asciidoc, bare": ("asciidoc", f"A pan: {LINK}\n", f"A pan: {LINK} (paid link)\n"),
    "text": ("text", f"A pan: {LINK}, and a lamp: {OTHER}", f"A pan: {LINK} (paid link), and a lamp: {OTHER} (paid link)"),
    "text, in brackets": ("text", f"A pan ({LINK}) that lasts", f"A pan ({LINK}, paid link) that lasts"),
    "text, glued": ("text", f"Pan {LINK}Lamp: {OTHER}", None),
}


@pytest.mark.parametrize(("format", "text", "mended"), LINKS.values(), ids=LINKS)
def test_a_label_stands_right_behind_each_link(format, text, mended):
    kind, got = offered(text, "DC102", format=format)
    assert kind == "fix"
    if mended is not None:
        assert got == mended
    assert "DC102" not in {finding.rule for finding in check_post(Post("p", got, "p", format=format), RULEBOOK).findings}


def test_code_and_quotations_of_others_stay_as_they_are():
    code = f"I use [the pan]({LINK}).\n\n    [x]({OTHER})\n\n`{OTHER}`\n"
    assert offered(code, "DC102", format="markdown") == ("fix", code.replace(f"]({LINK})", f"]({LINK}) (paid link)"))
    assert offered(f"They wrote:\n\n> Buy at [our shop]({LINK})\n", "DC102", format="markdown")[0] is None


def test_an_address_that_proves_little_is_only_a_suggestion_until_the_commission_is_declared():
    url = "https://www.amazon.com/dp/B0C1D2E3F4?linkCode=ll1"
    fact = classify_url(url, RULEBOOK.links())
    assert fact is not None
    assert (fact.role, fact.strength) == ("affiliate", "medium")
    assert offered(f"A pan: {url}", "DC102")[0] == "suggestion"
    assert offered(f"A pan: {url}", "DC102", connections=("affiliate",))[0] == "fix"


def test_words_about_the_author_are_applied_only_if_the_connection_is_declared():
    text = "The lamp is so bright #spon"
    assert offered(text, "DC201", platform="x") == ("suggestion", "The lamp is so bright #ad")
    assert offered(text, "DC201", platform="x", connections=("gift",)) == ("fix", "The lamp is so bright #ad")
    assert offered("#SPON The lamp is so bright", "DC201", platform="x")[1] == "#AD The lamp is so bright"


LONG = "We walked to the mill, and the tent went up in four minutes, in the wind and with gloves on. Then it rained for two days. " * 20
LONG = LONG.strip()
MOVES = {
    "markdown": ("markdown", f"{LONG}\n\n#ad\n", f"#ad {LONG}\n"),
    "markdown, behind a heading": ("markdown", f"# The mill\n\n{LONG}\n\nThe end. #ad\n", f"# The mill\n\n#ad {LONG}\n\nThe end.\n"),
    "markdown, in emphasis": ("markdown", f"{LONG}\n\n**#ad**\n", f"#ad {LONG}\n"),
    "markdown, before a list": (
        "markdown",
        f"# Mill\n\n- {LONG}\n- one\n\n#ad\n",
        f"# Mill\n\n#ad\n\n- {LONG}\n- one\n",
    ),
    "markdown, before a quotation": ("markdown", f"> {LONG}\n\nSo said Jo. #ad\n", f"#ad\n\n> {LONG}\n\nSo said Jo.\n"),
    "html": ("html", f"<h1>Mill</h1>\n<p>{LONG}</p>\n<p>#ad</p>\n", f"<h1>Mill</h1>\n<p>#ad {LONG}</p>\n"),
    "html, begins in bold": ("html", f"<p><b>So</b> {LONG}</p><p>Bye #ad</p>", f"<p><b>#ad So</b> {LONG}</p><p>Bye</p>"),
    "html, in bold": ("html", f"<p>{LONG}</p><p>Bye <strong class='x'>#ad</strong></p>", f"<p>#ad {LONG}</p><p>Bye</p>"),
    "text, between stars": ("text", f"{LONG}\n\nBye **#ad** 🌿\n", f"#ad {LONG}\n\nBye 🌿\n"),
    "spaces before the last line": ("markdown", f"{LONG}  \n\n#ad\n", f"#ad {LONG}  \n"),
    "words before a quotation": ("markdown", f"> {LONG}\n\nSo said Jo.\n\nAd\n", f"Ad\n\n> {LONG}\n\nSo said Jo.\n"),
    "goes on": ("markdown", f"{LONG}\n\nMore #ad & so on\n", None),
    "rst": ("rst", f"{LONG}\n\n#ad\n", f"#ad {LONG}\n"),
    "asciidoc": ("asciidoc", f"{LONG}\n\n#ad\n", f"#ad {LONG}\n"),
    "windows": ("markdown", f"{LONG}\r\n\r\n#ad\r\n", f"#ad {LONG}\r\n"),
    "a label of words": ("markdown", f"{LONG}\n\nSponsored by Emberly.\n", f"Sponsored by Emberly: {LONG}\n"),
    "in a heading": ("markdown", f"{LONG}\n\n## More #ad here\n\nBye.\n", None),
    "in a link": ("markdown", f"{LONG}\n\n[#ad](https://emberly.example/)\n", None),
    "words hang on it": ("markdown", f"{LONG}\n\n#ad for Emberly, who make it.\n", None),
    "in a quotation": ("markdown", f"{LONG}\n\n> #ad\n", None),
}


@pytest.mark.parametrize(("format", "text", "mended"), MOVES.values(), ids=MOVES)
def test_a_label_that_comes_late_moves_to_the_front(format, text, mended):
    post = Post("p", text, "p", format=format, platform="blog", connections=("paid",))
    findings = [finding for finding in check_post(post, RULEBOOK).findings if finding.rule in ("DC301", "DC302")]
    if mended is None:
        assert [finding.fix for finding in findings] == [None] * len(findings)
        return
    (finding,) = findings
    assert apply_edits(text, finding.fix or ()) == mended
    assert not check_post(replace(post, text=mended), RULEBOOK).findings


def test_front_matter_stays_in_front():
    Path("a.md").write_text(f"---\ntitle: A\ndisclosure:\n  connection: paid\n---\n\n{LONG}\n\n#ad\n", encoding="utf-8")
    run("a.md", "--fix")
    assert Path("a.md").read_text(encoding="utf-8") == f"---\ntitle: A\ndisclosure:\n  connection: paid\n---\n\n#ad {LONG}\n"


RELATIONS = {
    "none": (f'<a href="{LINK}">x</a>', f'<a href="{LINK}" rel="sponsored">x</a>'),
    "single quotes": (f"<a href='{LINK}' class='b'>x</a>", f"<a href='{LINK}' rel='sponsored' class='b'>x</a>"),
    "no quotes": (f"<a href={LINK} class=b>x</a>", f'<a href={LINK} rel="sponsored" class=b>x</a>'),
    "other tokens": (f'<a rel="noopener" href="{LINK}">x</a>', f'<a rel="noopener sponsored" href="{LINK}">x</a>'),
    "behind, without quotes": (f"<a href='{LINK}' REL=noopener>x</a>", f"<a href='{LINK}' REL=\"noopener sponsored\">x</a>"),
    "empty": (f"<a rel='' href='{LINK}'>x</a>", f"<a rel='sponsored' href='{LINK}'>x</a>"),
    "without a value": (f'<a rel href="{LINK}">x</a>', f'<a rel="sponsored" href="{LINK}">x</a>'),
    "a value that looks like one": (
        f'<a href="{LINK}" title="a > rel=x">x</a>',
        f'<a href="{LINK}" rel="sponsored" title="a > rel=x">x</a>',
    ),
    "data-rel": (f'<a data-rel="a" href="{LINK}">x</a>', f'<a data-rel="a" href="{LINK}" rel="sponsored">x</a>'),
}


@pytest.mark.parametrize("format", ["html", "markdown"])
@pytest.mark.parametrize(("link", "mended"), RELATIONS.values(), ids=RELATIONS)
def test_a_link_of_html_gets_its_rel(link, mended, format):
    text = f"I earn a commission if you buy here: {link} and <a href='{OTHER}' rel='ugc nofollow'>y</a>"
    assert offered(text, "DC906", format=format, platform="blog") == ("fix", text.replace(link, mended))


def test_the_name_of_the_employer_is_put_into_the_tag():
    post = {"platform": "x", "connections": ("employee",)}
    assert offered("Our lamp! #employee", "DC212", brands=("Pine & Wear",), **post) == ("fix", "Our lamp! #PineWearEmployee")
    assert offered("Our lamp! #employee", "DC212", **post)[0] is None
    assert offered("Our lamp! #employee", "DC212", platform="x", brands=("Pine",))[0] == "suggestion"


def test_the_parts_of_a_thread_stay_where_they_are():
    text = "1/2 The tent went up in four minutes\n\n2/2 And it stood. #fun #tent #ad #hike #rain"
    post = Post("p", text, "p", platform="x", connections=("paid",))
    assert all(finding.fix is None for finding in check_post(post, RULEBOOK).findings)


# --- writing --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def run(*arguments, code=0, input=None):
    result = CliRunner().invoke(cli, ["check", "--claims", "never", *arguments], input=input)
    assert result.exit_code == code, result.output
    return result


RECORDS = {
    "characters as they are": ('{"id": 1, "text": "Käse 😀 \\"x\\" #spon", "platform": "x", "connection": "paid"}\n', ("#spon", "#ad")),
    "escapes": (r'{"text":"K\u00e4se \ud83d\ude00 \/ \t\n #spon","platform":"x","connection":["paid"]}', ("#spon", "#ad")),
    "spaces and Windows": ('  { "connection" : "paid" , "platform":"x" , "n":[1,{"text":"#spon"}], "text" : "A lamp #spon" }\r\n', None),
    "twice the same field": ('{"text": "#spon A", "text": "A #spon", "platform": "x", "connection": "paid"}\n', None),
    "two on two lines": (
        '{"text": "A lamp #spon", "platform": "x", "connection": "paid"}\n\n{"text": "B #spon", "platform": "x", "connection": "gift"}',
        ("#spon", "#ad"),
    ),
    "html in a string": (
        r'{"text": "I earn a commission: <a href=\"https://amzn.to/3xYzAbC\">pan</a>", "format": "html", "platform": "blog"}',
        (r"3xYzAbC\"", r"3xYzAbC\" rel=\"sponsored\""),
    ),
}


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "mark"])
@pytest.mark.parametrize(("text", "change"), RECORDS.values(), ids=RECORDS)
def test_only_the_characters_of_a_record_s_text_change(text, change, mark):
    Path("a.jsonl").write_bytes((mark + text).encode())
    run("a.jsonl", "--fix", "--fail-on", "never")
    old, new = change or ("#spon", "#ad")
    expected = text.replace(old, new) if change else new.join(text.rsplit(old, 1))
    assert Path("a.jsonl").read_bytes() == (mark + expected).encode()
    assert run("a.jsonl", "--diff", "--fail-on", "never").stdout == ""


def test_a_record_of_another_column_and_a_description_are_found():
    lines = [
        {"caption": "A lamp #spon", "platform": "x", "connection": "paid", "text": "A lamp #spon"},
        {"transcript": "Hello there", "caption": f"The pan: {LINK}", "platform": "youtube"},
    ]
    Path("a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    run("a.jsonl", "--fix", "--column", "text=caption", "--fail-on", "never")
    first, second = map(json.loads, Path("a.jsonl").read_text(encoding="utf-8").splitlines())
    assert (first["caption"], first["text"]) == ("A lamp #ad", "A lamp #spon")
    assert (second["caption"], second["transcript"]) == (f"The pan: {LINK} (paid link)", "Hello there")


TABLES = {
    "quoted": ('text,platform\n"a ""b"" lamp\nof #spon",x\n', "#spon", "#ad"),
    "not quoted": ("id;platform;text\r\n1;x;a lamp #spon\r\n", "#spon", "#ad"),
    "the last, without a line end": ("\ufeffplatform,text\nx,a lamp #spon", "#spon", "#ad"),
    "quoted because of what is put in": (
        f"text,platform,format\n<a href={LINK}>pan</a> I earn a commission,blog,html\n",
        f"<a href={LINK}>pan</a> I earn a commission",
        f'"<a href={LINK} rel=""sponsored"">pan</a> I earn a commission"',
    ),
    "tabs": ("platform\ttext\nx\ta lamp #spon\n", "#spon", "#ad"),
}


@pytest.mark.parametrize(("text", "old", "new"), TABLES.values(), ids=TABLES)
def test_only_the_characters_of_a_cell_change(text, old, new):
    path = "a.tsv" if "\t" in text else "a.csv"
    Path(path).write_bytes(text.encode())
    run(path, "--fix", "--connection", "paid", "--fail-on", "never")
    assert Path(path).read_bytes() == text.replace(old, new).encode()


def test_what_can_t_be_rewritten_is_told_in_a_line():
    text = f"From: a@b.example\nSubject: x\nContent-Type: text/plain\n\nA pan: {LINK}\n"
    Path("a.eml").write_text(text, encoding="utf-8")
    result = run("a.eml", "--fix", code=1)
    assert "a.eml: 1 fix was not applied: posts of such a file can't be rewritten" in result.stderr
    assert Path("a.eml").read_text(encoding="utf-8") == text
    record = {"parts": ["A lamp", f"A pan: {LINK}"], "platform": "facebook"}
    Path("a.jsonl").write_text(json.dumps(record), encoding="utf-8")
    result = run("a.jsonl", "--fix", "--fail-on", "never")
    assert json.loads(Path("a.jsonl").read_text(encoding="utf-8")) == record


def test_permissions_and_links_stay():
    Path("b").mkdir()
    Path("b/real.md").write_text(f"A pan: {LINK}\n", encoding="utf-8")
    Path("b/real.md").chmod(0o640)
    Path("a.md").symlink_to("b/real.md")
    run("a.md", "--fix")
    assert Path("a.md").is_symlink()
    assert Path("b/real.md").read_text(encoding="utf-8") == f"A pan: {LINK} (paid link)\n"
    assert stat.S_IMODE(Path("b/real.md").stat().st_mode) == 0o640
    assert list(Path("b").iterdir()) == [Path("b/real.md")]


def test_a_file_that_can_t_be_written_is_an_error_and_the_others_go_on(monkeypatch):
    for name in ("a.md", "b.md"):
        Path(name).write_text(f"A pan: {LINK}\n", encoding="utf-8")
    may = os.access
    monkeypatch.setattr("os.access", lambda path, mode: not str(path).endswith("a.md") and may(path, mode))
    result = run("a.md", "b.md", "--fix", code=2)
    assert "a.md: can't be mended (it is read-only)" in result.output
    assert "DC102" in result.output
    assert Path("a.md").read_text(encoding="utf-8") == f"A pan: {LINK}\n"
    assert "paid link" in Path("b.md").read_text(encoding="utf-8")


def test_a_file_that_has_changed_meanwhile_is_left_alone(monkeypatch):
    Path("a.md").write_text(f"A pan: {LINK}\n", encoding="utf-8")

    def changed(path):
        text = f"A pan: {LINK}\n" if Path(path).stat().st_size else ""
        Path(path).write_text("something else\n", encoding="utf-8")
        monkeypatch.setattr(fixes, "read_exactly", lambda _: "something else\n")
        return text

    monkeypatch.setattr(fixes, "read_exactly", changed)
    result = run("a.md", "--fix", code=2)
    assert "it has changed since it was checked" in result.output
    assert Path("a.md").read_text(encoding="utf-8") == "something else\n"


def test_what_remains_stands_where_the_mended_text_has_it():
    Path("a.txt").write_text("The lamp is bright #spon\n\nUse code MIA20 for 20% off at Lumo.\n", encoding="utf-8")
    report = json.loads(run("a.txt", "--fix", "--connection", "none", "--format", "json", "--fail-on", "never").stdout)
    text = Path("a.txt").read_text(encoding="utf-8")
    for finding in report["posts"][0]["findings"]:
        assert text[finding["start"] : finding["end"]] == finding["match"]


def test_piped_text_comes_out_mended_and_the_report_goes_to_standard_error():
    result = run("-", "--fix", "--platform", "x", "--connection", "paid", input="A lamp\r\n#spon")
    assert result.stdout_bytes == b"A lamp\r\n#ad"
    assert "1 finding fixed" in result.stderr
    assert run("-", "--fix", input="Nothing here\n").stdout_bytes == b"Nothing here\n"
    record = '{"text": "A lamp #spon", "platform": "x", "connection": "paid"}\n'
    assert run("-", "--fix", "--stdin-filename", "a.jsonl", input=record).stdout == record.replace("#spon", "#ad")
    assert not Path("a.jsonl").exists()


def test_options_that_contradict_each_other_are_refused():
    Path("a.md").write_text("x", encoding="utf-8")
    assert "choose one" in run("a.md", "--fix", "--diff", code=2).output
    assert "--diff takes the place" in run("a.md", "--diff", "--format", "json", code=2).output
    assert "name - alone" in run("a.md", "-", "--fix", code=2).output


def test_what_the_baseline_accepts_stays_as_it_is():
    Path("a.md").write_text(f"I earn a commission here: <a href='{LINK}'>pan</a>\n", encoding="utf-8")
    Path("b.md").write_text(f"A pan: {LINK}\n", encoding="utf-8")
    CliRunner().invoke(cli, ["baseline", "create", "."])
    Path("c.md").write_text(f"A lamp: {LINK}\n", encoding="utf-8")
    report = json.loads(run(".", "--fix", "--format", "json", "--baseline", "disclosure-check.baseline", "--fail-on", "never").stdout)
    assert report["summary"]["fixed"] == 2
    assert Path("b.md").read_text(encoding="utf-8") == f"A pan: {LINK}\n"
    assert Path("c.md").read_text(encoding="utf-8") == f"A lamp: {LINK} (paid link)\n"


# --- differences ----------------------------------------------------------------------------------------------------

FILES = {
    "plain.md": f"One.\n\nTwo.\n\nA pan: {LINK}\n\nThree.\n\nFour.\n",
    "no end.md": f"A pan: {LINK}",
    "windows.md": f"One.\r\n\r\nA pan: {LINK}\r\n",
    "mark.md": f"\ufeffA pan: {LINK}\n",
    'für "uns".md': f"A pan: {LINK}\n",
    "long.txt": "line\n" * 50 + f"A pan: {LINK}\n" + "line\n" * 50 + f"A lamp: {OTHER}\n" + "line\n" * 9,
    "rows.csv": f'text,platform\n"A ""pan"": {LINK}",facebook\n',
    "rows.jsonl": json.dumps({"text": f"Käse: {LINK}", "platform": "facebook"}) + "\n",
    "front.md": f"---\ndisclosure:\n  connection: paid\n---\n{LONG}\n\n#ad",
}


@pytest.mark.parametrize(
    "tool", [["git", "apply", "--whitespace=nowarn"], ["patch", "-p1", "--binary", "-s", "-i"]], ids=lambda tool: tool[0]
)
def test_a_difference_applied_is_what_fix_writes(tool):
    contents = {name: text for name, text in FILES.items() if tool[0] == "git" or '"' not in name}
    for name, text in contents.items():
        Path(name).write_bytes(text.encode())
    result = run(".", "--diff", code=1)
    assert {name: Path(name).read_bytes().decode() for name in contents} == contents
    assert f"{len(contents)} findings would be fixed" in result.stderr
    run(".", "--fix")
    mended = {name: Path(name).read_bytes() for name in contents}
    for name, text in contents.items():
        assert mended[name] != text.encode()
        Path(name).write_bytes(text.encode())
    Path("a.patch").write_bytes(result.stdout_bytes)
    try:
        subprocess.run([*tool, "a.patch"], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip(f"{tool[0]} isn't installed")
    assert {name: Path(name).read_bytes() for name in contents} == mended


def test_a_difference_is_colored_on_request():
    Path("a.md").write_text(f"A pan: {LINK}\n", encoding="utf-8")
    assert "\x1b[32m+A pan" in run("a.md", "--diff", "--color", "always", code=1).stdout
    assert "\x1b" not in run("a.md", "--diff", code=1).stdout


def test_a_file_that_can_t_be_read_is_told_beside_a_difference():
    Path("a.md").write_bytes(b"\xff")
    assert "a.md:1: not UTF-8" in run("a.md", "--diff", code=2).stderr


def test_a_difference_of_no_edits_is_empty():
    assert unified_diff("a", "x\n", [Edit(0, 1, "x")]) == unified_diff("a", "x\n", []) == ""


# --- bounds ---------------------------------------------------------------------------------------------------------

HOSTILE = {
    "many links": ("markdown", f"[x]({LINK}) " * 2_000),
    "open tags": ("html", f"<a href={LINK} " * 5_000 + "a" * 1_000_000),
    "open brackets": ("markdown", f"[x]({LINK} " + "[" * 200_000),
    "blank lines": ("text", "a\n" + "\n" * 500_000 + "#spon\n"),
    "blank lines in front of the last words": ("text", "Our lamp is so bright\n" + "\n" * 50_000 + "and so on\n#ad"),
    "one long line": ("text", "lamp " * 200_000 + "#spon"),
    "one long word": ("markdown", "a" * 500_000 + " #spon"),
}


@pytest.mark.parametrize(("format", "text"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_take_a_bounded_time(format, text):
    post = Post("p", text, "p", format=format, platform="x", connections=("paid",))
    start = time.process_time()
    check_post(replace(post, connections=()), replace(RULEBOOK, repairs={}))
    plain = time.process_time() - start
    start = time.process_time()
    check_post(post, RULEBOOK)
    assert time.process_time() - start < 10 * plain + 3


def test_edits_of_edits_are_edits_of_the_first_text():
    text = "abcdef"
    first = (Edit(0, 0, "XY"), Edit(3, 4, ""))
    second = (Edit(1, 3, "-"), Edit(5, 7, "!"))
    composed = compose(first, second, len(text))
    assert apply_edits(text, composed) == apply_edits(apply_edits(text, first), second)


WORDS = {
    'write "#ad" for "#spon"': ("A #spon", [Edit(2, 7, "#ad")]),
    'move "#ad" to the front': ("A #ad", [Edit(0, 0, "#ad "), Edit(1, 5, "")]),
    'write "#ad" in front for "#spon"': ("A #spon", [Edit(0, 0, "#ad "), Edit(1, 7, "")]),
    'write "(paid link)" in 2 places': ("a b", [Edit(1, 1, " (paid link)"), Edit(3, 3, " (paid link)")]),
    'take out "A b"': ("A\n b", [Edit(0, 4, "")]),
}


@pytest.mark.parametrize(("words", "change"), WORDS.items())
def test_edits_are_told_in_words(words, change):
    assert describe_edits(*change) == words


def test_code_scanning_is_told_when_a_suggestion_is_right():
    Path("a.md").write_text("The lamp is so bright #spon\n", encoding="utf-8")
    told = {}
    for connection in ((), ("--connection", "paid")):
        document = json.loads(run("a.md", "--format", "sarif", "--platform", "x", *connection, code=1).stdout)
        (fix,) = document["runs"][0]["results"][0]["fixes"]
        told[connection[-1:]] = fix["description"]["text"]
        (replacement,) = fix["artifactChanges"][0]["replacements"]
        assert replacement["insertedContent"] == {"text": "#ad"}
    assert told == {
        (): 'Write "#ad" for "#spon", if you were paid, or got something for this post.',
        ("paid",): 'Write "#ad" for "#spon".',
    }


def test_a_terminal_shows_what_is_applied_and_what_is_only_suggested():
    Path("a.txt").write_text("The lamp is so bright #spon", encoding="utf-8")
    shown = re.sub(r"\s+", " ", run("a.txt", "--platform", "x", code=1).output)
    assert 'Suggest: write "#ad" for "#spon", if you were paid, or got something for this post' in shown
    shown = re.sub(r"\s+", " ", run("a.txt", "--platform", "x", "--connection", "paid", code=1).output)
    assert 'Fix: write "#ad" for "#spon" (--fix does it)' in shown
    run("a.txt", "--platform", "x", "--fix", code=1)
    assert Path("a.txt").read_text(encoding="utf-8") == "The lamp is so bright #spon"
