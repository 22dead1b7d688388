"""The pages of the rules: what they hold, that they quote exactly, and that no word of a rule file becomes markup."""

from __future__ import annotations

import html
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pyromark
import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from disclosure_check.cli import cli
from disclosure_check.errors import ConfigError
from disclosure_check.explain import list_as_markdown
from disclosure_check.model import Force, Reference
from disclosure_check.pages import FORCES, html_index, html_page, markdown_index, markdown_page, page_name, write_pages
from disclosure_check.reports.escaping import escape_markdown, fence
from disclosure_check.rulebook import Example, load_rulebook

RULEBOOK = load_rulebook(examples=True)
RULES = {rule.id: rule for rule in RULEBOOK.rules}
SECTIONS = ["What it finds", "Why it matters", "Found in", "Write instead", "Not found in", "Sources", "What it can't see"]
VOID = {"meta", "br", "link", "img", "input", "hr"}
HOSTILE = "</pre></code><script>alert(1)</script> <img src=x onerror=alert(1)> & &lt; \"'` | [a](javascript:alert(1)) ![b](x) **c** ${d} {{ e }} {% f %}"
ODD_LINES = "# no heading\n\n- no item\n1. no item\n> no quote\n``` no fence\n===\n    no code\n\u202eright to left\u200b"


