"""The pipeline as a whole: what holds for every post, and how options and errors come through."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure_check.check import Options, check_post, check_posts, place, platform_of
from disclosure_check.errors import InputError
from disclosure_check.model import CONNECTIONS, Post
from disclosure_check.readers.records import ReadFailure
from disclosure_check.rulebook import load_rulebook

RULEBOOK = load_rulebook()
PLATFORMS = sorted({platform.name for platform in RULEBOOK.platforms.values()})


def post(text: str, **facts) -> Post:
    return Post("p", text, "feed.jsonl", **facts)


CODE = "Use code MIA20 for 20% off at Lumo"
FRAGMENTS = [
    *(
        "#ad",
        "#a\u200bd",
        "#spon",
        "#gifted",
        "#LumoPartner",
        "Ad:",
        "Paid partnership with Lumo",
        "brought to you by Lumo",
        "Not sponsored",
    ),
    *("Use code MIA20", "20% off", "Lumo sent me this lamp for free", "I earn a commission", "affiliate link", "link in bio", "my shop"),
    *("https://amzn.to/3xYzAb1", "https://bit.ly/3aBcDeF", "https://lumo.example/mia", "@lumo", "giveaway", "to win", '"', "“", "?", "but"),
    *(
        " ",
        " ",
        " ",
        ". ",
        "\n",
        "\n\n",
        "\r\n",
        "\u2028",
        "😍",
        "👩\u200d🚀",
        "\u202e",
        "𝖆𝖉",
        "ﬀ",
        "İ",
        "1/ ",
        "2/ ",
        "...",
        "сad",
        "p a i d",
    ),
    *("<b>", "</p>", "<!--", "-->", "&amp;", "&#35;", "[a](b)", "![#ad](x)", "> ", "```", "---\n", "<details>", "<small>", "{{< x >}}"),
]
TEXTS = st.one_of(
    st.text(max_size=200),
    st.text(st.characters(categories=["Cc", "Cf", "Mn", "So", "Zs", "Lo"]), max_size=120),
    st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join),
)
POSTS = st.builds(
    lambda front, text, **facts: post(front + text, body_start=len(front), **facts),
    st.sampled_from(["", "", "---\ntitle: #ad\n---\n"]),
    TEXTS,
    format=st.sampled_from(["text", "markdown", "html"]),
    platform=st.sampled_from([None, *PLATFORMS]),
    connections=st.one_of(st.just(()), st.just(("none",)), st.lists(st.sampled_from(CONNECTIONS), max_size=2, unique=True).map(tuple)),
    brands=st.sampled_from([(), ("Lumo",), ("Not There", "@lumo")]),
    platform_label=st.booleans(),
    lang=st.sampled_from([None, "en", "en-US"]),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(POSTS)
def test_any_post_is_checked_and_each_finding_quotes_its_words(any_post: Post):
    report = check_post(any_post, RULEBOOK, Options(claims="never"))
    assert report.error is None
    for finding in report.findings:
        assert 0 <= finding.start <= finding.end <= len(any_post.text)
        assert any_post.text[finding.start : finding.end] == finding.match
        for evidence in finding.evidence:
            assert (evidence.start is None) == (evidence.end is None)
            assert evidence.start is None or 0 <= evidence.start <= evidence.end <= len(any_post.text)
    places = [(finding.start, finding.rule) for finding in report.findings]
    assert places == sorted(places)


@settings(max_examples=100, deadline=None)
@given(POSTS)
def test_the_same_post_twice_gives_the_same_report(any_post: Post):
    assert check_post(any_post, RULEBOOK) == check_post(any_post, load_rulebook())


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([CODE, "#ad My Lumo lamp", "Not sponsored. Lumo sent me this lamp #spon"]), st.integers(1, 60))
def test_leading_line_breaks_move_findings_and_change_nothing_else(text: str, count: int):
    plain, moved = (
        check_post(post(lead + text, platform="threads"), RULEBOOK, Options(claims="never")) for lead in ("", "\n" * min(count, 7))
    )
    shift = min(count, 7)
    assert [(finding.rule, finding.start + shift, finding.match) for finding in plain.findings] == [
        (finding.rule, finding.start, finding.match) for finding in moved.findings
    ]


def test_a_finding_counts_code_points_of_the_original():
    text = "😍𝖍𝖎 ﬀ\u200b\r\n" + CODE
    [finding] = check_post(post(text, platform="instagram"), RULEBOOK, Options(claims="never")).findings
    assert (finding.rule, finding.start, finding.end, finding.match) == ("DC112", 8, 22, "Use code MIA20")


def test_a_fingerprint_survives_moved_lines_and_tells_places_apart():
    filler = "The lamp is bright and stands on three feet, and it can be dimmed. "
    one, two, three = (
        check_post(post(text, platform="threads"), RULEBOOK, Options(claims="never")).findings[0]
        for text in (f"{filler}{CODE}", f"Hello.\n{filler}{CODE}", f"{filler.upper()}{CODE}")
    )
    assert one.fingerprint == two.fingerprint
    assert one.fingerprint != three.fingerprint
    assert len(one.fingerprint) == 16


DEFAULTS = {
    "nothing declared": ({}, Options(), ("post", "pass")),
    "platform": ({}, Options(platform="TikTok"), ("tiktok", "pass")),
    "the post's own platform first": ({"platform": "x"}, Options(platform="tiktok"), ("x", "pass")),
    "connection": ({}, Options(connections=("paid",)), ("post", "fail")),
    "the post's own connection first": ({"connections": ("none",)}, Options(connections=("paid",)), ("post", "pass")),
    "language": ({}, Options(lang="de"), ("post", "unchecked")),
    "the post's own language first": ({"lang": "en-GB"}, Options(lang="de"), ("post", "pass")),
}


@pytest.mark.parametrize(("facts", "options", "expected"), DEFAULTS.values(), ids=DEFAULTS)
def test_options_hold_for_posts_that_say_nothing(facts, options, expected):
    report = check_post(post("My Lumo lamp", **facts), RULEBOOK, options)
    assert (report.platform, report.verdict) == expected


SELECTED = {
    "all": (Options(), ["DC104", "DC112"]),
    "one": (Options(select=("DC104",)), ["DC104"]),
    "a beginning": (Options(select=("DC11",)), ["DC112"]),
    "ignored": (Options(ignore=("DC104",)), ["DC112"]),
    "selected and ignored": (Options(select=("DC1",), ignore=("DC11",)), ["DC104"]),
    "another": (Options(select=("DC3",)), []),
}


@pytest.mark.parametrize(("options", "expected"), SELECTED.values(), ids=SELECTED)
def test_chosen_rules(options, expected):
    report = check_post(post("Not sponsored, but use code MIA20 at Lumo", platform="instagram"), RULEBOOK, options)
    assert [finding.rule for finding in report.findings] == expected


def test_a_language_without_rules_is_said_and_not_passed():
    report = check_post(post("Werbung für Lumo", lang="de-AT", record_line=3), RULEBOOK, Options(claims="never"))
    assert (report.verdict, report.findings) == ("unchecked", ())
    assert report.error == 'feed.jsonl:3: no rules for the language "de-AT"; only English posts are checked'


def test_an_unknown_platform_is_an_error_of_its_post():
    reports = list(check_posts([post("a", platform="orkut", record_line=7), post(CODE, platform="x")], RULEBOOK))
    assert [report.verdict for report in reports] == ["unchecked", "fail"]
    assert reports[0].error.startswith('feed.jsonl:7: unknown platform "orkut"; use one of these')


def test_what_could_not_be_read_keeps_its_place():
    failure = ReadFailure("feed.jsonl", 2, "feed.jsonl:2: not a JSON object")
    reports = list(check_posts([post("a", record_line=1), failure, post("b", record_line=3)], RULEBOOK))
    assert [(report.post.record_line, report.verdict, report.error) for report in reports] == [
        (1, "pass", None),
        (2, "unchecked", "feed.jsonl:2: not a JSON object"),
        (3, "pass", None),
    ]


def test_where_a_post_came_from():
    assert place(post("a")) == "feed.jsonl"
    assert place(post("a", record_line=3)) == "feed.jsonl:3"


NAMES = {
    "Instagram": "instagram",
    "IG": "instagram",
    "twitter": "x",
    "YouTube Shorts": "youtube",
    "E-Mail": "newsletter",
    "podcast": "podcast",
}


@pytest.mark.parametrize(("name", "expected"), NAMES.items(), ids=list(NAMES))
def test_a_platform_by_any_of_its_names(name, expected):
    assert platform_of(post("a", platform=name), RULEBOOK).name == expected


def test_without_a_platform_the_format_decides():
    assert platform_of(post("a"), RULEBOOK).name == "post"
    assert platform_of(post("a", format="html"), RULEBOOK).name == "blog"
    with pytest.raises(InputError, match="unknown platform"):
        platform_of(post("a", platform=" "), RULEBOOK)
