"""Recordings, words beside posts, and parts: when a disclosure is said, how often, and where else it may stand."""

from __future__ import annotations

import io
import json
import time

import pytest

from disclosure_check.check import check_post
from disclosure_check.model import Beside, Post
from disclosure_check.readers.records import ReadFailure, read_records
from disclosure_check.rulebook import load_rulebook
from disclosure_check.spoken import is_live, is_spoken, is_timed, shown_time, without_times

RULEBOOK = load_rulebook()
DISCLOSURE = "This video is sponsored by Larkwell."


def cues(*lines: tuple[int, str]) -> str:
    return "\n".join(f"{number}\n{_clock(at)} --> {_clock(at + 3)}\n{words}\n" for number, (at, words) in enumerate(lines, 1))


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},000"


def found(text: str, **facts) -> list[str]:
    post = Post("p", text, "p", "subtitles" if "-->" in text else "text", brands=facts.pop("brands", ("Larkwell",)), **facts)
    return [finding.rule for finding in check_post(post, RULEBOOK).findings]


TIMES = {
    "first": ([(0, DISCLOSURE), (9, "The Larkwell glides."), (500, "Bye.")], []),
    "within the opening": ([(0, "The Larkwell glides."), (14, DISCLOSURE), (20, "Bye.")], []),
    "with the first mention": ([(0, "Hey."), (300, "The Larkwell glides."), (350, DISCLOSURE), (500, "Bye.")], []),
    "a minute behind the first mention": ([(0, "Hey."), (30, "The Larkwell glides."), (90, DISCLOSURE), (500, "Bye.")], []),
    "a quarter behind the first mention": ([(0, "The Larkwell glides."), (120, DISCLOSURE), (500, "Bye.")], []),
    "a third behind the first mention": ([(0, "The Larkwell glides."), (170, DISCLOSURE), (500, "Bye.")], ["DC316"]),
    "two thirds behind the first mention": ([(0, "The Larkwell glides."), (340, DISCLOSURE), (500, "Bye.")], ["DC317"]),
    "early and late": ([(0, DISCLOSURE), (9, "The Larkwell glides."), (490, DISCLOSURE), (500, "Bye.")], []),
    "late, and no mention before": ([(0, "Hey."), (340, DISCLOSURE), (345, "It glides."), (500, "Bye.")], []),
    "a credit": ([(0, "Hey."), (490, DISCLOSURE), (500, "Bye.")], ["DC317"]),
    "the end of a read": ([(0, "Hey."), (490, "This part is sponsored by Larkwell."), (500, "Bye.")], []),
    "a read of its own": ([(0, "Hey."), (340, "This part is sponsored by Larkwell."), (500, "Bye.")], []),
    "nothing": ([(0, "The Larkwell glides."), (500, "Bye.")], []),
    "a broadcast's clock": ([(36000, "The Larkwell glides."), (36010, DISCLOSURE), (36500, "Bye.")], []),
    "mentioned much later": ([(0, DISCLOSURE), (700, "The Larkwell glides."), (710, "Bye.")], ["DC319"]),
    "mentioned ten minutes later": ([(0, DISCLOSURE), (600, "The Larkwell glides."), (610, "Bye.")], []),
    "denied": ([(0, "The Larkwell glides."), (340, "This video is not sponsored by Larkwell."), (500, "Bye.")], []),
}


@pytest.mark.parametrize(("lines", "rules"), TIMES.values(), ids=TIMES)
def test_a_spoken_disclosure_is_judged_by_its_time(lines, rules):
    assert found(cues(*lines)) == rules


def test_a_transcript_without_capitals_names_its_sponsor_all_the_same():
    lines = [(0, "so i got this larkwell plane"), (490, "this video is sponsored by larkwell"), (510, "bye")]
    assert found(cues(*lines), brands=()) == ["DC317"]


def test_a_declared_payment_that_nobody_speaks_of_is_undisclosed():
    assert found(cues((0, "The Larkwell glides."), (500, "Bye.")), connections=("paid",)) == ["DC101"]


LIVE = {
    "sixteen minutes": (960, "live", ["DC318"]),
    "fourteen minutes": (840, "live", []),
    "another name": (960, "Livestream", ["DC318"]),
    "no live stream": (960, None, []),
}


@pytest.mark.parametrize(("length", "medium", "rules"), LIVE.values(), ids=LIVE)
def test_a_live_stream_repeats_its_disclosure(length, medium, rules):
    assert found(cues((0, "This stream is sponsored by Larkwell."), (length, "Bye.")), medium=medium) == rules


