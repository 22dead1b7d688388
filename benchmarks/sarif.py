"""How long 25,000 results take to be written as SARIF, and how much memory that needs.

Writes reports on 5,000 posts with five findings each, made beforehand and one at a time, to a file. Prints the seconds, the peak of
the process and the size of the file, raw and as GitHub takes it (gzip). The goal: under 10 s and 300 MB; GitHub takes up to 10 MB.
Run it with `make bench`.
"""

from __future__ import annotations

import gzip
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from timing import peak_memory

from disclosure_check.check import check_posts
from disclosure_check.model import Post
from disclosure_check.reports import Tally
from disclosure_check.reports.json_report import RunFacts
from disclosure_check.reports.output import open_output
from disclosure_check.reports.sarif import write_sarif
from disclosure_check.rulebook import load_rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from disclosure_check.model import PostReport

RESULTS = 25_000
TEXT = "Get 20% off at Acme with my code MIA20 before Sunday! The balm cures eczema.\n" + "We walked to the lake before breakfast. " * 40
FACTS = RunFacts(0, (), "sha256:" + "0" * 64, {"setup": "cues"}, None)


def reports(known: PostReport) -> Iterator[PostReport]:
    """Yield reports like `known` on posts of other names until they hold enough findings."""
    for number in range(-(-RESULTS // len(known.findings))):
        name = f"content/posts/{number:05d}.md"
        post = Post(name, f"{TEXT}{number}", name, format="markdown")
        yield replace(known, post=post, findings=tuple(replace(found, fingerprint=f"{number:016x}") for found in known.findings))


def main() -> None:
    known = next(check_posts([Post("a.md", TEXT, "a.md", format="markdown")], load_rulebook()))
    rules = load_rulebook(examples=True).rules
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.sarif"
        start = time.perf_counter()
        with open_output(path, is_json=True) as stream:
            write_sarif(tally.watch(reports(known)), stream.write, tally, rules=rules, facts=FACTS, root=Path.cwd())
        seconds = time.perf_counter() - start
        content = path.read_bytes()
    print(f"{sum(tally.severities.values()):,} results of {tally.posts:,} posts")
    print(f"{'seconds':10} {seconds:7.1f}     (goal: under 10)")
    print(f"{'memory':10} {peak_memory():7.0f} MB  (goal: under 300; read back for the next line)")
    print(f"{'file':10} {len(content) / 2**20:7.0f} MB, compressed {len(gzip.compress(content)) / 2**20:.1f} MB (GitHub takes 10)")


if __name__ == "__main__":
    main()
