"""Serve an editor by the Language Server Protocol: diagnostics as posts are written, pages of rules, quick fixes.

Comes in: messages on standard input. Goes out: messages on standard output. `drafts` does the checking; the only thread
beside that of the messages runs it, one draft at a time. Only this module knows pygls, which the extra `lsp` installs.
"""

from __future__ import annotations

import asyncio
import logging
import re
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import accumulate
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lsprotocol import types
from msgspec import Struct
from msgspec.structs import replace
from pygls.capabilities import get_capability
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path, uri_scheme, urlparse

from disclosure_check import __version__
from disclosure_check.baseline import FILE as BASELINE
from disclosure_check.check import place
from disclosure_check.drafts import BOM, Draft, Outcome, Setups, examine
from disclosure_check.explain import render_page
from disclosure_check.loading import FILE, SHARED_FILE, SUBSTANTIATION
from disclosure_check.model import Post, PostReport
from disclosure_check.positions import index_lines
from disclosure_check.reports.edits import CONDITION, describe_edits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from disclosure_check.model import Edit, Finding
    from disclosure_check.positions import Lines

NAME = "disclosure-check"
PAUSE = 0.25  # seconds without a change before a draft is checked
MOST_DIAGNOSTICS = 1_000  # of a document; more take an editor long to draw, and nobody reads them
LONGEST_TYPED = 200_000  # characters, some two seconds of work; a longer draft is checked when it is opened or saved
WATCHED = (FILE, SHARED_FILE, SUBSTANTIATION, BASELINE)
SEVERITIES = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
    "info": types.DiagnosticSeverity.Information,
}
_MOST_RELATED = 8  # pieces of evidence shown with a diagnostic
# Characters that take more than one code unit, and the code units that one takes beyond the first.
_WIDE: dict[str, tuple[re.Pattern[str], Callable[[str], int]]] = {
    "utf-8": (re.compile(r"[^\x00-\x7f]"), lambda character: len(character.encode(errors="surrogatepass")) - 1),
    "utf-16": (re.compile(r"[\U00010000-\U0010ffff]"), lambda _: 1),
}

_log = logging.getLogger(__name__)


class Ruler(Struct, frozen=True):
    """Positions in a text as the editor counts them: lines from 0, columns in code units of its encoding."""

    lines: Lines
    wide: tuple[int, ...]  # offsets of the characters that take more than one code unit
    beyond: tuple[int, ...]  # how many code units beyond one each stand before the first, the second ... of them, and behind the last

    def position(self, offset: int) -> types.Position:
        """Return the position of an offset in code points."""
        where = self.lines.place(offset)
        start = self.lines.starts[where.line - 1]
        return types.Position(where.line - 1, offset - start + self._beyond(offset) - self._beyond(start))

    def range(self, start: int, end: int) -> types.Range:
        return types.Range(self.position(start), self.position(end))

    def line(self, number: int) -> types.Range:
        """Return the range of a whole line, counted from 1; of the last one, if there are fewer."""
        index = min(max(number, 1), len(self.lines.starts)) - 1
        return self.range(self.lines.starts[index], self.lines.ends[index])

    def _beyond(self, offset: int) -> int:
        return self.beyond[bisect_left(self.wide, offset)]


def measure(text: str, encoding: str) -> Ruler:
    """Return the ruler of a text, for one of the encodings of positions that the protocol knows."""
    if encoding not in _WIDE:
        return Ruler(index_lines(text), (), (0,))
    pattern, units = _WIDE[encoding]
    found = [] if text.isascii() else list(pattern.finditer(text))
    return Ruler(index_lines(text), tuple(match.start() for match in found), (0, *accumulate(units(match.group()) for match in found)))


class Shown(Struct, frozen=True):
    """A diagnostic, with the finding that it tells of."""

    diagnostic: types.Diagnostic
    finding: Finding | None = None  # None: something was not checked, or a note
    edits: tuple[types.TextEdit, ...] = ()  # that mend it, or would
    title: str = ""  # what they do


