"""What is wrong with the cases of an assignment, in sentences for its author."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..course.assignment import Assignment
from ..errors import CaseError
from ..model import Case, Outcome, Verdict
from ..student.source import parameters_of
from .collection import CaseItem


def wrong_points(assignment: Assignment, plan: Sequence[Case]) -> Mapping[str, str]:
    """Return a sentence for each task whose cases do not add up to its points, by a short form: "total: 3 / 8"."""
    found = {}
    for task in assignment.tasks:
        total = sum(case.points for case in plan if case.task == task.id)
        if abs(total - task.points) > 1e-6:
            found[f"{task.id}: {total:g} / {task.points:g}"] = (
                f"{assignment.slug}: the cases of {task.id} are worth {total:g} points together, but "
                f"assignment.toml gives the task {task.points:g}. Make the two totals equal."
            )
    return found


def check_parameters(assignment: Assignment, items: Iterable[CaseItem], sources: Iterable[bytes]) -> None:
    """Look for the names in ``may_change`` among the parameters in the solution.

    Raises:
        CaseError: one is not there.
    """
    items = [item for item in items if item.may_change]
    if not items:
        return
    known = {name for source in sources for names in parameters_of(source).values() for name in names}
    for item in items:
        for name in sorted(item.may_change - known):
            raise CaseError(
                f"{assignment.slug}: the case {item.case.id} has may_change=({name!r}, …), but no function of the "
                f"solution has a parameter {name}. The parameters are {', '.join(sorted(known))}."
            )


def do_not_pass(assignment: Assignment, outcomes: Sequence[Outcome]) -> str:
    """Return a sentence on each case that does not pass on the solution, without those skipped because of another."""
    failed = [each for each in outcomes if each.verdict is not Verdict.SKIPPED] or outcomes
    lines = [_does_not_pass(assignment, each) for each in failed]
    remedy = "Fix the case or the solution." if len(failed) == 1 else "Fix the cases or the solution."
    traces = [each.staff for each in failed if each.staff]
    return "\n".join([*lines[:-1], f"{lines[-1]} Nothing was graded. {remedy}", *traces])


def _does_not_pass(assignment: Assignment, outcome: Outcome) -> str:
    difference = outcome.mismatch
    details = outcome.message
    if outcome.verdict is Verdict.GRADER_ERROR:
        details = outcome.staff.partition("\n")[0]
    elif outcome.staff.startswith("Traceback"):  # the message would speak of what a student returned
        details = f"The case raised {outcome.staff.rstrip().rpartition(chr(10))[2].rstrip('.')}."
    elif difference is not None and not details:
        details = f"{difference.kind}: got {difference.got}, want {difference.want}."
    sentence = f"{assignment.slug}: the case {outcome.case} does not pass on the solution ({outcome.verdict.value})."
    return f"{sentence} {details}".rstrip()
