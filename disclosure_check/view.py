"""Gather what it takes to show a post: the words that mean something, and where its platform cuts it.

Comes in: an annotated post. Goes out: a `View`, all in offsets of the original text. Only reports that show posts ask for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_check.case import Case, Trigger, is_affiliate
from disclosure_check.model import Mark, Span, View
from disclosure_check.spoken import is_spoken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from disclosure_check.annotate import Annotations, Signal
    from disclosure_check.model import Markup, Platform, Post
    from disclosure_check.rulebook import Rulebook

FIRST_STEP = 64  # folded characters: folds lie near the beginning, so it is searched first
MOST_PARTS = 100  # of a thread that are shown as such
_BESIDE = ("description", "overlay")  # channels of words that aren't in the text


def view_of(post: Post, markup: Markup, platform: Platform, found: Annotations, rulebook: Rulebook) -> View:
    """Return what a report needs to show `post`."""
    marks = _outermost(sorted((*_signal_marks(found), *_link_marks(found)), key=lambda mark: (mark.start, -mark.end, mark.kind, mark.note)))
    case = Case(post, platform, found, rulebook)
    starts = found.layout.parts or (0,)
    parts = [Span(start, end) for start, end in zip(starts, (*starts[1:], len(found.prose.text)), strict=True)][:MOST_PARTS]
    # What is said is judged by its time.
    folds = () if is_spoken(post) else tuple(fold for part in parts if (fold := _fold(case, part)) is not None)
    begins = [
        found.prose.offsets.span(start, start + 1).start for start in found.layout.parts[:MOST_PARTS] if start < len(found.prose.text)
    ]
    return View(platform, markup, marks, folds, tuple(begins))


def _outermost(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return the marks, in order, without those that stand within another one of their kind."""
    kept: list[Mark] = []
    ends: dict[str, int] = {}
    for mark in marks:
        if mark.end > ends.get(mark.kind, -1):
            ends[mark.kind] = mark.end
            kept.append(mark)
    return tuple(kept)


def _fold(case: Case, part: Span) -> int | None:
    """Return the first place in folded `part` that lies deeper than one fold, as an offset of the original text."""
    if part.start >= part.end or not _is_past(case, part.end - 1):
        return None
    low, step = part.start, FIRST_STEP
    high = min(low + step, part.end - 1)
    while not _is_past(case, high):
        low, step = high + 1, 2 * step
        high = min(low + step, part.end - 1)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _is_past(case, middle) else (middle + 1, high)
    return case.found.prose.offsets.span(low, low + 1).start


def _is_past(case: Case, at: int) -> bool:
    place = case.found.prose.offsets.span(at, at + 1)
    return case.depth(Trigger(at, at + 1, place.start, place.end, "", "")) > 1


def _signal_marks(found: Annotations) -> Iterator[Mark]:
    for signal in found.signals:
        if signal.words or signal.channel in _BESIDE:
            continue
        role = signal.kind.role
        topic = signal.kind.topic.replace("-", " ")
        unsaid = "" if signal.assertion == "affirmed" else f"; {signal.assertion}"
        if role == "connection":
            shown = ", ".join(signal.kind.shows)
            yield Mark("connection", f"shows a connection: {shown or topic} ({topic}){unsaid}", signal.start, signal.end)
        elif role == "disclosure":
            yield Mark("disclosure", f"{_disclosure_note(signal)}{unsaid}", signal.start, signal.end)
        elif role == "denial":
            yield Mark("denial", f"denies a connection ({topic}){unsaid}", signal.start, signal.end)


def _disclosure_note(signal: Signal) -> str:
    grade = {
        "adequate": "clear words",
        "ambiguous": "words that readers may not understand",
        "inadequate": "words that tell readers nothing",
    }
    hidden = f"; {signal.channel}: {signal.reason}" if signal.channel != "body" and signal.reason else ""
    disguise = f"; written with {signal.disguise}" if signal.disguise else ""
    return f"disclosure ({signal.kind.topic.replace('-', ' ')}): {grade.get(signal.kind.grade or '', 'words')}{hidden}{disguise}"


def _link_marks(found: Annotations) -> Iterator[Mark]:
    for signal in found.links:
        if is_affiliate(signal) and signal.fact is not None:
            yield Mark("link", f"affiliate link: {signal.fact.network}", signal.link.text_start, signal.link.text_end)
