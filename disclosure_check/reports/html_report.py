"""Write the report as one HTML page for people without a terminal: nothing to install, nothing to load, no request to anybody.

The posts are data that stand first in the page, each written as soon as it is checked; a small script shows those that are asked for.
What is counted over all of them comes behind. Texts are escaped, by the template or as JSON, and the script only ever sets text.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from disclosure_check import __version__
from disclosure_check.model import SEVERITIES
from disclosure_check.pages import FORCES, WEB_ADDRESS, rule_context, templates
from disclosure_check.positions import index_lines
from disclosure_check.reports.finding import where
from disclosure_check.reports.html_post import Texts, post_data
from disclosure_check.reports.visible import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from disclosure_check.model import Finding, Platform, PostReport, Reference
    from disclosure_check.reports import Tally
    from disclosure_check.reports.json_report import RunFacts
    from disclosure_check.rulebook import Rule

MOST_PLAIN = 200  # findings, and posts not checked, that are listed for readers without scripts
_MOST_MESSAGE = 300


class _Seen(Struct):
    """What is known once all posts have passed by."""

    rules: set[str] = field(default_factory=set)
    platforms: dict[str, Platform] = field(default_factory=dict)
    with_findings: int = 0
    texts: Texts = field(default_factory=Texts)
    plain: list[dict[str, str]] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    by: Counter[str] = field(default_factory=Counter)  # accepted findings, by what accepted them


def write_html(
    reports: Iterable[PostReport], write: Callable[[str], object], tally: Tally, *, rules: Sequence[Rule], facts: RunFacts
) -> None:
    """Pass the page to `write`, each post as it comes; `tally` counts the reports as they come, and `rules` are all with their examples."""
    style, script = _file("report.css"), _file("report.js")
    seen = _Seen()
    page = templates().get_template("report.html")
    context = {
        "style": style,
        "script": script,
        "style_sum": _sum(style),
        "script_sum": _sum(script),
        "version": __version__,
        "records": _records(reports, seen),
        "end": lambda: _end(seen, tally, rules, facts),
    }
    for part in page.generate(context):
        write(part)


def _file(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def _sum(text: str) -> str:
    """Return what a Content Security Policy knows an inline style or script by."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _json(data: Any) -> str:
    """Return JSON that ends no element of a page."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _records(reports: Iterable[PostReport], seen: _Seen) -> Iterator[str]:
    for report in reports:
        seen.with_findings += bool(report.findings)
        seen.rules.update(finding.rule for finding in report.findings)
        seen.rules.update(accepted.finding.rule for accepted in report.accepted)
        seen.by.update(accepted.by.partition(":")[0] for accepted in report.accepted)
        if report.view is not None:
            seen.platforms[report.platform] = report.view.platform
        if report.error is not None and len(seen.unchecked) < MOST_PLAIN:
            seen.unchecked.append(visible(report.error))
        if len(seen.plain) < MOST_PLAIN and report.findings:
            lines = index_lines(report.post.text)
            seen.plain += [
                _plain(finding, where(report, lines.place(finding.start))) for finding in report.findings[: MOST_PLAIN - len(seen.plain)]
            ]
        yield _json(post_data(report, seen.texts))


def _plain(finding: Finding, place: str) -> dict[str, str]:
    return {
        "place": place,
        "severity": finding.severity,
        "rule": visible(f"{finding.rule} {finding.name}"),
        "match": one_line(finding.match, 80),
        "message": one_line(finding.message, _MOST_MESSAGE),
    }


def _end(seen: _Seen, tally: Tally, rules: Sequence[Rule], facts: RunFacts) -> dict[str, Any]:
    """Return what the page says below the posts' data."""
    broken = [rule for rule in rules if rule.id in seen.rules]
    run = {
        "rules": {rule.id: _rule_data(rule) for rule in broken},
        "platforms": {name: _platform_data(platform) for name, platform in sorted(seen.platforms.items())},
        "texts": seen.texts.all(),
    }
    return {
        "run": _json(run),
        "rules": [rule_context(rule) for rule in broken],
        "headline": _headline(seen, tally),
        "counts": [(severity, tally.severities[severity]) for severity in SEVERITIES],
        "by_rule": [
            (visible(f"{id} {name}"), count) for (id, name), count in sorted(tally.rules.items(), key=lambda row: (-row[1], row[0]))
        ],
        "findings": tally.severities.total(),
        "plain": seen.plain,
        "unchecked": seen.unchecked,
        "unchecked_count": tally.unchecked,
        "accepted": sum(seen.by.values()),
        "facts": _facts(facts),
    }


def _headline(seen: _Seen, tally: Tally) -> str:
    checked = tally.posts - tally.unchecked
    found = f"{seen.with_findings:,} with findings" if seen.with_findings else "no findings"
    missed = f", {tally.unchecked:,} not checked" if tally.unchecked else ""
    return f"{checked:,} post{'' if checked == 1 else 's'} checked, {found}{missed}."


def _rule_data(rule: Rule) -> dict[str, Any]:
    return {
        "name": visible(rule.name),
        "severity": rule.severity,
        "sources": [_source_data(reference) for reference in rule.references],
    }


def _source_data(reference: Reference) -> dict[str, Any]:
    return {
        "title": visible(reference.title),
        "section": visible(reference.section or ""),
        "force": reference.force,
        "weight": FORCES[reference.force],
        "url": reference.url if WEB_ADDRESS.fullmatch(reference.url) else "",
        "address": visible(reference.url),
    }


def _platform_data(platform: Platform) -> dict[str, Any]:
    limits = [f"{platform.fold:,} characters"] if platform.fold else []
    limits += [f"{platform.fold_lines} lines"] if platform.fold_lines else []
    return {"title": visible(platform.title), "form": platform.form, "fold": " or ".join(limits)}


def _facts(facts: RunFacts) -> list[tuple[str, str]]:
    """Return what the run was done with, as names and values."""
    rows = [("Program", f"disclosure-check {__version__}"), ("Rules", f"{facts.rules:,}, {facts.digest}")]
    if facts.packs:
        rows.append(("Rule packs", ", ".join(facts.packs)))
    if facts.config:
        rows.append(("Configuration", f"{facts.config['path']}, sha256:{facts.config['sha256']}"))
    if facts.substantiation:
        known = facts.substantiation
        rows.append(("Approved claims", f"{known['claims']} in {known['path']}, for {known['today']}"))
    rows.append(("Claims judged by", ", ".join(f"{name}: {value}" for name, value in facts.nlp.items())))
    return [(name, visible(value)) for name, value in rows]
