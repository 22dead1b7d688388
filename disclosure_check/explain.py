"""Explain rules: the page of one, the list of all, and what comes out when a rule's examples are run.

Comes in: a `Rulebook`. Goes out: text, and for the list also JSON and Markdown. Nothing is written here.
"""

from __future__ import annotations

import json
from textwrap import indent, wrap
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import asdict

from disclosure_check.check import check_post
from disclosure_check.readers.facts import Facts, make_post, read_facts
from disclosure_check.reports.escaping import escape_markdown
from disclosure_check.reports.finding import cite
from disclosure_check.reports.terminal import printable
from disclosure_check.reports.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from disclosure_check.model import Finding, Post, Reference
    from disclosure_check.rulebook import Example, Rule, Rulebook

    Style = Callable[..., str]

FEWEST_EXAMPLES = 3  # of each sort that a rule should have
_WIDTH = 88
# Groups by the first digit of an id, in the order in which they are listed.
GROUPS = {
    "1": "Presence: is there a disclosure?",
    "2": "Wording: do readers understand it?",
    "3": "Placement and prominence: do they see it?",
    "4": "Claims",
    "5": "Reviews and honesty",
    "9": "Process",
}


class ExampleResult(Struct, frozen=True):
    """What came out when one example of a rule was run."""

    name: str  # "DC201-invalid-1"
    rule: str
    valid: bool
    expected: tuple[str, ...]  # the words that the rule should find, and the mended text if the example shows it
    got: tuple[str, ...]  # the words that it found, and the text as its fix mends it
    error: str | None  # why the example could not be checked
    known_gap: bool  # the rule file admits that this one fails

    @property
    def passed(self) -> bool:
        """Whether it came out as the rule file says; an admitted gap that has closed is to be said there too."""
        return self.error is None and (self.expected == self.got) is not self.known_gap


def render_page(rule: Rule, style: Style = plain) -> str:
    """Return the page of a rule: what it finds, why that matters, examples, what to write, the sources, the limits."""
    sections = [
        ("What it finds", _paragraph(rule.summary)),
        ("Why it matters", _paragraph(rule.why)),
        ("Found in", "\n\n".join(_example(example) for example in rule.invalid)),
        ("Write instead", _paragraph(rule.remedy)),
        ("Not found in", "\n\n".join(_example(example) for example in rule.valid)),
        ("Sources", "\n\n".join(_source(reference) for reference in rule.references)),
        ("What it can't see", _paragraph(rule.limits)),
    ]
    head = f"{style(f'{rule.id} {rule.name}', bold=True)}  ({rule.severity}, {rule.family})"
    return "\n\n".join([head, *(f"{style(title, bold=True)}\n\n{indent(body, '  ')}" for title, body in sections if body)]) + "\n"


def list_as_text(rulebook: Rulebook) -> str:
    """Return one line a rule: id, severity, name, and what it finds."""
    wide = max((len(rule.name) for rule in rulebook.rules), default=0)
    return "".join(f"{rule.id}  {rule.severity:7}  {rule.name:{wide}}  {rule.summary}\n" for rule in rulebook.rules)


def list_as_json(rulebook: Rulebook) -> str:
    """Return the rules as a JSON array, without their examples."""
    keys = ("id", "name", "family", "severity", "type", "summary", "message", "remedy", "why", "limits")
    rules = [
        {key: getattr(rule, key) for key in keys} | {"references": [asdict(reference) for reference in rule.references]}
        for rule in rulebook.rules
    ]
    return json.dumps(rules, ensure_ascii=False, indent=2) + "\n"


def list_as_markdown(rulebook: Rulebook) -> str:
    """Return the rules as a Markdown page with a table for each group."""
    parts = ["# Rules\n\nWritten by `disclosure-check rules --format markdown`; `disclosure-check explain DC101` shows a rule's page.\n"]
    for digit, title in GROUPS.items():
        rows = [
            f"| {rule.id} | {rule.name} | {rule.severity} | {escape_markdown(rule.summary)} |\n"
            for rule in rulebook.rules
            if rule.id[2:3] == digit
        ]
        if rows:
            parts.append(f"\n## {title}\n\n| id | name | severity | what it finds |\n| --- | --- | --- | --- |\n{''.join(rows)}")
    return "".join(parts)