class Checked(Struct, frozen=True):
    """A draft with what was found in it."""

    draft: Draft
    outcome: Outcome
    shown: tuple[Shown, ...]


class Server(LanguageServer):
    """The server with the open drafts. It is a class because pygls gives a handler the server and nothing else."""

    def __init__(self) -> None:
        super().__init__(NAME, __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.drafts: dict[str, Draft] = {}  # by URI, as the editor writes it
        self.checked: dict[str, Checked] = {}
        self.pending: dict[str, asyncio.Task[None]] = {}
        self.setups: Setups = {}
        self.examiner = ThreadPoolExecutor(max_workers=1)

    def supports(self, capability: str) -> bool:
        """Return whether the editor says that it can do something: "text_document.hover.content_format"."""
        return bool(get_capability(self.client_capabilities, capability))


def serve() -> None:
    """Serve the editor on standard input and output until it says that it is done, or is gone."""
    make_server().start_io()


def make_server() -> Server:
    """Return the server with all that it answers to."""
    server = Server()
    fixes = types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    server.feature(types.INITIALIZED)(_watch)
    server.feature(types.TEXT_DOCUMENT_DID_OPEN)(_opened)
    server.feature(types.TEXT_DOCUMENT_DID_CHANGE)(_changed)
    server.feature(types.TEXT_DOCUMENT_DID_SAVE)(_saved)
    server.feature(types.TEXT_DOCUMENT_DID_CLOSE)(_closed)
    server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)(_files_changed)
    server.feature(types.TEXT_DOCUMENT_HOVER)(_hover)
    server.feature(types.TEXT_DOCUMENT_CODE_ACTION, fixes)(_code_actions)
    return server


def _watch(ls: Server, _params: types.InitializedParams) -> None:
    """Ask the editor to tell of changes of the files that a check depends on; one that can't is found out at the next check."""
    if ls.supports("workspace.did_change_watched_files.dynamic_registration"):
        watchers = [types.FileSystemWatcher(f"**/{name}") for name in WATCHED]
        options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
        registration = types.Registration(f"{NAME}-files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
        ls.client_register_capability(types.RegistrationParams([registration]))


def _opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    path = _path_of(document.uri, ls)
    if path is not None:
        ls.drafts[document.uri] = Draft(document.uri, path, document.language_id, document.version, document.text)
        _schedule(ls, document.uri, 0)


def _path_of(uri: str, ls: Server) -> str | None:
    """Return the path of a document, or None for one that isn't the editor's own: the old side of a diff, a page of help."""
    path = to_fs_path(uri)
    if path is not None:
        return path
    if uri_scheme(uri) != "untitled":
        return None
    return str(Path(ls.workspace.root_path or Path.cwd(), PurePosixPath(urlparse(uri)[2]).name or "untitled"))


def _changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    if uri in ls.drafts:
        text = ls.workspace.get_text_document(uri).source
        ls.drafts[uri] = replace(ls.drafts[uri], version=params.text_document.version, text=text)
        if len(text) <= LONGEST_TYPED:
            _schedule(ls, uri, PAUSE)


def _saved(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    if PurePosixPath(params.text_document.uri).name in WATCHED:
        _recheck(ls)
    elif params.text_document.uri in ls.drafts:
        _schedule(ls, params.text_document.uri, 0)


def _closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    if ls.drafts.pop(uri, None) is not None:
        ls.checked.pop(uri, None)
        task = ls.pending.pop(uri, None)
        if task is not None:
            task.cancel()
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))


def _files_changed(ls: Server, _params: types.DidChangeWatchedFilesParams) -> None:
    _recheck(ls)


def _recheck(ls: Server) -> None:
    for uri in ls.drafts:
        _schedule(ls, uri, PAUSE)


