"""Which wordings a post is found to hold, and what the words around them make of each."""

from __future__ import annotations

from functools import cache
from time import process_time
from typing import TYPE_CHECKING

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from disclosure_check.annotate import annotate
from disclosure_check.explain import example_post
from disclosure_check.model import Post
from disclosure_check.prefilter import LONGEST, MARKS, Lead, matcher, places_of_shape
from disclosure_check.readers.files import read_paths
from disclosure_check.readers.markup import parse
from disclosure_check.rulebook import Expression, expand, load_rulebook, plain_kind, rules_dir, with_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

RULEBOOK = load_rulebook(examples=True)
FIXTURES = rules_dir().parent / "fixtures"


def found(text: str, platform: str = "instagram", *connections: str, form: str = "text"):
    post = Post("p", text, "p", format=form, platform=platform, connections=connections)
    return post, annotate(post, parse(post), RULEBOOK.platforms[platform], RULEBOOK)


def signals(text: str, platform: str = "instagram", *connections: str, form: str = "text"):
    """Return role and topic, the words, and the assertion of each signal, in order and once each."""
    post, annotations = found(text, platform, *connections, form=form)
    rows = ((f"{signal.kind.role}.{signal.kind.topic}", signal) for signal in annotations.signals)
    return list(dict.fromkeys((label, post.text[signal.start : signal.end], signal.assertion) for label, signal in rows))


AFFIRMED = {
    "plain": ("This is a paid ad.", [("disclosure.ad", "This is a paid ad", "affirmed")]),
    "tag": ("Love it #ad", [("disclosure.ad", "#ad", "affirmed")]),
    "not only": ("Not only a lamp: this is a paid ad", [("disclosure.ad", "this is a paid ad", "affirmed")]),
    "not gonna lie": ("Not gonna lie, this is a paid ad", [("disclosure.ad", "this is a paid ad", "affirmed")]),
    "no joke": ("No joke, this is a paid ad", [("disclosure.ad", "this is a paid ad", "affirmed")]),
    "can't wait": ("can't wait to show you what Lumo sent me", [("connection.gift-sent", "Lumo sent me", "affirmed")]),
    "at no cost": ("At no extra cost to you, I earn a commission", [("disclosure.commission", "I earn a commission", "affirmed")]),
    "a negation in the sentence before": ("It is not cheap. This is a paid ad.", [("disclosure.ad", "This is a paid ad", "affirmed")]),
    "a negation in the line before": ("no filter\nthis is a paid ad", [("disclosure.ad", "this is a paid ad", "affirmed")]),
    "a negation behind it": ("This is a paid ad and I'm not sorry", [("disclosure.ad", "This is a paid ad", "affirmed")]),
    "a question in the next sentence": ("This is a paid ad. Any questions?", [("disclosure.ad", "This is a paid ad", "affirmed")]),
    "a label in front of a question": ("Ad: who wants a lamp?", [("disclosure.ad", "Ad:", "affirmed")]),
}


@pytest.mark.parametrize(("text", "expected"), AFFIRMED.values(), ids=AFFIRMED)
def test_a_signal_is_affirmed_unless_a_cue_reaches_it(text, expected):
    assert signals(text) == expected


NEGATED = {
    "not": (
        "This is not a sponsored post by Lumo",
        [("denial.denial-paid", "is not a sponsored", "affirmed"), ("disclosure.payment", "sponsored post by Lumo", "negated")],
    ),
    "never": ("Lumo never sent me this lamp.", [("connection.gift-sent", "Lumo never sent me", "negated")]),
    "not an #ad": ("not an #ad", [("disclosure.ad", "#ad", "negated")]),
    "a cue behind": ("#ad is not what this is", [("disclosure.ad", "#ad", "negated")]),
    "never, behind": ("sponsored by Lumo is never going to happen", [("disclosure.payment", "sponsored by Lumo", "negated")]),
}


