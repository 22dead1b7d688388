"""SubRip and WebVTT: what is said, when, and an error with its line for what no player could show."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from disclosure_check.check import check_post
from disclosure_check.errors import InputError
from disclosure_check.model import Post
from disclosure_check.readers.subtitles import parse_subtitles
from disclosure_check.rulebook import load_rulebook

ONE = "00:00:01.000 --> 00:00:02.000"
TWO = "00:00:02.000 --> 00:00:03.000"
FAR = "00:00:30.000 --> 00:00:31.000"


YOUTUBE = f"""WEBVTT
Kind: captions

{ONE} align:start position:0%
\x20
this<00:00:01.400><c> is</c>

{TWO} align:start position:0%
this is
\x20

00:00:03.000 --> 00:00:05.000 align:start position:0%
this is
an<00:00:04.000><c> ad</c>
"""


def prose(text: str) -> str:
    return "".join(piece.text for piece in parse_subtitles(text).pieces)


PROSE = {
    "subrip": ("1\n00:00:01,000 --> 00:00:02,000\nThis is\n\n2\n00:00:02,000 --> 00:00:03,000\nan ad.\n", "This is an ad."),
    "webvtt": (f"WEBVTT\n\n{ONE}\nThis is\n\n{TWO}\nan ad.", "This is an ad."),
    "webvtt header": (f"WEBVTT - a talk\nKind: captions\nLanguage: en\n\n{ONE}\na", "a"),
    "no empty line behind the header": (f"WEBVTT\n{ONE}\na", "a"),
    "byte order mark": (f"\ufeffWEBVTT\n\n{ONE}\na", "a"),
    "crlf": (f"1\r\n{ONE}\r\na\r\nb\r\n\r\n2\r\n{TWO}\r\nc\r\n", "a b c"),
    "cr": (f"1\r{ONE}\ra\r\r2\r{TWO}\rb", "a b"),
    "no hours": ("WEBVTT\n\n00:01.000 --> 00:02.000\na", "a"),
    "comma in webvtt": ("WEBVTT\n\n00:00:01,000 --> 00:00:02,000\na", "a"),
    "point in subrip": (f"1\n{ONE}\na", "a"),
    "no fraction": ("1\n0:00:01 --> 0:00:02\na", "a"),
    "no spaces around the arrow": ("1\n00:00:01,000-->00:00:02,000\na", "a"),
    "settings": (f"WEBVTT\n\n{ONE} align:start position:0% line:-1\na", "a"),
    "coordinates": (f"1\n{ONE} X1:100 X2:200 Y1:5 Y2:9\na", "a"),
    "names of cues": (f"WEBVTT\n\nintro one\n{ONE}\na\n\nad read\n{TWO}\nb", "a b"),
    "no numbers": (f"{ONE}\na\n\n{TWO}\nb", "a b"),
    "no empty line between cues": (f"1\n{ONE}\na\n2\n{TWO}\nb", "a b"),
    "a number that is said": (f"1\n{ONE}\nhow many\n\n2\n{TWO}\n42\nof them", "how many 42 of them"),
    "an empty line in a cue of subrip": (f"1\n{ONE}\na\n\nb\n\n2\n{TWO}\nc", "a b c"),
    "note": (f"WEBVTT\n\nNOTE\n#ad\n\nNOTE this is #ad\n\n{ONE}\na\n\nNOTE b\nc\n\n{TWO}\nd", "a d"),
    "style and region": (f"WEBVTT\n\nSTYLE\n::cue {{ color: red }}\n\nREGION\nid:fred\n\n{ONE}\na", "a"),
    "note that is said": (f"WEBVTT\n\n{ONE}\nNOTE this\n", "NOTE this"),
    "styling tags": (f"1\n{ONE}\n<i>a</i> <font color=\"#fff\">b</font> {{\\an8}}<b>c</b>d {{i}}e{{/i}}", "a b cd e"),
    "classes and times in a line": (f"WEBVTT\n\n{ONE}\nthis<00:00:01.200><c.yellow> is</c><00:00:01.500><c> an</c> ad", "this is an ad"),
    "no tag": (f"1\n{ONE}\n3 < 4 and <3 you", "3 < 4 and <3 you"),
    "entities": (f"WEBVTT\n\n{ONE}\nA &amp; B&nbsp;C &lt;3", "A & B\u00a0C <3"),
    "voices": (f"WEBVTT\n\n{ONE}\n<v Mary Ann>It is\n\n{TWO}\n<v Mary Ann>an ad.\n<v.loud Bob>What?</v>", "It is an ad.\nWhat?"),
    "turns": (f"1\n{ONE}\n- It is\n- What?\n\n2\n{TWO}\n>> An ad.", "It is\nWhat?\nAn ad."),
    "a pause ends the thought": (f"1\n{ONE}\nthis is\n\n2\n{FAR}\nan ad", "this is\n\nan ad"),
    "a rolling caption": (f"WEBVTT\n\n{ONE}\nthis\n\n{TWO}\nthis\nis an\n\n00:03.000 --> 00:04.000\nis an\nad", "this is an ad"),
    "a rolling caption of three lines": (f"WEBVTT\n\n{ONE}\na\nb\n\n{TWO}\na\nb\nc\n\n00:03.000 --> 00:04.000\nb\nc\nd", "a b c d"),
    "a line that grows": (f"1\n{ONE}\nthis\n\n2\n{TWO}\nthis is\n\n3\n00:00:03,000 --> 00:00:04,000\nthis is an ad", "this is an ad"),
    "a caption that stays": (f"1\n{ONE}\nthis is an ad\n\n2\n{TWO}\nthis is an ad\n", "this is an ad"),
    "words that are said again later": (f"1\n{ONE}\nan ad\n\n2\n{FAR}\nan ad", "an ad\n\nan ad"),
    "rolling captions overlap": ("1\n00:00:01,000 --> 00:00:04,000\na\n\n2\n00:00:02,500 --> 00:00:06,000\nb", "a b"),
    "two lines at once": (f"1\n{ONE}\na\n\n2\n{ONE}\nb", "a b"),
    "an empty cue": (f"WEBVTT\n\n{ONE}\n\n{TWO}\na", "a"),
    "youtube": (YOUTUBE, "this is an ad"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), PROSE.values(), ids=PROSE)
def test_what_is_said_is_prose(text, expected):
    assert prose(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in PROSE.values()], ids=PROSE)
def test_pieces_and_moments_point_into_the_text(text):
    markup = parse_subtitles(text)
    assert [
        piece
        for piece in markup.pieces
        if piece.text.strip() and len(piece.text) == piece.end - piece.start and text[piece.start : piece.end] != piece.text
    ] == []
    assert [(moment.start, moment.end) for moment in markup.moments] == sorted((moment.start, moment.end) for moment in markup.moments)
    covered = [
        any(moment.start <= piece.start and piece.end <= moment.end for moment in markup.moments)
        for piece in markup.pieces
        if piece.text.strip()
    ]
    assert covered
    assert all(covered)


def test_moments_tell_when_a_line_is_said():
    text = "WEBVTT\n\n00:01.500 --> 00:03.000\n<v Ann>This\nis\n\n1:02:03,250 --> 1:02:04\nan ad\n"
    assert [(text[moment.start : moment.end], moment.at, moment.to) for moment in parse_subtitles(text).moments] == [
        ("<v Ann>This", 1.5, 3.0),
        ("is", 1.5, 3.0),
        ("an ad", 3723.25, 3724.0),
    ]


def test_each_cue_is_a_block():
    text = f"1\n{ONE}\na\nb\n\n2\n{TWO}\nc"
    assert [text[block.start : block.end] for block in parse_subtitles(text).blocks] == ["a\nb", "c"]


def test_the_text_may_begin_behind_something_else():
    text = f"---\nx: 1\n---\n1\n{ONE}\na"
    assert [piece.text for piece in parse_subtitles(text, 13).pieces] == ["a"]
    with pytest.raises(InputError) as caught:
        parse_subtitles("---\nx: 1\n---\na", 13)
    assert caught.value.line == 4


ERRORS = {
    "no cues": ("WEBVTT\n\nNOTE nothing\n", 1, "no cues in it"),
    "a plain text": ("Hello\n\nthis is an ad", 1, "words that belong to no cue"),
    "words between the cues of webvtt": (f"WEBVTT\n\n{ONE}\na\n\nlost\n\n{TWO}\nb", 6, "words that belong to no cue"),
    "a cue without times": (f"1\n{ONE}\na\n\n2\nlost\n\n3\n{TWO}\nb", 5, "words that belong to no cue"),
    "no end": ("1\n00:00:01,000 -->\na", 2, "are no times of a cue"),
    "no beginning": ("1\n--> 00:00:01,000\na", 2, "are no times of a cue"),
    "letters": ("1\n00:00:0x,000 --> 00:00:02,000\na", 2, "are no times of a cue"),
    "another arrow": ("1\n00:00:01,000 -> 00:00:02,000\na", 2, "are no times of a cue"),
    "an escaped arrow": ("1\n00:00:01,000 --&gt; 00:00:02,000\na", 2, "are no times of a cue"),
    "glued settings": ("WEBVTT\n\n00:01.000 --> 00:02.000align:start\na", 3, "are no times of a cue"),
    "seconds only": ("1\n1.0 --> 2.0\na", 2, "are no times of a cue"),
    "a minute of 75 seconds": ("1\n00:00:75,000 --> 00:02:00,000\na", 2, "minutes and seconds end at 59"),
    "ends before it begins": ("1\n00:00:05,000 --> 00:00:02,000\na", 2, "ends (00:00:02,000) before it begins (00:00:05,000)"),
    "backwards": (f"1\n{FAR}\na\n\n2\n{ONE}\nb", 6, "run backwards: this cue begins before the one of line 2"),
    "within another": ("1\n00:00:01,000 --> 00:00:09,000\na\n\n2\n00:00:03,000 --> 00:00:04,000\nb", 6, "overlaps: it begins and ends within the one of line 2"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "problem"), ERRORS.values(), ids=ERRORS)
def test_what_no_player_can_show_is_an_error_at_its_line(text, line, problem):
    with pytest.raises(InputError) as caught:
        parse_subtitles(text)
    assert (caught.value.line, problem in str(caught.value)) == (line, True), str(caught.value)


HOSTILE = {
    "tags": "<c " * 300_000,
    "braces": "{\\" * 400_000,
    "digits": "1" * 1_000_000,
    "blanks": " " * 1_000_000,
    "entities": "&" * 1_000_000,
    "arrows": "-->" * 300_000,
    "clocks": "00:" * 300_000,
    "voices": "<v " * 300_000,
    "turns": "- " * 500_000,
    "cues": f"1\n{FAR}\na\n" * 30_000,
    "lines": "a\n" * 400_000,
    "no-break": "\n" * 1_000_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_takes_no_longer_than_its_length_asks(text):
    started = time.process_time()
    for before in ("", f"WEBVTT\n\n{ONE}\n"):
        with suppress(InputError):
            parse_subtitles(before + text)
    assert time.process_time() - started < 20


RULEBOOK = load_rulebook()
TALK = "1\n00:00:00,000 --> 00:00:04,000\nHey, back to the\n\n2\n00:00:04,000 --> 00:00:06,000\n<i>Larkwell</i> plane.\n\n3\n00:12:34,000 --> 00:12:36,000\nThis video is\n\n4\n00:12:36,000 --> 00:12:39,000\nsponsored by <b>Larkwell</b>.\n"


def test_a_transcript_is_one_of_youtube_unless_it_says_otherwise():
    reports = [check_post(Post("a.srt", TALK, "a.srt", "subtitles", platform), RULEBOOK) for platform in (None, "podcast")]
    assert [(report.platform, report.post.medium) for report in reports] == [("youtube", "transcript"), ("podcast", "transcript")]


def test_a_finding_tells_the_time_and_quotes_no_times():
    [finding] = check_post(Post("a.srt", TALK, "a.srt", "subtitles", brands=("Larkwell",)), RULEBOOK).findings
    assert (finding.rule, finding.time, finding.match) == ("DC317", "12:34", TALK[finding.start : finding.end])
    assert finding.match.startswith("This video is\n\n4\n00:12:36,000")
    assert '"This video is sponsored by Larkwell"' in finding.message
    assert [item.note for item in finding.evidence] == [
        "at 12:34, a payment",
        "at 12:34, it comes after 99% of what is said about it",
    ]


def test_a_fingerprint_survives_a_cut():
    later = (
        TALK.replace("00:12:34", "00:13:34")
        .replace("00:12:36", "00:13:36")
        .replace("00:12:39", "00:13:39")
        .replace("\n4\n", "\n5\n")
        .replace("\n3\n", "\n4\n")
    )
    prints = {
        check_post(Post("a.srt", text, "a.srt", "subtitles", brands=("Larkwell",)), RULEBOOK).findings[0].fingerprint
        for text in (TALK, later)
    }
    assert len(prints) == 1


def test_a_broken_transcript_is_not_checked_and_the_line_is_told():
    file = check_post(Post("a.srt", "1\n00:00:05 --> 00:00:02\na", "a.srt", "subtitles"), RULEBOOK)
    assert (file.verdict, file.post.record_line) == ("unchecked", 2)
    assert (file.error or "").startswith("a.srt:2: the cue ends (00:00:02) before it begins (00:00:05); correct")
    record = check_post(Post("a.jsonl#7", "1\n00:00:05 --> 00:00:02\na", "a.jsonl", "subtitles", record_line=7), RULEBOOK)
    assert (record.error or "").startswith("a.jsonl:7: line 2 of its text: the cue ends")


def test_a_comment_accepts_what_the_next_cue_holds():
    text = TALK.replace("3\n00:12:34", 'NOTE disclosure-check: ignore[DC317] reason="the sponsor is told on the screen"\n\n3\n00:12:34')
    report = check_post(Post("a.srt", text, "a.srt", "subtitles", brands=("Larkwell",)), RULEBOOK)
    assert (report.findings, [accepted.finding.rule for accepted in report.accepted]) == ((), ["DC317"])
