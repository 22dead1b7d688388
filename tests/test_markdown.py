"""Where a phrase stands in Markdown: seen or not, and at which place of the source."""

from __future__ import annotations

import pytest

from disclosure_check.model import CODE_MARK, Block, Include, Link, Markup, Piece
from disclosure_check.readers.markdown import parse_markdown

PHRASE = "paid partnership"


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


SEEN = {
    "paragraph": ("A paid partnership here.", "paid partnership"),
    "atx-heading": ("## A paid partnership ##\n\ntext", "paid partnership"),
    "setext-heading": ("A paid partnership\n===\n\ntext", "paid partnership"),
    "heading-with-attributes": ("## A paid partnership {#top .big}\n", "paid partnership"),
    "list": ("- one\n- a paid partnership\n", "paid partnership"),
    "nested-list": ("1. one\n   - two\n     - a paid partnership\n", "paid partnership"),
    "loose-list": ("- one\n\n- a paid partnership\n\n  more\n", "paid partnership"),
    "task-list": ("- [x] paid partnership\n", "paid partnership"),
    "block-quote": ("> > a paid partnership\n", "paid partnership"),
    "block-quote-wrapped": ("> a paid\n> partnership\n", "paid\n> partnership"),
    "block-quote-lazy": ("> a paid\npartnership\n", "paid\npartnership"),
    "alert": ("> [!NOTE]\n> A paid partnership\n", "paid partnership"),
    "table-head": ("| a paid partnership | b |\n|---|---|\n| c | d |\n", "paid partnership"),
    "table-cell": ("| a | b |\n|---|---|\n| x \\| y | paid partnership |\n", "paid partnership"),
    "link-text": ("A [paid partnership](https://brand.example/x) here", "paid partnership"),
    "reference-link-text": ("A [paid partnership][b] here\n\n[b]: https://brand.example/x\n", "paid partnership"),
    "footnote": ("Text.[^1]\n\n[^1]: A paid partnership.\n", "paid partnership"),
    "html-block": ('<div class="note">\nA paid partnership\n</div>\n', "paid partnership"),
    "html-block-in-quote": ("> <div>\n> a paid\n> partnership\n> </div>\n", "paid\n> partnership"),
    "inline-html": ("A <b>paid</b> <i>partnership</i>", "paid</b> <i>partnership"),
    "wrapped": ("A paid\npartnership", "paid\npartnership"),
    "wrapped-crlf": ("A paid\r\npartnership", "paid\r\npartnership"),
    "wrapped-in-item": ("- a paid\n  partnership", "paid\n  partnership"),
    "bold-inside": ("A **paid** partnership", "paid** partnership"),
    "bold-in-word": ("A pa**id part**nership", "pa**id part**nership"),
    "italic": ("A *paid* _partnership_", "paid* _partnership"),
    "strike": ("A ~~paid~~ partnership", "paid~~ partnership"),
    "link-inside": ("A [paid](https://brand.example) partnership", "paid](https://brand.example) partnership"),
    "entity": ("A p&#97;id partner&#x73;hip", "p&#97;id partner&#x73;hip"),
    "escape": ("A \\*paid partnership\\*", "paid partnership"),
    "after-emoji": ("🎁😀 **é** paid partnership", "paid partnership"),
    "after-tab": ("a\tpaid partnership", "paid partnership"),
    "after-bom": ("\ufeffpaid partnership", "paid partnership"),
    "after-shortcode": ("{{< ad >}} paid partnership", "paid partnership"),
    "in-paired-shortcode": ("{{% notice %}}\nA paid partnership\n{{% /notice %}}\n", "paid partnership"),
    "in-open-details": ("<details open>\n\nA paid partnership\n\n</details>\n", "paid partnership"),
    "in-summary": ("<details>\n<summary>A paid partnership</summary>\n\nx\n\n</details>\n", "paid partnership"),
    "in-admonition": (":::note\n\nA paid partnership\n\n:::\n", "paid partnership"),
    "after-unclosed-small": ("<small>x\n\nA paid partnership", "paid partnership"),
    "after-script-in-prose": ("Use <script> here.\n\nA paid partnership", "paid partnership"),
    "in-component": ("<Notice kind={1}>\n  A paid **partnership**\n</Notice>\n", "paid **partnership"),
    "in-indented-component": ("import A from 'a'\n\n<A>\n    <B>\n        A paid partnership\n    </B>\n</A>\n", "paid partnership"),
    "in-jsx-string": ("import A from 'a'\n\nA {'paid partnership'}\n", "{'paid partnership'}"),
    "broken-by-jsx-space": ("import A from 'a'\n\nA paid{' '}\npartnership\n", "paid{' '}\npartnership"),
}


