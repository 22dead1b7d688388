"""From the pieces a reader sees to one folded text, and back to the original."""

from __future__ import annotations

import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosure_check import normalize as normalize_module
from disclosure_check.links import find_urls
from disclosure_check.model import LINK_MARK, Link, Piece, Span
from disclosure_check.normalize import EMOJI_MARK, INVISIBLE, LOOK_ALIKE, SPACED, STYLED, Prose, normalize


def folded(text: str):
    return normalize([Piece(text, 0, len(text))], find_urls)


def folded_pieces(*pieces: Piece):
    return normalize(pieces, find_urls)


PLAIN = {
    "ascii": ("Paid ad for Lumo, 20% off!", "Paid ad for Lumo, 20% off!"),
    "full-width": ("＃ａｄ ｆｏｒ ＬＵＭＯ", "#ad for LUMO"),
    "full-width percent": ("２０％ off", "20% off"),
    "bold": ("𝐩𝐚𝐢𝐝 𝗮𝗱", "paid ad"),
    "italic": ("𝘱𝘢𝘪𝘥 𝑎𝑑", "paid ad"),
    "monospace": ("𝚙𝚊𝚒𝚍", "paid"),
    "ligature": ("oﬀer", "offer"),
    "roman numeral": ("Mark Ⅳ", "Mark IV"),
    "one character to many": ("5㎏", "5kg"),
    "curly double quotes": ("“Paid ad”", '"Paid ad"'),
    "curly apostrophe": ("it’s an ad", "it's an ad"),
    "backtick apostrophe": ("it`s", "it's"),
    "guillemets": ("«ad»", '"ad"'),
    "dashes": ("ad\u2010a\u2013b\u2014c\u2212d", "ad-a-b-c-d"),
    "ellipsis": ("wait…", "wait..."),
    "bullets": ("a · b ● c", "a • b • c"),
    "composed accent stays": ("café", "café"),
    "combining accent goes": ("cafe\u0301", "cafe"),
    "dotted capital i keeps its length": ("İ", "I"),
    "trademark signs": ("Lumo™ Glow®", "Lumo Glow"),
    "keycap": ("1\ufe0f\u20e3 #\ufe0f\u20e3ad", "1 #ad"),
    "other script": ("Привет, это реклама", "Привет, это реклама"),
    "other script with latin-like letters only": ("сор", "сор"),
    "other script in a tag": ("#реклама", "#реклама"),
    "greek": ("a μ and αβγ", "a μ and αβγ"),
    "japanese": ("提供 広告", "提供 広告"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), PLAIN.values(), ids=PLAIN)
def test_what_readers_read_without_effort_is_folded_and_not_held_against_the_author(text, expected):
    prose = folded(text)
    assert (prose.text, prose.oddities) == (expected, ())


