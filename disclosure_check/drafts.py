"""Check documents as they stand in an editor, each with the configuration nearest to it.

Comes in: a `Draft`. Goes out: the reports on its posts. What was loaded for a configuration is kept until one of its files
changes. How an editor speaks is left to `lsp`.
"""

from __future__ import annotations

import datetime as dt
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from msgspec import Struct

from disclosure_check.check import check_posts
from disclosure_check.config import load_config
from disclosure_check.errors import DisclosureCheckError
from disclosure_check.loading import configured_packs, configured_rulebook, configured_substantiation, find_config, nearest_substantiation
from disclosure_check.model import Post, PostReport
from disclosure_check.options import build_options
from disclosure_check.readers.facts import Facts
from disclosure_check.readers.files import HEAD, is_known, may_hold_posts, read_stream
from disclosure_check.readers.records import LONE_SURROGATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from disclosure_check.baseline import Baseline
    from disclosure_check.check import Options
    from disclosure_check.config import Config
    from disclosure_check.model import Format
    from disclosure_check.rulebook import Rule, Rulebook

BOM = "\ufeff"
# Formats by the editors' names of languages, for documents whose name has no extension that we know.
LANGUAGES: dict[str, Format] = {
    "asciidoc": "asciidoc",
    "html": "html",
    "markdown": "markdown",
    "mdx": "markdown",
    "plaintext": "text",
    "restructuredtext": "rst",
    "rst": "rst",
    "text": "text",
}
Stamps = tuple[tuple[str, int, int], ...]  # paths with time of change (ns) and size; -1, -1 of a file that isn't there


class Draft(Struct, frozen=True):
    """A document as it stands in the editor."""

    uri: str
    path: str  # absolute; of a document that was never saved, the place that its folder would give it
    language: str  # the editor's name for it
    version: int | None  # the editor's count of its changes
    text: str


class Setup(Struct, frozen=True):
    """What is loaded for the documents of a configuration."""

    rulebook: Rulebook
    options: Options
    baseline: Baseline | None
    rules: Callable[[], dict[str, Rule]]  # by id, with their examples
    stamps: Stamps  # of the files that it was loaded from
    day: dt.date  # for which proof must not have expired


Setups = dict[tuple[Path | None, Path | None], Setup]  # by the files of configuration and approved claims


class Outcome(Struct, frozen=True):
    """What was found in a draft; without a setup, why the configuration can't be used stands in the only report."""

    reports: tuple[PostReport, ...] = ()
    setup: Setup | None = None


def examine(draft: Draft, setups: Setups) -> Outcome:
    """Return the reports on the posts of a draft, and what they were checked with.

    Nothing is reported on a blank document, one that the configuration excludes, and one that holds no posts. An error of
    the configuration or of a rule file is the report's error; `setups` is filled with what was loaded.
    """
    try:
        setup = setup_for(Path(draft.path).parent, setups)
        return Outcome(_reports(draft, setup), setup)
    except DisclosureCheckError as error:
        return Outcome((PostReport(Post(draft.path, "", draft.path), "", (), error=str(error)),))


def setup_for(folder: Path, setups: Setups) -> Setup:
    """Return what holds for the documents of a folder, loaded anew if a file of it has changed or the day has.

    Raises ConfigError or RuleError for a file that is wrong.
    """
    key = find_config(folder), nearest_substantiation(folder)
    today = dt.datetime.now(tz=dt.UTC).date()
    kept = setups.get(key)
    if kept is None or kept.day != today or _stamps(path for path, _, _ in kept.stamps) != kept.stamps:
        setups.pop(key, None)
        kept = setups[key] = _load(*key, today)
    return kept


def _load(path: Path | None, substantiation: Path | None, today: dt.date) -> Setup:
    # The stamps are older than what is read, so that a change in between is seen the next time.
    own = _stamps([] if path is None else [path])
    config = None if path is None else load_config(path)
    packs = configured_packs(config)
    approved = configured_substantiation(config) or substantiation
    accepted = config.folder / config.baseline if config is not None and config.baseline else None
    files = [file for pack in packs for file in (pack, *sorted(pack.rglob("*"))) if file.suffix == ".toml" or file.is_dir()]
    stamps = own + _stamps([*files, *(file for file in (approved, accepted) if file is not None)])
    rulebook = configured_rulebook(packs, config)
    return Setup(
        rulebook,
        build_options(
            rulebook,
            nlp=cast("Literal['cues', 'model'] | None", config and config.nlp) or "cues",
            substantiation=approved,
            today=today.isoformat(),
            config=config,
        ),
        _baseline(accepted),
        cache(partial(_rules, packs)),
        stamps,
        today,
    )


def _baseline(path: Path | None) -> Baseline | None:
    if path is None:
        return None
    from disclosure_check.baseline import read_baseline

    return read_baseline(path)


def _rules(packs: Sequence[Path]) -> dict[str, Rule]:
    from disclosure_check.rulebook import load_rulebook

    return {rule.id: rule for rule in load_rulebook(packs, examples=True).rules}


def _stamps(paths: Iterable[Path | str]) -> Stamps:
    return tuple(_stamp(Path(path)) for path in paths)


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return str(path), -1, -1
    return str(path), status.st_mtime_ns, status.st_size


def _reports(draft: Draft, setup: Setup) -> tuple[PostReport, ...]:
    config = setup.options.config
    columns = config.columns if config is not None else {}
    # A lone surrogate can't be written as UTF-8; U+FFFD keeps its place.
    text = LONE_SURROGATE().sub("\ufffd", draft.text)
    format_ = None if is_known(draft.path) else LANGUAGES.get(draft.language)
    is_ours = format_ is not None or may_hold_posts(draft.path, text[:HEAD].encode()[:HEAD], columns)
    if not is_ours or not text.removeprefix(BOM).strip() or _is_excluded(draft.path, config):
        return ()
    items = read_stream(BytesIO(text.encode()), draft.path, columns, Facts(format=format_))
    reports = check_posts(items, setup.rulebook, setup.options)
    if setup.baseline is not None:
        from disclosure_check.baseline import accept_known

        reports = accept_known(reports, setup.baseline)
    return tuple(reports)


def _is_excluded(path: str, config: Config | None) -> bool:
    if config is None or not config.exclude:
        return False
    from disclosure_check.site import matches

    return matches(config, config.exclude, path)
