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
from dataclasses import dataclass

import greenlet

from ..course.assignment import Assignment
from ..course.translation import assignment_language
from ..errors import SandboxError
from ..grading.environment import version, versions_of
from ..grading.options import RunOptions
from ..grading.session import Gradable, grade_batches
from ..model import Report
from ..workers.supervisor import Supervisor
from .runner import Upload, opened


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a class have in common. It is sent to other processes and machines.

    ``digest`` is that of the assignment, and ``versions`` are those of the machine where the class was read.
    ``language`` is that of the reports; None: that of the assignment.
    """

    assignment: Assignment
    run: RunOptions
    language: str | None
    digest: str
    versions: tuple[tuple[str, str], ...]


class EngineError(SandboxError):
    """A process of the engine cannot grade this class as the process that asks for it would."""

    slug = "engine"


def job_of(assignment: Assignment, run: RunOptions, language: str | None) -> Job:
    """Return the job of a class that is read here."""
    return Job(assignment, run, language, assignment.digest(), _versions_here(assignment))


def _versions_here(assignment: Assignment) -> tuple[tuple[str, str], ...]:
    return (*versions_of(assignment).items(), ("autograder", version()))


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


def check_machine(job: Job) -> None:
    """Check that this machine grades as the one that sent the job.

    Raises:
        EngineError: it has other versions, another assignment, or several threads that would share one session.
    """
    here = dict(_versions_here(job.assignment))
    other = [f"{name} {here[name]} instead of {wanted}" for name, wanted in job.versions if here[name] != wanted]
    if other:
        raise EngineError(f"{platform.node()} has {', '.join(other)}. Install the same versions on all machines.")
    if not job.assignment.folder.is_dir():
        raise EngineError(
            f"{platform.node()} does not see {job.assignment.folder}. All machines need the course under the same "
            "path: use a folder that they share."
        )
    if job.assignment.digest() != job.digest:
        raise EngineError(
            f"{platform.node()} has another version of {job.assignment.slug}. Give all machines the same course folder."
        )


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
