"""CSV and TSV: a post a row, and an error for each row that is none."""

from __future__ import annotations

import csv
import io
import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from disclosure_check.cli import cli
from disclosure_check.model import Post
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.records import ReadFailure
from disclosure_check.readers.tables import read_table


def read(table: str | bytes, path: str = "posts.csv", **options) -> list[Post | ReadFailure]:
    data = table if isinstance(table, bytes) else table.encode()
    return list(read_table(io.BytesIO(data), path, **options))


def texts(table: str | bytes, **options) -> list[tuple[str, int | None]]:
    """Return what is read as (text or message, line)."""
    found = read(table, **options)
    return [(item.text, item.record_line) if isinstance(item, Post) else (item.message, item.line) for item in found]


def test_every_fact_of_a_row_is_read():
    header = "id,text,title,platform,lang,medium,connection,brand,platform_label,date,format,unknown"
    row = '7,a,b,instagram,de,video,"Paid, gift","Acme, Inc.",TRUE,2024-01-02,html,e'
    assert read(f"{header}\n{row}\n") == [
        Post("7", "a", "posts.csv", "html", "instagram", "b", "de", "video", ("paid", "gift"), ("Acme, Inc.",), True, "2024-01-02", 2)
    ]


def test_a_row_needs_no_more_than_its_text():
    assert read("text\na\nb\n") == [
        Post("posts.csv#2", "a", "posts.csv", record_line=2),
        Post("posts.csv#3", "b", "posts.csv", record_line=3),
    ]


DIALECTS = {
    "commas": ("id,text\n1,a", [("a", 2)]),
    "semicolons": ('id;text\n1;"a; b, c"', [("a; b, c", 2)]),
    "semicolons-with-commas-in-a-name": ("id, number;text\n1;a", [("a", 2)]),
    "tabs": ("id\ttext\n1\ta, b; c", [("a, b; c", 2)]),
    "pipes": ("id|text\n1|a, b", [("a, b", 2)]),
    "one-column": ("text\na; b\n", [("a; b", 2)]),
    "sep-line": ("sep=;\r\nid;text\r\n1;a\r\n", [("a", 3)]),
    "byte-order-mark": ("\ufefftext,id\na,1", [("a", 2)]),
    "byte-order-mark-and-quotes": ('\ufeff"text","id"\n"a","1"', [("a", 2)]),
    "quoted-header": ('"text";"id, old"\na;1', [("a", 2)]),
    "line-break-in-the-header": ('text,"a\nb"\nc,1', [("c", 3)]),
    "crlf": ("text,id\r\na,1\r\nb,2\r\n", [("a", 2), ("b", 3)]),
    "old-mac": ("text,id\ra,1\rb,2\r", [("a", 2), ("b", 3)]),
    "column-names-in-any-case": ("ID, Text \n1,a", [("a", 2)]),
    "quoted-line-breaks": ('id,text\n1,"a\nb\r\n\nc"\n2,d\n', [("a\nb\r\n\nc", 2), ("d", 6)]),
    "doubled-quotes": ('text\n"say ""ad"" first"', [('say "ad" first', 2)]),
    "quotes-inside-an-unquoted-cell": ('text,id\n5" lamp "here",1', [('5" lamp "here"', 2)]),
    "backslash-is-a-backslash": ("text,id\na\\,1", [("a\\", 2)]),
    "blank-lines-and-rows": ("\n \ntext,id\n\na,1\n,\n \nb,2\n\n", [("a", 5), ("b", 8)]),
    "spaces-stay": ("text,id\n  a ,1", [("  a ", 2)]),
    "emoji": ("text,id\n😀 café,1", [("😀 café", 2)]),
    "only-a-header": ("text,id\n", []),
    "empty": ("", []),
}


@pytest.mark.parametrize(("table", "expected"), DIALECTS.values(), ids=DIALECTS)
def test_the_dialects_of_tables(table: str, expected: list[tuple[str, int]]):
    assert texts(table) == expected


def test_a_row_knows_its_last_line():
    found = read('text,id\n"a\n\nb",1\nc,2\n')
    assert [(post.record_line, post.record_end) for post in found] == [(2, 4), (5, None)]


def test_a_tsv_with_one_column_keeps_its_commas():
    assert texts("text\na, b\n", path="posts.tsv") == [("a, b", 2)]


CELLS = {
    "true": ("platform_label", "true", "platform_label", True),
    "yes": ("platform_label", "Yes", "platform_label", True),
    "one": ("platform_label", "1", "platform_label", True),
    "false": ("platform_label", "FALSE", "platform_label", False),
    "no": ("platform_label", "no", "platform_label", False),
    "zero": ("platform_label", " 0 ", "platform_label", False),
    "no-label": ("platform_label", "", "platform_label", False),
    "one-connection": ("connection", "gift", "connections", ("gift",)),
    "two-connections": ("connection", '"paid, gift"', "connections", ("paid", "gift")),
    "connections": ("connections", '"paid,gift"', "connections", ("paid", "gift")),
    "none": ("connection", "None", "connections", ("none",)),
    "no-connection": ("connection", " ", "connections", ()),
    "language-no": ("lang", "no", "lang", "no"),
    "title-is-a-number": ("title", "1984", "title", "1984"),
    "platform-makes-the-format": ("platform", "blog", "format", "markdown"),
}


