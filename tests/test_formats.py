"""The formats for programs, SARIF, GitHub annotations, JUnit and CSV, and the data of the HTML page. Each is read back by its own parser."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from disclosure_check.cli import cli
from disclosure_check.model import Accepted, Edit, Evidence, Finding, Post, PostReport, Reference
from disclosure_check.reports import Tally
from disclosure_check.reports.github import MOST_ROWS, write_github
from disclosure_check.reports.json_report import RunFacts
from disclosure_check.reports.junit import write_junit
from disclosure_check.reports.places import path_in_repository, repository_root
from disclosure_check.reports.sarif import write_sarif
from disclosure_check.reports.table import write_csv
from disclosure_check.rulebook import load_rulebook

SCHEMA = json.loads((Path(__file__).parent / "data" / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
FACTS = RunFacts(2, (), "sha256:" + "0" * 64, {"setup": "cues"}, None)
REFERENCE = Reference("16 CFR 255.5", "(a)", "https://www.ecfr.gov/255.5", "guide", "2026-11-24")
RULES = load_rulebook(examples=True).rules
UNREAD = PostReport(Post("b.jsonl", "", "b.jsonl", record_line=7), "", (), error="b.jsonl:7: not valid JSON; mend the line")
UNDISCLOSED = "Get 20% off at Acme with my code MIA20 before Sunday!\n"
# What a post could hold to break out of a format.
HOSTILE = {
    "command": "\n::error file=x,line=1::owned\r\n::stop-commands::x\n##[error]owned",
    "percent": "100%0A::warning::owned %25",
    "cdata": "]]> <![CDATA[ &amp; </failure></testcase> <!-- ",
    "controls": "\x00\x01\x07\x08\x0b\x0c\x1b[2J\x7f\x9b\ufffe\uffff",
    "directions": "\u202egnitrevda\u202c \u2066x\u2069 \u2028\u2029",
    "surrogate": "\ud83d alone",
    "quotes": '" \' `` \\ \\" \\n',
    "emoji": "👩\u200d🍳 ❤\ufe0f 🇻🇳 e\u0301",
    "formula": '=HYPERLINK("http://example.com/?"&A1,"x")',
    "at": "@SUM(1)+cmd|' /C calc'!A0",
    "link": "[click](https://example.com) ![x](y) {0} {{1}} [a](1)",
    "markdown": "| a | b |\n# head\n- <img src=x onerror=alert(1)> **b** ~~s~~ @team #1 https://example.com",
    "separators": "a,b;c\td\ne\rf",
}


def a_finding(text: str, words: str, **changes: Any) -> Finding:
    start = text.index(words)
    fields = {
        "rule": "DC112",
        "name": "undisclosed-discount-code",
        "family": "disclosure",
        "severity": "error",
        "message": f'"{words}" is a code.',
        "remedy": "Say it first.",
        "start": start,
        "end": start + len(words),
        "match": words,
        "evidence": (Evidence("connection.code", f"code {words}", start, start + len(words)), Evidence("absent", "no words")),
        "references": (REFERENCE,),
        "fingerprint": "c0ffee",
    }
    return Finding(**(fields | changes))


def a_report(text: str, *findings: Finding, path: str = "note.txt", post: Post | None = None, **changes: Any) -> PostReport:
    fields = {"post": post or Post(path, text, path), "platform": "instagram", "connections": ("discount",), "findings": findings}
    return PostReport(**(fields | changes))


def as_sarif(*reports: PostReport, root: Path | None = None, rule_pages: str | None = None) -> dict[str, Any]:
    written: list[str] = []
    tally = Tally()
    write_sarif(tally.watch(reports), written.append, tally, rules=RULES, facts=FACTS, root=root or Path.cwd(), rule_pages=rule_pages)
    return parse_sarif("".join(written))


def parse_sarif(text: str) -> dict[str, Any]:
    text.encode()  # raises an error for what UTF-8 can't hold
    document: dict[str, Any] = json.loads(text)
    VALIDATOR.validate(document)
    run: dict[str, Any] = document["runs"][0]
    return run


def as_github(*reports: PostReport, summary_path: Path | None = None) -> str:
    written: list[str] = []
    tally = Tally()
    write_github(tally.watch(reports), written.append, tally, root=Path.cwd(), summary_path=summary_path)
    return "".join(written)


def as_junit(*reports: PostReport, failing: tuple[Any, ...] = ("error",)) -> ET.Element:
    written: list[str] = []
    write_junit(reports, written.append, failing)
    return parse_xml("".join(written).encode())


def parse_xml(text: str | bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314  # our own report


def as_csv(*reports: PostReport) -> list[dict[str, str]]:
    written: list[str] = []
    write_csv(reports, written.append)
    return list(csv.DictReader(io.StringIO("".join(written), newline="")))


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, arguments, env={"GITHUB_STEP_SUMMARY": None, **environment})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def controls(text: str) -> set[str]:
    return {character for character in text if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")} - {"\n", "\t", "\r"}


class TestSarif:
    def test_a_result(self) -> None:
        text = "So good 😍!\nUse code MIA20"
        (result,) = as_sarif(a_report(text, a_finding(text, "code MIA20")))["results"]
        place = {"artifactLocation": {"uri": "note.txt", "uriBaseId": "%SRCROOT%"}} | {
            "region": {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 15, "snippet": {"text": "code MIA20"}}
        }
        assert RULES[result.pop("ruleIndex")].id == "DC112"
        assert result == {
            "ruleId": "DC112",
            "level": "error",
            "message": {"text": '"code MIA20" is a code. Say it first.'},
            "locations": [{"physicalLocation": place}],
            "partialFingerprints": {"primaryLocationLineHash": "c0ffee:1"},
            "relatedLocations": [{"id": 1, "message": {"text": "code code MIA20"}, "physicalLocation": place}],
            "properties": {
                "post": "note.txt", "platform": "instagram", "connections": ["discount"],
                "start": 15, "end": 25, "line": 2, "column": 5, "endLine": 2, "endColumn": 15, "match": "code MIA20",
                "evidence": [
                    {"label": "connection.code", "note": "code code MIA20", "start": 15, "end": 25},
                    {"label": "absent", "note": "no words", "start": None, "end": None},
                ],
                "fingerprint": "c0ffee",
            },
        }  # fmt: skip

    def test_every_rule_has_what_code_scanning_shows(self) -> None:
        rules = as_sarif(a_report("Rain."))["tool"]["driver"]["rules"]
        assert len(rules) == len(RULES) > 100
        for rule in rules:
            assert rule["help"]["text"]
            assert "**Why it matters**" in rule["help"]["markdown"]
            assert rule["helpUri"].startswith("https://")
            assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
            assert 0 < len(rule["shortDescription"]["text"]) <= len(rule["fullDescription"]["text"]) <= 1024
            assert 1 <= len(rule["properties"]["tags"]) <= 10
            assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")

    def test_rules_point_to_the_pages_that_a_repository_publishes(self) -> None:
        rules = as_sarif(a_report("Rain."), rule_pages="https://example.org/rules/")["tool"]["driver"]["rules"]
        assert [rule["helpUri"] for rule in rules] == [f"https://example.org/rules/{rule['id']}.html" for rule in rules]

    def test_columns_are_code_points(self) -> None:
        assert as_sarif()["columnKind"] == "unicodeCodePoints"

    def test_nothing_names_the_machine(self, folder: Path) -> None:
        run_ = as_sarif(a_report(UNDISCLOSED, a_finding(UNDISCLOSED, "MIA20"), path=str(folder / "note.txt")))
        assert str(folder) not in json.dumps(run_["results"][0]["locations"])
        assert "uri" not in run_["originalUriBaseIds"]["%SRCROOT%"]

    def test_the_same_words_twice_are_two_alerts(self) -> None:
        text = "code MIA20, code MIA20"
        first = a_finding(text, "MIA20")
        results = as_sarif(a_report(text, first, replace(first, start=17, end=22)))["results"]
        assert [result["partialFingerprints"]["primaryLocationLineHash"] for result in results] == ["c0ffee:1", "c0ffee:2"]

    @pytest.mark.parametrize(
        ("post", "region"),
        [
            pytest.param(Post("a", "x\nMIA20", "f.jsonl", record_line=3), {"startLine": 3, "endLine": 3}, id="record"),
            pytest.param(Post("a", "x\nMIA20", "f.csv", record_line=3, record_end=5), {"startLine": 3, "endLine": 5}, id="row of lines"),
            pytest.param(Post("a.eml", "x\nMIA20", "a.eml"), {"startLine": 1, "endLine": 1}, id="mail"),
        ],
    )
    def test_what_is_written_otherwise_in_its_file_points_at_its_line(self, post: Post, region: dict[str, int]) -> None:
        finding = a_finding(post.text, "MIA20", fix=(Edit(2, 7, "Ad: MIA20"),))
        (result,) = as_sarif(a_report(post.text, finding, post=post))["results"]
        assert result["locations"][0]["physicalLocation"]["region"] == region
        assert (result["properties"]["line"], result["properties"]["column"]) == (2, 1)
        assert "fixes" not in result
        assert "relatedLocations" not in result

    def test_a_fix(self) -> None:
        text = "a\r\nUse MIA20"
        finding = a_finding(text, "MIA20", fix=(Edit(3, 3, "Ad: "), Edit(7, 12, "")))
        (fix,) = as_sarif(a_report(text, finding))["results"][0]["fixes"]
        assert fix["artifactChanges"][0]["replacements"] == [
            {"deletedRegion": {"startLine": 2, "startColumn": 1, "endLine": 2, "endColumn": 1}, "insertedContent": {"text": "Ad: "}},
            {"deletedRegion": {"startLine": 2, "startColumn": 5, "endLine": 2, "endColumn": 10}, "insertedContent": {"text": ""}},
        ]

    @pytest.mark.parametrize(("by", "kind"), [("comment", "inSource"), ("config:4", "external"), ("baseline", "external")])
    def test_an_accepted_finding_is_suppressed_with_its_reason(self, by: str, kind: str) -> None:
        accepted = Accepted(a_finding("MIA20", "MIA20"), "our own shop", by)
        (result,) = as_sarif(a_report("MIA20", accepted=(accepted,)))["results"]
        assert result["suppressions"] == [
            {"kind": kind, "status": "accepted", "justification": "our own shop", "properties": {"by": by}},
        ]

    def test_what_was_not_checked_is_told(self) -> None:
        (invocation,) = as_sarif(UNREAD, a_report("Rain.", notes=("a sentence was cut",)))["invocations"]
        assert invocation["executionSuccessful"] is False
        assert [(item["level"], item["message"]["text"]) for item in invocation["toolExecutionNotifications"]] == [
            ("error", UNREAD.error), ("note", "a sentence was cut"),
        ]  # fmt: skip
        assert invocation["toolExecutionNotifications"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}

    def test_each_result_is_written_as_soon_as_it_is_found(self) -> None:
        written: list[str] = []
        counts: list[int] = []

        def reports():
            for _ in range(3):
                counts.append("".join(written).count('"ruleId"'))
                yield a_report("MIA20", a_finding("MIA20", "MIA20"))

        tally = Tally()
        write_sarif(tally.watch(reports()), written.append, tally, rules=RULES, facts=FACTS, root=Path.cwd())
        assert counts == [0, 1, 2]

    def test_a_message_holds_no_link_and_no_placeholder(self) -> None:
        (result,) = as_sarif(a_report("MIA20", a_finding("MIA20", "MIA20", message="see [x](https://example.com) {0}")))["results"]
        assert result["message"]["text"] == "see [x\\](https://example.com) {{0}} Say it first."


class TestPaths:
    @pytest.mark.parametrize(
        ("path", "expected"),
        [
            ("post.md", "sub/post.md"),
            ("./a/../post.md", "sub/post.md"),
            ("../post.md", "post.md"),
            ("-", "-"),
        ],
    )
    def test_paths_are_told_from_the_root_of_the_repository(self, path, expected, folder, monkeypatch) -> None:
        (folder / ".git").mkdir()
        (folder / "sub").mkdir()
        monkeypatch.chdir(folder / "sub")
        assert repository_root(Path.cwd()) == folder
        assert path_in_repository(path, folder) == expected
        assert path_in_repository(str(folder / "sub" / "x.md"), folder) == "sub/x.md"

    def test_a_file_outside_keeps_its_path(self, folder) -> None:
        assert path_in_repository("../x.md", folder) == (folder.parent / "x.md").as_posix()

    @pytest.mark.parametrize(
        ("path", "uri"),
        [
            ("a b#1.md", "a%20b%231.md"),
            ("100%:é.md", "100%25%3A%C3%A9.md"),
            ("\udcff.md", "%FF.md"),
            ("/elsewhere/a b.md", "file:///elsewhere/a%20b.md"),
        ],
    )
    def test_an_address_is_encoded(self, path, uri, folder) -> None:
        (result,) = as_sarif(a_report("MIA20", a_finding("MIA20", "MIA20"), path=path), root=folder)["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


class TestGithub:
    def test_an_annotation(self) -> None:
        text = "So good!\nUse code MIA20"
        assert as_github(a_report(text, a_finding(text, "code MIA20"))) == (
            "::error file=note.txt,line=2,endLine=2,col=5,endColumn=15,title=DC112 undisclosed-discount-code::"
            '"code MIA20" is a code.%0ASay it first.\n'
            "1 post checked: 1 error.\n"
        )

    def test_words_over_lines_have_no_columns(self) -> None:
        text = "Use\ncode MIA20"
        assert as_github(a_report(text, a_finding(text, "Use\ncode"))).startswith("::error file=note.txt,line=1,endLine=2,title=")

    def test_a_record_points_at_its_line_and_tells_its_place(self) -> None:
        post = Post("spring-1", "x\nMIA20", "f.jsonl", record_line=3)
        assert as_github(a_report(post.text, a_finding(post.text, "MIA20"), post=post)).startswith(
            "::error file=f.jsonl,line=3,endLine=3,title=DC112 undisclosed-discount-code::f.jsonl:3: spring-1, line 2, column 1%0A"
        )

    def test_what_was_not_checked_is_an_error(self) -> None:
        assert as_github(UNREAD).startswith("::error file=b.jsonl,line=7,title=not checked::b.jsonl:7: not valid JSON; mend the line\n")

    def test_past_ten_of_a_level_they_are_lines_and_the_number_is_told(self) -> None:
        finding = a_finding("MIA20", "MIA20")
        severities = ["error"] * 12 + ["warning"] * 10 + ["info"] * 10
        lines = as_github(a_report("MIA20", *(replace(finding, severity=severity) for severity in severities))).splitlines()
        assert [sum(line.startswith(f"::{command} file=") for line in lines) for command in ("error", "warning", "notice")] == [10, 10, 9]
        assert lines[10] == 'note.txt:1:1: error DC112 undisclosed-discount-code: "MIA20" is a code.'
        assert len([line for line in lines if not line.startswith("::")]) == 4  # three findings and the counts
        assert lines[-2] == (
            "::notice title=disclosure-check::GitHub shows ten annotations of each level. "
            "Left out here: 2 errors, 1 notice; they are lines of this step's log."
        )

    def test_how_a_post_was_read_is_a_line(self) -> None:
        assert as_github(a_report("Rain.", notes=("a sentence was cut",))).startswith("note: note.txt: a sentence was cut\n")

    @pytest.mark.parametrize("path", ["::error::x", " ::error::x", "##[error]x"])
    def test_a_line_of_the_log_is_no_command(self, path: str) -> None:
        report = a_report("MIA20", *[a_finding("MIA20", "MIA20")] * 11, path=path)
        line = as_github(report).splitlines()[10]
        assert "##[" not in line
        assert not line.lstrip().startswith("::")

    def test_up_to_ten_nothing_is_left_out(self) -> None:
        assert "Left out" not in as_github(a_report("MIA20", *[a_finding("MIA20", "MIA20")] * 10))

    def test_the_summary_is_added_to_the_job(self, folder: Path) -> None:
        path = folder / "summary.md"
        path.write_text("before\n", encoding="utf-8")
        as_github(a_report("MIA20", a_finding("MIA20", "MIA20")), UNREAD, summary_path=path)
        assert path.read_text(encoding="utf-8") == (
            "before\n"
            "## disclosure-check\n\n"
            "1 post checked\\: 1 error\\. 1 post could not be checked\\.\n\n"
            "### Not checked\n\n"
            "- b\\.jsonl\\:7\\: not valid JSON; mend the line\n\n"
            "### Error: 1\n\n"
            "| place | rule | what |\n| --- | --- | --- |\n"
            '| note\\.txt\\:1\\:1 | DC112 undisclosed\\-discount\\-code | "MIA20" is a code\\. Say it first\\. |\n\n'
            "### By rule\n\n"
            "| findings | rule |\n| ---: | --- |\n| 1 | DC112 undisclosed\\-discount\\-code |\n\n"
        )

    def test_a_long_summary_stays_below_what_github_takes(self, folder: Path) -> None:
        path = folder / "summary.md"
        text = "MIA20" + "|" * 100_000
        as_github(*[a_report(text, a_finding(text, text))] * (MOST_ROWS + 5), summary_path=path)
        assert path.stat().st_size < 2**20
        assert "\n\nand 5 more\n" in path.read_text(encoding="utf-8")

    def test_a_summary_that_can_not_be_written_is_an_error(self, folder: Path) -> None:
        (folder / "a.txt").write_text(UNDISCLOSED, encoding="utf-8")
        result = run("check", "a.txt", "--format", "github", GITHUB_STEP_SUMMARY=str(folder))
        assert result.exit_code == 2
        assert f"{folder}: can't write the job summary here (Is a directory)" in result.stderr
        assert result.stdout.startswith("::error file=a.txt")


class TestJunit:
    def test_a_suite_a_post_and_a_case_a_finding(self) -> None:
        text = "Use code MIA20"
        finding = a_finding(text, "MIA20")
        warning = replace(finding, severity="warning")
        accepted = Accepted(finding, "our own shop", "comment")
        root = as_junit(a_report(text, finding, warning, accepted=(accepted,)), a_report("Rain."), UNREAD)
        assert [suite.attrib for suite in root] == [
            {"name": "note.txt", "tests": "3", "failures": "1", "errors": "0", "skipped": "1"},
            {"name": "note.txt", "tests": "1", "failures": "0", "errors": "0", "skipped": "0"},
            {"name": "b.jsonl", "tests": "1", "failures": "0", "errors": "1", "skipped": "0"},
        ]
        assert [[child.tag for child in case] for case in root.iter("testcase")] == [
            ["failure"],
            ["system-out"],
            ["skipped"],
            [],
            ["error"],
        ]
        case = next(root.iter("testcase"))
        assert case.attrib == {"classname": "note.txt", "name": "DC112 undisclosed-discount-code at 1:10", "file": "note.txt", "line": "1"}
        assert case[0].attrib == {"message": '"MIA20" is a code.', "type": "error"}
        assert case[0].text == (
            'note.txt:1:10: error DC112 undisclosed-discount-code\n"MIA20"\n"MIA20" is a code.\nRemedy: Say it first.\n'
            "Source: 16 CFR 255.5, (a) (guide) https://www.ecfr.gov/255.5"
        )

    def test_a_record_points_at_its_line(self) -> None:
        post = Post("spring-1", "x\nMIA20", "f.jsonl", record_line=3)
        (case,) = as_junit(a_report(post.text, a_finding(post.text, "MIA20"), post=post)).iter("testcase")
        assert (case.get("file"), case.get("line"), case.get("name")) == ("f.jsonl", "3", "DC112 undisclosed-discount-code at 2:1")

    @pytest.mark.parametrize(("fail_on", "failures"), [("error", 1), ("info", 2), ("never", 0)])
    def test_the_build_fails_where_the_exit_code_does(self, fail_on: str, failures: int, folder: Path) -> None:
        (folder / "a.txt").write_text(UNDISCLOSED, encoding="utf-8")
        result = run("check", "a.txt", "--format", "junit", "--fail-on", fail_on)
        assert len(list(parse_xml(result.stdout).iter("failure"))) == failures
        assert result.exit_code == (1 if failures else 0)


class TestCsv:
    def test_rows(self) -> None:
        text = "x\nUse MIA20"
        post = Post("spring-1", text, "f.jsonl", record_line=3)
        finding = a_finding(text, "MIA20")
        rows = as_csv(a_report(text, finding, post=post, accepted=(Accepted(finding, "ours", "baseline"),)), UNREAD)
        assert [(row["path"], row["id"], row["record_line"], row["status"], row["rule"], row["reason"], row["by"]) for row in rows] == [
            ("f.jsonl", "spring-1", "3", "open", "DC112", "", ""),
            ("f.jsonl", "spring-1", "3", "accepted", "DC112", "ours", "baseline"),
            ("b.jsonl", "b.jsonl", "7", "unchecked", "", "", ""),
        ]
        assert [rows[0][key] for key in ("line", "column", "end_line", "end_column", "start", "end")] == ["2", "5", "2", "10", "6", "11"]

    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
    def test_no_cell_runs_as_a_formula(self, start: str) -> None:
        text = f"{start}1+1"
        (row,) = as_csv(a_report(text, a_finding(text, text, message=text, remedy=text), path=text))
        assert [row[key][:2] for key in ("path", "id", "match", "message", "remedy")] == [f"'{start}"] * 5


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
class TestHostileText:
    def reports(self, hostile: str) -> list[PostReport]:
        text = f"😍 {hostile} end"
        finding = a_finding(text, hostile, message=f"{hostile} is a code.", remedy=hostile)
        error = replace(UNREAD, error=hostile, post=replace(UNREAD.post, path=hostile, id=hostile))
        return [
            a_report(text, *[finding] * 12, path=f"{hostile}.txt", accepted=(Accepted(finding, hostile, "comment"),), notes=(hostile,)),
            a_report(text, finding, post=Post(hostile, text, f"{hostile}.jsonl", record_line=2)),
            error,
        ]

    def test_sarif(self, hostile: str) -> None:
        results = as_sarif(*self.reports(hostile))["results"]
        assert len(results) == 14
        shown = hostile.encode("utf-8", errors="replace").decode() if hostile != HOSTILE["surrogate"] else "\ufffd alone"
        assert {result["properties"]["match"] for result in results} == {shown}
        assert {result["properties"]["start"] for result in results} == {2}
        assert controls("".join(result["message"]["text"] for result in results)) == set()
        assert not any(re.search(r"(?<!\\)\]\(", result["message"]["text"]) for result in results)

    def test_github(self, hostile: str, folder: Path) -> None:
        path = folder / "summary.md"
        lines = as_github(*self.reports(hostile), summary_path=path).split("\n")
        assert lines.pop(0).startswith("note: ")
        assert controls("".join(lines)) == set()
        assert not any("\r" in line for line in lines)
        commands = [line for line in lines if line.lstrip().startswith("::")]
        assert [line.partition(" ")[0] for line in commands] == ["::error"] * 10 + ["::notice"]
        assert len(lines) == 10 + 4 + 1 + 2  # annotations, the four left out, the notice, the counts and the end of the last line
        assert not any("##[" in line for line in lines if not line.startswith("::"))
        properties = re.compile(r"::error (?:\w+=[^:,\r\n]*,)*title=DC112 undisclosed-discount-code::[^\r\n]*")
        assert all(properties.fullmatch(line) for line in commands[:10])
        summary = path.read_text(encoding="utf-8")
        assert controls(summary) == set()
        rows = [line for line in summary.splitlines() if line.startswith("| ")]
        assert [len(re.findall(r"(?<!\\)\|", row)) for row in rows] == [4] * 15 + [3] * 3
        assert not re.search(r"<(?!U\+)|(?<!\\)[\[@*`#](?!# |## |# )", summary.replace("## ", "").replace("#", ""))

    def test_junit(self, hostile: str) -> None:
        root = as_junit(*self.reports(hostile))
        assert [case.tag for case in root.iter() if case.tag in ("failure", "skipped", "error")] == ["failure"] * 12 + [
            "skipped", "failure", "error",
        ]  # fmt: skip
        assert controls("".join(root.itertext())) == set()
        if hostile == HOSTILE["cdata"]:
            assert root.find(".//failure").get("message") == f"{hostile} is a code."

    def test_csv(self, hostile: str) -> None:
        rows = as_csv(*self.reports(hostile))
        assert [row["status"] for row in rows] == ["open"] * 12 + ["accepted", "open", "unchecked"]
        assert {row["start"] for row in rows} == {"2", ""}
        cells = [cell for row in rows for cell in row.values()]
        assert controls("".join(cells)) == set()
        assert not any(cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") for cell in cells if cell)


def findings_of_json(text: str) -> list[tuple[Any, ...]]:
    return sorted(
        (post["path"], post["record_line"] or finding["line"], finding["line"], finding["column"], finding["rule"], finding["severity"])
        for post in json.loads(text)["posts"]
        for finding in post["findings"]
    )


def findings_of_jsonl(text: str) -> list[tuple[Any, ...]]:
    return findings_of_json(json.dumps({"posts": [json.loads(line) for line in text.splitlines()]}))


def findings_of_sarif(text: str) -> list[tuple[Any, ...]]:
    found = []
    for result in parse_sarif(text)["results"]:
        physical, place = result["locations"][0]["physicalLocation"], result["properties"]
        region = physical["region"]
        assert region.get("startColumn", place["column"]) == place["column"]
        severity = {"error": "error", "warning": "warning", "note": "info"}[result["level"]]
        if "suppressions" not in result:
            uri = physical["artifactLocation"]["uri"]
            found.append((uri, region["startLine"], place["line"], place["column"], result["ruleId"], severity))
    return sorted(found)


def findings_of_github(text: str) -> list[tuple[Any, ...]]:
    found = []
    for line in text.splitlines():
        command = re.match(r"::(\w+) file=([^,]*),line=(\d+),endLine=\d+(?:,col=(\d+),endColumn=\d+)?,title=(DC\d+)[^:]*::(.*)", line)
        if command:
            level, path, row, column, rule, message = command.groups()
            inner = re.search(r"line (\d+), column (\d+)%0A", message)
            place = (int(row), int(column)) if column else (int(inner[1]), int(inner[2]))
            found.append((path, int(row), *place, rule, {"notice": "info"}.get(level, level)))
    return sorted(found)


def findings_of_junit(text: str) -> list[tuple[Any, ...]]:
    found = []
    for case in parse_xml(text).iter("testcase"):
        named = re.fullmatch(r"(DC\d+) \S+ at (\d+):(\d+)", case.get("name"))
        if named and case.find("skipped") is None:
            severity = re.search(r": (error|warning|info) DC", case[0].text)[1]
            found.append((case.get("file"), int(case.get("line")), int(named[2]), int(named[3]), named[1], severity))
    return sorted(found)


def findings_of_csv(text: str) -> list[tuple[Any, ...]]:
    return sorted(
        (row["path"], int(row["record_line"] or row["line"]), int(row["line"]), int(row["column"]), row["rule"], row["severity"])
        for row in csv.DictReader(io.StringIO(text, newline=""))
        if row["status"] == "open"
    )


def findings_of_html(text: str) -> list[tuple[Any, ...]]:
    assert text.endswith("</html>\n")
    posts = re.search(r'<script type="application/json" id="posts">(.*?)</script>', text, re.DOTALL)
    return sorted(
        (post["path"], post.get("line") or finding["line"], finding["line"], finding["column"], finding["rule"], finding["severity"])
        for post in json.loads(posts[1])
        for finding in post.get("findings", ())
    )


READERS = {
    "jsonl": findings_of_jsonl,
    "sarif": findings_of_sarif,
    "github": findings_of_github,
    "junit": findings_of_junit,
    "csv": findings_of_csv,
    "html": findings_of_html,
}


@pytest.fixture
def posts(folder: Path) -> Path:
    """Write a folder with a finding in each sort of file, an accepted one, and a record that can't be read."""
    (folder / "posts").mkdir()
    (folder / "posts" / "a.txt").write_text("😍 Morning!\n\n" + UNDISCLOSED, encoding="utf-8")
    (folder / "posts" / "b.md").write_text(
        '# Tea\n\nRain.\n\n<!-- disclosure-check: ignore[DC112] reason="our own shop" -->\n' + UNDISCLOSED, encoding="utf-8"
    )
    records = [{"id": "r1", "text": "Rain."}, {"id": "r2", "text": "Hi 😍\n" + UNDISCLOSED}]
    lines = [json.dumps(record) for record in records]
    (folder / "posts" / "c.jsonl").write_text("\n".join([lines[0], "{broken", lines[1]]) + "\n", encoding="utf-8")
    (folder / "posts" / "d.csv").write_text(f'id,text\nx,"two\nlines"\ny,"{UNDISCLOSED.strip()}"\n', encoding="utf-8")
    return folder


