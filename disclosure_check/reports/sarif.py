"""Write a run as SARIF 2.1.0, with every field that GitHub code scanning reads and that a finding about words can fill.

Comes in: reports as they are made, the rules and the facts of the run. Goes out: one document, a result a line, each written
as soon as its post is checked. Nothing in it depends on the time or the machine.
Source of the fields: OASIS, SARIF 2.1.0; GitHub, "SARIF support for code scanning", whose limits are the constants below.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from msgspec.structs import asdict

from disclosure_check import __version__
from disclosure_check.positions import index_lines
from disclosure_check.reports.edits import CONDITION, describe_edits
from disclosure_check.reports.finding import cite
from disclosure_check.reports.places import STDIN, path_in_repository, place_in_file, reads_as_written
from disclosure_check.reports.record import dump
from disclosure_check.reports.visible import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from disclosure_check.model import Accepted, Edit, Evidence, Finding, Post, PostReport, Severity
    from disclosure_check.positions import Lines
    from disclosure_check.reports import Tally
    from disclosure_check.reports.json_report import RunFacts
    from disclosure_check.rulebook import Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_NAME = 255  # characters of a rule's name
MOST_DESCRIPTION = 1024  # characters of a rule's descriptions
MOST_RELATED = 100  # places that GitHub keeps of a result
_ROOT = "%SRCROOT%"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
# How often a finding is one that an editor acts on, as docs/accuracy.md measured it; evidence files are simply there or not.
_PRECISION = {"disclosure": "high", "claim": "medium", "review": "medium", "process": "very-high"}
_TOPICS = {"1": "presence", "2": "wording", "3": "placement", "4": "claims", "5": "honesty", "9": "process"}
_PLACEHOLDER = re.compile(r"\{(\d+)\}")  # SARIF would put an argument there
# JSON allows these as they are; a terminal, a script or a strict reader may not.
_DELICATE = re.compile(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def write_sarif(
    reports: Iterable[PostReport],
    write: Callable[[str], object],
    tally: Tally,
    *,
    rules: Sequence[Rule],
    facts: RunFacts,
    root: Path,
    rule_pages: str | None = None,
) -> None:
    """Pass the document to `write` piece by piece; `tally` counts the reports as they come.

    `rules` are all that could have been broken; `root` is the folder from which paths are told; `rule_pages` is the
    address of the folder in which the pages of the rules are published.
    """
    driver = {
        "name": "disclosure-check",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_descriptor(rule, rule_pages) for rule in rules],
    }
    indexes = {rule.id: index for index, rule in enumerate(rules)}
    head = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "disclosure-check/"},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "defaultEncoding": "utf-8",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "properties": asdict(facts),
    }
    write(f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [\n{_dump(head)[:-1]}, "results": [')
    notifications: list[dict[str, Any]] = []
    seen: Counter[tuple[str, str, str]] = Counter()
    separator = "\n"
    for report in reports:
        notifications += _notifications(report, root)
        for result in _results(report, indexes, root, seen):
            write(separator + _dump(result))
            separator = ",\n"
    invocation: dict[str, Any] = {"executionSuccessful": bool(tally.posts) and not tally.unchecked}
    if notifications:
        invocation["toolExecutionNotifications"] = notifications
    write(f'\n], "invocations": [{_dump(invocation)}]}}\n]}}\n')


def _dump(record: dict[str, Any]) -> str:
    def escape(found: re.Match[str]) -> str:
        code = ord(found[0])
        return "\ufffd" if 0xD800 <= code <= 0xDFFF else f"\\u{code:04x}"

    return _DELICATE.sub(escape, dump(record))


def _descriptor(rule: Rule, rule_pages: str | None) -> dict[str, Any]:
    descriptor: dict[str, Any] = {
        "id": rule.id,
        "name": rule.name[:MOST_NAME],
        "shortDescription": {"text": rule.summary[:MOST_DESCRIPTION]},
        "fullDescription": {"text": f"{rule.summary} {rule.why}"[:MOST_DESCRIPTION]},
        "help": {"text": _help(rule, "{}:", "{} <{}>"), "markdown": _help(rule, "**{}**", "[{}]({})")},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {
            "tags": list(dict.fromkeys((rule.family, _TOPICS.get(rule.id[2:3], rule.type)))),
            "precision": _PRECISION[rule.family],
            "problem.severity": _PROBLEMS[rule.severity],
        },
    }
    if rule_pages:
        descriptor["helpUri"] = f"{rule_pages.rstrip('/')}/{rule.id}.html"
    elif rule.references:
        descriptor["helpUri"] = rule.references[0].url
    return descriptor


def _help(rule: Rule, title: str, link: str) -> str:
    """Return the rule's page; `title` and `link` are the forms of a heading and of a source with its address."""
    sections = [
        ("What it finds", rule.summary),
        ("Why it matters", rule.why),
        ("Write instead", rule.remedy),
        ("Sources", "\n".join(f"- {link.format(cite(reference), reference.url)}" for reference in rule.references)),
        ("What it can't see", rule.limits),
    ]
    return "\n\n".join(f"{title.format(name)}\n\n{body}" for name, body in sections if body)


