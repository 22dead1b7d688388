"""Write the rules as a folder of pages, in Markdown or HTML: one for each rule, and an index.

Comes in: a `Rulebook` with its examples. Goes out: `DC101.md` or `DC101.html` and so on, which need nothing but
themselves. Sources are quoted only as far as the rule files quote them; every word of a rule file is escaped.
"""

from __future__ import annotations

import re
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from disclosure_check.errors import ConfigError
from disclosure_check.explain import GROUPS, describe_facts
from disclosure_check.reports.escaping import escape_markdown, fence
from disclosure_check.reports.output import open_output
from disclosure_check.reports.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Environment

    from disclosure_check.model import Force, Reference
    from disclosure_check.rulebook import Example, Rule, Rulebook

    PageFormat = Literal["html", "markdown"]

# What weight a source of each kind has.
FORCES: dict[Force, str] = {
    "statute": "law, passed by Congress",
    "rule": "a federal regulation, with the force of law",
    "guide": "how an agency reads the law that it enforces; not a law itself",
    "staff guidance": "the view of an agency's staff, which doesn't bind the agency",
    "enforcement example": "what an agency did or said in particular cases, letters or notices",
    "platform documentation": "what the platform says about itself",
    "third-party measurement": "what others have measured; nobody official stands behind it",
    "own default": "a choice of this project, for want of a better source",
}
INDEX = {"html": "index.html", "markdown": "README.md"}
_ENDINGS = {"html": ".html", "markdown": ".md"}
WEB_ADDRESS = re.compile(r"https?://[^\s<>]+")


class _Shown(Struct, frozen=True):
    """An example as a page shows it; what is invisible is named."""

    before: str
    match: str  # the words that the rule finds, "" in a valid example
    after: str
    facts: str  # "platform: instagram; connection: gift"
    why: str
    known_gap: bool
    fixed: str  # the text once the rule's fix or suggestion is made, "" if it isn't shown


def page_name(rule: str, format: PageFormat) -> str:
    """Return the name of the page of the rule with this id, within its folder."""
    return rule + _ENDINGS[format]


def write_pages(rulebook: Rulebook, folder: Path, format: PageFormat) -> int:
    """Write the index and the page of each rule into `folder`, which is made if need be; return the number of pages.

    Each file is replaced whole. Other files in the folder are left alone.
    Raises ConfigError if the folder can't be made or a page can't be written.
    """
    page, index = (html_page, html_index) if format == "html" else (markdown_page, markdown_index)
    render: dict[str, Callable[[], str]] = {page_name(rule.id, format): partial(page, rule) for rule in rulebook.rules}
    render[INDEX[format]] = partial(index, rulebook)
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in render.items():
            path = folder / name
            with open_output(path, is_json=False) as stream:
                stream.write(text())
    except OSError as error:
        raise ConfigError(f"{path}: can't write the pages here ({error.strerror}); name another folder with --output") from error
    return len(rulebook.rules)


def html_page(rule: Rule) -> str:
    """Return the page of a rule as one HTML file without scripts and without anything to load."""
    return templates().get_template("rule.html").render(rule_context(rule), index=INDEX["html"])


def rule_context(rule: Rule) -> dict[str, Any]:
    """Return what the template of a rule's page shows."""
    return {
        "rule": rule,
        "summary": _paragraphs(rule.summary),
        "why": _paragraphs(rule.why),
        "remedy": _paragraphs(_for_any_brand(rule.remedy)),
        "limits": _paragraphs(rule.limits),
        "examples": (
            ("Found in", [_shown(example) for example in rule.invalid]),
            ("Not found in", [_shown(example) for example in rule.valid]),
        ),
        "forces": FORCES,
    }


def html_index(rulebook: Rulebook) -> str:
    """Return the index of the pages as one HTML file."""
    return templates().get_template("rules.html").render(groups=_groups(rulebook), page_name=partial(page_name, format="html"))


