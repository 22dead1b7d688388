"""Times processes: how long one takes, how much processor time, and how much memory, each alone or several in turn.

Keep the process that imports this small: on Linux a child's peak is at least what its parent had when it started it.
"""

from __future__ import annotations

import os
import resource
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

# Users have their modules compiled to bytecode on the first run, whatever this shell says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_MB = 1024**2 if sys.platform == "darwin" else 1024  # units of ru_maxrss in a MB


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took."""

    seconds: float
    cpu_seconds: float  # of the process and the processes that it started
    peak: float  # MB, of the largest of these


@dataclass(frozen=True, slots=True)
class Command:
    """A process to time."""

    words: Sequence[str]
    folder: Path  # in which it runs
    codes: range = range(1)  # exit codes that mean that it did its work
    prepare: Callable[[], object] | None = None  # called before each run, untimed


def run(command: Command, limit: float | None = None) -> Run | None:
    """Return what `command` takes, or None if it was ended after `limit` seconds.

    Raises CalledProcessError if it fails: a failure is fast and would flatter.
    """
    if command.prepare is not None:
        command.prepare()
    start = time.perf_counter()
    process = subprocess.Popen(
        command.words, cwd=command.folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    timer = Timer(limit or 0, os.killpg, (process.pid, signal.SIGKILL))
    if limit is not None:
        timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except KeyboardInterrupt:  # which the terminal sends to its own session alone
        os.killpg(process.pid, signal.SIGKILL)
        raise
    seconds = time.perf_counter() - start
    timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    if limit is not None and process.returncode == -signal.SIGKILL:
        return None
    if process.returncode not in command.codes:
        raise subprocess.CalledProcessError(process.returncode, command.words)
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _MB)


def in_turn(commands: Mapping[str, Command], runs: int) -> dict[str, Run]:
    """Return the medians of `runs` runs of each command, which are run one after the other, so that all of them see the same machine.

    Each is run once before, to fill the caches of the system.
    """
    taken: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            done = run(command)
            if number > 0 and done is not None:
                taken[name].append(done)
    return {name: median(some) for name, some in taken.items()}


def repeated(command: Command, runs: int, limit: float | None = None) -> Run | None:
    """Return the medians of `runs` runs of a command, or None as soon as one was ended after `limit` seconds."""
    taken: list[Run] = []
    for _ in range(runs):
        done = run(command, limit)
        if done is None:
            return None
        taken.append(done)
    return median(taken)


def median(runs: Sequence[Run]) -> Run:
    """Return the medians of the figures of some runs."""
    return Run(*(statistics.median(getattr(one, field) for one in runs) for field in Run.__slots__))


def peak_memory() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MB
