"""Set a content repository up: look at it, and write a configuration that fits, the hook, and, if asked, a baseline.

Comes in: a folder. Goes out: the files, and a summary for people. A file that is there stays as it is.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from disclosure_check import hook_entry
from disclosure_check.config import load_config
from disclosure_check.errors import ConfigError
from disclosure_check.loading import FILE, SUBSTANTIATION, find_config
from disclosure_check.starter import commented, find_rendered, many, render_config, to_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from disclosure_check.reports.text import Style
    from disclosure_check.starter import Rendered
    from disclosure_check.survey import FactSeen, Survey

MOST_SHOWN = 5  # failures in the summary


class Written(Struct, frozen=True):
    """What became of a file."""

    path: str
    state: str  # "written", "left", "added", "print"
    note: str


def write_new(path: Path, text: str) -> bool:
    """Write a file that isn't there yet, and return whether it wasn't. Raises ConfigError if it can't be written."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(f"{path}: can't be written ({error.strerror}); name a folder that you may write to") from error
    return True


def has_config(folder: Path) -> Path | None:
    """Return the configuration that a folder itself holds."""
    found = find_config(folder.resolve())
    return folder / found.name if found is not None and found.parent == folder.resolve() else None


def repository_of(folder: Path) -> Path | None:
    """Return the root of the git repository around a folder."""
    here = folder.resolve()
    return next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), None)


def set_hook(folder: Path, seen: Survey, *, change: bool) -> tuple[Written, str]:
    """Write the hook's entry, and return what became of it, with the entry for pasting if it was not written.

    A file that is there is changed only if `change` is set; and one above `folder` is made only then.
    """
    root = repository_of(folder) or folder.resolve()
    inner = folder.resolve().relative_to(root).as_posix()
    within = "" if inner == "." else f"{inner}/"
    left_out = [item.path for item in seen.left_out]
    entry = hook_entry.render_entry(sorted(seen.folders), left_out, within=within, config=f"{within}{FILE}" if within else None)
    target = folder / hook_entry.FILE if root == folder.resolve() else Path(os.path.relpath(root / hook_entry.FILE))
    if not target.exists():
        if within and not change:
            return Written(str(target), "print", "the repository's root is above; paste this into its file there, or add --hook"), entry
        write_new(target, hook_entry.render_file(entry))
        return Written(str(target), "written", "run `pre-commit install` once, so that git calls it"), ""
    try:
        text = target.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{target}: can't be read ({error}); save it as UTF-8") from error
    if hook_entry.has_hook(text):
        return Written(str(target), "left", "it has the hook already"), ""
    changed = hook_entry.add_entry(text, entry) if change else None
    if changed is None:
        note = "its `repos` can't be added to safely; paste this below them" if change else "paste this below its `repos:`, or add --hook"
        return Written(str(target), "print", note), entry
    try:
        target.write_bytes(changed.encode())
    except OSError as error:
        raise ConfigError(f"{target}: can't be written ({error.strerror}); check its permissions") from error
    return Written(str(target), "added", "an entry at the end of `repos`; all else is as it was"), ""


# --- telling ----------------------------------------------------------------------------------------------------------