def markdown_page(rule: Rule) -> str:
    """Return the page of a rule in Markdown."""
    sections = [
        ("What it finds", _prose(rule.summary)),
        ("Why it matters", _prose(rule.why)),
        ("Found in", "\n\n".join(_markdown_example(example) for example in rule.invalid)),
        ("Write instead", _prose(_for_any_brand(rule.remedy))),
        ("Not found in", "\n\n".join(_markdown_example(example) for example in rule.valid)),
        ("Sources", "\n".join(_markdown_source(reference) for reference in rule.references)),
        ("What it can't see", _prose(rule.limits)),
    ]
    head = f"# {rule.id} {escape_markdown(rule.name)}\n\nSeverity: **{rule.severity}**. Family: {rule.family}. [All rules]({INDEX['markdown']})"
    return "\n\n".join([head, *(f"## {title}\n\n{body}" for title, body in sections if body)]) + "\n"


def markdown_index(rulebook: Rulebook) -> str:
    """Return the index of the pages in Markdown, with a table for each group."""
    parts = ["# Rules\n"]
    for title, rules in _groups(rulebook).items():
        rows = "".join(
            f"| [{rule.id}]({page_name(rule.id, 'markdown')}) | {escape_markdown(rule.name)} | {rule.severity} | {escape_markdown(rule.summary)} |\n"
            for rule in rules
        )
        parts.append(f"\n## {title}\n\n| id | name | severity | what it finds |\n| --- | --- | --- | --- |\n{rows}")
    return "".join(parts)


def _groups(rulebook: Rulebook) -> Mapping[str, list[Rule]]:
    groups = {title: [rule for rule in rulebook.rules if rule.id[2] == digit] for digit, title in GROUPS.items()}
    groups["Others"] = [rule for rule in rulebook.rules if rule.id[2] not in GROUPS]
    return {title: rules for title, rules in groups.items() if rules}


def _markdown_example(example: Example) -> str:
    shown = _shown(example)
    found = f"Found: “{_prose(shown.match)}”" if shown.match else ""
    gap = "Known gap: this one comes out wrong today." if shown.known_gap else ""
    notes = [note for note in (found, escape_markdown(shown.facts), _prose(shown.why), gap) if note]
    mended = ["Mended:", fence(shown.fixed)] if shown.fixed else []
    return "\n\n".join([fence(shown.before + shown.match + shown.after), "  \n".join(notes), *mended]).rstrip()


def _markdown_source(reference: Reference) -> str:
    section = f", {escape_markdown(reference.section)}" if reference.section else ""
    lines = [f"- **{escape_markdown(reference.title)}**{section}  "]
    lines.append(f"  {reference.force}: {FORCES[reference.force]}  ")
    lines.append(f"  {_markdown_address(reference.url)} (read {reference.read})")
    if reference.quote:
        lines += ["", *(f"  > {escape_markdown(line)}" for line in _visible(reference.quote).split("\n"))]
    if reference.quote and reference.quoted_from:
        lines += ["", f"  As quoted by {_markdown_address(reference.quoted_from)}"]
    return "\n".join([*lines, ""])


def _markdown_address(address: str) -> str:
    return f"<{address}>" if _is_web_address(address) else escape_markdown(printable(address))


def _is_web_address(address: str) -> bool:
    return WEB_ADDRESS.fullmatch(address) is not None


def _shown(example: Example) -> _Shown:
    text = example.facts["text"].strip("\n")
    before, match, after = text.partition(example.at) if example.at else (text, "", "")
    return _Shown(
        _visible(before),
        _visible(match),
        _visible(after),
        printable(describe_facts(example)),
        printable(example.why),
        example.known_gap,
        _visible((example.fixed or "").strip("\n")),
    )


def _visible(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _for_any_brand(remedy: str) -> str:
    return remedy.replace("{brand}", "BRAND")  # as a finding says it where no brand is known


def _prose(text: str) -> str:
    return "\n\n".join(escape_markdown(paragraph) for paragraph in _paragraphs(text))


def _paragraphs(text: str) -> list[str]:
    return [printable(" ".join(paragraph.split())) for paragraph in text.split("\n\n") if paragraph.strip()]


@cache
def templates() -> Environment:
    """Return the templates of pages and of the HTML report."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader([Path(__file__).parent / "templates", Path(__file__).parent / "reports"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["visible"] = _visible
    templates.tests["web_address"] = _is_web_address
    return templates
