"""The commands: parse what the user typed, and call the library.

Commands import what they need when they run, so that `--help` and a check of one post start fast.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

import click

from disclosure_check import __version__
from disclosure_check.errors import ConfigError
from disclosure_check.run import (
    FAILED,
    FINDINGS,
    FORMATS,
    Asked,
    checked_options,
    columns_of,
    failed,
    pack_folders,
    read_config,
    reports_on,
    require_posts,
    run_check,
    tell_errors,
    use_color,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from disclosure_check.model import PostReport

RECORD_FIELDS = (
    "id", "text", "title", "platform", "lang", "medium", "connection", "brand", "platform_label", "date", "format",
    "parts", "transcript", "description", "overlay", "alt", "audience",
)  # fmt: skip


class _Command(click.Group):
    """The top command. Whatever goes wrong ends with exit code 2, never with 1, which means findings."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except click.Abort:
            ctx.exit(failed(KeyboardInterrupt()))
        except (Exception, KeyboardInterrupt) as error:
            ctx.exit(failed(error))


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
    typed = Asked(**asked | {"columns": _column_names(asked["columns"])})
    _require_paths(typed.paths)
    _require_format(typed.format)
    _require_fitting_fixes(typed)
    sys.exit(run_check(typed))


def _require_paths(paths: Sequence[str]) -> None:
    if not paths:
        raise click.UsageError(
            "no PATH given. Name a file or a folder, or - for standard input:\n"
            "  disclosure-check check content/posts\n"
            "  disclosure-check check - --platform instagram < caption.txt"
        )


def _require_fitting_fixes(asked: Asked) -> None:
    if asked.fix and asked.diff:
        raise click.UsageError("--fix writes the changes and --diff only shows them; choose one of the two")
    if asked.diff and asked.format != "text":
        raise click.UsageError(f"--diff takes the place of the report; leave --format {asked.format} out")
    if asked.fix and "-" in asked.paths and len(asked.paths) > 1:
        raise click.UsageError("with --fix, the mended text of standard input goes to standard output; name - alone, or files")


def _require_format(name: str) -> None:
    if name not in FORMATS:
        raise click.BadParameter(f"there is no format {name!r}; the formats are {', '.join(FORMATS)}", param_hint="'--format'")


def _column_names(items: Iterable[str]) -> tuple[tuple[str, str], ...]:
    columns = []
    for item in items:
        field, _, name = item.partition("=")
        if field not in RECORD_FIELDS or not name:
            raise click.BadParameter(
                f"{item!r} isn't FIELD=NAME, such as text=caption; the fields are {', '.join(RECORD_FIELDS)}", param_hint="'--column'"
            )
        columns.append((field, name))
    return tuple(columns)


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
    style = click.style if use_color("auto", sys.stdout) else plain
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

    asked = Asked(paths, config=config, no_cache=True)
    loaded = read_config(asked)
    load = partial(configured_rulebook, pack_folders(asked, loaded), loaded)
    rulebook = load()
    options = checked_options(asked, rulebook, loaded)
    with closing(reports_on(asked, load, rulebook, options)) as found:
        reports = list(found)
    failed = next((report.error for report in reports if report.error is not None), None)
    if failed:
        raise ConfigError(f"{failed} (so the baseline is left as it was)")
    require_posts(len(reports), paths)
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
    typed = Asked(
        **asked | {"columns": _column_names(asked["columns"])}, claims="always", fail_on="never", quiet=True, color="never", no_cache=True
    )
    _require_paths(typed.paths)

    from disclosure_check.loading import configured_rulebook
    from disclosure_check.reports import Tally
    from disclosure_check.reports.output import open_output
    from disclosure_check.reports.worksheet import write_worksheet

    config = read_config(typed)
    load = partial(configured_rulebook, pack_folders(typed, config), config)
    rulebook = load()
    options = checked_options(typed, rulebook, config)
    tally = Tally()
    with open_output(typed.output, is_json=typed.format == "json") as stream, closing(reports_on(typed, load, rulebook, options)) as found:
        reports = tell_errors(tally.watch(found), typed)
        write_worksheet(reports, partial(click.echo, file=stream, nl=False), typed.format, columns=columns_of(stream))
        require_posts(tally.posts, typed.paths)
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

    style = click.style if use_color("auto", sys.stdout) else plain
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
