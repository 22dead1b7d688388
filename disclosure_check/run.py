"""Run a check: from what was asked for to the report and the exit code.

How it was typed is known to `cli` and `quick`. What a run may not need is imported where it is needed, click above all, which is
for colors and for the progress on a terminal.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from functools import partial
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Literal, TextIO, cast

from msgspec import Struct

from disclosure_check.errors import ConfigError, DisclosureCheckError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from disclosure_check.cache import CacheSetup
    from disclosure_check.check import Options
    from disclosure_check.config import Config
    from disclosure_check.model import Edit, PostReport, Severity
    from disclosure_check.reports import Tally
    from disclosure_check.reports.json_report import RunFacts
    from disclosure_check.rulebook import Rule, Rulebook

FINDINGS, FAILED = 1, 2
INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended
FORMATS = ("text", "json", "jsonl", "sarif", "github", "junit", "csv", "html")
DEFAULT_COLUMNS = 100  # where the report isn't shown on a terminal
LONGEST_LINE = 120  # columns; on a wider terminal nobody reads longer lines with ease
PATIENCE = 2.0  # seconds before a progress bar appears
UPDATE_EVERY = 0.1  # seconds


class Asked(Struct, frozen=True):
    """The options of `check` as typed."""

    paths: tuple[str, ...]
    format: str = "text"
    output: Path | None = None
    platform: str | None = None
    connections: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    lang: str | None = None
    packs: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    claims: Literal["auto", "always", "never"] | None = None
    nlp: Literal["cues", "model"] | None = None
    substantiation: Path | None = None
    today: str | None = None
    fail_on: str | None = None
    baseline: Path | None = None
    fix: bool = False
    diff: bool = False
    since: str | None = None
    columns: tuple[tuple[str, str], ...] = ()  # our names of a record's fields, and the file's own
    stdin_filename: str | None = None
    statistics: bool = False
    quiet: bool = False
    color: str = "auto"
    config: Path | None = None
    isolated: bool = False
    jobs: int | None = None  # None: as many as there are cores
    no_cache: bool = False
    cache_dir: str | None = None


def run_check(asked: Asked) -> int:
    """Check what was asked for, write the report, and return the exit code. Raises DisclosureCheckError if that can't be done."""
    config = read_config(asked)
    folders = pack_folders(asked, config)

    from disclosure_check.check import check_substantiation
    from disclosure_check.loading import configured_rulebook
    from disclosure_check.reports import Tally
    from disclosure_check.reports.output import open_output

    load = partial(configured_rulebook, folders, config)
    rulebook = load()
    if not rulebook.rules:
        raise ConfigError("there are no rules, so nothing can be checked; install disclosure-check again")
    options = checked_options(asked, rulebook, config)
    piped = sys.stdin.buffer.read() if asked.paths == ("-",) and (asked.fix or asked.diff) else None
    tally = Tally()
    fail_on = asked.fail_on or (config and config.fail_on) or "error"
    is_filter = piped is not None and asked.fix  # the mended text goes where the report would go
    with (
        open_output(asked.output, is_json=asked.format != "text" or asked.diff, is_error_stream=is_filter) as stream,
        closing(reports_on(asked, load, rulebook, options, piped)) as found,
    ):
        evidence = [check_substantiation(rulebook, options.substantiation)] if options.substantiation else []
        evidence = [report for report in evidence if report.findings]
        checked = _narrowed(found, asked, config, rulebook)
        if asked.fix or asked.diff:
            checked = _mended(checked, asked, rulebook, options, piped, stream)
        checked = chain(evidence, checked)
        reports = _show_progress(tally.watch(checked), quiet=asked.quiet)
        run = _Run(
            facts=partial(_run_facts, asked, rulebook, options, folders),
            rules=partial(_all_rules, folders),
            failing=_failing(fail_on),
            rule_pages=None if config is None else config.rule_pages,
        )
        _write_report(asked, tell_errors(reports, asked), stream, tally, run)
        require_posts(tally.posts - len(evidence), asked.paths)
    if (asked.output is not None or asked.diff) and not asked.quiet:
        from disclosure_check.reports.text import summary

        tell(summary(tally, is_dry=asked.diff))
    return _exit_code(tally, fail_on)


