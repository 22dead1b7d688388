"""The three report formats, from reports made by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest

from disclosure_check import __version__
from disclosure_check.model import Evidence, Finding, Post, PostReport, Reference
from disclosure_check.positions import index_lines
from disclosure_check.reports import Tally
from disclosure_check.reports.json_report import RunFacts, digest_packs, write_json
from disclosure_check.reports.jsonl import write_jsonl
from disclosure_check.reports.terminal import excerpt, printable, to_cells
from disclosure_check.reports.text import write_text
from disclosure_check.rule_files import BREACHES

SCHEMAS = Path(__file__).parent.parent / "disclosure_check" / "schema"
REFERENCE = Reference(
    title="FTC, Disclosures 101 for Social Media Influencers",
    section="Place it so it's hard to miss",
    url="https://www.ftc.gov/d101",
    force="staff guidance",
    read="2026-11-24",
)


def a_finding(text: str, words: str, **changes: Any) -> Finding:
    start = text.index(words)
    fields = {
        "rule": "DC101",
        "name": "undisclosed-connection",
        "family": "disclosure",
        "severity": "error",
        "message": f'"{words}" shows a discount code, and nothing says what you get for it.',
        "remedy": 'Start the post with "Ad for Acme:".',
        "start": start,
        "end": start + len(words),
        "match": words,
        "evidence": (
            Evidence("connection.discount", "a discount code", start, start + len(words)),
            Evidence("absent", "no disclosure found"),
        ),
        "references": (REFERENCE,),
        "fingerprint": "c0ffee",
    }
    return Finding(**(fields | changes))


def a_report(text: str, *findings: Finding, **changes: Any) -> PostReport:
    post = Post(id="note.txt", text=text, path="note.txt")
    fields = {"post": post, "platform": "instagram", "connections": ("discount",), "findings": findings}
    return PostReport(**(fields | changes))


def as_text(*reports: PostReport, **options: Any) -> str:
    written: list[str] = []
    tally = Tally()
    write_text(tally.watch(reports), written.append, tally, **({"columns": 80} | options))
    return "".join(written)


def as_json(*reports: PostReport) -> dict[str, Any]:
    written: list[str] = []
    tally = Tally()
    write_json(tally.watch(reports), written.append, tally, RunFacts(2, ("packs/acme",), "sha256:" + "0" * 64, {"setup": "cues"}, None))
    document: dict[str, Any] = json.loads("".join(written))
    validate("report", document)
    return document


def validate(name: str, document: object) -> None:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(document)


UNREAD = PostReport(Post(id="b.jsonl", text="", path="b.jsonl", record_line=7), "", (), error="b.jsonl:7: not valid JSON; mend the line")


class TestText:
    def test_shows_place_words_remedy_evidence_and_source(self) -> None:
        text = "So good!\nUse code MIA20 at Acme, it ends soon\n"
        assert as_text(a_report(text, a_finding(text, "code MIA20"))) == (
            "note.txt:2:5: error DC101 undisclosed-connection\n"
            '"code MIA20" shows a discount code, and nothing says what you get for it.\n'
            "\n"
            "    2 | Use code MIA20 at Acme, it ends soon\n"
            "      |     ^^^^^^^^^^\n"
            "\n"
            '  Remedy:  Start the post with "Ad for Acme:".\n'
            '  Because: "code MIA20": a discount code\n'
            "           no disclosure found\n"
            "  Source:  FTC, Disclosures 101 for Social Media Influencers, Place it so it's\n"
            "           hard to miss (staff guidance)\n"
            "           https://www.ftc.gov/d101\n"
            "\n"
            "1 post checked: 1 error.\n"
        )

    def test_nothing_found_is_not_called_compliant(self) -> None:
        assert as_text(a_report("Lovely day."), a_report("Rain.")) == "2 posts checked: no findings.\n"

    def test_a_record_is_named_by_file_line_and_id(self) -> None:
        text = "Use code MIA20"
        post = Post(id="spring-1", text=text, path="feed.jsonl", record_line=3)
        shown = as_text(a_report(text, a_finding(text, "code MIA20"), post=post))
        assert shown.startswith("feed.jsonl:3: spring-1, line 1, column 5: error DC101 undisclosed-connection\n")

    def test_a_record_without_an_id_is_named_by_file_and_line(self) -> None:
        text = "Use code MIA20"
        post = Post(id="feed.jsonl#3", text=text, path="feed.jsonl", record_line=3)
        assert as_text(a_report(text, a_finding(text, "code MIA20"), post=post)).startswith("feed.jsonl:3: line 1, column 5: error ")

    def test_words_over_several_lines_are_marked_on_the_first(self) -> None:
        text = "see the\nfull policy here"
        lines = as_text(a_report(text, a_finding(text, "the\nfull policy"))).split("\n")
        assert lines[3:5] == ["    1 | see the", "      |     ^^^ …"]

    def test_what_was_not_checked_is_said(self) -> None:
        assert as_text(a_report("Rain."), UNREAD) == (
            "not checked: b.jsonl:7: not valid JSON; mend the line\n\n1 post checked: no findings. 1 post could not be checked.\n"
        )

    def test_statistics_count_by_rule_the_most_frequent_first(self) -> None:
        text = "code MIA20 and code BEN5"
        findings = (
            a_finding(text, "code MIA20"),
            a_finding(text, "code BEN5"),
            a_finding(text, "and", rule="DC202", name="ambiguous-disclosure", severity="warning"),
        )
        assert as_text(a_report(text, *findings), statistics=True).endswith(
            "     2  DC101  undisclosed-connection\n     1  DC202  ambiguous-disclosure\n1 post checked: 2 errors, 1 warning.\n"
        )

    def test_quiet_leaves_the_summary_out(self) -> None:
        assert as_text(a_report("Rain."), quiet=True) == ""

    def test_color_changes_nothing_but_the_color(self) -> None:
        text = "Use code MIA20"
        report = a_report(text, a_finding(text, "code MIA20"))
        colored = as_text(report, style=click.style)
        assert "\x1b[31m" in colored
        assert click.unstyle(colored) == as_text(report)

    def test_a_post_can_not_steer_the_terminal(self) -> None:
        text = "code \x1b[2JMIA20\u202e at Acme"
        shown = as_text(a_report(text, a_finding(text, "code \x1b[2JMIA20\u202e")))
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert "    1 | code <U+001B>[2JMIA20<U+202E> at Acme\n      | " + "^" * 29 + "\n" in shown

    def test_further_sources_are_pointed_to(self) -> None:
        text = "code MIA20"
        shown = as_text(a_report(text, a_finding(text, text, references=(REFERENCE, REFERENCE, REFERENCE))))
        assert "           and 2 more: disclosure-check explain DC101\n" in shown


class TestExcerpt:
    @pytest.mark.parametrize(
        ("line", "words", "indent", "width"),
        [
            pytest.param("so code MIA20", "MIA20", 8, 5, id="ascii"),
            pytest.param("😍😍 #ad", "#ad", 5, 3, id="emoji before are two columns each"),
            pytest.param("カメラ #ad", "#ad", 7, 3, id="full-width letters are two columns each"),
            pytest.param("cafe\u0301 #ad", "#ad", 5, 3, id="a combining accent is none"),
            pytest.param("❤\ufe0f #ad", "#ad", 3, 3, id="an emoji by variation selector is two"),
            pytest.param("👩\u200d🍳 #ad", "#ad", 3, 3, id="joined emoji are one picture"),
            pytest.param("👍🏽 #ad", "#ad", 3, 3, id="a skin tone belongs to its emoji"),
            pytest.param("🇻🇳 #ad", "#ad", 3, 3, id="a flag is two letters of one column"),
            pytest.param("\t#ad", "#ad", 4, 3, id="a tab is four columns"),
            pytest.param("＃ａｄ now", "＃ａｄ", 0, 6, id="full-width words"),
            pytest.param("a\u200bd now", "a\u200bd", 0, 10, id="a zero-width space is shown"),
        ],
    )
    def test_columns(self, line: str, words: str, indent: int, width: int) -> None:
        start = line.index(words)
        shown = excerpt(line, start, start + len(words), 80)
        assert (shown.indent, shown.width) == (indent, width)

    def test_a_long_line_is_clipped_around_the_words(self) -> None:
        line = "a" * 100 + " code MIA20 " + "b" * 100
        shown = excerpt(line, 101, 111, 30)
        assert shown.text == "…" + "a" * 8 + " code MIA20 " + "b" * 8 + "…"
        assert (shown.indent, shown.width) == (10, 10)

    def test_words_longer_than_the_screen_lose_their_end(self) -> None:
        shown = excerpt("x" + "w" * 100, 1, 101, 20)
        assert shown.text == "…" + "w" * 18 + "…"
        assert (shown.indent, shown.width) == (1, 18)

    def test_a_line_of_ten_million_characters_is_no_trouble(self) -> None:
        line = "a" * 5_000_000 + "#ad" + "b" * 5_000_000
        assert excerpt(line, 5_000_000, 5_000_003, 25).text == "…" + "a" * 10 + "#ad" + "b" * 10 + "…"

    def test_words_that_are_nothing_still_get_a_mark(self) -> None:
        assert excerpt("", 0, 0, 80).width == 1

    def test_each_code_point_has_a_cell(self) -> None:
        assert [cell.width for cell in to_cells("a😍e\u0301")] == [1, 2, 1, 0]

    def test_new_lines_in_a_message_become_spaces(self) -> None:
        assert printable("two\nlines") == "two lines"


class TestPositions:
    def test_all_three_line_ends_count_once(self) -> None:
        lines = index_lines("a\nbb\r\nc\rd")
        assert [(lines.place(at).line, lines.place(at).column) for at in (0, 1, 2, 4, 6, 7, 8, 9)] == [
            (1, 1), (1, 2), (2, 1), (2, 3), (3, 1), (3, 2), (4, 1), (4, 2),
        ]  # fmt: skip

    def test_columns_are_code_points(self) -> None:
        assert index_lines("😍😍 #ad").place(3).column == 4


class TestJson:
    def test_the_whole_document(self) -> None:
        text = "So good!\nUse code MIA20"
        assert as_json(a_report(text, a_finding(text, "code MIA20")), UNREAD) == {
            "schema_version": "1.0",
            "tool": {"name": "disclosure-check", "version": __version__},
            "rulebook": {"rules": 2, "packs": ["packs/acme"], "digest": "sha256:" + "0" * 64},
            "nlp": {"setup": "cues"},
            "substantiation": None,
            "config": None,
            "summary": {
                "posts": 2,
                "verdicts": {"fail": 1, "review": 0, "pass": 0, "unchecked": 1},
                "findings": {"error": 1, "warning": 0, "info": 0},
                "fixed": 0,
                "rules": {"DC101": 1},
            },
            "posts": [
                {
                    "id": "note.txt",
                    "path": "note.txt",
                    "record_line": None,
                    "platform": "instagram",
                    "lang": "en",
                    "connections": ["discount"],
                    "verdict": "fail",
                    "findings": [
                        {
                            "rule": "DC101",
                            "name": "undisclosed-connection",
                            "family": "disclosure",
                            "severity": "error",
                            "message": '"code MIA20" shows a discount code, and nothing says what you get for it.',
                            "remedy": 'Start the post with "Ad for Acme:".',
                            "start": 13,
                            "end": 23,
                            "line": 2,
                            "column": 5,
                            "end_line": 2,
                            "end_column": 15,
                            "match": "code MIA20",
                            "evidence": [
                                {"label": "connection.discount", "note": "a discount code", "start": 13, "end": 23},
                                {"label": "absent", "note": "no disclosure found", "start": None, "end": None},
                            ],
                            "references": [
                                {
                                    "title": "FTC, Disclosures 101 for Social Media Influencers",
                                    "section": "Place it so it's hard to miss",
                                    "url": "https://www.ftc.gov/d101",
                                    "force": "staff guidance",
                                    "read": "2026-11-24",
                                    "quote": None,
                                    "quoted_from": None,
                                }
                            ],
                            "fix": None,
                            "suggestion": None,
                            "fingerprint": "c0ffee",
                            "time": None,
                        }
                    ],
                    "claims": [],
                    "accepted": [],
                    "notes": [],
                    "error": None,
                },
                {
                    "id": "b.jsonl",
                    "path": "b.jsonl",
                    "record_line": 7,
                    "platform": None,
                    "lang": None,
                    "connections": [],
                    "verdict": "unchecked",
                    "findings": [],
                    "claims": [],
                    "accepted": [],
                    "notes": [],
                    "error": "b.jsonl:7: not valid JSON; mend the line",
                },
            ],
            "errors": [{"path": "b.jsonl", "line": 7, "message": "b.jsonl:7: not valid JSON; mend the line"}],
        }

    def test_the_schema_rejects_an_unknown_key(self) -> None:
        document = as_json(a_report("Rain."))
        document["posts"][0]["mood"] = "fine"
        with pytest.raises(jsonschema.ValidationError, match="mood"):
            validate("report", document)

    def test_the_schema_rejects_an_unchecked_post_without_a_reason(self) -> None:
        document = as_json(UNREAD)
        document["posts"][0]["error"] = None
        with pytest.raises(jsonschema.ValidationError):
            validate("report", document)

    @pytest.mark.parametrize("name", ["report", "rule"])
    def test_a_schema_is_sound_and_names_its_major_version(self, name: str) -> None:
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["$id"] == f"urn:disclosure-check:schema:{name}:1"

    def test_the_rule_schema_knows_all_breaches(self) -> None:
        schema = json.loads((SCHEMAS / "rule.schema.json").read_text(encoding="utf-8"))
        assert sorted(schema["$defs"]["require"]["properties"]["breach"]["enum"]) == sorted(BREACHES)

    def test_the_digest_changes_with_a_byte_and_with_a_name(self, tmp_path: Path) -> None:
        (tmp_path / "a.toml").write_text("x = 1", encoding="utf-8")
        first = digest_packs([tmp_path])
        assert digest_packs([tmp_path]) == first
        (tmp_path / "a.toml").write_text("x = 2", encoding="utf-8")
        second = digest_packs([tmp_path])
        (tmp_path / "a.toml").rename(tmp_path / "b.toml")
        assert len({first, second, digest_packs([tmp_path])}) == 3


class TestJsonl:
    def test_one_object_a_post_in_input_order(self) -> None:
        text = "Use code MIA20"
        written: list[str] = []
        write_jsonl([a_report("Rain."), a_report(text, a_finding(text, "code MIA20")), UNREAD], written.append)
        assert [line.endswith("\n") and line.count("\n") == 1 for line in written] == [True, True, True]
        assert [json.loads(line)["verdict"] for line in written] == ["pass", "fail", "unchecked"]
        assert list(json.loads(written[0])) == [
            "id", "path", "record_line", "platform", "lang", "connections", "verdict", "findings", "claims", "accepted", "notes", "error",
        ]  # fmt: skip

    def test_a_post_is_written_before_the_next_is_checked(self) -> None:
        written: list[str] = []
        counts: list[int] = []

        def reports() -> Any:
            for text in ("one", "two"):
                counts.append(len(written))
                yield a_report(text)

        write_jsonl(reports(), written.append)
        assert counts == [0, 1]

    def test_words_stay_readable(self) -> None:
        written: list[str] = []
        write_jsonl([a_report("quảng cáo 😍", post=Post(id="quảng cáo 😍", text="x", path="x"))], written.append)
        assert '"id": "quảng cáo 😍"' in written[0]
