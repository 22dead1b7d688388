"""Turn a report about one post into the plain data that the JSON and JSONL reports hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from disclosure_check.positions import index_lines

if TYPE_CHECKING:
    from disclosure_check.model import Accepted, Finding, PostReport
    from disclosure_check.positions import Lines


def post_record(report: PostReport) -> dict[str, Any]:
    """Return the report as in `schema/report.schema.json`, `$defs/post`."""
    post = report.post
    checked = report.error is None
    lines = index_lines(post.text) if report.findings else None
    return {
        "id": post.id,
        "path": post.path,
        "record_line": post.record_line,
        "platform": report.platform or post.platform,
        "lang": post.lang or ("en" if checked else None),
        "connections": list(report.connections),
        "verdict": report.verdict,
        "findings": [_finding_record(finding, lines) for finding in report.findings] if lines else [],
        "claims": [asdict(claim) for claim in report.claims],
        "accepted": [_accepted_record(accepted) for accepted in report.accepted],
        "notes": list(report.notes),
        "error": report.error,
    }


def dump(record: dict[str, Any], *, indent: int | None = None) -> str:
    """Return `record` as JSON whose text is readable in any language."""
    return json.dumps(record, ensure_ascii=False, indent=indent)


def _accepted_record(accepted: Accepted) -> dict[str, Any]:
    finding = accepted.finding
    return {
        "rule": finding.rule,
        "start": finding.start,
        "end": finding.end,
        "match": finding.match,
        "reason": accepted.reason,
        "by": accepted.by,
    }


def _finding_record(finding: Finding, lines: Lines) -> dict[str, Any]:
    start, end = lines.place(finding.start), lines.place(finding.end)
    return {
        "rule": finding.rule,
        "name": finding.name,
        "family": finding.family,
        "severity": finding.severity,
        "message": finding.message,
        "remedy": finding.remedy,
        "start": finding.start,
        "end": finding.end,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "match": finding.match,
        "evidence": [asdict(item) for item in finding.evidence],
        "references": [asdict(reference) for reference in finding.references],
        "fix": None if finding.fix is None else [asdict(edit) for edit in finding.fix],
        "suggestion": None if finding.suggestion is None else [asdict(edit) for edit in finding.suggestion],
        "fingerprint": finding.fingerprint,
        "time": finding.time,
    }
