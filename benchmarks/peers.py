"""The tools that are measured beside this one: how each is installed, found and called, and whether it really reads its files.

Each lives in an environment of its own: PEERS/NAME (Python's, or npm's node_modules). One environment of Python for several, PEERS/bin,
is found as well.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from timing import ENVIRONMENT

CODES = range(256)  # with findings each has another; write-good's is their number
# A fault for each: a double blank line, a misspelling, a word that can't be compared, a passive.
FAULTY = "# A title\n\n\n\n# A title\n\nThis is teh very unique thing, and it was stolen by them.\n"
CLEAN = "# A title\n\nWe walked to the lake.\n"


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool, and how it is called."""

    name: str  # of the package and of the program
    registry: Literal["pypi", "npm"]
    check: tuple[str, ...] = ()  # what stands before the files
    version: tuple[str, ...] = ("--version",)


PEERS = (
    Peer("proselint", "pypi", ("check",), ("version",)),
    Peer("codespell", "pypi"),
    Peer("write-good", "npm"),
    Peer("markdownlint-cli2", "npm"),
    Peer("rumdl", "pypi", ("check", "--no-cache", "--no-config")),
)


def find(peer: Peer, folder: Path) -> Path | None:
    """Return the program of a peer, or None if it isn't installed in `folder`."""
    places = (f"{peer.name}/bin", f"{peer.name}/node_modules/.bin", "bin")
    return next((path for place in places if (path := folder.absolute() / place / peer.name).is_file()), None)


def install(peer: Peer, folder: Path) -> None:
    """Install a peer into an environment of its own in `folder`, or print why that didn't work."""
    home = folder.absolute() / peer.name
    home.mkdir(parents=True, exist_ok=True)
    if peer.registry == "pypi":
        commands = [
            [sys.executable, "-m", "venv", str(home)],
            [str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", peer.name],
        ]
    else:
        (home / "package.json").write_text(json.dumps({"private": True}), encoding="utf-8")
        commands = [[shutil.which("npm") or "npm", "install", "--silent", "--no-audit", "--no-fund", peer.name]]
    try:
        for command in commands:
            subprocess.run(command, check=True, cwd=home)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{peer.name} could not be installed: {error}", file=sys.stderr)


def version(peer: Peer, program: Path) -> str:
    """Return the version that the program tells, or "?"."""
    told = re.search(r"\d+\.\d+[\w.]*", _output(program, *peer.version))
    return told[0] if told else "?"


def reads_all(peer: Peer, program: Path) -> bool:
    """Return whether the program finds the fault in the second of two files, and nothing in the first."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("clean.md", CLEAN), ("faulty.md", FAULTY)):
            (Path(folder) / name).write_text(text, encoding="utf-8")
        found = _output(program, *peer.check, "clean.md", "faulty.md", folder=folder)
    return any("faulty.md" in line for line in found.splitlines() if "clean.md" not in line)


def _output(program: Path, *arguments: str, folder: str | None = None) -> str:
    """Return what a program says, or nothing if it can't be run."""
    command = [str(program), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=ENVIRONMENT, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout + done.stderr
