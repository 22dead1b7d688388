"""Tell when things are said in a transcript, and whether a disclosure comes early and often enough for those who listen.

Comes in: a case. Goes out: seconds, shares of the recording, and the stretches without a disclosure. Where a transcript
has no times they are estimated from its length.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.lazily import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from disclosure_check.annotate import Signal
    from disclosure_check.case import Case, Connection
    from disclosure_check.model import Evidence, Finding, Moment, Post

LIVE_MEDIA = ("live", "live stream", "livestream", "stream")
SPOKEN_MEDIA = ("transcript", "captions", "subtitles", *LIVE_MEDIA)  # of a post whose text is what is said
PACE = 15.0  # characters that are said in a second, where a transcript has no times: 150 words a minute
OPENING = 15.0  # seconds at the beginning in which nothing is late
CREDITS = 30.0  # seconds at the end
SAME_READ = 60.0  # seconds from the first mention of the brand to a disclosure that belongs to it
LATE, FAR_LATE = 0.25, 0.5  # shares of what is said since the first mention
REPEAT_LIVE = 15 * 60.0  # seconds: the guidance names no interval, this is our own choice
REPEAT_LONG = 10 * 60.0
MOST_MENTIONS = 1000  # of a name, that are looked at
_TIMES = lazily(r"(?m)^[ \t]*\d[\d:.,]*[ \t]*-->")
# Automatic transcripts have no capitals.
_NAME_BEHIND = lazily(
    r"(?:\b(?:by|for|from|to|with) (?:our friends (?:at|over at) )?(?=[A-Z])|sponsored by (?!(?:an?|my|our|that|the|this|you)\b))([\w'&-]{3,})"
)
_SCAFFOLDING = lazily(
    r"(?m)^[^\n]*-->[^\n]*$|^\s*\d+\s*$|</?(?:c|i|b|u|s|v|ruby|rt|lang|font)(?:[.\s][^<>\n]*)?/?>|<\d[\d:.,]*>|\{\\[^{}\n]*\}"
)


def is_spoken(post: Post) -> bool:
    """Return whether the text of a post is what is said in a recording."""
    return post.format == "subtitles" or (post.medium or "").strip().lower() in SPOKEN_MEDIA


def is_live(post: Post) -> bool:
    """Return whether a post is a recording of a live stream, which people join at any time."""
    return (post.medium or "").strip().lower() in LIVE_MEDIA


def is_timed(text: str) -> bool:
    """Return whether a transcript is SubRip or WebVTT rather than plain words."""
    return text.lstrip("\ufeff").startswith("WEBVTT") or _TIMES().search(text) is not None


def without_times(text: str) -> str:
    """Return a stretch of a subtitle file as a reader would quote it: without the times, numbers and tags between its words."""
    return " ".join(_SCAFFOLDING().sub(" ", text).split())


# --- the clock -----------------------------------------------------------------------------------------------------


class Clock(Struct, frozen=True):
    """The times of a transcript."""

    moments: Sequence[Moment]
    length: int  # folded characters, for an estimate

    def seconds(self, at: int, start: int) -> float:
        """Return how long after the first words those at folded `at`, original `start`, are said."""
        if not self.moments:
            return at / PACE
        return _moment_at(self.moments, start).at - self.moments[0].at

    @property
    def duration(self) -> float:
        """Return how many seconds lie between the first words and the last."""
        return max(moment.to for moment in self.moments[-5:]) - self.moments[0].at if self.moments else self.length / PACE


def clock_of(case: Case) -> Clock:
    """Return the times of a case's transcript."""
    return Clock(case.found.moments, len(case.text))


def _moment_at(moments: Sequence[Moment], start: int) -> Moment:
    return moments[max(0, bisect_right(moments, start, key=lambda moment: moment.start) - 1)]