@pytest.mark.parametrize(("text", "expected"), NEGATED.values(), ids=NEGATED)
def test_a_signal_is_negated_by_a_cue_near_it(text, expected):
    assert signals(text) == expected


GIFT = [("connection.gift-sent", "Lumo sent me", "affirmed"), ("disclosure.gift", "Lumo sent me this lamp for free", "affirmed")]
TERMINATED = {
    "but": ("Not sponsored but Lumo sent me this lamp for free", [("denial.denial-paid", "Not sponsored", "affirmed"), *GIFT]),
    "comma but": ("This isn't cheap, but Lumo sent me this lamp for free", GIFT),
    "though": ("I never buy lamps, though Lumo sent me this lamp for free", GIFT),
    "because": ("I never choose because Lumo sent me this lamp for free", GIFT),
    "semicolon": ("never seen one; Lumo sent me this lamp for free", GIFT),
    "bracket": ("never a fan (Lumo sent me this lamp for free)", GIFT[1:]),
    "line break": ("not sponsored\nLumo sent me this lamp for free", [("denial.denial-paid", "not sponsored", "affirmed"), *GIFT]),
    "full stop": ("Not sponsored. Lumo sent me this lamp for free", [("denial.denial-paid", "Not sponsored", "affirmed"), *GIFT]),
}


@pytest.mark.parametrize(("text", "expected"), TERMINATED.values(), ids=TERMINATED)
def test_a_terminating_word_or_a_sentence_end_ends_the_reach_of_a_negation(text, expected):
    assert signals(text) == expected


TAGS = {
    "exclamation": ("Not sponsored! #ad", [("denial.denial-paid", "Not sponsored", "affirmed"), ("disclosure.ad", "#ad", "affirmed")]),
    "no sentence end": ("Nobody paid me #ad", [("denial.denial-paid", "Nobody paid me", "affirmed"), ("disclosure.ad", "#ad", "affirmed")]),
    "never before": ("I have never slept so well #ad", [("disclosure.ad", "#ad", "affirmed")]),
    "question": ("Have you ever slept so well? #ad", [("disclosure.ad", "#ad", "affirmed")]),
}


@pytest.mark.parametrize(("text", "expected"), TAGS.values(), ids=TAGS)
def test_a_tag_is_not_negated_by_the_sentence_in_front_of_it(text, expected):
    assert signals(text) == expected


@pytest.mark.parametrize("text", ["Never an #ad", "Read it without #ads", "not a paid #ad"])
def test_a_tag_is_negated_by_a_cue_right_before_it(text):
    assert [assertion for _, words, assertion in signals(text) if words.startswith("#")] == ["negated"]


OTHER_VOICES = {
    "asked": ("So would we say that this is a paid ad?", [("disclosure.ad", "this is a paid ad", "asked")]),
    "quoted": ('They wrote "paid ad" above it', [("disclosure.ad", "paid ad", "quoted")]),
    "quoted with curly marks": ("They wrote “paid ad” above it", [("disclosure.ad", "paid ad", "quoted")]),
    "hypothetical: if": ("If Lumo sent me a lamp I would cry", [("connection.gift-sent", "Lumo sent me", "hypothetical")]),
    "hypothetical: imagine": ("Imagine that Lumo sent me a lamp", [("connection.gift-sent", "Lumo sent me", "hypothetical")]),
    "attributed: the hashtag": ("Please write #ad in front", [("disclosure.ad", "#ad", "attributed")]),
    "attributed: a rule": ("Rule 3: #ad posts are not allowed", [("disclosure.ad", "#ad", "attributed")]),
    "an inch is no quotation mark": ('A 12" lamp, #ad, 5" cable', [("disclosure.ad", "#ad", "affirmed")]),
    "a quotation that ends before": ('"So bright" (paid ad)', [("disclosure.ad", "(paid ad)", "affirmed")]),
}


