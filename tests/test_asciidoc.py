"""Where a phrase stands in AsciiDoc: seen or not, and at which place of the source."""

from __future__ import annotations

import time

import pytest

from disclosure_check.errors import InputError
from disclosure_check.model import CODE_MARK, Markup, Piece
from disclosure_check.readers.asciidoc import parse_asciidoc
from disclosure_check.readers.facts import Facts, make_post

PHRASE = "paid partnership"
PATIENCE = 30  # seconds; a machine under load gets here only if the time grows faster than the text


def shown(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


def source_of(phrase: str, pieces: tuple[Piece, ...], text: str) -> str | None:
    """Return what stands in the source where `phrase` is seen, or None where it isn't seen."""
    places = [
        (piece.start + index, piece.start + index + 1) if len(piece.text) == piece.end - piece.start else (piece.start, piece.end)
        for piece in pieces
        for index in range(len(piece.text))
    ]
    found = shown(pieces).find(phrase)
    return None if found < 0 else text[places[found][0] : places[found + len(phrase) - 1][1]]


def aside(markup: Markup, channel: str) -> tuple[Piece, ...]:
    return next((aside.pieces for aside in markup.asides if aside.channel == channel), ())


def links(text: str) -> list[tuple[str, str, str]]:
    return [(link.url, text[link.start : link.end], text[link.text_start : link.text_end]) for link in parse_asciidoc(text).links]


PLAIN = "paid partnership"
SEEN = {
    "paragraph": ("A paid partnership here.", PLAIN),
    "title of the document": ("= A paid partnership\nMia Muster\n\nx", PLAIN),
    "section": ("== A paid partnership ==\n\ntext", PLAIN),
    "section in Markdown's style": ("## A paid partnership\n\ntext", PLAIN),
    "underlined section": ("A paid partnership\n------------------\n\ntext", PLAIN),
    "block title": (".A paid partnership\n* x\n", PLAIN),
    "list": ("* one\n* a paid partnership\n", PLAIN),
    "wrapped in an item": ("* a paid\n  partnership", "paid\n  partnership"),
    "nested list": (". one\n.. two\n*** a paid partnership\n", PLAIN),
    "checklist": ("* [x] paid partnership\n", PLAIN),
    "attached": ("* x\n+\nA paid partnership\n", PLAIN),
    "description": ("x:: a paid\n  partnership\n", "paid\n  partnership"),
    "description below": ("x::\n\n  a paid partnership\n", PLAIN),
    "term": ("paid partnership:: x\n", PLAIN),
    "quote block": ("[quote, Mia]\n____\nA paid\npartnership\n____\n", "paid\npartnership"),
    "quote in Markdown's style": ("> a paid\n> partnership\n", "paid\n> partnership"),
    "verse": ("[verse]\n____\nx\npaid partnership\n____\n", PLAIN),
    "admonition": ("WARNING: A paid\npartnership\n", "paid\npartnership"),
    "admonition block": ("[NOTE]\n====\n* A paid partnership\n====\n", PLAIN),
    "sidebar in an example": ("====\n****\nA paid partnership\n****\n====\n", PLAIN),
    "open block": ("--\nA paid partnership\n--\n", PLAIN),
    "block that never ends": ("====\nA paid partnership\n", PLAIN),
    "table": ("|===\n|a |A paid partnership\n|===\n", PLAIN),
    "wrapped cell": ("|===\n|a |paid\npartnership\n|===\n", "paid\npartnership"),
    "cell with blocks": ("|===\na|* x\n* paid partnership\n|===\n", PLAIN),
    "cell over columns": ('[cols="1,a"]\n|===\n2+^.^|paid partnership\n|===\n', PLAIN),
    "cells without spaces": ("|===\n|a|m|paid partnership\n|===\n", PLAIN),
    "escaped bar": ("|===\n|a \\| b|paid partnership\n|===\n", PLAIN),
    "CSV table": (',===\nx,"paid partnership"\n,===\n', PLAIN),
    "footnote": ("x footnote:[A paid partnership.] y", PLAIN),
    "link in a footnote": ("x footnote:[A https://lumo.example[paid] partnership.]", "paid] partnership"),
    "wrapped": ("A paid\npartnership", "paid\npartnership"),
    "wrapped, CRLF": ("A paid\r\npartnership", "paid\r\npartnership"),
    "comment between": ("A paid\n// x\npartnership", "paid\n// x\npartnership"),
    "bold": ("A *paid* partnership", "paid* partnership"),
    "italic": ("A _paid_ _partnership_", "paid_ _partnership"),
    "bold in italic": ("A _paid *partnership*_ x", "paid *partnership"),
    "bold in a word": ("A pa**id** partner__ship__", "pa**id** partner__ship"),
    "marked": ("A [.big]#paid# ##part##nership", "paid# ##part##nership"),
    "raised": ("A paid partner^ship^", "paid partner^ship"),
    "curly quotes": ('A "`paid partnership`" x', PLAIN),
    "link text": ("A link:/x[paid partnership,window=_blank] y", PLAIN),
    "URL text": ("A https://lumo.example[*paid* partnership^] y", "paid* partnership"),
    "quoted link text": ('A https://lumo.example["paid partnership",role=x] y', PLAIN),
    "link inside": ("A https://lumo.example[paid] partnership", "paid] partnership"),
    "cross reference": ("A <<x,paid>> xref:y[partnership]", "paid>> xref:y[partnership"),
    "index term": ("A ((paid)) (((x)))partnership", "paid)) (((x)))partnership"),
    "anchor inside": ("A [[x]]paid partnership", PLAIN),
    "literal plus": ("A +paid partnership+", PLAIN),
    "escape": ("A \\*paid partnership*", PLAIN),
    "entity": ("A p&#97;id partnership", "p&#97;id partnership"),
    "attribute": (":x: paid partnership\n\nA {x} y", "{x}"),
    "attribute in an attribute": (":x: paid\n:y: {x} \\\n  partnership\n\nA {y} z", "{y}"),
    "pass block": ("++++\n<p>A <b>paid</b> partnership</p>\n++++\n", "paid</b> partnership"),
    "pass in the line": ("A +++<b>paid</b>+++ pass:[<i>partnership</i>]", "paid</b>+++ pass:[<i>partnership"),
    "after emoji": ("🎁😀 *é* paid partnership", PLAIN),
    "after a byte order mark": ("\ufeffpaid partnership", PLAIN),
    "set in the document": (":x:\n\nifdef::x[]\nA paid partnership\nendif::[]\n", PLAIN),
    "for HTML": ("ifdef::backend-html5[]\nA paid partnership\nendif::[]\n", PLAIN),
    "unless set": ("ifndef::env-github[]\nA paid partnership\nendif::[]\n", PLAIN),
    "behind a listing": ("----\nx\n----\nA paid partnership", PLAIN),
    "no bold": ("2 * 3 * 4 paid partnership a_b_c", PLAIN),
}


@pytest.mark.parametrize(("text", "source"), SEEN.values(), ids=SEEN)
def test_a_phrase_is_seen_at_its_place(text: str, source: str):
    assert source_of(PHRASE, parse_asciidoc(text).pieces, text) == source


UNSEEN = {
    "comment": "// paid partnership\n",
    "comment block": "////\npaid partnership\n\npaid partnership\n////\n",
    "comment that never ends": "x\n\n////\npaid partnership\n",
    "comment paragraph": "[comment]\npaid partnership\n",
    "mono": "A `paid partnership` here",
    "mono in a word": "A``paid partnership``here",
    "listing": "[source,ruby]\n----\npaid partnership\n----\n",
    "literal block": "....\npaid partnership\n....\n",
    "fence": "```js\npaid partnership\n```\n",
    "literal paragraph": "x\n\n paid partnership\n",
    "source paragraph": "[source]\npaid partnership\n",
    "diagram": "[plantuml]\n--\npaid partnership\n--\n",
    "header": "= T\nMia\n:description: paid partnership\n\nx",
    "attribute": "x\n\n:description: paid partnership\n",
    "author": "= T\npaid partnership\n\nx",
    "block attributes": "[quote, paid partnership]\nx\n",
    "description of an image": "image::a.png[paid partnership]\n",
    "inline image": "x image:a.png[paid partnership] y",
    "index term": "x (((paid partnership))) indexterm:[paid partnership]",
    "anchor": "[[x,paid partnership]]x",
    "macro of the site": "promo:x[paid partnership] y",
    "block macro of the site": "promo::x[paid partnership]\n",
    "math": "stem:[paid partnership]",
    "HTML comment": "++++\n<!-- paid partnership -->\n++++\n",
    "literal cell": "|===\nl|paid partnership\n|===\n",
    "two cells": "|===\n|paid\n|partnership\n|===\n",
    "two items": "* paid\n* partnership\n",
    "two lines": "paid +\npartnership",
    "hard breaks": "[%hardbreaks]\npaid\npartnership",
    "not set": "ifdef::x[]\nA paid partnership\nendif::[]\n",
    "unset again": ":x:\n:!x:\n\nifdef::x[A paid partnership]\n",
}


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_a_phrase_is_not_seen(text: str):
    assert PHRASE not in shown(parse_asciidoc(text).pieces)


ASIDES = {
    "image": ("image::a.png[A paid partnership, 100]\n", "alt", PLAIN),
    "quoted description": ('x image:a.png["A paid partnership, x",width=1]', "alt", PLAIN),
    "named description": ("image::a.png[width=1,alt=paid partnership]\n", "alt", PLAIN),
    "small": ("A [.small]#paid *partnership*# x", "small", "paid *partnership"),
    "small paragraph": ("[.small]\nA paid partnership\n", "small", PLAIN),
    "collapsible": ("[%collapsible]\n====\nA paid partnership\n====\n", "collapsed", PLAIN),
    "HTML that is hidden": ("++++\n<p style='display:none'>paid partnership</p>\n++++\n", "hidden", PLAIN),
    "condition": ("ifdef::x[]\nA paid partnership\n\nifdef::y[]\nz\nendif::[]\nendif::[]\n", "hidden", PLAIN),
    "condition in a line": ("ifdef::x[A paid partnership]\n", "hidden", PLAIN),
}


@pytest.mark.parametrize(("text", "channel", "source"), ASIDES.values(), ids=ASIDES)
def test_a_phrase_is_kept_as_an_aside(text: str, channel: str, source: str):
    assert source_of(PHRASE, aside(parse_asciidoc(text), channel), text) == source


def test_an_open_block_is_not_collapsed():
    assert shown(parse_asciidoc("[%collapsible%open]\n====\nx\n====\n").pieces) == "x"


def test_blocks_are_separated_by_blank_lines_and_items_by_line_ends():
    text = "= A\n\n== B\n\nb\n\n* c\n* d\n** e\n\nf\n\n|===\n|g |h\n\n|i |j\n|===\n\nk +\nl footnote:[m]\n\nn"
    assert shown(parse_asciidoc(text).pieces) == "A\n\nB\n\nb\n\nc\nd\ne\n\nf\n\ng\nh\ni\nj\n\nk\nl \n\nm\n\nn"


KINDS = {
    "heading": ("== Paid\n", ("heading", False)),
    "item": ("* paid\n", ("item", False)),
    "cell": ("|===\n|paid\n|===\n", ("cell", False)),
    "quote": ("____\npaid\n____\n", ("paragraph", True)),
    "quoted paragraph": ("[quote]\npaid\n", ("paragraph", True)),
    "air quotes": ('"paid\nfor"\n-- Mia\n', ("paragraph", True)),
    "example": ("====\npaid\n====\n", ("paragraph", False)),
    "attached": ("* x\n+\npaid\n", ("item", False)),
}


@pytest.mark.parametrize(("text", "block"), KINDS.values(), ids=KINDS)
def test_a_block_knows_its_kind(text: str, block: tuple[str, bool]):
    blocks = parse_asciidoc(text).blocks
    assert [(found.kind, found.quoted) for found in blocks if "paid" in text[found.start : found.end].lower()] == [block]


def test_a_footnote_is_a_block_of_its_own():
    text = "x footnote:[paid] y"
    found = [(block.kind, text[block.start : block.end]) for block in parse_asciidoc(text).blocks]
    assert found == [("paragraph", text), ("footnote", "paid")]


URL = "https://lumo.example/a_b?tag=x"
LINKS = {
    "URL": (f"See {URL}[the *lamp*^] now", [(URL, URL, "the *lamp")]),
    "link": ("See link:/go/lamp[the lamp,window=_blank]", [("/go/lamp", "/go/lamp", "the lamp")]),
    "link with a plain target": ("See link:++/go/a b++[the lamp]", [("/go/a b", "/go/a b", "the lamp")]),
    "link without a text": ("See link:/go/lamp[] now", [("/go/lamp", "/go/lamp", "/go/lamp")]),
    "mail": ("mailto:mia@lumo.example[Mia]", [("mailto:mia@lumo.example", "mia@lumo.example", "Mia")]),
    "attribute as URL": (f":lamp: {URL}\n\nSee {{lamp}}[it]", [(URL, URL, "it")]),
    "attribute in a URL": (":id: x\n\nSee https://lumo.example/{id}[it]", [("https://lumo.example/x", "https://lumo.example/{id}", "it")]),
    "image": (f"image::a.png[x,link={URL}]\n", [(URL, URL, "image::a.png")]),
    "in a table": (f"|===\n|{URL}[it] |x\n|===\n", [(URL, URL, "it")]),
    "bare": (f"See {URL} and <{URL}>", []),
    "bracket that never ends": (f"See {URL}[it", []),
}


@pytest.mark.parametrize(("text", "found"), LINKS.values(), ids=LINKS)
def test_a_link_knows_its_url_and_its_text(text: str, found: list[tuple[str, str, str]]):
    assert links(text) == found


def test_a_bare_url_stays_in_the_prose_for_those_who_look_for_it():
    assert shown(parse_asciidoc(f"See <{URL}>, *{URL}*").pieces) == f"See {URL}, {URL}"


def test_includes_are_named():
    text = "include::ad.adoc[]\n\npromo::x[]\n\nx {notice} y:z[a]"
    found = [(include.name, text[include.start : include.end]) for include in parse_asciidoc(text).includes]
    assert found == [("ad.adoc", "include::ad.adoc[]"), ("promo", "promo::x[]"), ("notice", "{notice}"), ("y", "y:z[a]")]


def test_a_letter_between_two_bars_is_a_cell():
    assert shown(parse_asciidoc("|===\n|a|m|x l|y\n|===\n").pieces) == f"a\nm\nx\n{CODE_MARK}"


def test_code_leaves_a_mark():
    assert shown(parse_asciidoc("Use `x` now.").pieces) == f"Use {CODE_MARK} now."


BODY = ":lang: de\n:disclosure-connection: paid, gift\n:disclosure-brand: Acme\n:disclosure-platform: blog\n"
HEADERS = {
    "below the title": f"= T\n:page-date: 2026-03-01\n{BODY}\nx",
    "above the title": f":page-date: 2026-03-01\n{BODY}= T\n\nx",
    "revision": f"// x\n= T\nMia Muster <mia@lumo.example>\nv1, 2026-03-01\n{BODY}\nx",
    "without a title": f":title: T\n:date: 2026-03-01\n{BODY}\nx",
    "front matter": f"---\ntitle: T\ndate: 2026-03-01\n---\n{BODY}\nx",
}


@pytest.mark.parametrize("text", HEADERS.values(), ids=HEADERS)
def test_the_header_is_read_as_facts(text: str):
    post = make_post(text, "a.adoc", facts=Facts(), defaults=Facts(format="asciidoc"))
    assert (post.title, post.date, post.lang, post.connections, post.brands, post.platform) == (
        "T",
        "2026-03-01",
        "de",
        ("paid", "gift"),
        ("Acme",),
        "blog",
    )
    assert shown(parse_asciidoc(text, post.body_start).pieces) in ("x", "T\n\nx")


def test_the_prose_begins_with_the_title_and_knows_what_was_set_above():
    text = ":x: paid\n:disclosure-brand: Acme; Lumo\n:disclosure-platform-label:\n\n= T\n\n{x}"
    post = make_post(text, "a.adoc", facts=Facts(), defaults=Facts(format="asciidoc"))
    assert text[post.body_start :] == "= T\n\n{x}"
    assert (post.brands, post.platform_label) == (("Acme", "Lumo"), True)
    assert shown(parse_asciidoc(text, post.body_start).pieces) == "T\n\npaid"


def test_a_wrong_connection_in_the_header_is_an_error():
    with pytest.raises(InputError, match=r'a\.adoc:1: connection "payed" is not one of'):
        make_post(":disclosure-connection: payed\n\nx", "a.adoc", facts=Facts(), defaults=Facts(format="asciidoc"))


HOSTILE = {
    "bold that never ends": "*a " * 300_000,
    "marks in marks": "*_#^a " * 200_000,
    "links that never end": "https://a[" * 100_000,
    "macros without a bracket": "link:" * 200_000,
    "footnotes that never end": "footnote:[" * 100_000,
    "brackets": "[" * 1_000_000,
    "macros of the site": "a:b[" * 200_000,
    "blocks in blocks": "".join("=" * length + "\n" for length in range(4, 1_400)),
    "conditions in conditions": "ifdef::a[]\n" * 50_000,
    "attributes that grow": ":a0: "
    + "x" * 10
    + "\n"
    + "".join(f":a{n}: " + f"{{a{n - 1}}}" * 10 + "\n" for n in range(1, 20))
    + "\n{a19} " * 50,
    "an attribute that is used often": ":a: " + "x" * 500_000 + "\n\n" + "{a} " * 100_000,
    "a value that never ends": ":a: b \\\n" * 100_000,
    "attributes of a block": "[a]\n" * 200_000,
    "cells": "|===\n" + "|a " * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_in_linear_time(text: str):
    start = time.process_time()
    markup = parse_asciidoc(text)
    make_post(text, "a.adoc", facts=Facts(), defaults=Facts(format="asciidoc"))
    assert time.process_time() - start < PATIENCE
    assert sum(len(piece.text) for piece in markup.pieces) < 4_000_000


def test_every_piece_stands_where_it_says():
    text = "\r\n\r\n".join(source for source, _ in SEEN.values())
    for piece in parse_asciidoc(text).pieces:
        if len(piece.text) == piece.end - piece.start and piece.text.strip():
            assert text[piece.start : piece.end] == piece.text
