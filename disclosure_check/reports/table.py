"""Write findings as CSV, a row each, also the accepted ones and the posts that could not be checked."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from disclosure_check.positions import index_lines
from disclosure_check.reports.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from disclosure_check.model import Finding, PostReport
    from disclosure_check.positions import Lines

FIELDS = (
    "path", "id", "record_line", "line", "column", "end_line", "end_column", "start", "end", "status", "severity", "rule", "name", "family",
    "match", "message", "remedy", "reason", "by", "time", "platform", "connections", "source", "fingerprint",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # a spreadsheet would run a cell that begins so
MOST_CHARACTERS = 32_000  # a spreadsheet cuts or refuses a longer cell


def write_csv(reports: Iterable[PostReport], write: Callable[[str], object]) -> None:
    """Pass the table to `write`, each post's rows as soon as it is checked."""
    buffer = io.StringIO()
    writer = csv.DictWriter(
        buffer, FIELDS, restval="", lineterminator="\r\n"
    )  # as RFC 4180 has it; a lone CR in a cell is quoted then, too
    writer.writeheader()
    write(buffer.getvalue())
    for report in reports:
        buffer.seek(0)
        buffer.truncate()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in _rows(report))
        if buffer.tell():
            write(buffer.getvalue())


def _cell(value: object) -> object:
    """Return a value that a spreadsheet shows and doesn't run; the path "-" of standard input is no formula."""
    if not isinstance(value, str) or value == "-":
        return value
    text = visible(value)
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS - 1] + "…"
    return f"'{text}" if text.startswith(_FORMULA) else text


def _rows(report: PostReport) -> Iterator[dict[str, Any]]:
    post = {
        "path": report.post.path,
        "id": report.post.id,
        "record_line": "" if report.post.record_line is None else report.post.record_line,
        "platform": report.platform,
        "connections": ", ".join(report.connections),
    }
    if report.error is not None:
        yield post | {"status": "unchecked", "message": report.error}
    if report.findings or report.accepted:
        lines = index_lines(report.post.text)
        for finding in report.findings:
            yield post | _finding_cells(finding, lines) | {"status": "open"}
        for accepted in report.accepted:
            yield post | _finding_cells(accepted.finding, lines) | {"status": "accepted", "reason": accepted.reason, "by": accepted.by}


def _finding_cells(finding: Finding, lines: Lines) -> dict[str, Any]:
    start, end = lines.place(finding.start), lines.place(finding.end)
    return {
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "start": finding.start,
        "end": finding.end,
        "severity": finding.severity,
        "rule": finding.rule,
        "name": finding.name,
        "family": finding.family,
        "match": finding.match,
        "message": finding.message,
        "remedy": finding.remedy,
        "time": finding.time or "",
        "source": finding.references[0].url if finding.references else "",
        "fingerprint": finding.fingerprint,
    }
