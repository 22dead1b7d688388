"""Turn what was found in a post into findings: connections, their breaches, and what rules forbid.

Comes in: a post with its annotations and the rules. Goes out: findings. What a breach is worth, and the words to say
it with, are rule data.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from disclosure_check.case import Case
from disclosure_check.connections import find_connections
from disclosure_check.disclosures import judge
from disclosure_check.forbidden import Inquiry, find_offences
from disclosure_check.model import Evidence, Finding, Span
from disclosure_check.spoken import without_times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from disclosure_check.annotate import Annotations
    from disclosure_check.case import Breach, Connection, Trigger
    from disclosure_check.model import Platform, Post, Severity
    from disclosure_check.rulebook import Rule, Rulebook

SHOWN_TRIGGERS = 5  # of a connection with fifty links, so many stand as evidence
PLACEHOLDER = re.compile(r"\{(\w+)\}")
LONGEST_MATCH = 80  # characters of the words found that a message repeats

CHANNELS = {"alt": "alternative text", "description": "description", "overlay": "words on the picture"}
PLAIN_KINDS = {
    "paid": "a payment",
    "gift": "a gift",
    "affiliate": "a commission",
    "discount": "a discount code or offer",
    "employee": "a job",
    "consultant": "work for the brand",
    "family": "a family or personal tie",
    "equity": "ownership",
    "contest": "a contest entry or prize",
    "travel": "a hosted trip or stay",
    "loan": "a loan or early access",
}


def evaluate(post: Post, platform: Platform, found: Annotations, rulebook: Rulebook) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Return the kinds of connection that the post declares or shows, and the findings in the order of their place."""
    case = Case(post, platform, found, rulebook)
    connections = find_connections(case)
    judged = judge(case, connections, partial(_severities, case))
    findings = [_finding(case, rule, breach) for _, breaches in judged for breach in breaches for rule in _rules_for(case, breach)]
    for rule in rulebook.rules:
        if rule.type == "forbid":
            for offence in find_offences(Inquiry(case, judged, rule.match)):
                evidence = Evidence(rule.match["signal"], offence.note, offence.span.start, offence.span.end)
                findings.append(render(post, platform, rule, offence.span, (evidence,), offence.connection))
    return tuple(connection.kind for connection in connections), _ordered(findings)


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    unique: dict[tuple[int, str, int], Finding] = {}
    for finding in findings:
        unique.setdefault((finding.start, finding.rule, finding.end), finding)
    return tuple(unique[key] for key in sorted(unique))


def _severities(case: Case, breach: Breach) -> list[Severity]:
    return [rule.severity for rule in _rules_for(case, breach)]


def _rules_for(case: Case, breach: Breach) -> list[Rule]:
    """Return the most specific rule about `breach`, as a list of one, or [] if no rule minds it."""
    fitting = [rule for rule in case.rulebook.rules if rule.type == "require" and _fits(rule, breach, case)]
    return sorted(fitting, key=lambda rule: (-len(rule.match), rule.id))[:1]


def _fits(rule: Rule, breach: Breach, case: Case) -> bool:
    match = rule.match
    return (
        match["breach"] == breach.name
        and breach.topic in match.get("topics", (breach.topic,))
        and breach.connection.kind in match.get("connections", (breach.connection.kind,))
        and case.platform.form in match.get("forms", (case.platform.form,))
    )


def _finding(case: Case, rule: Rule, breach: Breach) -> Finding:
    plain = PLAIN_KINDS[breach.connection.kind]
    triggers = _apart(breach.connection.triggers)[:SHOWN_TRIGGERS]
    evidence = [Evidence(trigger.label, plain, trigger.start, trigger.end) for trigger in triggers]
    if breach.connection.declared:
        evidence.append(Evidence("declared", f"the author declares {plain}"))
    if breach.disclosure is not None and breach.disclosure.words:
        note = f'in the {CHANNELS[breach.disclosure.channel]} "{breach.disclosure.words}": {breach.note}'
        evidence.append(Evidence(f"disclosure.{breach.topic}", note))
    elif breach.disclosure is not None:
        evidence.append(Evidence(f"disclosure.{breach.topic}", breach.note, breach.disclosure.start, breach.disclosure.end))
    else:
        evidence.append(Evidence("absent", breach.note))
    return render(case.post, case.platform, rule, breach.span, tuple(evidence), breach.connection)


def _apart(triggers: tuple[Trigger, ...]) -> list[Trigger]:
    """Return the triggers without those that overlap an earlier one: several expressions may find the same words."""
    kept: list[Trigger] = []
    for trigger in triggers:
        if not kept or trigger.start >= kept[-1].end:
            kept.append(trigger)
    return kept


def render(
    post: Post, platform: Platform, rule: Rule, span: Span, evidence: tuple[Evidence, ...], connection: Connection | None = None
) -> Finding:
    """Return the finding of a rule at `span`, with its message and remedy filled in."""
    words = {
        "match": _shortened(words_of(post, span)),
        "connection": PLAIN_KINDS[connection.kind] if connection else "a connection",
        "position": str(span.start - post.body_start + 1),
        "platform": platform.title,
        "fold": str(platform.fold or ""),
        "brand": post.brands[0] if post.brands else "BRAND",
    }
    return Finding(
        rule=rule.id,
        name=rule.name,
        family=rule.family,
        severity=rule.severity,
        message=_filled(rule.message, words),
        remedy=_filled(rule.remedy, words),
        start=span.start,
        end=span.end,
        match=post.text[span.start : span.end],
        evidence=evidence,
        references=rule.references,
    )


def words_of(post: Post, span: Span) -> str:
    """Return the words of a post as a message quotes them: those of a transcript without the times between them."""
    words = post.text[span.start : span.end]
    return without_times(words) if post.format == "subtitles" else words


def _shortened(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_MATCH else line[: LONGEST_MATCH - 3] + "..."


def _filled(template: str, words: dict[str, str]) -> str:
    return PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), template)
