"""The points of a case in a notebook of nbgrader: its test cells call ``points_of``.

A kernel of stock nbgrader runs it on the names of the notebook (``in_kernel.py``); behind our wall the same cells run
on a worker (``exchange/nbgrader_run.py``).
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..course.assignment import Assignment
from ..errors import UsageError
from ..model import Case, Outcome
from ..student.connection import Connection
from .collection import needs_passed
from .execution import Executor
from .options import RunOptions
from .pytest_plugin import GradingPlugin, run_pytest
from .recorded_reference import OtherDraws, Recorded

HIDDEN = "test_hidden.py"


@dataclass(frozen=True, slots=True)
class Points:
    """The points of a test cell, and the outcomes of its cases."""

    earned: float
    outcomes: list[tuple[Case, Outcome]] = field(default_factory=list)


def points(
    case: str, assignment: Assignment, connect: Callable[[Executor], Connection], *, recorded: str | None, seed: int
) -> Points:
    """Run a case on a submission and return its points.

    Args:
        case: the name of a visible case; with ``recorded``, the text of a file with one hidden case.
        connect: opens the connection to the submission; it stays open.
        recorded: what the reference returned at release (``recorded_reference.py``).
        seed: of all draws.

    Raises:
        UsageError: there is no such case.
        OtherDraws: the recording does not fit the case.
        CaseError: the case cannot be collected.
    """
    found: list[tuple[Case, Outcome]] = []
    reference = None if recorded is None else Recorded(recorded)

    def work(executor: Executor) -> None:
        connection = connect(executor)
        for each in executor.cases:
            if recorded is None and each.id.partition("[")[0] != case:
                continue
            if reference is not None:
                reference.begin(each.id)
            passed = needs_passed(each)
            outcome = executor.run(each, connection, passed).outcome
            if executor.attempt is not None and isinstance(raised := executor.attempt.raised, OtherDraws):
                raise raised
            found.append((each, outcome))

    with _file(case, assignment, is_text=recorded is not None) as file:
        collect([file], work, assignment, hidden=file if recorded is not None else None, reference=reference, seed=seed)
    if not found:
        raise UsageError(f"{assignment.slug} has no visible case {case}.")
    return Points(sum(outcome.credit * each.points for each, outcome in found), found)


def collect(
    files: list[Path],
    work: Callable[[Executor], None],
    assignment: Assignment,
    *,
    hidden: Path | None,
    reference: Any,
    seed: int,
) -> None:
    """Collect the cases in ``files`` and pass their executor to ``work``.

    Raises:
        CaseError: the cases cannot be collected.
    """
    options = RunOptions(device="cpu", seed=seed)
    plugin = GradingPlugin(work, tasks=assignment.tasks, hidden=hidden, reference=reference, options=options)
    run_pytest(files, plugin)
    if plugin.failure is not None:
        raise plugin.failure


@contextlib.contextmanager
def _file(case: str, assignment: Assignment, *, is_text: bool) -> Iterator[Path]:
    """Yield the file to collect: that of the visible cases, or one with the text of the hidden case."""
    if not is_text:
        yield assignment.visible_cases.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        path = Path(folder).resolve() / HIDDEN
        path.write_text(case, encoding="utf-8")
        yield path
