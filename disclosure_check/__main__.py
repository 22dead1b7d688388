"""The program: what `disclosure-check` and `python -m disclosure_check` run."""

from __future__ import annotations

import atexit
import gc
import sys


def main() -> None:
    """Run the command.

    Checking makes few reference cycles and a start makes many objects that stay, so the garbage collector need not look often;
    and at the end, when the system takes all memory back, it has nothing to do.
    """
    gc.set_threshold(100_000)
    atexit.register(gc.freeze)
    from disclosure_check.quick import parse
    from disclosure_check.run import failed, run_check

    asked = parse(sys.argv[1:])
    if asked is None:
        from disclosure_check.cli import cli

        cli(prog_name="disclosure-check")
    else:
        try:
            code = run_check(asked)
        except (Exception, KeyboardInterrupt) as error:
            code = failed(error)
        sys.exit(code)


if __name__ == "__main__":
    main()
