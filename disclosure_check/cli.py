"""The command: parse what the user typed, call the library, write the report, choose the exit code.

Commands import what they need when they run, so that `--help` and a check of one post start fast.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from functools import partial
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal, TextIO, cast

import click
from msgspec import Struct

from disclosure_check import __version__
from disclosure_check.errors import ConfigError, DisclosureCheckError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from pathlib import Path

    from click.shell_completion import CompletionItem

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
RECORD_FIELDS = (
    "id", "text", "title", "platform", "lang", "medium", "connection", "brand", "platform_label", "date", "format",
    "parts", "transcript", "description", "overlay", "alt", "audience",
)  # fmt: skip
DEFAULT_COLUMNS = 100  # where the report isn't shown on a terminal
LONGEST_LINE = 120  # columns; on a wider terminal nobody reads longer lines with ease
PATIENCE = 2.0  # seconds before a progress bar appears
UPDATE_EVERY = 0.1  # seconds


class _Failure(click.ClickException):
    """One of our errors, shown the way click shows its own."""

    exit_code = FAILED


class _Command(click.Group):
    """The top command. Whatever goes wrong ends with exit code 2, never with 1, which means findings."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except DisclosureCheckError as error:
            raise _Failure(str(error)) from error
        except BrokenPipeError:
            # Whoever read the report has gone. What Python flushes at its end must not complain about that.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(FAILED)
        except (KeyboardInterrupt, click.Abort):
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)
        except Exception:
            import traceback

            traceback.print_exc()
            raise _Failure("this is a fault of disclosure-check, not of your posts; please report it with the lines above") from None


