"""What a student reads if the case broke at a value that the submission returned."""

from __future__ import annotations

from ..checks.compare import type_name
from ..messages import say
from ..model import Case
from ..student.call import HELPER
from ..student.log import CaseLog, Step


def explain(case: Case, log: CaseLog, raised: BaseException) -> tuple[str, str]:
    """Return the message and the hint for an exception of the case itself, which passes on the solution."""
    if not case.visible:
        return say("hidden.unusable"), ""
    step = _at_fault(log)
    name = type(raised).__name__
    if step is None:
        return say("case.unusable", type=name), ""
    message = say("case.unusable-value", name=step.call.function, what=type_name(step.call.result), type=name)
    if step.call.function == HELPER:  # the student does not know its name
        message = say("case.unusable", type=name)
    is_missing = step.call.result is None and "NoneType" in str(raised)
    return message, say("hint.none") if is_missing else ""


def _at_fault(log: CaseLog) -> Step | None:
    """Return the last call, if the case looked at nothing else afterwards."""
    last = log.steps[-1] if log.steps else None
    return last if last is not None and not last.is_read and last.recipe is None else None
