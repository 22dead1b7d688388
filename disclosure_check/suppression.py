"""Accept findings that somebody has looked at: by a comment in the post, or by a `[[suppress]]` table of the configuration.

Comes in: a post with its findings. Goes out: those that stay, and those accepted, each with its reason. A comment that
says nothing valid, or that nothing needed, is a finding itself.

    <!-- disclosure-check: ignore[DC301] reason="the label stands in the picture" -->   the next block
    <!-- disclosure-check: ignore-file[DC301,DC305] reason="..." -->                    the whole file
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from disclosure_check.check import NAME
from disclosure_check.lazily import lazily
from disclosure_check.model import Accepted, Edit, Evidence, Post, PostReport, Span
from disclosure_check.positions import index_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from disclosure_check.config import Config
    from disclosure_check.model import Finding, Markup, Platform
    from disclosure_check.rulebook import Rulebook

MALFORMED, UNKNOWN, UNUSED = "DC903", "DC904", "DC905"
EXAMPLE = 'ignore[DC301] reason="why it may stay"'

_COMMENT = lazily(
    r"<!--(?P<html>(?:(?!-->).)*?)-->"
    r"|\{/\*(?P<mdx>(?:(?!\*/\}).)*?)\*/\}"
    r"|\{\{-?\s*/\*(?P<hugo>(?:(?!\*/).)*?)\*/\s*-?\}\}"
    r"|\{#(?P<jinja>(?:(?!#\}).)*?)#\}"
    r"|^[ \t]*\.\. (?P<rst>[^\r\n]*)"
    r"|^//(?P<asciidoc>[^\r\n]*)"
    r"|^NOTE[ \t](?P<subtitles>[^\r\n]*)",
    re.DOTALL | re.MULTILINE,
)
_KINDS = {
    "markdown": ("html", "mdx", "hugo", "jinja"),
    "html": ("html", "hugo", "jinja"),
    "rst": ("rst",),
    "asciidoc": ("asciidoc",),
    "subtitles": ("subtitles",),
    "text": (),
}
_DIRECTIVE = lazily(r"(?P<scope>ignore|ignore-file)\[(?P<rules>[^\]\[]*)\]\s+reason=(?P<quote>[\"“'])(?P<reason>[^\"”\n]*?)[\"”']")
_RULE = lazily(r"[A-Za-z][\w-]*")


class Directive(Struct, frozen=True):
    """A comment that accepts findings."""

    span: Span  # of the whole comment
    covers: Span  # where the findings begin that it accepts
    rules: tuple[str, ...]  # ids
    reason: str


class _Fault(Struct, frozen=True):
    span: Span
    rule: str
    note: str
    is_removable: bool = False  # the comment accepts nothing at all


def suppress(
    post: Post,
    markup: Markup,
    findings: Sequence[Finding],
    platform: Platform,
    rulebook: Rulebook,
    config: Config | None,
    *,
    with_claims: bool = True,
) -> tuple[tuple[Finding, ...], tuple[Accepted, ...]]:
    """Return the findings that stay, with those about comments that are wrong or needless, and the accepted ones.

    A comment about a claim is not needless where nobody looked for claims.
    """
    looked_for = {rule.id for rule in rulebook.rules}
    directives, faults = _directives(post, markup, rulebook) if NAME in post.text else ([], [])
    entries = _entries(post, config) if config is not None and config.suppressions else []
    if not directives and not faults and not entries:
        return tuple(findings), ()
    kept: list[Finding] = []
    accepted: list[Accepted] = []
    used: set[tuple[Span, str]] = set()
    for finding in findings:
        by = next(
            (found for found in directives if finding.rule in found.rules and found.covers.start <= finding.start < found.covers.end), None
        )
        entry = next((entry for entry in entries if finding.rule == entry.rule and entry.holds(finding)), None)
        if by is not None:
            used.add((by.span, finding.rule))
            accepted.append(Accepted(finding, by.reason, "comment"))
        elif entry is not None:
            accepted.append(Accepted(finding, entry.reason, f"config:{entry.line}"))
        else:
            kept.append(finding)
    for directive in directives:
        needless = [rule for rule in directive.rules if (directive.span, rule) not in used and (with_claims or rule in looked_for)]
        if needless:
            is_removable = len(needless) == len(directive.rules)
            faults.append(_Fault(directive.span, UNUSED, f"no finding of {', '.join(needless)} there", is_removable))
    kept += [_finding(post, platform, rulebook, fault) for fault in faults]
    return tuple(sorted(kept, key=lambda finding: (finding.start, finding.rule, finding.end))), tuple(accepted)


def _directives(post: Post, markup: Markup, rulebook: Rulebook) -> tuple[list[Directive], list[_Fault]]:
    directives: list[Directive] = []
    faults: list[_Fault] = []
    for span, words in _comments(post):
        match = _DIRECTIVE().fullmatch(words)
        if match is None or not match["reason"].strip():
            faults.append(_Fault(span, MALFORMED, f"written as {EXAMPLE} it would count", is_removable=True))
            continue
        names = [name.strip() for name in match["rules"].split(",")]
        ids = {name: _id_of(name, rulebook.names) for name in names}
        unknown = [name for name, id in ids.items() if id is None]
        if unknown:
            faults.append(_Fault(span, UNKNOWN, _no_rule(unknown[0], rulebook.names), is_removable=len(unknown) == len(ids)))
        covers = Span(0, len(post.text) + 1) if match["scope"] == "ignore-file" else _next_block(span, markup, len(post.text))
        known = tuple(id for id in ids.values() if id is not None)
        if known:
            directives.append(Directive(span, covers, known, match["reason"].strip()))
    return directives, faults


def _comments(post: Post) -> Iterator[tuple[Span, str]]:
    """Yield the comments that speak to this program, with the words behind its name; those in code are examples."""
    kinds = _KINDS[post.format]
    if not kinds:
        return
    code = _code(post)
    for match in _COMMENT().finditer(post.text, post.body_start):
        kind = match.lastgroup or ""
        words = (match[kind] or "").strip()
        if kind in kinds and words.startswith(NAME) and not any(start <= match.start() < end for start, end in code):
            yield Span(match.start(), match.end()), words.removeprefix(NAME).strip()


def _code(post: Post) -> list[tuple[int, int]]:
    if post.format != "markdown" or ("`" not in post.text and "~~~" not in post.text and "    " not in post.text and "\t" not in post.text):
        return []
    from disclosure_check.readers.markdown import find_code

    return find_code(post.text, post.body_start)


def _next_block(span: Span, markup: Markup, length: int) -> Span:
    """Return the block behind a comment, or the one that it stands in."""
    around = next((block for block in markup.blocks if block.start < span.start and span.end < block.end), None)
    if around is not None:
        return Span(around.start, around.end)
    behind = next((block for block in markup.blocks if block.start >= span.end), None)
    return Span(length + 1, length + 1) if behind is None else Span(behind.start, behind.end)


def _id_of(name: str, names: Mapping[str, str]) -> str | None:
    wanted = name.casefold()
    return next((id for id, known in names.items() if wanted in (id.casefold(), known.casefold())), None)


def _no_rule(name: str, names: Mapping[str, str]) -> str:
    from disclosure_check.options import unknown

    return unknown("rule", name, [known for pair in names.items() for known in pair])


def _finding(post: Post, platform: Platform, rulebook: Rulebook, fault: _Fault) -> Finding:
    from disclosure_check.evaluate import render

    rule = rulebook.claims().texts[fault.rule]
    evidence = Evidence("suppression", fault.note, fault.span.start, fault.span.end)
    finding = render(post, platform, rule, fault.span, (evidence,))
    return replace(finding, fix=(_removal(post.text, fault.span),)) if fault.is_removable else finding


def _removal(text: str, span: Span) -> Edit:
    """Return the edit that takes a comment out, and its line if nothing else stands on it."""
    start, end = span.start, span.end
    while start and text[start - 1] in " \t":
        start -= 1
    behind = re.compile(r"[ \t]*(?:\r\n|\n|\r|\Z)").match(text, end)
    if behind and (start == 0 or text[start - 1] in "\r\n"):
        return Edit(start, behind.end(), "")
    return Edit(span.start, span.end, "")


class _Entry(Struct, frozen=True):
    """A table of the configuration, with the places of its words in the post."""

    rule: str
    reason: str
    line: int
    places: tuple[Span, ...]

    def holds(self, finding: Finding) -> bool:
        return any(
            finding.start < max(place.end, place.start + 1) and place.start < max(finding.end, finding.start + 1) for place in self.places
        )


def _entries(post: Post, config: Config) -> list[_Entry]:
    from disclosure_check.site import matches

    found = []
    for entry in config.suppressions:
        if entry.text in post.text and matches(config, (entry.path,), post.path):
            places = tuple(Span(match.start(), match.end()) for match in re.finditer(re.escape(entry.text), post.text))
            found.append(_Entry(entry.rule, entry.reason, entry.line, places))
    return found


def unused_entries(config: Config, paths: Iterable[str], used: Iterable[str], *, are_all: bool = True) -> list[int]:
    """Return the lines of the `[[suppress]]` tables that are about a checked file and accepted nothing there.

    Without `are_all`, `paths` may be some files of many, and a table about more than one file says nothing about those.
    """
    from disclosure_check.site import matches

    needed, checked = set(used), list(paths)
    return [
        entry.line
        for entry in config.suppressions
        if f"config:{entry.line}" not in needed
        and (are_all or not _is_glob(entry.path))
        and any(matches(config, (entry.path,), path) for path in checked)
    ]


def _is_glob(path: str) -> bool:
    return path.endswith("/") or any(sign in path for sign in "*?[")


def with_unused_entries(reports: Iterable[PostReport], config: Config, rulebook: Rulebook, *, are_all: bool = True) -> Iterator[PostReport]:
    """Yield the reports, and behind them one on the configuration if tables of it accepted nothing in the files checked.

    Without `are_all`, the files are some of many, such as a batch that a hook is handed.
    """
    paths: dict[str, None] = {}
    used: set[str] = set()
    for report in reports:
        if report.error is None:
            paths[report.post.path] = None
        used |= {accepted.by for accepted in report.accepted}
        yield report
    lines = unused_entries(config, paths, used, are_all=are_all)
    if lines and config.path is not None:
        yield _on_config(config.path, lines, rulebook)


def _on_config(path: Path, lines: Iterable[int], rulebook: Rulebook) -> PostReport:
    file = Post(str(path), path.read_text(encoding="utf-8-sig"), str(path))
    starts = index_lines(file.text).starts
    platform = rulebook.platforms["post"]
    faults = [
        _Fault(
            Span(starts[line - 1], file.text.find("\n", starts[line - 1]) % (len(file.text) + 1)), UNUSED, "nothing in the files checked"
        )
        for line in lines
    ]
    return PostReport(file, platform.name, (), tuple(_finding(file, platform, rulebook, fault) for fault in faults))
