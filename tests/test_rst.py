"""Where a phrase stands in reStructuredText: seen or not, and at which place of the source."""

from __future__ import annotations

import time

import pytest

from disclosure_check.errors import InputError
from disclosure_check.model import CODE_MARK, Markup, Piece
from disclosure_check.readers.facts import Facts, make_post
from disclosure_check.readers.rst import parse_rst

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
    return [(link.url, text[link.start : link.end], text[link.text_start : link.text_end]) for link in parse_rst(text).links]


PLAIN = "paid partnership"
SEEN = {
    "paragraph": ("A paid partnership here.", PLAIN),
    "title": ("A paid partnership\n==================\n\ntext", PLAIN),
    "overlined title": ("====================\n A paid partnership\n====================\n", PLAIN),
    "list": ("- one\n- a paid partnership\n", PLAIN),
    "wrapped in an item": ("- a paid\n  partnership", "paid\n  partnership"),
    "nested list": ("1. one\n\n   * two\n\n     #. a paid partnership\n", PLAIN),
    "lettered list": ("(a) paid partnership\n(b) x\n", PLAIN),
    "no list": ("A. paid\npartnership", "paid\npartnership"),
    "definition": ("term\n   A paid\n   partnership\n", "paid\n   partnership"),
    "term": ("paid partnership\n   x\n", PLAIN),
    "field": ("x\n\n:Note: a paid\n   partnership\n", "paid\n   partnership"),
    "option": ("x\n\n-v FILE  a paid partnership\n", PLAIN),
    "block quote": ("x\n\n   a paid\n   partnership\n", "paid\n   partnership"),
    "line block": ("| a paid\n  partnership\n| b\n", "paid\n  partnership"),
    "footnote": ("x [1]_\n\n.. [1] A paid\n   partnership\n", "paid\n   partnership"),
    "citation": (".. [Lumo24] A paid partnership\n", PLAIN),
    "note": (".. note:: A paid\n   partnership\n", "paid\n   partnership"),
    "warning with class": (".. warning::\n   :class: big\n\n   A paid partnership\n", PLAIN),
    "title of an admonition": (".. admonition:: A paid partnership\n\n   x\n", PLAIN),
    "list in a note": (".. tip::\n\n   - x\n   - paid partnership\n", PLAIN),
    "caption": (".. figure:: a.png\n   :alt: x\n\n   A paid partnership\n", PLAIN),
    "container": (".. container:: big\n\n   A paid partnership\n", PLAIN),
    "a directive nobody knows": (".. promo-box:: x\n\n   A paid partnership\n", PLAIN),
    "rubric": (".. rubric:: A paid partnership\n", PLAIN),
    "only for HTML": (".. only:: html\n\n   A paid partnership\n", PLAIN),
    "abstract": (":abstract: A paid partnership\n\nx", PLAIN),
    "grid cell": ("+---+-------------+\n| a | A paid      |\n| b | partnership |\n+---+-------------+\n", "paid      |\n| b | partnership"),
    "grid table with emoji": ("+----+------------------+\n| 🎁 | paid partnership |\n+----+------------------+\n", PLAIN),
    "simple table": ("==  ================\na   b\n==  ================\n🎁  paid partnership\n==  ================\n", PLAIN),
    "wrapped simple cell": ("==  =====\na   paid\n    partnership\n==  =====\n", "paid\n    partnership"),
    "list table": (".. list-table:: x\n\n   * - a\n     - paid partnership\n", PLAIN),
    "CSV table": ('.. csv-table::\n   :header: a, b\n\n   "x, y", "paid partnership"\n', PLAIN),
    "wrapped": ("A paid\npartnership", "paid\npartnership"),
    "wrapped, CRLF": ("A paid\r\npartnership", "paid\r\npartnership"),
    "bold": ("A **paid** partnership", "paid** partnership"),
    "italic": ("A *paid* *partnership*", "paid* *partnership"),
    "bold in a word": ("A pa\\ **id** partner\\ *ship* x", "pa\\ **id** partner\\ *ship"),
    "role": ("A :strong:`paid` :sup:`partnership`", "paid` :sup:`partnership"),
    "role behind": ("A `paid`:emphasis: partnership", "paid`:emphasis: partnership"),
    "default role": ("A `paid` partnership", "paid` partnership"),
    "reference": ("A :ref:`paid partnership <x>`", PLAIN),
    "link text": ("A `paid partnership <https://lumo.example>`_ x", PLAIN),
    "named link": ("A `paid partnership`_ x\n\n.. _paid partnership: https://lumo.example\n", PLAIN),
    "link inside": ("A paid_ partnership\n\n.. _paid: https://lumo.example\n", "paid_ partnership"),
    "internal link": ("A paid_ partnership\n", "paid_ partnership"),
    "inline target": ("A _`paid` partnership", "paid` partnership"),
    "escape": ("A \\*paid partnership\\*", PLAIN),
    "substitution": ("A |x|\n\n.. |x| replace:: *paid* partnership\n", "|x|"),
    "raw HTML": (".. raw:: html\n\n   <p>A <b>paid</b> partnership</p>\n", "paid</b> partnership"),
    "raw role": (".. role:: raw-html(raw)\n   :format: html\n\nA :raw-html:`<b>paid partnership</b>` x", PLAIN),
    "after emoji": ("🎁😀 **é** paid partnership", PLAIN),
    "after a tab": ("-\tx\n\n\tpaid partnership", PLAIN),
    "after a byte order mark": ("\ufeffpaid partnership", PLAIN),
    "before a literal block": ("A paid partnership::\n\n   x\n", PLAIN),
    "after a literal block": ("x::\n\n   y\n\nA paid partnership", PLAIN),
    "after an empty comment": ("..\n\n   A paid partnership", PLAIN),
    "no emphasis": ("(*) a paid partnership, 2 * 3 * 4", PLAIN),
}


