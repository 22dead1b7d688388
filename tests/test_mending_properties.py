"""Properties of all fixes, over generated posts of every format and every sort of file."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import tempfile
from collections import Counter
from functools import partial
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from disclosure_check.check import Options, check_post, check_posts
from disclosure_check.fixes import Run, apply_fixes, mend, read_exactly, write_file
from disclosure_check.model import Post
from disclosure_check.readers.files import read_paths
from disclosure_check.readers.markup import parse
from disclosure_check.repairs import apply_edits
from disclosure_check.rulebook import load_rulebook
from disclosure_check.unified_diff import unified_diff

RULEBOOK = load_rulebook()
OPTIONS = Options(claims="never")
RECHECK = partial(check_post, rulebook=RULEBOOK, options=OPTIONS)
EXTENSIONS = {"text": ".txt", "markdown": ".md", "mdx": ".mdx", "html": ".html", "rst": ".rst", "asciidoc": ".adoc", "subtitles": ".srt"}
FORMATS = {name: name for name in EXTENSIONS} | {"mdx": "markdown"}

urls = st.sampled_from(
    [
        "https://amzn.to/3xYzAbC",
        "https://amzn.to/3aBcDeF",
        "https://www.amazon.com/dp/B0C1D2E3F4?tag=larkhome-20",
        "https://www.amazon.com/dp/B0C1D2E3F4?linkCode=ll1",
        "https://plain.example/a_(b)",
    ]
)
words = st.lists(
    st.sampled_from(["the lamp", "glows", "in 🌿 June", "über", "& more", "it's", "2 x 3", "naïve", "so", "(bright)", "a.b"]),
    min_size=1,
    max_size=6,
)
tags = st.sampled_from(
    [
        "#ad",
        "#spon",
        "#sp",
        "#sponsored",
        "#collab",
        "#fun #ad #lamp #home",
        "#KeldoSweeps",
        "#lampsad",
        "Ad",
        "Sponsored by Lumo",
        "#AcmePartner",
    ]
)
labels = st.sampled_from(["affiliate link", "Affiliate links", "aff link", "paid link", "I earn a commission on links", ""])
ends = st.sampled_from([".", "!", "", " 🌿"])


def link(format: str, url: str, text: str, style: int) -> str:
    """Return a link in one of the ways that a format has."""
    html = [f'<a href="{url}">{text}</a>', f"<a class=x href='{url}' rel='noopener'>{text}</a>", f"<a href={url} rel=ugc>{text}</a>", url]
    ways = {
        "markdown": [f"[{text}]({url})", f"**[{text}](<{url}> 'x')**", f"<{url}>", f"[![a]({text[:1]}.png)]({url})", *html],
        "html": html,
        "rst": [f"`{text} <{url}>`__", url],
        "asciidoc": [f"{url}[{text}]", f"link:{url}[{text}^]", url],
    }
    choices = ways.get("markdown" if format == "mdx" else format, [url])
    return choices[style % len(choices)]


def block(format: str, kind: str, text: str) -> str:
    """Return a paragraph, heading, item, quotation or piece of code in a format."""
    marks = {
        "markdown": {"heading": "## {}", "item": "- {}", "quote": "> {}", "code": "    {}", "paragraph": "{}"},
        "html": {
            "heading": "<h2>{}</h2>",
            "item": "<ul><li>{}</li></ul>",
            "quote": "<blockquote><p>{}</p></blockquote>",
            "code": "<pre>{}</pre>",
        },
        "rst": {"item": "- {}", "quote": "    {}", "code": "::\n\n    {}"},
        "asciidoc": {"heading": "== {}", "item": "* {}", "code": "----\n{}\n----"},
    }
    form = marks.get("markdown" if format == "mdx" else format, {}).get(kind, "<p>{}</p>" if format == "html" else "{}")
    return form.replace("{}", text)


@st.composite
def posts(draw: st.DrawFn, format: str) -> str:
    """Return the text of a post with links, labels and tags in places good and bad."""
    blocks = []
    for _ in range(draw(st.integers(1, 5))):
        parts = [" ".join(draw(words))]
        for _ in range(draw(st.integers(0, 2))):
            what = draw(st.sampled_from(["link", "tag", "label", "words"]))
            if what == "link":
                parts.append(link(format, draw(urls), draw(st.sampled_from(["pan", "the lamp"])), draw(st.integers(0, 9))))
            else:
                parts.append(draw(tags) if what == "tag" else draw(labels) if what == "label" else " ".join(draw(words)))
        if draw(st.booleans()):
            parts.reverse()
        kind = draw(st.sampled_from(["paragraph", "paragraph", "paragraph", "heading", "item", "quote", "code"]))
        blocks.append(block(format, kind, " ".join(filter(None, parts)) + draw(ends)))
    if draw(st.booleans()):
        blocks.insert(draw(st.integers(0, len(blocks))), block(format, "paragraph", "We walked to the mill in the rain. " * 60))
    if draw(st.booleans()):
        blocks.append(block(format, "paragraph", draw(tags)))
    if format == "subtitles":
        blocks = [f"{number}\n00:00:{number:02},000 --> 00:00:{number + 1:02},000\n{text}" for number, text in enumerate(blocks, 1)]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join(["\n\n".join(blocks).replace("\n", end), *[""] * draw(st.integers(0, 1))])


facts = st.fixed_dictionaries(
    {
        "platform": st.sampled_from(["x", "instagram", "blog", "youtube", None]),
        "connections": st.sampled_from([(), ("paid",), ("affiliate",), ("gift", "affiliate"), ("none",)]),
    }
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("format", EXTENSIONS)
@quick
@given(data=st.data())
def test_what_is_offered_mends_its_finding_and_nothing_else(format, data):
    text = data.draw(posts(format))
    post = Post("p", text, f"p{EXTENSIONS[format]}", format=FORMATS[format], **data.draw(facts))
    report = RECHECK(post)
    before = Counter(finding.rule for finding in report.findings)
    for finding in report.findings:
        assert finding.fix is None or finding.suggestion is None
        edits = finding.fix or finding.suggestion
        if edits is None:
            continue
        assert all(edit.start <= edit.end <= following.start for edit, following in pairwise(edits))
        mended = replace(post, text=apply_edits(text, edits))
        after = Counter(found.rule for found in RECHECK(mended).findings)
        assert not after - (before - Counter([finding.rule]))
        old, new = parse(post), parse(mended)
        assert [found.url for found in old.links] == [found.url for found in new.links]
        assert [found.kind for found in old.blocks if found.quoted] == [found.kind for found in new.blocks if found.quoted]
        assert old.includes == () or len(old.includes) == len(new.includes)


@pytest.mark.parametrize("format", EXTENSIONS)
@quick
@given(data=st.data())
def test_nothing_undeclared_is_stated_and_a_second_run_finds_nothing_to_mend(format, data):
    text = data.draw(posts(format))
    post = Post("p", text, f"p{EXTENSIONS[format]}", format=FORMATS[format], **data.draw(facts))
    done = mend(RECHECK(post), RECHECK)
    mended = apply_edits(text, done.edits)
    assert done.after.post.text == mended
    assert mend(RECHECK(replace(post, text=mended)), RECHECK).edits == ()
    if post.connections in ((), ("none",)):
        assert mended.count("#ad") <= text.count("#ad")
    assert all(found.match == mended[found.start : found.end] for found in done.after.findings)


def run_on(folder: str, write) -> None:
    run = Run(RECHECK, read_exactly, write, print, {})
    for report in apply_fixes(check_posts(read_paths([folder]), RULEBOOK, OPTIONS), run):
        assert report.error is None or "can't be mended" not in report.error


@pytest.mark.parametrize("format", [name for name in EXTENSIONS if name != "subtitles"])
@settings(quick, max_examples=12)
@given(data=st.data())
def test_a_difference_applied_is_what_is_written(format, data):
    text = data.draw(st.sampled_from(["", "\ufeff"])) + data.draw(posts(format))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"ä b{EXTENSIONS[format]}")
        file.write_bytes(text.encode())
        diffs: list[str] = []
        run_on(folder, lambda _, old, edits: diffs.append(unified_diff("ä b" + EXTENSIONS[format], old, edits)))
        assert file.read_bytes() == text.encode()
        run_on(folder, write_file)
        mended = file.read_bytes()
        assert bool("".join(diffs)) == (mended != text.encode())
        if diffs:
            file.write_bytes(text.encode())
            patch = "".join(diffs).encode()
            subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], input=patch, cwd=folder, check=True, capture_output=True)
            assert file.read_bytes() == mended


@settings(quick, max_examples=40)
@given(
    texts=st.lists(posts("text"), min_size=1, max_size=3),
    is_ascii=st.booleans(),
    gaps=st.sampled_from([(",", ":"), (", ", ": "), (" ,\t", " : ")]),
    connection=st.sampled_from(["paid", "none", None]),
)
def test_of_a_record_only_its_text_changes(texts, is_ascii, gaps, connection):
    records = [{"n": [1, {"text": "#spon"}], "text": text, "platform": "x", "connection": connection} for text in texts]
    lines = [json.dumps(record, ensure_ascii=is_ascii, separators=gaps) for record in records]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.jsonl")
        file.write_bytes("\n".join(lines).encode())
        run_on(folder, write_file)
        mended = file.read_bytes().decode().split("\n")
    assert len(mended) == len(lines)
    for line, old in zip(mended, records, strict=True):
        new = json.loads(line)
        assert line == json.dumps(new, ensure_ascii=is_ascii, separators=gaps)
        assert new | {"text": old["text"]} == old
        post = Post("p", old["text"], "p", platform="x", connections=(connection,) if connection else ())
        assert new["text"] == apply_edits(old["text"], mend(RECHECK(post), RECHECK).edits)


@settings(quick, max_examples=40)
@given(
    texts=st.lists(posts("text"), min_size=1, max_size=3),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_of_a_row_only_its_text_changes(texts, quoting, delimiter, end):
    rows = [["id", "text", "note", "platform"], *([str(number), text, 'a "b"', "x"] for number, text in enumerate(texts))]

    def written(table):
        stream = io.StringIO(newline="")
        csv.writer(stream, quoting=quoting, delimiter=delimiter, lineterminator=end).writerows(table)
        return stream.getvalue()

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.csv")
        file.write_bytes(written(rows).encode())
        run_on(folder, write_file)
        mended = file.read_bytes().decode()
    table = list(csv.reader(io.StringIO(mended, newline=""), delimiter=delimiter))
    assert mended == written(table)
    for old, new in zip(rows[1:], table[1:], strict=True):
        post = Post("p", old[1], "p", platform="x")
        assert new == [old[0], apply_edits(old[1], mend(RECHECK(post), RECHECK).edits), *old[2:]]
