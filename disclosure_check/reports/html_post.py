"""Turn the report about one post into what the HTML report shows: its text in runs with their marks, and its findings.

Comes in: a `PostReport` with its `View`. Goes out: plain data. Offsets are resolved here, so the page only puts runs one behind the
other. A long post is cut around what matters, and what is left out is counted.

A body is a list of blocks: `["text", RUN...]` (also "paragraph", "heading", "item", "cell", "quote", "code", "source", or "cue" with its
time as first run), `["fold", N]` where the platform cuts, `["part", N]` where a part of a thread begins, `["gap", N]` for N characters
left out. A run is a string, or `[STYLE, TEXT, MARK...]`, whose marks are indexes into `marks`, the outer ones first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from disclosure_check.model import CODE_MARK
from disclosure_check.positions import index_lines
from disclosure_check.reports.visible import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from disclosure_check.model import Accepted, Beside, Block, Edit, Evidence, Finding, Post, PostReport, View
    from disclosure_check.positions import Lines

BEGINNING = 1500  # characters of a post with findings that are always shown
QUIET_BEGINNING = 600  # of one without
AROUND = 400  # characters on both sides of a finding that are shown
SMALLEST_GAP = 200  # characters: fewer are shown rather than left out
MOST_FINDINGS = 500  # of a post, whose words are shown in it
MOST_MARKS = 600  # of a post, beside those of its findings
LONGEST_MARK = 1200  # characters of a finding that are shown; the middle of a longer one is left out
MOST_EVIDENCE = 6
_MOST_WORDS = 160  # characters of quoted words
_MOST_TITLE = 200
_WORD = 24  # a cut moves so far to a space
_CAPTION, _SOURCE, _ASIDE, _INCLUDE = "", "source", "aside", "include"


class _Atom(Struct, frozen=True):
    """A stretch of the source that is shown in one style; `shown` is None where the source itself is."""

    start: int
    end: int
    style: str
    shown: str | None = None


class _Mark(Struct, frozen=True):
    start: int
    end: int
    data: list[Any]  # ["finding", N], ["accepted", N], or kind and note


def post_data(report: PostReport, texts: Texts) -> dict[str, Any]:
    """Return what the page needs of a post; what is empty is left out."""
    post = report.post
    lines = index_lines(post.text) if report.findings or report.accepted else None
    of_findings = list(_finding_marks(report))
    kept = _kept(post, of_findings)
    shown = _shown_marks(report, of_findings, kept)
    data: dict[str, Any] = {
        "id": one_line(post.id, _MOST_TITLE),
        "path": visible(post.path),
        "line": post.record_line,
        "platform": visible(report.platform or post.platform or ""),
        "shape": _shape(report),
        "title": one_line(post.title, _MOST_TITLE) if post.title and post.title != post.id else "",
        "connections": [kind for kind in report.connections if kind != "none"],
        "brands": [one_line(brand, _MOST_TITLE) for brand in post.brands],
        "date": one_line(post.date, 40) if post.date else "",
        "verdict": report.verdict,
        "findings": [_finding_data(finding, report, lines, texts) for finding in report.findings] if lines else [],
        "accepted": [_accepted_data(accepted, report, lines, texts) for accepted in report.accepted] if lines else [],
        "marks": [mark.data for mark in shown],
        "body": list(_body(report, shown, kept)),
        "beside": [_beside_data(beside) for beside in post.beside],
        "notes": [visible(note) for note in report.notes],
        "error": None if report.error is None else visible(report.error),
    }
    return {key: value for key, value in data.items() if value not in (None, "", [])}


class Texts:
    """Texts that many findings share: each is kept once, and known by its number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def number(self, text: str) -> int:
        """Return the number of `text`."""
        return self._numbers.setdefault(text, len(self._numbers))

    def all(self) -> list[str]:
        """Return the texts in the order of their numbers."""
        return list(self._numbers)


def _shape(report: PostReport) -> str:
    """Return as what a post is shown: "transcript", "article", "listing", "video" or "caption"."""
    from disclosure_check.spoken import is_spoken

    if is_spoken(report.post):
        return "transcript"
    form = report.view.platform.form if report.view else ""
    if form in ("article", "audio"):
        return "article"
    if form == "listing":
        return "listing"
    return "video" if report.platform == "youtube" else "caption"


# --- findings ------------------------------------------------------------------------------------------------------