def _narrowed(reports: Iterator[PostReport], asked: Asked, config: Config | None, rulebook: Rulebook) -> Iterator[PostReport]:
    """Return the reports without what the baseline accepts or `--since` leaves out, and one on needless tables of the configuration."""
    if config is not None and config.suppressions:
        from disclosure_check.suppression import with_unused_entries

        reports = with_unused_entries(reports, config, rulebook, are_all=any(map(os.path.isdir, asked.paths)))
    path = asked.baseline or (config.folder / config.baseline if config is not None and config.baseline else None)
    if path is not None:
        from disclosure_check.baseline import accept_known, read_baseline

        reports = accept_known(reports, read_baseline(path))
    if asked.since is not None:
        from pathlib import Path

        from disclosure_check.since import changed_lines, keep_changed

        reports = keep_changed(reports, changed_lines(asked.since, Path.cwd()))
    return reports


def _mended(
    reports: Iterator[PostReport], asked: Asked, rulebook: Rulebook, options: Options, piped: bytes | None, stream: TextIO
) -> Iterator[PostReport]:
    """Yield the reports on the posts as `--fix` leaves them; with `--diff` as they are, and the difference goes to `stream`.

    What was piped in goes to standard output, mended.
    """
    from disclosure_check.check import check_post
    from disclosure_check.fixes import Run, apply_fixes, read_exactly, write_file
    from disclosure_check.repairs import apply_edits

    text = piped.decode(errors="surrogateescape") if piped is not None else ""

    def show(path: str, text: str, edits: Sequence[Edit]) -> None:
        from disclosure_check.unified_diff import unified_diff

        diff = unified_diff(path if path != "-" else "stdin", text, edits)
        _write(stream, _colored_diff(diff) if use_color(asked.color, stream) else diff)

    def keep(_: str, old: str, edits: Sequence[Edit]) -> None:
        nonlocal text
        text = apply_edits(old, edits)

    run = Run(
        recheck=partial(check_post, rulebook=rulebook, options=options),
        read=read_exactly if piped is None else lambda _: text,
        write=show if asked.diff else write_file if piped is None else keep,
        tell=tell,
        columns=_columns_of_records(asked, options),
        is_narrowed=asked.baseline is not None or asked.since is not None or bool(options.config and options.config.baseline),
        is_shown_only=asked.diff,
    )
    yield from apply_fixes(reports, run)
    if piped is not None and asked.fix:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode(errors="surrogateescape"))
        sys.stdout.buffer.flush()


def _colored_diff(diff: str) -> str:
    import click

    colors = {"+": "green", "-": "red", "@": "cyan"}
    return "\n".join(click.style(line, fg=None if line.startswith(("+++ ", "--- ")) else colors.get(line[:1])) for line in diff.split("\n"))


def read_config(asked: Asked) -> Config | None:
    if asked.config is None and asked.isolated:
        return None
    from disclosure_check.loading import find_config

    path = asked.config or find_config(os.getcwd())
    if path is None:
        return None
    from pathlib import Path

    from disclosure_check.config import load_config

    return load_config(Path(os.path.relpath(path)) if asked.config is None else path)


def pack_folders(asked: Asked, config: Config | None) -> list[Path]:
    from disclosure_check.loading import configured_packs, pack_folder

    return [*configured_packs(config), *map(pack_folder, asked.packs)]


def checked_options(asked: Asked, rulebook: Rulebook, config: Config | None) -> Options:
    from disclosure_check.loading import configured_substantiation
    from disclosure_check.options import build_options

    return build_options(
        rulebook,
        platform=asked.platform,
        connections=asked.connections,
        brands=asked.brands,
        lang=asked.lang,
        select=asked.select,
        ignore=asked.ignore,
        claims=asked.claims,
        nlp=asked.nlp or cast("Literal['cues', 'model'] | None", config and config.nlp) or "cues",
        substantiation=asked.substantiation or configured_substantiation(config) or _nearest_substantiation(isolated=asked.isolated),
        today=asked.today,
        config=config,
        with_view=asked.format == "html",
    )