def _results(report: PostReport, indexes: dict[str, int], root: Path, seen: Counter[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
    if not report.findings and not report.accepted:
        return
    lines = index_lines(report.post.text)
    path = path_in_repository(report.post.path, root)
    for finding in report.findings:
        yield _result(report, finding, lines, path, indexes, seen)
    for accepted in report.accepted:
        yield _result(report, accepted.finding, lines, path, indexes, seen) | {"suppressions": [_suppression(accepted)]}


def _result(
    report: PostReport, finding: Finding, lines: Lines, path: str, indexes: dict[str, int], seen: Counter[tuple[str, str, str]]
) -> dict[str, Any]:
    post = report.post
    result: dict[str, Any] = {"ruleId": finding.rule}
    if finding.rule in indexes:
        result["ruleIndex"] = indexes[finding.rule]
    result |= {
        "level": _LEVELS[finding.severity],
        "message": _message(f"{finding.message} {finding.remedy}"),
        "locations": [_location(post, path, lines, finding.start, finding.end)],
    }
    if finding.fingerprint:
        key = path, finding.rule, finding.fingerprint
        seen[key] += 1  # the same words twice in a file are two alerts
        result["partialFingerprints"] = {"primaryLocationLineHash": f"{finding.fingerprint}:{seen[key]}"}
    related = _related(post, path, lines, finding.evidence)
    if related:
        result["relatedLocations"] = related
    if reads_as_written(post) and post.path != STDIN and (edits := finding.fix or finding.suggestion):
        result["fixes"] = [_fix(post, path, lines, finding, edits)]
    result["properties"] = _properties(report, finding, lines)
    return result


def _message(text: str) -> dict[str, str]:
    """Return a message that holds neither links nor placeholders, whatever a post has put into it."""
    return {"text": _PLACEHOLDER.sub(r"{{\1}}", visible(text)).replace("](", "\\](")}


def _artifact(path: str) -> dict[str, Any]:
    if path == STDIN:
        return {"uri": path, "description": {"text": "standard input"}}
    # What isn't UTF-8 in a file's name stands in `path` as half of a surrogate pair, DC80 to DCFF; another half names no file.
    encoded = quote(re.sub("[\ud800-\udc7f\udd00-\udfff]", "\ufffd", path).encode("utf-8", errors="surrogateescape"))
    if Path(path).is_absolute():
        return {"uri": f"file://{'' if encoded.startswith('/') else '/'}{encoded}"}
    return {"uri": encoded, "uriBaseId": _ROOT}


def _region(post: Post, lines: Lines, start: int, end: int) -> dict[str, Any]:
    place = place_in_file(post, lines, start, end)
    region = {"startLine": place.line, "startColumn": place.column, "endLine": place.end_line, "endColumn": place.end_column}
    return {key: value for key, value in region.items() if value is not None}


def _location(post: Post, path: str, lines: Lines, start: int, end: int) -> dict[str, Any]:
    region = _region(post, lines, start, end)
    if reads_as_written(post):
        region["snippet"] = {"text": post.text[start:end]}
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(path), "region": region}}
    if post.record_line is not None:
        location["logicalLocations"] = [{"name": visible(post.id), "kind": "record"}]
    return location


def _related(post: Post, path: str, lines: Lines, evidence: Sequence[Evidence]) -> list[dict[str, Any]]:
    """Return the places of what led to a finding, where the file shows them; in a record they would all be the same line."""
    if not reads_as_written(post):
        return []
    spans = dict.fromkeys((item.start, item.end, item.note) for item in evidence if item.start is not None and item.end is not None)
    return [
        {"id": number, "message": _message(note)} | _location(post, path, lines, start, end)
        for number, (start, end, note) in enumerate(list(spans)[:MOST_RELATED], 1)
    ]


def _fix(post: Post, path: str, lines: Lines, finding: Finding, edits: Sequence[Edit]) -> dict[str, Any]:
    replacements = [{"deletedRegion": _region(post, lines, edit.start, edit.end), "insertedContent": {"text": edit.text}} for edit in edits]
    what = describe_edits(post.text, edits)
    what = what[0].upper() + what[1:]
    return {
        "description": _message(f"{what}, {CONDITION}." if finding.fix is None else f"{what}."),
        "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": replacements}],
    }


def _suppression(accepted: Accepted) -> dict[str, Any]:
    kind = "inSource" if accepted.by == "comment" else "external"
    return {"kind": kind, "status": "accepted", "justification": visible(accepted.reason), "properties": {"by": accepted.by}}


def _properties(report: PostReport, finding: Finding, lines: Lines) -> dict[str, Any]:
    """Return what SARIF has no field for: where the words stand in the post's own text, and what the post is."""
    start, end = lines.place(finding.start), lines.place(finding.end)
    properties = {
        "post": report.post.id,
        "platform": report.platform,
        "connections": list(report.connections),
        "start": finding.start,
        "end": finding.end,
        "line": start.line,
        "column": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "match": finding.match,
        "evidence": [asdict(item) for item in finding.evidence],
        "fingerprint": finding.fingerprint,
    }
    return properties | ({"time": finding.time} if finding.time else {})


def _notifications(report: PostReport, root: Path) -> Iterator[dict[str, Any]]:
    """Yield why a post was not checked, and what a reader has to know about how it was read."""
    messages = [("note", note) for note in report.notes]
    if report.error is not None:
        messages.append(("error", report.error))
    for level, text in messages:
        location: dict[str, Any] = {"artifactLocation": _artifact(path_in_repository(report.post.path, root))}
        if report.post.record_line is not None:
            location["region"] = {"startLine": report.post.record_line}
        yield {"level": level, "message": _message(text), "locations": [{"physicalLocation": location}]}
