"""Ghost: the posts of an export in all its forms, and what its editors' documents show."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest

from disclosure_check.check import check_posts
from disclosure_check.config import load_config
from disclosure_check.model import Post
from disclosure_check.options import build_options
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.files import read_paths
from disclosure_check.readers.ghost import is_ghost, read_ghost
from disclosure_check.readers.html import parse_html
from disclosure_check.readers.koenig import lexical_to_html, mobiledoc_to_html
from disclosure_check.readers.records import MAX_POST_BYTES, ReadFailure
from disclosure_check.rulebook import load_rulebook

PATIENCE = 60  # seconds; a machine under load gets here only if the time grows faster than the text


def export(*posts: object, **tables: object) -> str:
    return json.dumps({"db": [{"meta": {"exported_on": 1, "version": "5.82.0"}, "data": {"posts": list(posts), **tables}}]})


def post(**fields: object) -> dict[str, object]:
    return {"id": "p1", "slug": "a", "html": "<p>A lamp.</p>", **fields}


def read(data: str | bytes, defaults: Facts | None = None) -> list[Post | ReadFailure]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    return list(read_ghost(stream, "blog.json", defaults=defaults or Facts()))


def failure(data: str | bytes) -> str:
    [found] = read(data)
    assert isinstance(found, ReadFailure)
    assert found.message.startswith(f"blog.json:{found.line}: ")
    return found.message.removeprefix("blog.json:")


def shown(html: str) -> str:
    return "".join(piece.text for piece in parse_html(html).pieces)


# The export


def test_all_that_is_known_about_a_post():
    data = export(
        post(
            title="Tea", status="published", type="page", visibility="members", published_at="2024-05-01T10:00:00.000Z",
            custom_template="custom-review", canonical_url="https://tea.example/a/", lexical='{"root": {}}', plaintext="A lamp.",
        ),
        posts_tags=[
            {"post_id": "p1", "tag_id": "t2", "sort_order": 1}, {"post_id": "p1", "tag_id": "t1", "sort_order": 0},
            {"post_id": "p2", "tag_id": "t3", "sort_order": 0}, {"post_id": "p1", "tag_id": "gone", "sort_order": 2},
        ],
        tags=[{"id": "t1", "name": "Lamps"}, {"id": "t2", "name": "#sponsored"}, {"id": "t3", "name": "Other"}],
        settings=[{"key": "title", "value": "Blog"}, {"key": "locale", "value": "en-GB"}],
    )  # fmt: skip
    assert read(data) == [
        Post(
            id="a",
            text="<p>A lamp.</p>",
            path="blog.json",
            format="html",
            title="Tea",
            lang="en-GB",
            date="2024-05-01T10:00:00.000Z",
            record_line=1,
            keys={
                "tags": ["Lamps", "#sponsored"],
                "status": "published",
                "type": "page",
                "visibility": "members",
                "layout": "custom-review",
                "canonical_url": "https://tea.example/a/",
            },
        )
    ]


POSTS = {"posts": [post()]}
FORMS = {
    "of version 5": {"db": [{"meta": {"version": "5.1.0"}, "data": POSTS}]},
    "data before meta": {"db": [{"data": POSTS, "meta": {}}]},
    "without db": {"meta": {"version": "000"}, "data": POSTS},
    "with other tables before the posts": {"meta": {"exported_on": 1, "version": "003"}, "data": {"apps": ["a" * 5_000], **POSTS}},
    "data alone": {"data": POSTS},
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_forms_of_an_export(form, indent):
    text = json.dumps(form, indent=indent)
    assert [(found.id, found.text) for found in read(text)] == [("a", "<p>A lamp.</p>")]
    assert is_ghost(text.encode()[:4096])
    assert is_ghost(b"\xef\xbb\xbf" + text.encode()[:4096])


NO_EXPORTS = {
    "a package": b'{"name": "lamp", "version": "1.0.0", "data": {"a": 1}}',
    "a database": b'{"db": {"host": "a"}}',
    "an answer of a service": b'{"data": {"user": {"name": "a"}}}',
    "a list": b'[{"db": [{"meta": {}}]}]',
    "nothing": b"",
}


@pytest.mark.parametrize("head", NO_EXPORTS.values(), ids=NO_EXPORTS)
def test_other_json_is_no_export(head):
    assert not is_ghost(head)


FACTS = {
    "a draft": (post(status="draft", published_at=None), {"date": None}),
    "milliseconds": (post(published_at=1_400_000_000_000), {"date": "2014-05-13T16:53:20+00:00"}),
    "impossible milliseconds": (post(published_at=1e300), {"date": None}),
    "no slug": (post(slug="", id=5), {"id": "5"}),
    "no id at all": ({"html": "a"}, {"id": "blog.json#1"}),
    "a language of its own": (post(locale="de"), {"lang": "de"}),
    "half a surrogate pair": (post(html="a\ud83d"), {"text": "a\ufffd"}),
    "wrong types": (post(title=5, tags={}, published_at=True, visibility=[]), {"title": None, "date": None}),
}


@pytest.mark.parametrize(("record", "expected"), FACTS.values(), ids=FACTS)
def test_facts_of_a_post(record, expected):
    [found] = read(export(record))
    assert {name: getattr(found, name) for name in expected} == expected


def test_tags_may_stand_in_the_post_and_pages_in_a_flag():
    [found] = read(export(post(page=1, tags=[{"name": "Ad"}, {"slug": "b"}, 5])))
    assert (found.keys["tags"], found.keys["type"]) == (["Ad"], "page")


def test_defaults_hold_where_an_export_is_silent():
    [found] = read(export(post()), Facts(platform="newsletter", lang="en", connections=("gift",), brands=("Lumo",), platform_label=True))
    assert (found.platform, found.lang, found.connections, found.brands, found.platform_label) == (
        "newsletter", "en", ("gift",), ("Lumo",), True,
    )  # fmt: skip


def test_a_post_knows_its_line():
    text = '{"db": [{"meta": {},\n"data": {"posts": [\n{"id": "1"},\n\n{"id": "2",\n"html": "a"}, {"id": "3"}]}}]}'
    assert [(found.id, found.record_line) for found in read(text)] == [("1", 3), ("2", 5), ("3", 6)]


LEXICAL = json.dumps({"root": {"type": "root", "children": [{"type": "paragraph", "children": [{"type": "text", "text": "L"}]}]}})
MOBILEDOC = json.dumps({"version": "0.3.1", "sections": [[1, "p", [[0, [], 0, "M"]]]]})
MARKDOWN = json.dumps(
    {"cards": [["card-markdown", {"cardName": "card-markdown", "markdown": "# D & *e*"}]], "sections": [[10, 0], [1, "p", []]]}
)
CONTENTS = {
    "html": ({"html": "<p>H</p>", "lexical": LEXICAL, "mobiledoc": MOBILEDOC, "plaintext": "P"}, ("<p>H</p>", "html")),
    "lexical": ({"html": None, "lexical": LEXICAL, "mobiledoc": MOBILEDOC, "plaintext": "P"}, ("<p>L</p>\n", "html")),
    "mobiledoc": ({"html": " ", "mobiledoc": MOBILEDOC, "plaintext": "P"}, ("<p>M</p>\n", "html")),
    "a card of markdown": ({"mobiledoc": MARKDOWN}, ("# D & *e*", "markdown")),
    "markdown": ({"markdown": "*m*", "plaintext": "P"}, ("*m*", "markdown")),
    "plaintext": ({"plaintext": "P"}, ("P", "text")),
    "nothing": ({}, ("", "text")),
}


@pytest.mark.parametrize(("fields", "expected"), CONTENTS.values(), ids=CONTENTS)
def test_where_the_text_is_taken_from(fields, expected):
    [found] = read(export({"id": "p1", **fields}))
    assert (found.text, found.format) == expected


# What can't be read

HOW = "name an export made in Ghost's settings, or leave the file out"
NO = 'no Ghost export, which is {"db": [{"data": {"posts": [...]}}]}'
CUT = "the file ends in the middle, and what is missing wasn't checked; export it again"
FAILURES = {
    "empty": ("", f"1: there is no text in it, so nothing was checked; {HOW}"),
    "blank": ("\ufeff \n", f"1: there is no text in it, so nothing was checked; {HOW}"),
    "utf-16": (export(post()).encode("utf-16"), "1: the text is UTF-16; save the file as UTF-8"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", f"1: {NO} (it is no object); {HOW}"),
    "a list": ("[1]", f"1: {NO} (it is no object); {HOW}"),
    "another object": ('\n{"name": "a"}', f'2: {NO} (there is no "db" or "data"); {HOW}'),
    "a db of another kind": ('{"db": [1], "data": []}', f'1: {NO} (there is no "db" or "data"); {HOW}'),
    "no posts": ('{"data": {"users": []}}', f'1: {NO} (there are no "posts"); {HOW}'),
    "posts of another kind": ('{"data":\n{"posts": {}}}', "2: not valid JSON (a list of records is expected), and what follows wasn't checked; export it again"),
    "no name": ('{"data": {5: []}}', "1: not valid JSON (a name is expected), and what follows wasn't checked; export it again"),
    "no value": ('{"data": {"posts": }}', "1: not valid JSON (a value is expected), and what follows wasn't checked; export it again"),
    "cut": ('{"db": [{"meta": {"a": "b', f"1: {CUT}"),
    "cut behind a name": ('{"data"', f"1: {CUT}"),
    "cut in a name": ('{"data": {"po', f"1: {CUT}"),
    "no colon": ('{"data" {}}', "1: not valid JSON (a colon is expected), and what follows wasn't checked; export it again"),
    "open brackets": ('{"data": ' + "[" * 2_000_000, f"1: {CUT}"),
    "open objects": ('{"db": [{"data": ' + '{"a":' * 400_000, f"1: {CUT}"),
    "escaped quotes": ('{"data": {"posts": ["' + '\\"' * 1_000_000, f"1: {CUT}"),
    "a post of a wrong kind": (export(5), "1: a post is int, where an object is needed; export it again"),
    "a lexical of a wrong kind": (
        export(post(html=None, lexical='{"a": 1}')),
        '1: the post\'s lexical can\'t be read (there is no "root"); save the post in Ghost and export it again',
    ),
    "a mobiledoc of a wrong kind": (
        export(post(html=None, mobiledoc="[]")),
        '1: the post\'s mobiledoc can\'t be read (there are no "sections"); save the post in Ghost and export it again',
    ),
    "a post beyond the limit": (export(post(html="a" * (MAX_POST_BYTES + 1))), "1: 10.0 MB of text; a post may have 10 MB"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), FAILURES.values(), ids=FAILURES)
def test_what_cannot_be_read_is_told_with_its_place(data, message):
    start = time.process_time()
    assert failure(data) == message
    assert time.process_time() - start < PATIENCE


DEEP = {
    "a post": '{"data": {"posts": [' + "[" * 200_000 + "]" * 200_000 + "]}}",
    "a lexical": export(post(html=None, lexical='{"root":' + '{"children":[' * 100_000 + "]}" * 100_000 + "}")),
    "a lexical as deep as json goes": export(post(html=None, lexical='{"root":' + '{"children":[' * 480 + "]}" * 480 + "}")),
}


@pytest.mark.parametrize("data", DEEP.values(), ids=DEEP)
def test_what_is_nested_deeply_is_read_or_told(data):
    [found] = read(data)
    assert isinstance(found, Post) or "can't be read" in found.message or "isn't valid JSON" in found.message


def test_the_posts_before_the_end_of_a_file_are_read():
    text = export(post(), post(slug="b"))
    first, fault = read(text[: text.index('"slug": "b"') + 5])
    assert (first.id, fault.message) == ("a", f"blog.json:1: {CUT}")


def test_the_posts_around_a_bad_one_are_read():
    text = export(post(), post(slug="b"), post(slug="c")).replace('"slug": "b"', '"slug" "b"')
    first, bad, last = read(text)
    assert (first.id, last.id) == ("a", "c")
    assert bad.message.startswith("blog.json:1: the post isn't valid JSON (Expecting ':' delimiter")
    first, bad, last = read(text.encode().replace(b'"slug" "b"', b'"slug": "\xe9"'))
    assert (first.id, bad.message, last.id) == ("a", "blog.json:1: the post isn't UTF-8 (byte 0xe9); save the file as UTF-8", "c")


def test_tags_that_cannot_be_read_are_told_behind_the_posts():
    found, fault = read(export(post(), tags=[{"id": "t1", "name": "é"}]).replace("\\u00e9", "\\x"))
    assert found.text == "<p>A lamp.</p>"
    assert fault.message.startswith('blog.json:1: a record of "tags" can\'t be read (Invalid \\escape')


# Documents of the editors


def text_node(text: str, format_: int = 0) -> dict[str, object]:
    return {"type": "extended-text", "text": text, "format": format_}


def lexical(*nodes: object) -> str:
    return json.dumps({"root": {"type": "root", "children": list(nodes)}})


PARAGRAPH = {"type": "paragraph", "children": [text_node("z")]}
LEXICALS = {
    "text": (
        {"type": "paragraph", "children": [text_node("A <b> & "), text_node("c", 3), {"type": "linebreak"}, text_node("d", 16)]},
        "<p>A &lt;b&gt; &amp; <em><strong>c</strong></em><br><code>d</code></p>\n",
    ),
    "heading": ({"type": "extended-heading", "tag": "h3", "children": [text_node("a")]}, "<h3>a</h3>\n"),
    "heading of an odd tag": ({"type": "heading", "tag": "script", "children": [text_node("a")]}, "<h2>a</h2>\n"),
    "quote": ({"type": "extended-quote", "children": [text_node("a")]}, "<blockquote>a</blockquote>\n"),
    "link": (
        {"type": "link", "url": 'https://a.example/?b="&c', "rel": "sponsored", "children": [text_node("a")]},
        '<a href="https://a.example/?b=&quot;&amp;c" rel="sponsored">a</a>',
    ),
    "list": (
        {"type": "list", "listType": "number", "children": [{"type": "listitem", "children": [text_node("a")]}]},
        "<ol><li>a</li>\n</ol>\n",
    ),
    "callout": (
        {"type": "callout", "calloutEmoji": "💡", "calloutText": "<b>a</b> b"},
        "<div><p>💡</p><div><b>a</b> b</div></div>\n",
    ),
    "call to action": (
        {
            "type": "call-to-action", "hasSponsorLabel": True, "sponsorLabel": "<p>Sponsored</p>", "textValue": "<p>a</p>",
            "showButton": True, "buttonText": "Buy & go", "buttonUrl": "https://a.example",
        },
        '<div><div><p>Sponsored</p></div><div><p>a</p></div><p><a href="https://a.example">Buy &amp; go</a></p></div>\n',
    ),
    "call to action without its label": (
        {"type": "call-to-action", "hasSponsorLabel": False, "sponsorLabel": "<p>Sponsored</p>", "textValue": "<p>a</p>"},
        "<div><div><p>a</p></div></div>\n",
    ),
    "product": (
        {"type": "product", "productTitle": "a", "productDescription": "<p>b</p>", "productButton": "c", "productUrl": "https://a.example"},
        '<div><div>a</div><div><p>b</p></div><p><a href="https://a.example">c</a></p></div>\n',
    ),
    "bookmark": (
        {"type": "bookmark", "url": "https://a.example", "metadata": {"title": "a", "description": "b"}},
        '<div><p><a href="https://a.example">a</a></p><p>b</p></div>\n',
    ),
    "image": (
        {"type": "image", "alt": 'a "b"', "caption": "<i>c</i>", "src": "d.png"},
        '<div><img alt="a &quot;b&quot;"><div><i>c</i></div></div>\n',
    ),
    "toggle": (
        {"type": "toggle", "heading": "a", "content": "<p>b</p>"},
        "<div><details><summary>a</summary><p>b</p></details></div>\n",
    ),
    "code": ({"type": "codeblock", "code": "<a>"}, "<div><pre><code>&lt;a&gt;</code></pre></div>\n"),
    "markdown": ({"type": "markdown", "markdown": "*a*"}, "<div><p><em>a</em></p>\n</div>\n"),
    "html": ({"type": "html", "html": "<p>a</p>"}, "<div><p>a</p></div>\n"),
    "a letter's own": ({"type": "email", "html": "<p>a</p>"}, ""),
    "a card that nobody knows": ({"type": "New Card"}, "<kg-new-card></kg-new-card>\n"),
    "wrong types": ({"type": 5, "children": [5, None, {"text": 5}], "url": {}}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("node", "expected"), LEXICALS.values(), ids=LEXICALS)
def test_lexical_becomes_html(node, expected):
    assert lexical_to_html(lexical(node, PARAGRAPH)) == expected + "<p>z</p>\n"


MOBILEDOCS = {
    "markups": (
        {
            "markups": [["strong"], ["a", ["href", "https://a.example/?b&c", "rel", "nofollow", "onclick", "d"]]],
            "sections": [[1, "p", [[0, [0], 0, "a "], [0, [1], 1, "b"], [0, [], 1, " c"], [0, [], 0, " <d>"]]]],
        },
        '<p><strong>a <a href="https://a.example/?b&amp;c" rel="nofollow">b</a> c</strong> &lt;d&gt;</p>\n',
    ),
    "atoms": (
        {"atoms": [["soft-return", "", {}], ["mention", "@a", {}]], "sections": [[1, "h2", [[0, [], 0, "a"], [1, [], 0, 0], [1, [], 0, 1]]]]},
        "<h2>a<br>@a</h2>\n",
    ),
    "list": ({"sections": [[3, "ol", [[[0, [], 0, "a"]], [[0, [], 0, "b"]]]]]}, "<ol><li>a</li>\n<li>b</li>\n</ol>\n"),
    "cards": (
        {"cards": [["hr", {}], ["markdown", {"markdown": "a"}]], "sections": [[10, 1], [10, 0], [10, 9], [2, "a.png"]]},
        "<div><p>a</p>\n</div>\n<div><hr></div>\n",
    ),
    "a markup left open": ({"markups": [["em"]], "sections": [[1, "p", [[0, [0], 0, "a"]]]]}, "<p><em>a</em></p>\n"),
    "odd tags": ({"markups": [["script"]], "sections": [[1, "script", [[0, [0], 1, "a"]]]]}, "<p>a</p>\n"),
    "wrong types": ({"cards": 5, "markups": {}, "sections": [5, [], [1], [10, "a"], [1, "p", [5, [0, 5, "b", {}], [1, [7], 99, 3]]]]}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("document", "expected"), MOBILEDOCS.values(), ids=MOBILEDOCS)
def test_mobiledoc_becomes_html(document, expected):
    assert mobiledoc_to_html(json.dumps({"version": "0.3.1", **document})) == expected


def test_what_a_reader_sees_of_a_document():
    nodes = [
        {"type": "paragraph", "children": [text_node("An "), text_node("a", 1), text_node("d for Lumo.")]},
        {"type": "button", "buttonText": "Buy", "buttonUrl": "https://a.example"},
        {"type": "toggle", "heading": "More", "content": "<p>hidden</p>"},
    ]
    assert shown(lexical_to_html(lexical(*nodes))) == "An ad for Lumo.\n\nBuy\n\nMore"


# Through the whole program

RULEBOOK = load_rulebook()


def check(folder: Path, config: str, data: str):
    (folder / "disclosure-check.toml").write_text(config, encoding="utf-8")
    (folder / "blog.json").write_text(data, encoding="utf-8")
    options = build_options(RULEBOOK, config=load_config(folder / "disclosure-check.toml"), claims="never")
    return list(check_posts(read_paths([str(folder)]), RULEBOOK, options))


def test_findings_stand_at_their_words_and_tags_are_facts(tmp_path):
    html = '<p>😀 A &amp; B: an <b>affiliate</b> link</p><p>A <a href="https://amzn.to/3xYzAb1">lamp</a>.</p>'
    data = export(post(html=html), posts_tags=[{"post_id": "p1", "tag_id": 1}], tags=[{"id": 1, "name": "#Gift"}])
    [report] = check(tmp_path, '[[facts]]\nkeys = { tags = "#gift" }\nconnection = "gift"\n', data)
    assert report.post.connections == ("gift",)
    assert {finding.match for finding in report.findings} >= {"an <b>affiliate</b> link"}
    assert [report.post.text[finding.start : finding.end] for finding in report.findings] == [finding.match for finding in report.findings]


def test_other_json_of_a_folder_is_passed_over(tmp_path):
    (tmp_path / "package.json").write_text('{"name": "a"}', encoding="utf-8")
    assert [report.post.id for report in check(tmp_path, "", export(post()))] == ["a"]
