"""Write findings as annotations of a GitHub Actions run, and the job's summary in Markdown.

GitHub shows ten annotations of each level a step, and drops the others without a word. So the first ten of a level are annotations,
the others are lines of the log, and a last notice says how many those are.
Source: GitHub, "Workflow commands for GitHub Actions" and its toolkit, whose escapes these are.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from disclosure_check.errors import ConfigError
from disclosure_check.model import SEVERITIES
from disclosure_check.positions import index_lines
from disclosure_check.reports.finding import where
from disclosure_check.reports.places import STDIN, path_in_repository, place_in_file
from disclosure_check.reports.terminal import printable
from disclosure_check.reports.text import summary
from disclosure_check.reports.visible import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from disclosure_check.model import Finding, PostReport, Severity
    from disclosure_check.positions import Lines
    from disclosure_check.reports import Tally

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}
MOST = {"error": 10, "warning": 10, "notice": 9}  # annotations of each level; the tenth notice tells of those left out
MOST_ROWS = 100  # of each severity in the summary, which GitHub takes up to 1 MiB
_MOST_MESSAGE = 4000  # characters
_MOST_CELL = 400  # characters
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~@:$=^])")


class _Annotations:
    """The commands written so far: knows which are still shown, and writes the others as lines of the log."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._counts: Counter[str] = Counter()

    def add(self, command: str, properties: dict[str, str | int], message: str, line: str) -> None:
        """Write an annotation, or `line` if GitHub wouldn't show it."""
        self._counts[command] += 1
        if self._counts[command] > MOST[command]:
            self.log(line)
        else:
            self._write(_command(command, properties, message))

    def log(self, line: str) -> None:
        """Write a line that is no command, whatever it holds: GitHub obeys "::name" at the beginning, and "##[name]" anywhere."""
        shown = printable(line[:_MOST_MESSAGE]).replace("##[", "##<U+005B>").lstrip()
        self._write(f"{'<U+003A>' + shown[1:] if shown.startswith('::') else shown}\n")

    def tell_left_out(self) -> None:
        """Write a notice that says how many GitHub doesn't show, if there are any."""
        left_out = {command: self._counts[command] - most for command, most in MOST.items() if self._counts[command] > most}
        if left_out:
            counts = ", ".join(f"{count:,} {command}{'s' if count != 1 else ''}" for command, count in left_out.items())
            message = f"GitHub shows ten annotations of each level. Left out here: {counts}; they are lines of this step's log."
            self._write(_command("notice", {"title": "disclosure-check"}, message))


def write_github(
    reports: Iterable[PostReport], write: Callable[[str], object], tally: Tally, *, root: Path, summary_path: Path | None
) -> None:
    """Pass each annotation to `write` as it comes, then the counts; add the summary to the file at `summary_path`, if there is one.

    Raises ConfigError if the summary can't be written.
    """
    annotations = _Annotations(write)
    rows: dict[str, list[str]] = {severity: [] for severity in ("unchecked", *SEVERITIES)}
    for report in reports:
        path = path_in_repository(report.post.path, root)
        if report.error is not None:
            _annotate_error(report, report.error, path, annotations)
            _add_row(rows["unchecked"], f"- {_markdown(report.error)}")
        for note in report.notes:
            annotations.log(f"note: {report.post.path}: {note}")
        lines = index_lines(report.post.text if report.findings else "")
        for finding in report.findings:
            _annotate(report, finding, lines, path, annotations)
            _add_row(rows[finding.severity], _row(report, finding, lines))
    annotations.tell_left_out()
    write(summary(tally) + "\n")
    if summary_path is not None:
        _append(summary_path, job_summary(rows, tally))


def _annotate(report: PostReport, finding: Finding, lines: Lines, path: str, annotations: _Annotations) -> None:
    place = place_in_file(report.post, lines, finding.start, finding.end)
    properties: dict[str, str | int] = {} if path == STDIN else {"file": path}
    properties |= {"line": place.line, "endLine": place.end_line}
    if place.column is not None and place.end_column is not None and place.line == place.end_line:  # GitHub takes columns of one line only
        properties |= {"col": place.column, "endColumn": place.end_column}
    properties["title"] = f"{finding.rule} {finding.name}"
    stands = where(report, lines.place(finding.start))
    before = "" if place.column is not None else f"{stands}\n"
    line = f"{stands}: {finding.severity} {finding.rule} {finding.name}: {finding.message}"
    annotations.add(_COMMANDS[finding.severity], properties, f"{before}{finding.message}\n{finding.remedy}", line)


def _annotate_error(report: PostReport, error: str, path: str, annotations: _Annotations) -> None:
    properties: dict[str, str | int] = {} if path == STDIN else {"file": path, "line": report.post.record_line or 1}
    annotations.add("error", properties | {"title": "not checked"}, error, f"not checked: {error}")


def _command(name: str, properties: dict[str, str | int], message: str) -> str:
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{name} {shown}::{_data(visible(message)[:_MOST_MESSAGE])}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(visible(text)).replace(":", "%3A").replace(",", "%2C")


def job_summary(rows: dict[str, list[str]], tally: Tally) -> str:
    """Return the summary in Markdown: the counts, what was not checked, the rules, and the findings, the worst first."""
    parts = [f"## disclosure-check\n\n{_markdown(summary(tally))}\n"]
    if rows["unchecked"]:
        parts.append("### Not checked\n\n" + "\n".join(rows["unchecked"]) + _more(tally.unchecked, len(rows["unchecked"])))
    for severity in SEVERITIES:
        if rows[severity]:
            head = f"### {severity.capitalize()}: {tally.severities[severity]:,}\n\n| place | rule | what |\n| --- | --- | --- |\n"
            parts.append(head + "\n".join(rows[severity]) + _more(tally.severities[severity], len(rows[severity])))
    if tally.rules:
        ranked = sorted(tally.rules.items(), key=lambda row: (-row[1], row[0]))
        counted = "\n".join(f"| {count:,} | {_markdown(f'{id} {name}')} |" for (id, name), count in ranked)
        parts.append(f"### By rule\n\n| findings | rule |\n| ---: | --- |\n{counted}\n")
    return "\n".join(parts) + "\n"


def _add_row(rows: list[str], row: str) -> None:
    if len(rows) < MOST_ROWS:
        rows.append(row)


def _more(all_: int, shown: int) -> str:
    return f"\n\nand {all_ - shown:,} more\n" if all_ > shown else "\n"


def _row(report: PostReport, finding: Finding, lines: Lines) -> str:
    place = _markdown(where(report, lines.place(finding.start)))
    return f"| {place} | {_markdown(f'{finding.rule} {finding.name}')} | {_markdown(finding.message)} {_markdown(finding.remedy)} |"


def _markdown(text: str) -> str:
    """Return `text` so that Markdown shows it as it is, on one line and within a cell of a table."""
    shown = one_line(text, _MOST_CELL).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKDOWN.sub(r"\\\1", shown)


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(
            f"{path}: can't write the job summary here ({reason}); unset GITHUB_STEP_SUMMARY, or name another file"
        ) from error