def _finding_data(finding: Finding, report: PostReport, lines: Lines, texts: Texts) -> dict[str, Any]:
    post = report.post
    start, end = lines.place(finding.start), lines.place(finding.end)
    data: dict[str, Any] = {
        "rule": finding.rule,
        "name": visible(finding.name),
        "severity": finding.severity,
        "start": finding.start,
        "end": finding.end,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "time": finding.time,
        "match": _words(finding.match, post),
        "message": visible(finding.message),
        "remedy": texts.number(visible(finding.remedy)),
        "evidence": list(_evidence_data(finding.evidence, post, texts)),
        "more_evidence": max(0, len(finding.evidence) - MOST_EVIDENCE) or None,
        "fix": _edits_data(finding.fix, post),
        "suggestion": _edits_data(finding.suggestion, post),
        "past_fold": _is_past_fold(finding, report.view) or None,
    }
    return {key: value for key, value in data.items() if value not in (None, "", [])}


def _words(text: str, post: Post) -> str:
    """Return words of a post on one line; those of a transcript without what stands between its cues."""
    if post.format == "subtitles":
        from disclosure_check.spoken import without_times

        text = without_times(text[: 8 * _MOST_WORDS])
    return one_line(text, _MOST_WORDS)


def _is_past_fold(finding: Finding, view: View | None) -> bool:
    """Return whether the words of a finding stand behind the fold of their part."""
    if view is None:
        return False
    part = max((start for start in view.parts if start <= finding.start), default=0)
    return any(part <= fold <= finding.start for fold in view.folds)


def _edits_data(edits: Sequence[Edit] | None, post: Post) -> list[list[str]]:
    most = 2 * _MOST_WORDS
    return [[one_line(post.text[edit.start : edit.end], most), one_line(edit.text, most)] for edit in edits or ()]


def _evidence_data(evidence: Sequence[Evidence], post: Post, texts: Texts) -> Iterator[list[Any]]:
    for item in evidence[:MOST_EVIDENCE]:
        words = "" if item.start is None or item.end is None else _words(post.text[item.start : item.end], post)
        yield [texts.number(visible(item.note)), words] if words else [texts.number(visible(item.note))]


def _accepted_data(accepted: Accepted, report: PostReport, lines: Lines, texts: Texts) -> dict[str, Any]:
    data = _finding_data(accepted.finding, report, lines, texts)
    return data | {"reason": visible(accepted.reason), "by": visible(accepted.by)}


def _beside_data(beside: Beside) -> list[Any]:
    text = beside.text[:BEGINNING]
    return [beside.channel, visible(text), len(beside.text) - len(text)]


# --- the text ------------------------------------------------------------------------------------------------------


def _finding_marks(report: PostReport) -> Iterator[_Mark]:
    for index, finding in enumerate(report.findings[:MOST_FINDINGS]):
        yield _Mark(finding.start, finding.end, ["finding", index])
    for index, accepted in enumerate(report.accepted[:MOST_FINDINGS]):
        yield _Mark(accepted.finding.start, accepted.finding.end, ["accepted", index])


def _other_marks(report: PostReport) -> Iterator[_Mark]:
    for mark in report.view.marks if report.view else ():
        yield _Mark(mark.start, mark.end, [mark.kind, visible(mark.note)])
    for claim in report.claims:
        status = claim.status.replace("-", " ")
        yield _Mark(claim.start, claim.end, ["claim", f"claim ({visible(claim.name).replace('-', ' ')}): {status}"])


def _shown_marks(report: PostReport, of_findings: list[_Mark], kept: Sequence[tuple[int, int]]) -> list[_Mark]:
    """Return the marks in order of their place: those of findings, and as many others as stand in what is shown."""
    starts = [start for start, _ in kept]
    others = [mark for mark in _other_marks(report) if mark.start < kept[max(0, bisect_right(starts, mark.start) - 1)][1]]
    return sorted(of_findings + others[:MOST_MARKS], key=lambda mark: (mark.start, -mark.end))


def _body(report: PostReport, marks: Sequence[_Mark], kept: Sequence[tuple[int, int]]) -> Iterator[list[Any]]:
    """Yield the blocks of a post, with what is left out between them."""
    text = report.post.text
    view = report.view
    if view is None or report.post.format == "text":
        blocks: Iterable[tuple[str, list[_Atom]]] = [("text", [_Atom(0, len(text), _CAPTION)])]
    elif report.post.format == "subtitles":
        blocks = _cues(text, view)
    else:
        blocks = _blocks(text, view, marks)
    yield from _Cutter(text, kept, marks, view).cut(blocks)


def _kept(post: Post, of_findings: Sequence[_Mark]) -> list[tuple[int, int]]:
    """Return the stretches of the text that are shown: the beginning, and what is around findings."""
    text, start = post.text, post.body_start
    wanted = [(0, start + (BEGINNING if of_findings else QUIET_BEGINNING))]
    for mark in of_findings:
        ends = [(mark.start, mark.end)]
        if mark.end - mark.start > LONGEST_MARK:
            ends = [(mark.start, mark.start + AROUND), (mark.end - AROUND, mark.end)]
        wanted += [(_to_space(text, begin - AROUND, -1), _to_space(text, end + AROUND, 1)) for begin, end in ends]
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(wanted):
        if merged and begin <= merged[-1][1] + SMALLEST_GAP:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    last = (merged[-1][0], len(text)) if merged[-1][1] + SMALLEST_GAP >= len(text) else merged[-1]
    return [*merged[:-1], last]