class _Path(click.Path):
    """A path as `pathlib` has it, which is imported only where one is given."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from pathlib import Path

        return Path(os.fsdecode(super().convert(value, param, ctx)))


@click.group(cls=_Command, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="disclosure-check", message="%(prog)s %(version)s")
def cli() -> None:
    """Find missing, unclear and badly placed disclosures in sponsored, gifted and affiliate posts.

    \b
    Try:
      disclosure-check check post.md
      disclosure-check check content/ --format json --output report.json
      echo "Use MIA20 at Acme!" | disclosure-check check - --platform instagram
      disclosure-check explain DC101

    It knows the guidance of the US Federal Trade Commission. It never says that a post is lawful:
    it shows what it found, or says "no findings". This is not legal advice.
    """


def _complete_path(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def _complete_rule(_context: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from disclosure_check.rulebook import load_rulebook

    names = load_rulebook().names
    return [CompletionItem(id, help=name) for id, name in names.items() if id.startswith(incomplete.upper())]


@cli.command(short_help="Check posts.")
@click.argument("paths", nargs=-1, metavar="[PATH|-]...", shell_complete=_complete_path)
@click.option("--format", "format", default="text", metavar="NAME", help="text (default), json, jsonl, sarif, github, junit, csv or html.")
@click.option("--output", type=_Path(dir_okay=False), help="Write the report to this file.")
@click.option("--platform", metavar="NAME", help="Where posts that don't say it appear: instagram, youtube, blog ...")
@click.option("--connection", "connections", multiple=True, metavar="KIND[,KIND]", help="The tie to the brand of posts that declare none.")
@click.option("--brand", "brands", multiple=True, metavar="NAME", help="The brand of posts that name none.")
@click.option("--lang", metavar="CODE", help="The language of posts that name none. Only English has rules.")
@click.option("--rules", "packs", multiple=True, metavar="DIR|package:NAME", help="Add a pack of rules. Repeatable.")
@click.option("--select", multiple=True, metavar="IDS", help="Report only these rules: DC101,DC3 (all DC3xx) or names.")
@click.option("--ignore", multiple=True, metavar="IDS", help="Don't report these rules.")
@click.option(
    "--claims", type=click.Choice(["auto", "always", "never"]), help="Look for claims: auto (default) is in posts with a connection."
)
@click.option("--nlp", type=click.Choice(["cues", "model"]), help="Judge claims by cue words (default), or by a parse as well.")
@click.option("--substantiation", metavar="FILE", type=_Path(), help="Approved claims; else the nearest substantiation.toml.")
@click.option("--today", metavar="DATE", help="The day for which proof must not have expired: 2026-05-31.")
@click.option("--fail-on", type=click.Choice(["error", "warning", "info", "never"]), help="What makes the exit code 1: error (default) ...")
@click.option("--baseline", metavar="FILE", type=_Path(), help="Leave out the findings accepted in this file.")
@click.option("--fix", is_flag=True, help="Mend in the files what needs no judgement, and report what is left; see --diff.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, as a unified diff in place of the report; write nothing.")
@click.option("--since", metavar="REV", help="Only findings on lines changed since a revision of git: main, HEAD, v1.2.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=NAME", help="Another name of a record's field: text=caption.")
@click.option("--stdin-filename", metavar="NAME", help="Treat standard input like a file of this name.")
@click.option("--statistics", is_flag=True, help="Count the findings by rule.")
@click.option("--quiet", is_flag=True, help="Only findings: no summary, no progress.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="auto: on a terminal without NO_COLOR.")
@click.option("--config", metavar="FILE", type=_Path(), help="Else the nearest disclosure-check.toml or pyproject.toml.")
@click.option("--isolated", is_flag=True, help="Look for no configuration and no substantiation.toml; read only what is named here.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Check in N processes where it pays; else in one per core.")
@click.option("--no-cache", is_flag=True, help="Check every post anew, and keep nothing for the next run.")
@click.option("--cache-dir", metavar="DIR", type=click.Path(file_okay=False), help="Keep results here; else in the user's cache.")
def check(**asked: Any) -> None:
    """Check posts: Markdown, HTML and text files, JSONL with a post a line, folders of them, or - for standard input.

    \b
    Examples:
      disclosure-check check content/posts
      disclosure-check check captions.jsonl --column text=caption --platform instagram
      disclosure-check check draft.txt --platform tiktok --connection gift --brand Acme
      disclosure-check check drafts --select DC1,DC3 --fail-on warning

    \b
    Kinds of connection: paid, gift, affiliate, discount, employee, consultant, family, equity,
    contest, travel, loan; or none. What a post says about itself goes before the options.
    Exit code 0: nothing at or above --fail-on. 1: findings. 2: something was not checked.
    """
    _run_check(_Asked(**asked))


class _Asked(Struct, frozen=True):
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
    columns: tuple[str, ...] = ()
    stdin_filename: str | None = None
    statistics: bool = False
    quiet: bool = False
    color: str = "auto"
    config: Path | None = None
    isolated: bool = False
    jobs: int | None = None  # None: as many as there are cores
    no_cache: bool = False
    cache_dir: str | None = None


def _run_check(asked: _Asked) -> None:
    _require_paths(asked.paths)
    _require_format(asked.format)
    _require_fitting_fixes(asked)
    config = _config(asked)
    folders = _pack_folders(asked, config)

    from disclosure_check.check import check_substantiation
    from disclosure_check.loading import configured_rulebook
    from disclosure_check.reports import Tally
    from disclosure_check.reports.output import open_output

    load = partial(configured_rulebook, folders, config)
    rulebook = load()
    if not rulebook.rules:
        raise ConfigError("there are no rules, so nothing can be checked; install disclosure-check again")
    options = _options(asked, rulebook, config)
    piped = sys.stdin.buffer.read() if asked.paths == ("-",) and (asked.fix or asked.diff) else None
    tally = Tally()
    fail_on = asked.fail_on or (config and config.fail_on) or "error"
    is_filter = piped is not None and asked.fix  # the mended text goes where the report would go
    with (
        open_output(asked.output, is_json=asked.format != "text" or asked.diff, is_error_stream=is_filter) as stream,
        closing(_reports(asked, load, rulebook, options, piped)) as found,
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
        _write_report(asked, _tell_errors(reports, asked), stream, tally, run)
        _require_posts(tally.posts - len(evidence), asked.paths)
    if (asked.output is not None or asked.diff) and not asked.quiet:
        from disclosure_check.reports.text import summary

        click.echo(summary(tally, is_dry=asked.diff), err=True)
    sys.exit(_exit_code(tally, fail_on))


def _narrowed(reports: Iterator[PostReport], asked: _Asked, config: Config | None, rulebook: Rulebook) -> Iterator[PostReport]:
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
    reports: Iterator[PostReport], asked: _Asked, rulebook: Rulebook, options: Options, piped: bytes | None, stream: TextIO
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
        click.echo(_colored_diff(diff) if _use_color(asked.color, stream) else diff, file=stream, nl=False, color=True)

    def keep(_: str, old: str, edits: Sequence[Edit]) -> None:
        nonlocal text
        text = apply_edits(old, edits)

    run = Run(
        recheck=partial(check_post, rulebook=rulebook, options=options),
        read=read_exactly if piped is None else lambda _: text,
        write=show if asked.diff else write_file if piped is None else keep,
        tell=partial(click.echo, err=True),
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
    colors = {"+": "green", "-": "red", "@": "cyan"}
    return "\n".join(click.style(line, fg=None if line.startswith(("+++ ", "--- ")) else colors.get(line[:1])) for line in diff.split("\n"))


def _config(asked: _Asked) -> Config | None:
    if asked.config is None and asked.isolated:
        return None
    from disclosure_check.loading import find_config

    path = asked.config or find_config(os.getcwd())
    if path is None:
        return None
    from pathlib import Path

    from disclosure_check.config import load_config

    return load_config(Path(os.path.relpath(path)) if asked.config is None else path)


def _pack_folders(asked: _Asked, config: Config | None) -> list[Path]:
    from disclosure_check.loading import configured_packs, pack_folder

    return [*configured_packs(config), *map(pack_folder, asked.packs)]


def _options(asked: _Asked, rulebook: Rulebook, config: Config | None) -> Options:
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


def _reports(
    asked: _Asked, load: Callable[[], Rulebook], rulebook: Rulebook, options: Options, piped: bytes | None = None
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
                click.echo(f"{outcome.traceback}Error: {FAULT}", err=True)
            if outcome.trouble is not None and "cache" not in told:
                told.add("cache")
                click.echo(f"Warning: {outcome.trouble}", err=True)
            if outcome.report is not None:
                yield outcome.report


def _cache(asked: _Asked, options: Options) -> CacheSetup | None:
    """Return where results are kept, or None if they aren't."""
    if asked.no_cache:
        return None
    from disclosure_check.cache import CacheSetup, cache_folder

    folder = cache_folder(asked.cache_dir)
    return None if folder is None else CacheSetup(folder, tuple(_pack_folders(asked, options.config)), options)


