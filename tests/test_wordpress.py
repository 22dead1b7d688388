"""WordPress: which items of an export are posts, what is known about them, and what a reader sees of their content."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from disclosure_check.check import check_posts
from disclosure_check.config import load_config
from disclosure_check.model import CODE_MARK, Include, Post
from disclosure_check.options import build_options
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.files import read_paths
from disclosure_check.readers.records import MAX_POST_BYTES, ReadFailure
from disclosure_check.readers.shortcodes import parse_wordpress
from disclosure_check.readers.wordpress import is_wordpress, read_wordpress
from disclosure_check.rulebook import load_rulebook

HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<!-- An export of posts & pages. -->
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
	xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>Lamps</title>
<language>en-GB</language>
"""
TAIL = "</channel>\n</rss>\n"
PATIENCE = 60  # seconds; a machine under load gets here only if the time grows faster than the text


def item(content: str = "A lamp.", *, type_: str = "post", status: str = "publish", more: str = "") -> str:
    return (
        f"<item>\n<title>A</title>\n<link>https://lamps.example/a/</link>\n<content:encoded><![CDATA[{content}]]></content:encoded>\n"
        f"<wp:post_id>7</wp:post_id><wp:status>{status}</wp:status><wp:post_type>{type_}</wp:post_type>{more}\n</item>\n"
    )


def read(data: str | bytes, defaults: Facts | None = None) -> list[Post | ReadFailure]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_wordpress(stream, "blog.xml", defaults=defaults or Facts()))


def export(*items: str) -> str:
    return HEAD + "".join(items) + TAIL


def test_a_post_tells_all_of_its_lines():
    [post] = read(export(item("A lamp.\n\nAnd a rug.")))
    assert isinstance(post, Post)
    assert post.record_line is not None
    assert post.record_end == post.record_line + 2


def shown(text: str) -> str:
    return "".join(piece.text for piece in parse_wordpress(text).pieces)


def includes(text: str) -> list[str]:
    return [include.name for include in parse_wordpress(text).includes]


# The export


def test_all_that_is_known_about_a_post():
    more = """<title><![CDATA[Tea &amp; lamps]]></title><dc:creator><![CDATA[ida]]></dc:creator><wp:post_name>a</wp:post_name>
    <wp:post_date><![CDATA[2024-05-01 10:00:00]]></wp:post_date>
    <category domain="category" nicename="home"><![CDATA[Home &amp; Garden]]></category>
    <category domain="post_tag" nicename="ad"><![CDATA[Ad]]></category>
    <category domain="post_tag" nicename="lamp"><![CDATA[lamp]]></category>
    <category domain="series" nicename="one"><![CDATA[One]]></category>
    <wp:postmeta><wp:meta_key>_wp_page_template</wp:meta_key><wp:meta_value><![CDATA[review.php]]></wp:meta_value></wp:postmeta>
    <wp:postmeta><wp:meta_key>sponsor</wp:meta_key><wp:meta_value><![CDATA[Lumo]]></wp:meta_value></wp:postmeta>
    <wp:comment><wp:comment_content><![CDATA[#ad]]></wp:comment_content></wp:comment>"""
    assert read(export(item("<p>A lamp.</p>\r\n", more=more))) == [
        Post(
            id="https://lamps.example/a/",
            text="<p>A lamp.</p>\n",
            path="blog.xml",
            format="html",
            dialect="wordpress",
            title="Tea & lamps",
            lang="en-GB",
            date="2024-05-01 10:00:00",
            record_line=11,
            record_end=12,
            keys={
                "tags": ["Ad", "lamp"],
                "categories": ["Home & Garden"],
                "series": ["One"],
                "status": "publish",
                "type": "post",
                "slug": "a",
                "author": "ida",
                "layout": "review.php",
                "meta": {"_wp_page_template": "review.php", "sponsor": "Lumo"},
            },
        )
    ]


ITEMS = {
    "a post": ("post", "publish", True),
    "a page": ("page", "publish", True),
    "a draft": ("post", "draft", True),
    "a post that is planned": ("post", "future", True),
    "a post that waits for a review": ("post", "pending", True),
    "a private post": ("post", "private", True),
    "in the trash": ("post", "trash", False),
    "an empty draft that WordPress made": ("post", "auto-draft", False),
    "an attachment": ("attachment", "inherit", False),
    "a revision": ("revision", "inherit", False),
    "an entry of a menu": ("nav_menu_item", "publish", False),
    "a template": ("wp_template", "publish", False),
}