def _to_space(text: str, at: int, step: int) -> int:
    """Return the nearest place from `at` on, in the direction of `step`, that doesn't cut a word."""
    at = min(max(at, 0), len(text))
    for near in range(at, min(max(at + step * _WORD, 0), len(text)), step):
        if text[near : near + 1].isspace():
            return near
    return at


def _cues(text: str, view: View) -> Iterator[tuple[str, list[_Atom]]]:
    """Yield what is said of a transcript, a block for each time."""
    from disclosure_check.spoken import shown_time

    pieces = sorted((piece for piece in view.markup.pieces if piece.text.strip()), key=lambda piece: piece.start)
    starts = [piece.start for piece in pieces]
    at: float | None = None
    cue: list[_Atom] = []
    for moment in view.markup.moments:
        if moment.at != at:
            if cue:
                yield "cue", cue
            cue = [_Atom(moment.start, moment.start, "time", shown_time(moment.at))]
        else:
            cue.append(_Atom(moment.start, moment.start, _CAPTION, " "))
        at = moment.at
        for piece in pieces[bisect_left(starts, moment.start) : bisect_left(starts, moment.end)]:
            cue.append(_atom(text, piece.start, piece.end, piece.text))
    if cue:
        yield "cue", cue


def _atom(text: str, start: int, end: int, shown: str, style: str = _CAPTION) -> _Atom:
    if shown == CODE_MARK:
        return _Atom(start, end, "code")
    return _Atom(start, end, style, None if shown == text[start:end] else shown)


def _blocks(text: str, view: View, marks: Sequence[_Mark]) -> Iterator[tuple[str, list[_Atom]]]:
    """Yield the blocks of a marked-up post: what readers see, and of the rest what is hidden, included or marked."""
    atoms = [_atom(text, piece.start, piece.end, piece.text) for piece in view.markup.pieces]
    atoms += [
        _atom(text, piece.start, piece.end, piece.text, f"{_ASIDE} {aside.channel}")
        for aside in view.markup.asides
        for piece in aside.pieces
        if piece.text.strip()
    ]
    atoms += [_Atom(include.start, include.end, _INCLUDE) for include in view.markup.includes]
    atoms += _unseen(text, atoms, marks)
    blocks = sorted(view.markup.blocks, key=lambda block: (block.start, -block.end))
    starts = [block.start for block in blocks]
    current: Block | None = None
    last_cell = 0
    shown: list[_Atom] = []
    for atom in sorted(atoms, key=lambda atom: (atom.start, atom.end)):
        block = _block_at(blocks, bisect_right(starts, atom.start) - 1, atom.start)
        if block is None and _is_blank(text, atom):
            continue
        if shown and block is not current:
            yield _kind(text, current, last_cell), shown
            last_cell = current.end if current is not None and current.kind == "cell" else last_cell
            shown = []
        current = block
        shown.append(atom)
    if shown:
        yield _kind(text, current, last_cell), shown


def _unseen(text: str, atoms: Sequence[_Atom], marks: Sequence[_Mark]) -> Iterator[_Atom]:
    """Yield the source of marks whose words readers don't see: of a link's address, a comment, a key of the front matter."""
    seen = sorted((atom.start, atom.end) for atom in atoms if not _is_blank(text, atom))
    starts = [start for start, _ in seen]
    done: set[tuple[int, int]] = set()
    for mark in marks:
        before = bisect_left(starts, mark.end) - 1
        is_seen = before >= 0 and seen[before][1] > mark.start
        if mark.start < mark.end and not is_seen and (mark.start, mark.end) not in done:
            done.add((mark.start, mark.end))
            yield _Atom(mark.start, mark.end, _SOURCE)


def _is_blank(text: str, atom: _Atom) -> bool:
    return atom.style == _CAPTION and not (text[atom.start : atom.end] if atom.shown is None else atom.shown).strip()


def _block_at(blocks: Sequence[Block], last: int, offset: int) -> Block | None:
    """Return the innermost block around `offset`; `last` is the last one that begins there or before."""
    return next((blocks[index] for index in range(last, max(-1, last - 50), -1) if blocks[index].end > offset), None)