def _schedule(ls: Server, uri: str, pause: float) -> None:
    """Check a draft once `pause` seconds have passed in which nobody asked for it again."""
    if uri in ls.pending:
        ls.pending[uri].cancel()
    ls.pending[uri] = asyncio.get_running_loop().create_task(_check_later(ls, uri, pause))


async def _check_later(ls: Server, uri: str, pause: float) -> None:
    await asyncio.sleep(pause)
    draft = ls.drafts[uri]
    checked = await _check(ls, draft)
    if ls.drafts.get(uri) is draft:
        diagnostics = [shown.diagnostic for shown in checked.shown]
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, draft.version))


async def _check(ls: Server, draft: Draft) -> Checked:
    """Return what is found in a draft, and keep it if the draft is still the editor's."""
    encoding = ls.workspace.position_encoding or types.PositionEncodingKind.Utf16
    with_related = ls.supports("text_document.publish_diagnostics.related_information")
    run = partial(_examine, draft, ls.setups, encoding, with_related=with_related)
    checked = await asyncio.get_running_loop().run_in_executor(ls.examiner, run)
    if ls.drafts.get(draft.uri) is draft:
        ls.checked[draft.uri] = checked
    return checked


async def _current(ls: Server, uri: str) -> Checked | None:
    """Return what is found in a document as it stands now; None for one that isn't open, or is too long to be checked for this."""
    draft = ls.drafts.get(uri)
    if draft is None:
        return None
    known = ls.checked.get(uri)
    if known is not None and known.draft is draft:
        return known
    return await _check(ls, draft) if len(draft.text) <= LONGEST_TYPED else None


def _examine(draft: Draft, setups: Setups, encoding: str, *, with_related: bool) -> Checked:
    try:
        outcome = examine(draft, setups)
    except Exception:
        # A fault of ours ends neither the server nor the checks of other documents.
        _log.exception("%s could not be checked", draft.path)
        message = "this is a fault of disclosure-check, not of your post; please report it with the lines in the log of the server"
        outcome = Outcome((PostReport(Post(draft.path, "", draft.path), "", (), error=message),))
    ruler = measure(draft.text, encoding)
    shown = [item for report in outcome.reports for item in _shown(report, draft, ruler, with_related=with_related)]
    if len(shown) > MOST_DIAGNOSTICS:
        shown = [_left_out(len(shown) - MOST_DIAGNOSTICS, ruler), *shown[:MOST_DIAGNOSTICS]]
    return Checked(draft, outcome, tuple(shown))


def _left_out(count: int, ruler: Ruler) -> Shown:
    message = f"{count:,} more are not shown here; disclosure-check check shows them all"
    return Shown(types.Diagnostic(ruler.line(1), message, types.DiagnosticSeverity.Information, source=NAME))


def _shown(report: PostReport, draft: Draft, ruler: Ruler, *, with_related: bool) -> Iterator[Shown]:
    record = report.post.record_line
    if report.error is not None:
        message = f"not checked: {report.error.removeprefix(f'{place(report.post)}: ').removeprefix(f'{draft.path}: ')}"
        yield Shown(types.Diagnostic(ruler.line(record or 1), message, types.DiagnosticSeverity.Error, source=NAME))
        return
    # The editor may keep the mark that the reader takes off.
    shift = 1 if record is None and draft.text.startswith(BOM) and not report.post.text.startswith(BOM) else 0
    for finding in report.findings:
        # The text of a record may be written in its file in other ways than it reads, so its line is all there is to show.
        where = ruler.line(record) if record is not None else ruler.range(finding.start + shift, finding.end + shift)
        related = _related(finding, draft, ruler, shift) if with_related and record is None else None
        edits = finding.fix or finding.suggestion
        title = _title(finding, report.post) if edits else ""
        yield Shown(_diagnostic(finding, where, related), finding, _edits(edits, ruler, shift) if record is None else (), title)
    for note in report.notes:
        yield Shown(types.Diagnostic(ruler.line(record or 1), note, types.DiagnosticSeverity.Information, source=NAME))