def _columns_of_records(asked: _Asked, options: Options) -> dict[str, str]:
    return {**(options.config.columns if options.config else {}), **_column_names(asked.columns)}


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


def _run_facts(asked: _Asked, rulebook: Rulebook, options: Options, folders: Sequence[Path]) -> RunFacts:
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


def _require_posts(posts: int, paths: Sequence[str]) -> None:
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


def _write_report(asked: _Asked, reports: Iterable[PostReport], stream: TextIO, tally: Tally, run: _Run) -> None:
    def write(text: str) -> None:
        click.echo(text, file=stream, nl=False, color=True)  # whether to color is decided below

    if asked.diff:
        for _ in reports:  # what would change is written as they come
            pass
        return
    if asked.format == "text":
        from disclosure_check.reports.text import plain, write_text

        style = click.style if _use_color(asked.color, stream) else plain
        write_text(reports, write, tally, columns=_columns(stream), style=style, statistics=asked.statistics, quiet=asked.quiet)
        return
    _write_document(asked.format, reports, write, tally, run)
    if asked.statistics:
        from disclosure_check.reports.text import statistics_lines

        click.echo("\n".join(statistics_lines(tally)), err=True)


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


def _tell_errors(reports: Iterable[PostReport], asked: _Asked) -> Iterator[PostReport]:
    """Yield the reports; say on standard error what could not be checked, where the report itself isn't read by a person."""
    for report in reports:
        if report.error is not None and (asked.format not in ("text", "github") or asked.output is not None or asked.diff):
            click.echo(f"Error: {report.error}", err=True)
        yield report


