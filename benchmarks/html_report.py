"""How long the HTML report on 5,000 posts takes to be written, how large it is, and how soon a browser shows its first post.

The posts are made up of sentences, codes, links and claims by a fixed seed: captions of many platforms, and a blog. Checking them is
measured apart. The goals: a file under 15 MB, and the first post on the screen in under 3 s. The last figure needs Chromium and the
package playwright; without them it is left out. Run it with `make bench`.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from timing import peak_memory

from disclosure_check.check import Options, check_posts
from disclosure_check.model import Post
from disclosure_check.reports import Tally
from disclosure_check.reports.html_report import write_html
from disclosure_check.reports.json_report import RunFacts
from disclosure_check.reports.output import open_output
from disclosure_check.rulebook import load_rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

POSTS = 5_000
PLATFORMS = ("instagram", "tiktok", "x", "youtube", "facebook", "pinterest", "linkedin", "threads")
BRANDS = [f"{first}{last}" for first in ("Fern", "Wren", "Marrow", "Pell", "Ember", "Larch") for last in ("field", "kin", "wick", "low")]
FACTS = RunFacts(0, (), "sha256:" + "0" * 64, {"setup": "cues"}, None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
PLAIN = (
    "We walked to the lake before breakfast and found the boats still tied up.",
    "The kitchen smells like a lemon grove, and the pump still squeaks 🍋.",
    "My cat has already claimed the left sleeve, as cats do.",
    "Gerald survived (barely), and so did I; the boiler did not.",
    "Two coats, one very patient neighbor, and no plan at all.",
)
TELLING = (
    "Get {percent}% off at {brand} with my code {code} before Sunday!",
    "The {brand} balm cured my eczema in two weeks.",
    "Thanks @{handle} for sending me this one 💕",
    "#sp #collab #{handle}partner",
    "This one: https://www.amazon.com/dp/B07PJ7X1QD?tag={handle}-20",
    "It is the best lamp in the world, and 100% eco-friendly.",
    "I earn a small commission when you buy through these links.",
)


def posts() -> Iterator[Post]:
    """Yield the made-up posts, the same ones each time."""
    chance = random.Random(5)  # noqa: S311  # no secret
    for number in range(POSTS):
        brand = chance.choice(BRANDS)
        is_blog = number % 8 == 0
        sentences = [chance.choice(PLAIN) for _ in range(chance.randint(60, 160) if is_blog else chance.randint(2, 16))]
        for _ in range(chance.choice((0, 1, 1, 2, 3, 4))):
            told = chance.choice(TELLING).format(
                brand=brand, handle=brand.lower(), code=f"{brand[:4].upper()}15", percent=chance.randint(5, 40)
            )
            sentences.insert(chance.randint(0, len(sentences)), told)
        date = f"2026-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        facts = {"brands": (brand,), "connections": chance.choice(((), (), ("paid",), ("gift",), ("affiliate",))), "date": date}
        if is_blog:
            text = "# A week with it\n\n" + "\n\n".join(" ".join(sentences[at : at + 5]) for at in range(0, len(sentences), 5)) + "\n"
            name = f"content/{date[:7]}/{number:05}.md"
            yield Post(name, text, name, format="markdown", platform="blog", **facts)
        else:
            platform = chance.choice(PLATFORMS)
            yield Post(
                f"{platform}-{number:05}",
                " ".join(sentences),
                f"feeds/{platform}.jsonl",
                platform=platform,
                record_line=number + 1,
                **facts,
            )


def seconds_in_browser(page_path: Path) -> float | None:
    """Return the seconds from opening the page until its first post is on the screen, or None without a browser."""
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415  # not needed for the rest
    except ImportError:
        return None
    if browser_path is None:
        return None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        page = browser.new_page()
        start = time.perf_counter()
        page.goto(page_path.as_uri(), wait_until="commit")
        page.locator(".finding-card").first.wait_for()
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        seconds = time.perf_counter() - start
        start = time.perf_counter()
        page.get_by_role("searchbox").fill("eczema")
        page.wait_for_url(lambda url: "eczema" in url)
        page.evaluate("new Promise((done) => requestAnimationFrame(done))")
        print(f"{'search':10} {time.perf_counter() - start:7.2f} s")
        browser.close()
    return seconds


def main() -> None:
    start = time.perf_counter()
    checked = list(check_posts(posts(), load_rulebook(), Options(with_view=True)))
    checking = time.perf_counter() - start
    rules = load_rulebook(examples=True).rules
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.html"
        start = time.perf_counter()
        with open_output(path, is_json=True) as stream:
            write_html(tally.watch(checked), stream.write, tally, rules=rules, facts=FACTS)
        writing = time.perf_counter() - start
        size = path.stat().st_size
        shown = seconds_in_browser(path)
    peak = peak_memory()
    print(f"{sum(tally.severities.values()):,} findings in {tally.posts:,} posts")
    print(f"{'checking':10} {checking:7.1f} s")
    print(f"{'writing':10} {writing:7.1f} s")
    print(f"{'memory':10} {peak:7.0f} MB (all reports held)")
    print(f"{'file':10} {size / 1e6:7.1f} MB  (goal: under 15)")
    if shown is None:
        print("No Chromium with playwright here, so the time until the first post is not measured.")
    else:
        print(f"{'first post':10} {shown:7.2f} s   (goal: under 3)")


if __name__ == "__main__":
    main()