DISGUISED = {
    "fraktur": ("#𝖆𝖉", "#ad", ((1, STYLED), (2, STYLED))),
    "script": ("𝓪𝓭", "ad", ((0, STYLED), (1, STYLED))),
    "double-struck": ("𝕒𝕕", "ad", ((0, STYLED), (1, STYLED))),
    "circled": ("ⓐⓓ", "ad", ((0, STYLED), (1, STYLED))),
    "squared": ("🄰🄳", "AD", ((0, STYLED), (1, STYLED))),
    "superscript": ("ᵃᵈ", "ad", ((0, STYLED), (1, STYLED))),
    "subscript": ("ₐd", "ad", ((0, STYLED),)),
    "small capitals": ("ᴀd ᴀᴅ", "Ad AD", ((0, LOOK_ALIKE), (3, LOOK_ALIKE), (4, LOOK_ALIKE))),
    "zero-width space": ("#a\u200bd", "#ad", ((2, INVISIBLE),)),
    "zero-width joiner": ("pa\u200did", "paid", ((2, INVISIBLE),)),
    "word joiner": ("pa\u2060id", "paid", ((2, INVISIBLE),)),
    "byte order mark": ("p\ufeffaid", "paid", ((1, INVISIBLE),)),
    "soft hyphen": ("spon\u00adsored", "sponsored", ((4, INVISIBLE),)),
    "bidi override": ("x \u202ead\u202c y", "x ad y", ((2, INVISIBLE), (4, INVISIBLE))),
    "bidi isolate": ("x \u2066ad\u2069 y", "x ad y", ((2, INVISIBLE), (4, INVISIBLE))),
    "cyrillic letter in a word": ("pаid", "paid", ((1, LOOK_ALIKE),)),
    "cyrillic letter in a tag": ("#аd", "#ad", ((1, LOOK_ALIKE),)),
    "a tag of look-alikes only": ("#асе", "#ace", ((1, LOOK_ALIKE), (2, LOOK_ALIKE), (3, LOOK_ALIKE))),
    "greek letter in a word": ("Αcme", "Acme", ((0, LOOK_ALIKE),)),
    "mixed word beside a word of another script": ("реклама pаid", "реклама paid", ((9, LOOK_ALIKE),)),
    "spaced letters": ("so s p o n s o r e d ok", "so sponsored ok", ((3, SPACED),)),
    "spaced words": ("p a i d  a d", "paid ad", ((0, SPACED),)),
}


@pytest.mark.parametrize(("text", "expected", "oddities"), DISGUISED.values(), ids=DISGUISED)
def test_a_disguise_is_undone_and_said(text, expected, oddities):
    prose = folded(text)
    assert (prose.text, prose.oddities) == (expected, oddities)


SPACES = {
    "no-break and wide": ("paid\u00a0\u3000ad", "paid ad"),
    "tab": ("paid\tad", "paid ad"),
    "many": ("paid      ad", "paid ad"),
    "blank braille cell": ("paid\u2800ad", "paid ad"),
    "line separator": ("paid\u2028ad", "paid\nad"),
    "spaces around a line break": ("paid  \n  ad", "paid\nad"),
    "two line breaks are a paragraph": ("paid\n\nad", "paid\n\nad"),
    "a ladder of dots is a paragraph": ("paid\n.\n.\n.\nad", "paid\n\nad"),
    "three short initials stay": ("J R R wrote", "J R R wrote"),
    "emoji between words": ("paid 🎉 ad", f"paid{EMOJI_MARK}ad"),
    "emoji without spaces": ("paid🎉🎉ad", f"paid{EMOJI_MARK}ad"),
    "emoji at a line end": ("paid 🎉\nad", "paid\nad"),
    "emoji with selector and joiner": ("paid ❤️ 👩‍🚀 ad", f"paid{EMOJI_MARK}ad"),
    "flag letters are no word": ("🇦🇩", EMOJI_MARK),
}


@pytest.mark.parametrize(("text", "expected"), SPACES.values(), ids=SPACES)
def test_gaps_are_one_space_one_emoji_mark_one_line_break_or_one_paragraph(text, expected):
    assert folded(text).text == expected


URLS = {
    "whole": ("https://lumo.example/a", LINK_MARK, (Link("https://lumo.example/a", 0, 22, 0, 22),)),
    "in a sentence": ("See www.lumo.example/a, now", f"See {LINK_MARK}, now", (Link("www.lumo.example/a", 4, 22, 4, 22),)),
    "behind a folded character": ("🎉🎉 https://lumo.example", f"{EMOJI_MARK}{LINK_MARK}", (Link("https://lumo.example", 3, 23, 3, 23),)),
    "none": ("lumo. example", "lumo. example", ()),
}


@pytest.mark.parametrize(("text", "expected", "links"), URLS.values(), ids=URLS)
def test_a_url_becomes_a_mark_and_a_link_at_its_place_in_the_original(text, expected, links):
    prose = folded(text)
    assert (prose.text, prose.links) == (expected, links)


