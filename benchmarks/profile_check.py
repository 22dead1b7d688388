"""Where the time of a check goes: prints, as JSON, how often each module of ours was at work when the clock ticked.

    python benchmarks/profile_check.py FILE...

A tick is a millisecond of processor time; it counts for the innermost frame that is ours, so what a library does counts for the module that
called it. A profiler that follows every call would make modules with many small functions look slow.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from typing import TYPE_CHECKING

from disclosure_check.cli import cli

if TYPE_CHECKING:
    from types import FrameType

PACKAGE = "disclosure_check."
TICK = 0.001  # seconds


def main() -> None:
    ticks: Counter[str] = Counter()

    def count(_signal: int, frame: FrameType | None) -> None:
        while frame is not None and not frame.f_globals.get("__name__", "").startswith(PACKAGE):
            frame = frame.f_back
        if frame is not None:
            ticks[frame.f_globals["__name__"]] += 1

    signal.signal(signal.SIGPROF, count)
    signal.setitimer(signal.ITIMER_PROF, TICK, TICK)
    try:
        cli(["check", "--output", os.devnull, "--fail-on", "never", *sys.argv[1:]])
    except SystemExit as end:
        if end.code:
            raise
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    told = {name: (sys.modules[name].__doc__ or "").split("\n", 1)[0] for name in ticks}
    print(json.dumps([{"module": name.removeprefix(PACKAGE), "ticks": times, "does": told[name]} for name, times in ticks.most_common()]))


if __name__ == "__main__":
    main()
