"""Processes of this machine that work side by side: each ends with the one that started it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from ..errors import SandboxError

PROGRESS_S = 0.2  # seconds between two reports of progress: a person sees the bar move

T = TypeVar("T")

_SPAWN = multiprocessing.get_context("spawn")  # a progress bar has a thread, and threads do not survive a fork

_FORK: Any = multiprocessing.get_context("fork") if hasattr(os, "fork") else _SPAWN

_next: Any  # in a process of the pool: the number of the next piece of work, shared by all processes


def share(
    work: Callable[..., T], *arguments: Any, count: int, processes: int, advance: Callable[[int, int], None]
) -> list[T]:
    """Call ``work(numbers, *arguments)`` once in each process, and return the results.

    ``numbers`` yields those of ``range(count)`` that no other process has taken: a process takes the next one when it
    is free. ``work``, the arguments and the results must be picklable. ``advance(taken, count)`` reports the progress.

    Raises:
        SandboxError: a process died.
        Exception: whatever ``work`` raises. The other processes then finish their current piece of work and stop.
    """
    taken = _SPAWN.Value("l", 0)
    with local_processes(processes, taken) as pool:
        results: list[T] = []
        try:
            futures = {pool.submit(_call, work, count, arguments) for _ in range(processes)}
            while futures:
                done, futures = wait(futures, PROGRESS_S, FIRST_COMPLETED)
                results += [future.result() for future in done]
                # without the lock: a process may have died while it held it
                advance(min(taken.get_obj().value, count), count)
        except BrokenProcessPool as exc:
            raise SandboxError(
                "One of the processes that share the work died, perhaps because memory ran out. "
                "Try again with fewer processes."
            ) from exc
        except BaseException:
            taken.value = count  # nothing is left to take
            raise
    return results


@contextlib.contextmanager
def local_processes(count: int, taken: Any = None, *, copies: bool = False) -> Iterator[ProcessPoolExecutor]:
    """Open an executor with ``count`` processes, which compute in one thread each. What is submitted must be picklable.

    With ``copies`` they are forked at the first submission, and have what this process has imported; it must not have
    threads then.

    After an exception in the block nothing more is begun. What has begun is stopped, but with ``taken`` it is finished.
    """
    watched, held = _SPAWN.Pipe(duplex=False)
    with watched, held, _one_thread_each():
        context = _FORK if copies else _SPAWN
        pool = ProcessPoolExecutor(count, context, _start, (watched, taken, held if copies else None))
        # All processes start before the thread that watches them. One that starts while that thread ends the others,
        # because one of them died, would never end, and the thread would wait for it.
        pool._safe_to_dynamically_spawn_children = False  # type: ignore[attr-defined]
        try:
            yield pool
        except BaseException:
            if taken is None:
                held.close()
            pool.shutdown(cancel_futures=True)
            raise
        pool.shutdown()


def _start(watched: Connection, taken: Any, inherited: Connection | None) -> None:
    """Prepare a process of the pool; ``inherited`` is its copy of the end of the pipe that stays open elsewhere."""
    global _next
    _next = taken
    if inherited is not None:
        inherited.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    threading.Thread(target=_end_with, args=(watched,), daemon=True).start()


def _end_with(watched: Connection) -> None:
    """End this process when the other end is closed, or the process that holds it is killed."""
    with contextlib.suppress(EOFError, OSError):
        watched.recv()
    os._exit(1)


def _call(work: Callable[..., T], count: int, arguments: tuple[Any, ...]) -> T:
    return work(_numbers(count), *arguments)


def _numbers(count: int) -> Iterator[int]:
    while (number := _take()) < count:
        yield number


def _take() -> int:
    with _next.get_lock():
        number = int(_next.value)
        _next.value += 1
    return number


@contextlib.contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let the processes that start meanwhile compute in one thread each, because they share the cores."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before