WAYS_BACK = {
    "same": ("a paid ad", "paid", "paid"),
    "quotes": ("a “paid” ad", '"paid"', "“paid”"),
    "a removed character inside": ("#s\u200bpon now", "#spon", "#s\u200bpon"),
    "a removed character in front": ("\u200b#spon now", "#spon", "#spon"),
    "one character for many": ("an oﬀer now", "offer", "oﬀer"),
    "part of one character for many": ("an oﬀer now", "ofe", None),
    "a gap": ("paid 🎉\u00a0ad", f"paid{EMOJI_MARK}ad", "paid 🎉\u00a0ad"),
    "astral letters": ("𝐩𝐚𝐢𝐝 ad", "paid", "𝐩𝐚𝐢𝐝"),
    "spaced letters": ("so s p o n s o r e d ok", "sponsored", "s p o n s o r e d"),
    "a link": ("at https://lumo.example ok", LINK_MARK, "https://lumo.example"),
    "behind a link": ("at https://lumo.example ok", "ok", "ok"),
}


@pytest.mark.parametrize(("text", "words", "original"), WAYS_BACK.values(), ids=WAYS_BACK)
def test_folded_words_lead_back_to_the_original_ones(text, words, original):
    prose = folded(text)
    at = prose.text.find(words)
    if original is None:
        assert at < 0
        return
    span = prose.offsets.span(at, at + len(words))
    assert text[span.start : span.end] == original


def test_part_of_a_ligature_leads_back_to_the_whole_ligature():
    prose = folded("oﬀer")
    assert prose.offsets.span(1, 2) == prose.offsets.span(2, 3) == Span(1, 2)


def test_a_piece_that_does_not_map_one_to_one_leads_back_to_its_whole_source():
    prose = folded_pieces(Piece("a ", 0, 2), Piece("&", 2, 7), Piece(" b", 7, 9), Piece("\n\n", 9, 15), Piece("c", 15, 16))
    assert prose.text == "a & b\n\nc"
    assert prose.offsets.span(2, 3) == Span(2, 7)
    assert prose.offsets.span(4, 8) == Span(8, 16)


def test_an_original_offset_leads_to_the_folded_character_that_stands_for_it():
    prose = folded("“a” 🎉 https://lumo.example/x b")
    assert prose.text == f'"a"{EMOJI_MARK}{LINK_MARK} b'
    assert [prose.offsets.folded(offset) for offset in (0, 1, 2, 3, 4, 6, 10, 28, 29, 30)] == [0, 1, 2, 3, 3, 4, 4, 5, 6, 7]


ANY_CHARACTER = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.characters(categories=["Cc", "Cf", "Mn", "So", "Zs"]),
    st.characters(min_codepoint=0x1D400, max_codepoint=0x1D7FF),  # letters of mathematics
    st.sampled_from("асеорх ıᴀᴅ\u200b\u00ad\u202e\ufe0f\u20e3İŉßﬀ½😍🇦🇩\n\r#@`“"),
)
ANY_TEXT = st.text(ANY_CHARACTER, max_size=80)
FRAGMENTS = st.sampled_from(
    [
        "#ad",
        " ",
        "\n",
        "\n\n",
        "paid",
        "https://amzn.to/3x",
        "s p o n s o r e d",
        "😍",
        "#a\u200bd",
        "с",
        "“",
        "amzn.to/",
        "1/ ",
        "&amp;",
        "ﬀ",
        "𝖆𝖉",
    ]
)
CAPTIONS = st.lists(FRAGMENTS, max_size=25).map("".join)


@settings(deadline=None)  # a machine under load is no fault
@given(st.one_of(ANY_TEXT, CAPTIONS))
def test_each_folded_character_maps_into_the_original_in_order(text: str):
    prose = folded(text)
    spans = [prose.offsets.span(at, at + 1) for at in range(len(prose.text))]
    assert [span for span in spans if not 0 <= span.start < span.end <= len(text)] == []
    assert [(first, second) for first, second in pairwise(spans) if first.start > second.start or first.end > second.end] == []
    assert len(prose.lower) == len(prose.text)
    assert [at for at, _ in prose.oddities if not 0 <= at <= len(prose.text)] == []
    assert [link for link in prose.links if not 0 <= link.start < link.end <= len(text)] == []


