"""Render what was found: one module per format, and the counts that all of them end with."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from disclosure_check.model import PostReport, Severity, Verdict


class Tally(Struct):
    """Counts over the reports that have passed by."""

    verdicts: Counter[Verdict] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)  # of findings
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)  # findings by rule id and name

    backed: int = 0  # claims with proof on file
    accepted: int = 0  # findings that somebody has accepted
    fixed: int = 0  # findings that were mended in their files

    @property
    def posts(self) -> int:
        return self.verdicts.total()

    @property
    def unchecked(self) -> int:
        return self.verdicts["unchecked"]

    def watch(self, reports: Iterable[PostReport]) -> Iterator[PostReport]:
        """Yield the reports unchanged, and count each as it passes."""
        for report in reports:
            self.verdicts[report.verdict] += 1
            for finding in report.findings:
                self.severities[finding.severity] += 1
                self.rules[finding.rule, finding.name] += 1
            self.accepted += len(report.accepted)
            self.fixed += report.fixed
            self.backed += sum(claim.status == "backed" for claim in report.claims)
            yield report
