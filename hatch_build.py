"""Put the rule data of the checkout into the wheel, so that an installed copy finds it inside the package."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Map `rules/` to `disclosure_check/rules` in a wheel, but not in an editable install: a copy there would go stale."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the mapping to `build_data`; `version` is "standard" or "editable"."""
        if version != "editable":
            build_data["force_include"]["rules"] = "disclosure_check/rules"