@pytest.mark.parametrize(("text", "expected"), OTHER_VOICES.values(), ids=OTHER_VOICES)
def test_questions_quotations_and_other_voices_affirm_nothing(text, expected):
    assert signals(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Imagine Lumo sent me a lamp",
        "Every youtuber is sponsored by Lumo",
        "Other creators are sponsored by Lumo",
        "She said this post is sponsored by Lumo",
        "We used to be sponsored by Lumo",
    ],
)
def test_a_cue_inside_the_words_found_counts_too(text):
    assert [assertion for _, _, assertion in signals(text) if assertion == "affirmed"] == []


def test_a_connection_in_a_block_quote_is_somebody_elses():
    assert signals("> Use code MIA20\n\nSo wrote a friend.", "blog", form="markdown") == [("connection.code", "Use code MIA20", "quoted")]
    assert signals("Use code MIA20\n\nSo wrote a friend.", "blog", form="markdown") == [("connection.code", "Use code MIA20", "affirmed")]


COMMENTS = {
    "a heading": "## Comments",
    "with a number": "### 12 Comments",
    "with its post": "## Comments on Two weeks with a lamp",
    "other words": "# Responses",
}


@pytest.mark.parametrize("heading", COMMENTS.values(), ids=COMMENTS)
def test_what_readers_comment_is_not_the_authors(heading):
    text = f"A lamp.\n\n{heading}\n\n**Bo**\n\nUse code MIA20 and see [this](https://amzn.to/3xYzAb1)"
    _, annotations = found(text, "blog", form="markdown")
    assert {signal.assertion for signal in annotations.signals} == {"attributed"}
    assert annotations.links == ()


def test_a_heading_about_comments_is_the_authors():
    text = "A lamp.\n\n## Comments in YAML\n\nUse code MIA20 and see [this](https://amzn.to/3xYzAb1)"
    _, annotations = found(text, "blog", form="markdown")
    assert {signal.assertion for signal in annotations.signals} == {"affirmed"}
    assert len(annotations.links) == 1


@pytest.mark.parametrize(
    "text",
    [
        "My friends gave up the free gym",
        "Free Yourself From Sugar, a book",
        "I've lent my copy to many",
        "the indirect promotion by Bo Lumen",
    ],
)
def test_words_that_are_no_tie_to_a_brand(text):
    assert signals(text, "blog") == []


def test_a_disclosure_in_an_aside_is_found_with_its_channel():
    text = '<p style="display:none">This is an ad.</p><p>A lamp <img alt="#ad"></p>'
    post, annotations = found(text, "blog", form="html")
    assert [(post.text[signal.start : signal.end], signal.channel, signal.reason) for signal in annotations.signals] == [
        ("This is an ad", "hidden", "display:none"),
        ("#ad", "alt", "alt"),
    ]


def test_a_disguised_signal_says_how_it_was_written():
    post, annotations = found("#𝖆𝖉 for my lamp, code M\u200bIA20 saves you 20% off")
    assert [(post.text[signal.start : signal.end], signal.disguise) for signal in annotations.signals if "MIA" not in signal.kind.id][
        :1
    ] == [("#𝖆𝖉", "ornamental letters")]


def test_a_signal_that_needs_a_declared_connection_is_found_only_with_one():
    text = "My sister owns Lumo, go and see her lamps"
    assert signals(text) == []
    assert signals(text, "instagram", "family") == [("disclosure.family", "My sister owns", "affirmed")]


def test_links_come_in_the_order_of_their_place_with_what_their_address_says():
    _, annotations = found("[lamp](https://amzn.to/3xYzAb1) and https://lumo.example/a", "blog", form="markdown")
    assert [(link.link.url, link.fact and link.fact.role) for link in annotations.links] == [
        ("https://amzn.to/3xYzAb1", "affiliate"),
        ("https://lumo.example/a", None),
    ]


# The prefilter


