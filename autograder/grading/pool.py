"""Processes of this machine that work side by side: each ends with the one that started it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for_any
from typing import Any, TypeVar

from ..errors import SandboxError

PROGRESS_S = 0.2  # seconds between two reports of progress: a person sees the bar move
LOCK_S = 5.0  # for a lock that a process takes for a microsecond: one that died with it never gives it back

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
            _take_all(taken, count)
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
        pool = _Pool(count, _FORK if copies else _SPAWN, watched, held, taken, copies=copies)
        try:
            yield pool
        except BaseException:
            if taken is None:
                pool.end_processes()
            pool.shutdown()  # and cancels nothing: a pool that breaks stumbles over a cancelled future, and never ends
            raise
        else:
            pool.shutdown()
        finally:
            pool.join_watch()


class _Pool(ProcessPoolExecutor):
    """Processes that all end when one of them dies, whatever it was doing.

    Its base class notices a dead process too, but not while it reads the result that this process was writing: the
    rest never comes, and the pipe stays open because the other processes have it. Then a thread of ours ends those, so
    that the result has an end, and the base class finds the pool broken.
    """

    def __init__(
        self, count: int, context: Any, watched: Connection, held: Connection, taken: Any, *, copies: bool
    ) -> None:
        super().__init__(count, context, _start, (watched, taken, held if copies else None))
        # All processes start before the thread that watches them. One that starts while that thread ends the others,
        # because one of them died, would never end, and the thread would wait for it.
        self._safe_to_dynamically_spawn_children = False
        self._held = held
        self._ending = threading.Lock()
        self._watch: threading.Thread | None = None

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future = super().submit(fn, *args, **kwargs)
        if self._watch is None:  # after the processes have started: a fork must not copy the thread
            started = (list(self._processes.values()), self._result_queue._writer)  # type: ignore[attr-defined]
            self._watch = threading.Thread(target=self._end_with_any, args=started, daemon=True)
            self._watch.start()
        return future

    def end_processes(self) -> None:
        """End all processes at once."""
        with self._ending:
            self._held.close()

    def join_watch(self) -> None:
        """Wait for our thread. It ends with the processes, so call this after ``shutdown``."""
        if self._watch is not None:
            self._watch.join()

    def _end_with_any(self, processes: list[Any], writer: Connection) -> None:
        """Wait until one process has ended otherwise than by itself; then end the others and the result."""
        left = {process.sentinel: process for process in processes}
        while left:
            for sentinel in wait_for_any(list(left)):
                if _exit_code(left.pop(sentinel)) != 0:
                    self.end_processes()
                    writer.close()
                    return


def _exit_code(ended: Any) -> int | None:
    """Return the exit code of a process that has ended: for a moment it is unknown while another thread fetches it."""
    deadline = time.monotonic() + LOCK_S
    while (code := ended.exitcode) is None and time.monotonic() < deadline:
        time.sleep(0.001)
    return None if code is None else int(code)


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


def _take_all(taken: Any, count: int) -> None:
    """Leave nothing to take. Only what has begun is then finished."""
    is_ours = taken.get_lock().acquire(timeout=LOCK_S)
    taken.get_obj().value = count
    if is_ours:
        taken.get_lock().release()


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