@pytest.mark.parametrize(("text", "source"), SEEN.values(), ids=SEEN)
def test_a_phrase_is_seen_at_its_place(text: str, source: str):
    assert source_of(PHRASE, parse_markdown(text).pieces, text) == source


UNSEEN = {
    "fenced-code": "```\npaid partnership\n```\n",
    "fenced-code-in-list": "- x\n\n  ~~~\n  paid partnership\n  ~~~\n",
    "unclosed-fence": "```\npaid partnership\n",
    "indented-code": "x\n\n    paid partnership\n",
    "inline-code": "A `paid partnership` here",
    "html-comment": "x\n\n<!-- paid partnership -->\n",
    "inline-html-comment": "x <!-- paid partnership --> y",
    "comment-over-paragraphs": "<!--\n\npaid partnership\n\n-->\n",
    "comment-definition": "x\n\n[//]: # (paid partnership)\n",
    "link-destination": "[x](<https://brand.example/paid partnership>)",
    "reference-destination": "[x]\n\n[x]: <paid partnership>\n",
    "script": "<script>\npaid partnership\n</script>\n",
    "style": "<style>\npaid partnership\n</style>\n",
    "hugo-shortcode": '{{< ad text="paid partnership" >}}\n',
    "hugo-markdown-shortcode": 'x {{% ad text="paid partnership" %}} y',
    "shortcode-over-lines": '{{< ad\n  text="paid partnership"\n>}}\n',
    "hugo-comment": "{{/* paid partnership */}}\n",
    "liquid-output": "x {{ 'paid partnership' | upcase }} y",
    "liquid-tag": '{% include ad.html text="paid partnership" %}\n',
    "liquid-comment": "{% comment %}\npaid partnership\n{% endcomment %}\n",
    "highlight": "{% highlight js %}\npaid partnership\n{% endhighlight %}\n",
    "raw": "{% raw %}\npaid partnership\n{% endraw %}\n",
    "hugo-highlight": "{{< highlight js >}}\npaid partnership\n{{< /highlight >}}\n",
    "kramdown-attributes": 'x\n{: title="paid partnership"}\n',
    "mdx-import": "import paid from 'partnership'\n\nx\n",
    "mdx-export": "export const x = {\n  a: 'paid partnership',\n}\n\nx\n",
    "mdx-comment": "x\n\n{/* paid partnership */}\n",
    "mdx-expression": "import A from 'a'\n\nx {a('paid partnership', {b: 1})} y\n",
    "jsx-attribute": '<Card text="paid partnership" />\n',
    "jsx-attribute-over-lines": "<Card\n  list={['paid partnership']}\n  b\n/>\n\nx\n",
    "details": "<details><summary>x</summary>\n\npaid partnership\n\n</details>\n",
    "hidden-html": '<p style="display:none">paid partnership</p>\n',
    "small": "x <small>paid partnership</small>",
    "image-description": "![paid partnership](a.png)",
    "link-title": '[x](https://brand.example "paid partnership")',
}


@pytest.mark.parametrize("text", UNSEEN.values(), ids=UNSEEN)
def test_a_phrase_is_not_seen(text: str):
    assert PHRASE not in shown(parse_markdown(text).pieces).replace("\n", " ")


