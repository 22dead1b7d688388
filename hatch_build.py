"""Compile the rule data, and put it into the wheel, so that an installed copy finds it inside the package."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulesBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Write the compiled rules beside the package's code, and map `rules/` to `disclosure_check/rules` in a wheel.

    An editable install reads the checkout's own rules, and the compiled ones as long as they are current.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the compiled rules and the mapping to `build_data`; `version` is "standard" or "editable"."""
        sys.path.insert(0, self.root)
        from disclosure_check.rulebook import CLAIMS_NAME, COMPILED_FILE, EXPRESSIONS_NAME, write_compiled  # noqa: PLC0415 - found only now

        write_compiled(Path(self.root) / "rules")
        build_data["artifacts"].append(f"/disclosure_check/{Path(COMPILED_FILE).name}")
        build_data["artifacts"].append(f"/disclosure_check/{CLAIMS_NAME}")
        build_data["artifacts"].append(f"/disclosure_check/{EXPRESSIONS_NAME}")
        if version != "editable":
            build_data["force_include"]["rules"] = "disclosure_check/rules"