def reports_on(
    asked: Asked, load: Callable[[], Rulebook], rulebook: Rulebook, options: Options, piped: bytes | None = None
) -> Generator[PostReport]:
    """Yield the reports on the posts of a run, in order; `rulebook` is what `load` gives. Close it to end the processes that it started."""
    from disclosure_check.batches import FAULT, Job, check_paths, usable_cores
    from disclosure_check.readers.facts import Facts
    from disclosure_check.readers.files import Reading

    defaults = Facts(platform=options.platform, connections=options.connections, brands=options.brands, lang=options.lang)
    reading = Reading(_columns_of_records(asked, options), defaults, asked.stdin_filename)
    outcomes = check_paths(
        asked.paths,
        Job(load, options, reading, _cache(asked, options)),
        rulebook,
        jobs=1 if asked.fix else asked.jobs or usable_cores(),  # a file that is named twice is mended before it is read again
        is_excluded=_excluded(options.config),
        stdin=None if piped is None else BytesIO(piped),
    )
    told: set[str] = set()
    with closing(outcomes):
        for outcome in outcomes:
            if outcome.traceback is not None and outcome.traceback not in told:
                told.add(outcome.traceback)
                tell(f"{outcome.traceback}Error: {FAULT}")
            if outcome.trouble is not None and "cache" not in told:
                told.add("cache")
                tell(f"Warning: {outcome.trouble}")
            if outcome.report is not None:
                yield outcome.report


def _cache(asked: Asked, options: Options) -> CacheSetup | None:
    """Return where results are kept, or None if they aren't."""
    if asked.no_cache:
        return None
    from disclosure_check.cache import CacheSetup, cache_folder

    folder = cache_folder(asked.cache_dir)
    return None if folder is None else CacheSetup(folder, tuple(pack_folders(asked, options.config)), options)


def _columns_of_records(asked: Asked, options: Options) -> dict[str, str]:
    return {**(options.config.columns if options.config else {}), **dict(asked.columns)}


def _excluded(config: Config | None) -> Callable[[str], bool] | None:
    if config is None or not config.exclude:
        return None
    from disclosure_check.site import matches

    return partial(matches, config, config.exclude)


def _nearest_substantiation(*, isolated: bool) -> Path | None:
    from disclosure_check.loading import nearest_substantiation

    found = None if isolated else nearest_substantiation(os.getcwd())
    if found is None:
        return None
    from pathlib import Path

    return Path(os.path.relpath(found))


def _run_facts(asked: Asked, rulebook: Rulebook, options: Options, folders: Sequence[Path]) -> RunFacts:
    from disclosure_check.reports.json_report import RunFacts, digest_packs
    from disclosure_check.rulebook import rules_dir

    known = options.substantiation
    approved = {"path": str(known.path), "claims": len(known.claims), "today": known.today.isoformat()} if known else None
    nlp: dict[str, str] = {"setup": options.nlp}
    if options.nlp == "model":
        from disclosure_check.nlp import model_facts

        nlp |= model_facts()
    return RunFacts(len(rulebook.names), asked.packs, digest_packs([rules_dir(), *folders]), nlp, approved, _config_facts(options.config))


def _config_facts(config: Config | None) -> dict[str, str] | None:
    if config is None or config.path is None:
        return None
    from hashlib import sha256

    return {"path": str(config.path), "sha256": sha256(config.path.read_bytes()).hexdigest()}


def require_posts(posts: int, paths: Sequence[str]) -> None:
    if not posts:
        raise ConfigError(f"no posts found in {', '.join(paths)}; name Markdown, HTML, text or JSONL files, or a folder of them")


class _Run(Struct, frozen=True):
    """What a report may say about its run; what costs time is looked up only by the formats that say it."""

    facts: Callable[[], RunFacts]
    rules: Callable[[], Sequence[Rule]]  # all of them, with their texts
    failing: tuple[Severity, ...]  # the severities that make the exit code 1
    rule_pages: str | None  # the address at which the repository publishes the pages of the rules


def _all_rules(folders: Sequence[Path]) -> Sequence[Rule]:
    from disclosure_check.rulebook import load_rulebook

    return load_rulebook(folders, examples=True).rules


def _write_report(asked: Asked, reports: Iterable[PostReport], stream: TextIO, tally: Tally, run: _Run) -> None:
    write = partial(_write, stream)
    if asked.diff:
        for _ in reports:  # what would change is written as they come
            pass
        return
    if asked.format == "text":
        from disclosure_check.reports.text import plain, write_text

        style = colored() if use_color(asked.color, stream) else plain
        write_text(reports, write, tally, columns=columns_of(stream), style=style, statistics=asked.statistics, quiet=asked.quiet)
        return
    _write_document(asked.format, reports, write, tally, run)
    if asked.statistics:
        from disclosure_check.reports.text import statistics_lines

        tell("\n".join(statistics_lines(tally)))