def _diagnostic(finding: Finding, where: types.Range, related: list[types.DiagnosticRelatedInformation] | None) -> types.Diagnostic:
    return types.Diagnostic(
        where,
        f"{finding.message}\n{finding.remedy}",
        SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=types.CodeDescription(finding.references[0].url) if finding.references else None,
        source=NAME,
        related_information=related,
    )


def _related(finding: Finding, draft: Draft, ruler: Ruler, shift: int) -> list[types.DiagnosticRelatedInformation]:
    return [
        types.DiagnosticRelatedInformation(types.Location(draft.uri, ruler.range(item.start + shift, item.end + shift)), item.note)
        for item in finding.evidence[:_MOST_RELATED]
        if item.start is not None and item.end is not None
    ]


def _edits(fix: Sequence[Edit] | None, ruler: Ruler, shift: int) -> tuple[types.TextEdit, ...]:
    return tuple(types.TextEdit(ruler.range(edit.start + shift, edit.end + shift), edit.text) for edit in fix or ())


async def _hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    """Return the pages of the rules that have a finding at a position."""
    checked = await _current(ls, params.text_document.uri)
    if checked is None or checked.outcome.setup is None:
        return None
    there = [shown for shown in checked.shown if shown.finding and _touches(shown.diagnostic.range, params.position, params.position)]
    if not there:
        return None
    rules = await asyncio.get_running_loop().run_in_executor(ls.examiner, checked.outcome.setup.rules)
    ids = dict.fromkeys(shown.finding.rule for shown in there if shown.finding)
    pages = [render_page(rules[id]) for id in ids if id in rules]
    formats = get_capability(ls.client_capabilities, "text_document.hover.content_format", [])
    kind = types.MarkupKind.Markdown if types.MarkupKind.Markdown in formats else types.MarkupKind.PlainText
    text = "\n\n".join(map(fenced, pages)) if kind is types.MarkupKind.Markdown else "\n\n".join(pages)
    return types.Hover(types.MarkupContent(kind, text), there[0].diagnostic.range)


def fenced(page: str) -> str:
    """Return a page as a block of Markdown that shows each of its characters as it is."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", page)), default=0))
    return f"{fence}text\n{page.rstrip()}\n{fence}"


def _touches(range_: types.Range, start: types.Position, end: types.Position) -> bool:
    return range_.start <= end and start <= range_.end


async def _code_actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """Return the fixes of the findings that touch a range, as edits of the document as it stands now."""
    only = params.context.only
    checked = await _current(ls, params.text_document.uri)
    if checked is None or (only and types.CodeActionKind.QuickFix not in only and types.CodeActionKind.Empty not in only):
        return []
    return [
        types.CodeAction(
            shown.title,
            types.CodeActionKind.QuickFix,
            diagnostics=[shown.diagnostic],
            is_preferred=shown.finding.fix is not None,
            edit=_workspace_edit(ls, checked.draft, shown.edits),
        )
        for shown in checked.shown
        if shown.finding and shown.edits and _touches(shown.diagnostic.range, params.range.start, params.range.end)
    ]


def _title(finding: Finding, post: Post) -> str:
    """Return what a fix does, in the words that it takes out and puts in, and for a suggestion when it is right."""
    if finding.fix is not None:
        return f"{finding.rule}: {describe_edits(post.text, finding.fix)}"
    return f"{finding.rule}, {CONDITION}: {describe_edits(post.text, finding.suggestion or ())}"


def _workspace_edit(ls: Server, draft: Draft, edits: Sequence[types.TextEdit]) -> types.WorkspaceEdit:
    if not ls.supports("workspace.workspace_edit.document_changes"):
        return types.WorkspaceEdit(changes={draft.uri: list(edits)})
    # With the version, an editor that has gone on writing refuses an edit that no longer fits.
    document = types.OptionalVersionedTextDocumentIdentifier(draft.uri, draft.version)
    return types.WorkspaceEdit(document_changes=[types.TextDocumentEdit(document, list(edits))])
