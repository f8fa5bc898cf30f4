"""The cases of an assignment for those who test the cases themselves: the audit, and the sealing of hints."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

from ..course.assignment import Assignment
from ..model import Case, Outcome
from ..student.connection import Connection
from ..student.log import CaseLog
from ..workers.supervisor import Supervisor
from .cache import OutcomeCache
from .collection import needs_passed
from .execution import Executor
from .options import RunOptions
from .session import Session


class CollectedCases:
    """The cases of one assignment, collected once and not yet run on the solution. Any of them can run on any modules.

    Use this to test the cases themselves. It is valid only inside the function that :func:`collect_cases` calls.
    """

    def __init__(self, session: Session, executor: Executor) -> None:
        self.plan: tuple[Case, ...] = executor.cases
        self._session = session
        self._executor = executor
        self._mistakes = contextlib.ExitStack()
        self._known = self._mistakes.enter_context(session.known_mistakes(executor, seed=executor.seed))

    @property
    def seed(self) -> int:
        """The seed of the next cases."""
        return self._executor.seed

    def has_own_limit(self, case: Case) -> bool:
        """Return whether ``case`` has a ``call_s`` of its own, as cases that train do."""
        return self._executor.plan[case.id].call_s is not None

    def reseed(self, seed: int) -> None:
        """Use this seed for the next cases. Keep the numeric slopes, because a seed may be used again."""
        self._executor.seed = seed
        self.close()
        self._known = self._mistakes.enter_context(self._session.known_mistakes(self._executor, seed=seed))

    def run(
        self,
        modules: dict[str, bytes],
        cases: Iterable[Case],
        *,
        ignore_needs: bool = False,
        call_s: Mapping[str, float] | None = None,
    ) -> Generator[tuple[Case, Outcome, CaseLog], None, None]:
        """Run ``cases`` on these modules, in order, in one worker while it lives.

        Without ``ignore_needs``, a case is skipped if one of its ``needs`` ran here and did not pass. ``call_s`` maps a
        case to its limit of a single call, in seconds. The worker ends when the generator is exhausted or closed.
        """
        connection = self.connect(modules)
        try:
            yield from self.run_on(connection, cases, ignore_needs=ignore_needs, call_s=call_s)
        finally:
            connection.close()

    def run_on(
        self,
        connection: Connection,
        cases: Iterable[Case],
        *,
        ignore_needs: bool = False,
        call_s: Mapping[str, float] | None = None,
        cache: OutcomeCache | None = None,
    ) -> Iterator[tuple[Case, Outcome, CaseLog]]:
        """Run ``cases`` as :meth:`run` does, in the worker of ``connection``, which may have served other seeds before.

        ``cache`` stores outcomes for submissions that give the same replies, as in a class.
        """
        connection.seed = connection.draws = self.seed
        outcomes: dict[str, Outcome] = {}
        for case in cases:
            passed = needs_passed(case)
            before = passed if ignore_needs else passed | outcomes
            done = self._executor.run(case, connection, before, call_s=(call_s or {}).get(case.id), cache=cache)
            if cache is not None and done.run is not None:
                cache.keep(self.seed, done.outcome, done.run)
            outcomes[case.id] = done.outcome
            yield case, done.outcome, done.log

    def hint(self, case: Case, outcome: Outcome, log: CaseLog) -> str:
        """Return the hint for the student: that of the matching known mistake, or the hint of the case."""
        return self._known.hint(case, outcome, log) or outcome.hint

    def connect(self, modules: dict[str, bytes]) -> Connection:
        """Connect to a worker with these modules, with the assignment's limits; the caller closes it."""
        return self._session.connections.to(modules, seed=self.seed)

    def close(self) -> None:
        """End the workers of known mistakes."""
        self._mistakes.close()


def collect_cases(
    assignment: Assignment, work: Callable[[CollectedCases], None], *, run: RunOptions, supervisor: Supervisor
) -> None:
    """Collect the cases of ``assignment`` and call ``work`` with a :class:`CollectedCases`.

    The cases do not run on the solution first; ``work`` can do this.

    Raises:
        AutograderError: As in :func:`~autograder.grading.session.grade`. Exceptions of ``work`` propagate.
    """
    session = Session(assignment, run, supervisor)

    def lend(executor: Executor) -> None:
        cases = CollectedCases(session, executor)
        try:
            work(cases)
        finally:
            cases.close()

    session.collect(lend)