@pytest.mark.parametrize(("text", "source"), SEEN.values(), ids=SEEN)
def test_a_phrase_is_seen_at_its_place(text: str, source: str):
    assert source_of(PHRASE, parse_rst(text).pieces, text) == source


UNSEEN = {
    "comment": ".. paid partnership\n",
    "comment of several lines": "..\n   paid\n   partnership\n\n   paid partnership\n",
    "literal": "A ``paid partnership`` here",
    "code role": "A :code:`paid partnership` here",
    "literal block": "x::\n\n   paid partnership\n\n   paid partnership\n",
    "quoted literal block": "x::\n\n> paid partnership\n> paid partnership\n",
    "code": ".. code-block:: python\n   :linenos:\n\n   paid partnership\n",
    "doctest": ">>> paid partnership\npaid partnership\n",
    "raw LaTeX": ".. raw:: latex\n\n   paid partnership\n",
    "raw comment": ".. raw:: html\n\n   <!-- paid partnership -->\n",
    "meta": ".. meta::\n   :description: paid partnership\n",
    "highlight": ".. highlight:: paid partnership\n",
    "target": ".. _paid partnership: https://lumo.example\n",
    "URL": "`x <https://lumo.example/paid partnership>`_",
    "header": ":summary: paid partnership\n\nx",
    "header under a title": "Title\n=====\n\n:summary: paid partnership\n\nx",
    "Nikola's header": ".. description: paid partnership\n\nx",
    "description of an image": ".. image:: a.png\n   :alt: paid partnership\n",
    "option of a directive": ".. promo-box::\n   :text: paid partnership\n",
    "file name": ".. include:: paid partnership\n",
    "two cells": "== ===========\nx  paid\ny  partnership\n== ===========\n",
    "two items": "- paid\n- partnership\n",
    "two lines of verse": "| paid\n| partnership\n",
    "for another output": ".. only:: latex\n\n   A paid partnership\n",
    "for no HTML": ".. only:: not html\n\n   A paid partnership\n",
}


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_a_phrase_is_not_seen(text: str):
    assert PHRASE not in shown(parse_rst(text).pieces)


