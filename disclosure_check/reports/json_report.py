"""Write one JSON document about a whole run, as in `schema/report.schema.json`.

Nothing in it depends on the time or the machine: the same posts, rules and version give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from disclosure_check import __version__
from disclosure_check.model import SEVERITIES, Verdict
from disclosure_check.reports.record import dump, post_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from disclosure_check.model import PostReport
    from disclosure_check.reports import Tally

SCHEMA_VERSION = "1.0"
VERDICTS: tuple[Verdict, ...] = ("fail", "review", "pass", "unchecked")


class RunFacts(Struct, frozen=True):
    """What a run was done with: rule data, model and approved claims."""

    rules: int  # how many rules were loaded
    packs: tuple[str, ...]  # the packs that were added with --rules, as given
    digest: str  # "sha256:..." over all files of the rule data
    nlp: Mapping[str, str]  # what judged the claims
    substantiation: Mapping[str, Any] | None  # the approved claims that were used
    config: Mapping[str, str] | None = None  # the configuration that was used


def write_json(reports: Iterable[PostReport], write: Callable[[str], object], tally: Tally, rulebook: RunFacts) -> None:
    """Pass the document to `write` once all reports are in; `tally` counts them as they come."""
    posts = [post_record(report) for report in reports]
    document: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "disclosure-check", "version": __version__},
        "rulebook": {"rules": rulebook.rules, "packs": list(rulebook.packs), "digest": rulebook.digest},
        "nlp": dict(rulebook.nlp),
        "substantiation": rulebook.substantiation,
        "config": rulebook.config,
        "summary": _summary(tally),
        "posts": posts,
        "errors": [
            {"path": post["path"], "line": post["record_line"], "message": post["error"]} for post in posts if post["error"] is not None
        ],
    }
    write(dump(document, indent=2) + "\n")


def digest_packs(folders: Sequence[Path]) -> str:
    """Return the SHA-256 of all rule data in `folders`: it changes when, and only when, a name or a byte does."""
    from hashlib import sha256

    digest = sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.suffix in (".toml", ".jsonl")):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
            digest.update(content)
    return f"sha256:{digest.hexdigest()}"


def _summary(tally: Tally) -> dict[str, Any]:
    return {
        "posts": tally.posts,
        "verdicts": {verdict: tally.verdicts[verdict] for verdict in VERDICTS},
        "findings": {severity: tally.severities[severity] for severity in SEVERITIES},
        "fixed": tally.fixed,
        "rules": {id: count for (id, _), count in sorted(tally.rules.items())},
    }
