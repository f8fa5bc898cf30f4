"""What runs in a process of an engine: one session, which stays open between the tasks of a class.

To collect the cases and to run them on the solution costs as much as ten to twenty submissions, so it is done once for
each process.
"""

from __future__ import annotations

import atexit
import os
import platform
import threading
from collections.abc import Iterator, Sequence

import greenlet

from ..course.translation import assignment_language
from ..grading.session import Gradable, grade_batches
from ..model import Report
from ..workers.supervisor import Supervisor
from .job import EngineError, Job, check_machine
from .runner import Upload, opened


def grade_task(job: Job, uploads: Sequence[Upload]) -> list[Report]:
    """Grade some uploads of a class in this process, and return their reports, in order.

    Raises:
        EngineError: this machine has other versions or another assignment, or does not see the uploads.
        AutograderError: as in ``session.grade``.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise EngineError(
            f"A worker on {platform.node()} runs several tasks at once, and a session has a process to itself. Start "
            "the workers with one thread each: dask worker --nthreads 1."
        )
    try:
        return _graded(job, uploads)
    finally:
        _one_at_a_time.release()


def _graded(job: Job, uploads: Sequence[Upload]) -> list[Report]:
    global _grader
    if _grader is None or _grader.job != job:
        if _grader is not None:
            _grader.close()
        check_machine(job)
        _grader = Grader(job)
    for upload in uploads:
        for path in upload.paths:
            if not os.path.lexists(path):  # a link that leads nowhere is refused later
                raise EngineError(
                    f"{platform.node()} does not see {path}. All machines need the uploads under the same path: use a "
                    "folder that they share."
                )
    try:
        return _grader.grade(uploads)
    except BaseException:
        _grader = None
        raise


_grader: Grader | None = None  # of this process
_one_at_a_time = threading.Lock()


class Grader:
    """An open session, which grades one task after the other.

    pytest calls the cases, and the engine calls us. So the session has a stack of its own, a greenlet: ``switch`` goes
    there with a task, and comes back with its reports. It has no thread of its own, because only in the main thread of
    a process a deadline ends a regular expression (``course/deadline.py``).
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._reports: list[Report] = []
        self._thread = threading.current_thread()  # a greenlet cannot leave it
        self._session = greenlet.greenlet(self._serve)
        atexit.register(self.close)

    def grade(self, uploads: Sequence[Upload]) -> list[Report]:
        """Grade some uploads, and return their reports. After an exception this grader is of no use any more."""
        self._session.parent = greenlet.getcurrent()
        reports: list[Report] = self._session.switch(uploads)
        return reports

    def close(self) -> None:
        """End the session and its workers. At the end of a process this removes its folders; Dask has other threads."""
        atexit.unregister(self.close)
        if self._session and threading.current_thread() is self._thread:
            self._session.parent = greenlet.getcurrent()
            self._session.switch(None)

    def _serve(self, first: Sequence[Upload] | None) -> None:
        job = self.job
        with Supervisor() as supervisor, assignment_language(job.language, job.assignment):
            batches = self._batches(first)
            grade_batches(job.assignment, batches, self._reports.append, run=job.run, supervisor=supervisor)

    def _batches(self, uploads: Sequence[Upload] | None) -> Iterator[Iterator[Gradable]]:
        """Yield the submissions of each task. Being asked for the next task means that the last one is done."""
        while uploads is not None:
            yield opened(self.job.assignment, uploads)
            done, self._reports[:] = list(self._reports), []
            uploads = greenlet.getcurrent().parent.switch(done)
