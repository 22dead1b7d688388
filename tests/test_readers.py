"""From paths to posts, and what holds for every reader."""

from __future__ import annotations

import io
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from disclosure_check.model import Markup, Piece, Post
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.files import ReadFailure, read_paths
from disclosure_check.readers.html import parse_html
from disclosure_check.readers.markdown import parse_markdown
from disclosure_check.readers.markup import parse
from disclosure_check.readers.text import parse_text


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(**files: str | bytes):
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def names(*paths: str) -> list[str]:
    return [found.path for found in read_paths(paths)]


@pytest.mark.parametrize("size", [2**16 - 1, 2**16, 2**16 + 1, 3 * 2**16])
def test_a_post_of_any_size_is_read_whole(folder, size: int):
    folder(**{"a.txt": "x" * (size - 1) + "y"})
    [post] = read_paths(["a.txt"])
    assert isinstance(post, Post)
    assert (len(post.text), post.text[-1]) == (size, "y")


# Plain text


def test_plain_text_has_lines_and_paragraphs():
    text = "a\r\nb\rc\u2028d\n \t\n\ne\n"
    markup = parse_text(text)
    assert markup.pieces == (
        Piece("a", 0, 1),
        Piece("\n", 1, 3),
        Piece("b", 3, 4),
        Piece("\n", 4, 5),
        Piece("c", 5, 6),
        Piece("\n", 6, 7),
        Piece("d", 7, 8),
        Piece("\n\n", 8, 13),
        Piece("e", 13, 14),
    )
    assert [text[block.start : block.end] for block in markup.blocks] == ["a\r\nb\rc\u2028d", "e"]


def test_plain_text_decodes_what_exports_leave():
    assert parse_text("a&amp;b &#39;&quot;&lt;&gt;&nbsp;&copy; &lt").pieces == (
        Piece("a", 0, 1),
        Piece("&", 1, 6),
        Piece("b ", 6, 8),
        Piece("'", 8, 13),
        Piece('"', 13, 19),
        Piece("<", 19, 23),
        Piece(">", 23, 27),
        Piece("\u00a0", 27, 33),
        Piece("&copy; &lt", 33, 43),
    )


def test_plain_text_has_no_markup():
    text = "# *a* [b](c) <small>d</small> `e`"
    assert parse_text(text).pieces == (Piece(text, 0, len(text)),)


def test_a_line_of_invisible_characters_is_blank():
    assert [piece.text for piece in parse_text("a\n\u2800\u200b\nb").pieces] == ["a", "\n\n", "b"]


def test_text_can_begin_later():
    assert parse_text("abc\nd", 2).pieces == (Piece("c", 2, 3), Piece("\n", 3, 4), Piece("d", 4, 5))


def test_a_post_is_parsed_by_its_format():
    parsed = [parse(Post("a", "x *b* <i>&copy;</i>", "a", format_)) for format_ in ("text", "markdown", "html")]
    assert ["".join(piece.text for piece in markup.pieces) for markup in parsed] == ["x *b* <i>&copy;</i>", "x b ©", "x *b* ©"]


# What holds for any text

FRAGMENTS = """
# ;> ;- ;1. ;**;_;~~;`;```;    ;[;];(;);![;](;http://a.example/c;<;</;>;<div>;</div>;<p>;<a href='u'>;</a>;|;{;};/;\\;';";=;word
;<small>;</small>;<details>;<summary>;</details>;<b style='display:none'>;<code>;<pre>;<script>;</script>;<!--;-->;&amp;;&#97;
;&;é;😀;{{<;{{%;>}};%}};{{;}};{%;%};raw;endraw;import x from 'y';export default 1;<Foo a={;<Foo/>;<Foo>;</Foo>;{/*;*/};[^1];[^1]: ;
[r]: /u 't';---;===;|-|;<li>;<td>;<table>;<br>;<img alt='x' title=y>;:::note
"""
PARTS = [*FRAGMENTS.split(";"), "\t", "\n", "\n", "\n\n", "\r\n", "\r", "\u00a0", "\ufeff", "\x00", "\u2028", "\ue000", "\ud800"]
TEXTS = st.lists(st.one_of(st.sampled_from(PARTS), st.text(max_size=4)), max_size=40).map("".join)


def check_pieces(pieces: tuple[Piece, ...], text: str, start: int) -> None:
    last = start
    for piece in pieces:
        assert last <= piece.start <= piece.end <= len(text)
        assert piece.text
        if len(piece.text) == piece.end - piece.start and not piece.text.isspace():
            assert piece.text == text[piece.start : piece.end]
        last = piece.end