def test_a_live_stream_has_one_finding_for_the_first_gap():
    lines = [(at, "This stream is sponsored by Larkwell.") for at in (0, 800, 2400, 5000)]
    report = check_post(Post("p", cues(*lines), "p", "subtitles", medium="live"), RULEBOOK)
    assert [(finding.rule, finding.time) for finding in report.findings] == [("DC318", "13:20")]
    assert report.findings[0].evidence[0].note == "at 13:20, the next 27 minutes go without one"


BESIDE = {
    "description of a recording": ("transcript", "description", "#ad", ["DC320"]),
    "description that says nothing": ("transcript", "description", "my plane", ["DC101"]),
    "overlay of a recording": ("transcript", "overlay", "Paid ad", ["DC321"]),
    "alternative text of a recording": ("transcript", "alt", "Paid ad", ["DC311"]),
    "overlay of a picture": (None, "overlay", "Paid ad", []),
    "alternative text of a picture": (None, "alt", "Paid ad", ["DC311"]),
    "an overlay that denies": (None, "overlay", "not an ad", ["DC101"]),
    "a shorthand on the picture": (None, "overlay", "#sp", ["DC201"]),
}


@pytest.mark.parametrize(("medium", "channel", "words", "rules"), BESIDE.values(), ids=BESIDE)
def test_words_beside_a_text_count_where_people_meet_them(medium, channel, words, rules):
    post = Post("p", "Look how the Larkwell glides", "p", platform="instagram", medium=medium, connections=("paid",), brands=("Larkwell",))
    post = Post(**{name: getattr(post, name) for name in post.__slots__} | {"beside": (Beside(channel, words),)})
    findings = check_post(post, RULEBOOK).findings
    assert [finding.rule for finding in findings] == rules
    assert [finding.match for finding in findings] == ["Larkwell"] * len(rules)  # it points into the text
    if rules and rules != ["DC101"]:
        assert f'"{words}"' in findings[0].evidence[-1].note
        assert findings[0].evidence[-1].start is None


PARTS = {
    "on a platform with threads": ("Ad: Larkwell\n---\nThe Larkwell glides.", {"platform": "x"}, ["DC106"]),
    "each with its own": ("Ad: Larkwell\n---\nAd: the Larkwell glides.", {"platform": "x"}, []),
    "each that sells": ("Ad: Larkwell\n---\nLarkwell!\n---\nsun\n----\nLarkwell?", {"platform": "mastodon"}, ["DC106", "DC106"]),
    "on another platform": ("Ad: Larkwell\n---\nThe Larkwell glides.", {"platform": "linkedin"}, []),
    "in a carousel": ("Ad: Larkwell\n---\nThe Larkwell glides.", {"platform": "linkedin", "medium": "carousel"}, ["DC106"]),
    "in story frames": ("Ad: Larkwell\r\n---\r\nswipe up for Larkwell", {"platform": "instagram", "medium": "story"}, ["DC106"]),
    "as declared": ("Ad: Larkwell\nThe Larkwell glides.", {"platform": "linkedin", "parts": (0, 13)}, ["DC106"]),
    "a part that gives a code": ("Larkwell paid me for this\n---\nuse code OAK15", {"platform": "x"}, ["DC106"]),
    "a part far behind the fold of the first": ("sun\n---\n" + "wood " * 70 + "\n---\nAd: Larkwell", {"platform": "x"}, ["DC313"]),
    "parts and nothing disclosed": ("Larkwell\n---\nThe Larkwell glides.", {"platform": "x"}, ["DC101"]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "facts", "rules"), PARTS.values(), ids=PARTS)
def test_each_selling_part_stands_alone(text, facts, rules):
    assert found(text, connections=("paid",), **facts) == rules


def test_a_post_for_children_speaks_their_language():
    post = {"platform": "youtube", "connections": ("paid",)}
    assert found("Sponsored by Larkwell: a plane", audience="children", **post) == ["DC216"]
    assert found("Sponsored by Larkwell: a plane", **post) == []
    assert found("This is an ad. Larkwell paid me. A plane", audience="children", **post) == []


# --- records -------------------------------------------------------------------------------------------------------


def read(*records: dict[str, object], **options) -> list[Post | ReadFailure]:
    lines = "".join(json.dumps(record) + "\n" for record in records)
    return list(read_records(io.BytesIO(lines.encode()), "a.jsonl", **options))


