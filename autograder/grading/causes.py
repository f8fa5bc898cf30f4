"""Find the failures that may come from another task: one that failed as well, and that the failing code uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..course.uses import reached
from ..messages import say
from ..model import FAILURES, GradedCase, Verdict
from ..student.source import ModuleSources


def with_causes(
    lines: Sequence[GradedCase],
    uses: Mapping[str, Sequence[str]],
    source: ModuleSources,
    owners: Callable[[], Mapping[str, str]] = dict,
) -> tuple[GradedCase, ...]:
    """Name in each failing case the first task that it may fail because of, and say so in place of its hint.

    The task is one of those that ``uses`` lists for the task of the case, or one that these use. It has failed or is
    not attempted, and the submission's own function mentions it: who wrote the function without it has another cause.
    This replaces even the hint of a known mistake: with a wrong value from below, a case may look like any mistake.

    ``owners`` gives the tasks of the names that no task is named after; it is called only if it is needed.
    """
    broken = {line.task for line in lines if line.verdict in FAILURES or line.verdict is Verdict.NOT_ATTEMPTED}
    causes = {}
    for task in broken & uses.keys():
        if not (suspects := broken & reached(task, uses)):
            continue
        tasks = owners()
        names = {task, *(name for name, owner in tasks.items() if owner == task)}
        found = {tasks.get(name, name) for each in names for name in source.reached_from(each)} & suspects
        # Students do the tasks in order, so the first of several is the one that the others rest on.
        causes[task] = next((line.task for line in lines if line.task in found), "")
    return tuple(
        replace(line, because=cause, hint=say("case.because", task=line.task, cause=cause))
        if line.verdict in FAILURES and (cause := causes.get(line.task, ""))
        else line
        for line in lines
    )