@cache
def whole_posts():
    posts = [
        (f"{rule.id}-{kind}-{number}", example_post(rule.id, example))
        for rule in RULEBOOK.rules
        for kind in ("invalid", "valid")
        for number, example in enumerate(getattr(rule, kind), 1)
    ]
    posts += [(post.id, post) for post in read_paths([str(FIXTURES)]) if isinstance(post, Post)]
    platform = RULEBOOK.platforms["post"]
    return [(name, annotate(post, parse(post), platform, RULEBOOK).prose) for name, post in posts]


LEADS = RULEBOOK.prefilter().leads
FINDER = RULEBOOK.prefilter().finder(frozenset().union(*(lead.kind.when for lead in LEADS)))
NAMES = [f"{lead.kind.id}-{number}" for number, lead in enumerate(LEADS)]


def lost_matches(lead: Lead, text: str, starts: Mapping[int, list[int]]) -> list[tuple[int, int]]:
    """Return what searching all of a text finds, and trying only where the prefilter says doesn't."""
    tried = set(starts.get(id(lead), ()))
    return [match.span() for match in lead.pattern.compiled().finditer(text, overlapped=True) if match.start() not in tried]


def starts_in(text: str, lower: str) -> dict[int, list[int]]:
    return {id(lead): starts for lead, starts in FINDER.find(text, lower)}


@cache
def starts_in_whole_posts():
    return [starts_in(prose.text, prose.lower) for _, prose in whole_posts()]


@pytest.mark.parametrize("lead", LEADS, ids=NAMES)
def test_trying_where_the_prefilter_says_finds_what_searching_everything_finds(lead):
    posts = zip(whole_posts(), starts_in_whole_posts(), strict=True)
    assert [(name, lost) for (name, prose), starts in posts if (lost := lost_matches(lead, prose.text, starts))] == []


def lost_signals(text: str) -> list[str]:
    starts = starts_in(text, text.lower())
    return [lead.kind.id for lead in LEADS if lost_matches(lead, text, starts)]


ODDS = [
    "a",
    "I",
    "we",
    "you",
    "Lumo",
    "MIA20",
    "@lumo",
    "#ad",
    "20%",
    "$5",
    "off",
    "!?",
    "..",
    "\u2005",
    "\n",
    "\n\n",
    "￼",
    "é",
    "Ad:",
    "lamp's",
]
GAPS = ["", " ", " ", " ", "\n", "\u2005", ". ", "-"]
words = st.lists(st.tuples(st.sampled_from([*RULEBOOK.prefilter().table["literals"], *ODDS]), st.sampled_from(GAPS)), max_size=60)


@settings(max_examples=60, deadline=None)
@given(words, st.booleans())
def test_no_match_is_lost_in_random_words(pieces, is_upper):
    text = "".join(word + gap for word, gap in pieces)
    assert lost_signals(text.upper() if is_upper and len(text.upper()) == len(text) else text) == []


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_match_is_lost_in_altered_posts(data):
    """What rules find is altered in small ways, which leaves much of it a match."""
    _, prose = data.draw(st.sampled_from(whole_posts()))
    pieces = regex.findall(r"\w+|\W", prose.text[:600])
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(pieces)))
        pieces[at : at + data.draw(st.integers(0, 2))] = [data.draw(st.sampled_from([*GAPS, *ODDS]))]
    text = "".join(pieces)
    assert lost_signals(text if len(text.lower()) == len(text) else "") == []


