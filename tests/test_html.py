"""What a browser would show of an HTML page."""

from __future__ import annotations

import time

import pytest

from disclosure_check.model import CODE_MARK, Link, Markup, Piece
from disclosure_check.readers.colors import is_near, is_transparent, parse_color
from disclosure_check.readers.html import parse_html


def shown(markup: Markup) -> str:
    return "".join(piece.text for piece in markup.pieces)


SHOWN = {
    "paragraphs": ("<p>a</p>\n<p>b\n  c</p>", "a\n\nb c"),
    "unclosed-paragraphs": ("<p>a<p>b<div>c", "a\n\nb\n\nc"),
    "line-break": ("a<br>b<br/>c", "a\nb\nc"),
    "two-line-breaks": ("a<br><br>b", "a\n\nb"),
    "list": ("<ul><li>a<li>b</ul>c", "a\nb\n\nc"),
    "table": ("<table><tr><td>a<td>b<tr><th>c</table>", "a\nb\nc"),
    "inline": ("a <b>b</b><i>c</i>\n<u> d</u>", "a bc d"),
    "entities": ("a&amp;b &lt;c&gt; &copy &#128512; &nosuch; R&D", "a&b <c> © 😀 &nosuch; R&D"),
    "comment": ("a<!-- <b>x</b> -->b<!-->c<!DOCTYPE html><?x?>d", "abcd"),
    "unclosed-comment": ("a<!-- b", "a"),
    "script": ("a<script>if (b < c) { '<p>' }</script>b<STYLE>c</style >d", "abd"),
    "head": ("<html><head><title>t</title><meta name=x></head><body>a</body></html>", "a"),
    "unclosed-head": ("<head><title>t</title><p>a", "a"),
    "template-noscript-svg": ("a<template>b</template><noscript>c</noscript><svg><title>d</title><text>e</text></svg>f", "af"),
    "code": ("a <code>b</code> c", f"a {CODE_MARK} c"),
    "preformatted": ("<pre>a\n  b\n\nc</pre>", "a\nb\n\nc"),
    "highlighted": ('a<pre class="highlight">b</pre>c', f"a\n\n{CODE_MARK}\n\nc"),
    "no-tags": ("1 < 2 and <3 you, a<b", "1 < 2 and <3 you, a<b"),
    "quote-in-attribute": ('<p title="a > b">c', "c"),
    "unclosed-quote": ('<p title="a>b</p> c', "b\n\nc"),
    "misnested": ("<b>a<i>b</b>c</i>d</div></p>e", "abcde"),
    "no-break-space": ("a&nbsp;b\u00a0c", "a\u00a0b\u00a0c"),
    "liquid": ("{% if a %}<p>{{ b }} c</p>{% endif %}", f"{CODE_MARK}\n\n{CODE_MARK} c\n\n{CODE_MARK}"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), SHOWN.values(), ids=SHOWN)
def test_the_text_of_a_page(text: str, expected: str):
    assert shown(parse_html(text)) == expected


def test_pieces_know_their_place():
    assert parse_html("😀<p>a&amp;b\r\n c").pieces == (
        Piece("😀", 0, 1),
        Piece("\n\n", 1, 4),
        Piece("a", 4, 5),
        Piece("&", 5, 10),
        Piece("b", 10, 11),
        Piece(" ", 11, 14),
        Piece("c", 14, 15),
    )


HIDDEN = {
    "display": ('<p style="color:red; DISPLAY : none !important">x</p>', "display:none"),
    "visibility": ('<p style="visibility:hidden">x</p>', "visibility:hidden"),
    "attribute": ("<p hidden>x</p>", "hidden"),
    "inherited": ('<div style="display:none"><p><b>x</b></p></div>', "display:none"),
    "opacity": ('<p style="opacity:0">x</p>', "opacity:0"),
    "font-size-0": ('<p style="font-size:0">x</p>', "font-size:0"),
    "font-size-1px": ('<p style="font-size: 1px">x</p>', "font-size:1px"),
    "font-size-em": ('<p style="font-size:.2em">x</p>', "font-size:.2em"),
    "font-shorthand": ('<p style="font: bold 2px/1 Arial">x</p>', "font:bold 2px/1 arial"),
    "off-screen": ('<p aria-hidden="true" style="position:absolute;left:-9999px">x</p>', "left:-9999px"),
    "text-indent": ('<p style="text-indent:-9999px">x</p>', "text-indent:-9999px"),
    "clip": ('<p style="clip: rect(0 0 0 0)">x</p>', "clip:rect(0 0 0 0)"),
    "no-height": ('<p style="height:0;overflow:hidden">x</p>', "height:0"),
    "screen-reader": ('<p class="note sr-only">x</p>', 'class="sr-only"'),
    "same-color": ('<p style="color:#eee;background-color:rgb(238, 238, 238)">x</p>', "color:#eee; background-color:rgb(238, 238, 238)"),
    "near-color": ('<p style="background:navy"><b style="color:#00008f">x</b></p>', "color:#00008f; background:navy"),
    "white-on-the-page": ('<p><span style="color:#fefefe">x</span></p>', "color:#fefefe"),
    "font-tag": ('<font color="White">x</font>', "color=White"),
    "table-background": ('<table bgcolor="#000"><tr><td style="color:black">x</table>', "color:black; bgcolor=#000"),
    "transparent": ('<p style="color:transparent">x</p>', "color:transparent"),
    "alpha": ('<p style="color:rgba(0,0,0,0)">x</p>', "color:rgba(0,0,0,0)"),
}


