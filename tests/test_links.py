"""What a URL shows about a commission, and where the URLs of a text begin and end."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure_check import links
from disclosure_check.errors import RuleError
from disclosure_check.links import LinkFact, classify_url, find_urls, load_link_data

HERE = Path(__file__).parent
DATA = load_link_data(HERE.parent / "rules" / "affiliate_links.jsonl")
EXAMPLES = [json.loads(line) for line in (HERE / "data" / "affiliate_examples.jsonl").read_text("utf-8").splitlines()]
ORDINARY = [line for line in (HERE / "data" / "ordinary_links.txt").read_text("utf-8").splitlines() if line and not line.startswith("# ")]


def urls(text: str) -> list[str]:
    return [match.url for match in find_urls(text, DATA)]


def words(text: str) -> list[str]:
    return [text[match.start : match.end] for match in find_urls(text, DATA)]


def test_the_lists_of_links_are_whole() -> None:
    assert (len(EXAMPLES), len(ORDINARY)) == (442, 378)


@pytest.mark.parametrize(("url", "network", "strength", "role"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_example_of_a_network(url: str, network: str, strength: str, role: str) -> None:
    fact = classify_url(url, DATA)
    assert fact is not None
    assert (fact.network, fact.strength, fact.role) == (network, strength, role)


@pytest.mark.parametrize("url", ORDINARY)
def test_ordinary_link_shows_nothing_alone(url: str) -> None:
    fact = classify_url(url, DATA)
    assert fact is None or fact.role in ("platform", "hint")


@pytest.mark.parametrize(
    ("url", "fact"),
    [
        pytest.param(
            "https://blog.example/out?u=https%3A%2F%2Facme.pxf.io%2FAbCd",
            LinkFact("Impact", "strong", "affiliate", "acme.pxf.io", ("blog.example",)),
            id="the site's own redirect",
        ),
        pytest.param(
            "/out?u=https%3A%2F%2Facme.pxf.io%2FAbCd",
            LinkFact("Impact", "strong", "affiliate", "acme.pxf.io"),
            id="relative",
        ),
        pytest.param(
            "https://blog.example/out?url=https%253A%252F%252Famzn.to%252F3bLnd3r",
            LinkFact("Amazon Associates", "strong", "affiliate", "amzn.to", ("blog.example",)),
            id="encoded twice",
        ),
        pytest.param(
            "https://blog.example/out?url=https://www.amazon.com/dp/B0?th=1&tag=acmehiker-20",
            LinkFact("Amazon Associates", "strong", "affiliate", "www.amazon.com", ("blog.example",)),
            id="not encoded",
        ),
        pytest.param(
            "https://blog.example/out?link=aHR0cHM6Ly9hbXpuLnRvLzNiTG5kM3I",
            LinkFact("Amazon Associates", "strong", "affiliate", "amzn.to", ("blog.example",)),
            id="base64",
        ),
        pytest.param(
            "https://href.example/?https://amzn.to/3bLnd3r",
            LinkFact("Amazon Associates", "strong", "affiliate", "amzn.to", ("href.example",)),
            id="the whole query",
        ),
        pytest.param(
            "https://blog.example/out/https://www.amazon.com/dp/B0?tag=acmehiker-20",
            LinkFact("Amazon Associates", "strong", "affiliate", "www.amazon.com", ("blog.example",)),
            id="in the path",
        ),
        pytest.param(
            "https://www.youtube.com/redirect?event=x&q=https%3A%2F%2Fl.facebook.com%2Fl.php%3Fu%3D"
            "https%253A%252F%252Fa.example%252F%253Fu%253Dhttps%25253A%25252F%25252Famzn.to%25252F3bLnd3r",
            LinkFact("Amazon Associates", "strong", "affiliate", "amzn.to", ("www.youtube.com", "l.facebook.com", "a.example")),
            id="three hops",
        ),
    ],
)
def test_nested_destination(url: str, fact: LinkFact) -> None:
    assert classify_url(url, DATA) == fact


def test_a_fourth_hop_is_not_followed() -> None:
    url = "https://amzn.to/3bLnd3r"
    for host in ("d", "c", "b", "a"):
        url = f"https://{host}.example/out/{url}"
    assert classify_url(url, DATA) is None


@pytest.mark.parametrize(
    ("url", "strength"),
    [
        ("https://www.ebay.com/itm/1?mkcid=1&mkevt=1", "strong"),
        ("https://www.ebay.com/itm/1?mkevt=1&mkrid=711-53200-19255-0", "medium"),
        ("https://www.booking.com/hotel/x.html?aid=1234567", "strong"),
        ("https://www.tatacliq.com/p?cid=af:home", "strong"),
        ("https://shop.example/?utm_medium=affiliate&ref=x", "medium"),
    ],
)
def test_the_most_telling_sign_counts(url: str, strength: str) -> None:
    fact = classify_url(url, DATA)
    assert fact is not None
    assert (fact.strength, fact.role) == (strength, "affiliate")


@pytest.mark.parametrize(
    "url",
    ["", " ", "http://", "https://?", "://", "http://[", "http://[::1", "%", "http://%", "http://a:b:c@:99999/", "?&&==;#", "//", "\\\\",
     "http://\ud800/", "https://amzn.to", "http://a/?u=%zz&url=aHR0c!&u=http://", "a" * 10_000, "\x00", "https://..../x"],
)  # fmt: skip
def test_garbage_shows_nothing(url: str) -> None:
    assert classify_url(url, DATA) is None


@given(st.text(st.sampled_from("htps:/.?&=#%@[]()\\ awmznto3BL25Fux☃é\n"), max_size=60))
def test_any_string_is_classified_without_an_error(url: str) -> None:
    fact = classify_url("https://" + url, DATA)
    assert fact is None or fact.strength in ("strong", "medium", "weak")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("Boots (https://amzn.to/3bLnd3r), hat.", ["https://amzn.to/3bLnd3r"], id="brackets of the sentence"),
        pytest.param("https://en.wikipedia.org/wiki/Tag_(game).", ["https://en.wikipedia.org/wiki/Tag_(game)"], id="balanced"),
        pytest.param("https://amzn.to/3bLnd3r(affiliate link)", ["https://amzn.to/3bLnd3r"], id="a remark in brackets"),
        pytest.param("https://shop.example/a(paid link)", ["https://shop.example/a"], id="a bracket that opens only"),
        pytest.param('"https://a.example/x", \u201chttps://b.example/y\u201d', ["https://a.example/x", "https://b.example/y"], id="quotes"),
        pytest.param("https://amzn.to/3bLnd3r\U0001f97e", ["https://amzn.to/3bLnd3r"], id="emoji"),
        pytest.param("**https://a.example/x** _https://b.example/y_", ["https://a.example/x", "https://b.example/y"], id="emphasis"),
        pytest.param("https://youtu.be/AbCdEfGhI_-", ["https://youtu.be/AbCdEfGhI_-"], id="an id that ends in punctuation"),
        pytest.param("[https://a.example](https://a.example/b)", ["https://a.example", "https://a.example/b"], id="Markdown"),
        pytest.param("<https://a.example/x>", ["https://a.example/x"], id="angle brackets"),
        pytest.param("&lt;https://a.example/x?a=1&b=2&gt;", ["https://a.example/x?a=1&b=2"], id="entities"),
        pytest.param("https://a.example/x...", ["https://a.example/x"], id="shortened"),
        pytest.param("https://amzn.to/3bLnd3r's price", ["https://amzn.to/3bLnd3r"], id="possessive"),
        pytest.param("https://amzn.to/3bLnd3rはこちら", ["https://amzn.to/3bLnd3r"], id="script without spaces"),
        pytest.param(
            "https://\u4f8b\u3048.example/a\u3092\u8aad\u3080", ["https://\u4f8b\u3048.example/a"], id="such a script in the host"
        ),
        pytest.param("https://caf\u00e9.example/\u00e9t\u00e9", ["https://caf\u00e9.example/\u00e9t\u00e9"], id="accents"),
        pytest.param("go to www.acme.com/x!", ["www.acme.com/x"], id="www"),
        pytest.param("go to Acme.com/boots, or acme.com", ["Acme.com/boots"], id="bare host and path"),
        pytest.param("liketk.it/4abCD", ["liketk.it/4abCD"], id="bare known host"),
        pytest.param("acme.com?ref=me", ["acme.com?ref=me"], id="bare host and query"),
        pytest.param("me@acme.com/x and a/acme.com/x", [], id="parts of something else"),
        pytest.param("and/or 24/7 v1.2/3 e.g./i.e. node.js/express docs.md/x setup.py/x", [], id="slashes that are no URL"),
        pytest.param("https:// and www. and http", [], id="nothing behind it"),
        pytest.param("HTTPS://AMZN.TO/3BLND3R", ["HTTPS://AMZN.TO/3BLND3R"], id="capitals"),
    ],
)
def test_url_in_text(text: str, found: list[str]) -> None:
    assert urls(text) == words(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "https://amzn.to/3bLnd3rLunchbox: https://amzn.to/3aBcDeF", ["https://amzn.to/3bLnd3r", "https://amzn.to/3aBcDeF"], id="Amazon"
        ),
        pytest.param("https://amzn.to/3bLnd3rAmazon links", ["https://amzn.to/3bLnd3r"], id="label without a colon"),
        pytest.param("https://amzn.to/3bLnd3r#ad", ["https://amzn.to/3bLnd3r"], id="hashtag"),
        pytest.param("https://www.amazon.com/dp/B000000000Lunchbox:", ["https://www.amazon.com/dp/B000000000"], id="product id"),
        pytest.param(
            "https://youtu.be/AbCdEfGhIjKInstagram: https://instagram.com/acmehiker",
            ["https://youtu.be/AbCdEfGhIjK", "https://instagram.com/acmehiker"],
            id="YouTube",
        ),
        pytest.param("https://youtu.be/AbCdEfGhIjK?t=10 x", ["https://youtu.be/AbCdEfGhIjK?t=10"], id="a query goes on"),
        pytest.param("https://bit.ly/3xYzAbCMusic by", ["https://bit.ly/3xYzAbC"], id="bit.ly"),
        pytest.param("https://bit.ly/AcmeSpringSale", ["https://bit.ly/AcmeSpringSale"], id="bit.ly with a chosen name"),
        pytest.param("https://a.example/xhttps://b.example/y", ["https://a.example/x", "https://b.example/y"], id="next URL"),
        pytest.param("https://a.example/?u=https://b.example/y", ["https://a.example/?u=https://b.example/y"], id="nested URL"),
        pytest.param("https://a.example/acmehikerTwitter: @acmehiker", ["https://a.example/acmehiker"], id="label"),
        pytest.param("https://a.example/JaneDoeYouTube: x", ["https://a.example/JaneDoe"], id="label behind a camel-case name"),
        pytest.param("https://a.example/OurStory: how we began", ["https://a.example/OurStory"], id="a camel-case page"),
        pytest.param("https://a.example/Help: read it", ["https://a.example/Help"], id="a page and a colon"),
        pytest.param("https://acme.example/shopUse code SAM10", ["https://acme.example/shop"], id="call to action"),
        pytest.param("https://a.example/AcmeWatch", ["https://a.example/AcmeWatch"], id="the same at the end of the text"),
        pytest.param("https://a.example/x--------", ["https://a.example/x"], id="a line of dashes"),
        pytest.param("https://a.exampleTikTok: x", ["https://a.example"], id="label behind the host"),
    ],
)
def test_glued_lines_come_apart(text: str, found: list[str]) -> None:
    assert urls(text) == found


@pytest.mark.parametrize(
    ("text", "written", "url"),
    [
        ("get it: hxxps://amzn[.]to/3bLnd3r now", "hxxps://amzn[.]to/3bLnd3r", "https://amzn.to/3bLnd3r"),
        ("get it: hxxps[://]amzn[.]to/3bLnd3r now", "hxxps[://]amzn[.]to/3bLnd3r", "https://amzn.to/3bLnd3r"),
        ("get it: https[:]//amzn.to/3bLnd3r now", "https[:]//amzn.to/3bLnd3r", "https://amzn.to/3bLnd3r"),
        ("get it: amzn[.]to/3bLnd3r now", "amzn[.]to/3bLnd3r", "amzn.to/3bLnd3r"),
        ("get it: amzn(dot)to/3bLnd3r now", "amzn(dot)to/3bLnd3r", "amzn.to/3bLnd3r"),
        ("get it: amzn [dot] to/3bLnd3r now", "amzn [dot] to/3bLnd3r", "amzn.to/3bLnd3r"),
        ("get it: amzn dot to slash 3bLnd3r now", "amzn dot to slash 3bLnd3r", "amzn.to/3bLnd3r"),
        ("get it: AMZN DOT TO SLASH 3bLnd3r.", "AMZN DOT TO SLASH 3bLnd3r", "AMZN.TO/3bLnd3r"),
        ("get it: acme dot com slash sam slash boots.", "acme dot com slash sam slash boots", "acme.com/sam/boots"),
    ],
)
def test_disguised_url_is_repaired(text: str, written: str, url: str) -> None:
    assert words(text) == [written]
    assert urls(text) == [url]


def test_a_defanged_link_to_an_unknown_host_is_merely_a_url() -> None:
    (match,) = find_urls("The mail linked to hxxps://login[.]acme-bank[.]example/verify.php", DATA)
    assert match.url == "https://login.acme-bank.example/verify.php"
    assert classify_url(match.url, DATA) is None


def test_words_that_only_sound_like_a_spelled_url() -> None:
    assert urls("a polka dot to slash prices, connect the dot in slash mode") == []


PARTS = [
    "https://",
    "hxxp://",
    "www.",
    "amzn.to",
    "/3bLnd3r",
    "a",
    ".",
    "com",
    " ",
    "(",
    ")",
    "[.]",
    " dot ",
    " slash ",
    "?u=",
    "#",
    "🥾",
    "Label:",
    "\n",
    "]",
    "_",
    "é",
    ":",
    "'s",
    "&gt;",
]


@given(st.lists(st.sampled_from(PARTS), max_size=30))
def test_spans_are_in_order_inside_the_text_and_apart(parts: list[str]) -> None:
    text = "".join(parts)
    end = 0
    for match in find_urls(text, DATA):
        assert end <= match.start < match.end <= len(text)
        end = match.end


@pytest.mark.parametrize(
    "unit",
    [
        "http://a",
        "(",
        "a.com/x ",
        "a.",
        "a dot ",
        "http://a?u=",
        "[.]",
        "Label:",
        "https://amazon.com/a/",
        "h",
        "https://x/(",
        "www.a.com([",
    ],
)
def test_long_texts_take_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    start = time.process_time()
    for match in find_urls(text, DATA):
        classify_url(match.url, DATA)
    classify_url(text, DATA)
    assert time.process_time() - start < 2  # seconds; a quadratic scan takes minutes


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('{"network": "Acme", "strength": "sure", "on": ["acme.example"]}', 'strength "sure" is not one of strong, medium, weak'),
        ('{"network": "Acme", "strength": "weak", "role": "ad", "on": ["acme.example"]}', 'role "ad" is not one of affiliate'),
        ('{"network": "Acme", "strength": "weak", "hosts": ["acme.example"]}', '"hosts" is not one of from, network, on'),
        ('{"network": "Acme", "strength": "weak"}', "a row needs on, paths or params"),
        ('{"network": "Acme"', "Expecting"),
    ],
)
def test_a_bad_row_is_shown_at_its_line(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "affiliate_links.jsonl"
    path.write_text(f'{{"about": "test"}}\n{row}\n', "utf-8")
    with pytest.raises(RuleError, match="is not a fact about links") as raised:
        load_link_data(path)
    assert str(raised.value).startswith(f"{path}:2: ")
    assert message in str(raised.value)


def test_all_expressions_of_the_data_are_valid() -> None:
    rows = [json.loads(line) for line in (HERE.parent / "rules" / "affiliate_links.jsonl").read_text("utf-8").splitlines()]
    expressions = [path for row in rows for path in row.get("paths", ())]
    expressions += [param.partition("~")[2] for row in rows for param in row.get("params", ()) if "~" in param]
    assert len(expressions) > 40
    for expression in expressions:
        re.compile(expression)


def test_every_row_has_a_known_source_and_lower_case_hosts() -> None:
    about, *rows = [json.loads(line) for line in (HERE.parent / "rules" / "affiliate_links.jsonl").read_text("utf-8").splitlines()]
    facts = [row for row in rows if "network" in row]
    assert len(facts) > 200
    assert {source for row in facts for source in row["from"]} == set(about["sources"])
    assert [host for row in facts for host in row.get("on", ()) if host != host.lower()] == []


def test_a_wrong_expression_is_named(tmp_path: Path) -> None:
    path = tmp_path / "affiliate_links.jsonl"
    path.write_text('{"network": "Acme", "strength": "weak", "on": ["acme.example"], "paths": ["/(a"]}\n', "utf-8")
    with pytest.raises(RuleError, match="is not a regular expression"):
        classify_url("https://acme.example/a", load_link_data(path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="can't be read"):
        load_link_data(tmp_path / "none.jsonl")


SIGNS = [
    "http",
    "hxxp",
    "s",
    ":",
    "//",
    "[://]",
    "[:]//",
    "www",
    ".",
    "[.]",
    "(.)",
    " dot ",
    "[dot]",
    " (Dot) ",
    "/",
    " slash ",
    "[slash]",
    "(/)",
    "?",
]


@given(st.lists(st.sampled_from([*SIGNS, "amzn", "a", "com", "-", "to", "x1", " ", "\n", "@", "K", "a" * 60]), max_size=30).map("".join))
def test_the_beginning_of_a_url_has_a_sign_of_one(text: str):
    for start in links._START().finditer(text):
        assert links._SIGN().search(text, start.start(), start.end() + 2)
        sign = links._SIGN().search(text, start.start())
        assert sign
        assert sign.start() - start.start() <= links._MAX_BEFORE_SIGN