ASIDES = {
    "image": (".. image:: a.png\n   :alt: A paid partnership\n", "alt", PLAIN),
    "image in a substitution": ("|x|\n\n.. |x| image:: a.png\n   :alt: A paid partnership\n", "alt", PLAIN),
    "HTML that is hidden": (".. raw:: html\n\n   <p style='display:none'>paid partnership</p>\n", "hidden", PLAIN),
    "other output": (".. only:: latex\n\n   A *paid* partnership\n", "hidden", "paid* partnership"),
    "dropdown": (".. dropdown:: x\n\n   A paid partnership\n", "collapsed", PLAIN),
    "note that is folded": (".. note::\n   :class: dropdown\n\n   A paid partnership\n", "collapsed", PLAIN),
    "abbreviation": ("An :abbr:`x (paid partnership)`", "title", PLAIN),
}


@pytest.mark.parametrize(("text", "channel", "source"), ASIDES.values(), ids=ASIDES)
def test_a_phrase_is_kept_as_an_aside(text: str, channel: str, source: str):
    assert source_of(PHRASE, aside(parse_rst(text), channel), text) == source


def test_blocks_are_separated_by_blank_lines_and_items_by_line_ends():
    text = "A\n=\n\nB\n-----\n\nb\n\n- c\n- d\n\n  - e\n\nf\n\n== ==\ng  h\n== ==\n\n| i\n| j\n"
    assert shown(parse_rst("A\n====\n" + text[4:]).pieces) == "A\n\nB\n\nb\n\nc\nd\ne\n\nf\n\ng\nh\n\ni\nj"


KINDS = {
    "heading": ("Paid\n====\n", ("heading", False)),
    "item": ("- paid\n", ("item", False)),
    "cell": ("== ==\npaid b\n== ==\n", ("cell", False)),
    "footnote": (".. [#] paid\n", ("footnote", False)),
    "quote": ("x\n\n   paid\n", ("paragraph", True)),
    "epigraph": (".. epigraph::\n\n   paid\n", ("paragraph", True)),
    "indented list": ("x\n\n   - paid\n   - y\n", ("item", False)),
    "note": (".. note:: paid\n", ("paragraph", False)),
}


@pytest.mark.parametrize(("text", "block"), KINDS.values(), ids=KINDS)
def test_a_block_knows_its_kind(text: str, block: tuple[str, bool]):
    blocks = parse_rst(text).blocks
    assert [(found.kind, found.quoted) for found in blocks if "paid" in text[found.start : found.end].lower()] == [block]


URL = "https://lumo.example/a_b?tag=x"
LINKS = {
    "embedded": (f"See `the *lamp* <{URL}>`_ now", [(URL, URL, "the *lamp*")]),
    "embedded, wrapped": (
        "See `the\nlamp <https://lumo.example/\nx>`__",
        [("https://lumo.example/x", "https://lumo.example/\nx", "the\nlamp")],
    ),
    "named": (f"See lamp_ now\n\n.. _Lamp: {URL}\n", [(URL, URL, "lamp")]),
    "phrase": (f"See `my  lamp`_ now\n\n.. _`My lamp`: {URL}\n", [(URL, URL, "my  lamp")]),
    "anonymous": (f"One__ and `the other`__\n\n.. __: {URL}\n__ {URL}2\n", [(URL, URL, "One"), (URL + "2", URL + "2", "the other")]),
    "alias": (f"See a_\n\n.. _a: b_\n.. _b: {URL}\n", [(URL, URL, "a")]),
    "chain": (f"See a_\n\n.. _a:\n.. _b: {URL}\n", [(URL, URL, "a")]),
    "embedded alias": (f"See `x <b_>`_\n\n.. _b: {URL}\n", [(URL, URL, "x")]),
    "in a circle": ("See a_\n\n.. _a: b_\n.. _b: a_\n", []),
    "without a target": ("See a_ and `b`_", []),
    "image": (f".. image:: a.png\n   :target: {URL}\n", [(URL, URL, "image:: a.png")]),
    "substitution": (f"|x|_\n\n.. |x| replace:: Lumo\n.. _x: {URL}\n", [(URL, URL, "|x|_")]),
    "no name in a URL": ("https://lumo.example/a_ x", []),
}


@pytest.mark.parametrize(("text", "found"), LINKS.values(), ids=LINKS)
def test_a_link_knows_its_url_and_its_text(text: str, found: list[tuple[str, str, str]]):
    assert links(text) == found


