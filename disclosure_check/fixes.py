"""Apply the fixes of findings to the files that the posts were read from, or show what that would change.

Comes in: reports, and a way to check another text of a post. Goes out: the reports on the mended texts. In a file, only
the characters of the edits change. What can't be written is told, and its findings stay.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.errors import DisclosureCheckError
from disclosure_check.model import Edit, Post, PostReport
from disclosure_check.repairs import apply_edits
from disclosure_check.rewriting import find_rewriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from disclosure_check.model import Accepted, Finding

MOST_PASSES = 10  # of mending a post and checking it again


class Mended(Struct, frozen=True):
    """A report, with the edits that its post's fixes come to and the report on the text that they make."""

    before: PostReport
    edits: tuple[Edit, ...]  # of the text of `before`
    after: PostReport


class Run(Struct, frozen=True):
    """How the files of a run are read, checked anew and written."""

    recheck: Callable[[Post], PostReport]
    read: Callable[[str], str]  # the text of a file, exactly as it stands there
    write: Callable[[str, str, Sequence[Edit]], object]  # path, text and edits; raises OSError or DisclosureCheckError
    tell: Callable[[str], object]  # a line for a person
    columns: Mapping[str, str]
    is_narrowed: bool = False  # findings were left out of the reports that a check finds again
    is_shown_only: bool = False  # nothing is written, so all findings stay


