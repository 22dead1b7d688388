"""The command, from what is typed to what is printed, written and returned."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result

from disclosure_check import __version__
from disclosure_check.cli import cli

SCHEMAS = Path(__file__).parent.parent / "disclosure_check" / "schema"
CLEAN = "Rain on the lake all morning, so we stayed in and read.\n"
UNDISCLOSED = "Get 20% off at Acme with my code MIA20 before Sunday!\n"

RULE = """
id = "DC199"
name = "undisclosed-test-code"
type = "require"
severity = "info"
summary = "A discount code stands in the post and nothing says what the author gets for it."
message = '"{match}" is a discount code, and nothing says so.'
remedy = 'Start with "Ad for {brand}:".'
why = "Readers don't know that the author is paid."
limits = "It can't see what the author agreed with the brand."

[match]
breach = "absent"
connections = ["discount"]
forms = ["short"]  # the most specific rule about a breach is the one that reports it

[[references]]
title = "16 CFR 255.5"
section = "Disclosure of material connections"
url = "https://www.ecfr.gov/current/title-16/part-255/section-255.5"
force = "guide"
read = "2026-11-24"

[[invalid]]
text = "Get 20% off at Acme with my code MIA20 before Sunday!"
at = "{at}"
why = "the plain case"

[[valid]]
text = "Rain on the lake all morning."
why = "no code"
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


def write(name: str, text: str) -> str:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return name