def test_includes_are_named():
    text = ".. include:: ad.rst\n.. promo-box::\n\n.. literalinclude:: x.py\n.. note:: x\n"
    found = [(include.name, text[include.start : include.end]) for include in parse_rst(text).includes]
    assert found == [("ad.rst", "include:: ad.rst"), ("promo-box", "promo-box::"), ("x.py", "literalinclude:: x.py")]


def test_code_leaves_a_mark_and_a_footnote_reference_nothing():
    assert shown(parse_rst("Use ``x`` now [1]_.").pieces) == f"Use {CODE_MARK} now ."


def test_characters_by_number():
    assert shown(parse_rst("|x| Lumo\n\n.. |x| unicode:: U+00A9 .. copyright\n").pieces) == "© Lumo"


HEADERS = {
    "field list": ":title: T\n:date: 2026-03-01\n:lang: de\n:disclosure-connection: paid, gift\n:disclosure-brand: Acme\n:disclosure-platform: blog\n\nx",
    "below a title": "T\n=\n\n:date: 2026-03-01\n:lang: de\n:disclosure-connection: paid,\n   gift\n:disclosure-brand: Acme\n:disclosure-platform: blog\n\nx",
    "Nikola": ".. title: T\n.. date: 2026-03-01\n.. lang: de\n.. disclosure-connection: paid, gift\n.. disclosure-brand: Acme\n.. disclosure-platform: blog\n\nx",
    "front matter": "---\ntitle: T\ndate: 2026-03-01\nlang: de\ndisclosure: {connection: [paid, gift], brand: Acme, platform: blog}\n---\nx",
}


@pytest.mark.parametrize("text", HEADERS.values(), ids=HEADERS)
def test_the_header_is_read_as_facts(text: str):
    post = make_post(text, "a.rst", facts=Facts(), defaults=Facts(format="rst"))
    assert (post.title, post.date, post.lang, post.connections, post.brands, post.platform) == (
        "T",
        "2026-03-01",
        "de",
        ("paid", "gift"),
        ("Acme",),
        "blog",
    )
    assert shown(parse_rst(text, post.body_start).pieces) in ("x", "T\n\nx")


def test_the_prose_begins_behind_the_header():
    text = ":date: 2026-03-01\n:disclosure-connection: none\n\nPaid"
    post = make_post(text, "a.rst", facts=Facts(), defaults=Facts(format="rst"))
    assert text[post.body_start :].lstrip() == "Paid"
    assert not post.platform_label


def test_a_wrong_connection_in_the_header_is_an_error():
    with pytest.raises(InputError, match=r'a\.rst:1: connection "payed" is not one of'):
        make_post(":disclosure-connection: payed\n\nx", "a.rst", facts=Facts(), defaults=Facts(format="rst"))


HOSTILE = {
    "strong that never ends": "**a " * 300_000,
    "references": "a_ " * 200_000,
    "names in a chain": "a-" * 500_000 + "_",
    "roles that never end": ":a:`b " * 200_000,
    "items in items": "- " * 500_000,
    "quotes in quotes": "".join(" " * depth + "a\n\n" for depth in range(1_200)),
    "notes in notes": "".join("   " * depth + ".. note::\n\n" for depth in range(500)),
    "tables that never end": "== ==\na a\n" * 100_000,
    "cells": "+" + "-+" * 500 + "\n" + ("|" + " |" * 500 + "\n" + "+" + "-+" * 500 + "\n") * 200,
    "targets": "".join(f".. _a{index}: a{index + 1}_\n" for index in range(30_000)) + "a0_ " * 30_000,
    "a substitution that grows": ".. |a| replace:: " + "x" * 500_000 + "\n\n" + "|a| " * 100_000,
    "backslashes": "\\" * 1_000_000,
    "options": "-a " * 300_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_in_linear_time(text: str):
    start = time.process_time()
    markup = parse_rst(text)
    assert time.process_time() - start < PATIENCE
    assert sum(len(piece.text) for piece in markup.pieces) < 4_000_000


def test_every_piece_stands_where_it_says():
    text = "\r\n\r\n".join(source for source, _ in SEEN.values())
    for piece in parse_rst(text).pieces:
        if len(piece.text) == piece.end - piece.start and piece.text.strip():
            assert text[piece.start : piece.end] == piece.text