@pytest.mark.parametrize(("column", "cell", "fact", "expected"), CELLS.values(), ids=CELLS)
def test_what_a_cell_declares(column: str, cell: str, fact: str, expected: object):
    [post] = read(f"text,{column}\na,{cell}\n")
    assert getattr(post, fact) == expected


def test_columns_can_have_other_names():
    table = "Post  Caption,Network,text\na,x,5\n"
    [post] = read(table, columns={"text": "post caption", "platform": "network"})
    assert (post.text, post.platform) == ("a", "x")


def test_defaults_hold_where_a_row_is_silent():
    defaults = Facts(platform="tiktok", connections=("paid",))
    [first, second] = read("text,platform,connection\na,,\nb,x,none\n", defaults=defaults)
    assert (first.platform, first.connections) == ("tiktok", ("paid",))
    assert (second.platform, second.connections) == ("x", ("none",))


HEADERS = {
    "caption": ("id,Caption\n1,a", 1, 'no "text" column (there are: id, Caption); say which one holds the posts: --column text=Caption'),
    "a-name-of-two-words": ("id;Post Text\n1;a", 1, 'no "text" column (there are: id, Post Text); say which one holds the posts: --column \'text=Post Text\''),
    "the-likelier-name": ("message,body\na,b", 1, 'no "text" column (there are: message, body); say which one holds the posts: --column text=body'),
    "no-likely-name": ("\na,b\n1,2", 2, 'no "text" column (there are: a, b); say which one holds the posts: --column text=NAME'),
    "many": (
        ",".join(f"c{n}" for n in range(200)), 1,
        'no "text" column (there are: c0, c1, c2, c3, c4, c5, c6, c7 and 192 more); say which one holds the posts: --column text=NAME',
    ),
    "twice": ("text,Text\na,b", 1, '2 columns are named "text"; rename all but the one that holds the text'),
    "open-quote": (
        'text,"id\n1,2', 1,
        'a quoted cell of this row doesn\'t end as it should (noticed in line 2); close each quote, and write "" for a quote inside a cell',
    ),
    "utf-16": ("text,id\na,1".encode("utf-16"), 1, "the text is UTF-16; save the file as UTF-8"),
    "utf-16-without-mark": ("text,id\na,1".encode("utf-16-le"), 1, "the text is UTF-16; save the file as UTF-8"),
    "latin-1": ("text,caf\xe9\na,1".encode("latin-1"), 1, "not UTF-8 (byte 0xe9); save the file as UTF-8"),
    "an-image": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 1, "not UTF-8 (byte 0x89); save the file as UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize(("table", "line", "message"), HEADERS.values(), ids=HEADERS)
def test_a_table_whose_header_serves_nothing_is_one_failure(table: str | bytes, line: int, message: str):
    assert texts(table) == [(f"posts.csv:{line}: {message}", line)]


def test_a_mapped_column_has_to_be_there():
    assert texts("text,id\na,1", columns={"connection": "deal"}) == [
        ('posts.csv:1: no "deal" column (there are: text, id); correct --column connection=NAME, or leave it out', 1)
    ]


QUOTES = 'close each quote, and write "" for a quote inside a cell'
CELLS_NEEDED = "quote cells that hold a comma or a line break, and leave no cell out"
ROWS = {
    "too-many-cells": ("b,2,", f"3 cells in this row and 2 columns in the header; {CELLS_NEEDED}"),
    "too-few-cells": ("b", f"1 cell in this row and 2 columns in the header; {CELLS_NEEDED}"),
    "too-few-cells-in-two-lines": ('"b\n"', f"1 cell in this row, up to line 4, and 2 columns in the header; {CELLS_NEEDED}"),
    "no-text": (" ,2", 'the "text" cell is empty; write the post into it, or leave the row out'),
    "text-behind-a-quote": ('"b" c,2', f"a quoted cell of this row doesn't end as it should; {QUOTES}"),
    "open-quote": ('"b,2', f"a quoted cell of this row doesn't end as it should (noticed in line 4); {QUOTES}"),
    "not-utf-8": (b"caf\xe9,2", "not UTF-8 (byte 0xe9); save the file as UTF-8"),
    "nul": (b"b\0,2", "not a text (NUL byte); only text files can be checked"),
}


@pytest.mark.parametrize(("row", "message"), ROWS.values(), ids=ROWS)
def test_a_bad_row_is_a_failure_at_its_line_and_the_rest_goes_on(row: str | bytes, message: str):
    row = row if isinstance(row, bytes) else row.encode()
    behind = 4 + row.count(b"\n")
    assert texts(b"text,id\na,1\n" + row + b'\n"c",3\n') == [("a", 2), (f"posts.csv:3: {message}", 3), ("c", behind)]


FACTS = {
    "label": ("platform_label", "maybe", 'platform_label is "maybe"; true or false is needed'),
    "connection": (
        "connection", "payed",
        'connection "payed" is not one of paid, gift, affiliate, discount, employee, consultant, family, equity, contest, travel, loan or none',
    ),
    "none-and-another": ("connection", '"none, gift"', 'connection says "none" beside gift; keep one or the other'),
    "format": ("format", "pdf", 'format "pdf" is not one of text, markdown, html, rst, asciidoc, subtitles'),
}  # fmt: skip


@pytest.mark.parametrize(("column", "cell", "message"), FACTS.values(), ids=FACTS)
def test_a_fact_that_is_not_allowed_is_a_failure(column: str, cell: str, message: str):
    assert texts(f"text,{column}\na,{cell}\nb,\n") == [(f"posts.csv:2: {message}", 2), ("b", 3)]


def test_a_bad_byte_in_a_later_line_of_a_row_is_told_at_that_line():
    assert texts(b'text\n"a\n\xff"\nb\n') == [("posts.csv:3: not UTF-8 (byte 0xff); save the file as UTF-8", 2), ("b", 4)]


def test_broken_front_matter_of_a_row_is_told_at_the_row():
    [(message, line)] = texts('text,platform\n"---\na: [\n---\n",blog\n')
    assert (line, message.partition(" (")[0]) == (2, "posts.csv:2: the front matter is not valid YAML")


def test_a_quote_that_never_ends_takes_no_other_row_with_it():
    rows = "".join(f"a{number},1\n" for number in range(1000))
    found = texts(f'text,id\n"x,1\n{rows}')
    assert found[0] == (f"posts.csv:2: a quoted cell of this row doesn't end as it should (noticed in line 1002); {QUOTES}", 2)
    assert found[1:] == [(f"a{number}", number + 3) for number in range(1000)]


def test_wide_tables_and_long_cells_are_read():
    names = [f"c{number}" for number in range(199)]
    long = "word, " * 500_000  # 3 MB
    assert texts(",".join([*names, "text"]) + "\n" + "," * 199 + f'"{long}"\n') == [(long, 2)]


def test_a_text_or_a_row_that_is_too_long_is_a_failure():
    long = "word " * (11 * 2**20 // 5)
    assert texts(f"text,id\n{long},1\nb,2\n") == [("posts.csv:2: 11.0 MB of text; a post may have 10 MB", 2), ("b", 3)]
    [(message, line), after] = texts(f"text,id\n{long}{long},1\nb,2\n")
    assert (message, line) == ("posts.csv:2: the row is longer than 20 MB; close its quotes, or split the text into its posts", 2)
    assert after == ("b", 3)


def test_the_limit_of_the_csv_module_stays_as_it_was():
    before = csv.field_size_limit()
    read("text\na\n")
    assert csv.field_size_limit() == before


HOSTILE = {
    "open-quotes": 'x,"\n',
    "quotes-in-turn": '"a\n',
    "quotes": '"',
    "doubled-quotes": '""\n',
    "delimiters": ",",
    "line-ends": "\n",
    "carriage-returns": "\r",
}


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_hostile_tables_are_read_in_time(unit: str):
    start = time.process_time()
    read("text,id\n" + unit * (2 * 2**20 // len(unit)))
    assert time.process_time() - start < 20  # about a second on an idle machine


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0")).filter(str.strip)


@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1), delimiter=st.sampled_from(",;\t|"))
def test_what_the_csv_module_writes_is_read(rows: list[tuple[str, str]], delimiter: str):
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows([("note", "text"), *rows])
    found = read(written.getvalue())
    assert [post.text for post in found] == [text for _, text in rows]


def test_findings_point_into_the_text_of_their_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    caption = '😀 "Lumo" lamp\r\nuse code MIA20, or not'
    quoted = caption.replace('"', '""')
    Path("posts.csv").write_bytes(f'id,Caption\n1,"nothing\nhere"\n2,"{quoted}"\n3\n'.encode())
    result = CliRunner().invoke(
        cli, ["check", "posts.csv", "--column", "text=caption", "--format", "json", "--select", "DC112", "--isolated"]
    )
    assert result.exit_code == 2
    assert result.stdout, result.stderr
    posts = json.loads(result.stdout)["posts"]
    assert [(post["id"], post["record_line"], post["verdict"]) for post in posts] == [
        ("1", 2, "pass"),
        ("2", 4, "fail"),
        ("posts.csv", 6, "unchecked"),
    ]
    [finding] = posts[1]["findings"]
    assert finding["match"] == caption[finding["start"] : finding["end"]]
    assert (finding["match"], finding["line"], finding["column"]) == ("use code MIA20", 2, 1)


def test_a_table_on_standard_input_is_read():
    table = "text\nuse code MIA20 at Lumo\n"
    result = CliRunner().invoke(cli, ["check", "-", "--stdin-filename", "a.csv", "--format", "json"], input=table)
    [post] = json.loads(result.stdout)["posts"]
    assert (result.exit_code, post["id"], post["findings"][0]["match"]) == (1, "a.csv#2", "use code MIA20")
