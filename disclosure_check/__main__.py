"""Run the command as `python -m disclosure_check`."""

from __future__ import annotations

from disclosure_check.cli import cli

if __name__ == "__main__":
    cli(prog_name="disclosure-check")