ASIDES = {
    "image-description": ("![A **paid** partnership](a.png)", "alt", "paid** partnership"),
    "image-title": ("![x](a.png 'A paid\npartnership')", "title", "paid\npartnership"),
    "link-title": ('[x](https://brand.example "A p&#97;id \\"paid partnership\\"")', "title", "paid partnership"),
    "definition-title": ("[x]\n\n[x]: https://brand.example (A paid partnership)", "title", "paid partnership"),
    "html-alt": ('x <img src="a.png" alt="A p&#97;id partnership">', "alt", "p&#97;id partnership"),
    "jsx-title": ("import A from 'a'\n\n<A title=\"paid partnership\" />\n", "title", "paid partnership"),
    "small": ("x <small>A paid **partnership**</small>", "small", "paid **partnership"),
    "details-around-markdown": ("<details>\n\nA paid\n- x\n\npaid partnership\n\n</details>\n", "collapsed", "paid partnership"),
    "hidden-around-markdown": ('<div style="display: none">\n\nA *paid* partnership\n\n</div>\n', "hidden", "paid* partnership"),
    "hidden-by-jsx": ("import A from 'a'\n\n<p style={{display: 'none'}}>A paid partnership</p>\n", "hidden", "paid partnership"),
}


@pytest.mark.parametrize(("text", "channel", "source"), ASIDES.values(), ids=ASIDES)
def test_a_phrase_is_kept_as_an_aside(text: str, channel: str, source: str):
    assert source_of(PHRASE, aside(parse_markdown(text), channel), text) == source


def test_blocks_are_separated_by_blank_lines_and_items_by_line_ends():
    text = "# A\n\nb\n\n- c\n- d\n\n| e | f |\n|-|-|\n| g | h |\n\ni  \nj\\\nk\n"
    assert shown(parse_markdown(text).pieces) == "A\n\nb\n\nc\nd\n\ne\nf\ng\nh\n\ni\nj\nk"


def test_code_stands_as_a_mark_that_covers_it():
    text = "a `b` c"
    assert parse_markdown(text).pieces == (Piece("a ", 0, 2), Piece(CODE_MARK, 2, 5), Piece(" c", 5, 7))


def test_a_no_break_space_stays_what_it_is():
    assert shown(parse_markdown("paid\u00a0partnership&nbsp;x").pieces) == "paid\u00a0partnership\u00a0x"


def test_a_bare_url_stays_in_the_text():
    markup = parse_markdown("see https://brand.example/a_b_c now")
    assert shown(markup.pieces) == "see https://brand.example/a_b_c now"
    assert markup.links == ()


def test_each_block_has_its_kind_and_place():
    text = "# A\n\n> b **c**\n\n- d\n- e\n\n| f |\n|---|\n| g |\n\nh[^1]\n\n[^1]: i\n\n<p>j</p>\n"
    assert [(block.kind, text[block.start : block.end], block.quoted) for block in parse_markdown(text).blocks] == [
        ("heading", "A", False),
        ("paragraph", "b **c**", True),
        ("item", "d", False),
        ("item", "e", False),
        ("cell", "f", False),
        ("cell", "g", False),
        ("paragraph", "h", False),
        ("footnote", "i", False),
        ("html", "j", False),
    ]


def test_a_block_includes_the_markup_of_its_links():
    text = "x [y](https://brand.example)\n\nz"
    assert parse_markdown(text).blocks == (Block("paragraph", 0, 28), Block("paragraph", 30, 31))