def report(*arguments: str, stdin: str | None = None) -> dict[str, Any]:
    result = run("check", *arguments, "--format", "json", stdin=stdin)
    document: dict[str, Any] = json.loads(result.stdout)
    schema = json.loads((SCHEMAS / "report.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    return document


class TestHelp:
    def test_version(self) -> None:
        assert run("--version").output == f"disclosure-check {__version__}\n"

    def test_help_names_all_commands_and_says_what_it_is_not(self) -> None:
        output = run("--help").output
        assert [name for name in ("check", "explain", "rules", "test", "schema") if f"\n  {name} " not in output] == []
        assert "not legal advice" in output.replace("\n ", "")

    def test_no_path_says_what_to_do(self) -> None:
        result = run("check")
        assert result.exit_code == 2
        assert "no PATH given" in result.stderr
        assert "disclosure-check check content/posts" in result.stderr

    def test_each_option_has_its_help(self) -> None:
        options = [option for command in cli.commands.values() for option in command.params if isinstance(option, click.Option)]
        assert [option.name for option in options if not option.help] == []


class TestExitCodes:
    def test_nothing_found_is_0(self) -> None:
        assert run("check", write("a.txt", CLEAN)).exit_code == 0

    def test_an_error_is_1(self) -> None:
        assert run("check", write("a.txt", UNDISCLOSED)).exit_code == 1

    @pytest.mark.parametrize(("fail_on", "code"), [("error", 1), ("warning", 1), ("info", 1), ("never", 0)])
    def test_fail_on(self, fail_on: str, code: int) -> None:
        assert run("check", write("a.txt", UNDISCLOSED), "--fail-on", fail_on).exit_code == code

    def test_a_finding_below_fail_on_is_0(self) -> None:
        write("pack/DC199-x.toml", RULE.replace("{at}", "MIA20"))
        post = write("a.txt", UNDISCLOSED)
        assert run("check", post, "--rules", "pack", "--select", "DC199").exit_code == 0
        assert run("check", post, "--rules", "pack", "--select", "DC199", "--fail-on", "info").exit_code == 1

    @pytest.mark.parametrize("form", ["text", "json", "jsonl"])
    def test_an_unchecked_file_is_2_and_the_others_are_checked(self, form: str) -> None:
        result = run("check", "gone.txt", write("a.txt", UNDISCLOSED), "--format", form)
        assert result.exit_code == 2
        assert "gone.txt: no such file" in result.output
        assert "MIA20" in result.stdout

    def test_never_does_not_excuse_an_unchecked_file(self) -> None:
        assert run("check", "gone.txt", "--fail-on", "never").exit_code == 2

    def test_a_broken_line_is_named_and_the_others_are_checked(self) -> None:
        lines = [json.dumps({"id": str(number), "text": CLEAN}) for number in range(1, 10)]
        lines[6] = '{"text": '
        result = run("check", write("feed.jsonl", "\n".join(lines)), "--format", "jsonl")
        assert result.exit_code == 2
        assert [json.loads(line)["verdict"] for line in result.stdout.splitlines()] == ["pass"] * 6 + ["unchecked"] + ["pass"] * 2
        assert "feed.jsonl:7: " in result.stderr

    def test_a_folder_without_posts_is_2(self, folder: Path) -> None:
        (folder / "empty").mkdir()
        result = run("check", "empty")
        assert result.exit_code == 2
        assert "no posts found in empty" in result.stderr

    def test_without_rules_nothing_is_called_clean(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (folder / "no-rules").mkdir()
        monkeypatch.setattr("disclosure_check.rulebook.rules_folder", lambda: str(folder / "no-rules"))
        result = run("check", write("a.txt", CLEAN))
        assert result.exit_code == 2
        assert "there are no rules" in result.stderr

    def test_a_crash_is_2_and_not_a_finding(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def crash(*_: object, **__: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("disclosure_check.evaluate.evaluate", crash)
        result = run("check", write("a.txt", UNDISCLOSED))
        assert result.exit_code == 2
        assert "fault of disclosure-check" in result.stderr


class TestBadOptions:
    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            pytest.param(
                ["--format", "yaml"], "there is no format 'yaml'; the formats are text, json, jsonl, sarif, github, junit, csv", id="format"
            ),
            pytest.param(["--platform", "instragram"], "did you mean 'instagram'?", id="platform"),
            pytest.param(["--platform", "orkut"], "(one of blog, bluesky, facebook,", id="platforms are listed"),
            pytest.param(["--connection", "gifts"], "did you mean 'gift'?", id="connection"),
            pytest.param(["--connection", "none,paid"], "none says that there is no connection", id="none beside a kind"),
            pytest.param(["--select", "DC999"], "there is no rule 'DC999'", id="select"),
            pytest.param(["--ignore", "undisclosed-conection"], "did you mean 'undisclosed-connection'?", id="ignore by name"),
            pytest.param(["--column", "caption"], "'caption' isn't FIELD=NAME, such as text=caption", id="column"),
            pytest.param(["--column", "mood=caption"], "the fields are id, text, title,", id="column of no field"),
            pytest.param(["--rules", "gone"], "gone: no such folder", id="pack"),
            pytest.param(["--rules", "package:no_such_package"], "no installed package 'no_such_package'", id="package"),
        ],
    )
    def test_one_sentence_and_2(self, arguments: list[str], said: str) -> None:
        result = run("check", write("a.txt", CLEAN), *arguments)
        assert result.exit_code == 2
        assert said in result.stderr
        assert result.stdout == ""

    def test_a_rule_file_with_a_typo_is_named_with_its_line(self) -> None:
        write("pack/DC199-x.toml", RULE.replace('severity = "info"', 'severity = "critical"'))
        result = run("check", write("a.txt", CLEAN), "--rules", "pack")
        assert result.exit_code == 2
        assert "pack/DC199-x.toml:5: severity " in result.stderr

    def test_a_rule_id_that_is_used_twice(self) -> None:
        write("pack/a.toml", RULE)
        write("pack/b.toml", RULE)
        result = run("check", write("a.txt", CLEAN), "--rules", "pack")
        assert result.exit_code == 2
        assert "DC199 is already used by" in result.stderr


class TestFacts:
    def test_platform_holds_for_posts_that_name_none(self) -> None:
        records = [{"text": CLEAN}, {"text": CLEAN, "platform": "tiktok"}]
        feed = write("feed.jsonl", "\n".join(json.dumps(record) for record in records))
        posts = report(feed, write("a.md", CLEAN), "--platform", "Insta")["posts"]
        assert [post["platform"] for post in posts] == ["instagram", "tiktok", "instagram"]

    def test_a_text_is_a_post_and_markdown_is_a_blog(self) -> None:
        posts = report(write("a.txt", CLEAN), write("a.md", CLEAN))["posts"]
        assert [post["platform"] for post in posts] == ["post", "blog"]

    def test_a_declared_connection_asks_for_a_disclosure(self) -> None:
        assert report(write("a.txt", "Best cream I ever had"), "--connection", "paid,gift")["posts"][0]["verdict"] == "fail"
        assert report("a.txt")["posts"][0]["verdict"] == "pass"

    def test_columns(self) -> None:
        feed = write("feed.jsonl", json.dumps({"caption": UNDISCLOSED, "key": "s1"}))
        post = report(feed, "--column", "text=caption", "--column", "id=key")["posts"][0]
        assert (post["id"], post["verdict"], post["record_line"]) == ("s1", "fail", 1)

    def test_standard_input(self) -> None:
        assert report("-", stdin=UNDISCLOSED)["posts"][0]["path"] == "-"

    def test_standard_input_as_a_file(self) -> None:
        post = report("-", "--stdin-filename", "posts/new.md", stdin="---\ntitle: x\n---\n\n" + UNDISCLOSED)["posts"][0]
        assert (post["path"], post["platform"], post["findings"][0]["line"]) == ("posts/new.md", "blog", 5)


class TestSelection:
    def rules_found(self, *arguments: str) -> set[str]:
        found = report(write("a.txt", UNDISCLOSED), *arguments)["posts"][0]["findings"]
        return {finding["rule"][:3] for finding in found}

    def test_by_the_start_of_an_id(self) -> None:
        assert self.rules_found("--select", "DC1") == {"DC1"}
        assert self.rules_found("--select", "dc2,dc3") == set()

    def test_ignored(self) -> None:
        assert self.rules_found("--ignore", "DC1,DC4") == set()

    def test_ignore_goes_before_select(self) -> None:
        assert self.rules_found("--select", "DC1", "--ignore", "DC1") == set()

    def test_the_verdict_counts_chosen_rules_only(self) -> None:
        assert report(write("a.txt", UNDISCLOSED), "--ignore", "DC1")["posts"][0]["verdict"] == "pass"
        assert run("check", "a.txt", "--ignore", "DC1").exit_code == 0


class TestOutput:
    def test_the_same_input_gives_the_same_bytes(self) -> None:
        write("posts/a.txt", UNDISCLOSED)
        write("posts/b.md", CLEAN)
        for form in ("text", "json", "jsonl"):
            first = run("check", "posts", "--format", form).stdout_bytes
            assert run("check", "posts", "--format", form).stdout_bytes == first

    def test_a_report_file_is_written_whole(self, folder: Path) -> None:
        result = run("check", write("a.txt", UNDISCLOSED), "--format", "json", "--output", "report.json")
        assert result.exit_code == 1
        assert result.stdout == ""
        assert result.stderr == "1 post checked: 1 error, 1 info.\n"
        assert json.loads(Path("report.json").read_text(encoding="utf-8"))["summary"]["verdicts"]["fail"] == 1
        assert sorted(path.name for path in folder.iterdir()) == ["a.txt", "report.json"]

    def test_a_report_that_fails_leaves_the_old_one(self, folder: Path) -> None:
        write("report.json", "old")
        (folder / "empty").mkdir()
        assert run("check", "empty", "--output", "report.json").exit_code == 2
        assert Path("report.json").read_text(encoding="utf-8") == "old"
        assert sorted(path.name for path in folder.iterdir()) == ["empty", "report.json"]

    def test_a_report_that_can_not_be_written(self) -> None:
        result = run("check", write("a.txt", CLEAN), "--output", "no/such/report.txt")
        assert result.exit_code == 2
        assert "can't write the report here" in result.stderr

    def test_json_is_utf_8_whatever_the_locale(self) -> None:
        post = write("a.txt", "Dùng mã MIA20 giảm 20% ở Acme 😍 " + UNDISCLOSED)
        environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
        command = [sys.executable, "-m", "disclosure_check", "check", post, "--format", "jsonl"]
        done = subprocess.run(command, env=environment, capture_output=True, check=False)
        assert json.loads(done.stdout.decode("utf-8"))["verdict"] == "fail"

    def test_text_survives_a_terminal_that_lacks_letters(self) -> None:
        post = write("a.txt", "😍 " + UNDISCLOSED)
        environment = os.environ | {"PYTHONIOENCODING": "ascii"}
        done = subprocess.run([sys.executable, "-m", "disclosure_check", "check", post], env=environment, capture_output=True, check=False)
        assert done.returncode == 1
        assert rb"\U0001f60d Get 20% off" in done.stdout

    def test_statistics_go_to_standard_error_beside_json(self) -> None:
        result = run("check", write("a.txt", UNDISCLOSED), "--format", "jsonl", "--statistics")
        assert result.stderr.startswith("     1  DC1")
        assert len(result.stdout.splitlines()) == 1

    def test_quiet(self) -> None:
        assert run("check", write("a.txt", CLEAN), "--quiet").output == ""

    def test_no_color_in_a_pipe_unless_asked(self) -> None:
        post = write("a.txt", UNDISCLOSED)
        assert "\x1b[" not in run("check", post).output
        assert "\x1b[" in run("check", post, "--color", "always").stdout
        assert "\x1b[" not in run("check", post, "--color", "never").output

    def test_options_of_later_versions_change_nothing(self) -> None:
        post = write("a.txt", UNDISCLOSED)
        assert run("check", post, "--no-cache", "--isolated").output == run("check", post).output

    def test_a_closed_pipe_is_no_traceback(self) -> None:
        feed = write("feed.jsonl", (json.dumps({"text": CLEAN}) + "\n") * 3000)
        command = [sys.executable, "-m", "disclosure_check", "check", feed, "--format", "jsonl"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 2


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there is no terminal to open")
class TestProgress:
    """The bar stands on standard error, on a terminal only, and only once a run takes a while."""

    @staticmethod
    def on_a_terminal(*arguments: str, patience: float) -> tuple[str, str]:
        """Return what a check writes to standard output (a pipe) and to standard error (a terminal)."""
        code = "import sys, disclosure_check.__main__ as m, disclosure_check.run as r; r.PATIENCE = float(sys.argv.pop(1)); m.main()"
        ours, theirs = os.openpty()
        command = [sys.executable, "-c", code, str(patience), "check", *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs) as process:
            os.close(theirs)
            assert process.stdout is not None
            output = process.stdout.read().decode()
        errors = b""
        try:
            while chunk := os.read(ours, 65536):
                errors += chunk
        except OSError:  # what Linux says at the end of a terminal
            pass
        os.close(ours)
        return output, errors.decode()

    def test_a_long_run_shows_a_bar_and_takes_it_away(self) -> None:
        output, errors = self.on_a_terminal(write("a.txt", CLEAN), write("b.txt", CLEAN), patience=0)
        assert "Checking" in errors
        assert errors.endswith("\r\x1b[K\x1b[?25h")
        assert output == "2 posts checked: no findings.\n"

    def test_a_short_run_shows_none(self) -> None:
        assert self.on_a_terminal(write("a.txt", CLEAN), patience=60)[1] == ""

    def test_quiet_shows_none(self) -> None:
        assert self.on_a_terminal(write("a.txt", CLEAN), "--quiet", patience=0)[1] == ""

    def test_a_pipe_shows_none(self) -> None:
        command = [
            sys.executable,
            "-c",
            "import disclosure_check.__main__ as m, disclosure_check.run as r; r.PATIENCE = 0; m.main()",
            "check",
            write("a.txt", CLEAN),
        ]
        assert subprocess.run(command, capture_output=True, check=True).stderr == b""


class TestExplain:
    def test_by_id_and_by_name(self) -> None:
        by_id = run("explain", "DC101")
        assert by_id.exit_code == 0
        assert by_id.stdout.startswith("DC101 undisclosed-connection  (error, disclosure)\n\nWhat it finds\n\n")
        assert run("explain", "undisclosed-connection").stdout == by_id.stdout

    def test_a_page_has_all_sections(self) -> None:
        write("pack/DC199-x.toml", RULE.replace("{at}", "code MIA20"))
        page = run("explain", "DC199", "--rules", "pack").stdout
        assert page == (
            "DC199 undisclosed-test-code  (info, disclosure)\n\n"
            "What it finds\n\n"
            "  A discount code stands in the post and nothing says what the author gets for it.\n\n"
            "Why it matters\n\n"
            "  Readers don't know that the author is paid.\n\n"
            "Found in\n\n"
            "  | Get 20% off at Acme with my code MIA20 before Sunday!\n"
            '  found: "code MIA20"\n'
            "  the plain case\n\n"
            "Write instead\n\n"
            '  Start with "Ad for {brand}:".\n\n'
            "Not found in\n\n"
            "  | Rain on the lake all morning.\n"
            "  no code\n\n"
            "Sources\n\n"
            "  16 CFR 255.5, Disclosure of material connections (guide)\n"
            "  https://www.ecfr.gov/current/title-16/part-255/section-255.5 (read 2026-11-24)\n\n"
            "What it can't see\n\n"
            "  It can't see what the author agreed with the brand.\n"
        )

    def test_an_unknown_rule(self) -> None:
        result = run("explain", "undisclosed-conection")
        assert result.exit_code == 2
        assert "did you mean 'undisclosed-connection'?" in result.stderr


class TestRules:
    def test_text_has_a_line_a_rule(self) -> None:
        lines = run("rules").stdout.splitlines()
        assert lines[0].startswith("DC101  error    undisclosed-connection")
        assert lines == sorted(lines)

    def test_json(self) -> None:
        rules = json.loads(run("rules", "--format", "json").stdout)
        assert rules[0]["id"] == "DC101"
        assert set(rules[0]["references"][0]) == {"title", "section", "url", "force", "read", "quote", "quoted_from"}

    def test_markdown_has_a_table_for_each_group(self) -> None:
        page = run("rules", "--format", "markdown").stdout
        assert (
            "\n## Presence: is there a disclosure?\n\n| id | name | severity | what it finds |\n| --- | --- | --- | --- |\n| DC101 | "
            in page
        )

    def test_with_a_pack(self) -> None:
        write("pack/DC199-x.toml", RULE)
        assert "DC199  info     undisclosed-test-code" in run("rules", "--rules", "pack").stdout


class TestTest:
    def test_examples_that_come_out_right(self) -> None:
        write("pack/DC199-x.toml", RULE.replace("{at}", self.words()))
        result = run("test", "pack")
        assert result.output == ("DC199  1 invalid, 1 valid  undisclosed-test-code  (fewer than 3 of a sort)\n\n2 passed, 0 failed\n")
        assert result.exit_code == 0

    def test_an_example_that_comes_out_wrong_is_shown(self) -> None:
        write("pack/DC199-x.toml", RULE.replace("{at}", "Sunday"))
        result = run("test", "pack")
        assert result.exit_code == 1
        assert result.output.startswith(f'DC199-invalid-1:\n  expected  "Sunday"\n  got       "{self.words()}"\n\n')
        assert result.output.endswith("\n1 passed, 1 failed\n")

    def test_a_known_gap_may_fail(self) -> None:
        write("pack/DC199-x.toml", RULE.replace('at = "{at}"', 'at = "Sunday"\nknown_gap = true'))
        result = run("test", "pack")
        assert result.exit_code == 0
        assert "1 known gap" in result.output

    def test_a_gap_that_closed_must_be_said(self) -> None:
        write("pack/DC199-x.toml", RULE.replace('at = "{at}"', f'at = "{self.words()}"\nknown_gap = true'))
        result = run("test", "pack")
        assert result.exit_code == 1
        assert "DC199-invalid-1: comes out right now; remove known_gap" in result.output

    def test_one_file_of_a_pack(self) -> None:
        write("pack/DC199-x.toml", RULE.replace("{at}", self.words()))
        write("pack/DC198-y.toml", RULE.replace("{at}", "Sunday").replace("DC199", "DC198").replace('["discount"]', '["gift"]'))
        assert run("test", "pack/DC199-x.toml").exit_code == 0
        assert run("test", "pack/DC198-y.toml").exit_code == 1

    def test_a_folder_without_rules_is_2(self, folder: Path) -> None:
        (folder / "pack").mkdir()
        assert run("test", "pack").exit_code == 2

    @staticmethod
    def words() -> str:
        """Return what the engine marks in the example; which words exactly is not a matter of the command."""
        words: str = report(write("example.txt", UNDISCLOSED.strip()))["posts"][0]["findings"][0]["match"]
        return words


class TestSchema:
    @pytest.mark.parametrize("name", ["report", "rule"])
    def test_prints_the_file(self, name: str) -> None:
        assert run("schema", name).stdout == (SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8")

    def test_a_schema_that_is_none(self) -> None:
        assert run("schema", "fixture").exit_code == 2


CLAIMS = "Ad for Gutglow: this tea cures eczema, and it helps reduce bloating in 4 weeks.\n"
APPROVED = """
[[claims]]
id = "bloating"
brand = "Gutglow"
wordings = ["helps reduce bloating in 4 weeks"]

[[claims.evidence]]
title = "Trial of 120 adults"
kind = "randomized controlled trial"
url = "https://gutglow.example/trial"
date = 2025-02-01
expires = 2027-01-31
reviewer = "R. Ames"
"""


class TestClaims:
    def test_lists_every_claim_with_its_standing(self) -> None:
        Path("post.txt").write_text(CLAIMS)
        Path("substantiation.toml").write_text(APPROVED)
        result = run("claims", "post.txt", "--brand", "Gutglow", "--today", "2026-06-01")
        assert result.exit_code == 0
        assert 'post.txt:1:26: not-on-file: DC401 disease-claim "cures eczema"' in result.output
        assert "post.txt:1:47: backed: DC402 symptom-relief-claim" in result.output
        assert result.output.endswith("2 claims, 1 with proof on file.\n")

    def test_a_post_without_claims_is_told(self) -> None:
        Path("post.txt").write_text(CLEAN)
        assert run("claims", "post.txt").output == "No claims found.\n"

    def test_csv_has_a_row_a_claim_and_no_formulas(self) -> None:
        Path("post.txt").write_text("=1+1 cures eczema\n")
        rows = list(csv.DictReader(io.StringIO(run("claims", "post.txt", "--format", "csv").output)))
        assert [(row["rule"], row["claim"], row["sentence"]) for row in rows] == [("DC401", "cures eczema", "'=1+1 cures eczema")]

    def test_json_holds_the_same(self) -> None:
        Path("post.txt").write_text(CLAIMS)
        rows = json.loads(run("claims", "post.txt", "--format", "json", "--output", "sheet.json").output or Path("sheet.json").read_text())[
            "claims"
        ]
        assert next((row["line"], row["column"], row["claim"], row["status"]) for row in rows) == (1, 26, "cures eczema", "not-on-file")

    def test_a_file_that_is_not_there_is_exit_2(self) -> None:
        assert run("claims", "no.txt").exit_code == 2

    def test_check_reads_the_nearest_substantiation_file(self) -> None:
        Path("posts").mkdir()
        Path("posts/post.txt").write_text("Ad for Gutglow: it helps reduce bloating in 4 weeks.\n")
        Path("substantiation.toml").write_text(APPROVED)
        os.chdir("posts")
        arguments = ("check", "post.txt", "--platform", "instagram", "--today", "2026-06-01")
        assert run(*arguments).output == "1 post checked: no findings. 1 claim with proof on file.\n"
        assert "DC402" in run(*arguments, "--isolated").output
        assert "expired" in run(*arguments[:-1], "2027-02-01").output

    def test_the_report_says_what_judged_and_what_was_approved(self) -> None:
        Path("post.txt").write_text(CLAIMS)
        Path("my.toml").write_text(APPROVED)
        report = json.loads(
            run("check", "post.txt", "--format", "json", "--substantiation", "my.toml", "--nlp", "model", "--today", "2026-06-01").output
        )
        assert report["substantiation"] == {"path": "my.toml", "claims": 1, "today": "2026-06-01"}
        assert {key: len(value) for key, value in report["nlp"].items()} == {"setup": 5, "model": 14, "version": 5, "sha256": 64}
        assert json.loads(run("check", "post.txt", "--format", "json", "--isolated").output)["nlp"] == {"setup": "cues"}

    def test_an_altered_evidence_file_is_a_finding(self) -> None:
        Path("post.txt").write_text(CLEAN)
        Path("trial.pdf").write_text("another study")
        path = f'path = "trial.pdf"\nsha256 = "{"0" * 64}"'
        Path("substantiation.toml").write_text(APPROVED.replace('url = "https://gutglow.example/trial"', path))
        result = run("check", "post.txt")
        assert result.exit_code == 1
        assert "substantiation.toml:10:9: error DC902 altered-evidence-file" in result.output

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--substantiation", "none.toml"), "none.toml"),
            (("--today", "soon"), "--today soon is no date; write it as 2026-05-31"),
            (("--nlp", "gpt"), "Invalid value for '--nlp'"),
        ],
    )
    def test_a_bad_option_is_exit_2(self, arguments: tuple[str, ...], message: str) -> None:
        Path("post.txt").write_text(CLAIMS)
        result = run("check", "post.txt", *arguments)
        assert result.exit_code == 2
        assert message in result.output


class TestInit:
    def test_writes_a_file_that_can_be_read_as_it_is(self) -> None:
        Path("post.txt").write_text(CLEAN)
        assert run("init").exit_code == 0
        assert run("check", "post.txt").exit_code == 0

    def test_leaves_an_existing_file_as_it_is(self) -> None:
        Path("substantiation.toml").write_text(APPROVED)
        result = run("init")
        assert result.exit_code == 0
        assert "left as it is substantiation.toml" in result.output
        assert Path("substantiation.toml").read_text() == APPROVED

    def test_a_folder_that_is_not_there_is_exit_2(self) -> None:
        assert run("init", "nowhere").exit_code == 2