def render_summary(seen: Survey, rendered: Sequence[Rendered], written: Sequence[Written], entry: str, command: str, style: Style) -> str:
    """Return what was seen and done, for people."""
    made_by = f"{seen.generator} ({seen.generator_file})" if seen.generator else "none known"
    folders = ", ".join(f"{folder} ({count:,})" for folder, count in list(seen.folders.items())[:6])
    sure = [fact for fact in seen.facts if fact.is_sure]
    shows = [item for item in rendered if not item.shown.doubts]
    rows = [
        ("Generator", made_by),
        ("Posts", f"{len(seen.pages):,}{f' in {folders}' if folders else ''}"),
        ("Affiliate links", f"{seen.links:,} in {many(sum(1 for page in seen.pages if page.links), 'post')}"),
        ("Facts", _told(_fact_name(fact) for fact in sure) + _doubtful(len(seen.facts) - len(sure))),
        ("Disclosures", _told(f"{item.name} ({item.shown.where})" for item in shows) + _doubtful(len(rendered) - len(shows))),
    ]
    lines = [f"{style(f'{name}:', bold=True)}{' ' * (17 - len(name))}{commented(value)}" for name, value in rows]
    lines.append("")
    colors = {"written": "green", "added": "green", "left": "yellow", "print": "yellow"}
    words = {"written": "written", "added": "changed", "left": "left as it is", "print": "left as it is"}
    lines += [
        f"{style(words[item.state], fg=colors[item.state])} {commented(item.path)}{f': {item.note}' if item.note else ''}"
        for item in written
    ]
    if entry:
        lines += ["", entry.rstrip("\n")]
    if seen.failures:
        lines += ["", style(f"{many(len(seen.failures), 'file')} can't be read, so a check ends with exit code 2:", fg="red")]
        lines += [f"  {commented(message)}" for message in seen.failures[:MOST_SHOWN]]
        if len(seen.failures) > MOST_SHOWN:
            lines.append(f"  and {len(seen.failures) - MOST_SHOWN:,} more")
    lines += ["", f"Next: read the comments in {FILE}, then run {style(command, bold=True)}"]
    return "\n".join(lines) + "\n"


def _fact_name(fact: FactSeen) -> str:
    if not fact.key:
        return f"{fact.value}/ = {fact.connection}"
    return f"{fact.key}{'' if fact.value is True else f': {fact.value}'} = {fact.connection}"


def _told(items: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(items)) or "none for sure"


def _doubtful(count: int) -> str:
    return f"; {count:,} in doubt, see the comments in the file" if count else ""


def init(
    folder: Path,
    *,
    with_hook: bool,
    make_baseline: Callable[[Path, Path], str] | None,
    style: Style,
) -> str:
    """Look at a folder, write what is missing, and return the summary.

    `make_baseline` writes a baseline from the posts in a folder to a file, and returns what to tell of it; None: none is wanted.
    Raises ConfigError if a file can't be written, or if posts can't be checked for the baseline; what was written stays.
    """
    from disclosure_check.baseline import FILE as BASELINE
    from disclosure_check.layouts import read_site
    from disclosure_check.rulebook import load_rulebook
    from disclosure_check.survey import survey

    rulebook = load_rulebook()
    shown_folder = str(folder)
    seen = survey(folder, rulebook, shown_folder)
    site = read_site(folder, rulebook)
    rendered = find_rendered(seen, site, folder)
    written: list[Written] = []
    target, present = folder / FILE, has_config(folder)
    if present is not None:
        written.append(Written(str(present), "left", "the configuration is in it"))
    else:
        write_new(target, render_config(seen, site, rendered, baseline=None))
        load_config(target)
        written.append(Written(str(target), "written", "its comments say what was seen, and what to check"))
    template = (Path(__file__).parent / "templates" / SUBSTANTIATION).read_text(encoding="utf-8")
    is_new = write_new(folder / SUBSTANTIATION, template)
    note = "put your approved claims in, if you have any" if is_new else ""
    written.append(Written(str(folder / SUBSTANTIATION), "written" if is_new else "left", note))
    hook, entry = set_hook(folder, seen, change=with_hook)
    written.append(hook)
    if make_baseline is not None:
        file = folder / BASELINE
        if file.exists():
            written.append(Written(str(file), "left", "add to it with `disclosure-check baseline create --force`"))
        else:
            told = make_baseline(folder, file)
            if present is None:
                target.write_text(render_config(seen, site, rendered, baseline=BASELINE), encoding="utf-8", newline="\n")
            else:
                told += f"; add baseline = {to_toml(BASELINE)} to {present}"
            written.append(Written(str(file), "written", told))
    named = f" --config {present or target}" if folder.resolve() != Path.cwd() else ""
    return render_summary(seen, rendered, written, entry, f"disclosure-check check {shown_folder}{named}", style)
