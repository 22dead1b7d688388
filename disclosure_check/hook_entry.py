"""Put an entry for the hook into a `.pre-commit-config.yaml`, which stays as it is otherwise, comments and all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = ".pre-commit-config.yaml"
HOOK = "disclosure-check"
ENDINGS = "md|markdown|mdx|html?|txt|rst|adoc|asciidoc|srt|vtt|jsonl|ndjson|csv|tsv|eml"
MOST_FOLDERS = 12  # more are easier to read as all but what is left out


def render_entry(folders: Iterable[str], left_out: Iterable[str] = (), *, within: str = "", config: str | None = None) -> str:
    """Return the item for `repos:` that checks the posts in `folders` with the command that is installed here.

    `folders` and `left_out` count from the folder `within` ("" or "site/"); "." are the files that lie in it. What is
    left out are files, or folders with a slash at their end. `config` names the configuration if it isn't in the root.
    """
    wanted = [r"[^/]*" if folder == "." else f"{_escaped(folder)}/.*" for folder in folders]
    if not wanted or len(wanted) > MOST_FOLDERS:
        wanted = [".*"]
    files = f"^{_escaped(within)}{_one_of(wanted)}\\.(?:{ENDINGS})$"
    kept_out = [_escaped(path) + ("" if path.endswith("/") else "$") for path in left_out if re.match(_one_of(wanted), path)]
    exclude = f"        exclude: '{_quoted(f'^{_escaped(within)}{_one_of(kept_out)}')}'\n" if kept_out else ""
    args = f"        args: [--config, '{_quoted(config)}']\n" if config else ""
    return f"""\
  # Checks the posts of a commit. It runs the disclosure-check that is installed; to let pre-commit install it,
  # take this repository's address and its newest tag instead, with the hook's id, `files` and `args` (README).
  - repo: local
    hooks:
      - id: {HOOK}
        name: disclosure-check
        entry: disclosure-check check
        language: system
        types: [text]
        require_serial: true
        files: '{_quoted(files)}'
{exclude}{args}"""


def _one_of(patterns: list[str]) -> str:
    return patterns[0] if len(patterns) == 1 else f"(?:{'|'.join(patterns)})"


def _escaped(folder: str) -> str:
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", folder)


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def render_file(entry: str) -> str:
    """Return a new file with an entry."""
    return f"# Hooks that run before a commit: https://pre-commit.com\nrepos:\n{entry}"


def has_hook(text: str) -> bool:
    """Return whether a file has an entry for this hook, or a commented one."""
    return re.search(rf"\bid:\s*[\"']?{HOOK}", text) is not None


def add_entry(text: str, entry: str) -> str | None:
    """Return the file with the entry behind its last repository, or None if it isn't a list of repositories that can be added to.

    All that is in the file stays, byte for byte.
    """
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode):
            return None
        repos = next((value for key, value in root.value if key.value == "repos"), None)
        if not isinstance(repos, yaml.SequenceNode):
            return None
        changed = _with_entry(text, entry, repos)
        before, after = yaml.safe_load(text), yaml.safe_load(changed)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    known = before["repos"] or []
    return changed if after == {**before, "repos": [*known, *yaml.safe_load(f"repos:\n{entry}")["repos"]]} else None


def _with_entry(text: str, entry: str, repos: object) -> str:
    import yaml

    assert isinstance(repos, yaml.SequenceNode)
    newline = "\r\n" if "\r\n" in text else "\n"
    if not repos.value:  # `repos: []`
        start, end = repos.start_mark.index, repos.end_mark.index
        rest, line_end, below = text[end:].partition(newline)
        return f"{text[:start].rstrip(' ')}{rest}{newline}{entry.replace(chr(10), newline)}{below if line_end else ''}"
    dash = text.rfind("-", 0, repos.value[0].start_mark.index)
    indent = dash - max(text.rfind("\n", 0, dash), text.rfind("\r", 0, dash)) - 1
    moved = "".join(line[2:] if line.strip() else line for line in entry.splitlines(keepends=True))
    moved = "".join(" " * indent + line for line in moved.splitlines(keepends=True)).replace("\n", newline)
    at = _last_end(repos)
    if at and text[at - 1] not in "\r\n":
        found = re.compile(r"\r\n|\n|\r|\Z").search(text, at)
        at = found.end() if found else len(text)
    gap = "" if not at or text[at - 1] in "\r\n" else newline
    return f"{text[:at]}{gap}{moved}{text[at:]}"


def _last_end(node: object) -> int:
    """Return where the last value in a node ends; a block's own end is where the next thing begins, behind comments."""
    import yaml

    if isinstance(node, yaml.SequenceNode | yaml.MappingNode) and node.value and not node.flow_style:
        last = node.value[-1]
        return _last_end(last[1] if isinstance(last, tuple) else last)
    assert isinstance(node, yaml.Node)
    return int(node.end_mark.index)