class Page(HTMLParser):
    """What a page of HTML holds: its text, tags in order, attributes; and whether each tag is closed in its place."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.text, self.tags, self.attributes, self.headings, self.quotes, self.marks = "", [], [], [], [], []
        self.open: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text += data
        for tag, found in (("h2", self.headings), ("blockquote", self.quotes), ("mark", self.marks)):
            if tag in self.open:
                found.append(data)

    def values(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]


def text_of(markdown: str) -> Page:
    return Page(pyromark.html(markdown, options=pyromark.Options.ENABLE_TABLES))


def hostile_rule():
    words = f"{HOSTILE}\n\n{ODD_LINES}"
    return replace(
        RULES["DC101"],
        name=HOSTILE,
        summary=HOSTILE,
        why=words,
        remedy=words,
        limits=words,
        references=(
            Reference(HOSTILE, HOSTILE, "javascript:alert(1)", "guide", "2026-01-01", words, "https://a.example/ onclick=x"),
            Reference("Title", "", 'https://a.example/"><script>', "guide", "2026-01-01"),
        ),
        invalid=(Example({"text": words, "brand": HOSTILE}, "<script>alert(1)</script>", HOSTILE, known_gap=True),),
        valid=(Example({"text": "````\n" + words, "platform_label": True}, None, "", known_gap=False),),
    )


def test_every_kind_of_source_is_explained():
    assert set(FORCES) == set(get_args(Force))


@pytest.mark.parametrize("rule", RULEBOOK.rules, ids=lambda rule: rule.id)
def test_a_page_has_all_sections_and_quotes_exactly(rule):
    page, markdown = Page(html_page(rule)), markdown_page(rule)
    sections = [title for title in SECTIONS if title not in ("Found in", "Not found in") or rule.invalid]
    quotes = [reference.quote for reference in rule.references if reference.quote]
    assert page.headings == sections
    assert text_of(markdown).headings == sections
    assert page.quotes == quotes
    assert page.marks == [(example.at or "").replace("\u200b", "<U+200B>") for example in rule.invalid]
    assert "".join(text_of(markdown).quotes).split() == "".join(f"{quote} " for quote in quotes).split()
    for reference in rule.references:
        assert f"{reference.force}: {FORCES[reference.force]}" in page.text
        assert f"{reference.force}: {FORCES[reference.force]}" in markdown
        assert ("href", reference.url) in [attribute[1:] for attribute in page.attributes]
        assert f"<{reference.url}>" in markdown
    assert "{brand}" not in page.text + markdown


def test_an_html_page_loads_nothing_and_says_its_language():
    page = Page(html_page(RULES["DC203"]))
    assert {"script", "link", "img", "iframe"} & set(page.tags) == set()
    assert page.values("src") == []
    assert page.values("lang") == ["en"]
    assert page.tags.count("main") == page.tags.count("h1") == page.tags.count("title") == 1
    assert "default-src 'none'; style-src 'unsafe-inline'" in page.values("content")
    assert page.values("href")[:2] == ["#content", "index.html"]
    source = html_page(RULES["DC203"])
    assert "@media (prefers-color-scheme: dark)" in source
    assert "@media print" in source
    assert "url(" not in source


def test_a_page_marks_the_words_and_tells_the_facts():
    rule = replace(
        RULES["DC203"],
        invalid=(
            Example(
                {"text": "\nkit day\n#partner\n", "platform": "x", "connection": ["paid", "gift"]}, "#partner", "a tag", known_gap=True
            ),
        ),
    )
    assert (
        '<figure>\n<pre dir="auto">kit day\n<mark>#partner</mark></pre>\n<figcaption>\n<p>Found: “#partner”</p>\n<p>a tag</p>\n'
        "<p>platform: x; connection: paid, gift</p>\n<p><strong>Known gap:</strong> this one comes out wrong today.</p>\n</figcaption>\n</figure>"
    ) in html_page(rule)
    assert (
        "```text\nkit day\n#partner\n```\n\nFound: “\\#partner”  \nplatform: x; connection: paid, gift  \na tag  \n"
        "Known gap: this one comes out wrong today.\n"
    ) in markdown_page(rule)


def test_no_word_of_a_rule_becomes_html():
    rule = hostile_rule()
    page, plain = Page(html_page(rule)), Page(html_page(RULES["DC101"]))
    assert set(page.tags) <= set(plain.tags) | {"mark"}
    assert {name for _, name, _ in page.attributes} <= {name for _, name, _ in plain.attributes}
    assert page.values("href") == ["#content", "index.html"]
    assert page.text.count("<script>alert(1)</script>") == 14  # with the title, and the mark with the words below it
    assert "<U+202E>right to left<U+200B>" in page.text
    index = Page(html_index(replace(RULEBOOK, rules=(rule,))))
    assert index.values("href") == ["#content", "DC101.html"]
    assert "script" not in index.tags


def test_no_word_of_a_rule_becomes_markdown():
    rule = hostile_rule()
    markdown = markdown_page(rule)
    page = text_of(markdown)
    assert set(page.tags) == {"h1", "h2", "p", "a", "strong", "pre", "code", "br", "ul", "li", "blockquote"}
    assert page.values("href") == ["README.md"]
    assert page.tags.count("h2") == len(SECTIONS)
    assert page.tags.count("pre") == 2
    assert page.tags.count("li") == 2
    assert HOSTILE in page.text
    table = text_of(markdown_index(replace(RULEBOOK, rules=(rule,))))
    assert table.values("href") == ["DC101.md"]
    assert table.tags.count("td") == 4
    assert table.text.count(HOSTILE) == 2
    assert text_of(list_as_markdown(replace(RULEBOOK, rules=(replace(rule, name="a"),)))).text.count(HOSTILE) == 1


@pytest.mark.parametrize(
    "text",
    [
        *ODD_LINES.split("\n\n")[1].split("\n")[:-1],
        "# a",
        "+ a",
        "1) a",
        "12. a",
        "~~a~~",
        "a_b_c *d*",
        "\\*",
        "&amp;",
        "<https://a.example>",
        "2 + 2 = 4",
        "a\\",
    ],
)
def test_a_line_of_markdown_shows_what_was_written(text):
    page = text_of(escape_markdown(text))
    assert page.tags == ["p"]
    assert page.text.rstrip("\n") == text


@pytest.mark.parametrize("text", ["", "a\nb", "```\na\n```", "`````", "~~~\n<b>", "    a"])
def test_a_fence_shows_what_was_written(text):
    page = text_of(fence(text))
    assert page.tags == ["pre", "code"]
    assert page.text == text + "\n\n"  # with the end of the page


@pytest.mark.parametrize(("format", "index", "ending"), [("html", "index.html", ".html"), ("markdown", "README.md", ".md")])
def test_the_command_writes_a_page_for_each_rule_and_an_index(tmp_path, format, index, ending):
    folder = tmp_path / "new" / "pages"
    result = CliRunner().invoke(cli, ["rules", "--format", format, "--output", str(folder)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{folder}: {len(RULES)} pages and an index written.\n"
    assert sorted(path.name for path in folder.iterdir()) == sorted([index, *(f"{id}{ending}" for id in RULES)])
    assert page_name("DC101", format) == f"DC101{ending}"
    assert all(f"DC{id}{ending}" in (folder / index).read_text(encoding="utf-8") for id in ("101", "203", "401", "901"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert CliRunner().invoke(cli, ["rules", "--format", format, "--output", str(folder)]).exit_code == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_without_output_markdown_stays_the_list():
    result = CliRunner().invoke(cli, ["rules", "--format", "markdown"])
    assert result.stdout == list_as_markdown(RULEBOOK)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "html"], "--format html writes a page for each rule; name a folder for them with --output"),
        (["--output", "pages"], "--output takes pages in html or markdown; text is one list, and goes to standard output"),
        (["--format", "json", "--output", "pages"], "--output takes pages in html or markdown; json is one list"),
        (["--format", "html", "--output", "file"], "is a file"),
        (["--format", "html", "--output", "file/pages"], "file/pages: can't write the pages here (Not a directory); name another folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_written_is_told(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("a\n", encoding="utf-8")
    result = CliRunner().invoke(cli, ["rules", *arguments])
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_in_the_place_of_a_page_is_told_and_other_files_stay(tmp_path):
    (tmp_path / "DC102.html").mkdir()
    (tmp_path / "mine.html").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"DC102\.html: can't write the pages here \(Is a directory\)"):
        write_pages(RULEBOOK, tmp_path, "html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["DC101.html", "DC102.html", "mine.html"]
    assert (tmp_path / "mine.html").read_text(encoding="utf-8") == "mine"


def test_a_page_of_an_example_with_two_megabytes_is_written():
    rule = replace(RULES["DC101"], invalid=(Example({"text": "`<" * 1_000_000}, "`", "", known_gap=False),))
    assert "`<" * 1000 in html.unescape(html_page(rule))
    assert "`<" * 1000 in markdown_page(rule)
