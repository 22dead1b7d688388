"""Show edits of a text as a unified diff, as `git apply` and `patch` read it.

Comes in: a file's name and text, and edits of it. Goes out: the diff. The edits say where lines change, so no lines are
compared, however long the text is.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from msgspec import Struct

from disclosure_check.repairs import apply_edits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from disclosure_check.model import Edit

CONTEXT = 3  # lines around a change
NO_NEWLINE = "\\ No newline at end of file\n"
_PLAIN_ESCAPES = {7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}


class _Change(Struct, frozen=True):
    """Lines `[first, last)` of a text and what stands there instead."""

    first: int
    last: int
    lines: tuple[str, ...]


def unified_diff(path: str, text: str, edits: Sequence[Edit]) -> str:
    """Return the diff between `text` and the text with the edits made; "" if they change nothing. Lines end with LF, as in git."""
    lines = re.findall(r"[^\n]*\n|[^\n]+\Z", text)
    changes = list(_changes(text, lines, edits))
    if not changes:
        return ""
    name = _relative(path)
    hunks = "".join(_hunks(lines, changes))
    return f"--- {_quoted(f'a/{name}')}\n+++ {_quoted(f'b/{name}')}\n{hunks}"


def _changes(text: str, lines: Sequence[str], edits: Sequence[Edit]) -> Iterator[_Change]:
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    waiting: list[Edit] = []
    first = last = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        begins = bisect_right(starts, edit.start) - 1
        ends = min(bisect_right(starts, max(edit.start, edit.end - 1)), len(lines))
        if edit.end < len(text) and edit.text and edit.end == starts[ends] and not edit.text.endswith("\n"):
            ends += 1  # the line behind is joined to what is written
        elif edit.end < len(text) and edit.end == starts[ends] and edit.end > edit.start > starts[begins]:
            ends += 1  # the line break is taken out
        begins = min(begins, max(len(lines) - 1, 0)) if not text.endswith("\n") else begins
        if waiting and begins < last:
            waiting.append(edit)
            last = max(last, ends)
            continue
        if waiting:
            yield from _change(text, lines, starts, waiting, first, last)
        waiting, first, last = [edit], begins, max(ends, begins)
    if waiting:
        yield from _change(text, lines, starts, waiting, first, last)


def _change(text: str, lines: Sequence[str], starts: Sequence[int], edits: Sequence[Edit], first: int, last: int) -> Iterator[_Change]:
    from disclosure_check.model import Edit

    inside = [Edit(edit.start - starts[first], edit.end - starts[first], edit.text) for edit in edits]
    new = re.findall(r"[^\n]*\n|[^\n]+\Z", apply_edits(text[starts[first] : starts[last]], inside))
    while new and first < last and new[0] == lines[first]:
        del new[0]
        first += 1
    while new and first < last and new[-1] == lines[last - 1]:
        del new[-1]
        last -= 1
    if new or first < last:
        yield _Change(first, last, tuple(new))


def _hunks(lines: Sequence[str], changes: Sequence[_Change]) -> Iterator[str]:
    grown = 0  # lines that the changes before have added
    group: list[_Change] = []
    for change, following in zip(changes, (*changes[1:], None), strict=True):
        group.append(change)
        if following is None or following.first - change.last > 2 * CONTEXT:
            first, last = max(0, group[0].first - CONTEXT), min(len(lines), change.last + CONTEXT)
            body, at = [], first
            for item in group:
                body += [_line(" ", line) for line in lines[at : item.first]]
                body += [_line("-", line) for line in lines[item.first : item.last]]
                body += [_line("+", line) for line in item.lines]
                at = item.last
            body += [_line(" ", line) for line in lines[at:last]]
            added = sum(len(item.lines) - (item.last - item.first) for item in group)
            yield f"@@ -{_range(first, last - first)} +{_range(first + grown, last - first + added)} @@\n{''.join(body)}"
            grown += added
            group = []


def _line(sign: str, line: str) -> str:
    return f"{sign}{line}" if line.endswith("\n") else f"{sign}{line}\n{NO_NEWLINE}"


def _range(first: int, count: int) -> str:
    number = first + 1 if count else first
    return str(number) if count == 1 else f"{number},{count}"


def _relative(path: str) -> str:
    """Return a path from the working folder, if it lies there; `git apply` takes no other."""
    try:
        inside = os.path.relpath(path)
    except ValueError:  # on another drive
        inside = path
    return (inside if not inside.startswith("..") else os.path.normpath(path)).replace(os.sep, "/").lstrip("/")


def _quoted(name: str) -> str:
    """Return a name as git writes it: in quotes, by bytes, if it holds what would break the line; with a tab behind a space."""
    if not re.search(r'[\x00-\x1f"\\\x7f\udc80-\udcff]', name):
        return f"{name}\t" if " " in name else name
    written = "".join(
        _PLAIN_ESCAPES.get(byte) or (chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}") for byte in name.encode(errors="surrogateescape")
    )
    return f'"{written}"'
