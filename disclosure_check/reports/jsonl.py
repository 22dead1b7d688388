"""Write one JSON object per post, in input order, each as soon as its post is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_check.reports.record import dump, post_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from disclosure_check.model import PostReport


def write_jsonl(reports: Iterable[PostReport], write: Callable[[str], object]) -> None:
    """Pass each report's line to `write`."""
    for report in reports:
        write(dump(post_record(report)) + "\n")
