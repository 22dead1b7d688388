"""Measures this tool beside others on made-up posts, and writes the figures as ratios against the goals.

    python benchmarks/compare.py                                   all of it, in the terminal
    python benchmarks/compare.py --quick                           few runs on a small corpus: does it work, and about how fast?
    python benchmarks/compare.py --install-peers --full --write docs/performance.md

A figure is the median of some runs, in which all commands that are compared take turns. Linux and macOS only.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING

import peers as others
from timing import ENVIRONMENT, Command, Run, in_turn, peak_memory, repeated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HERE = Path(__file__).parent
PROGRAM = str(Path(sys.executable).with_name("disclosure-check"))
CHECK = (PROGRAM, "check", "--fail-on", "never")
# What nlp.py needs for cues, without its cues.
NLP = "from spacy.lang.en import English; from spacy.matcher import PhraseMatcher; from spacy.tokens import Doc; PhraseMatcher(English().vocab)"
PARTS = ("start", "posts", "captions", "hostile", "profile")
KINDS = ("hashtags", "links", "affiliate-links", "cue-words", "one-letter", "quotation-marks", "block-quotes")
LIMIT = 600.0  # seconds for a hostile post
MODULES_SHOWN = 12
BUSY = 0.9  # one process that gets less of a core than this has to share it
OURS = "disclosure-check"


@dataclass(slots=True)
class Figures:
    """What was measured: runs by the name of what ran, and what they ran on."""

    runs: dict[str, Run | None] = field(default_factory=dict)  # None: ended at the limit
    sizes: dict[str, float] = field(default_factory=dict)  # bytes of the posts, records of the captions, characters
    counts: dict[str, int] = field(default_factory=dict)  # of how many runs a part's figures are the medians
    versions: dict[str, str] = field(default_factory=dict)  # of the peers that are there
    missing: dict[str, str] = field(default_factory=dict)  # what couldn't be measured, and why
    profile: list[dict[str, str | int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure to reach."""

    of: str
    sense: str  # "at most" or "at least"
    limit: float
    unit: str
    measure: Callable[[Figures], float | None]  # None: not measured


def seconds(of: str, against: str) -> Callable[[Figures], float | None]:
    """Return what gives the time of one run as a multiple of another's."""
    return lambda figures: a.seconds / b.seconds if (a := figures.runs.get(of)) and (b := figures.runs.get(against)) else None


def growth(kind: str) -> Callable[[Figures], float | None]:
    """Return what gives how much longer ten times as many characters take, starting not counted."""

    def ratio(figures: Figures) -> float | None:
        start = figures.runs.get("check plain.md")
        if not start or f"{kind} 10" not in figures.runs:
            return None
        small, large = figures.runs[f"{kind} 1"], figures.runs[f"{kind} 10"]
        if not small or not large:
            return float("inf")
        noise = start.seconds / 10  # what takes less can't be told from the noise of starting
        return max(large.seconds - start.seconds, noise) / max(small.seconds - start.seconds, noise)

    return ratio


def posts_per_second(figures: Figures) -> float | None:
    return figures.sizes["captions"] / done.seconds if (done := figures.runs.get("captions.jsonl")) else None


def peak(figures: Figures) -> float | None:
    return done.peak if (done := figures.runs.get("captions.jsonl")) else None


def peak_growth(figures: Figures) -> float | None:
    small, large = figures.runs.get("captions.jsonl"), figures.runs.get("captions-10.jsonl")
    return large.peak / small.peak if small and large else None


PYTHON = "`python -c pass`"
GOALS = (
    Goal("a post of 330 words, no connection, cold", "at most", 7, f"× {PYTHON}", seconds("check plain.md", "pass")),
    Goal("the same against proselint", "at most", 1, "× proselint", seconds("check plain.md", "start proselint")),
    Goal("a post with claims, cold", "at most", 1.35, "× loading spaCy's English", seconds("check claims.md", "nlp")),
    Goal("the same, unchanged, warm cache", "at most", 8, f"× {PYTHON}", seconds("warm", "pass")),
    Goal("the same, another paragraph edited, warm cache", "at most", 8, f"× {PYTHON}", seconds("warm edited", "pass")),
    Goal("Markdown posts, one process", "at least", 10, "× proselint's MB/s", seconds("posts proselint", "posts")),
    Goal("the same with two processes", "at least", 1.7, "× one process", seconds("posts", "posts jobs 2")),
    Goal("JSON Lines of captions, one process", "at least", 3000, "posts/s", posts_per_second),
    Goal("peak memory on these captions", "at most", 150, "MB", peak),
    Goal("peak memory on ten times as many", "at most", 1.1, "× that", peak_growth),
    *(Goal(f"{kind.replace('-', ' ')}: 10 n against n characters", "at most", 12, "× the time", growth(kind)) for kind in KINDS),
)