def check_markup(markup: Markup, text: str, start: int) -> None:
    check_pieces(markup.pieces, text, start)
    for aside in markup.asides:
        check_pieces(aside.pieces, text, start)
    for link in markup.links:
        assert start <= link.start <= link.end <= len(text)
        assert start <= link.text_start <= link.text_end <= len(text)
    last = start
    for block in markup.blocks:
        assert last <= block.start <= block.end <= len(text)
        last = block.start
    for include in markup.includes:
        assert start <= include.start < include.end <= len(text)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(0, 5))
def test_markdown_of_any_text_stays_within_it(text: str, start: int):
    start = min(start, len(text))
    check_markup(parse_markdown(text, start), text, start)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(0, 5))
def test_html_of_any_text_stays_within_it(text: str, start: int):
    start = min(start, len(text))
    check_markup(parse_html(text, start), text, start)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.integers(0, 5))
def test_plain_text_of_any_text_stays_within_it(text: str, start: int):
    start = min(start, len(text))
    check_markup(parse_text(text, start), text, start)


@given(st.text(alphabet="ab é😀\u00a0ñ", max_size=30))
def test_plain_words_are_the_same_in_every_format(words: str):
    words = " ".join(words.split())
    for reader in (parse_markdown, parse_html, parse_text):
        assert "".join(piece.text for piece in reader(words).pieces) == words


# Files and folders


def test_a_folder_is_walked_in_sorted_order(folder):
    folder(**{"b.md": "b", "a/z.txt": "", "a/c.jsonl": '{"text": "x"}', "C.HTML": "", "d.py": "", "e": "", ".hidden/f.md": "", ".g.md": ""})
    assert names(".") == [".g.md", "C.HTML", "b.md", "a/c.jsonl", "a/z.txt"]
    assert names("a", "./b.md") == ["a/c.jsonl", "a/z.txt", "./b.md"]


def test_gitignore_is_respected_at_every_depth(folder):
    folder(
        **{
            ".gitignore": "drafts/\n*.tmp.md\n/top.md\n",
            "posts/.gitignore": "!keep.tmp.md\nold-*\n",
            "posts/a.md": "",
            "posts/b.tmp.md": "",
            "posts/keep.tmp.md": "",
            "posts/old-1/c.md": "",
            "posts/drafts/d.md": "",
            "posts/top.md": "",
            "top.md": "",
            "drafts/.gitignore": "!e.md\n",
            "drafts/e.md": "",
        }
    )
    assert names(".") == ["posts/a.md", "posts/keep.tmp.md", "posts/top.md"]


def test_gitignore_above_the_folder_counts_within_a_repository(folder):
    folder(**{".gitignore": "*.txt\n", "in/.gitignore": "b.md\n", "in/a.txt": "", "in/b.md": "", "in/c.md": "", "in/deep/d.txt": ""})
    assert names("in") == ["in/a.txt", "in/c.md", "in/deep/d.txt"]
    folder(**{".git/HEAD": "", ".git/info/exclude": "c.*\n"})
    assert names("in") == []
    assert names("in/deep/../deep") == []


def test_an_ignored_file_is_read_when_it_is_named(folder):
    folder(**{".gitignore": "*\n", "a.md": "x", "b.unknown": "y"})
    assert [(post.path, post.format) for post in read_paths(["a.md", "b.unknown"])] == [("a.md", "markdown"), ("b.unknown", "text")]


def test_a_folder_that_contains_itself_is_walked_once(folder, tmp_path):
    folder(**{"in/a.md": ""})
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert names("in") == ["in/a.md"]


def test_the_ending_gives_the_format(folder):
    folder(**{"a.md": "a", "b.mdx": "a", "c.htm": "a", "d.txt": "a"})
    assert [(post.format, post.platform) for post in read_paths(["."])] == [
        ("markdown", None),
        ("markdown", None),
        ("html", None),
        ("text", None),
    ]
    [post] = read_paths(["a.md"], defaults=Facts(platform="newsletter", lang="de"))
    assert (post.platform, post.lang, post.format) == ("newsletter", "de", "markdown")
    [post] = read_paths(["d.txt"], defaults=Facts(platform="blog"))
    assert (post.platform, post.format) == ("blog", "text")


def test_a_folders_tables_and_exports_are_read_if_they_hold_posts(folder):
    folder(
        **{"a.csv": "id,Caption\n1,A lamp\n", "b.csv": "name,price\nlamp,3\n", "c.json": '{"name": "x"}', "d.xml": "<note>A lamp</note>"}
    )
    assert [(item.path, isinstance(item, ReadFailure)) for item in read_paths(["."])] == [("a.csv", True)]
    assert [item.path for item in read_paths(["."], columns={"text": "name"})] == ["a.csv", "b.csv"]
    assert isinstance(next(iter(read_paths(["b.csv"]))), ReadFailure)