def test_a_recording_and_its_description_are_two_posts():
    record = {"id": "v", "transcript": cues((0, "Hey")), "description": "#ad", "connection": "paid", "platform": "youtube"}
    [spoken, description] = read(record)
    assert (spoken.id, spoken.text, spoken.format, spoken.medium) == ("v", record["transcript"], "subtitles", "transcript")
    assert (spoken.connections, spoken.beside) == (("paid",), (Beside("description", "#ad"),))
    assert (description.id, description.text, description.format) == ("v#description", "#ad", "text")
    assert (description.connections, description.beside, description.platform) == ((), (), "youtube")


def test_a_text_with_a_transcript_is_its_description():
    [description, spoken] = read({"id": "v", "text": "#ad", "transcript": "Hey", "connection": "none"})
    assert (description.id, description.text, description.connections) == ("v", "#ad", ("none",))
    assert (spoken.id, spoken.text, spoken.format, spoken.medium) == ("v#transcript", "Hey", "text", "transcript")
    assert (spoken.connections, spoken.beside) == (("none",), (Beside("description", "#ad"),))


def test_a_description_beside_a_text_that_nobody_speaks_is_left_alone():
    assert [(post.id, post.beside) for post in read({"text": "a", "description": "b"})] == [("a.jsonl#1", ())]


def test_parts_are_one_text_with_their_places():
    [post] = read({"parts": ["a", "", "bc"]})
    assert (post.text, post.parts) == ("a\n---\n\n---\nbc", (0, 6, 11))
    assert [post.text[start:] for start in post.parts][2] == "bc"
    [caption] = read({"text": "x", "parts": ["y"]})
    assert (caption.text, caption.parts) == ("x\n---\ny", (0, 6))
    [single] = read({"parts": ["a"]})
    assert (single.text, single.parts) == ("a", ())


def test_fields_beside_the_text_are_strings_or_lists_and_may_have_other_names():
    [post] = read({"c": "a", "o": ["b", " "], "alt": "d", "audience": "Kids"}, columns={"text": "c", "overlay": "o"})
    assert (post.beside, post.audience) == ((Beside("overlay", "b"), Beside("alt", "d")), "children")
    [other] = read({"text": "a", "audience": "public"})
    assert other.audience is None


FAULTS = {
    "parts": ({"parts": "a"}, '"parts" is not a list of strings'),
    "a part": ({"parts": ["a", 1]}, '"parts" is not a list of strings'),
    "no parts": ({"parts": []}, 'no "text" field (there are: parts)'),
    "transcript": ({"transcript": ["a"]}, '"transcript" is not a string'),
    "overlay": ({"text": "a", "overlay": {}}, "overlay is {}; a string or a list of strings is needed"),
}


@pytest.mark.parametrize(("record", "problem"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_field_is_told(record, problem):
    [failure] = read(record)
    assert isinstance(failure, ReadFailure)
    assert failure.message.startswith("a.jsonl:1: ")
    assert problem in failure.message


# --- small things --------------------------------------------------------------------------------------------------


def test_times_are_shown_as_players_do():
    assert [shown_time(seconds) for seconds in (0, 5.9, 65, 754, 3723.2, 36000)] == ["0:00", "0:05", "1:05", "12:34", "1:02:03", "10:00:00"]


def test_words_are_quoted_without_their_times():
    assert without_times("This <i>is\n\n12\n00:00:01,000 --> 00:00:02,000\nan</i> ad") == "This is an ad"


def test_what_is_spoken_and_live():
    posts = [Post("p", "", "p", medium=medium) for medium in (None, "video", "Transcript", "live")]
    assert [(is_spoken(post), is_live(post)) for post in posts] == [(False, False), (False, False), (True, False), (True, True)]
    assert is_spoken(Post("p", "", "p", "subtitles"))
    assert [is_timed(text) for text in ("WEBVTT\n", "1\n00:01 --> 00:02\na", "a --> b", "at 10:30 we met")] == [True, True, False, False]


def test_a_long_recording_with_many_mentions_is_judged_in_time():
    text = cues(*((at, "Larkwell, sponsored by Larkwell. Use code OAK15, Larkwell!") for at in range(0, 40_000, 4)))
    started = time.process_time()
    report = check_post(Post("p", text, "p", "subtitles", brands=("Larkwell",), medium="live"), RULEBOOK)
    assert report.error is None
    assert time.process_time() - started < 25
