"""The HTML report: its data, its escaping, and the page in a browser (headless Chromium; without one these tests are skipped)."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from test_formats import FACTS, HOSTILE, RULES, UNREAD, a_finding, a_report, run

from disclosure_check.check import Options, check_post, check_posts
from disclosure_check.cli import cli
from disclosure_check.model import Accepted, Beside, Edit, Evidence, Post, PostReport
from disclosure_check.readers.files import read_paths
from disclosure_check.reports import Tally
from disclosure_check.reports.html_post import MOST_MARKS, Texts, post_data
from disclosure_check.reports.html_report import write_html
from disclosure_check.rulebook import load_rulebook

RULEBOOK = load_rulebook()
FIXTURES = Path(__file__).parent.parent / "fixtures"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def as_html(*reports: PostReport) -> str:
    written: list[str] = []
    tally = Tally()
    write_html(tally.watch(reports), written.append, tally, rules=RULES, facts=FACTS)
    return "".join(written)


def data_of(page: str, name: str = "posts") -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1])


def checked(text: str, **facts: Any) -> PostReport:
    return check_post(Post("a", text, facts.pop("path", "a.txt"), **facts), RULEBOOK, Options(with_view=True))


def shown(report: PostReport) -> dict[str, Any]:
    return post_data(report, Texts())


def words_of(data: dict[str, Any]) -> str:
    """Return the text that a page shows of a post, with its blocks on lines of their own."""
    return "\n".join("".join(run_ if isinstance(run_, str) else str(run_[1]) for run_ in block[1:]) for block in data["body"])


def marked(data: dict[str, Any], kind: str) -> list[str]:
    """Return the words under each mark of a kind."""
    found = {index: "" for index, mark in enumerate(data.get("marks", ())) if mark[0] == kind}
    for block in data["body"]:
        for run_ in block[1:]:
            for index in run_[2:] if isinstance(run_, list) else ():
                if index in found:
                    found[index] += run_[1]
    return list(found.values())


class TestView:
    @pytest.mark.parametrize(
        ("text", "facts", "folds"),
        [
            pytest.param("x" * 300, {"platform": "instagram"}, (126,), id="characters"),
            pytest.param("😍" + "x" * 300, {"platform": "instagram"}, (126,), id="an emoji is one character"),
            pytest.param("a\nb\nc\nd", {"platform": "instagram"}, (6,), id="lines"),
            pytest.param("x" * 100, {"platform": "instagram"}, (), id="short"),
            pytest.param("x" * 280, {"platform": "x"}, (), id="shown whole"),
            pytest.param("x" * 281, {"platform": "x"}, (), id="on X the fold is where a short post ends"),
            pytest.param("we " * 150, {"platform": "x"}, (281,), id="long on X"),
            pytest.param("hi" + "\n" * 12 + "there", {}, (14,), id="a ladder of empty lines"),
            pytest.param("x" * 9000, {"platform": "podcast"}, (), id="no fold"),
        ],
    )
    def test_the_fold_is_the_one_that_findings_go_by(self, text: str, facts: dict[str, Any], folds: tuple[int, ...]) -> None:
        assert checked(text, **facts).view.folds == folds

    @pytest.mark.parametrize("words", ["word ", "ünïcödé 😍 ", "https://example.com/a/b "])
    @pytest.mark.parametrize("platform", ["instagram", "tiktok", "linkedin", "youtube", "pinterest", "facebook"])
    def test_a_disclosure_is_past_the_fold_just_behind_it(self, words: str, platform: str) -> None:
        text = words * 500
        fold = checked(text, platform=platform).view.folds[0]
        for at in range(max(0, fold - 60), fold + 60):
            if at and not text[at - 1].isspace():
                continue
            report = checked(f"{text[:at]}#ad {text[at:]}", platform=platform, connections=("paid",))
            disclosures = [mark.start for mark in report.view.marks if mark.kind == "disclosure"]
            is_past = any(finding.rule in ("DC301", "DC302") for finding in report.findings)
            if disclosures and report.view.folds:
                assert is_past == (report.view.folds[0] <= disclosures[0]), at

    def test_each_part_of_a_thread_has_its_own_fold(self) -> None:
        report = checked("1/2 " + "word " * 60 + "\n2/2 " + "word " * 60, platform="bluesky")
        assert len(report.view.parts) == 2
        assert report.view.parts[0] == 0

    def test_a_plain_run_gathers_nothing(self) -> None:
        assert check_post(Post("a", "Ad: x", "a.txt"), RULEBOOK).view is None

    def test_what_is_said_has_no_fold(self) -> None:
        assert checked("word " * 200, platform="youtube", medium="transcript").view.folds == ()

    def test_of_marks_of_a_kind_the_outermost_stays(self) -> None:
        marks = checked("Use code MIA20 for 20% off.").view.marks
        assert [mark.kind for mark in marks] == ["connection"]

    def test_marks(self) -> None:
        text = "Not sponsored! Use code MIA20 for 20% off. I earn a commission: https://www.amazon.com/dp/B07PJ7X1QD?tag=mia-20"
        report = checked(text)
        found = {(mark.kind, text[mark.start : mark.end]) for mark in report.view.marks}
        assert ("denial", "Not sponsored") in found
        assert ("connection", "Use code MIA20 for 20% off") in found
        assert ("link", "https://www.amazon.com/dp/B07PJ7X1QD?tag=mia-20") in found
        assert any(kind == "disclosure" for kind, _ in found)


class TestBody:
    def test_a_caption_is_shown_whole_with_its_fold(self) -> None:
        text = "😍 Morning 👩\u200d🍳!\n" + "We walked to the lake. " * 12 + "Use code MIA20 for 20% off."
        report = checked(text, platform="instagram")
        data = shown(report)
        assert "".join(words_of({"body": [block for block in data["body"] if block[0] != "fold"]}).split("\n")) == text.replace("\n", "")
        assert [block[0] for block in data["body"]] == ["text", "fold", "text"]
        before = "".join(run_ if isinstance(run_, str) else run_[1] for run_ in data["body"][0][1:])
        assert len(before) == report.view.folds[0]
        assert marked(data, "finding") == [finding.match for finding in report.findings]
        assert all(finding["past_fold"] for finding in data["findings"])

    def test_marks_that_overlap_split(self) -> None:
        first, second = a_finding("one two three", "one two"), a_finding("one two three", "two three")
        data = shown(a_report("one two three", first, second))
        assert data["body"] == [["text", ["", "one ", 0], ["", "two", 0, 1], ["", " three", 1]]]

    def test_a_finding_without_words_has_its_place(self) -> None:
        finding = replace(a_finding("one two", "two"), start=4, end=4, match="")
        assert shown(a_report("one two", finding))["body"] == [["text", "one ", ["", "", 0], "two"]]

    def test_an_article_is_paragraphs_without_their_markup(self) -> None:
        text = "---\ntitle: x\n---\n# Head &amp; co\n\nSome **bold** [link](https://a.example/b)\nmore.\n\n- one\n- two\n\n> said\n\n![a cat](x.png)\n"
        report = checked(text, path="a.md", format="markdown", body_start=17)
        assert shown(report)["body"] == [
            ["heading", "Head & co"],
            ["paragraph", "Some bold link more."],
            ["item", "one"],
            ["item", "two"],
            ["paragraph quote", "said"],
            ["paragraph", ["aside alt", "a cat"]],
        ]

    @pytest.mark.parametrize("path", sorted(FIXTURES.glob("*/*.md"))[::3], ids=lambda path: path.stem)
    def test_the_words_of_findings_are_marked(self, path: Path) -> None:
        for report in check_posts(read_paths([str(path)]), RULEBOOK, Options(with_view=True)):
            found = marked(shown(report), "finding")
            for finding, words in zip(sorted(report.findings, key=lambda one: (one.start, -one.end)), found, strict=True):
                assert words
                if re.fullmatch(r"[\w ,.'’!]*", finding.match):
                    assert " ".join(words.split()) == " ".join(finding.match.split())

    def test_a_transcript_has_times(self) -> None:
        text = "1\n00:00:01,000 --> 00:00:04,000\nHello <i>there</i>\nyou\n\n2\n00:01:05,000 --> 00:01:06,000\nUse code MIA20 for 20% off\n"
        data = shown(checked(text, path="a.srt", format="subtitles"))
        assert data["shape"] == "transcript"
        assert [block[0] for block in data["body"]] == ["cue", "cue"]
        assert words_of(data) == "0:01Hello there you\n1:05Use code MIA20 for 20% off"

    def test_lines_between_parts_are_not_shown(self) -> None:
        data = shown(checked("one\n---\nUse code MIA20", platform="instagram", medium="story"))
        assert [block[:2] for block in data["body"]][:3] == [["part", 1], ["text", "one"], ["part", 2]]

    def test_a_long_post_is_cut_around_its_findings(self) -> None:
        text = "word " * 400_000 + "Use code MIA20 for 20% off. " + "word " * 600_000
        data = shown(checked(text, platform="instagram"))
        gaps = [block[1] for block in data["body"] if block[0] == "gap"]
        kept = sum(len(run_ if isinstance(run_, str) else run_[1]) for block in data["body"] if block[0] == "text" for run_ in block[1:])
        assert len(gaps) == 2
        assert sum(gaps) + kept == len(text)
        assert len(json.dumps(data)) < 10_000
        assert "MIA20" in marked(data, "finding")[0]

    def test_what_is_left_out_of_an_article_is_one_gap(self) -> None:
        data = shown(checked("We walked.\n\n" * 2000, path="a.md", format="markdown"))
        assert [block[0] for block in data["body"]] == ["paragraph"] * 50 + ["gap"]

    def test_a_fold_in_what_is_left_out_stands_behind_the_gap(self) -> None:
        text = "word " * 2000 + "Use code MIA20 for 20% off"
        data = shown(replace(checked(text, platform="instagram"), view=replace(checked(text, platform="instagram").view, folds=(5000,))))
        assert [block[0] for block in data["body"]] == ["text", "gap", "fold", "text"]

    def test_findings_keep_their_marks_among_thousands_of_others(self) -> None:
        text = "#ad https://www.amazon.com/dp/B07PJ7X1QD?tag=mia-20 " * 800 + "My eczema is cured."
        data = shown(checked(text, platform="blog"))
        assert len(data["marks"]) <= MOST_MARKS + len(data["findings"])
        assert all(marked(data, "finding"))
        assert "eczema is cured" in marked(data, "finding")

    def test_long_runs_of_spaces_are_read_once(self) -> None:
        start = time.perf_counter()
        checked("Use code MIA20 for 20% off" + " " * 200_000 + "x", platform="instagram")
        assert time.perf_counter() - start < 5

    def test_of_a_long_post_without_findings_the_beginning_is_shown(self) -> None:
        text = "We walked. " * 1000
        assert shown(checked(text))["body"] == [["text", text[:600]], ["gap", len(text) - 600]]

    def test_words_beside_the_text(self) -> None:
        data = shown(checked("Look", beside=(Beside("overlay", "Ad"),)))
        assert data["beside"] == [["overlay", "Ad", 0]]


class TestPage:
    def test_the_headline_counts(self) -> None:
        text = "Use code MIA20"
        page = as_html(a_report(text, a_finding(text, "MIA20")), a_report("Rain."), UNREAD)
        assert "<h1>2 posts checked, 1 with findings, 1 not checked.</h1>" in page
        assert "<h1>1 post checked, no findings.</h1>" in as_html(a_report("Rain."))

    def test_no_post_is_called_compliant(self) -> None:
        assert not re.search(
            r"complian|lawful|legal\b(?! advice)", re.sub(r"<template.*</template>", "", as_html(a_report("Rain.")), flags=re.DOTALL)
        )

    def test_rules_that_occur_have_their_page(self) -> None:
        text = "Use code MIA20"
        page = as_html(a_report(text, a_finding(text, "MIA20")))
        assert re.findall(r'<template id="rule-(\w+)">', page) == ["DC112"]
        assert "<h2>DC112 undisclosed-discount-code</h2>" in page
        assert "<h3>What it can't see</h3>" in page

    def test_nothing_is_loaded(self) -> None:
        page = as_html(a_report("Rain."))
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "unsafe" not in policy
        assert not re.search(r"<(?:link|img|iframe|object|embed)\b|\bsrc=|@import|url\(", page)

    def test_each_post_is_written_as_soon_as_it_is_checked(self) -> None:
        written: list[str] = []
        counts: list[int] = []

        def reports():
            for _ in range(3):
                counts.append("".join(written).count('"verdict"'))
                yield a_report("MIA20", a_finding("MIA20", "MIA20"))

        tally = Tally()
        write_html(tally.watch(reports()), written.append, tally, rules=RULES, facts=FACTS)
        assert counts == [0, 1, 2]

    def test_remedies_are_kept_once(self) -> None:
        page = as_html(*(a_report("MIA20", a_finding("MIA20", "MIA20")) for _ in range(3)))
        assert data_of(page, "run")["texts"].count("Say it first.") == 1

    @pytest.mark.parametrize(
        "hostile", [*HOSTILE.values(), "</script><script>alert(1)</script>", "<!--<script>", "\u2028\u2029", "\x00\x1b"]
    )
    def test_hostile_text(self, hostile: str) -> None:
        text = f"a {hostile} b"
        finding = a_finding(
            text,
            hostile,
            message=hostile,
            remedy=hostile,
            name=hostile,
            evidence=(Evidence("x", hostile, 0, 1),),
            fix=(Edit(0, 1, hostile),),
        )
        post = Post(hostile, text, f"<img src=x onerror=alert(1)>{hostile}", title=hostile, brands=(hostile,), date=hostile)
        report = a_report(text, finding, post=post, accepted=(Accepted(finding, hostile, hostile),), notes=(hostile,))
        page = as_html(report, replace(UNREAD, error=hostile))
        page.encode()
        elements = Elements()
        elements.feed(page)
        assert elements.scripts == 3
        assert not elements.strange
        (data, error) = data_of(page)
        assert data["accepted"][0]["reason"] == data["notes"][0]
        assert error["error"] == data["notes"][0]


class Elements(HTMLParser):
    """Counts scripts, and notes what the page itself never has."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts = 0
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag in ("img", "iframe", "b") or any(name.startswith("on") for name, _ in attrs):
            self.strange.append(tag)


