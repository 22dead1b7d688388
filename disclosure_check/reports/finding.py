"""Show one finding to a person: where, what, the words underlined, what to write instead, and the source."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from disclosure_check.positions import index_lines
from disclosure_check.reports.terminal import excerpt, printable
from disclosure_check.spoken import without_times

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from disclosure_check.model import Evidence, Finding, Post, PostReport, Reference
    from disclosure_check.positions import Lines, Place

    Style = Callable[..., str]

_COLORS = {"error": "red", "warning": "yellow", "info": "cyan"}
_MOST_EVIDENCE = 4  # more is for the JSON report
_MOST_WORDS = 48  # characters of a signal's words


def render_report(report: PostReport, style: Style, columns: int) -> str:
    """Return the findings of one post, or why it was not checked; "" if nothing was found."""
    if report.error is not None:
        return f"{style('not checked', fg='red', bold=True)}: {printable(report.error)}\n\n"
    lines = index_lines(report.post.text)
    notes = "".join(f"{style('note', bold=True)}: {printable(report.post.path)}: {printable(note)}\n\n" for note in report.notes)
    return "".join("\n".join(_finding_lines(report, finding, lines, style, columns)) + "\n\n" for finding in report.findings) + notes


def _finding_lines(report: PostReport, finding: Finding, lines: Lines, style: Style, columns: int) -> Iterator[str]:
    color = _COLORS[finding.severity]
    start = lines.place(finding.start)
    stands = style(where(report, start), bold=True)
    when = f" (at {finding.time})" if finding.time else ""
    yield f"{stands}{when}: {style(finding.severity, fg=color, bold=True)} {style(f'{finding.rule} {finding.name}', bold=True)}"
    yield from _wrapped(printable(finding.message), columns, "", "")
    yield ""
    yield from _marked_line(report.post.text, finding, lines, start, lambda text: style(text, fg=color, bold=True), columns)
    yield ""
    yield from _wrapped(printable(finding.remedy), columns, style("  Remedy:  ", fg="green"), " " * 11)
    if finding.fix is not None or finding.suggestion is not None:
        yield from _fix_lines(report.post, finding, style, columns)
    label = "  Because: "
    for note in _evidence_notes(report.post, finding.evidence):
        yield from _wrapped(printable(note), columns, label, " " * 11)
        label = " " * 11
    yield from _source_lines(finding, columns)


def _fix_lines(post: Post, finding: Finding, style: Style, columns: int) -> Iterator[str]:
    from disclosure_check.reports.edits import CONDITION, describe_edits

    if finding.fix is not None:
        text = f"{describe_edits(post.text, finding.fix)} (--fix does it)"
        yield from _wrapped(printable(text), columns, style("  Fix:     ", fg="green"), " " * 11)
    elif finding.suggestion is not None:
        text = f"{describe_edits(post.text, finding.suggestion)}, {CONDITION}"
        yield from _wrapped(printable(text), columns, style("  Suggest: ", fg="green"), " " * 11)


def where(report: PostReport, place: Place) -> str:
    """Return "path:line:column"; for a record the file's line, then the place in its text."""
    post = report.post
    if post.record_line is None:
        return f"{printable(post.path)}:{place.line}:{place.column}"
    record = f"{post.path}:{post.record_line}"
    name = "" if post.id == f"{post.path}#{post.record_line}" else f"{post.id}, "
    return printable(f"{record}: {name}line {place.line}, column {place.column}")


def _marked_line(text: str, finding: Finding, lines: Lines, start: Place, mark: Callable[[str], str], columns: int) -> Iterator[str]:
    number = f"{start.line:5d}"
    first, last = lines.starts[start.line - 1], lines.ends[start.line - 1]
    end = max(finding.start, min(finding.end, last))
    shown = excerpt(text[first:last], finding.start - first, end - first, columns - len(number) - 3)
    continued = " …" if finding.end > last else ""
    yield f"{number} | {shown.text}"
    yield f"{' ' * len(number)} | {' ' * shown.indent}{mark('^' * shown.width + continued)}"


def _evidence_notes(post: Post, evidence: tuple[Evidence, ...]) -> Iterator[str]:
    # The same words often lead to a finding more than once.
    notes = list(dict.fromkeys(_evidence_note(post, item) for item in evidence))
    yield from notes[:_MOST_EVIDENCE]
    if len(notes) > _MOST_EVIDENCE:
        yield f"and {len(notes) - _MOST_EVIDENCE} more (--format json shows them)"


def _evidence_note(post: Post, item: Evidence) -> str:
    if item.start is None or item.end is None:
        return item.note
    words = post.text[item.start : item.end]
    words = without_times(words) if post.format == "subtitles" else " ".join(words.split())
    words = words if len(words) <= _MOST_WORDS else words[: _MOST_WORDS - 1] + "…"
    return f'"{words}": {item.note}'


def _source_lines(finding: Finding, columns: int) -> Iterator[str]:
    if finding.references:
        yield from _wrapped(cite(finding.references[0]), columns, "  Source:  ", " " * 11)
        yield " " * 11 + finding.references[0].url
    if len(finding.references) > 1:
        yield f"{' ' * 11}and {len(finding.references) - 1} more: disclosure-check explain {finding.rule}"


def cite(reference: Reference) -> str:
    """Return title, section and force of a source on one line."""
    section = f", {reference.section}" if reference.section else ""
    return f"{reference.title}{section} ({reference.force})"


def _wrapped(text: str, columns: int, first: str, rest: str) -> list[str]:
    body = wrap(text, max(columns - len(rest), 20), break_long_words=False, break_on_hyphens=False) or [""]
    return [(first if index == 0 else rest) + line for index, line in enumerate(body)]
