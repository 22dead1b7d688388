"""Write all claims of posts as a worksheet for the person who has to collect the proof: text, CSV or JSON."""

from __future__ import annotations

import io
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from disclosure_check.positions import index_lines
from disclosure_check.reports.record import dump
from disclosure_check.reports.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from disclosure_check.model import PostReport

FIELDS = ("path", "id", "line", "column", "rule", "name", "severity", "claim", "status", "note", "approved", "proof", "brand", "sentence")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run a cell that begins so


def write_worksheet(reports: Iterable[PostReport], write: Callable[[str], object], format: str, *, columns: int) -> None:
    """Pass the claims of all posts to `write`, in input order; `format` is "text", "csv" or "json"."""
    rows = (row for report in reports for row in _rows(report))
    if format == "json":
        write(dump({"claims": list(rows)}, indent=2) + "\n")
    elif format == "csv":
        _write_csv(rows, write)
    else:
        _write_text(rows, write, columns)


def _rows(report: PostReport) -> Iterator[dict[str, Any]]:
    lines = index_lines(report.post.text) if report.claims else None
    for claim in report.claims:
        place = lines.place(claim.start) if lines else None
        first = 1 if report.post.record_line is None else report.post.record_line
        values = (
            report.post.path,
            report.post.id,
            place.line if place and report.post.record_line is None else first,
            place.column if place else 1,
            claim.rule,
            claim.name,
            claim.severity,
            claim.match,
            claim.status,
            claim.note,
            claim.approved or "",
            "; ".join(claim.proof),
            ", ".join(report.post.brands),
            claim.sentence,
        )
        yield dict(zip(FIELDS, values, strict=True))


def _write_csv(rows: Iterable[dict[str, Any]], write: Callable[[str], object]) -> None:
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in rows:
        writer.writerow([f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value for value in row.values()])
        write(buffer.getvalue())
        buffer.seek(0)
        buffer.truncate()
    write(buffer.getvalue())


def _write_text(rows: Iterable[dict[str, Any]], write: Callable[[str], object], columns: int) -> None:
    count = backed = 0
    for row in rows:
        count, backed = count + 1, backed + (row["status"] == "backed")
        words = " ".join(row["claim"].split())
        write(printable(f'{row["path"]}:{row["line"]}:{row["column"]}: {row["status"]}: {row["rule"]} {row["name"]} "{words}"') + "\n")
        for text in (row["sentence"], row["note"], row["proof"] and f"proof: {row['proof']}"):
            for line in wrap(printable(text), max(columns - 4, 20)) if text and " ".join(text.split()) != words else ():
                write(f"    {line}\n")
    write(f"{count:,} claim{'s' if count != 1 else ''}, {backed:,} with proof on file.\n" if count else "No claims found.\n")