@pytest.mark.parametrize(("type_", "status", "is_read"), ITEMS.values(), ids=ITEMS)
def test_which_items_are_posts(type_, status, is_read):
    assert [post.text for post in read(export(item("a", type_=type_, status=status), item("b")))] == (["a", "b"] if is_read else ["b"])


CONTENTS = {
    "cdata": ("<![CDATA[<p>A &amp; B</p>]]>", "<p>A &amp; B</p>"),
    "two cdata": ("<![CDATA[x = a[b[1]]]]><![CDATA[>2]]>", "x = a[b[1]]>2"),
    "escaped": ("&lt;p&gt;A &amp;amp; B&lt;/p&gt;", "<p>A &amp; B</p>"),
    "control characters": ("<![CDATA[A\x0bB\x08]]>", "A B "),
    "an astral letter": ("<![CDATA[A 😀]]>", "A 😀"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("source", "text"), CONTENTS.values(), ids=CONTENTS)
def test_the_text_of_a_post(source, text):
    [post] = read(export(item("@").replace("<![CDATA[@]]>", source)))
    assert post.text == text


def test_a_post_knows_its_line_id_and_defaults():
    bare = "<item>\n<wp:post_id>8</wp:post_id>\n<content:encoded>\n<![CDATA[b]]></content:encoded></item>\n"
    first, second, third = read(export(item("a\n\nb"), bare, "<item></item>"), Facts(platform="newsletter", connections=("gift",)))
    assert [(post.id, post.record_line) for post in (first, second, third)] == [
        ("https://lamps.example/a/", 11), ("8", 18), ("blog.xml#20", 20),
    ]  # fmt: skip
    assert (second.platform, second.connections, second.text) == ("newsletter", ("gift",), "\nb")


def test_blank_lines_before_the_declaration_are_no_fault():
    [post] = read("\n \r\n" + export(item()))
    assert (post.text, post.record_line) == ("A lamp.", 13)


def test_a_folder_is_looked_through_for_exports(tmp_path):
    (tmp_path / "blog.xml").write_text(export(item()), encoding="utf-8")
    (tmp_path / "sitemap.xml").write_text("<urlset/>", encoding="utf-8")
    assert [post.text for post in read_paths([str(tmp_path)])] == ["A lamp."]


def test_a_draft_without_a_date_has_none():
    [post] = read(export(item(more="<wp:post_date>0000-00-00 00:00:00</wp:post_date>")))
    assert post.date is None


ENCODINGS = {"utf-16": "UTF-16", "iso-8859-1": "ISO-8859-1", "windows-1252": "windows-1252", "utf-8-sig": "UTF-8"}


@pytest.mark.parametrize(("codec", "name"), ENCODINGS.items(), ids=ENCODINGS)
def test_a_declared_encoding_is_read(codec, name):
    [post] = read(export(item("Café")).replace("UTF-8", name).encode(codec))
    assert post.text == "Café"


class Stream(io.BytesIO):
    """Count what is read."""

    given = 0

    def read(self, size=-1):
        found = super().read(size)
        self.given += len(found)
        return found


def test_posts_come_before_the_file_is_read_to_its_end():
    stream = Stream(export(*[item("A lamp. " * 10_000)] * 200).encode())
    next(read_wordpress(stream, "blog.xml", defaults=Facts()))
    assert stream.given < 3 * 2**20 < len(stream.getvalue())


HOW = "name an export made with Tools > Export, or leave the file out"
NOT = 'with <rss xmlns:wp="http://wordpress.org/export/1.2/">'
BOMB = '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
TYPE = "it declares a document type, which no export does; remove the <!DOCTYPE> if you trust the file"
FAILURES = {
    "empty": ("", f"1: there is no text in it, so nothing was checked; {HOW}"),
    "blank": (" \n\n ", f"1: there is no text in it, so nothing was checked; {HOW}"),
    "no xml": ("A lamp.", f"1: no WordPress export, and no XML (syntax error); {HOW}"),
    "a picture": ("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", f"1: no WordPress export, and no XML (not well-formed (invalid token)); {HOW}"),
    "another xml": ("<?xml version='1.0'?>\n<feed/>", f"2: no WordPress export: it begins with <feed>, not {NOT}; {HOW}"),
    "a feed": ('<rss version="2.0"><channel/></rss>', f"1: no WordPress export: it begins with <rss>, not {NOT}; {HOW}"),
    "an entity bomb": (export(item("&c;")).replace("<rss", f"{BOMB}\n<rss"), f"3: {TYPE}"),
    "an external entity": (
        export(item()).replace("<rss", '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/hostname">]>\n<rss').replace("Lamps", "&a;"),
        f"3: {TYPE}",
    ),
    "an external document type": (export(item()).replace("<rss", '<!DOCTYPE rss SYSTEM "a.dtd">\n<rss'), f"3: {TYPE}"),
    "an unknown encoding": (
        export(item()).replace("UTF-8", "klingon"),
        "1: its encoding can't be read (unknown encoding: klingon); save the file as UTF-8",
    ),
    "an encoding of several bytes": (
        export(item()).replace("UTF-8", "gb2312"),
        "1: its encoding can't be read (multi-byte encodings are not supported); save the file as UTF-8",
    ),
    "deep": (HEAD + "<a>" * 700_000, f"8: more than 100 elements are inside one another; {HOW}"),
    "a comment without end": (HEAD + "<!--" + "a" * 20_000_000, f"8: a tag or a comment is longer than 16 MB; {HOW}"),
}


@pytest.mark.parametrize(("data", "message"), FAILURES.values(), ids=FAILURES)
def test_what_is_no_export_is_told_with_its_place(data, message):
    start = time.process_time()
    [found] = read(data)
    assert (found.message, found.line) == (f"blog.xml:{message}", int(message.split(":")[0]))
    assert time.process_time() - start < PATIENCE


BEHIND = "and what follows wasn't checked"
BROKEN = {
    "truncated": (
        (HEAD + item("a") + item("b").partition("]]>")[0]).encode(),
        "blog.xml:17: the file ends in the middle (unclosed CDATA section), and what is missing wasn't checked; export it again",
    ),
    "truncated between posts": (
        (HEAD + item("a")).encode(),
        "blog.xml:14: the file ends in the middle (no element found), and what is missing wasn't checked; export it again",
    ),
    "another encoding": (
        export(item("a"), item("caf\xe9")).encode("latin-1"),
        f"blog.xml:17: not UTF-8 (byte 0xe9), {BEHIND}; save the file as UTF-8",
    ),
    "an ampersand": (
        export(item("a"), "<item>\n<title>R & D</title></item>").encode(),
        f"blog.xml:15: not well-formed XML (not well-formed (invalid token) at column 11), {BEHIND}; export it again",
    ),
    "an entity that nobody declared": (
        export(item("a"), "<item><title>A&nbsp;b</title></item>").encode(),
        f"blog.xml:14: not well-formed XML (undefined entity at column 15), {BEHIND}; export it again",
    ),
    "tags in a text": (
        export(item("a"), "<item><content:encoded><p>A lamp.</p></content:encoded></item>").encode(),
        "blog.xml:14: <p> stands inside a text, where an export has <![CDATA[...]]>; export it again",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("data", "message"), BROKEN.values(), ids=BROKEN)
def test_the_posts_before_a_fault_are_read(data, message):
    post, failure = read(data)
    assert post.text == "a"
    assert failure.message == message


def test_a_post_beyond_the_limit_is_a_failure_and_the_next_is_read():
    found, following = read(export(item("a" * (MAX_POST_BYTES + 1)), item("b")))
    assert found == ReadFailure("blog.xml", 11, "blog.xml:11: the post has more than 10 MB of text; split it")
    assert following.text == "b"


def test_what_plugins_keep_is_no_fact():
    more = f"<wp:postmeta><wp:meta_key>layout_data</wp:meta_key><wp:meta_value>{'x' * 3_000_000}</wp:meta_value></wp:postmeta>"
    [post] = read(export(item(more=more * 5)))
    assert post.keys["meta"] == {}


HEADS = {
    "an export": (export(item()).encode(), True),
    "in UTF-16": (export(item()).encode("utf-16"), True),
    "a feed": (b'<?xml version="1.0"?><rss version="2.0"><channel><link>https://wordpress.org/news/</link>', False),
    "a sitemap": (b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">', False),
    "nothing": (b"", False),
}


@pytest.mark.parametrize(("head", "expected"), HEADS.values(), ids=HEADS)
def test_an_export_is_known_by_its_head(head, expected):
    assert is_wordpress(head[:4096]) is expected


# The content

SHOWN = {
    "paragraphs by blank lines": ("a\nb\n\nc", "a\nb\n\nc"),
    "blank lines beside blocks": ("<p>a</p>\n\n<ul>\n<li>b</li>\n\n<li>c</li>\n</ul>\nd", "a\n\nb\nc\n\nd"),
    "a break and a line break": ("a<br />\nb", "a\nb"),
    "a line break in a tag": ('<a\nhref="https://a.example">a</a> b', "a b"),
    "lines in blocks are no breaks": (
        "<!-- wp:paragraph -->\n<p>a\nb</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:list --><ul><li>c</ul>",
        "a b\n\nc",
    ),
    "block comments": ('<!-- wp:image {"id":1,"a":{"b":"#ad"}} --><p>a</p><!-- /wp:image -->', "a"),
    "a comment without end": ("a<!-- b [c]", "a"),
    "braces are words": ("a {{ b }} {% c %}", "a {{ b }} {% c %}"),
    "a shortcode with arguments": ('a [button url="https://a.example" text=b] c', f"a {CODE_MARK} c"),
    "a shortcode with curly quotes": ("a [button text=“b”] c", f"a {CODE_MARK} c"),
    "a shortcode that encloses": ('[note color="red"]Paid[/note] partnership', "Paid partnership"),
    "a shortcode alone": ("a\n\n[toc]\n\nb", f"a\n\n{CODE_MARK}\n\nb"),
    "a shortcode alone in a paragraph": ("<p>a</p><p>[toc]</p><p>b</p>", f"a\n\n{CODE_MARK}\n\nb"),
    "a shortcode that closes itself": ("a [tip/] b", f"a {CODE_MARK} b"),
    "a shortcode in a block of its own": ("<!-- wp:shortcode -->\n[ad]\n<!-- /wp:shortcode -->", CODE_MARK),
    "a shortcode in a link": ('<a href="[link id="3"]">a > b</a> c', "a > b c"),
    "code": ("a [code]<p>#ad</p>[/code] b", f"a {CODE_MARK} b"),
    "a gallery in a line": ("the[gallery]", f"the{CODE_MARK}"),
    "a player of an address": ("a [audio https://a.example/a.mp3] b [video of it]", f"a {CODE_MARK} b [video of it]"),
    "an escaped shortcode": ("a [[toc]] b", "a [[toc]] b"),
    "words in brackets": ("a [sic] b [affiliate link] c [1] d […]", "a [sic] b [affiliate link] c [1] d […]"),
    "a disclosure in brackets": ("[Ad]\n\na", "[Ad]\n\na"),
    "a small disclosure in brackets": ("[ad]\n\na", "[ad]\n\na"),
    "a disclosure with its word": ("[disclosure: a gift] a", "[disclosure: a gift] a"),
    "a quotation in brackets": ("[editor's note] a [it's]", "[editor's note] a [it's]"),
    "a sentence with quotes in brackets": ("[This is a “paid partnership”.] a", "[This is a “paid partnership”.] a"),
    "an equation in brackets": ("[so that a = b] a", "[so that a = b] a"),
    "arguments with blanks": ("a [tip  size = 'big' b=c] d", f"a {CODE_MARK} d"),
    "arguments without names": ('a [form 404 "Not found"] b [tip "c"] d', f"a {CODE_MARK} b {CODE_MARK} d"),
    "an argument without quotes": ("a [tip of=3] b", f"a {CODE_MARK} b"),
    "a link in brackets": ('[see <a href="https://a.example">this</a>]', "[see this]"),
    "an end alone": ("a [/rant]", "a [/rant]"),
    "hidden": ('<p style="display:none">a</p>b', "b"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("text", "expected"), SHOWN.values(), ids=SHOWN)
def test_what_a_reader_sees(text, expected):
    assert shown(text) == expected


INCLUDES = {
    "arguments": ('[su_note color="red"]a[/su_note]', ["su_note"]),
    "alone": ("[affiliate-disclosure]\n\na", ["affiliate-disclosure"]),
    "in a line": ("a [disclosure] b", ["disclosure"]),
    "escaped": ("[[disclosure]]", []),
    "several words": ("[affiliate link]", []),
    "in a comment": ("<!-- [disclosure] -->", []),
    "a block that the server fills": ('<!-- wp:lamps/notice {"a":1} /-->', ["lamps/notice"]),
    "a block of a plugin": ("<!-- wp:lamps/notice --><p>a</p><!-- /wp:lamps/notice -->", ["lamps/notice"]),
    "a block that is used again": ('<!-- wp:block {"ref":42} /-->', ["block/42"]),
    "an ordinary block": ("<!-- wp:paragraph --><p>a</p><!-- /wp:paragraph -->", []),
}


@pytest.mark.parametrize(("text", "expected"), INCLUDES.values(), ids=INCLUDES)
def test_what_the_site_may_put_in(text, expected):
    assert includes(text) == expected


def test_the_places_are_those_of_the_content():
    text = '😀 [note id="1"]An <b>ad</b>[/note]\n\n[toc]'
    markup = parse_wordpress(text)
    assert "".join(text[piece.start : piece.end] for piece in markup.pieces if len(piece.text) == piece.end - piece.start) == "😀 An ad"
    assert markup.includes == (Include("note", 2, 15), Include("toc", text.index("[toc]"), len(text)))


HOSTILE = {
    "open brackets": "[" * 2_000_000,
    "names without end": "[" + "a" * 2_000_000,
    "openers": "[a b " * 400_000,
    "openers and one end": "[a x=1]" * 280_000 + "[/a]",
    "ends": "[/a]" * 500_000,
    "quotes": '[a "' * 500_000,
    "comments without end": "<!--" * 500_000,
    "blocks without end": "<!-- wp:a {" * 180_000,
    "blanks": " " * 2_000_000,
    "lines": "\n" * 2_000_000,
    "blank lines": "a\n\n" * 200_000,
    "words and blanks": "[a " + "b " * 500_000 + " " * 500_000 + "c" * 500_000 + "]",
    "equals": "[a " + "= " * 1_000_000 + "]",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_content_takes_no_longer_than_its_length(text):
    start = time.process_time()
    parse_wordpress(text)
    assert time.process_time() - start < PATIENCE


# Through the whole program

RULEBOOK = load_rulebook()
LINK = '<a href="https://amzn.to/3xYzAb1" rel="sponsored">lamp</a>'


def check(folder: Path, config: str, *items: str):
    (folder / "disclosure-check.toml").write_text(config, encoding="utf-8")
    (folder / "blog.xml").write_text(export(*items), encoding="utf-8")
    options = build_options(RULEBOOK, config=load_config(folder / "disclosure-check.toml"), claims="never")
    return list(check_posts(read_paths([str(folder / "blog.xml")]), RULEBOOK, options))


CONFIGS = {
    "nothing": ("", f"A {LINK}.", ["DC102"]),
    "a shortcode that discloses": ('[[renders]]\nname = "ad_note"\nwhere = "place"\n', f'[ad_note a="b"]\n\nA {LINK}.', []),
    "a reused block that discloses": (
        '[[renders]]\nname = "block/42"\nwhere = "place"\n',
        f'<!-- wp:block {{"ref":42}} /-->\n<p>A {LINK}.</p>',
        [],
    ),
    "a comment that accepts": ("", f'<!-- disclosure-check: ignore-file[DC102] reason="known" -->A {LINK}.', []),
}


@pytest.mark.parametrize(("config", "content", "rules"), CONFIGS.values(), ids=CONFIGS)
def test_a_configuration_can_name_what_a_site_puts_in(config, content, rules, tmp_path):
    [report] = check(tmp_path, config, item(content))
    assert [finding.rule for finding in report.findings] == rules


def test_a_configuration_can_use_tags_and_custom_fields(tmp_path):
    config = '[[facts]]\nkeys = { tags = "ad" }\nconnection = "paid"\n\n[[facts]]\nkeys = { "meta.deal" = true }\nconnection = "gift"\n'
    tagged = item(more='<category domain="post_tag" nicename="x"><![CDATA[Ad]]></category>')
    deal = item(more="<wp:postmeta><wp:meta_key>deal</wp:meta_key><wp:meta_value>1</wp:meta_value></wp:postmeta>")
    assert [report.post.connections for report in check(tmp_path, config, tagged, deal, item())] == [("paid",), ("gift",), ()]


def test_findings_stand_at_their_words(tmp_path):
    content = f"😀 A &amp; B [note id=1]An affiliate link[/note].\r\n\r\nA {LINK}."
    [report] = check(tmp_path, "", item(content))
    [finding] = report.findings
    assert (finding.rule, finding.match) == ("DC206", "An affiliate link")
    assert report.post.text[finding.start : finding.end] == "An affiliate link"
