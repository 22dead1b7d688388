"""JSON Lines: a post a line, and an error for each line that is none."""

from __future__ import annotations

import io
import json

import pytest

from disclosure_check.model import Post
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.records import MAX_POST_BYTES, ReadFailure, read_records


def read(lines: str | bytes, **options) -> list[Post | ReadFailure]:
    data = lines if isinstance(lines, bytes) else lines.encode()
    return list(read_records(io.BytesIO(data), "posts.jsonl", **options))


def failure(line: str | bytes) -> str:
    [found] = read(line)
    assert isinstance(found, ReadFailure)
    return found.message


def test_every_fact_of_a_record_is_read():
    record = {
        "text": "a", "id": 7, "title": "b", "platform": "instagram", "lang": "de", "medium": "video", "connection": ["paid", "gift"],
        "brand": ["C", "D"], "platform_label": True, "date": "2024-01-02", "format": "html", "unknown": {"e": 1},
    }  # fmt: skip
    assert read(json.dumps(record)) == [
        Post("7", "a", "posts.jsonl", "html", "instagram", "b", "de", "video", ("paid", "gift"), ("C", "D"), True, "2024-01-02", 1)
    ]


def test_a_record_needs_no_more_than_its_text():
    assert read('{"text": "a"}\n\n  \n{"text": ""}') == [
        Post("posts.jsonl#1", "a", "posts.jsonl", record_line=1),
        Post("posts.jsonl#4", "", "posts.jsonl", record_line=4),
    ]


FACTS = {
    "one-connection": ({"connection": "paid"}, ("paid",), ()),
    "connections-in-a-string": ({"connection": "Paid, gift,paid"}, ("paid", "gift"), ()),
    "none": ({"connection": "none"}, ("none",), ()),
    "null": ({"connection": None, "brand": None, "title": None, "platform_label": None}, (), ()),
    "empty": ({"connection": "", "brand": [], "title": ""}, (), ()),
    "brand-with-a-comma": ({"brand": "Acme, Inc."}, (), ("Acme, Inc.",)),
    "plural": ({"connections": ["loan"], "brands": ["A", 3]}, ("loan",), ("A", "3")),
}


@pytest.mark.parametrize(("facts", "connections", "brands"), FACTS.values(), ids=FACTS)
def test_connections_and_brands_are_strings_or_lists(facts, connections, brands):
    [post] = read(json.dumps({"text": "a", **facts}))
    assert (post.connections, post.brands, post.title, post.platform_label) == (connections, brands, None, False)


FORMATS = {
    "nothing": ({}, "text", None),
    "blog": ({"platform": "blog"}, "markdown", "blog"),
    "newsletter": ({"platform": "Newsletter"}, "markdown", "Newsletter"),
    "podcast": ({"platform": "podcast"}, "markdown", "podcast"),
    "instagram": ({"platform": "instagram"}, "text", "instagram"),
    "blog-in-text": ({"platform": "blog", "format": "text"}, "text", "blog"),
    "markdown-alone": ({"format": "markdown"}, "markdown", None),
    "html-alone": ({"format": "html"}, "html", None),
}


@pytest.mark.parametrize(("facts", "format_", "platform"), FORMATS.values(), ids=FORMATS)
def test_format_and_platform_follow_from_each_other(facts, format_, platform):
    [post] = read(json.dumps({"text": "a", **facts}))
    assert (post.format, post.platform) == (format_, platform)


def test_the_front_matter_of_a_blog_record_fills_what_the_record_leaves_open():
    text = "---\ntitle: A\ndisclosure: {connection: gift, brand: B}\n---\nbody"
    [post] = read(json.dumps({"text": text, "platform": "blog", "brand": "C"}))
    assert (post.title, post.connections, post.brands, post.text[post.body_start :]) == ("A", ("gift",), ("C",), "body")


def test_front_matter_is_text_where_the_format_is_text():
    [post] = read(json.dumps({"text": "---\ntitle: A\n---\nbody"}))
    assert (post.title, post.body_start) == (None, 0)


def test_columns_can_have_other_names():
    [post] = read('{"caption": "a", "network": "x", "text": 5}', columns={"text": "caption", "platform": "network"})
    assert (post.text, post.platform) == ("a", "x")


def test_defaults_hold_where_a_record_is_silent():
    defaults = Facts(platform="tiktok", lang="fr", connections=("paid",), brands=("A",))
    [first, second] = read('{"text": "a"}\n{"text": "b", "platform": "x", "lang": "en", "connection": "none"}', defaults=defaults)
    assert (first.platform, first.lang, first.connections, first.brands) == ("tiktok", "fr", ("paid",), ("A",))
    assert (second.platform, second.lang, second.connections, second.brands) == ("x", "en", ("none",), ("A",))


