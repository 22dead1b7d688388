"""What holds for all tests."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

_NUMBERS = count()


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(autouse=True)
def cache_folder(caches: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test a cache of its own, so that none sees the user's or what another one kept."""
    folder = caches / str(next(_NUMBERS))
    monkeypatch.setenv("DISCLOSURE_CHECK_CACHE_DIR", str(folder))
    return folder