@pytest.mark.usefixtures("posts")
class TestAgreement:
    @pytest.mark.parametrize("format", READERS)
    def test_all_formats_tell_the_same_findings_at_the_same_places(self, format: str) -> None:
        expected = findings_of_json(run("check", "posts", "--format", "json").stdout)
        assert len(expected) >= 6
        assert {found[:4] for found in expected if found[4] == "DC112"} == {
            ("posts/a.txt", 3, 3, 5), ("posts/c.jsonl", 3, 2, 5), ("posts/d.csv", 4, 1, 5),
        }  # fmt: skip
        result = run("check", "posts", "--format", format)
        assert READERS[format](result.stdout) == expected
        assert result.exit_code == 2  # a record could not be read

    def test_the_accepted_finding_is_in_sarif_junit_csv_and_html(self) -> None:
        results = parse_sarif(run("check", "posts", "--format", "sarif").stdout)["results"]
        assert [result["suppressions"][0]["justification"] for result in results if "suppressions" in result] == ["our own shop"]
        skipped = parse_xml(run("check", "posts", "--format", "junit").stdout).find(".//skipped")
        assert skipped.get("message") == "our own shop"
        rows = list(csv.DictReader(io.StringIO(run("check", "posts", "--format", "csv").stdout)))
        assert [row["reason"] for row in rows if row["status"] == "accepted"] == ["our own shop"]
        page = run("check", "posts", "--format", "html").stdout
        assert re.findall(r'"reason":"([^"]*)","by":"([^"]*)"', page) == [("our own shop", "comment")]

    @pytest.mark.parametrize("format", READERS)
    def test_the_same_posts_give_the_same_bytes(self, format: str) -> None:
        assert run("check", "posts", "--format", format).stdout == run("check", "posts", "--format", format).stdout


