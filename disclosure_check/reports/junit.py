"""Write a run as JUnit XML: a test suite a post, a test case a finding; a post in which nothing was found is a case that passed.

A finding fails its case if it is at or above `--fail-on`, so that the build and the exit code agree; a lesser one is a case that
passed, with its words as output. An accepted finding is a skipped case with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from disclosure_check.positions import index_lines
from disclosure_check.reports.finding import cite, where
from disclosure_check.reports.places import place_in_file
from disclosure_check.reports.visible import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from disclosure_check.model import Finding, PostReport, Severity
    from disclosure_check.positions import Lines

_MOST_WORDS = 500  # characters of the words that a finding is about
_MOST_MESSAGE = 4000


def write_junit(reports: Iterable[PostReport], write: Callable[[str], object], failing: Collection[Severity]) -> None:
    """Pass the document to `write`, each post's suite as soon as it is checked; `failing` are the severities that fail a case."""
    write('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="disclosure-check">\n')
    for report in reports:
        write(_suite(report, failing))
    write("</testsuites>\n")


def _suite(report: PostReport, failing: Collection[Severity]) -> str:
    post = report.post
    lines = index_lines(post.text if report.findings or report.accepted else "")
    cases = [_finding_case(report, finding, lines, fails=finding.severity in failing) for finding in report.findings]
    cases += [_case(report, accepted.finding, lines, f"<skipped{_attributes(message=accepted.reason)}/>") for accepted in report.accepted]
    if report.error is not None:
        cases.append(_post_case(report, f"<error{_attributes(message=report.error, type='unchecked')}/>"))
    if not cases:
        cases.append(_post_case(report, ""))
    counts = {
        "tests": len(cases),
        "failures": sum(finding.severity in failing for finding in report.findings),
        "errors": int(report.error is not None),
        "skipped": len(report.accepted),
    }
    notes = f"    <system-out>{_text(chr(10).join(report.notes))}</system-out>\n" if report.notes else ""
    return f"  <testsuite{_attributes(name=post.id, **counts)}>\n{''.join(cases)}{notes}  </testsuite>\n"


def _finding_case(report: PostReport, finding: Finding, lines: Lines, *, fails: bool) -> str:
    body = _text(_body(report, finding, lines))
    if not fails:
        return _case(report, finding, lines, f"<system-out>{body}</system-out>")
    return _case(report, finding, lines, f"<failure{_attributes(message=finding.message, type=finding.severity)}>{body}</failure>")


def _case(report: PostReport, finding: Finding, lines: Lines, content: str) -> str:
    place = lines.place(finding.start)
    name = f"{finding.rule} {finding.name} at {place.line}:{place.column}"
    line = place_in_file(report.post, lines, finding.start, finding.end).line
    return f"    <testcase{_attributes(classname=report.post.path, name=name, file=report.post.path, line=line)}>{content}</testcase>\n"


def _post_case(report: PostReport, content: str) -> str:
    """Return the case of a post without findings, or of one that was not checked."""
    name = "no findings" if report.error is None else "checked"
    attributes = _attributes(classname=report.post.path, name=name, file=report.post.path, line=report.post.record_line or 1)
    return f"    <testcase{attributes}>{content}</testcase>\n"


def _body(report: PostReport, finding: Finding, lines: Lines) -> str:
    parts = [
        f"{where(report, lines.place(finding.start))}: {finding.severity} {finding.rule} {finding.name}",
        f'"{one_line(finding.match, _MOST_WORDS)}"',
        finding.message[:_MOST_MESSAGE],
        f"Remedy: {finding.remedy[:_MOST_MESSAGE]}",
    ]
    if finding.references:
        parts.append(f"Source: {cite(finding.references[0])} {finding.references[0].url}")
    return "\n".join(parts)


def _attributes(**values: str | int) -> str:
    shown = {name: visible(value)[:_MOST_MESSAGE] if isinstance(value, str) else str(value) for name, value in values.items()}
    return "".join(f" {name}={quoteattr(value)}" for name, value in shown.items())


def _text(text: str) -> str:
    return escape(visible(text))