def _kind(text: str, block: Block | None, last_cell: int) -> str:
    if block is None:
        return "source"
    if block.kind == "cell":
        between = text[last_cell : block.start]
        return "cell row" if not last_cell or "\n" in between.strip(" ") or "<tr" in between else "cell"
    return f"{block.kind} quote" if block.quoted else block.kind


class _Cutter:
    """Cuts blocks into runs of the same marks, and at folds, parts and what is left out."""

    def __init__(self, text: str, kept: Sequence[tuple[int, int]], marks: Sequence[_Mark], view: View | None) -> None:
        self._text = text
        self._kept = kept
        self._kept_starts = [start for start, _ in kept]
        self._wide = [(index, mark) for index, mark in enumerate(marks) if mark.start < mark.end]
        self._points = deque((mark.start, index) for index, mark in enumerate(marks) if mark.start >= mark.end)
        parts = [(offset, "part") for offset in view.parts] if view else []
        folds = [(offset, "fold") for offset in view.folds] if view else []
        self._events = deque(sorted(parts + folds, key=lambda event: (event[0], event[1] == "fold")))
        ends = {end for mark in marks for end in (mark.start, mark.end)} | {end for stretch in kept for end in stretch}
        self._cuts = sorted(ends | {offset for offset, _ in self._events})
        self._passed: list[list[Any]] = []
        self._part = 0
        self._missing = 0

    def cut(self, blocks: Iterable[tuple[str, list[_Atom]]]) -> Iterator[list[Any]]:
        """Yield the blocks as the page takes them."""
        for kind, atoms in blocks:
            runs: list[Any] = []
            for atom in atoms:
                for start, end, shown in self._split(atom):
                    self._pass_events(start)
                    if not self._is_kept(start):
                        self._missing += end - start if shown is None else len(shown)
                        continue
                    if self._missing or self._passed:
                        if runs and self._passed and self._passed[0][0] == "part":
                            _strip(runs, before_part=True)
                        yield from self._flushed(kind, runs)
                        yield from self._passed
                        self._passed.clear()
                    while self._points and self._points[0][0] <= start:
                        runs.append([_CAPTION, "", self._points.popleft()[1]])
                    _add_run(runs, self._run(atom.style, start, end, shown))
            if runs and kind != "text":
                _strip(runs)
            if runs:
                yield [kind, *runs]
        yield from self._flushed("", [])
        if self._points:
            yield ["text", *([_CAPTION, "", index] for _, index in self._points)]

    def _flushed(self, kind: str, runs: list[Any]) -> Iterator[list[Any]]:
        if runs:
            yield [kind, *runs]
            runs.clear()
        if self._missing:
            yield ["gap", self._missing]
            self._missing = 0

    def _pass_events(self, start: int) -> None:
        """Note the folds and parts up to `start`: they are shown before the next text that is, of those left out only the last part."""
        while self._events and self._events[0][0] <= start:
            _, name = self._events.popleft()
            if name == "part":
                self._part += 1
                self._passed.clear()
            self._passed.append([name, self._part])

    def _split(self, atom: _Atom) -> Iterator[tuple[int, int, str | None]]:
        if atom.shown is not None:
            yield atom.start, atom.end, atom.shown
            return
        inner = self._cuts[bisect_right(self._cuts, atom.start) : bisect_left(self._cuts, atom.end)]
        starts = [atom.start, *inner]
        for start, end in zip(starts, [*inner, atom.end], strict=True):
            yield start, end, None

    def _is_kept(self, offset: int) -> bool:
        index = bisect_right(self._kept_starts, offset) - 1
        return index >= 0 and offset < max(self._kept[index][1], self._kept[index][0] + 1)

    def _run(self, style: str, start: int, end: int, shown: str | None) -> list[Any]:
        is_word = shown is not None and bool(shown.strip()) and style != "time"
        marks = [
            index
            for index, mark in self._wide
            if (mark.start <= start and end <= mark.end and start < end) or (is_word and mark.start < end and start < mark.end)
        ]
        return [style, visible(self._text[start:end] if shown is None else shown), *marks]


def _strip(runs: list[Any], *, before_part: bool = False) -> None:
    """Take away the white space at the end of a block, and a line of hyphens before the next part: they only divide."""
    if isinstance(runs[-1], str):
        runs[-1] = runs[-1].rstrip()
        before, _, last = runs[-1].rpartition("\n")
        if before_part and len(last) > 2 and not last.strip("- \t"):
            runs[-1] = before.rstrip()
        if not runs[-1]:
            runs.pop()


def _add_run(runs: list[Any], run: list[Any]) -> None:
    """Add a run; plain text becomes a string, and joins the plain text before it."""
    style, text, *marks = run
    if style or marks:
        runs.append(run)
    elif runs and isinstance(runs[-1], str):
        runs[-1] += text
    else:
        runs.append(text)
