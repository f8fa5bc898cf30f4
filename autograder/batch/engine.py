"""Where a class is graded: in processes of this machine, or in those of a Dask cluster.

An engine is an executor of PEP 3148 (``concurrent.futures.Executor``), which knows nothing of grading and may be killed
at any moment: the store says what is pending. Only the process that asks writes files and the store.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import SandboxError, UsageError
from ..grading import case_bounds
from ..grading.pool import local_processes
from ..model import Report

if TYPE_CHECKING:
    from .job import Job
    from .runner import Upload

IN_A_TASK = 50  # submissions, at most: after each task the cases run on the solution, which costs about four of them
TASKS_FOR_EACH = 4  # at least, so that the processes finish at about the same time
WAITING = 1  # tasks for each process that are sent before one is free
DASK = "dask:"
CONNECT_S = 10
ANSWER_S = 60.0  # for a scheduler that is asked something
FETCH_S = 120.0  # for the reports of one task, a few hundred KiB, from a worker through the scheduler
POLL_S = 1.0  # between two looks at the workers of a Dask cluster
WORKERLESS_S = 120.0  # until a worker has started again
PAUSED_S = 120.0  # until the tasks of a worker that is short of memory go to others


@dataclass(frozen=True, slots=True)
class Engine:
    """How to open an executor, and how many processes it has.

    ``open`` may be called again after the executor broke. With ``processes`` 1 the class is graded in this process.
    """

    name: str
    processes: int
    open: Callable[[], AbstractContextManager[Executor]]


def local(workers: int | None = None) -> Engine:
    """Return the engine of this machine, with a process for each core unless ``workers`` says otherwise."""
    count = workers or len(os.sched_getaffinity(0))
    return Engine("local", count, lambda: local_processes(count))


def engine_of(name: str, workers: int | None) -> Engine:
    """Return the engine that ``--engine`` names: "local" or "dask:ADDRESS".

    Raises:
        UsageError: there is no such engine, Dask is not installed, or no scheduler answers.
    """
    if name == "local":
        return local(workers)
    if not name.startswith(DASK) or name == DASK:
        raise UsageError(f'"{name}" is no engine. Write --engine local, or --engine dask:tcp://HOST:8786.')
    return _dask(name.removeprefix(DASK), workers)


def _dask(address: str, workers: int | None) -> Engine:
    try:
        import distributed
    except ImportError as exc:
        raise UsageError(
            "Dask is not installed. Install the extra dask of the framework: the file of its wheel, followed by [dask]."
        ) from exc
    for name in ("distributed", "distributed.client", "tornado.application"):  # traces where we have a sentence
        logging.getLogger(name).setLevel(logging.CRITICAL)
    client_of: Any = distributed.Client
    try:
        with client_of(address, timeout=CONNECT_S, set_as_default=False) as client:
            threads = client.nthreads(callback_timeout=ANSWER_S)
    except (OSError, TimeoutError, ValueError) as exc:
        raise UsageError(
            f"No Dask scheduler answers at {address}. Start one with dask scheduler, and name the "
            "address that it prints."
        ) from exc
    if not threads:
        raise UsageError(
            f"The Dask scheduler at {address} has no workers. Start some: dask worker {address} --nthreads 1."
        )
    several = sorted(worker for worker, count in threads.items() if count != 1)
    if several:
        raise UsageError(
            f"The Dask worker {several[0]} has {threads[several[0]]} threads, and a session has a process to itself. "
            "Start the workers with --nthreads 1."
        )

    @contextlib.contextmanager
    def opened() -> Iterator[Executor]:
        try:
            client = client_of(address, timeout=CONNECT_S, set_as_default=False)
        except (OSError, TimeoutError) as exc:
            raise _scheduler_lost(address) from exc
        try:
            yield _DaskExecutor(client, address)
        except (CancelledError, distributed.comm.core.CommClosedError, distributed.client.ClosedClientError) as exc:
            raise _scheduler_lost(address) from exc
        finally:
            with contextlib.suppress(OSError):  # a time-out: this scheduler does not answer any more
                client.close(timeout=CONNECT_S)

    return Engine(address, min(workers or len(threads), len(threads)), opened)


class _DaskExecutor(Executor):
    """Runs each task on one worker of a Dask cluster, and passes on whatever became of it.

    Dask's own executor, ``Client.get_executor()``, does not: if the scheduler ends while it hands over a result, the
    future of that task never ends, and a trace is printed. To close the client cancels all tasks.

    A task belongs to one worker. Otherwise Dask gives the task of a dead worker to the next one, and a submission that
    kills its grader ends four of them. A cluster may give up a worker that is slow to start again (``LocalCluster``
    does after 15 seconds), so all of them may be gone, and the futures would never end.

    A worker that is short of memory begins nothing new, and finishes what it has begun. After a while its tasks are
    given up, because what takes its memory may stay.

    A task is running until we have its result. The worker may die when it has finished and we have not: Dask then
    computes the task again, which no worker may do, and the one thread that fetches results waits for it.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client = client
        self._address = address
        # by the key of Dask: our future, theirs, and the worker; who takes an entry out ends our future
        self._running: dict[str, tuple[Future[Any], Any, str]] = {}
        self._paused: dict[str, float] = {}  # since when

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        ours: Future[Any] = Future()

        def pass_on(theirs: Any) -> None:
            result, problem = _fetched(theirs)
            if self._running.pop(theirs.key, None) is None:
                return  # its worker was lost meanwhile
            if problem is None:
                ours.set_result(result)
            else:
                ours.set_exception(problem)

        worker = self._freest()
        theirs = self._client.submit(fn, *args, workers=[worker], allow_other_workers=False, pure=False, **kwargs)
        self._running[theirs.key] = ours, theirs, worker
        theirs.add_done_callback(pass_on)
        return ours

    def end_lost(self) -> None:
        """End the tasks whose worker has died, or has begun nothing new for a long time.

        Raises:
            SandboxError: the scheduler does not answer.
        """
        workers, running, now = self._ask("ncores"), self._ask("ncores_running"), time.monotonic()
        self._paused = {worker: self._paused.get(worker, now) for worker in workers if worker not in running}
        useful = [worker for worker in workers if now - self._paused.get(worker, now) <= PAUSED_S]
        for key, (ours, theirs, worker) in list(self._running.items()):
            if worker in useful or self._running.pop(key, None) is None:
                continue
            ours.set_exception(BrokenExecutor(f"The Dask worker {worker} died, or is short of memory."))
            theirs.cancel()  # the thread that waits for its result is needed for the next ones

    def _freest(self) -> str:
        """Return the worker with the fewest tasks; wait for one that starts again, or goes on after a pause.

        Raises:
            SandboxError: there is none for a long time, or the scheduler does not answer.
        """
        deadline = time.monotonic() + WORKERLESS_S
        while not (workers := self._ask("ncores_running")):
            if time.monotonic() > deadline:
                raise SandboxError(
                    f"The Dask scheduler at {self._address} has no workers any more, or all of them are short of "
                    "memory. Start new ones, then run the same command again: what is graded is kept.",
                    slug="engine",
                )
            time.sleep(POLL_S)
        counts = Counter(worker for _, _, worker in self._running.values())
        return str(min(workers, key=lambda worker: counts[worker]))

    def _ask(self, what: str) -> Collection[str]:
        """Ask the scheduler for its workers: "ncores" for all, "ncores_running" for those that begin new tasks."""
        try:
            ask = getattr(self._client.scheduler, what)
            workers: dict[str, int] = self._client.sync(ask, workers=None, callback_timeout=ANSWER_S)
        except (OSError, AttributeError, RuntimeError) as exc:  # a time-out, or the client is closed
            raise _scheduler_lost(self._address) from exc
        return workers


