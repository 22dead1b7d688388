"""Write a report for a person: each finding as it comes, then the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from disclosure_check.model import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from disclosure_check.model import PostReport
    from disclosure_check.reports import Tally

    Style = Callable[..., str]


def plain(text: str, **_: object) -> str:
    """Return `text` as it is: the style of a report that isn't shown on a terminal."""
    return text


def write_text(
    reports: Iterable[PostReport],
    write: Callable[[str], object],
    tally: Tally,
    *,
    columns: int,
    style: Style = plain,
    statistics: bool = False,
    quiet: bool = False,
) -> None:
    """Pass each finding to `write` as it comes, then the counts; `tally` counts the reports as they come.

    Lines are at most `columns` wide where words allow it. `style(text, fg=..., bold=...)` colors a text, or doesn't.
    """
    for report in reports:
        if report.findings or report.notes or report.error is not None:
            from disclosure_check.reports.finding import render_report

            write(render_report(report, style, columns))
    if statistics:
        write("".join(f"{line}\n" for line in statistics_lines(tally)))
    if not quiet:
        write(summary(tally) + "\n")


def statistics_lines(tally: Tally) -> list[str]:
    """Return the findings counted by rule, the most frequent first."""
    rows = sorted(tally.rules.items(), key=lambda row: (-row[1], row[0]))
    return [f"{count:6d}  {id}  {name}" for (id, name), count in rows]


def summary(tally: Tally, *, is_dry: bool = False) -> str:
    """Return the closing sentence. It never says that a post is lawful: only that nothing was found.

    `is_dry` is a run that shows what it would mend.
    """
    checked = tally.posts - tally.unchecked
    counts = [_count(tally.severities[severity], severity) for severity in SEVERITIES if tally.severities[severity]]
    found = ", ".join(counts) if counts else "no findings"
    missed = f" {_count(tally.unchecked, 'post')} could not be checked." if tally.unchecked else ""
    backed = f" {_count(tally.backed, 'claim')} with proof on file." if tally.backed else ""
    accepted = f" {_count(tally.accepted, 'accepted finding')} left out." if tally.accepted else ""
    fixed = f" {_count(tally.fixed, 'finding')} {'would be fixed' if is_dry else 'fixed'}." if tally.fixed else ""
    return f"{_count(checked, 'post')} checked: {found}.{fixed}{accepted}{backed}{missed}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("s" if number != 1 and noun != "info" else "")