def _show_progress(reports: Iterable[PostReport], *, quiet: bool) -> Iterator[PostReport]:
    """Yield the reports, with a bar on standard error once a run on a terminal takes a while."""
    if quiet or not sys.stderr.isatty():
        yield from reports
        return
    from itertools import repeat
    from time import monotonic

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


def _require_paths(paths: Sequence[str]) -> None:
    if not paths:
        raise click.UsageError(
            "no PATH given. Name a file or a folder, or - for standard input:\n"
            "  disclosure-check check content/posts\n"
            "  disclosure-check check - --platform instagram < caption.txt"
        )


def _require_fitting_fixes(asked: _Asked) -> None:
    if asked.fix and asked.diff:
        raise click.UsageError("--fix writes the changes and --diff only shows them; choose one of the two")
    if asked.diff and asked.format != "text":
        raise click.UsageError(f"--diff takes the place of the report; leave --format {asked.format} out")
    if asked.fix and "-" in asked.paths and len(asked.paths) > 1:
        raise click.UsageError("with --fix, the mended text of standard input goes to standard output; name - alone, or files")


def _require_format(name: str) -> None:
    if name not in FORMATS:
        raise click.BadParameter(f"there is no format {name!r}; the formats are {', '.join(FORMATS)}", param_hint="'--format'")


def _column_names(items: Iterable[str]) -> dict[str, str]:
    columns = {}
    for item in items:
        field, _, name = item.partition("=")
        if field not in RECORD_FIELDS or not name:
            raise click.BadParameter(
                f"{item!r} isn't FIELD=NAME, such as text=caption; the fields are {', '.join(RECORD_FIELDS)}", param_hint="'--column'"
            )
        columns[field] = name
    return columns


def _use_color(color: str, stream: TextIO) -> bool:
    if color == "auto":
        return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return color == "always"


def _columns(stream: TextIO) -> int:
    if not stream.isatty():
        return DEFAULT_COLUMNS
    from shutil import get_terminal_size

    return max(40, min(get_terminal_size().columns, LONGEST_LINE))


@cli.command()
@click.argument("rule", metavar="RULE", shell_complete=_complete_rule)
@click.option("--rules", "packs", multiple=True, metavar="DIR|package:NAME", help="Add a pack of rules. Repeatable.")
def explain(rule: str, packs: tuple[str, ...]) -> None:
    """Show what a rule says, why, its examples and its sources. RULE is an id such as DC101, or a name."""
    from disclosure_check.explain import render_page
    from disclosure_check.loading import pack_folder
    from disclosure_check.options import find_rules
    from disclosure_check.reports.text import plain
    from disclosure_check.rulebook import load_rulebook

    rulebook = load_rulebook([pack_folder(pack) for pack in packs], examples=True)
    wanted = find_rules(rulebook, rule)
    style = click.style if _use_color("auto", sys.stdout) else plain
    _show("\n\n".join(render_page(found, style) for found in rulebook.rules if found.id in wanted))


@cli.command(short_help="List the rules, or write a page of each.")
@click.option(
    "--format",
    "format",
    type=click.Choice(["text", "json", "markdown", "html"]),
    default="text",
    help="text (default), json, markdown, or html with --output.",
)
@click.option(
    "--output",
    metavar="DIR",
    type=_Path(file_okay=False),
    help="Write a page for each rule and an index here, as markdown or html.",
)
@click.option("--rules", "packs", multiple=True, metavar="DIR|package:NAME", help="Add a pack of rules. Repeatable.")
def rules(format: str, output: Path | None, packs: tuple[str, ...]) -> None:
    """List the rules with their severity and what they find, or write a page for each.

    \b
    Examples:
      disclosure-check rules
      disclosure-check rules --format html --output rule-pages
    """
    from disclosure_check import explain as pages
    from disclosure_check.loading import pack_folder
    from disclosure_check.rulebook import load_rulebook

    if output is None and format == "html":
        raise click.UsageError("--format html writes a page for each rule; name a folder for them with --output")
    if output is not None and format not in ("html", "markdown"):
        raise click.UsageError(f"--output takes pages in html or markdown; {format} is one list, and goes to standard output")
    rulebook = load_rulebook([pack_folder(pack) for pack in packs], examples=True)
    if output is not None:
        from disclosure_check.pages import write_pages

        written = write_pages(rulebook, output, cast("Literal['html', 'markdown']", format))
        click.echo(f"{output}: {written:,} pages and an index written.", err=True)
        return
    render = {"text": pages.list_as_text, "json": pages.list_as_json, "markdown": pages.list_as_markdown}[format]
    _show(render(rulebook))


