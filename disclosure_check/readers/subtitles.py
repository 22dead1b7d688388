"""Read SubRip and WebVTT: what is said, and when.

Comes in: a subtitle file as text. Goes out: the words as prose in which a sentence runs on from cue to cue, a block for
each cue, and the `Moment` of each line. Numbers, times, settings, tags and comments are no prose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from disclosure_check.errors import InputError
from disclosure_check.lazily import lazily
from disclosure_check.model import Markup, Moment
from disclosure_check.readers.entities import decode_text_entities
from disclosure_check.readers.flow import Page

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from disclosure_check.readers.flow import Flow, Gap

PAUSE = 5.0  # seconds of silence that end a thought even where no full stop does: our own choice
TOGETHER = 0.5  # seconds: cues no farther apart follow each other without a pause, and times may be rounded by as much

_LINE = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")
_CLOCK = re.compile(r"(?:(?P<hours>\d{1,4}):)?(?P<minutes>\d{1,4}):(?P<seconds>\d{1,4})(?:[.,](?P<fraction>\d{1,9}))?")
# A line of this kind is meant as the times of a cue, right or wrong.
_TIMES = re.compile(r"[ \t]*(?:\d[^\s<>]*[ \t]*(?:-->|--&gt;)|-->[ \t]*\d|[\d:.,]{4,16}[ \t]*(?:->|→|–>|—>)[ \t]*\d+:\d)")
_COMMENT = lazily(r"NOTE(?:[ \t]|$)")
_TAG = lazily(r"</?(?:c|i|b|u|s|v|ruby|rt|lang|font)(?:[.\s][^<>]*)?/?>|<\d[\d:.,]*>|\{\\[^{}]*\}|\{/?[biusyY](?::[^{}]{0,20})?\}")
_VOICE = lazily(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]*)>")
_TURN = lazily(r"\s*(?:[-–—]\s?|>>+\s*|(?:&gt;){2,}\s*)(?=\S)")  # how captions show that somebody else speaks
_WORD = lazily(r"[^\W_]+(?:['’][^\W_]+)*")
_SPACE = " \t\ufeff"


class _Line(Struct, frozen=True):
    number: int  # of the text, from 1
    start: int
    end: int
    text: str


class _Cue(Struct, frozen=True):
    """Words with their times."""

    at: float  # seconds
    to: float
    line: int  # of its times
    lines: tuple[_Line, ...]  # what is shown, top to bottom


def parse_subtitles(text: str, start: int = 0) -> Markup:
    """Return what is said in a SubRip or WebVTT file that begins at `start`, with the moments of its words.

    Lines that a rolling caption shows again are read once. Raises InputError, with the line, for times that are broken,
    that run backwards or that lie inside those of an earlier cue, and for words that belong to no cue.
    """
    page = Page(text)
    moments: list[Moment] = []
    before: list[tuple[str, ...]] = []  # the lines of words that the cue before showed
    ended, speaker, gap = 0.0, "", "\n\n"
    for cue in _in_order(_read_cues(text, start)):
        shown = [(line, words) for line in cue.lines if (words := _words(line.text))]
        if not shown:
            continue
        gap = "\n\n" if cue.at - ended >= PAUSE else " "
        news = _news(shown, before) if cue.at - ended <= TOGETHER else [(line, 0) for line, _ in shown]
        page.start_block("paragraph", quoted=False)
        for line, known in news:
            turn = None if known else _TURN().match(line.text)
            skipped = turn.end() if turn else known
            voice = _VOICE().search(line.text) if "<v" in line.text else None
            if gap == " " and (turn or (voice and voice[1] != speaker)):
                gap = "\n"
            speaker = voice[1] if voice else speaker
            if moments:
                page.flow.gap(_as_gap(gap), moments[-1].end, line.start + skipped)
            _show(page.flow, line, skipped)
            page.touch(line.start, line.end)
            moments.append(Moment(line.start, line.end, cue.at, cue.to))
            gap = " "
        before, ended = [words for _, words in shown], max(ended, cue.to)
    markup = page.markup()
    return Markup(pieces=markup.pieces, blocks=markup.blocks, moments=tuple(moments))


def _as_gap(gap: str) -> Gap:
    return "\n\n" if gap == "\n\n" else "\n" if gap == "\n" else " "


def _news(shown: Sequence[tuple[_Line, tuple[str, ...]]], before: list[tuple[str, ...]]) -> list[tuple[_Line, int]]:
    """Return the lines of a cue that the one before it didn't show, each with how many of its characters it showed.

    Rolling captions show the last line again above the next one, or write a line word by word.
    """
    words = [line_words for _, line_words in shown]
    for count in range(min(len(before), len(words)), 0, -1):
        if before[-count:] == words[:count]:
            return [(line, 0) for line, _ in shown[count:]]
    known = before[-1] if before else ()
    first, first_words = shown[0]
    skipped = _end_of_word(first.text, len(known)) if known and first_words[: len(known)] == known else 0
    return [(first, skipped), *((line, 0) for line, _ in shown[1:])]


def _words(line: str) -> tuple[str, ...]:
    """Return the words of a line; its signs, if it has none, so that a line of notes isn't one without anything."""
    return tuple(word[0].casefold() for word in _WORD().finditer(_blanked(line))) or tuple(_blanked(line).split())


def _end_of_word(line: str, count: int) -> int:
    """Return where the word number `count` of a line ends, its tags not counted."""
    words = list(_WORD().finditer(_blanked(line)))
    end = words[count - 1].end() if 0 < count <= len(words) else 0
    return len(line) - len(line[end:].lstrip(_SPACE))


