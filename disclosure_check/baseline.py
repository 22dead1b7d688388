"""The findings that a repository accepted when it adopted the tool: one line each, by rule, path and context.

Comes in: reports, and a file of accepted findings. Goes out: reports without these, or the file. An entry has no line
number and no time, so it survives moved text; the file is sorted, so that branches merge.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.errors import ConfigError
from disclosure_check.model import Accepted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from disclosure_check.model import Finding, PostReport

FILE = "disclosure-check.baseline"
NO_REASON = "in the baseline"
SHOWN_WORDS = 60  # characters of a finding's words that an entry shows to people


class Entry(Struct, frozen=True):
    """An accepted finding."""

    path: str  # from the folder of the file, with slashes
    rule: str
    context: str  # the finding's fingerprint: a hash of its rule, its words and the words around them
    count: int  # how often it stands there
    words: str  # shortened, for people
    reason: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.path, self.rule, self.context


class Baseline(Struct, frozen=True):
    """A file of accepted findings."""

    path: Path
    entries: tuple[Entry, ...]

    def place(self, path: str) -> str:
        """Return a post's path from the folder of the file."""
        return _place(self.path, path)


def _place(baseline: Path, path: str) -> str:
    if path == "-":
        return path
    try:
        return Path(os.path.relpath(Path(path).resolve(), baseline.parent.resolve())).as_posix()
    except ValueError:  # on another drive
        return Path(path).as_posix()


def read_baseline(path: Path) -> Baseline:
    """Return the accepted findings of a file.

    Raises ConfigError with path, line and remedy for a file that isn't there or isn't one.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: there is no such baseline; write one with: disclosure-check baseline create") from error
    except OSError as error:
        raise ConfigError(f"{path}: can't be read ({error.strerror}); check its permissions") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: not UTF-8 (byte {error.start}); write it anew with: disclosure-check baseline create --force"
        ) from error
    return Baseline(path, tuple(_entry(path, number, line) for number, line in enumerate(lines, 1) if line.strip()))


def _entry(path: Path, number: int, line: str) -> Entry:
    if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        raise ConfigError(f"{path}:{number}: a merge conflict; keep the lines of both sides, the order doesn't matter")
    try:
        table = json.loads(line)
    except (ValueError, RecursionError):
        table = None
    if not isinstance(table, dict) or not _is_entry(table):
        raise ConfigError(f"{path}:{number}: not an entry of a baseline; take the line out, or write the file anew")
    return Entry(table["path"], table["rule"], table["context"], table.get("count", 1), table.get("words", ""), table.get("reason", ""))


def _is_entry(table: dict[str, object]) -> bool:
    needed = all(isinstance(table.get(key), str) for key in ("path", "rule", "context"))
    return needed and isinstance(table.get("count", 1), int) and all(isinstance(table.get(key, ""), str) for key in ("words", "reason"))


def accept_known(reports: Iterable[PostReport], baseline: Baseline) -> Iterator[PostReport]:
    """Yield the reports without the findings that the baseline holds; each entry accepts as many as it counts."""
    left: Counter[tuple[str, str, str]] = Counter()
    reasons: dict[tuple[str, str, str], str] = {}
    for entry in baseline.entries:
        left[entry.key] += entry.count
        reasons[entry.key] = entry.reason or reasons.get(entry.key, "")
    for report in reports:
        kept: list[Finding] = []
        accepted: list[Accepted] = []
        place = baseline.place(report.post.path)
        for finding in report.findings:
            key = place, finding.rule, finding.fingerprint
            if left[key] > 0:
                left[key] -= 1
                accepted.append(Accepted(finding, reasons[key] or NO_REASON, "baseline"))
            else:
                kept.append(finding)
        yield replace(report, findings=tuple(kept), accepted=(*report.accepted, *accepted)) if accepted else report


def make_entries(reports: Iterable[PostReport], path: Path, old: Iterable[Entry] = ()) -> list[Entry]:
    """Return an entry for each error and warning of the reports, with the reasons of the old entries."""
    counts: Counter[tuple[str, str, str]] = Counter()
    words: dict[tuple[str, str, str], str] = {}
    for report in reports:
        for finding in report.findings:
            if finding.severity != "info":
                key = _place(path, report.post.path), finding.rule, finding.fingerprint
                counts[key] += 1
                words.setdefault(key, " ".join(finding.match.split())[:SHOWN_WORDS])
    reasons = {entry.key: entry.reason for entry in old if entry.reason}
    return [Entry(*key, count, words[key], reasons.get(key, "")) for key, count in sorted(counts.items())]


def prune(baseline: Baseline, found: Iterable[Entry], checked: Iterable[str]) -> list[Entry]:
    """Return the entries that are still needed: as often as they are found, and those of files that nobody checked but that are there."""
    counts = {entry.key: entry.count for entry in found}
    places = set(checked)
    kept = []
    for entry in merge(baseline.entries):
        if entry.path in places:
            count = min(entry.count, counts.get(entry.key, 0))
        else:
            count = entry.count if entry.path == "-" or (baseline.path.parent / entry.path).exists() else 0
        if count:
            kept.append(replace(entry, count=count))
    return kept


def merge(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries sorted and each once, as a merge of two branches may have left them twice."""
    merged: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        known = merged.get(entry.key)
        merged[entry.key] = (
            entry if known is None else replace(known, count=max(known.count, entry.count), reason=known.reason or entry.reason)
        )
    return [merged[key] for key in sorted(merged)]


def write_baseline(path: Path, entries: Iterable[Entry]) -> None:
    """Write the entries, one a line, sorted. Raises ConfigError if the file can't be written."""
    lines = [_line(entry) for entry in merge(entries)]
    try:
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ConfigError(f"{path}: can't be written ({error.strerror}); name a file that you may write to") from error


def _line(entry: Entry) -> str:
    table: dict[str, object] = {"path": entry.path, "rule": entry.rule, "context": entry.context}
    if entry.count != 1:
        table["count"] = entry.count
    table["words"] = entry.words
    if entry.reason:
        table["reason"] = entry.reason
    return json.dumps(table, ensure_ascii=False)