def shown_time(seconds: float) -> str:
    """Return a time as players show it: "0:05", "12:34", "1:02:03"."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def with_times(findings: Iterable[Finding], moments: Sequence[Moment]) -> tuple[Finding, ...]:
    """Return the findings, and each piece of their evidence, with the time at which its words are said."""
    return tuple(
        replace(
            finding,
            time=shown_time(_moment_at(moments, finding.start).at),
            evidence=tuple(_with_time(item, moments) for item in finding.evidence),
        )
        for finding in findings
    )


def _with_time(item: Evidence, moments: Sequence[Moment]) -> Evidence:
    if item.start is None:
        return item
    return replace(item, note=f"at {shown_time(_moment_at(moments, item.start).at)}, {item.note}")


# --- early and often -----------------------------------------------------------------------------------------------


def lateness(case: Case, connection: Connection, disclosure: Signal) -> float | None:
    """Return which share of what is said from the first mention of the brand on comes before a disclosure; None if it is early.

    Early is: at the beginning, or within a minute of the first mention of the brand, the code or the link. A disclosure
    before which none of them is mentioned opens a read of its own, and is late only as a credit at the end of a
    recording that is all about the brand.
    """
    clock = clock_of(case)
    said = clock.seconds(disclosure.at, disclosure.start)
    if said <= OPENING:
        return None
    first = min((when for when in _mentions(case, connection, case.words(disclosure)) if when < said), default=None)
    if first is None:
        is_credit = clock.duration - said <= CREDITS and _is_about_all(case, connection, disclosure)
        return said / clock.duration if is_credit and said > LATE * clock.duration else None
    if said - first <= min(SAME_READ, clock.duration / 4):
        return None
    share = (said - first) / max(1.0, clock.duration - first)
    return share if share > LATE else None


def _around(case: Case, signal: Signal) -> tuple[int, int]:
    sentence = case.found.layout.sentence(signal.at)
    return max(sentence.start, signal.at - 60), max(signal.to, min(sentence.end, signal.to + 60))


def _is_about_all(case: Case, connection: Connection, disclosure: Signal) -> bool:
    return connection.declared or case.has("about-this-recording", *_around(case, disclosure))


def _mentions(case: Case, connection: Connection, words: str) -> list[float]:
    """Return when the brand, a code or a link of the connection is said, in order; disclosures don't count."""
    clock = clock_of(case)
    told = sorted((signal.at, signal.to) for signal in case.disclosures if signal.channel == "body")
    names = [*case.post.brands, *_NAME_BEHIND().findall(words)]
    places = [(trigger.at, trigger.start) for trigger in connection.triggers if not _touches(told, trigger.at)]
    for name in dict.fromkeys(name.strip() for name in names if name.strip()):
        found = islice(re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", case.text, re.IGNORECASE), MOST_MENTIONS)
        spans = [(match.start(), match.end()) for match in found if not _touches(told, match.start())]
        places += [(at, case.found.prose.offsets.span(at, to).start) for at, to in spans]
    return sorted(clock.seconds(at, start) for at, start in places)


def _touches(spans: list[tuple[int, int]], at: int) -> bool:
    before = bisect_right(spans, (at, sys.maxsize)) - 1
    return before >= 0 and at < spans[before][1]


def find_gap(case: Case, connection: Connection) -> tuple[Signal, float] | None:
    """Return the disclosure after which a live or long recording goes on too long without another, and for how many seconds.

    A live stream is to repeat it as long as it goes on, if all of it is about the brand, else as long as the brand is
    mentioned; any other recording is long if the brand is still mentioned much later.
    """
    told = [
        signal
        for signal in case.disclosures
        if signal.channel == "body" and signal.kind.grade == "adequate" and connection.kind in signal.kind.covers
    ]
    if not told:
        return None
    clock, most = clock_of(case), REPEAT_LIVE if is_live(case.post) else REPEAT_LONG
    mentions = sorted({when for signal in told[:5] for when in _mentions(case, connection, case.words(signal))})
    goes_on = is_live(case.post) and any(_is_about_all(case, connection, signal) for signal in told)
    ends = [*(clock.seconds(signal.at, signal.start) for signal in told[1:]), clock.duration]
    for signal, until in zip(told, ends, strict=True):
        said = clock.seconds(signal.at, signal.start)
        last = until if goes_on else max((when for when in mentions if said < when <= until), default=said)
        if last - said > most:
            return signal, last - said
    return None