FRONT_MATTER = """\
---
title: 2024
lang: no
sponsored: true
disclosure:
  connection: [paid]
  brand: A
  platform: newsletter
  platform_label: true
---
body"""


def test_front_matter_fills_the_facts(folder):
    folder(**{"a.md": FRONT_MATTER})
    [post] = read_paths(["a.md"])
    assert (post.title, post.lang, post.connections, post.brands, post.platform, post.platform_label) == (
        "2024", "no", ("paid",), ("A",), "newsletter", True,
    )  # fmt: skip
    assert post.text[post.body_start :] == "body"


def test_a_sites_own_disclosure_key_declares_nothing(folder):
    folder(**{"a.md": "---\ndisclosure: true\n---\n", "b.md": "---\ndisclosure: We may earn.\n---\n"})
    assert [post.connections for post in read_paths(["."])] == [(), ()]


BAD = {
    "latin-1": (b"a\nb\xe9", 2, "a.md:2: not UTF-8 (byte 0xe9 at byte 4); save the file as UTF-8"),
    "utf-16": ("a".encode("utf-16"), 1, "a.md:1: the text is UTF-16; save the file as UTF-8"),
    "utf-16-without-mark": ("abc".encode("utf-16-le"), 1, "a.md:1: the text seems to be UTF-16; save the file as UTF-8"),
    "binary": (b"abc\ndef\0ghi", 2, "a.md:2: not a text (NUL byte at byte 8); only text files can be checked"),
    "too-long": (b"a" * (10 * 2**20 + 1), None, "a.md: more than 10 MB of text; split it into its posts"),
    "front-matter": (
        b"---\na: b\nc: [\n---\n",
        4,
        "a.md:4: the front matter is not valid YAML (did not find expected node content); quote values that hold : or #",
    ),
    "unknown-connection": (
        b"---\ndisclosure: {connection: payed}\n---\n",
        1,
        'a.md:1: connection "payed" is not one of paid, gift, affiliate, discount, employee, consultant, family, equity, contest, travel, loan or none',
    ),
}


@pytest.mark.parametrize(("content", "line", "message"), BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_read_is_a_failure_and_the_next_is_read(folder, content, line, message):
    folder(**{"a.md": content, "b.md": "b"})
    failure, post = read_paths(["."])
    assert failure == ReadFailure("a.md", line, message)
    assert post.text == "b"


@pytest.mark.usefixtures("folder")
def test_a_missing_file_is_a_failure(tmp_path):
    (tmp_path / "broken.md").symlink_to("nowhere")
    assert [found.message for found in read_paths(["missing.md", "."])] == [
        "missing.md: no such file or folder; check the path",
        "broken.md: no such file or folder; check the path",
    ]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_a_failure(folder, tmp_path):
    folder(**{"a.md": "a"})
    (tmp_path / "a.md").chmod(0)
    assert [found.message for found in read_paths(["a.md"])] == ["a.md: can't be read (Permission denied); check its permissions"]


def test_a_byte_order_mark_is_dropped(folder):
    folder(**{"a.md": b"\xef\xbb\xbf---\ntitle: A\n---\nb"})
    [post] = read_paths(["."])
    assert (post.title, post.text[post.body_start :]) == ("A", "b")


class _Input(Struct):
    buffer: io.BytesIO


STDIN = {
    "text": (b"a", None, ("-", "a", "text", "-")),
    "markdown": (b"---\ntitle: x\n---\na", "x/y.md", ("x/y.md", "---\ntitle: x\n---\na", "markdown", "x/y.md")),
    "records": (b'{"text": "a", "id": "b"}', "x.jsonl", ("b", "a", "text", "x.jsonl")),
}


@pytest.mark.parametrize(("data", "filename", "expected"), STDIN.values(), ids=STDIN)
def test_standard_input_is_text_unless_its_name_says_more(monkeypatch, data, filename, expected):
    monkeypatch.setattr(sys, "stdin", _Input(io.BytesIO(data)))
    [post] = read_paths(["-"], stdin_filename=filename)
    assert (post.id, post.text, post.format, post.path) == expected


def test_importing_the_readers_imports_no_library():
    code = (
        "import sys, disclosure_check.readers, disclosure_check.readers.files;"
        "print([name for name in ('pyromark', 'yaml', 'pathspec', 'tomllib', 'json', 'html.entities') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"