def measure(corpus: Path, posts: Path, asked: argparse.Namespace, tools: Mapping[str, Path]) -> Figures:
    """Return the figures of the parts that are asked for."""
    figures = Figures()
    options = subprocess.run([PROGRAM, "check", "--help"], capture_output=True, text=True, check=True, env=ENVIRONMENT).stdout
    alone = (*CHECK, *(("--no-cache",) if "--no-cache" in options else ()), *(("--jobs", "1") if "--jobs" in options else ()))
    if "start" in asked.only or "hostile" in asked.only:
        _start(figures, corpus, alone, asked.runs * 2, tools, can_cache="--cache-dir" in options)
    if "posts" in asked.only:
        _posts(figures, posts, alone, asked.runs, tools, has_jobs="--jobs" in options)
    if "captions" in asked.only:
        _progress("captions")
        figures.counts["captions"] = max(1, asked.runs // 3)
        figures.sizes["captions"] = asked.captions
        for name, runs in (("captions.jsonl", figures.counts["captions"]), ("captions-10.jsonl", 1)):
            figures.runs[name] = repeated(Command((*alone, name), corpus), runs)
    if "hostile" in asked.only:
        _hostile(figures, corpus, alone, asked.characters)
    if "profile" in asked.only:
        _progress("profile")
        command = [sys.executable, str(HERE / "profile_check.py"), *alone[len(CHECK) :], *_files(posts)]
        done = subprocess.run(command, cwd=posts, env=ENVIRONMENT, capture_output=True, text=True, check=True)
        figures.profile = json.loads(done.stdout.splitlines()[-1])
    return figures


def _start(figures: Figures, corpus: Path, alone: Sequence[str], runs: int, tools: Mapping[str, Path], *, can_cache: bool) -> None:
    _progress("start")
    commands = {
        "pass": Command((sys.executable, "-c", "pass"), corpus),
        "nlp": Command((sys.executable, "-c", NLP), corpus),
        "check plain.md": Command((*alone, "plain.md"), corpus),
        "check claims.md": Command((*alone, "claims.md"), corpus),
    }
    if can_cache:
        cached = (*CHECK, "--cache-dir", str(corpus / "cache"))
        claims, edited = corpus / "claims.md", corpus / "edited.md"

        def edit() -> None:
            edited.write_text(f"{claims.read_text(encoding='utf-8')}\nEdited at {os.urandom(8).hex()}.\n", encoding="utf-8")

        commands["warm"] = Command((*cached, "claims.md"), corpus)
        commands["warm edited"] = Command((*cached, "edited.md"), corpus, prepare=edit)
    else:
        figures.missing["warm cache"] = "this version has no cache"
    for name, program in tools.items():
        words = (str(program), *_arguments(name), "plain.md")
        commands[f"start {name}"] = Command(words, corpus, others.CODES)
    figures.counts["start"] = runs
    figures.runs |= in_turn(commands, runs)


def _posts(figures: Figures, posts: Path, alone: Sequence[str], runs: int, tools: Mapping[str, Path], *, has_jobs: bool) -> None:
    _progress("posts")
    files = _files(posts)
    figures.sizes |= {"posts": len(files), "bytes": sum((posts / name).stat().st_size for name in files)}
    commands = {"posts": Command((*alone, *files), posts)}
    if has_jobs:
        commands["posts jobs 2"] = Command((*alone[:-1], "2", *files), posts)
    else:
        figures.missing["two processes"] = "this version has no --jobs"
    for name, program in tools.items():
        words = (str(program), *_arguments(name), *files)
        commands[f"posts {name}"] = Command(words, posts, others.CODES)
    figures.counts["posts"] = runs
    figures.runs |= in_turn(commands, runs)


def _hostile(figures: Figures, corpus: Path, alone: Sequence[str], characters: int) -> None:
    figures.sizes["characters"] = characters
    for kind in KINDS:
        _progress(kind)
        small, large = (Command((*alone, f"hostile/{kind}-{times}.md"), corpus) for times in (1, 10))
        try:
            short = repeated(small, 3, LIMIT)
            long = short and repeated(large, 1, LIMIT)  # if n takes too long, 10 n isn't tried
        except subprocess.CalledProcessError as error:
            figures.missing[kind] = str(error)
        else:
            figures.runs |= {f"{kind} 1": short, f"{kind} 10": long}


def _progress(of: str) -> None:
    print(f"measuring: {of}", file=sys.stderr, flush=True)


def _files(posts: Path) -> list[str]:
    """Return the Markdown files below a folder, relative to it."""
    return sorted(str(path.relative_to(posts)) for path in posts.rglob("*.md"))


def _arguments(name: str) -> tuple[str, ...]:
    return next(peer.check for peer in others.PEERS if peer.name == name)


def find_tools(folder: Path, *, to_install: bool) -> tuple[dict[str, Path], dict[str, str], dict[str, str]]:
    """Return the programs of the peers, their versions, and why the others can't be measured."""
    tools, versions, missing = {}, {}, {}
    for peer in others.PEERS:
        if to_install and others.find(peer, folder) is None:
            others.install(peer, folder)
        program = others.find(peer, folder)
        if program is None:
            missing[peer.name] = "not installed"
        elif not others.reads_all(peer, program):
            missing[peer.name] = "didn't find the fault in a file that has one"
        else:
            tools[peer.name], versions[peer.name] = program, others.version(peer, program)
    return tools, versions, missing


Rows = list[tuple[str, ...]]


def goals_table(figures: Figures) -> Rows:
    rows: Rows = [("", "goal", "measured", "reached")]
    for goal in GOALS:
        value = goal.measure(figures)
        if value is None:
            shown, reached = "not measured", ""
        else:
            shown = f"{_short(value)} {goal.unit}" if value < float("inf") else f"over {LIMIT:g} s"
            reached = "yes" if is_reached(goal, value) else "no"
        rows.append((goal.of, f"{goal.sense} {goal.limit:g} {goal.unit}", shown, reached))
    return rows


def is_reached(goal: Goal, value: float) -> bool:
    return value <= goal.limit if goal.sense == "at most" else value >= goal.limit


def peers_table(figures: Figures) -> Rows:
    rows: Rows = [("", "version", "one post", f"× {PYTHON}", "posts", "cores busy", "peak memory")]
    names = {
        OURS: ("check plain.md", "posts", version_of(OURS)),
        f"{OURS} --jobs 2": ("", "posts jobs 2", version_of(OURS)),
        **{peer.name: (f"start {peer.name}", f"posts {peer.name}", figures.versions.get(peer.name, "")) for peer in others.PEERS},
    }
    python = figures.runs.get("pass")
    for name, (start, posts, known) in names.items():
        if name in figures.missing:
            rows.append((name, figures.missing[name], *[""] * 5))
            continue
        first, many = figures.runs.get(start), figures.runs.get(posts)
        if first is None and many is None:
            continue
        starting = (f"{first.seconds * 1000:.0f} ms", _short(first.seconds / python.seconds)) if first and python else ("", "")
        speed = (_speed(figures, many), _short(many.cpu_seconds / many.seconds), _peak(many)) if many else ("", "", "")
        rows.append((name, known, *starting, *speed))
    return rows


def _speed(figures: Figures, done: Run) -> str:
    return f"{_short(figures.sizes['bytes'] / 1e6 / done.seconds)} MB/s"


def _peak(done: Run) -> str:
    """Return the peak memory of a run, which can't be seen if it is less than what this process takes."""
    return f"{done.peak:.0f} MB" if done.peak > peak_memory() + 1 else f"at most {done.peak:.0f} MB"


def growth_table(figures: Figures) -> Rows:
    rows: Rows = [("", "n", "10 n", "peak memory")]
    for kind in KINDS:
        if f"{kind} 1" in figures.runs:
            small, large = figures.runs[f"{kind} 1"], figures.runs[f"{kind} 10"]
            shown = [f"{one.seconds:.2f} s" if one else f"over {LIMIT:g} s" for one in (small, large)]
            rows.append((kind.replace("-", " "), *shown, _peak(large) if large else ""))
    return rows


def profile_table(figures: Figures) -> Rows:
    total = sum(int(row["ticks"]) for row in figures.profile)
    rows = [(f"`{row['module']}`", f"{int(row['ticks']) / total:.0%}", str(row["does"])) for row in figures.profile]
    return [("module", "share", "what it does"), *rows[:MODULES_SHOWN]]


def slow_list(figures: Figures) -> str:
    """Return, as a list, what isn't fast: goals that aren't reached, and peers that are faster."""
    lines = []
    for goal in GOALS:
        value = goal.measure(figures)
        if value is not None and not is_reached(goal, value):
            shown = f"{_short(value)} {goal.unit}" if value < float("inf") else f"over {LIMIT:g} s"
            lines.append(f"- {goal.of}: {shown}; the goal is {goal.sense} {goal.limit:g}.")
    for name in figures.versions:
        for of, what in (("start", "one post"), ("posts", "the Markdown posts")):
            ours, theirs = figures.runs.get("check plain.md" if of == "start" else "posts"), figures.runs.get(f"{of} {name}")
            if ours and theirs and theirs.seconds < ours.seconds:
                lines.append(f"- {name} reads {what} in {theirs.seconds / ours.seconds:.0%} of the time.")
    return "\n".join(lines) if lines else "All goals that were measured are reached, and no peer was faster."


def setting(figures: Figures) -> str:
    """Return what was measured on what, in sentences."""
    release = platform.freedesktop_os_release()["PRETTY_NAME"] if sys.platform == "linux" else f"{platform.system()} {platform.release()}"
    sentences = [f"{_processor()}, {os.cpu_count()} cores; {release}; Python {platform.python_version()}, spaCy {version_of('spacy')}."]
    sizes, counts = figures.sizes, figures.counts
    if "start" in counts:
        sentences.append(f"Starts: medians of {counts['start']} runs.")
    if "posts" in counts:
        sentences.append(f"{sizes['posts']:,.0f} Markdown posts, {sizes['bytes'] / 1e6:.2f} MB: medians of {counts['posts']} runs.")
    if "captions" in counts:
        sentences.append(f"{sizes['captions']:,.0f} captions: median of {counts['captions']}; ten times as many: one run.")
    if "characters" in sizes:
        sentences.append(f"n = {sizes['characters']:,.0f} bytes: median of 3; 10 n: one run.")
    done = figures.runs.get("posts")
    if done and done.cpu_seconds < BUSY * done.seconds:
        sentences.append("The machine was busy with other things: the ratios are rough.")
    sentences += [f"Not measured: {what} ({why})." for what, why in figures.missing.items()]
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.+)", cpuinfo.read_text(encoding="utf-8")) if cpuinfo.exists() else None
    return found[1] if found else platform.processor() or platform.machine()


