"""Sentences, lines, paragraphs, piles of tags and parts of a thread; and how deep a place lies."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_check.links import find_urls
from disclosure_check.model import LINK_MARK, Piece, Platform, Post, Span
from disclosure_check.normalize import EMOJI_MARK, normalize
from disclosure_check.rulebook import load_rulebook
from disclosure_check.segment import Layout, depth

PLATFORMS = load_rulebook().platforms


def laid_out(text: str):
    prose = normalize([Piece(text, 0, len(text))], find_urls)
    return prose.text, Layout(prose.text)


def stretches(text: str, starts: tuple[int, ...]) -> list[str]:
    return [text[start:end] for start, end in pairwise((*starts, len(text)))]


SENTENCES = {
    "full stops": ("One. Two! Three? Four", ["One.", " Two!", " Three?", " Four"]),
    "several marks": ("Wow?! Yes... ok", ["Wow?!", " Yes...", " ok"]),
    "line break": ("not sponsored\nthey sent me one", ["not sponsored\n", "they sent me one"]),
    "paragraph": ("one\n\ntwo", ["one\n\n", "two"]),
    "closing quote": ('He said "stop." Then left', ['He said "stop."', " Then left"]),
    "closing bracket": ("(Paid ad.) Love it", ["(Paid ad.)", " Love it"]),
    "dot inside a number": ("It costs 3.5 now", ["It costs 3.5 now"]),
    "dot inside a name": ("lumo.example sells lamps", ["lumo.example sells lamps"]),
    "emoji before a capital": ("love it 😍 Use MIA10", [f"love it{EMOJI_MARK}", "Use MIA10"]),
    "emoji before a tag": ("love it 😍 #ad", [f"love it{EMOJI_MARK}", "#ad"]),
    "emoji before a small letter": ("love it 😍 so much", [f"love it{EMOJI_MARK}so much"]),
    "emoji behind a full stop": ("love it.😍 so much", ["love it.", f"{EMOJI_MARK}so much"]),
    "link": ("see https://lumo.example/a.b ok", [f"see {LINK_MARK} ok"]),
}


@pytest.mark.parametrize(("text", "expected"), SENTENCES.values(), ids=SENTENCES)
def test_sentences(text, expected):
    folded, layout = laid_out(text)
    assert stretches(folded, layout.sentences) == expected


def test_lines_and_paragraphs():
    folded, layout = laid_out("one\ntwo\n\nthree")
    assert stretches(folded, layout.lines) == ["one\n", "two\n", "\n", "three"]
    assert stretches(folded, layout.paragraphs) == ["one\ntwo\n\n", "three"]


def test_an_offset_leads_to_the_stretch_around_it():
    _, layout = laid_out("One. Two\nthree\n\nfour")
    assert [layout.sentence(at) for at in (0, 3, 4, 8, 9)] == [Span(0, 4), Span(0, 4), Span(4, 9), Span(4, 9), Span(9, 16)]
    assert [layout.line(at) for at in (0, 9, 19)] == [Span(0, 9), Span(9, 15), Span(16, 20)]
    assert [layout.paragraph(at) for at in (0, 14, 16)] == [Span(0, 16), Span(0, 16), Span(16, 20)]
    assert layout.part(12) == Span(0, 20)


PILES = {
    "tags": ("Love it #lamp #glow #ad", [["#lamp", "#glow", "#ad"]]),
    "glued tags": ("#lamp#glow", [["#lamp", "#glow"]]),
    "tags and mentions": ("@lumo.lamps #ad", [["@lumo.lamps", "#ad"]]),
    "tags and a link": ("#lamp https://lumo.example/a", [["#lamp", LINK_MARK]]),
    "commas, bars and dots": ("#a1, #b1 | #c1 • #d1 / #e1", [["#a1", "#b1", "#c1", "#d1", "#e1"]]),
    "emoji between": ("#lamp 😍 #ad", [["#lamp", "#ad"]]),
    "a line break ends it": ("#a1 #b1\n#c1 #d1", [["#a1", "#b1"], ["#c1", "#d1"]]),
    "a word ends it": ("#a1 #b1 and #c1", [["#a1", "#b1"]]),
    "one tag": ("Love #lamp so much", []),
    "a mail address": ("mia@lumo.example #ad", []),
    "no tags": ("Love it", []),
}


@pytest.mark.parametrize(("text", "expected"), PILES.values(), ids=PILES)
def test_piles(text, expected):
    folded, layout = laid_out(text)
    assert [[folded[item.start : item.end] for item in pile.items] for pile in layout.piles] == expected


THREADS = {
    "number and slash": ("1/ My lamp\n2/ Its light\n3/ Buy", ["1/ My lamp\n", "2/ Its light\n", "3/ Buy"]),
    "number of all": ("1/2 My lamp\n\n2/2 Its light", ["1/2 My lamp\n\n", "2/2 Its light"]),
    "brackets": ("(1/2) My lamp\n(2/2) Buy", ["(1/2) My lamp\n", "(2/2) Buy"]),
    "words before the first part": ("A thread\n1/ My lamp\n2/ Buy", ["1/ My lamp\n", "2/ Buy"]),
    "one number": ("1/ My lamp\nIts light", []),
    "wrong order": ("2/ Its light\n1/ My lamp", []),
    "a number left out": ("1/ My lamp\n3/ Buy", []),
    "fractions": ("1/2 cup sugar\n1/4 cup milk", []),
    "numbers within lines": ("rated 1/ or\nrated 2/ maybe", []),
}


@pytest.mark.parametrize(("text", "expected"), THREADS.values(), ids=THREADS)
def test_parts_of_a_thread(text, expected):
    folded, layout = laid_out(text)
    assert (stretches(folded, layout.parts) if layout.parts else []) == expected


def test_fractions_in_rising_order_are_no_thread():
    assert laid_out("1/4 cup sugar\n2/3 cup milk\n3/4 cup flour")[1].parts == ()


def post_on(platform: str, before: str, after: str = "#ad"):
    """Return the depth of `after`, that stands behind `before`."""
    post = Post("p", before + after, "p", platform=platform)
    return depth(post, PLATFORMS[platform], len(before), len(before))


SEEN = {
    "instagram: first word": ("instagram", "", ""),
    "instagram: 125 characters": ("instagram", "a" * 125, ""),
    "instagram: third line": ("instagram", "a\nb\n", ""),
    "facebook: 477 characters": ("facebook", "a" * 477, ""),
    "facebook: many lines": ("facebook", "a\n\n" * 30, ""),
    "x: a post of 280": ("x", "a" * 277, ""),
    "x: the 280th character of a longer post": ("x", "a" * 280, "b" * 400),
    "bluesky: a post of 300": ("bluesky", "a" * 297, ""),
    "linkedin: third line": ("linkedin", "a\n\n", ""),
    "blog: 600 characters": ("blog", "a" * 600, ""),
    "threads: no fold": ("threads", "a" * 5000, ""),
    "post: no fold": ("post", "a" * 50_000 + "\n" * 7, ""),
    "leading line breaks are no lines": ("instagram", "\n\n\n", ""),
}
HIDDEN = {
    "instagram: behind 125 characters": ("instagram", "a" * 126, ""),
    "instagram: behind the third line break": ("instagram", "a\nb\nc\n", ""),
    "facebook: behind 477 characters": ("facebook", "a" * 478, ""),
    "facebook: behind forty blank lines": ("facebook", "a" + "\n" * 40, ""),
    "facebook: behind a ladder of dots": ("facebook", "a" + "\n." * 8 + "\n", ""),
    "x: behind 280 of a longer post": ("x", "a" * 281, ""),
    "linkedin: behind the third line break": ("linkedin", "a\n\n\n", ""),
    "post: behind eight blank lines": ("post", "a" + "\n" * 8, ""),
    "post: behind eight blank lines of Windows": ("post", "a" + "\r\n" * 8, ""),
}


@pytest.mark.parametrize(("platform", "before", "after"), SEEN.values(), ids=SEEN)
def test_up_to_the_fold_a_place_is_seen(platform, before, after):
    assert post_on(platform, before, "#ad" + after) <= 1


@pytest.mark.parametrize(("platform", "before", "after"), HIDDEN.values(), ids=HIDDEN)
def test_behind_the_fold_a_place_is_hidden(platform, before, after):
    assert post_on(platform, before, "#ad" + after) > 1


def test_depth_counts_in_folds():
    assert post_on("instagram", "a" * 250) == 2.0
    assert post_on("facebook", "a" + "\n" * 40) == 3.0
    assert post_on("threads", "a" * 5000) == 0.0


def test_depth_counts_from_the_body_and_for_markup_what_is_seen():
    text = "---\ntitle: x\n---\n" + "<b>lamp</b>" * 100 + "#ad"
    post = Post("p", text, "p", format="markdown", platform="blog", body_start=17)
    assert depth(post, PLATFORMS["blog"], text.index("#ad"), 300) == 0.5


def test_a_platform_without_numbers_shows_a_post_whole():
    post = Post("p", "a" * 9000 + "#ad", "p")
    assert depth(post, Platform("lumo", "Lumo", "short"), 9000, 9000) == 0.0


@settings(deadline=None)  # a machine under load is no fault
@given(st.text("1/2. \n#@a🎉!?(\"'", max_size=60))
def test_stretches_cover_any_text_in_order(text: str):
    folded, layout = laid_out(text)
    for starts in (layout.sentences, layout.lines, layout.paragraphs):
        assert starts[0] == 0
        assert list(starts) == sorted(set(starts))
        assert starts[-1] <= len(folded)
    for at in range(len(folded)):
        assert layout.sentence(at).start <= at < layout.sentence(at).end
        assert layout.line(at).start <= at < layout.line(at).end
