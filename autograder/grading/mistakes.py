"""Find the known mistake that a failing submission made, by comparing every call.

The grader runs the case on each candidate once in a grading run, in the same sandbox and with the same inputs. If every
call returned the same, the submission made that mistake and gets its hint.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..course.solution import Mistake
from ..messages import translate
from ..model import Case, Outcome, Verdict
from ..student.connection import Connection
from ..student.log import CaseLog
from ..student.objects import RemoteFunction, StudentObject
from ..student.recipes import Recipe
from ..values import as_array, is_tensor
from .sealed_hints import Behaviour, SealedHints, end_of
from .telling import tells_enough

RTOL, ATOL = 1e-6, 1e-9  # allows another order of operations in the same formula
TOO_SLOW_S = 2.0  # CPU time; a slower case is not repeated for every known mistake, also if its author gave no limit

MAX_MISTAKE_WORKERS = 16  # idle workers; a task rarely has more mistakes

Run = Callable[[Case, Mistake], tuple[Outcome, CaseLog]]


class MistakeWorkers:
    """Connections to known mistakes. Their workers stay alive for a while.

    A submission that fails one case of a task often fails others, for which the same mistakes are candidates.
    """

    def __init__(self, connect: Callable[[Mistake], Connection]) -> None:
        self._connect = connect
        self._open: dict[str, Connection] = {}  # least recently used first

    def connect(self, mistake: Mistake) -> Connection:
        """Return the connection to a mistake. Close the least recently used one if there are too many."""
        connection = self._open.pop(mistake.id, None) or self._connect(mistake)
        self._open[mistake.id] = connection
        if len(self._open) > MAX_MISTAKE_WORKERS:
            self._open.pop(next(iter(self._open))).close()
        return connection

    def close(self) -> None:
        """End all workers."""
        for connection in self._open.values():
            connection.close()
        self._open.clear()


class KnownMistakes:
    """The known mistakes of an assignment and their behaviour. ``run`` grades one case on one mistake.

    ``mistakes`` are read when a submission fails a case for the first time.

    ``sealed`` are the hints of visible cases that need no mistake. If there are any, they alone decide there, so that a
    student without ``solutions/`` reads the same hint as staff. ``costly`` are the cases that train for long: only the
    mistakes that such a case was made for are run on it.
    """

    def __init__(
        self,
        mistakes: Iterable[Mistake],
        plan: Sequence[Case],
        run: Run,
        *,
        sealed: SealedHints | None = None,
        costly: Collection[str] = (),
    ) -> None:
        self._given = mistakes
        self._tasks = {case.id: case.task for case in plan}
        self._run = run
        self._sealed = sealed
        self._costly = costly
        self._behaviour: dict[tuple[str, str], tuple[Outcome, CaseLog]] = {}

    @functools.cached_property
    def _mistakes(self) -> list[Mistake]:
        return list(self._given)

    def hint(self, case: Case, outcome: Outcome, log: CaseLog) -> str:
        """Return the hint of the known mistake that behaves as this submission did in ``case``, or ""."""
        if not may_have_hint(outcome, log):
            return ""
        if case.visible and self._sealed is not None and self._sealed.exists:
            return self._sealed.hint(case, outcome, log)
        if log.cpu_s > TOO_SLOW_S:
            return ""
        candidates = self.candidates(case)
        if case.id in self._costly:
            candidates = [each for each in candidates if self.is_aimed_at(case, each)]
        if tells_enough(outcome, log.all_calls):
            found = next((each for each in candidates if alike((outcome, log), self._on(case, each))), None)
            return translate(found.hint) if found else ""
        aimed = (each for each in candidates if self.is_aimed_at(case, each))
        hints = {each.hint for each in aimed if alike((outcome, log), self._on(case, each))}
        return translate(hints.pop()) if len(hints) == 1 else ""

    def is_aimed_at(self, case: Case, mistake: Mistake) -> bool:
        """Return whether ``case`` was made for this mistake: it must catch it, and the mistake is one of its task."""
        return case.id in mistake.caught_by and self.task_of(mistake, case) == case.task

    def candidates(self, case: Case) -> list[Mistake]:
        """Return the mistakes of this task: first those that the case was made for, last those of another task, too."""
        task = {case.task, None}
        same_task = [known for known in self._mistakes if task & {self._tasks.get(name) for name in known.caught_by}]
        return sorted(
            same_task, key=lambda known: (self.task_of(known, case) != case.task, case.id not in known.caught_by)
        )

    def task_of(self, mistake: Mistake, case: Case) -> str:
        """Return the task of a mistake: that of the first case that must catch it; of ``case`` if it is not planned."""
        return self._tasks.get(mistake.caught_by[0], case.task)

    def _on(self, case: Case, mistake: Mistake) -> tuple[Outcome, CaseLog]:
        key = (case.id, mistake.id)
        if key not in self._behaviour:
            self._behaviour[key] = self._run(case, mistake)
        return self._behaviour[key]


def may_have_hint(outcome: Outcome, log: CaseLog) -> bool:
    """Return whether a known mistake can explain a case: it failed, and not because a name is not defined."""
    return outcome.verdict in (Verdict.FAILED, Verdict.ERRORED) and not log.lacks_name


def alike(ours: tuple[Outcome, CaseLog], theirs: tuple[Outcome, CaseLog]) -> bool:
    """Return whether two runs of a case ended in the same way after the same calls and reads.

    Calls that the case asked for and did not look at any more count, too. What counts of a call, ``Behaviour`` says.
    """
    (our_outcome, our_log), (their_outcome, their_log) = ours, theirs
    if our_outcome.verdict is not their_outcome.verdict or end_of(our_outcome) != end_of(their_outcome):
        return False
    a, b = Behaviour(our_outcome, our_log), Behaviour(their_outcome, their_log)
    return a.exact == b.exact and _close(a.numbers, b.numbers)


def same(a: Any, b: Any) -> bool:
    """Return whether two values are equal up to rounding. Objects are compared by type, functions by name."""
    if isinstance(a, StudentObject | RemoteFunction) or isinstance(b, StudentObject | RemoteFunction):
        return repr(a) == repr(b)
    if isinstance(a, Recipe) and isinstance(b, Recipe):
        return a.name == b.name and same(a.arguments, b.arguments)
    if is_tensor(a) or is_tensor(b):
        return type(a) is type(b) and a.dtype == b.dtype and _close(as_array(a), as_array(b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(same(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and _close(a, b)
    if isinstance(a, (float, complex, np.inexact)) and isinstance(b, (float, complex, np.inexact)):
        return _close(np.asarray(a), np.asarray(b))
    return type(a) is type(b) and bool(a == b)


def _close(a: NDArray[Any], b: NDArray[Any]) -> bool:
    if a.shape != b.shape or a.dtype != b.dtype:
        return False
    if a.dtype.kind not in "fc":
        return bool(np.array_equal(a, b))
    with np.errstate(all="ignore"):
        return bool(np.allclose(a, b, RTOL, ATOL, equal_nan=True))