def _short(value: float) -> str:
    """Return a number with three digits or, if it is large, without a fraction."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def table(rows: Rows) -> str:
    """Return the rows as a table in Markdown that is a table in a terminal, too."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]])


def sections(figures: Figures) -> dict[str, str]:
    """Return what is written between the marks of docs/performance.md, by their names."""
    tables = {"peers": peers_table(figures), "growth": growth_table(figures), "profile": profile_table(figures)}
    shown = {name: table(rows) if len(rows) > 1 else "Not measured." for name, rows in tables.items()}
    return {"setting": setting(figures), "goals": table(goals_table(figures)), **shown, "slow": slow_list(figures)}


def write(page: Path, texts: Mapping[str, str]) -> None:
    """Put the texts between the marks of their names in a page: `<!-- begin NAME -->` and `<!-- end NAME -->`."""
    text = page.read_text(encoding="utf-8")
    for name, inner in texts.items():
        begin, end = f"<!-- begin {name} -->\n", f"<!-- end {name} -->"
        before, after = text.split(begin)[0], text.split(end)[1]
        text = f"{before}{begin}\n{inner}\n\n{end}{after}"
    page.write_text(text, encoding="utf-8")


def asked_for() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure disclosure-check beside other tools.")
    parser.add_argument("--quick", action="store_true", help="3 runs on a tenth of the posts and a fiftieth of the captions")
    parser.add_argument("--full", action="store_true", help="hostile posts of 1 MB and 10 MB instead of 100 KB and 1 MB")
    parser.add_argument("--runs", type=int, help="runs of each command on the posts; twice as many starts, a third over captions (10)")
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="check the Markdown files of this folder, not made-up posts")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="make the corpus here and keep it")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="measure only these")
    parser.add_argument("--peers", type=Path, default=Path("~/.cache/disclosure-check-peers"), metavar="DIR", help="where the peers are")
    parser.add_argument("--install-peers", action="store_true", help="install the missing ones there, from PyPI and npm")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the figures into this page as well")
    asked = parser.parse_args()
    asked.runs = asked.runs or (3 if asked.quick else 10)
    asked.posts, asked.captions = (50, 2_000) if asked.quick else (500, 100_000)
    asked.characters = 1_000_000 if asked.full else 5_000 if asked.quick else 100_000
    return asked


def main() -> None:
    asked = asked_for()
    tools, versions, missing = find_tools(asked.peers.expanduser(), to_install=asked.install_peers)
    with tempfile.TemporaryDirectory() as temporary:
        corpus = (asked.folder or Path(temporary)).absolute()
        sizes = [f"--{name}={getattr(asked, name)}" for name in ("posts", "captions", "characters")]
        subprocess.run([sys.executable, str(HERE / "corpus.py"), str(corpus), *sizes], check=True)
        posts = asked.corpus.absolute() if asked.corpus else corpus / "posts"
        figures = measure(corpus, posts, asked, tools)
    figures.versions, figures.missing = versions, figures.missing | missing
    texts = sections(figures)
    print("\n\n".join(texts.values()))
    if asked.write:
        write(asked.write, texts)


if __name__ == "__main__":
    main()
