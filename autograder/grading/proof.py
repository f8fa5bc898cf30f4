"""The proof that the cases of an assignment pass on its solution, kept for runs that grade a single submission.

A run proves every case on the solution before it grades. A class needs this once, but a platform that starts the grader
for each submission needs it each time. With a proof these runs take the seed of the proof, and so the same inputs, and
skip the solution. A proof counts only if nothing changed that could change an outcome: the assignment, the judging
code, Python, the packages, the processor, the device, the level, or whether the run is official.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from ..course.assignment import Assignment
from ..workers.supervisor import Supervisor
from .code_digest import digest_of_code
from .environment import device_of, settled, versions_of
from .options import RunOptions

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven: the cases with the CPU seconds that the solution took, for one seed."""

    key: str
    seed: int
    cases: tuple[tuple[str, float], ...]

    def to_json(self) -> str:
        """Return the text of the file."""
        document = {"schema": SCHEMA, "key": self.key, "seed": self.seed, "cases": dict(self.cases)}
        return json.dumps(document, indent=1) + "\n"


def make(assignment: Assignment, *, run: RunOptions, supervisor: Supervisor) -> Proof:
    """Run the cases on the solution and return the proof.

    Raises:
        AutograderError: as ``session.grade``, for example because a case does not pass on the solution.
    """
    from .session import Session

    session = Session(assignment, run, supervisor)
    key = key_of(assignment, session.options)
    solution_s = session.prove_all()
    return Proof(key, run.seed, tuple(solution_s.items()))


def with_proof(run: RunOptions, assignment: Assignment, path: Path) -> RunOptions | None:
    """Return ``run`` with the proof in a file and its seed; None if the file proves nothing about this run."""
    found = _read(path)
    if found is None or found.key != key_of(assignment, run):
        return None
    return replace(run, seed=found.seed, proven=found.cases)


def key_of(assignment: Assignment, run: RunOptions) -> str:
    """Return a text that differs whenever an outcome on the solution could differ."""
    level = settled(assignment, run).level
    machine = [digest_of_code(), versions_of(assignment), device_of(assignment, run), level]
    return json.dumps([assignment.digest(), *machine, run.official, sorted(run.without)], sort_keys=True)


def _read(path: Path) -> Proof | None:
    try:
        found = json.loads(path.read_bytes())
        if found["schema"] != SCHEMA or type(found["seed"]) is not int or not isinstance(found["key"], str):
            return None
        return Proof(found["key"], found["seed"], tuple((str(name), float(s)) for name, s in found["cases"].items()))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