# --- in a browser --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs the package playwright, of the dev extra")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium, or its path in CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the report on the fixtures, a folder with an accepted finding, a record that can't be read, and hostile text."""
    folder = tmp_path_factory.mktemp("report")
    posts = folder / "posts"
    posts.mkdir()
    (posts / "shop.md").write_text(
        '# Tea\n\nRain.\n\n<!-- disclosure-check: ignore[DC112] reason="our own shop" -->\nGet 20% off at Acme with my code MIA20 before Sunday!\n',
        encoding="utf-8",
    )
    hostile = "</script><img src=x onerror=\"document.title='owned'\"> Use my code MIA20 for 20% off \u202eabc שלום عليكم"
    records = [{"id": "<b>hostile</b>", "text": hostile, "platform": "x", "brand": "<i>Acme</i>", "date": "2026-03-02"}]
    (posts / "feed.jsonl").write_text("\n".join([json.dumps(records[0]), "{broken"]) + "\n", encoding="utf-8")
    path = folder / "report.html"
    result = CliRunner().invoke(cli, ["check", str(posts), str(FIXTURES), "--isolated", "--format", "html", "--output", str(path)])
    assert result.exit_code == 2, result.output
    return path


@pytest.fixture
def page(browser, report_file):
    """Open the report; at the end of the test no error must have been told and nothing asked of a network."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(report_file.as_uri())
    yield page
    assert complaints == []
    assert page.title() == "disclosure-check report"
    context.close()


def count(page) -> tuple[int, int]:
    """Return how many posts and findings the page says it shows."""
    found = re.match(r"([\d,]+) posts? of [\d,]+ shown, with ([\d,]+) finding", page.locator("#count").inner_text())
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


def fresh(page, report_file: Path, hash: str) -> None:
    page.goto("about:blank")
    page.goto(f"{report_file.as_uri()}#{hash}")


class TestBrowser:
    def test_it_shows_posts_with_findings(self, page) -> None:
        assert re.match(r"\d+ posts checked, \d+ with findings, 1 not checked\.", page.locator("h1").inner_text())
        assert page.locator("article.post").count() == 30
        page.locator("#more").press("Enter")  # posts take their height when they come into view, so the button moves under a mouse
        assert page.locator("article.post").count() == 60
        assert page.locator(".mark.finding").count() > 40
        assert page.locator("mark.mark.disclosure").count() > 5

    def test_hostile_text_is_text(self, page, report_file) -> None:
        fresh(page, report_file, "q=hostile")
        assert page.locator("article.post").count() == 1
        assert page.locator("article h3").inner_text() == "<b>hostile</b>"
        assert "</script><img src=x onerror=" in page.locator(".frame").inner_text()
        assert "<U+202E>" in page.locator(".frame").inner_text()
        assert page.locator("article img").count() == 0

    @pytest.mark.parametrize("key", ["rule", "severity", "connection", "platform", "folder", "brand", "month", "posts", "state"])
    def test_each_filter_filters(self, page, key: str) -> None:
        everything = count(page)
        options = page.locator(f"select[name={key}] option")
        value = "2026-03" if key == "month" else options.nth(1).get_attribute("value")
        page.locator(f"select[name={key}]").select_option(value)
        assert 0 < count(page)[0] <= everything[0]
        if key != "state":
            assert count(page) < everything
        assert f"{key}=" in page.evaluate("location.hash")
        page.get_by_role("button", name="Reset filters").first.click()
        assert count(page) == everything
        assert page.evaluate("location.hash") == ""

    def test_a_bar_filters_and_a_second_click_takes_it_back(self, page) -> None:
        everything = count(page)
        bar = page.locator(".chart button", has_text="DC112").first
        number = int(bar.locator("xpath=ancestor::tr/td[1]").inner_text())
        bar.click()
        assert bar.get_attribute("aria-pressed") == "true"
        assert count(page)[1] == number
        assert page.locator("select[name=rule]").input_value() == "DC112"
        bar.click()
        assert count(page) == everything

    def test_search_and_its_state_in_the_address(self, page) -> None:
        page.get_by_role("searchbox").fill("pell paint")
        page.wait_for_url(lambda url: "q=pell" in url)
        assert count(page)[0] >= 1
        address = page.url
        found = count(page)
        page.goto("about:blank")
        page.goto(address)
        assert count(page) == found
        assert page.get_by_role("searchbox").input_value() == "pell paint"
        page.get_by_role("searchbox").fill("no such words anywhere")
        page.locator(".empty").wait_for()
        assert count(page) == (0, 0)

    def test_the_fold_opens(self, page, report_file) -> None:
        fresh(page, report_file, "q=instagram-ad-behind-more")
        button = page.locator(".unfold")
        assert button.get_attribute("aria-expanded") == "false"
        assert not page.locator("mark.finding").is_visible()
        assert "Instagram cuts the text here" in page.locator(".fold").inner_text()
        button.click()
        assert button.get_attribute("aria-expanded") == "true"
        assert page.locator("mark.finding").is_visible()
        button.click()
        assert not page.locator("mark.finding").is_visible()

    def test_a_finding_opens_the_fold_before_its_words(self, page, report_file) -> None:
        fresh(page, report_file, "q=instagram-ad-behind-more")
        page.locator(".finding-card .words").click()
        assert page.locator("mark.finding").is_visible()
        assert page.evaluate("document.activeElement.className") == "tag"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.className").startswith("finding-card")

    def test_the_page_of_a_rule_is_one_click_away(self, page) -> None:
        button = page.locator(".finding-card .rule").first
        id = button.inner_text().split()[0]
        button.click()
        dialog = page.locator("#rule-page")
        assert dialog.is_visible()
        assert dialog.locator("h2").inner_text().startswith(id)
        assert dialog.get_by_text("What it can't see").count() == 1
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert page.evaluate("document.activeElement.classList.contains('rule')")

    def test_sources_have_their_force(self, page) -> None:
        page.get_by_text("Why, and sources").first.click()
        sources = page.locator(".finding-card details[open] [aria-label=Sources] li")
        sources.first.wait_for()
        assert re.match(r"(statute|rule|guide|staff guidance|enforcement example) \(", sources.first.inner_text())

    def test_accepted_findings_stand_apart(self, page) -> None:
        rows = page.locator("#accepted-rows tr")
        assert rows.count() == 1
        assert "our own shop" in rows.inner_text()
        page.locator("select[name=state]").select_option("suppressed")
        assert page.locator("article.post").count() == 1
        page.locator(".finding-card", has_text="Accepted: our own shop").wait_for()
        page.locator("select[name=state]").select_option("open")
        assert not page.locator("#accepted").is_visible()

    def test_keys_go_from_finding_to_finding(self, page) -> None:
        page.keyboard.press("n")
        first = page.evaluate("document.activeElement.id")
        page.keyboard.press("j")
        second = page.evaluate("document.activeElement.id")
        assert first.startswith("finding-")
        assert second.startswith("finding-")
        assert first != second
        page.keyboard.press("p")
        assert page.evaluate("document.activeElement.id") == first
        page.keyboard.press("/")
        page.keyboard.type("n?")
        assert page.get_by_role("searchbox").input_value() == "n?"
        page.locator("h1").click()
        page.keyboard.press("?")
        assert page.locator("#keys").is_visible()

    def test_keys_can_be_turned_off(self, page) -> None:
        page.locator("#help").click()
        page.locator("#keys-on").uncheck()
        page.keyboard.press("Escape")
        page.keyboard.press("n")
        assert not page.evaluate("document.activeElement.id").startswith("finding-")

    def test_keys_go_on_behind_the_posts_that_are_shown(self, page) -> None:
        last = page.locator("#list .finding-card").last
        last.evaluate("(card) => card.focus()")
        page.keyboard.press("n")
        assert page.locator("article.post").count() == 60
        assert page.evaluate("document.activeElement.id") != last.get_attribute("id")

    def test_the_first_tab_leads_past_the_header(self, page) -> None:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"

    def test_a_mark_says_what_it_is(self, page) -> None:
        page.locator("mark.disclosure .tag").first.focus()
        assert page.locator("#tip").is_visible()
        assert page.locator("#tip").inner_text().startswith("disclosure (")
        page.keyboard.press("Escape")
        assert not page.locator("#tip").is_visible()

    def test_printing_shows_all_that_pass_with_their_folds_open(self, page, report_file) -> None:
        fresh(page, report_file, "platform=instagram")
        passing = count(page)[0]
        page.emulate_media(media="print")
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert page.locator("article.post").count() == passing
        assert page.locator(".rest:not([hidden])").count() == page.locator(".rest").count() > 0
        assert page.locator(".finding-card details:not([open])").count() == 0
        assert not page.locator("#filters").is_visible()
        assert page.locator("#print-state").inner_text() == "Shown here: posts with findings, or not checked; platform: Instagram."
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator(".rest:not([hidden])").count() == 0
        assert page.pdf(format="A4").startswith(b"%PDF")

    def test_the_theme_can_be_chosen(self, page) -> None:
        paper = "getComputedStyle(document.body).backgroundColor"
        light = page.evaluate(paper)
        page.locator("#theme").click()
        assert page.evaluate(paper) != light
        page.locator("#theme").click()
        assert page.evaluate(paper) == light

    @pytest.mark.parametrize("width", [320, 390, 768, 1280])
    def test_nothing_is_wider_than_the_screen(self, page, width: int) -> None:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [390, 1280])
    @pytest.mark.parametrize("what", ["all", "rule", "accepted"])
    def test_axe_finds_nothing(self, page, scheme: str, width: int, what: str) -> None:
        axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python, of the dev extra").Axe()
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        if what == "rule":
            page.locator(".finding-card .rule").first.click()
        elif what == "accepted":
            page.locator("select[name=state]").select_option("suppressed")
            page.get_by_text("Why, and sources").first.click()
        else:
            page.evaluate("for (const more of document.querySelectorAll('.unfold')) more.click()")
        results = axe.run(page)
        assert [(item["id"], [node["html"] for node in item["nodes"]][:3]) for item in results.response["violations"]] == []

    def test_without_scripts_the_counts_and_findings_are_there(self, browser, report_file) -> None:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(report_file.as_uri())
        text = page.locator("main").inner_text()
        assert "Filters, and the posts with their marks, need JavaScript." in text
        assert "DC112 undisclosed-discount-code" in text
        assert not page.locator("#filters").is_visible()
        context.close()


def test_a_report_without_posts_is_an_error_and_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").mkdir()
    result = run("check", "empty", "--format", "html", "--output", "report.html")
    assert result.exit_code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty"]


def test_the_words_on_the_page_are_escaped(tmp_path: Path) -> None:
    assert html.escape("<i>") in as_html(replace(UNREAD, error="<i>"))