@pytest.mark.parametrize("format", READERS)
class TestOutput:
    def test_no_posts_are_an_error_with_a_whole_document(self, format: str, folder: Path) -> None:
        (folder / "empty").mkdir()
        result = run("check", "empty", "--format", format)
        assert result.exit_code == 2
        assert "no posts found in empty" in result.stderr
        assert READERS[format](result.stdout) == []
        if format == "sarif":
            assert parse_sarif(result.stdout)["invocations"] == [{"executionSuccessful": False}]

    def test_no_posts_leave_the_last_report_as_it_was(self, format: str, folder: Path) -> None:
        (folder / "empty").mkdir()
        (folder / "report").write_text("old", encoding="utf-8")
        assert run("check", "empty", "--format", format, "--output", "report").exit_code == 2
        assert (folder / "report").read_text(encoding="utf-8") == "old"

    @pytest.mark.usefixtures("posts")
    def test_a_file_holds_what_the_screen_would_show(self, format: str) -> None:
        run("check", "posts", "--format", format, "--output", "report")
        assert Path("report").read_bytes() == run("check", "posts", "--format", format).stdout_bytes

    @pytest.mark.parametrize("target", ["missing/report", "a.txt/report", "."])
    def test_where_nothing_can_be_written_is_said(self, format: str, target: str, folder: Path) -> None:
        (folder / "a.txt").write_text(UNDISCLOSED, encoding="utf-8")
        result = run("check", "a.txt", "--format", format, "--output", target)
        assert result.exit_code == 2
        assert target in result.stderr
        assert "Traceback" not in result.output
        assert sorted(path.name for path in folder.iterdir()) == ["a.txt"]

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
    def test_a_full_disk_is_said(self, format: str, folder: Path) -> None:
        (folder / "a.txt").write_text(UNDISCLOSED, encoding="utf-8")
        result = run("check", "a.txt", "--format", format, "--output", "/dev/full")
        assert result.exit_code == 2
        assert "Error: /dev/full: can't write the whole report (No space left on device)" in result.stderr
        assert "Traceback" not in result.output

    def test_a_disk_that_fills_leaves_no_half_a_file(self, format: str, folder: Path) -> None:
        resource = pytest.importorskip("resource")
        (folder / "a.txt").write_text(UNDISCLOSED * 50, encoding="utf-8")
        (folder / "report").write_text("old", encoding="utf-8")
        command = [sys.executable, "-m", "disclosure_check", "check", "a.txt", "--format", format, "--output", "report"]
        limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (500, 500))
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit, env=environment)
        assert done.returncode == 2
        assert done.stderr.endswith("Error: report: can't write the whole report (File too large); make room, or name another file\n")
        assert (folder / "report").read_text(encoding="utf-8") == "old"
        assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "report"]

    def test_a_reader_that_goes_away_is_no_fault(self, format: str, folder: Path) -> None:
        (folder / "a.txt").write_text(UNDISCLOSED * 200, encoding="utf-8")
        command = [sys.executable, "-m", "disclosure_check", "check", "a.txt", "--format", format]
        environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
            process.stdout.close()
            assert process.stderr.read() == ""
        assert process.returncode == 2