@cli.command(short_help="Run the examples of a rule pack.")
@click.argument("folder", metavar="DIR", type=_Path(exists=True))
def test(folder: Path) -> None:
    """Run the examples in the rule files of DIR (or in one rule file), and count how many each rule has.

    Exit code 0: all come out as the rule files say. 1: some don't. 2: a rule file is wrong, or nothing was run.
    """
    from pathlib import Path

    from disclosure_check.explain import render_results, run_examples
    from disclosure_check.rulebook import load_rulebook, rules_dir

    folder = folder.resolve()
    own = rules_dir().resolve()
    is_own = folder == own or own in folder.parents
    rulebook = load_rulebook([] if is_own else [folder if folder.is_dir() else folder.parent], examples=True)
    tested = [rule for rule in rulebook.rules if folder == Path(rule.path).resolve() or folder in Path(rule.path).resolve().parents]
    if not tested:
        raise ConfigError(f"{folder}: no rule files here; a rule is a TOML file with an id such as DC101")
    results = list(run_examples(tested, rulebook))
    if not results:
        raise ConfigError(f"{folder}: the rules here have no examples; add [[invalid]] and [[valid]] tables")
    _show(render_results(tested, results))
    sys.exit(0 if all(result.passed for result in results) else FINDINGS)


@cli.group(short_help="Record, prune and show accepted findings.")
def baseline() -> None:
    """Accept the findings that are there today, so that a check tells only of new ones.

    \b
    Examples:
      disclosure-check baseline create content
      disclosure-check check content --baseline disclosure-check.baseline
      disclosure-check baseline prune content

    An entry is a rule, a path and a hash of the words around the finding: no line numbers, so it survives
    moved text. The file is sorted, one entry a line; write a "reason" into an entry to say why it may stay.
    """


_baseline_file = click.option("--file", "target", default="disclosure-check.baseline", show_default=True, type=_Path(dir_okay=False))