def run_examples(rules: Iterable[Rule], rulebook: Rulebook) -> Iterator[ExampleResult]:
    """Yield what comes out of each example of `rules`; all rules of `rulebook` take part, as in a check."""
    for rule in rules:
        for valid, examples in ((False, rule.invalid), (True, rule.valid)):
            for number, example in enumerate(examples, 1):
                name = f"{rule.id}-{'valid' if valid else 'invalid'}-{number}"
                report = check_post(example_post(name, example), rulebook)
                found = [finding for finding in report.findings if finding.rule == rule.id]
                expected = [] if valid else [example.at or ""]
                got = [finding.match for finding in found]
                if example.fixed is not None:
                    expected.append(example.fixed)
                    got += [_mended(report.post, finding) for finding in found[:1]]
                yield ExampleResult(
                    name=name,
                    rule=rule.id,
                    valid=valid,
                    expected=tuple(expected),
                    got=tuple(got),
                    error=report.error,
                    known_gap=example.known_gap,
                )


def _mended(post: Post, finding: Finding) -> str:
    """Return the text of a post once the fix or the suggestion of a finding is made."""
    from disclosure_check.repairs import apply_edits

    return apply_edits(post.text, finding.fix or finding.suggestion or ())


def example_post(name: str, example: Example) -> Post:
    """Return the post of an example, whose facts are those of a JSONL record.

    Raises InputError if a fact has a wrong type or value.
    """
    return make_post(example.facts["text"], name, facts=read_facts(example.facts, name), defaults=Facts())


def render_results(rules: Iterable[Rule], results: Iterable[ExampleResult]) -> str:
    """Return the failed examples with what was expected, the number of examples of each rule, and the count."""
    results = tuple(results)
    failed = [result for result in results if not result.passed]
    parts = [_failure(result) for result in failed]
    parts += [_coverage(rule, [result for result in results if result.rule == rule.id]) for rule in rules]
    parts.append(f"\n{len(results) - len(failed)} passed, {len(failed)} failed\n")
    return "".join(parts)


def _failure(result: ExampleResult) -> str:
    if result.error is not None:
        return f"{result.name}: could not be checked: {printable(result.error)}\n\n"
    if result.known_gap:
        return f"{result.name}: comes out right now; remove known_gap\n\n"
    return f"{result.name}:\n  expected  {_quoted(result.expected)}\n  got       {_quoted(result.got)}\n\n"


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f'"{printable(word)}"' for word in words) or "no finding"


def _coverage(rule: Rule, results: list[ExampleResult]) -> str:
    valid = sum(result.valid for result in results)
    gaps = sum(result.known_gap for result in results)
    notes = [f"{gaps} known gap{'s' if gaps > 1 else ''}"] if gaps else []
    if min(valid, len(results) - valid) < FEWEST_EXAMPLES:
        notes.append(f"fewer than {FEWEST_EXAMPLES} of a sort")
    return f"{rule.id}  {len(results) - valid} invalid, {valid} valid  {rule.name}{'  (' + ', '.join(notes) + ')' if notes else ''}\n"


def describe_facts(example: Example) -> str:
    """Return what an example declares beside its text: "platform: instagram; connection: gift, affiliate"."""
    return "; ".join(
        f"{key}: {', '.join(_as_tuple(str(value) if isinstance(value, bool) else value))}"
        for key, value in example.facts.items()
        if key != "text"
    )


def _as_tuple(value: Any) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _paragraph(text: str) -> str:
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
    return "\n\n".join("\n".join(wrap(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)) for paragraph in paragraphs)


def _example(example: Example) -> str:
    facts = describe_facts(example)
    lines = [printable(line) for line in example.facts["text"].strip("\n").split("\n")]
    notes = [note for note in (facts, _paragraph(example.why), "known gap: this one is missed today" if example.known_gap else "") if note]
    found = f'\nfound: "{printable(example.at)}"' if example.at else ""
    mended = "".join(f"\n> {printable(line)}".rstrip(" ") for line in example.fixed.strip("\n").split("\n")) if example.fixed else ""
    mended = f"\nmended:{mended}" if mended else ""
    return "\n".join(f"| {line}".rstrip() for line in lines) + found + "".join(f"\n{note}" for note in notes) + mended


def _source(reference: Reference) -> str:
    quote = ""
    if reference.quote:
        quoted_from = f" (as quoted by {reference.quoted_from})" if reference.quoted_from else ""
        quote = "\n" + _paragraph(f'"{reference.quote}"{quoted_from}')
    return f"{_paragraph(cite(reference))}\n{reference.url} (read {reference.read}){quote}"
