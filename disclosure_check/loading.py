"""Find the configuration, and load what it names: rule packs, the rulebook with the repository's own terms, approved claims."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from disclosure_check.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from disclosure_check.config import Config
    from disclosure_check.rulebook import Rulebook

FILE = "disclosure-check.toml"
SHARED_FILE = "pyproject.toml"  # with a table [tool.disclosure-check]
SUBSTANTIATION = "substantiation.toml"


def find_config(folder: Path | str) -> Path | None:
    """Return the configuration of `folder` or of the nearest one above it, within the repository."""
    for place in _upwards(folder):
        if os.path.isfile(path := os.path.join(place, FILE)):
            return _path(path)
        if os.path.isfile(path := os.path.join(place, SHARED_FILE)) and _holds_table(path):
            return _path(path)
    return None


def nearest_substantiation(folder: Path | str) -> Path | None:
    """Return the `substantiation.toml` of a folder or of the nearest one above it, within the repository."""
    found = (path for place in _upwards(folder) if os.path.isfile(path := os.path.join(place, SUBSTANTIATION)))
    return next(map(_path, found), None)


def _upwards(folder: Path | str) -> Iterator[str]:
    """Yield a folder and those above it, within the repository."""
    place, above = None, os.fspath(folder)
    while place != above:
        place = above
        yield place
        if os.path.exists(os.path.join(place, ".git")):
            return
        above = os.path.dirname(place)


def _path(path: str) -> Path:
    from pathlib import Path

    return Path(path)


def _holds_table(path: str) -> bool:
    import re

    try:
        with open(path, "rb") as file:
            return re.search(rb"^\s*\[\[?\s*tool\s*\.\s*[\"']?disclosure-check[\"']?\s*[\].]", file.read(), re.MULTILINE) is not None
    except OSError:
        return False


def configured_packs(config: Config | None) -> list[Path]:
    """Return the folders of the packs that a configuration names. Raises ConfigError for a package that isn't installed."""
    if config is None:
        return []
    return [pack_folder(pack if pack.startswith("package:") else str(config.folder / pack)) for pack in config.packs]


def pack_folder(pack: str) -> Path:
    """Return the folder of a pack: `pack` itself, or where the package of "package:NAME" lies. No code of it is run.

    Raises ConfigError for a package that isn't installed.
    """
    from pathlib import Path

    if not pack.startswith("package:"):
        return Path(pack)
    from importlib.util import find_spec

    name, *inner = pack.removeprefix("package:").split(".")
    # Only the top package is looked up: to find an inner one, Python would have to run the outer one's code.
    spec = find_spec(name) if name.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError(f"--rules {pack}: there is no installed package {name!r}; install it, or name a folder")
    return Path(spec.submodule_search_locations[0], *inner)


def configured_rulebook(folders: Sequence[Path], config: Config | None) -> Rulebook:
    """Return the project's own rules and those of the packs, with the terms and platforms of the configuration."""
    from disclosure_check.rulebook import load_rulebook

    rulebook = load_rulebook(folders)
    if config is None:
        return rulebook
    from disclosure_check.site import with_terms

    return with_terms(rulebook, config)


def configured_substantiation(config: Config | None) -> Path | None:
    """Return the file of approved claims that a configuration names."""
    return None if config is None or config.substantiation is None else config.folder / config.substantiation