@baseline.command("create", short_help="Write the findings of today into the baseline.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_baseline_file
@click.option("--config", metavar="FILE", type=_Path(), help="Else the nearest disclosure-check.toml or pyproject.toml.")
@click.option("--force", is_flag=True, help="Write an existing file anew; its reasons are kept.")
def baseline_create(paths: tuple[str, ...], target: Path, config: Path | None, *, force: bool) -> None:
    """Write each error and warning found in PATHs into the baseline. Exit code 2: a file could not be checked, and nothing is written."""
    from disclosure_check.baseline import make_entries, read_baseline, write_baseline

    if target.exists() and not force:
        raise ConfigError(f"{target} exists already and is left as it is; take out what is gone with `baseline prune`, or add --force")
    old = read_baseline(target).entries if target.exists() else ()
    entries = make_entries(_all_reports(paths, config), target, old)
    write_baseline(target, entries)
    findings, files = sum(entry.count for entry in entries), len({entry.path for entry in entries})
    click.echo(f"{target} written: {findings:,} finding{'s' * (findings != 1)} in {files:,} file{'s' * (files != 1)}.")


@baseline.command("prune", short_help="Take out the entries that nothing needs any more.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@_baseline_file
@click.option("--config", metavar="FILE", type=_Path(), help="Else the nearest disclosure-check.toml or pyproject.toml.")
def baseline_prune(paths: tuple[str, ...], target: Path, config: Path | None) -> None:
    """Take out of the baseline what is no longer found in PATHs, and entries of files that are gone. Nothing is added."""
    from disclosure_check.baseline import make_entries, prune, read_baseline, write_baseline

    known = read_baseline(target)
    reports = _all_reports(paths, config)
    kept = prune(known, make_entries(reports, target), {known.place(report.post.path) for report in reports})
    write_baseline(target, kept)
    gone = sum(entry.count for entry in known.entries) - sum(entry.count for entry in kept)
    click.echo(f"{target}: {gone:,} taken out, {sum(entry.count for entry in kept):,} kept.")


@baseline.command("show", short_help="List the accepted findings.")
@_baseline_file
def baseline_show(target: Path) -> None:
    """List the entries of the baseline by file, with their reasons."""
    from itertools import groupby

    from disclosure_check.baseline import merge, read_baseline

    entries = merge(read_baseline(target).entries)
    parts = []
    for path, group in groupby(entries, key=lambda entry: entry.path):
        parts.append(f"{path}\n")
        for entry in group:
            count = f" ({entry.count} times)" if entry.count > 1 else ""
            parts.append(f'  {entry.rule}{count}  "{entry.words}"  {entry.reason or "no reason given"}\n')
    accepted = sum(entry.count for entry in entries)
    _show("".join(parts) + f"{accepted:,} accepted finding{'s' * (accepted != 1)}.\n")


def _all_reports(paths: tuple[str, ...], config: Path | None) -> list[PostReport]:
    """Return the reports on posts, for a baseline. Raises ConfigError if one of them could not be checked."""
    from disclosure_check.loading import configured_rulebook

    asked = _Asked(paths, config=config, no_cache=True)
    loaded = _config(asked)
    load = partial(configured_rulebook, _pack_folders(asked, loaded), loaded)
    rulebook = load()
    options = _options(asked, rulebook, loaded)
    with closing(_reports(asked, load, rulebook, options)) as found:
        reports = list(found)
    failed = next((report.error for report in reports if report.error is not None), None)
    if failed:
        raise ConfigError(f"{failed} (so the baseline is left as it was)")
    _require_posts(len(reports), paths)
    return reports


@cli.command(short_help="List the claims of posts, as a worksheet.")
@click.argument("paths", nargs=-1, metavar="[PATH|-]...")
@click.option("--format", "format", type=click.Choice(["text", "csv", "json"]), default="text", help="text (default), csv or json.")
@click.option("--output", type=_Path(dir_okay=False), help="Write the worksheet to this file.")
@click.option("--platform", metavar="NAME", help="Where posts that don't say it appear: instagram, youtube, blog ...")
@click.option("--brand", "brands", multiple=True, metavar="NAME", help="The brand of posts that name none.")
@click.option("--rules", "packs", multiple=True, metavar="DIR|package:NAME", help="Add a pack of rules. Repeatable.")
@click.option("--column", "columns", multiple=True, metavar="FIELD=NAME", help="Another name of a record's field: text=caption.")
@click.option("--nlp", type=click.Choice(["cues", "model"]), help="Judge claims by cue words (default), or by a parse as well.")
@click.option("--substantiation", metavar="FILE", type=_Path(), help="Approved claims; else the nearest substantiation.toml.")
@click.option("--today", metavar="DATE", help="The day for which proof must not have expired: 2026-05-31.")
@click.option("--config", metavar="FILE", type=_Path(), help="Else the nearest disclosure-check.toml or pyproject.toml.")
@click.option("--isolated", is_flag=True, help="Look for no configuration and no substantiation.toml; read only what is named here.")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Check in N processes where it pays; else in one per core.")
def claims(**asked: Any) -> None:
    """List all claims found in posts, with or without a connection, each with its standing: for whoever collects the proof.

    \b
    Examples:
      disclosure-check claims content/posts
      disclosure-check claims captions.jsonl --format csv --output claims.csv

    Exit code 0: the worksheet is written, whatever it holds. 2: something was not checked.
    """
    typed = _Asked(**asked, claims="always", fail_on="never", quiet=True, color="never", no_cache=True)
    _require_paths(typed.paths)

    from disclosure_check.loading import configured_rulebook
    from disclosure_check.reports import Tally
    from disclosure_check.reports.output import open_output
    from disclosure_check.reports.worksheet import write_worksheet

    config = _config(typed)
    load = partial(configured_rulebook, _pack_folders(typed, config), config)
    rulebook = load()
    options = _options(typed, rulebook, config)
    tally = Tally()
    with open_output(typed.output, is_json=typed.format == "json") as stream, closing(_reports(typed, load, rulebook, options)) as found:
        reports = _tell_errors(tally.watch(found), typed)
        write_worksheet(reports, partial(click.echo, file=stream, nl=False), typed.format, columns=_columns(stream))
        _require_posts(tally.posts, typed.paths)
    sys.exit(FAILED if tally.unchecked else 0)


@cli.command(short_help="Set a content repository up.")
@click.argument("folder", metavar="[DIR]", default=".", type=_Path(exists=True, file_okay=False))
@click.option("--hook", "with_hook", is_flag=True, help="Add the hook to an existing .pre-commit-config.yaml, too; all else in it stays.")
@click.option("--baseline", "with_baseline", is_flag=True, help="Accept the findings that are there today.")
def init(folder: Path, *, with_hook: bool, with_baseline: bool) -> None:
    """Look at the repository in DIR (default: here), and write a `disclosure-check.toml` that fits it.

    \b
    Written, unless it is there already:
      disclosure-check.toml     what keys, tags, layouts and shortcodes mean here; its comments say what to check
      substantiation.toml       a starter for the claims that your brand has proof for
      .pre-commit-config.yaml   the hook; if there is one, the entry is shown for pasting
      disclosure-check.baseline with --baseline: the findings of today, which a check leaves out from now on

    An existing file is left as it is. Exit code 2: a file could not be written, or no baseline could be made.
    """
    from disclosure_check.init import init as set_up
    from disclosure_check.reports.text import plain

    style = click.style if _use_color("auto", sys.stdout) else plain
    _show(set_up(folder, with_hook=with_hook, make_baseline=_first_baseline if with_baseline else None, style=style))


def _first_baseline(folder: Path, target: Path) -> str:
    from disclosure_check.baseline import make_entries, write_baseline
    from disclosure_check.loading import find_config
    from disclosure_check.starter import many

    entries = make_entries(_all_reports((str(folder),), find_config(folder.resolve())), target)
    write_baseline(target, entries)
    return f"{many(sum(entry.count for entry in entries), 'finding')} accepted in {many(len({entry.path for entry in entries}), 'file')}"


@cli.command(short_help="Check posts in an editor, as they are written.")
@click.option("--stdio", is_flag=True, help="Some editors add this; standard input and output are used with or without it.")
def lsp(*, stdio: bool) -> None:  # noqa: ARG001
    """Serve an editor by the Language Server Protocol, over standard input and output. docs/editors.md shows the settings of editors.

    Each open document is checked as `check` would check its file, with the configuration nearest to it.
    """
    from importlib.util import find_spec

    if find_spec("pygls") is None:
        raise ConfigError('pygls, which speaks to editors, isn\'t installed; run: pip install "disclosure-check[lsp]"')
    from disclosure_check.lsp import serve

    if sys.stdin.isatty():
        click.echo("This waits for an editor, which starts it itself; docs/editors.md shows how. Ctrl-C ends it.", err=True)
    serve()


@cli.command()
@click.argument("name", metavar="report|rule|config|substantiation", type=click.Choice(["report", "rule", "config", "substantiation"]))
def schema(name: str) -> None:
    """Print the JSON Schema of the JSON report, of a rule file, of the configuration or of a substantiation file."""
    from pathlib import Path

    _show((Path(__file__).parent / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))


def _show(text: str) -> None:
    from disclosure_check.reports.output import open_output

    with open_output(None, is_json=False) as stream:
        click.echo(text, file=stream, nl=False, color=True)