ODD_PATTERNS = {
    "flags": r"(?x)gifted\sby\slumo#brand",
    "flags further on": r"gifted (?x)by\slumo#brand",
    "alternatives": "lumo gifted|gifted by lumo",
    "a reference": r"(gift)ed by lumo, \1s",
    "a named reference": "(?P<what>gift)ed by lumo, (?P=what)s",
    "a condition": "(un)?gifted by(?(1) nobody| lumo)",
    "no literal": r"\w+ed \w\w \w{4}",
    "a class": "[gj]ifted by [^a]umo",
    "a repeated group": "(?:gifted |by ){2}lumo",
    "a possessive part": "(?:was |is )*+gifted by lumo",
    "a look ahead": r"gifted (?=by)\w+ lumo",
    "a look behind": "(?<=gifted by )lumo",
    "another case": "(?-i:GIFTED) by lumo",
    "signs": r"\(gifted by lumo\)",
    "a letter beyond Latin-1": "gifted by lumo, gifts \u0142",
}
ODD_TEXTS = [
    "It was gifted by Lumo, gifts!",
    "(GIFTED by lumo)",
    "ungifted by nobody; gifted by\nlumo",
    "Lumo gifted, gifts \u0142. gifted by lumo, gifts \u0142",
]


@pytest.mark.parametrize("pattern", ODD_PATTERNS.values(), ids=ODD_PATTERNS)
def test_a_pattern_of_a_pack_may_be_written_in_any_way(pattern):
    expression = Expression(pattern, {}, is_trusted=False)
    kind = replace(plain_kind("odd", "disclosure", ["-"]), patterns=(expression,))
    finder = with_kinds(RULEBOOK, [kind]).prefilter().finder(frozenset())
    found = 0
    for text in ODD_TEXTS:
        starts = next((starts for lead, starts in finder.find(text, text.lower()) if lead.kind is kind), [])
        expected = [match.start() for match in expression.compiled().finditer(text, overlapped=True)]
        assert set(expected) <= set(starts)
        found += len(expected)
    assert found


def test_each_place_at_which_a_shape_can_match_is_tried():
    for name, mark in MARKS.items():
        group = regex.compile(expand(f"{{{name}}}", RULEBOOK.signals[0].patterns[0]._words), regex.IGNORECASE)
        for text in (
            "MIA20 and Mia20, mia20; A.B.C.D. or \u00c9T\u00c920 and X-1 (FREE10)",
            "abc12 Abc1 ABC",
            "M-I-A-20",
            "ABCabc12 ABC-abc1 Ab1",
        ):
            places = set(places_of_shape(mark, text))
            assert {match.start() for match in group.finditer(text, overlapped=True)} <= places


PIECES = [
    "a",
    "A",
    "Aa ",
    "a ",
    "1",
    "1 ",
    "A1",
    "the ",
    "my ",
    "very ",
    "i ",
    "$1 ",
    "% ",
    "'s ",
    "#a",
    "#a ",
    '"a ',
    "(",
    "-a",
    "a-",
    ".a",
    "A.",
    "\n",
    "\uffff",
]


@pytest.mark.parametrize("piece", PIECES)
def test_own_patterns_are_fast_on_any_text(piece):
    """Nobody watches the clock there."""
    slow = {}
    for text in (piece * (2 * LONGEST // len(piece)), f"use {piece * (2 * LONGEST // len(piece))} sent me code"):
        for lead in LEADS:
            for pattern in filter(None, (lead.pattern, lead.rest, lead.before)):
                match = matcher(lead, pattern)
                began = process_time()
                for place in range(0, len(text), 47):
                    match(text, place)
                slow[lead.kind.id, pattern.source] = process_time() - began
    assert [pattern for pattern, seconds in slow.items() if seconds > 1] == []


def test_there_are_posts_and_patterns_to_search():
    assert len(whole_posts()) > 400
    assert len(LEADS) > 300


@pytest.mark.parametrize("text", ["ADHD tips for a tidy desk", "We run in the dark", "My job is hard today", "Run by our team of ten"])
def test_words_that_only_begin_like_a_signal(text):
    assert signals(text, "instagram", "employee") == []


def test_words_far_from_the_start_and_from_each_other_are_found():
    filler = "the lamp is bright. " * 200
    assert signals(f"{filler}This is a paid ad. {filler}Use code MIA20. {filler}") == [
        ("disclosure.ad", "This is a paid ad", "affirmed"),
        ("connection.code", "Use code MIA20", "affirmed"),
    ]
