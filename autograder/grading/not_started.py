"""Find the tasks that a submission has not started."""

from __future__ import annotations

from collections.abc import Sequence

from ..model import GradedCase, Stub, Task, Verdict
from ..student.source import ModuleSources


def stubs(tasks: Sequence[Task], source: ModuleSources, lines: Sequence[GradedCase]) -> tuple[Stub, ...]:
    """Return the tasks whose function or class is still the stub.

    A task of several functions, such as ``activations``, counts if its cases called stubs only. A task with a case that
    passed is started, so the source of a right answer is not read.
    """
    begun = {line.task for line in lines if line.verdict is Verdict.PASSED}
    found = []
    for task in (each for each in tasks if each.id not in begun):
        names = [task.id]
        if not source.asks_for_function(task.id):
            ran = [line for line in lines if line.task == task.id and line.verdict is not Verdict.SKIPPED]
            names = [line.call.partition("(")[0] if line.verdict is Verdict.NOT_ATTEMPTED else "" for line in ran]
        places = [source.stub_place(name) for name in names]
        known = [place for place in places if place is not None]
        if known and len(known) == len(places):
            found.append(Stub(task.id, *min(known)))
    return tuple(found)
