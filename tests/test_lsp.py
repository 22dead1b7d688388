"""The language server, spoken to by a client in another process, over its standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from disclosure_check.drafts import Draft, examine
from disclosure_check.lsp import fenced, measure

ROOT = Path(__file__).parent.parent
CODE = "🌿 Use code MIA20 at checkout!\n"
PATIENCE = 30  # seconds for an answer; a machine may be busy
MARKDOWN = types.HoverClientCapabilities(content_format=[types.MarkupKind.Markdown, types.MarkupKind.PlainText])


class Editor(LanguageClient):
    """An editor with the diagnostics that it was told of, by URI, each time anew."""

    def __init__(self) -> None:
        super().__init__("editor", "1")
        self.told: dict[str, asyncio.Queue[types.PublishDiagnosticsParams]] = defaultdict(asyncio.Queue)
        self.registered: list[types.Registration] = []
        self.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.told[params.uri].put_nowait(params))
        self.feature(types.CLIENT_REGISTER_CAPABILITY)(lambda params: self.registered.extend(params.registrations))

    def open(self, path: Path, text: str, language: str = "markdown", uri: str | None = None) -> str:
        uri = uri or path.as_uri()
        self.text_document_did_open(types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, language, 1, text)))
        return uri

    def change(self, uri: str, text: str, version: int) -> None:
        document = types.VersionedTextDocumentIdentifier(version, uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def diagnostics(self, uri: str) -> list[types.Diagnostic]:
        return list((await asyncio.wait_for(self.told[uri].get(), PATIENCE)).diagnostics)

    async def found(self, uri: str) -> list[tuple[str, tuple[int, int], tuple[int, int]]]:
        return [told(diagnostic) for diagnostic in await self.diagnostics(uri)]

    async def hover(self, uri: str, line: int, character: int) -> types.Hover | None:
        where = types.HoverParams(types.TextDocumentIdentifier(uri), types.Position(line, character))
        return await asyncio.wait_for(self.text_document_hover_async(where), PATIENCE)

    async def fixes(self, uri: str, range_: types.Range, only: list[str] | None = None) -> list[types.CodeAction]:
        context = types.CodeActionContext([], only=only)
        params = types.CodeActionParams(types.TextDocumentIdentifier(uri), range_, context)
        found = await asyncio.wait_for(self.text_document_code_action_async(params), PATIENCE)
        return [action for action in found or [] if isinstance(action, types.CodeAction)]


def told(diagnostic: types.Diagnostic) -> tuple[str, tuple[int, int], tuple[int, int]]:
    start, end = diagnostic.range.start, diagnostic.range.end
    return str(diagnostic.code), (start.line, start.character), (end.line, end.character)


def capabilities(encodings: list[str] | None = None, *, can_watch: bool = True, versioned: bool = True) -> types.ClientCapabilities:
    return types.ClientCapabilities(
        general=types.GeneralClientCapabilities(position_encodings=encodings) if encodings else None,
        text_document=types.TextDocumentClientCapabilities(
            hover=MARKDOWN, publish_diagnostics=types.PublishDiagnosticsClientCapabilities(related_information=True)
        ),
        workspace=types.WorkspaceClientCapabilities(
            did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=can_watch),
            workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=versioned),
        ),
    )


@asynccontextmanager
async def editor(folder: Path, able: types.ClientCapabilities | None = None) -> AsyncIterator[Editor]:
    client = Editor()
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    await client.start_io(sys.executable, "-m", "disclosure_check", "lsp", "--stdio", env=environment, cwd=folder)
    params = types.InitializeParams(able or capabilities(), root_uri=folder.as_uri())
    await asyncio.wait_for(client.initialize_async(params), PATIENCE)
    client.initialized(types.InitializedParams())
    try:
        yield client
    finally:
        await asyncio.wait_for(client.shutdown_async(None), PATIENCE)
        client.exit(None)
        await asyncio.wait_for(client.stop(), PATIENCE)


def run(session: Callable[[Editor], Awaitable[None]], folder: Path, able: types.ClientCapabilities | None = None) -> None:
    async def whole() -> None:
        async with editor(folder, able) as client:
            await session(client)

    asyncio.run(whole())


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    return tmp_path


def test_a_post_is_checked_when_opened_changed_and_closed(site: Path) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / "post.md", "Hello there.\n")
        assert await client.found(uri) == []
        client.change(uri, "---\ntitle: A\n---\n\n" + CODE, 2)
        # The leaf is two code units of UTF-16.
        assert await client.found(uri) == [("DC112", (4, 3), (4, 17))]
        client.change(uri, "---\ntitle: A\n---\n\nAd for Acme, who pay me. " + CODE, 3)
        assert "DC112" not in [rule for rule, _, _ in await client.found(uri)]
        client.change(uri, CODE, 4)
        assert [rule for rule, _, _ in await client.found(uri)] == ["DC112"]
        client.text_document_did_close(types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri)))
        assert await client.found(uri) == []

    run(session, site)


def test_a_diagnostic_says_what_to_do_and_where_to_read(site: Path) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / "post.txt", CODE, "plaintext")
        (diagnostic,) = await client.diagnostics(uri)
        assert diagnostic.severity is types.DiagnosticSeverity.Error
        assert diagnostic.source == "disclosure-check"
        assert diagnostic.message.startswith('"Use code MIA20" is a code')
        assert "\nSay it before the code" in diagnostic.message
        assert diagnostic.code_description is not None
        assert diagnostic.code_description.href.startswith("https://www.ecfr.gov/")
        assert [item.location.range.start for item in diagnostic.related_information or []] == [types.Position(0, 3)]

    run(session, site)


@pytest.mark.parametrize(
    ("encodings", "start"),
    [(None, 3), (["utf-16"], 3), (["utf-8", "utf-16"], 5), (["utf-32"], 2), (["utf-64"], 3)],
    ids=["default", "utf-16", "utf-8", "utf-32", "unknown"],
)
def test_columns_are_counted_as_the_editor_counts(site: Path, encodings: list[str] | None, start: int) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / "post.txt", CODE, "plaintext")
        assert await client.found(uri) == [("DC112", (0, start), (0, start + 14))]
        assert await client.hover(uri, 0, start + 14) is not None
        assert await client.hover(uri, 0, start - 1) is None

    run(session, site, capabilities(encodings))


def test_fast_typing_is_answered_once(site: Path) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / "post.txt", "Hello\n", "plaintext")
        await client.diagnostics(uri)
        for version in range(2, 40):
            client.change(uri, "x " * version + CODE, version)
        answer = await asyncio.wait_for(client.told[uri].get(), PATIENCE)
        assert answer.version == 39
        assert client.told[uri].empty()

    run(session, site)


def test_hover_shows_the_page_of_the_rule_as_it_is(site: Path) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / "post.md", CODE)
        await client.diagnostics(uri)
        hover = await client.hover(uri, 0, 6)
        assert hover is not None
        assert isinstance(hover.contents, types.MarkupContent)
        assert hover.contents.kind is types.MarkupKind.Markdown
        first, *_, last = hover.contents.value.split("\n")
        assert first == last + "text"
        assert hover.contents.value.split("\n")[1].startswith("DC112 undisclosed-discount-code")
        assert "Write instead" in hover.contents.value
        assert hover.range == types.Range(types.Position(0, 3), types.Position(0, 17))

    run(session, site)


def test_hover_knows_the_text_of_a_change_that_was_not_checked_yet(site: Path) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / "post.md", "Hello\n")
        await client.diagnostics(uri)
        client.change(uri, "\n\n" + CODE, 2)
        assert await client.hover(uri, 2, 6) is not None

    run(session, site)


@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("versioned", [True, False])
def test_a_quick_fix_takes_out_what_it_names_and_nothing_else(site: Path, ends: str, versioned: bool) -> None:
    text = ends.join(["🌿 Hello.", "", "🌿 <!-- disclosure-check: ignore[DC112] nothing -->🌿 ", "", "Bye.", ""])

    async def session(client: Editor) -> None:
        uri = client.open(site / "post.md", text)
        (diagnostic,) = await client.diagnostics(uri)
        assert told(diagnostic) == ("DC903", (2, 3), (2, 51))
        (fix,) = await client.fixes(uri, types.Range(types.Position(2, 10), types.Position(2, 10)))
        assert (fix.title, fix.kind) == ('DC903: take out "<!-- disclosure-check: ignore[DC112] no…"', types.CodeActionKind.QuickFix)
        assert [told(item) for item in fix.diagnostics or []] == [told(diagnostic)]
        edits = edits_of(fix, uri, versioned)
        changed = apply(text, edits)
        assert changed == text.replace("<!-- disclosure-check: ignore[DC112] nothing -->", "")
        client.change(uri, changed, 2)
        assert await client.diagnostics(uri) == []
        assert await client.fixes(uri, types.Range(types.Position(0, 0), types.Position(4, 0))) == []

    run(session, site, capabilities(versioned=versioned))


def test_what_only_the_author_knows_is_offered_with_its_condition(site: Path) -> None:
    text = "The lamp is so bright 🌿 #spon\n"

    async def session(client: Editor) -> None:
        uri = client.open(site / "post.txt", text)
        await client.diagnostics(uri)
        (suggestion,) = await client.fixes(uri, types.Range(types.Position(0, 26), types.Position(0, 26)))
        assert suggestion.title == 'DC201, if you were paid, or got something for this post: write "#ad" for "#spon"'
        assert suggestion.is_preferred is False
        assert apply(text, edits_of(suggestion, uri, versioned=True)) == "The lamp is so bright 🌿 #ad\n"

    run(session, site, capabilities(versioned=True))


def edits_of(fix: types.CodeAction, uri: str, versioned: bool) -> list[types.TextEdit]:
    assert fix.edit is not None
    if not versioned:
        assert fix.edit.document_changes is None
        return list((fix.edit.changes or {})[uri])
    (change,) = fix.edit.document_changes or []
    assert isinstance(change, types.TextDocumentEdit)
    assert (change.text_document.uri, change.text_document.version) == (uri, 1)
    return [edit for edit in change.edits if isinstance(edit, types.TextEdit)]


def apply(text: str, edits: list[types.TextEdit]) -> str:
    """Return the text with edits whose columns are UTF-16, as an editor would apply them."""
    lines = text.splitlines(keepends=True)

    def offset(position: types.Position) -> int:
        units = lines[position.line].encode("utf-16-le")[: 2 * position.character]
        return sum(map(len, lines[: position.line])) + len(units.decode("utf-16-le"))

    for edit in reversed(edits):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


def test_other_kinds_of_code_actions_are_left_to_others(site: Path) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / "post.md", "Hello.\n\n<!-- disclosure-check: ignore[DC112] nothing -->\n")
        await client.diagnostics(uri)
        everything = types.Range(types.Position(0, 0), types.Position(3, 0))
        assert await client.fixes(uri, everything, ["source.organizeImports"]) == []
        assert len(await client.fixes(uri, everything, ["quickfix"])) == 1
        assert await client.fixes((site / "other.md").as_uri(), everything) == []

    run(session, site)


def test_the_nearest_configuration_counts_and_is_read_anew_when_it_changes(site: Path) -> None:
    config = site / "blog" / "disclosure-check.toml"
    config.parent.mkdir()
    config.write_text('[[facts]]\nkeys = { tags = "gifted" }\nconnection = ["gift"]\n', encoding="utf-8")
    text = "---\ntags: [gifted]\n---\n\nThe Acme stove boils water in four minutes.\n"

    async def session(client: Editor) -> None:
        inside = client.open(site / "blog" / "post.md", text)
        outside = client.open(site / "post.md", text)
        assert [rule for rule, _, _ in await client.found(inside)] == ["DC113", "DC443"]
        assert await client.found(outside) == []
        (registration,) = client.registered
        assert registration.method == types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        config.write_text('ignore = ["DC113", "DC4"]\n', encoding="utf-8")
        changes = [types.FileEvent(config.as_uri(), types.FileChangeType.Changed)]
        client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(changes))
        assert await client.found(inside) == []

    run(session, site)


def test_a_change_of_the_configuration_is_seen_without_being_told(site: Path) -> None:
    config = site / "pyproject.toml"
    config.write_text("[tool.disclosure-check]\n", encoding="utf-8")

    async def session(client: Editor) -> None:
        uri = client.open(site / "post.md", CODE)
        assert [rule for rule, _, _ in await client.found(uri)] == ["DC112"]
        assert client.registered == []
        config.write_text('[tool.disclosure-check]\nignore = ["DC112"]\n', encoding="utf-8")
        client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))
        assert await client.found(uri) == []

    run(session, site, capabilities(can_watch=False))


def test_a_broken_configuration_is_told_in_each_document_until_it_is_mended(site: Path) -> None:
    config = site / "disclosure-check.toml"
    config.write_text('platform = "blog"\nplatfrom = "x"\n', encoding="utf-8")

    async def session(client: Editor) -> None:
        uri = client.open(site / "post.md", CODE)
        (diagnostic,) = await client.diagnostics(uri)
        assert (diagnostic.range.start.line, diagnostic.severity) == (0, types.DiagnosticSeverity.Error)
        assert diagnostic.message.startswith(f"not checked: {config}:2: unknown key 'platfrom'")
        assert await client.hover(uri, 0, 3) is None
        assert await client.fixes(uri, types.Range(types.Position(0, 0), types.Position(0, 9))) == []
        config.write_text('platform = "blog"\n', encoding="utf-8")
        client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))
        assert [rule for rule, _, _ in await client.found(uri)] == ["DC112"]

    run(session, site)


# What was sent, and what is said about it: the line (from 0) and the beginning of the message.
BROKEN = {
    "front-matter": ("a.md", "markdown", "---\ntitle: [a\n---\n\nHello\n", 2, "not checked: "),
    "unclosed-front-matter": ("a.md", "markdown", "---\ntitle: a\ntags: b\n", 0, "not checked: the front matter never ends"),
    "nul": ("a.txt", "plaintext", "one\ntwo \0\n", 1, "not checked: not a text (NUL byte"),
    "record": ("a.jsonl", "jsonl", '{"text": "Hello"}\n{"text": \n', 1, "not checked: not a JSON object"),
    "language": ("a.md", "markdown", "---\nlang: de\n---\n\nHallo\n", 0, 'not checked: no rules for the language "de"'),
    "nested": ("a.md", "markdown", "---\na: " + "[" * 5000 + "\n---\n\nHello\n", None, "not checked: "),
}


@pytest.mark.parametrize(("name", "language", "text", "line", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_document_is_told_at_its_line_and_the_server_goes_on(
    site: Path, name: str, language: str, text: str, line: int | None, message: str
) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / name, text, language)
        (diagnostic,) = await client.diagnostics(uri)
        assert diagnostic.message.startswith(message)
        assert line is None or diagnostic.range.start.line == line
        other = client.open(site / "good.md", CODE)
        assert [rule for rule, _, _ in await client.found(other)] == ["DC112"]

    run(session, site)


# What is sent, and the findings (rule, start) that are told.
DOCUMENTS = {
    "html-by-its-name": ("a.html", "plaintext", "<p>Use code MIA20 at checkout!</p>", [("DC112", (0, 3))]),
    "a-record-is-told-by-its-line": ("a.jsonl", "jsonl", '\n{"text": "Use code MIA20 at checkout!"}\n', [("DC112", (1, 0))]),
    "unknown-name-by-its-language": ("caption", "plaintext", "Use code MIA20 at checkout!", [("DC112", (0, 0))]),
    "unknown-name-and-language": ("a.py", "python", "Use code MIA20 at checkout!", []),
    "json-that-is-no-export": ("a.json", "json", '{"text": "Use code MIA20 at checkout!"}', []),
    "table-of-data": ("a.csv", "plaintext", "year,code\n2020,Use code MIA20 at checkout!\n", []),
    "blank": ("a.md", "markdown", " \n\n", []),
    "empty": ("a.md", "markdown", "", []),
    "byte-order-mark": ("a.txt", "plaintext", "\ufeffUse code MIA20 at checkout!", [("DC112", (0, 1))]),
    # pygls takes a form feed and U+2028 for the end of a line; editors don't.
    "odd-line-ends": ("a.txt", "plaintext", "a\x0cb\u2028c\rUse code MIA20 at checkout!", [("DC112", (1, 0))]),
    "lone-surrogate": ("a.txt", "plaintext", "\ud83c Use code MIA20 at checkout!", [("DC112", (0, 2))]),
    "excluded": ("drafts/a.md", "markdown", CODE, []),
}


@pytest.mark.parametrize(("name", "language", "text", "expected"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_is_read_as_its_file_would_be(
    site: Path, name: str, language: str, text: str, expected: list[tuple[str, tuple[int, int]]]
) -> None:
    (site / "disclosure-check.toml").write_text('exclude = ["drafts/"]\n', encoding="utf-8")
    draft = Draft("file:///x", str(site / name), language, 1, text)
    reports = examine(draft, {}).reports
    assert [report.error for report in reports if report.error] == []

    async def session(client: Editor) -> None:
        uri = client.open(site / name, text, language)
        assert [(rule, start) for rule, start, _ in await client.found(uri)] == expected

    run(session, site)


def test_a_document_that_was_never_saved_is_read_by_its_language(site: Path) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site, CODE, "markdown", "untitled:Untitled-1")
        assert [rule for rule, _, _ in await client.found(uri)] == ["DC112"]
        client.open(site, CODE, "markdown", "git:/post.md?HEAD")
        uri = client.open(site / "a b&ü.md", CODE)
        assert [rule for rule, _, _ in await client.found(uri)] == ["DC112"]
        assert set(client.told) == {"untitled:Untitled-1", uri}

    run(session, site)


def test_what_the_baseline_accepts_is_not_told(site: Path) -> None:
    post = site / "post.md"
    post.write_text(CODE, encoding="utf-8")
    command = [sys.executable, "-m", "disclosure_check", "baseline", "create", "post.md"]
    subprocess.run(command, cwd=site, check=True, capture_output=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    (site / "disclosure-check.toml").write_text('baseline = "disclosure-check.baseline"\n', encoding="utf-8")

    async def session(client: Editor) -> None:
        uri = client.open(post, CODE)
        assert await client.found(uri) == []
        client.change(uri, "Use code ZOE15 at checkout!\n", 2)
        assert [(rule, start) for rule, start, _ in await client.found(uri)] == [("DC112", (0, 0))]

    run(session, site)


def test_a_long_document_is_checked_when_opened_and_saved(site: Path) -> None:
    long = "We walked to the lake. " * 9_000

    async def session(client: Editor) -> None:
        uri = client.open(site / "long.txt", long, "plaintext")
        assert await client.found(uri) == []
        client.change(uri, CODE + long, 2)
        assert await client.hover(uri, 0, 6) is None
        client.text_document_did_save(types.DidSaveTextDocumentParams(types.TextDocumentIdentifier(uri)))
        assert [rule for rule, _, _ in await client.found(uri)] == ["DC112"]
        assert await client.hover(uri, 0, 6) is not None

    run(session, site)


def test_positions_in_two_megabytes_on_one_line_are_found_in_time() -> None:
    text = "🌿 We walked [ to the lake. " * 80_000
    start = time.process_time()
    ruler = measure(text, "utf-16")
    found = [ruler.position(offset).character for offset in range(0, len(text), 270)]
    assert time.process_time() - start < 2
    assert found == [offset + offset // 27 + (offset % 27 > 0) for offset in range(0, len(text), 270)]


def test_of_many_diagnostics_the_first_are_shown_and_the_others_counted(site: Path) -> None:
    async def session(client: Editor) -> None:
        uri = client.open(site / "feed.jsonl", "{\n" * 1_200, "jsonl")
        first, *others = await client.diagnostics(uri)
        assert first.message == "200 more are not shown here; disclosure-check check shows them all"
        assert [diagnostic.range.start.line for diagnostic in others] == list(range(1_000))

    run(session, site)


def test_shutdown_ends_the_process(site: Path) -> None:
    async def whole() -> int | None:
        async with editor(site) as client:
            client.open(site / "post.md", CODE)
            process = client._server
        assert process is not None
        return await asyncio.wait_for(process.wait(), PATIENCE)

    assert asyncio.run(whole()) == 0


def test_an_editor_that_is_gone_ends_the_server(site: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "disclosure_check", "lsp"], cwd=site, input=b"", capture_output=True, timeout=PATIENCE, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, b"")


def test_without_pygls_the_error_names_the_command_that_helps(site: Path) -> None:
    hide = (
        "import sys, importlib.util as util; find = util.find_spec; "
        "util.find_spec = lambda name, package=None: None if name == 'pygls' else find(name, package); "
        "from disclosure_check.cli import cli; cli(['lsp'])"
    )
    done = subprocess.run([sys.executable, "-c", hide], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr == ('Error: pygls, which speaks to editors, isn\'t installed; run: pip install "disclosure-check[lsp]"\n')


def test_only_this_command_imports_the_library(site: Path) -> None:
    (site / "post.txt").write_text(CODE, encoding="utf-8")
    check = (
        "import sys, json\nfrom disclosure_check.cli import cli\ntry:\n    cli(['check', 'post.txt'])\nexcept SystemExit:\n    pass\n"
        "print(json.dumps([name for name in sys.modules if name.split('.')[0] in ('pygls', 'lsprotocol', 'attrs', 'cattrs', 'asyncio')]))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=site, env=environment)
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", [0, 1, 3, 6, 10, 0, 1]), ("utf-16", [0, 1, 2, 3, 5, 0, 1]), ("utf-32", [0, 1, 2, 3, 4, 0, 1])],
)
def test_a_ruler_counts_code_units(encoding: str, expected: list[int]) -> None:
    ruler = measure("aé…🌿\nb", encoding)
    assert [ruler.position(offset).character for offset in range(7)] == expected
    assert [ruler.position(offset).line for offset in range(7)] == [0, 0, 0, 0, 0, 1, 1]


def test_a_fence_is_longer_than_those_in_the_page() -> None:
    assert fenced("a ```` b\n") == "`````text\na ```` b\n`````"
    assert fenced("a") == "```text\na\n```"
