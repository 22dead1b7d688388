"""Make the pictures in docs/ anew: the HTML report as PNG, and a check in a terminal as SVG. Run it with `make screenshots`.

Needs Chromium (its path in CHROMIUM, else the one that is found) and a font with emoji. All posts in the pictures are from fixtures/.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CHECK = (sys.executable, "-m", "disclosure_check", "check", "--isolated")
REPORTED = ("fixtures/instagram.jsonl", "fixtures/youtube.jsonl", "fixtures/x.jsonl", "fixtures/blog", "fixtures/newsletter")
IN_TERMINAL = ("fixtures/notes/haul-forwarded-caption.txt", "fixtures/blog/jekyll-short-note-below-links.md")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")
WIDTH = 1200


def shoot_report() -> None:
    """Write the pictures of the HTML report: its summary, a caption with its fold open, and an article in the dark."""
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if browser_path is None:
        sys.exit("There is no Chromium here: install it, or put its path into CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        command = [*CHECK, *REPORTED, "--format", "html", "--output", str(report), "--fail-on", "never", "--quiet"]
        subprocess.run(command, cwd=ROOT, check=True)
        browser = playwright.chromium.launch(executable_path=browser_path, args=list(FLAGS))
        page = browser.new_page(viewport={"width": WIDTH, "height": 860}, reduced_motion="reduce")
        page.goto(report.as_uri())
        page.screenshot(path=DOCS / "report.png")
        page.goto(f"{report.as_uri()}#q=instagram-ad-behind-more")
        page.locator(".unfold").click()
        _shoot(page, DOCS / "report-caption.png")
        page.emulate_media(color_scheme="dark")
        page.goto(f"{report.as_uri()}#q=jekyll-short-note-below-links")
        _shoot(page, DOCS / "report-article.png")
        browser.close()


def _shoot(page: Page, path: Path) -> None:
    page.locator("article.post").first.screenshot(path=path)


def shoot_terminal() -> None:
    """Write the picture of a check in a terminal."""
    done = subprocess.run([*CHECK, *IN_TERMINAL, "--color", "always"], cwd=ROOT, capture_output=True, text=True, check=False)
    console = Console(record=True, width=112, file=io.StringIO())
    console.print(Text.from_ansi(f"$ disclosure-check check {' '.join(IN_TERMINAL)}\n{done.stdout}"))
    picture = console.export_svg(title="disclosure-check", unique_id="terminal")
    # Its fonts would be loaded from elsewhere.
    (DOCS / "terminal.svg").write_text(re.sub(r"\s*@font-face \{.*?\}", "", picture, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    shoot_report()
    shoot_terminal()