@pytest.mark.parametrize(("text", "reason"), HIDDEN.values(), ids=HIDDEN)
def test_hidden_text_is_an_aside_with_its_reason(text: str, reason: str):
    markup = parse_html(f"a {text} b")
    [aside] = markup.asides
    assert (aside.channel, aside.reason, [piece.text for piece in aside.pieces]) == ("hidden", reason, ["x"])
    assert "x" not in shown(markup)
    assert shown(markup).split() == ["a", "b"]


VISIBLE = {
    "white-on-a-known-color": '<p style="color:#fff;background:#333">x</p>',
    "white-on-a-class": '<a class="button" style="color:#fff">x</a>',
    "white-on-a-picture": '<p style="color:#fff;background:url(a.png)">x</p>',
    "visible-again": '<div style="visibility:hidden"><p style="visibility:visible">x</p></div>',
    "large-again": '<div style="font-size:0"><p style="font-size:16px">x</p></div>',
    "another-color": '<p style="color:#ff0000;background:#fff">x</p>',
    "faint": '<p style="opacity:.6">x</p>',
    "aria-hidden-alone": '<p aria-hidden="true">x</p>',
    "a-little-indented": '<p style="text-indent:-10px">x</p>',
    "left-without-position": '<p style="left:-9999px">x</p>',
    "hidden-overflow": '<p style="overflow:hidden;height:20px">x</p>',
    "after-hidden": '<p style="display:none">y</p>x',
    "after-misnested-small": "<small><p>y</small></p><p>x",
    "open-details": "<details open><summary>y</summary>x</details>",
    "summary": "<details><summary>x</summary>y</details>",
    "small-enough": '<p style="font-size:10px">x</p>',
}


@pytest.mark.parametrize("text", VISIBLE.values(), ids=VISIBLE)
def test_text_that_can_be_seen_is_no_aside(text: str):
    assert "x" in shown(parse_html(text))


ASIDES = {
    "small": ("<small>x</small>", "small", "<small>"),
    "small-print": ('<p style="font-size:9px">x</p>', "small", "font-size:9px"),
    "small-print-percent": ('<p style="font-size:50%">x</p>', "small", "font-size:50%"),
    "font-size-1": ('<font size="1">x</font>', "small", "size=1"),
    "details": ("<details><summary>a</summary>x</details>", "collapsed", "<details>"),
    "hidden-in-small": ("<small><b hidden>x</b></small>", "hidden", "hidden"),
    "alt": ('<img src="a" alt="x">', "alt", "alt"),
    "title": ('<abbr title="x">a</abbr>', "title", "title"),
}


@pytest.mark.parametrize(("text", "channel", "reason"), ASIDES.values(), ids=ASIDES)
def test_what_most_readers_miss_is_an_aside(text: str, channel: str, reason: str):
    asides = parse_html(text).asides
    assert [(aside.channel, aside.reason, "".join(p.text for p in aside.pieces)) for aside in asides] == [(channel, reason, "x")]


def test_links_have_their_url_and_the_text_a_reader_sees():
    text = '<a class=x href=https://x.example/?a=1&copy=2>go <img alt="y"></a><a href="#">z</a><a name="n">w</a>'
    assert parse_html(text).links == (Link("https://x.example/?a=1&copy=2", 16, 45, 46, 48), Link("#", 75, 76, 78, 79))


def test_blocks_have_their_kind():
    text = "<h2>a</h2><p>b <b>c</b></p><blockquote><p>d</p></blockquote><ul><li><p>e</p></li></ul><table><td>f</table>"
    assert [(block.kind, text[block.start : block.end], block.quoted) for block in parse_html(text).blocks] == [
        ("heading", "a", False),
        ("paragraph", "b <b>c", False),
        ("paragraph", "d", True),
        ("item", "e", False),
        ("cell", "f", False),
    ]


NESTED = {
    "divs": "<div>" * 100_000 + "x",
    "spans": "<span>" * 100_000 + "x" + "</span>" * 100_000,
    "misnested": "<b><div>" + "<i>" * 50_000 + "x" + "</b>" * 50_000,
    "unclosed-tags": "<a " * 50_000,
    "unclosed-quotes": '<a b=">" ' * 50_000,
    "comments": "<!--" * 100_000,
    "entities": "&" * 200_000,
    "braces": "{{" * 100_000 + "{% raw %}" * 10_000,
}


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_hostile_input_takes_linear_time(text: str):
    # Even on a slow machine a linear parser needs about a second; a quadratic one, minutes.
    start = time.process_time()
    parse_html(text)
    assert time.process_time() - start < 20


COLORS = {
    "white": (255, 255, 255),
    " Tan ": (210, 180, 140),
    "#fff": (255, 255, 255),
    "#0a0b0c": (10, 11, 12),
    "#0a0b0c80": (10, 11, 12),
    "rgb(1, 2, 3)": (1, 2, 3),
    "rgb(100% 0% 50% / 20%)": (255, 0, 127),
    "hsl(120, 100%, 50%)": (0, 255, 0),
    "nonsense": None,
    "var(--x)": None,
    "#12": None,
}


@pytest.mark.parametrize(("value", "expected"), COLORS.items(), ids=COLORS)
def test_colors(value: str, expected: tuple[int, int, int] | None):
    assert parse_color(value) == expected


def test_near_and_transparent_colors():
    assert is_near((255, 255, 255), (240, 250, 231))
    assert not is_near((255, 255, 255), (230, 255, 255))
    assert is_transparent("#0000")
    assert is_transparent("hsla(1, 2%, 3%, 0.01)")
    assert not is_transparent("rgba(0,0,0,.5)")