FAILURES = {
    "broken": (
        '{"text": "a" "id": 1}',
        "not a JSON object (Expecting ',' delimiter at column 14); one object with a \"text\" field per line is needed",
    ),
    "array": ('["a"]', 'not a JSON object (list found); one object with a "text" field per line is needed'),
    "no-text": ('{"caption": "a"}', 'no "text" field (there are: caption); each record needs its post\'s text'),
    "text-is-a-number": ('{"text": 1}', '"text" is not a string; each record needs its post\'s text'),
    "unknown-connection": (
        '{"text": "a", "connection": "payed"}',
        'connection "payed" is not one of paid, gift, affiliate, discount, employee, consultant, family, equity, contest, travel, loan or none',
    ),
    "none-and-another": (
        '{"text": "a", "connection": ["none", "gift"]}',
        'connection says "none" beside gift; keep one or the other',
    ),
    "connection-is-a-number": (
        '{"text": "a", "connection": {"b": 1}}',
        "connection is {'b': 1}; a string or a list of strings is needed",
    ),
    "label-is-a-string": ('{"text": "a", "platform_label": "yes"}', 'platform_label is "yes"; true or false is needed'),
    "title-is-a-list": ('{"text": "a", "title": ["b"]}', "title is ['b']; a string is needed"),
    "format": ('{"text": "a", "format": "pdf"}', 'format "pdf" is not one of text, markdown, html, rst, asciidoc, subtitles'),
    "front-matter": (
        '{"text": "---\\na: [\\n---\\n", "platform": "blog"}',
        "the front matter is not valid YAML (did not find expected node content); quote values that hold : or #",
    ),
    "not-utf-8": (b'{"text": "\xe9"}', "not UTF-8 (byte 0xe9 at byte 11 of the line); save the file as UTF-8"),
}


@pytest.mark.parametrize(("line", "message"), FAILURES.values(), ids=FAILURES)
def test_a_bad_line_is_a_failure_with_its_place(line: str | bytes, message: str):
    assert failure(line) == f"posts.jsonl:1: {message}"


def test_the_lines_around_a_bad_one_are_read():
    good, bad, last = read('{"text": "a"}\n{"text"\n{"text": "b"}\n')
    assert (good.text, bad.line, last.text) == ("a", 2, "b")


def test_deep_and_huge_json_is_a_failure():
    assert failure("[" * 200_000).startswith("posts.jsonl:1: not a JSON object (")
    assert failure('{"text": ' + "9" * 5_000 + "}").startswith("posts.jsonl:1: not a JSON object (")


def test_a_byte_order_mark_is_passed_over():
    [post] = read(b'\xef\xbb\xbf{"text": "a"}')
    assert post.text == "a"


def test_a_lone_surrogate_becomes_the_replacement_character():
    [post] = read('{"text": "a\\ud83d b \\ud83d\\ude00"}')
    assert post.text == "a\ufffd b 😀"


def test_a_post_beyond_the_limit_is_a_failure_and_the_next_is_read():
    found, following = read(json.dumps({"text": "a" * (MAX_POST_BYTES + 1)}) + '\n{"text": "b"}')
    assert found == ReadFailure("posts.jsonl", 1, "posts.jsonl:1: 10.0 MB of text; a post may have 10 MB")
    assert following.text == "b"


def test_a_line_beyond_the_limit_is_passed_without_keeping_it():
    class Endless(io.RawIOBase):
        given = 0

        def readable(self):
            return True

        def readinto(self, buffer):
            chunk = b"a" * len(buffer) if self.given < 100 * 2**20 else b'\n{"text": "b"}'[: len(buffer)]
            if self.given > 100 * 2**20 + 2**20:
                return 0
            self.given += len(chunk) if chunk.startswith(b"a") else 2**21
            buffer[: len(chunk)] = chunk
            return len(chunk)

    found, following = read_records(io.BufferedReader(Endless(), 2**20), "-")
    assert found.message == "-:1: the line is longer than 61 MB; split it into its posts"
    assert following.text == "b"


def test_records_are_read_one_at_a_time():
    class Stream(io.BytesIO):
        lines = 0

        def readline(self, size=-1):
            self.lines += 1
            return super().readline(size)

    stream = Stream(b'{"text": "a"}\n' * 1000)
    assert next(read_records(stream, "-")).text == "a"
    assert stream.lines == 1
