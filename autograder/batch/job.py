"""What all tasks of a class have in common, and whether a machine can do them. It imports neither numpy nor pytest."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from ..course.assignment import Assignment
from ..errors import SandboxError
from ..grading.environment import version, versions_of
from ..grading.options import RunOptions


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
