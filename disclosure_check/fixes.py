"""Apply the fixes of findings to the files that the posts were read from.

Comes in: reports. Goes out: reports without what was fixed. Only whole files are changed; a record's text may be written
in its file in other ways than it reads.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from disclosure_check.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from disclosure_check.model import Edit, Finding, Post, PostReport

BOM = "\ufeff"


def apply_fixes(reports: Iterable[PostReport]) -> Iterator[PostReport]:
    """Yield the reports without the findings that were fixed, once their file is written.

    Of fixes that overlap, the first is applied; the others stay findings. Raises ConfigError for a file that can't be
    written.
    """
    for report in reports:
        fixed = _chosen(report.findings) if report.post.record_line is None and report.post.path != "-" else []
        if fixed and _write(report.post, [edit for finding in fixed for edit in finding.fix or ()]):
            kept = tuple(finding for finding in report.findings if finding not in fixed)
            yield replace(report, findings=kept, fixed=len(fixed))
        else:
            yield report


def _chosen(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings whose fixes touch different text."""
    chosen: list[Finding] = []
    taken: list[tuple[int, int]] = []
    for finding in findings:
        spans = [(edit.start, edit.end) for edit in finding.fix or ()]
        if spans and not any(start < end_taken and start_taken < end for start, end in spans for start_taken, end_taken in taken):
            chosen.append(finding)
            taken += spans
    return chosen


def _write(post: Post, edits: Sequence[Edit]) -> bool:
    """Write the edited text, with the line ends and the byte order mark of the file; return False if the file is another one by now."""
    path = Path(post.path)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            text = file.read()
        mark = BOM if text.startswith(BOM) and not post.text.startswith(BOM) else ""
        if text != mark + post.text:
            return False
        for edit in sorted(edits, key=lambda edit: -edit.start):
            start, end = edit.start + len(mark), edit.end + len(mark)
            text = text[:start] + edit.text + text[end:]
        with path.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise ConfigError(f"{path}: can't be written ({error.strerror}); check its permissions, or leave --fix out") from error
    return True
