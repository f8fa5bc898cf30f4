"""What the report of a case shows of the call that failed: its inputs, its output, its lines, and code to repeat it."""

from __future__ import annotations

import linecache
import traceback
from dataclasses import dataclass
from typing import Any

from ..checks.assertions import CaseFailed
from ..messages import say
from ..model import Case, Measure, TraceLine, Verdict
from ..student.case_run import CaseRun
from ..student.faults import StudentFault, StudentRaised, without_addresses
from ..student.log import Step
from ..student.snippet import printed, snippet
from .collection import CaseItem


@dataclass(slots=True)
class Attempt:
    """One attempt to run a case: the run, what the case raised, whether pytest called it, and what it measured."""

    item: CaseItem
    run: CaseRun
    raised: BaseException | None = None
    called: bool = False
    measure: Measure | None = None
    seconds: float = 0.0


def evidence(case: Case, attempt: Attempt) -> dict[str, Any]:
    """Return the fields of the outcome that describe the failing call. A hidden case has only the call, for staff."""
    log, raised = attempt.run.log, attempt.raised
    got, item = (raised.got, raised.item) if isinstance(raised, CaseFailed) else (None, None)
    step = log.failed or log.step_of(got, item)
    call = step.describe() if step is not None and step is not log.failed else log.current
    if not case.visible or (isinstance(raised, StudentFault) and raised.verdict is Verdict.NOT_ATTEMPTED):
        return {"call": call}
    return {
        "call": call,
        "trace": raised.trace if isinstance(raised, StudentFault | StudentRaised) else (),
        "output": log.output_of(step),
        "snippet": "" if step is None else _snippet(attempt, step),
        "source": _line_of_case(attempt),
    }


def _snippet(attempt: Attempt, step: Step) -> str:
    run = attempt.run
    in_place = attempt.item.in_place
    if any(call.changed and (in_place or len(call.effects) < len(call.changed)) for call in run.log.calls):
        return ""  # a change that the case allows is made in its own arguments, too: they are not what they were
    return snippet(run.log, step, run.source, seed=run.seed, comments=_comments(step, attempt.raised))


def _comments(step: Step, raised: BaseException | None) -> list[str]:
    """Return what the call returned or raised, and what was wanted, as comments behind the code."""
    if isinstance(raised, StudentRaised):
        text = without_addresses(raised.text[:200].partition("\n")[0])
        return [say("snippet.raises", type=raised.type_name, text=text)]
    if isinstance(raised, StudentFault):
        return []
    lines = _labelled(say("label.got"), step.call.result)
    if isinstance(raised, CaseFailed) and raised.got is step.call.result and raised.want is not None:
        lines += _labelled(say("label.want"), raised.want)
    return lines


def _labelled(label: str, value: Any) -> list[str]:
    first, *more = printed(value) or [""]
    return [f"{label}: {first}", *(f"{' ' * len(label)}  {line}" for line in more)] if first else []


def _line_of_case(attempt: Attempt) -> TraceLine | None:
    """Return the line of the case that failed."""
    path = str(attempt.item.item.path)
    frames = traceback.walk_tb(attempt.raised.__traceback__) if attempt.raised else ()
    line = next((line for frame, line in frames if frame.f_code.co_filename == path), 0)
    code = linecache.getline(path, line).strip()
    return TraceLine(attempt.item.item.path.name, line, "", code) if code else None