@settings(deadline=None)  # a machine under load is no fault
@given(st.one_of(ANY_TEXT, CAPTIONS), st.data())
def test_a_folded_slice_maps_to_the_span_from_its_first_to_its_last_character(text: str, data):
    prose = folded(text)
    if prose.text:
        at = data.draw(st.integers(0, len(prose.text) - 1))
        to = data.draw(st.integers(at + 1, len(prose.text)))
        first, last = prose.offsets.span(at, at + 1), prose.offsets.span(to - 1, to)
        assert prose.offsets.span(at, to) == Span(first.start, last.end)


@settings(deadline=None)  # a machine under load is no fault
@given(st.one_of(ANY_TEXT, CAPTIONS), st.integers(0, 200))
def test_each_original_offset_maps_into_the_folded_text(text: str, offset: int):
    prose = folded(text)
    assert 0 <= prose.offsets.folded(offset) <= len(prose.text)


PLAIN_WORDS = st.text(string.ascii_letters + "'#@,.!?%$&-", min_size=2, max_size=9).filter(lambda word: not find_urls(word))


@settings(deadline=None)  # a machine under load is no fault
@given(st.lists(PLAIN_WORDS, max_size=20), st.sampled_from([" ", "\n", "\n\n"]))
def test_ascii_words_with_plain_gaps_are_left_as_they_are(words: list[str], gap: str):
    text = gap.join(words)
    prose = folded(text)
    assert (prose.text, prose.oddities) == (text, ())
    assert [prose.offsets.span(at, at + 1) for at in range(len(text))] == [Span(at, at + 1) for at in range(len(text))]


@settings(deadline=None)  # a machine under load is no fault
@given(ANY_TEXT)
def test_pieces_of_any_cut_fold_to_the_same_text(text: str):
    cut = len(text) // 2
    pieces = [Piece(text[:cut], 0, cut), Piece(text[cut:], cut, len(text))]
    assert answers(normalize(pieces, find_urls)) == answers(folded(text))


@settings(deadline=None)  # a machine under load is no fault
@given(st.lists(st.tuples(st.one_of(ANY_TEXT, CAPTIONS), st.integers(0, 3), st.integers(0, 2)), max_size=6))
def test_pieces_fold_like_their_single_characters(shown: list[tuple[str, int, int]]):
    pieces: list[Piece] = []
    characters: list[Piece] = []
    end = 0
    for text, gap, length in shown:
        start = end + gap
        end = start + (length or len(text))
        pieces.append(Piece(text, start, end))
        if length in (0, len(text)):
            characters += [Piece(character, at, at + 1) for at, character in enumerate(text, start)]
        else:
            characters += [Piece(character, start, end) for character in text]
    assert answers(normalize(pieces, find_urls)) == answers(normalize(characters, find_urls))


@settings(deadline=None)  # a machine under load is no fault
@given(st.text(st.sampled_from(f"  \n\n{EMOJI_MARK}.-_•a"), max_size=30))
def test_white_space_is_left_in_its_final_form(text: str):
    expected = [space.span() for space in normalize_module._WHITE_SPACE().finditer(text) if space[0] != "\n\n"]
    assert [(start, end) for start, end, _ in normalize_module._gaps(text)] == expected


def answers(prose: Prose) -> tuple[object, ...]:
    """All that a prose tells, whatever the runs of its offsets are."""
    spans = [prose.offsets.span(at, at + 1) for at in range(len(prose.text))]
    last = max((span.end for span in spans), default=0) + 2
    return prose.text, prose.lower, spans, [prose.offsets.folded(offset) for offset in range(last)], prose.oddities, prose.links