def _fetched(theirs: Any) -> tuple[Any, BaseException | None]:
    """Return the result of a future of Dask that has ended, or what its task has raised."""
    try:
        return theirs.result(timeout=FETCH_S), None
    except TimeoutError as exc:
        if theirs.status == "error":
            return None, exc
        return None, BrokenExecutor("A Dask worker has a result, and does not hand it over.")
    except BaseException as exc:
        return None, exc


def _scheduler_lost(address: str) -> SandboxError:
    return SandboxError(
        f"The Dask scheduler at {address} ended, or cannot be reached. Start it and its workers, then run the same "
        "command again: what is graded is kept.",
        slug="engine",
    )


def grade_on(
    engine: Engine,
    job: Job,
    uploads: Sequence[Upload],
    record: Callable[[Report], None],
    *,
    in_a_task: int | None = None,
) -> list[Upload]:
    """Grade ``uploads``, and call ``record(report)`` in this thread for each of them, in any order.

    When a process dies, the uploads of the tasks that it may have had are tried again, one at a time. So a submission
    that kills its grader costs no other one its result. So are the uploads with a case that took more of its process
    than it may: only what happens again is the submission's fault. Those that timed out in an earlier run go last, in
    tasks of one: no other submission waits for them.

    Returns:
        The uploads that a process died of, twice.

    Raises:
        EngineError: a process grades in another way than this one would, or the workers die before they do anything.
        AutograderError: as in ``session.grade``.
    """
    size = in_a_task or task_size(len(uploads), engine.processes)
    quick = [upload for upload in uploads if not upload.slow]
    tasks = deque(tuple(quick[first : first + size]) for first in range(0, len(quick), size))
    tasks.extend((upload,) for upload in uploads if upload.slow)
    suspects: list[Upload] = []
    died = _run(engine, job, tasks, record, window=engine.processes * (1 + WAITING), doubtful=suspects)
    return grade_alone(engine, job, suspects + died, record)