def _write_document(format: str, reports: Iterable[PostReport], write: Callable[[str], object], tally: Tally, run: _Run) -> None:
    """Write the report in one of the formats for programs."""
    if format == "jsonl":
        from disclosure_check.reports.jsonl import write_jsonl

        write_jsonl(reports, write)
    elif format == "csv":
        from disclosure_check.reports.table import write_csv

        write_csv(reports, write)
    elif format == "junit":
        from disclosure_check.reports.junit import write_junit

        write_junit(reports, write, run.failing)
    elif format == "sarif":
        from pathlib import Path

        from disclosure_check.reports.places import repository_root
        from disclosure_check.reports.sarif import write_sarif

        root = repository_root(Path.cwd())
        write_sarif(reports, write, tally, rules=run.rules(), facts=run.facts(), root=root, rule_pages=run.rule_pages)
    elif format == "github":
        from pathlib import Path

        from disclosure_check.reports.github import write_github
        from disclosure_check.reports.places import repository_root

        summary_file = os.environ.get("GITHUB_STEP_SUMMARY")
        summary_path = Path(summary_file) if summary_file else None
        write_github(reports, write, tally, root=repository_root(Path.cwd()), summary_path=summary_path)
    elif format == "html":
        from disclosure_check.reports.html_report import write_html

        write_html(reports, write, tally, rules=run.rules(), facts=run.facts())
    else:
        from disclosure_check.reports.json_report import write_json

        write_json(reports, write, tally, run.facts())


def tell_errors(reports: Iterable[PostReport], asked: Asked) -> Iterator[PostReport]:
    """Yield the reports; say on standard error what could not be checked, where the report itself isn't read by a person."""
    for report in reports:
        if report.error is not None and (asked.format not in ("text", "github") or asked.output is not None or asked.diff):
            tell(f"Error: {report.error}")
        yield report


def _show_progress(reports: Iterable[PostReport], *, quiet: bool) -> Iterator[PostReport]:
    """Yield the reports, with a bar on standard error once a run on a terminal takes a while."""
    if quiet or not sys.stderr.isatty():
        yield from reports
        return
    from itertools import repeat
    from time import monotonic

    import click

    next_update = monotonic() + PATIENCE
    with click.progressbar(repeat(None), label="Checking", show_pos=True, show_eta=False, file=sys.stderr, hidden=True) as bar:
        try:
            for done, report in enumerate(reports, 1):
                if monotonic() >= next_update:
                    bar.hidden = False
                    bar.update(done - bar.pos)
                    next_update = monotonic() + UPDATE_EVERY
                if not bar.hidden and (report.findings or report.error is not None):
                    _clear_line()  # the finding takes the bar's place, which comes back below it
                yield report
        finally:
            if not bar.hidden:
                _clear_line()
                bar.hidden = True


def _clear_line() -> None:
    sys.stderr.write("\r\x1b[K\x1b[?25h")  # also shows the cursor again, which the bar hides
    sys.stderr.flush()


def _exit_code(tally: Tally, fail_on: str) -> int:
    if tally.unchecked:
        return FAILED
    return FINDINGS if any(tally.severities[severity] for severity in _failing(fail_on)) else 0


def _failing(fail_on: str) -> tuple[Severity, ...]:
    """Return the severities at or above `fail_on`."""
    severities: dict[str, tuple[Severity, ...]] = {
        "error": ("error",), "warning": ("error", "warning"), "info": ("error", "warning", "info"), "never": (),
    }  # fmt: skip
    return severities[fail_on]


def colored() -> Callable[..., str]:
    """Return what colors a text."""
    from click import style

    return style


def use_color(color: str, stream: TextIO) -> bool:
    if color == "auto":
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return color == "always"


def columns_of(stream: TextIO) -> int:
    if not stream.isatty():
        return DEFAULT_COLUMNS
    from shutil import get_terminal_size

    return max(40, min(get_terminal_size().columns, LONGEST_LINE))


def tell(text: str) -> None:
    """Write a line to standard error."""
    _write(sys.stderr, f"{text}\n")


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()


def failed(error: BaseException) -> int:
    """Tell what kept the program from its work, and return the exit code, which is never 1: that means findings."""
    if isinstance(error, BrokenPipeError):
        # Whoever read the report has gone. What Python flushes at its end must not complain about that.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    if isinstance(error, KeyboardInterrupt):
        tell("Interrupted.")
        return INTERRUPTED
    if isinstance(error, DisclosureCheckError):
        tell(f"Error: {error}")
        return FAILED
    from traceback import format_exception

    tell(
        f"{''.join(format_exception(error))}Error: this is a fault of disclosure-check, not of your posts; please report it with the lines above"
    )
    return FAILED