def apply_fixes(reports: Iterable[PostReport], run: Run) -> Iterator[PostReport]:
    """Yield the reports on the mended posts, once their file is written: its findings are those that remain.

    With `is_shown_only`, the reports stay as they are, and only say how many of their findings would be mended.
    The posts of a file come together, and are written together. A file that can't be written keeps its reports, and
    has one more, with the error.
    """
    for path, group in groupby(reports, key=lambda report: report.post.path):
        mended = [mend(report, run.recheck, is_narrowed=run.is_narrowed) for report in group]
        if not any(item.edits for item in mended):
            yield from (item.before for item in mended)
            continue
        try:
            yield from _written(path, mended, run)
        except (OSError, DisclosureCheckError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            message = f"{path}: can't be mended ({reason}); check its permissions, or leave --fix out"
            yield from (item.before for item in mended)
            yield PostReport(Post(path, "", path), "", (), error=message)


def _written(path: str, mended: Sequence[Mended], run: Run) -> Iterator[PostReport]:
    text = run.read(path)
    rewrite = find_rewriter(text, path, run.columns)
    places = [rewrite(item.before.post, item.edits) if rewrite and item.edits else None for item in mended]
    edits = [edit for place in places for edit in place or ()]
    left = sum(item.after.fixed for item, place in zip(mended, places, strict=True) if place is None)
    if left:
        fixes = "1 fix was" if left == 1 else f"{left} fixes were"
        reason = "posts of such a file can't be rewritten" if rewrite is None else "the text doesn't stand in the file as it was read"
        run.tell(f"{path}: {fixes} not applied: {reason}")
    if edits:
        run.write(path, text, sorted(edits, key=lambda edit: (edit.start, edit.end)))
    for item, place in zip(mended, places, strict=True):
        if place is None:
            yield item.before
        else:
            yield replace(item.before, fixed=item.after.fixed) if run.is_shown_only else item.after


def mend(report: PostReport, recheck: Callable[[Post], PostReport], *, is_narrowed: bool = False) -> Mended:
    """Return a post mended until no fix is left; of fixes that overlap, the first goes first."""
    edits: tuple[Edit, ...] = ()
    current, fixed = report, 0
    for _ in range(MOST_PASSES):
        chosen = _chosen(current.findings) if current.error is None else []
        if not chosen:
            break
        made = tuple(sorted((edit for finding in chosen for edit in finding.fix or ()), key=lambda edit: (edit.start, edit.end)))
        checked = recheck(replace(current.post, text=apply_edits(current.post.text, made)))
        if checked.error is not None:
            break
        edits = compose(edits, made, len(report.post.text))
        fixed += len(chosen)
        current = _narrowed(checked, report) if is_narrowed else checked
    return Mended(report, edits, replace(current, fixed=fixed) if edits else report)


def _narrowed(checked: PostReport, before: PostReport) -> PostReport:
    """Return a new report without the findings that were left out of the one before it."""
    known = Counter((finding.rule, finding.match) for finding in before.findings)
    reasons = {(item.finding.rule, item.finding.match): item for item in before.accepted if item.by == "baseline"}
    kept: list[Finding] = []
    accepted: list[Accepted] = list(checked.accepted)
    for finding in checked.findings:
        key = finding.rule, finding.match
        if known[key] > 0:
            known[key] -= 1
            kept.append(finding)
        elif key in reasons:
            accepted.append(replace(reasons[key], finding=finding))
    return replace(checked, findings=tuple(kept), accepted=tuple(accepted))


def _chosen(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings to mend at once: those about comments and attributes, and the first whose fix changes what readers see.

    Each of the latter was found right for the text as it stands, not for one in which others have changed words already.
    """
    chosen: list[Finding] = []
    taken: list[tuple[int, int]] = []
    has_words = False
    for finding in findings:
        spans = [(edit.start, edit.end) for edit in finding.fix or ()]
        if not spans or (has_words and finding.family != "process"):
            continue
        if not any(_overlap(span, other) for span in spans for other in taken):
            chosen.append(finding)
            taken += spans
            has_words = has_words or finding.family != "process"
    return chosen


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one == other or (one[0] < other[1] and other[0] < one[1])


def compose(first: Sequence[Edit], second: Sequence[Edit], length: int) -> tuple[Edit, ...]:
    """Return the edits that do what `first` and then `second`, which is about the text that `first` makes, do to a text of a length."""
    stretches = list(_stretches(first, length))
    made: list[Stretch] = []
    at = 0  # in the text that `first` makes
    for edit in (*second, None):
        end = edit.start if edit is not None else None
        while stretches and (end is None or at < end):
            head, rest = _split(stretches[0], None if end is None else end - at)
            stretches[:1] = [rest] if rest is not None else []
            made.append(head)
            at += _size(head)
        if edit is None:
            break
        while stretches and at < edit.end:
            head, rest = _split(stretches[0], edit.end - at)
            stretches[:1] = [rest] if rest is not None else []
            at += _size(head)
        made.append(edit.text)
    return tuple(_edits(made, length))


Stretch = tuple[int, int] | str  # of the original text, or words put in


def _stretches(edits: Sequence[Edit], length: int) -> Iterator[Stretch]:
    at = 0
    for edit in edits:
        yield from ((at, edit.start), edit.text)
        at = edit.end
    yield at, length


def _size(stretch: Stretch) -> int:
    return len(stretch) if isinstance(stretch, str) else stretch[1] - stretch[0]


def _split(stretch: Stretch, size: int | None) -> tuple[Stretch, Stretch | None]:
    if size is None or _size(stretch) <= size:
        return stretch, None
    if isinstance(stretch, str):
        return stretch[:size], stretch[size:]
    return (stretch[0], stretch[0] + size), (stretch[0] + size, stretch[1])


def _edits(stretches: Iterable[Stretch], length: int) -> Iterator[Edit]:
    at, text = 0, ""
    for stretch in stretches:
        if isinstance(stretch, str):
            text += stretch
        elif stretch[0] < stretch[1]:
            if text or at < stretch[0]:
                yield Edit(at, stretch[0], text)
            at, text = stretch[1], ""
    if text or at < length:
        yield Edit(at, length, text)


# --- files ----------------------------------------------------------------------------------------------------------


def read_exactly(path: str) -> str:
    """Return the text of a file with its line ends and its byte order mark; bytes that are no UTF-8 survive a writing."""
    return Path(path).read_bytes().decode(errors="surrogateescape")


def write_file(path: str, text: str, edits: Sequence[Edit]) -> None:
    """Write a file with the edits made: beside it, then in its place. It keeps its permissions, and a link stays one.

    Raises OSError if that can't be done, and DisclosureCheckError if the file is another one by now.
    """
    file = Path(os.path.realpath(path))
    if not os.access(file, os.W_OK):
        raise PermissionError(13, "it is read-only")
    beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with beside.open("xb") as stream:
            stream.write(apply_edits(text, edits).encode(errors="surrogateescape"))
        shutil.copymode(file, beside)
        if read_exactly(path) != text:
            raise DisclosureCheckError("it has changed since it was checked")
        beside.replace(file)
    finally:
        beside.unlink(missing_ok=True)