def grade_alone(engine: Engine, job: Job, uploads: Sequence[Upload], record: Callable[[Report], None]) -> list[Upload]:
    """Grade ``uploads`` one at a time, in new processes; returns and raises as :func:`grade_on`."""
    return _run(engine, job, deque((upload,) for upload in uploads), record, window=1)


def task_size(count: int, processes: int) -> int:
    """Return how many submissions a task has: few enough that all processes have work until the end."""
    return max(1, min(IN_A_TASK, -(-count // (processes * TASKS_FOR_EACH))))


def _run(
    engine: Engine,
    job: Job,
    tasks: deque[tuple[Upload, ...]],
    record: Callable[[Report], None],
    *,
    window: int,
    doubtful: list[Upload] | None = None,
) -> list[Upload]:
    """Run tasks until none is left, and return the uploads of those that a process may have died of.

    Uploads with a case that exceeded a bound are added to ``doubtful`` and not recorded; without it they are.
    """
    suspects: list[Upload] = []
    while tasks:
        with engine.open() as executor:
            suspects += _run_in(executor, job, tasks, record, window=window, doubtful=doubtful)
    return suspects


def _run_in(
    executor: Executor,
    job: Job,
    tasks: deque[tuple[Upload, ...]],
    record: Callable[[Report], None],
    *,
    window: int,
    doubtful: list[Upload] | None,
) -> list[Upload]:
    """Run tasks until none is left or the executor breaks; then return the uploads of the tasks that it had."""
    futures: dict[Future[list[Report]], tuple[Upload, ...]] = {}
    broken: list[Upload] = []
    while (tasks and not broken) or futures:
        while tasks and not broken and len(futures) < window:
            task = tasks.popleft()
            try:
                futures[executor.submit(grade_task, job, task)] = task
            except BrokenExecutor:
                tasks.appendleft(task)
                break
        if not futures:
            break  # a process died between two tasks
        for future in _first_done(futures, executor):
            task = futures.pop(future)
            try:
                reports = future.result()
            except BaseException as exc:
                if not _means_a_dead_process(exc):
                    raise
                broken += task
            else:
                for upload, report in zip(task, reports, strict=True):
                    if doubtful is not None and exceeded_a_bound(report):
                        doubtful.append(upload)
                    else:
                        record(report)
    return broken


def _first_done(futures: Collection[Future[list[Report]]], executor: Executor) -> set[Future[list[Report]]]:
    """Wait until at least one future has ended. The executor of this machine ends those of a dead process itself."""
    dask = executor if isinstance(executor, _DaskExecutor) else None
    while True:
        done, _ = wait(futures, timeout=POLL_S if dask else None, return_when=FIRST_COMPLETED)
        if done:
            return done
        if dask:
            dask.end_lost()


def grade_task(job: Job, uploads: Sequence[Upload]) -> list[Report]:
    """Grade some uploads in a process of the engine: only there numpy and pytest are imported."""
    from . import grader

    return grader.grade_task(job, uploads)


def exceeded_a_bound(report: Report) -> bool:
    """Return whether a case took more of the grader than it may."""
    return any(line.staff.startswith(case_bounds.NOTE) for line in report.outcomes)


def _means_a_dead_process(exc: BaseException) -> bool:
    return isinstance(exc, BrokenExecutor) or type(exc).__name__ == "KilledWorker"  # Dask's