LINKS = {
    "inline": ("[a *b*](https://x.example/?a=1&amp;b=\\_)", "https://x.example/?a=1&b=_", "https://x.example/?a=1&amp;b=\\_", "a *b"),
    "angle-brackets": ("[a](<https://x.example/a b>)", "https://x.example/a b", "https://x.example/a b", "a"),
    "parentheses": ("[a](https://x.example/(b))", "https://x.example/(b)", "https://x.example/(b)", "a"),
    "bracket-in-text": ("[a\\]](https://x.example) b]", "https://x.example", "https://x.example", "a\\]"),
    "title": ("[a](https://x.example 'b')", "https://x.example", "https://x.example", "a"),
    "over-lines-in-quote": ("> [a\n> b](\n> https://x.example)", "https://x.example", "https://x.example", "a\n> b"),
    "reference": ("[a][B  c]\n\n[b c]: https://x.example 'd'", "https://x.example", "https://x.example", "a"),
    "collapsed-reference": ("[a][]\n\n[A]: <https://x.example>", "https://x.example", "https://x.example", "a"),
    "shortcut-reference": ("é 😀 [a]\n\n[a]:\nhttps://x.example", "https://x.example", "https://x.example", "a"),
    "autolink": ("<https://x.example/?a&b>", "https://x.example/?a&b", "https://x.example/?a&b", "https://x.example/?a&b"),
    "mail": ("<me@x.example>", "me@x.example", "me@x.example", "me@x.example"),
    "image": ("[![c](d.png)](https://x.example)", "https://x.example", "https://x.example", "c"),
    "html": ("a <a href='https://x.example/?a&amp;b'>b <b>c</b></a>", "https://x.example/?a&b", "https://x.example/?a&amp;b", "b <b>c"),
    "html-block-around": (
        '<a href="https://x.example">\n\nsome *text*\n\n</a>',
        "https://x.example",
        "https://x.example",
        "some *text",
    ),
    "component": (
        "<Buy url='https://x.example' name='y' />",
        "https://x.example",
        "https://x.example",
        "<Buy url='https://x.example' name='y' />",
    ),
    "jsx": ("import L from 'l'\n\n<L to={'https://x.example'}>go</L>", "https://x.example", "https://x.example", "go"),
    "shortcode": ('[a]({{< ref "b c.md" >}})', '{{< ref "b c.md" >}}', '{{< ref "b c.md" >}}', "a"),
}


@pytest.mark.parametrize(("text", "url", "url_source", "text_source"), LINKS.values(), ids=LINKS)
def test_a_link_has_its_url_and_its_text(text: str, url: str, url_source: str, text_source: str):
    [link] = parse_markdown(text).links
    assert (link.url, text[link.start : link.end], text[link.text_start : link.text_end]) == (url, url_source, text_source)


def test_the_rel_tokens_of_a_link_are_kept():
    text = '<a rel="Sponsored nofollow" href="/x">y</a>'
    assert parse_markdown(text).links == (Link("/x", 34, 36, 38, 39, ("sponsored", "nofollow")),)


def test_an_image_is_no_link():
    assert parse_markdown("![a](https://x.example/a.png)").links == ()


def test_shortcodes_includes_and_components_are_named():
    text = (
        '{{< affiliate-note a="b" >}}\n\n{% include ad.html x=1 %}\n\n{%- if x -%}y{%- endif -%}\n\n{{ page.note }}'
        "\n\n<ad-note></ad-note>\n\n`{{< example >}}`\n"
    )
    assert [(include.name, text[include.start : include.end]) for include in parse_markdown(text).includes] == [
        ("affiliate-note", '{{< affiliate-note a="b" >}}'),
        ("ad.html", "{% include ad.html x=1 %}"),
        ("page.note", "{{ page.note }}"),
        ("ad-note", "<ad-note>"),
    ]


def test_a_component_is_named():
    assert parse_markdown("x\n\n<Notice/>\n").includes == (Include("Notice", 3, 12),)
    assert parse_markdown("import A from 'a'\n\nx <A.Note b={c} /> y").includes == (Include("A.Note", 21, 37),)


def test_the_prose_begins_behind_the_front_matter():
    text = "---\ntitle: x\n---\n\nSome 😀 *text*\n"
    assert parse_markdown(text, 17).pieces == (Piece("Some 😀 ", 18, 25), Piece("text", 26, 30))


def test_an_expression_stays_text_where_the_file_is_not_mdx():
    assert shown(parse_markdown("a {b} c and List<String> d").pieces) == "a {b} c and List d"


def test_an_unclosed_template_tag_is_text():
    assert shown(parse_markdown("a {{ b\n\nc }} {% d").pieces) == "a {{ b\n\nc }} {% d"


def test_an_example_of_a_raw_tag_hides_nothing():
    assert shown(parse_markdown("Write `{% raw %}` first.\n\nThen `{% endraw %}`.").pieces) == (
        f"Write {CODE_MARK} first.\n\nThen {CODE_MARK}."
    )
