"""The facts about platforms in rules/platforms.toml: complete, sourced, and found under every name."""

from __future__ import annotations

import re

import pytest

from disclosure_check.model import Platform
from disclosure_check.rulebook import load_rulebook

PLATFORMS = load_rulebook().platforms
PROFILES = sorted({platform.name: platform for platform in PLATFORMS.values()}.values(), key=lambda platform: platform.name)
NUMBERS = {"fold": "Fold", "fold_lines": "Fold", "shown_whole_up_to": "imit", "limit": "imit"}


@pytest.mark.parametrize(
    "name",
    [
        "instagram", "facebook", "x", "youtube", "tiktok", "linkedin", "pinterest", "threads", "snapchat", "twitch", "reddit",
        "bluesky", "mastodon", "blog", "newsletter", "podcast", "shop", "post",
    ],
)  # fmt: skip
def test_there_is_a_profile(name: str) -> None:
    assert PLATFORMS[name].name == name


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("twitter", "x"), ("google+", "post"), ("ig", "instagram"), ("insta", "instagram"), ("yt", "youtube"),
        ("fb", "facebook"), ("email", "newsletter"), ("shop listing", "shop"), ("other", "post"),
    ],
)  # fmt: skip
def test_another_name_leads_to_a_living_profile(alias: str, name: str) -> None:
    assert PLATFORMS[alias].name == name


def test_no_name_is_used_twice() -> None:
    names = [name for platform in PROFILES for name in (platform.name, *platform.aliases)]
    assert sorted(names) == sorted(set(names))


def test_names_are_lower_case() -> None:
    assert [name for name in PLATFORMS if name != name.casefold()] == []


@pytest.mark.parametrize("platform", PROFILES, ids=lambda platform: platform.name)
def test_every_number_has_a_reference_that_names_it(platform: Platform) -> None:
    said = " / ".join(reference.section for reference in platform.references)
    missing = [
        field
        for field, word in NUMBERS.items()
        if (number := getattr(platform, field)) is not None
        and not (word in said and (f"{number:,}" in said or str(number) in said or (field == "fold_lines" and "three" in said)))
    ]
    assert missing == []


@pytest.mark.parametrize("platform", PROFILES, ids=lambda platform: platform.name)
def test_a_label_has_a_reference(platform: Platform) -> None:
    assert platform.label is None or any("Label: " in reference.section for reference in platform.references)


@pytest.mark.parametrize("platform", PROFILES, ids=lambda platform: platform.name)
def test_references_are_complete(platform: Platform) -> None:
    for reference in platform.references:
        assert reference.title
        assert reference.url.startswith("https://")
        assert reference.force in ("enforcement example", "platform documentation", "third-party measurement", "own default")
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", reference.read)


@pytest.mark.parametrize("platform", PROFILES, ids=lambda platform: platform.name)
def test_numbers_make_sense(platform: Platform) -> None:
    assert platform.fold is None or 0 < platform.fold <= (platform.limit or platform.fold)
    assert platform.fold_lines is None or platform.fold_lines > 0
    assert platform.shown_whole_up_to is None or platform.shown_whole_up_to >= (platform.fold or 0)
