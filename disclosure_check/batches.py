"""Check the posts of files, over several processes where that pays.

Comes in: paths, and how to check what they hold. Goes out: an outcome for each post, in order, the same for any number of
processes. What stands in one file as one post is read where it is checked.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from msgspec import Struct

from disclosure_check.check import check_post, place, unread
from disclosure_check.model import Post, PostReport
from disclosure_check.readers.files import Reading, find_sources, is_one_post, read_source
from disclosure_check.readers.records import ReadFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from disclosure_check.cache import Cache, CacheSetup
    from disclosure_check.check import Options
    from disclosure_check.rulebook import Rulebook

MUCH = 512 * 1024  # bytes; for less, starting processes takes longer than they save
WARM_UP = 64 * 1024  # bytes that are checked before processes start, which then have what was loaded and compiled for them
FAULT = "this is a fault of disclosure-check, not of your posts; please report it with the lines above"


class Job(Struct, frozen=True):
    """How the posts of a run are read and checked, in a form that can be handed to another process."""

    load: Callable[[], Rulebook]
    options: Options
    reading: Reading
    cache: CacheSetup | None = None


class Outcome(Struct, frozen=True):
    """The report on a post, and where it could not be made for a fault of ours, the traceback; or what is wrong with the cache."""

    report: PostReport | None
    traceback: str | None = None
    trouble: str | None = None  # with the cache, as a sentence


Item = Post | ReadFailure | Outcome | str  # to check; a string is the path of a file that holds one post


def check_paths(
    paths: Sequence[str],
    job: Job,
    rulebook: Rulebook,
    *,
    jobs: int = 1,
    is_excluded: Callable[[str], bool] | None = None,
    stdin: BinaryIO | None = None,
) -> Generator[Outcome]:
    """Yield the outcome of each post in `paths`, in order; at most `jobs` processes work on them beside this one.

    `rulebook` is what `job.load` gives. Close the generator to end the processes.
    """
    sources = find_sources(paths, job.reading.columns, is_excluded)
    ahead: list[str | ReadFailure] = []
    known = 0
    for source in sources:
        ahead.append(source)
        known += _size(source)
        if known >= MUCH:
            break
    items = _items(chain(ahead, sources), job.reading, stdin)
    is_unknown = known < MUCH and "-" in ahead  # how much comes in, nobody can tell
    least = 0 if job.options.nlp == "model" else WARM_UP  # a model starts threads, beside which no process should be forked
    done, is_over = 0, True
    with open_cache(job, is_for_many=known >= MUCH) as cache:
        while not (jobs > 1 and known >= MUCH and done >= least):
            item = next(items, None)
            if item is None:
                break
            yield from check_item(item, job, rulebook, cache)
            done += len(item.text) if isinstance(item, Post) else _size(item) if isinstance(item, str) else 0
            if is_unknown and done >= MUCH:
                known = done
                if cache is not None:
                    cache.is_for_many = True
        else:
            is_over = False
    if cache is not None and cache.trouble:
        yield Outcome(None, trouble=cache.trouble)
    if not is_over:
        from disclosure_check.parallel import check_in_parallel

        yield from check_in_parallel(items, job, rulebook, jobs)


@contextmanager
def open_cache(job: Job, *, is_for_many: bool) -> Iterator[Cache | None]:
    """Yield the cache of a job, if it has one; what is new is written at the end."""
    if job.cache is None:
        yield None
        return
    from disclosure_check.cache import Cache

    cache = Cache(job.cache)
    cache.is_for_many = is_for_many
    try:
        yield cache
    finally:
        cache.close()


def usable_cores() -> int:
    """Return on how many cores this process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_item(item: Item, job: Job, rulebook: Rulebook, cache: Cache | None = None) -> Iterator[Outcome]:
    """Yield the outcome of an item; what we fail on is one, too."""
    found: Iterable[Post | ReadFailure | Outcome] = _read(item, job.reading) if isinstance(item, str) else (item,)
    for post in found:
        if isinstance(post, Outcome):
            yield post
        elif isinstance(post, ReadFailure):
            yield Outcome(unread(post))
        else:
            try:
                yield Outcome(check_post(post, rulebook, job.options, cache))
            except Exception as error:
                yield fault(post, error)


def fault(post: Post, error: Exception) -> Outcome:
    """Return the outcome of a post that we failed on."""
    from traceback import format_exception

    what = " ".join(f"{type(error).__name__}: {error}".split())
    message = f"{place(post)}: a fault of disclosure-check kept it from being checked ({what}); please report it with the traceback"
    return Outcome(PostReport(post, "", (), error=message), "".join(format_exception(error)))


def _items(sources: Iterator[str | ReadFailure], reading: Reading, stdin: BinaryIO | None) -> Iterator[Item]:
    for source in sources:
        if isinstance(source, ReadFailure) or is_one_post(source):
            yield source
        else:
            yield from _read(source, reading, stdin)


def _read(source: str, reading: Reading, stdin: BinaryIO | None = None) -> Iterator[Post | ReadFailure | Outcome]:
    try:
        yield from read_source(source, reading, stdin)
    except (BrokenPipeError, MemoryError):
        raise
    except Exception as error:
        yield fault(Post(source, "", source), error)


def _size(source: str | ReadFailure) -> int:
    if isinstance(source, ReadFailure) or source == "-":
        return 0
    try:
        return os.stat(source).st_size
    except OSError:
        return 0