def _blanked(line: str) -> str:
    """Return a line with blanks in the place of its tags, so that offsets stay; a tag inside a word parts it."""
    return _TAG().sub(lambda tag: " " * len(tag[0]), line) if "<" in line or "{" in line else line


def _show(flow: Flow, line: _Line, skipped: int) -> None:
    """Add the words of a line, without its tags."""
    if not any(sign in line.text for sign in "<{&"):
        flow.chars(line.start + skipped, line.end)
        return
    position = skipped
    for tag in _TAG().finditer(line.text, skipped):
        _show_words(flow, line, position, tag.start())
        position = tag.end()
    _show_words(flow, line, position, len(line.text))


def _show_words(flow: Flow, line: _Line, start: int, end: int) -> None:
    for decoded, part_start, part_end in decode_text_entities(line.text, start, end):
        if decoded is None:
            flow.chars(line.start + part_start, line.start + part_end)
        else:
            flow.literal(decoded, line.start + part_start, line.start + part_end)


# --- cues ----------------------------------------------------------------------------------------------------------


def _read_cues(text: str, start: int) -> Iterator[_Cue]:
    """Yield the cues as they stand. In SubRip an empty line doesn't end a cue, in WebVTT it does."""
    lines = list(_lines(text, start + text.startswith("\ufeff", start)))
    is_vtt = lines[0].text.startswith("WEBVTT")
    at = _behind_block(lines, 1) if is_vtt else 0
    times: tuple[float, float, int] | None = None
    shown: list[_Line] = []
    number = 0
    is_first = True  # of the lines behind an empty one
    while at < len(lines):
        line = lines[at]
        follower = lines[at + 1].text if at + 1 < len(lines) else ""
        if is_first and not _TIMES.match(follower) and _is_comment(line.text, is_vtt=is_vtt):
            at = _behind_block(lines, at + 1)
            continue
        if _TIMES.match(line.text):
            if times is not None:
                yield _Cue(*times, tuple(shown))
            times, shown = (*_read_times(line), line.number), []
        elif line.text.strip(_SPACE):
            digits = line.text.strip(_SPACE)
            digits = digits if digits.isdecimal() and len(digits) < 10 else ""
            if _TIMES.match(follower) and (is_first or digits):
                number = int(digits or 0)
            elif times is None or (is_first and (bool(shown) if is_vtt else bool(digits) and int(digits) == number + 1)):
                problem = "words that belong to no cue, so no player shows them"
                raise InputError(f"{problem}; put the times of their cue above them", line=line.number)
            else:
                shown.append(line)
        is_first = not (line.text if is_vtt else line.text.strip(_SPACE))
        at += 1
    if times is None:
        raise InputError("no cues in it; a subtitle file needs times such as 00:00:01.000 --> 00:00:04.000 above the words", line=1)
    yield _Cue(*times, tuple(shown))


def _lines(text: str, start: int) -> Iterator[_Line]:
    number = 1 + sum(1 for _ in re.finditer(r"\r\n|\n|\r", text[:start]))
    position = start
    while True:
        match = _LINE.match(text, position)
        if match is None:
            return
        yield _Line(number, match.start(), match.end(1), match[1])
        if not match[2]:
            return
        number, position = number + 1, match.end()


def _is_comment(line: str, *, is_vtt: bool) -> bool:
    """Return whether a block that begins with `line` is a comment, or describes how cues look."""
    return bool(_COMMENT().match(line)) or (is_vtt and line.rstrip() in ("STYLE", "REGION"))


def _behind_block(lines: Sequence[_Line], at: int) -> int:
    """Return the index of the empty line, or of the times, that end a header or a comment."""
    while at < len(lines) and lines[at].text and not _TIMES.match(lines[at].text):
        at += 1
    return at


def _read_times(line: _Line) -> tuple[float, float]:
    left, arrow, right = line.text.partition("-->")
    example = "write them as in 00:00:01.000 --> 00:00:04.000"
    begin, end = _CLOCK.fullmatch(left.strip()), _CLOCK.match(right.strip())
    if not arrow or begin is None or end is None or not (right.strip()[end.end() :] or " ")[0].isspace():
        raise InputError(f'"{line.text.strip()[:40]}" are no times of a cue; {example}', line=line.number)
    for clock in (begin, end):
        if int(clock["minutes"]) > 59 or int(clock["seconds"]) > 59:
            raise InputError(f"{clock[0]} is no time: minutes and seconds end at 59; {example}", line=line.number)
    if _seconds(end) < _seconds(begin):
        raise InputError(f"the cue ends ({end[0]}) before it begins ({begin[0]}); correct its times", line=line.number)
    return _seconds(begin), _seconds(end)


def _seconds(clock: re.Match[str]) -> float:
    whole = int(clock["hours"] or 0) * 3600 + int(clock["minutes"]) * 60 + int(clock["seconds"])
    return whole + float(f"0.{clock['fraction'] or 0}")


def _in_order(cues: Iterator[_Cue]) -> Iterator[_Cue]:
    """Yield the cues, and raise InputError for one that comes too early.

    Cues may begin together, for two lines on the screen, or before the last one has gone, as rolling captions do. One
    that begins and ends while another stands makes it unknown which words were said first.
    """
    last = longest = None
    for cue in cues:
        if last is not None and cue.at < last.at:
            raise InputError(
                f"the times run backwards: this cue begins before the one of line {last.line}; put the cues in their order", line=cue.line
            )
        if longest is not None and longest.at < cue.at and cue.to < longest.to - TOGETHER:
            raise InputError(
                f"the cue overlaps: it begins and ends within the one of line {longest.line}; end that one before this one begins",
                line=cue.line,
            )
        last = cue
        longest = cue if longest is None or cue.to >= longest.to else longest
        yield cue
