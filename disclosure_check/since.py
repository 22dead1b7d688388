"""Keep the findings on lines that changed since a revision of git.

Comes in: a revision. Goes out: reports with the findings that the change made, or may have made. Git tells which lines
those are; a file that git doesn't know yet is new in all its lines.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.errors import ConfigError
from disclosure_check.positions import index_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from disclosure_check.model import Finding, PostReport
    from disclosure_check.positions import Lines

_HUNK = re.compile(rb"@@ -\d+(?:,(?P<gone>\d+))? \+(?P<line>\d+)(?:,(?P<new>\d+))? @@")
GIT_SECONDS = 60


class Changes(Struct, frozen=True):
    """The lines of a file that changed."""

    lines: tuple[range, ...]  # 1-based
    lost_words: bool  # lines were taken out, maybe the ones that disclosed something


ALL = Changes((range(1, 2**40),), lost_words=True)


def changed_lines(revision: str, folder: Path) -> dict[Path, Changes]:
    """Return the changes of each file since `revision`, in the work tree around `folder`.

    Raises ConfigError if git isn't there, `folder` is in no repository, or there is no such revision.
    """
    root = Path(_git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    commit = _git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", revision=revision)
    diff = _git(
        root, "diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--find-renames", commit.decode().strip(), "--"
    )
    changes = dict(_parse(diff, root))
    new = _git(root, "ls-files", "-z", "--others", "--exclude-standard")
    return changes | {root / name.decode(errors="surrogateescape"): ALL for name in new.split(b"\0") if name}


def _git(folder: Path, *arguments: str, revision: str = "") -> bytes:
    command = ["git", "-C", str(folder), "-c", "core.quotePath=false", "-c", "diff.noprefix=false", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=GIT_SECONDS)
    except FileNotFoundError as error:
        raise ConfigError("--since needs git, which isn't installed; install it, or leave --since out") from error
    except subprocess.TimeoutExpired as error:
        raise ConfigError(f"--since: git took more than {GIT_SECONDS} s; leave --since out") from error
    if done.returncode:
        if revision:
            raise ConfigError(f"--since {revision}: git knows no such revision; name a branch, a tag or a commit")
        told = done.stderr.decode(errors="replace").strip().splitlines()
        raise ConfigError(f"--since: git says {told[-1] if told else 'nothing'!r}; run it in a repository of git")
    return done.stdout


def _parse(diff: bytes, root: Path) -> Iterator[tuple[Path, Changes]]:
    path: Path | None = None
    lines: list[range] = []
    lost = False
    for line in diff.split(b"\n"):
        if line.startswith(b"diff --git "):
            if path is not None:
                yield path, Changes(tuple(lines), lost)
            path, lines, lost = None, [], False
        elif line.startswith(b"+++ ") and path is None:
            name = _unquoted(line[4:].rstrip(b"\t\r"))
            path = root / name[2:] if name.startswith("b/") else None  # /dev/null is a deleted file
        elif path is not None and (hunk := _HUNK.match(line)):
            first, count = int(hunk["line"]), int(hunk["new"] or 1)
            lost = lost or hunk["gone"] != b"0"
            lines.append(range(first, first + count) if count else range(first, first + 2))
    if path is not None:
        yield path, Changes(tuple(lines), lost)


def _unquoted(name: bytes) -> str:
    if name.startswith(b'"'):
        name = name[1:-1].decode("unicode_escape").encode("latin-1", errors="replace")
    return name.decode(errors="surrogateescape")


def keep_changed(reports: Iterable[PostReport], changes: Mapping[Path, Changes]) -> Iterator[PostReport]:
    """Yield the reports with the findings that a change made: on its lines, about its words, or about words that it took away."""
    for report in reports:
        if not report.findings:
            yield report
            continue
        change = changes.get(Path(report.post.path).resolve(), Changes((), lost_words=False))
        lines = index_lines(report.post.text)
        yield replace(report, findings=tuple(finding for finding in report.findings if _is_changed(finding, report, lines, change)))


def _is_changed(finding: Finding, report: PostReport, lines: Lines, change: Changes) -> bool:
    if not change.lines:
        return False
    first = report.post.record_line
    if first is not None:  # where in the record's lines its words stand, its reader alone knows
        last = report.post.record_end or first
        return any(first < changed.stop and changed.start <= last for changed in change.lines)
    if change.lost_words and any(evidence.label == "absent" for evidence in finding.evidence):
        return True
    spans = [(finding.start, finding.end), *((e.start, e.end) for e in finding.evidence if e.start is not None and e.end is not None)]
    rows = [(lines.place(start).line, lines.place(max(start, end - 1)).line) for start, end in spans]
    return any(first < changed.stop and changed.start <= last for first, last in rows for changed in change.lines)
