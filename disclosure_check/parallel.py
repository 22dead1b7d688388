"""Check items in several processes, with the outcomes in the order of the items.

Comes in: items, a few at a time, so that any number of them can be checked in bounded memory. Goes out: their outcomes.
A process that dies takes none of them along: the posts that it had are checked one by one, and one that ends its process
again is reported as not checked.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections import deque
from contextlib import contextmanager, suppress
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import SimpleQueue
from threading import Thread, active_count
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from disclosure_check.batches import Item, Job, Outcome, check_item, fault, open_cache
from disclosure_check.check import place, unread
from disclosure_check.errors import ConfigError
from disclosure_check.model import Post, PostReport
from disclosure_check.readers.records import ReadFailure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from multiprocessing.process import BaseProcess

    from disclosure_check.cache import Cache
    from disclosure_check.rulebook import Rulebook

CHUNK = 32 * 1024  # characters of posts that are handed over at a time
FILE = 8 * 1024  # characters that a file counts for, before it is read
BESIDE = 200  # characters that a post counts for, beside its text
QUEUED = 2  # chunks that a process has: one to work on, and the next
AHEAD = 4  # chunks for each process that may be worked on or done before the first of them is
MOST_DEATHS = 20  # of processes in a row, without an outcome in between
PATIENCE = 2.0  # seconds in which a process has to end


class _Chunk(Struct, frozen=True):
    """Items that are handed over at once."""

    number: int
    items: tuple[Item, ...]
    part: int = 0  # of a chunk that is checked item by item, as its process died
    is_alone: bool = False  # its process has nothing else


class _Worker(Struct):
    """A process, and what it works on."""

    process: BaseProcess
    requests: Connection
    results: Connection
    chunks: deque[_Chunk] = field(default_factory=deque)


def check_in_parallel(items: Iterable[Item], job: Job, rulebook: Rulebook, jobs: int, *, method: str | None = None) -> Iterator[Outcome]:
    """Yield the outcomes of `items` in their order; `method` is how processes are started, else the fastest that is safe.

    Raises ConfigError if the processes die whatever they are given.
    """
    if job.cache is not None:
        from disclosure_check.cache import prepare

        prepare(job.cache)  # so that the processes don't all make it at once
    pool = _Pool(job, rulebook, jobs, method or _method())
    try:
        yield from pool.check(_chunks(items))
    finally:
        pool.stop()


def _chunks(items: Iterable[Item]) -> Iterator[_Chunk]:
    numbers = count()
    chunk: list[Item] = []
    weight = 0
    for item in items:
        chunk.append(item)
        weight += BESIDE + (len(item.text) if isinstance(item, Post) else FILE if isinstance(item, str) else 0)
        if weight >= CHUNK:
            yield _Chunk(next(numbers), tuple(chunk))
            chunk, weight = [], 0
    if chunk:
        yield _Chunk(next(numbers), tuple(chunk))


def _method() -> str:
    """Return how to start processes: by a fork, which has all that is loaded, where no thread can be in the middle of something."""
    if sys.platform != "linux":
        return "spawn"
    try:
        threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        threads = active_count()
    return "fork" if threads == 1 else "spawn"


class _Pool:
    """The processes of a run. Each has pipes of its own, so that it is known what a process that died was working on."""

    def __init__(self, job: Job, rulebook: Rulebook, jobs: int, method: str) -> None:
        self._job = job
        self._rulebook = rulebook
        self._most = jobs
        self._context: Any = get_context(method)
        self._is_fork = method == "fork"
        self._workers: list[_Worker] = []
        self._given = 0  # chunks, so far
        self._again: deque[_Chunk] = deque()  # chunks of processes that died
        self._parts: dict[int, int] = {}  # how many parts a chunk has, if not one
        self._done: dict[int, dict[int, list[Outcome]]] = {}  # by chunk and part
        self._deaths = 0  # in a row

    def check(self, chunks: Iterator[_Chunk]) -> Iterator[Outcome]:
        """Yield the outcomes of all items of `chunks`."""
        for wanted in count():
            while True:
                self._give_out(chunks, wanted)
                if len(self._done.get(wanted, ())) == self._parts.get(wanted, 1):
                    break
                if wanted == self._given:
                    return
                self._take_in()
            self._parts.pop(wanted, None)
            for _, outcomes in sorted(self._done.pop(wanted).items()):
                yield from outcomes

    def stop(self) -> None:
        """End all processes, and what they work on."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            self._see_off(worker)
        self._workers.clear()

    def _give_out(self, chunks: Iterator[_Chunk], wanted: int) -> None:
        """Hand out as many chunks as the processes can take, but none far ahead of the one that is wanted."""
        while self._again and (worker := self._free_worker(is_alone=self._again[0].is_alone)):
            self._give(worker, self._again.popleft())
        while not self._again and self._given < wanted + AHEAD * self._most:
            worker = self._free_worker()
            chunk = next(chunks, None) if worker else None
            if worker is None or chunk is None:
                return
            self._given = chunk.number + 1
            self._give(worker, chunk)

    def _free_worker(self, *, is_alone: bool = False) -> _Worker | None:
        """Return a process that can take a chunk: one without any, else a new one, else one that has only one yet."""
        idle = next((worker for worker in self._workers if not worker.chunks), None)
        if idle is not None:
            return idle
        if len(self._workers) < self._most and (started := self._start()):
            return started
        if is_alone:
            return None
        waiting = [worker for worker in self._workers if len(worker.chunks) < QUEUED and not worker.chunks[0].is_alone]
        return min(waiting, key=lambda worker: len(worker.chunks), default=None)

    def _start(self) -> _Worker | None:
        """Return a new process; None if the system gives us fewer of them than were asked for."""
        requests, to_worker = self._context.Pipe(duplex=False)
        from_worker, results = self._context.Pipe(duplex=False)
        # A forked process has all our ends of pipes, and would keep those open that tell others of our end.
        ours = (to_worker, from_worker, *(end for worker in self._workers for end in (worker.requests, worker.results)))
        process = self._context.Process(
            target=_work,
            args=(self._job, self._rulebook if self._is_fork else None, requests, results, ours if self._is_fork else ()),
            daemon=True,
        )
        try:
            with _interrupts_held():
                process.start()
        except OSError as error:
            for end in (to_worker, from_worker):
                end.close()
            if not self._workers:
                raise ConfigError(f"no further process can be started ({error.strerror or error}); try --jobs 1") from error
            self._most = len(self._workers)
            return None
        finally:
            requests.close()
            results.close()
        self._workers.append(_Worker(process, to_worker, from_worker))
        return self._workers[-1]

    def _give(self, worker: _Worker, chunk: _Chunk) -> None:
        worker.chunks.append(chunk)
        with suppress(OSError):  # it has died, as its end of the results will tell
            try:
                worker.requests.send(chunk.items)
            except (pickle.PicklingError, TypeError, AttributeError, RecursionError, ValueError):
                worker.chunks.pop()
                self._keep(chunk, _check_all(chunk.items, self._job, self._rulebook))

    def _take_in(self) -> None:
        """Wait for outcomes, and keep them."""
        by_results = {worker.results: worker for worker in self._workers}
        for results in wait(list(by_results)):
            worker = by_results[results]  # type: ignore[index]  # sockets and handles are for others
            try:
                outcomes = worker.results.recv()
            except (EOFError, OSError, pickle.UnpicklingError):
                self._bury(worker)
            else:
                self._deaths = 0
                self._keep(worker.chunks.popleft(), outcomes)

    def _keep(self, chunk: _Chunk, outcomes: list[Outcome]) -> None:
        self._done.setdefault(chunk.number, {})[chunk.part] = outcomes

    def _bury(self, worker: _Worker) -> None:
        """Take the chunks of a process that died, the first of which it was working on."""
        self._workers.remove(worker)
        self._see_off(worker)
        self._deaths += 1
        if self._deaths > MOST_DEATHS:
            raise ConfigError(f"{self._deaths} processes in a row were ended ({_cause(worker)}), whatever they checked; try --jobs 1")
        if not worker.chunks:
            return
        first, *others = worker.chunks
        self._again.extendleft(reversed(others))
        if first.is_alone:
            self._keep(first, [_lost(item, _cause(worker)) for item in first.items])
            return
        self._parts[first.number] = len(first.items)
        self._again.extendleft(_Chunk(first.number, (item,), part, is_alone=True) for part, item in reversed([*enumerate(first.items)]))

    def _see_off(self, worker: _Worker) -> None:
        worker.requests.close()
        worker.results.close()
        worker.process.join(PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _cause(worker: _Worker) -> str:
    code = worker.process.exitcode or 0
    if code >= 0:
        return f"exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    return f"{name}, perhaps for want of memory" if name == "SIGKILL" else name


def _lost(item: Item, cause: str) -> Outcome:
    if isinstance(item, Outcome):
        return item
    if isinstance(item, ReadFailure):
        return Outcome(unread(item))
    post = item if isinstance(item, Post) else Post(item, "", item)
    message = f"{place(post)}: not checked, as the process that tried was ended twice ({cause}); make room, or split the text"
    return Outcome(PostReport(post, post.platform or "", post.connections, error=message))


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts, which inherits that: the terminal sends it to all, and only we are to act."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the other process ---------------------------------------------------------------------------------------------


def _work(job: Job, rulebook: Rulebook | None, requests: Connection, results: Connection, others: Sequence[Connection]) -> None:
    for end in others:
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    chunks: SimpleQueue[tuple[Item, ...]] = SimpleQueue()
    # What is sent is taken at once, so that nobody waits for the other to take something; and this sees the end of the one who sends.
    Thread(target=_receive, args=(requests, chunks), daemon=True).start()
    rulebook = rulebook or job.load()
    told = None
    with open_cache(job, is_for_many=True) as cache:
        while True:
            outcomes = _check_all(chunks.get(), job, rulebook, cache)
            if cache is not None:
                cache.flush()
                if cache.trouble != told:
                    told = cache.trouble
                    outcomes.append(Outcome(None, trouble=told))
            try:
                results.send_bytes(_pickled(outcomes))
            except OSError:  # nobody waits for it any more
                os._exit(0)


def _receive(requests: Connection, chunks: SimpleQueue[tuple[Item, ...]]) -> None:
    while True:
        try:
            chunks.put(requests.recv())
        except (EOFError, OSError):
            os._exit(0)


def _check_all(items: Iterable[Item], job: Job, rulebook: Rulebook, cache: Cache | None = None) -> list[Outcome]:
    return [outcome for item in items for outcome in check_item(item, job, rulebook, cache)]


def _pickled(outcomes: list[Outcome]) -> bytes:
    try:
        return pickle.dumps(outcomes, pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError, ValueError):
        return pickle.dumps([_sendable(outcome) for outcome in outcomes], pickle.HIGHEST_PROTOCOL)


def _sendable(outcome: Outcome) -> Outcome:
    try:
        pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - whatever stands in the way, the post isn't lost
        assert outcome.report is not None  # all else can be sent
        post = outcome.report.post
        return fault(Post(post.id, "", post.path, record_line=post.record_line), error)
    return outcome
