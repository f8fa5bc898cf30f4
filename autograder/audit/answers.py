"""What came of a call, and how the answer of a mutant differs from that of the solution."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from ..checks.compare import compare
from ..errors import CaseError
from ..student.call import RecordedCall
from ..student.case_run import CaseRun
from ..student.case_settings import CaseSettings
from ..student.connection import Connection
from ..student.faults import StudentFault, StudentRaised
from ..student.handle import StudentCode
from ..student.log import CaseLog
from ..student.objects import RemoteFunction, StudentObject
from ..values import as_array, copied, is_array, leaves, mapped
from .baseline import MIN_CALL_S
from .inputs import Arguments, Handed

# rtol and atol, for float64 and for coarser floats. Below ROUNDING a difference is rounding: another order of
# summation. Above REQUIRED a case should catch it: the tolerances of cases are of this size.
ROUNDING = ((1e-10, 1e-12), (1e-5, 1e-6))
REQUIRED = ((1e-5, 1e-8), (1e-3, 1e-5))


NOTHING: Mapping[str, Collection[int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one call: a finished call, or the type of the exception, or the verdict on the worker.

    ``refused`` is true if the exception comes from a ``raise`` of the submission: it refuses the input on purpose.
    """

    call: RecordedCall | None = None
    raised: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """How a mutant differs from the solution, and whether a case should catch it."""

    text: str
    matters: bool


def call_each(connection: Connection, inputs: Iterable[Arguments]) -> Iterator[tuple[Arguments, Answer]]:
    """Make one call after the other through the wall, and yield what came of each."""
    for number, given in enumerate(inputs):
        run = CaseRun(connection, CaseSettings(f"input {number}", call_s=MIN_CALL_S))  # seeds the generators
        try:
            answer = Answer(_call(StudentCode(run), given))
        except StudentRaised as exc:
            answer = Answer(raised=exc.type_name, refused=_ends_in_raise(exc.staff))
        except StudentFault as exc:
            answer = Answer(raised=exc.verdict.value)
        except (TypeError, RuntimeError) as exc:  # an argument that cannot be sent
            answer = Answer(raised=str(exc))
        run.finish()
        yield given, answer


def _call(student: StudentCode, given: Arguments) -> RecordedCall:
    """Make a call, or read a name that is data."""
    value = getattr(student, given.function)
    if isinstance(value, RemoteFunction):
        args, kwargs = mapped(lambda leaf: _made(student, leaf), [list(given.args), given.kwargs])
        return value.record(*copied(args), **copied(kwargs))
    return RecordedCall(given.function, (), {}, value)


def _made(student: StudentCode, leaf: Any) -> Any:
    """Let the submission make an argument that only it can make."""
    if not isinstance(leaf, Handed):
        return leaf
    result = _call(student, leaf.call).result
    return result if leaf.item is None else result[leaf.item]


def _ends_in_raise(trace: str) -> bool:
    """Whether the last line of the submission in a traceback is a ``raise``."""
    lines = trace.splitlines()
    return len(lines) > 1 and re.search(r": raise\b", lines[-2]) is not None


def is_accepted(answer: Answer) -> bool:
    """Whether the solution accepts an input: it returns finite numbers, or refuses it on purpose."""
    if answer.call is None:
        return answer.refused
    return all(np.all(np.isfinite(array)) for array in _floats(answer.call.result))


# --- differences


def difference(got: Answer, want: Answer, opaque: Collection[int] = ()) -> Difference | None:
    """Compare the answer of a mutant with that of the solution; return None if they differ by rounding at most.

    ``opaque`` are the items of a result that are the submission's own.
    """
    if want.call is None or got.call is None:
        ends = [answer.raised if answer.call is None else "an answer" for answer in (got, want)]
        return None if ends[0] == ends[1] else Difference(f"got {ends[0]}, want {ends[1]}", matters=True)
    if got.call.changed != want.call.changed:
        return Difference(f"it changes {', '.join(got.call.changed) or 'nothing'} in place", matters=True)
    for tolerances, matters in ((REQUIRED, True), (ROUNDING, False)):
        if text := _calls_differ(got.call, want.call, opaque, tolerances):
            return Difference(text, matters)
    return None


def _calls_differ(
    got: RecordedCall, want: RecordedCall, opaque: Collection[int], tolerances: Sequence[tuple[float, float]]
) -> str:
    """Describe how the results of two calls differ, or else the arguments that both changed in place."""
    if text := _differ(_without(got.result, opaque), _without(want.result, opaque), tolerances):
        return text
    changed = _differ(got.after, want.after, tolerances)
    return changed and f"changed arguments: {changed}"


def _without(result: Any, opaque: Collection[int]) -> Any:
    return tuple(item for i, item in enumerate(result) if i not in opaque) if isinstance(result, tuple) else result


def first_difference(got: CaseLog, want: CaseLog, opaque: Mapping[str, Collection[int]] = NOTHING) -> str:
    """Describe where two logs of one case begin to differ by more than rounding; return "" if they do not.

    ``opaque`` are the items of a function's result that are the submission's own.
    """
    if len(got.calls) != len(want.calls):
        return "another number of calls"
    for a, b in zip(got.calls, want.calls, strict=True):
        if a.changed != b.changed or a.aliases != b.aliases:
            return f"{a.function} changes or shares other arguments"
        if text := _calls_differ(a, b, opaque.get(a.function, ()), ROUNDING):
            return f"{a.function}: {text}"
    return ""


def other_answers(got: CaseLog, want: CaseLog) -> bool:
    """Whether two logs of one case hold other answers, whatever the calls did to their arguments."""
    pairs = zip(got.calls, want.calls, strict=False)
    return len(got.calls) != len(want.calls) or any(_differ(a.result, b.result, ROUNDING) for a, b in pairs)


def _differ(got: Any, want: Any, tolerances: Sequence[tuple[float, float]]) -> str:
    """Describe how two results differ by more than the tolerance of their precision, "" if they do not."""
    got, want = _with_types(got), _with_types(want)
    coarse = any(array.dtype.itemsize < 8 for array in _floats(want))
    rtol, atol = tolerances[coarse]
    scale = max((float(np.abs(array).max()) for array in _floats(want) if array.size), default=0.0)
    try:
        mismatch = compare(got, want, rtol=rtol, atol=max(atol, ROUNDING[coarse][0] * scale), nan=True, inf=True)
    except CaseError:  # values that cannot be compared
        return "" if repr(got) == repr(want) else "another value"
    return f"{mismatch.kind}: got {mismatch.got}, want {mismatch.want} {mismatch.where}".strip() if mismatch else ""


def _floats(value: Any) -> Iterator[Any]:
    """Yield every float and every array of floats in a result."""
    for leaf in leaves(value):
        if isinstance(leaf, float) or is_array(leaf):
            array = as_array(leaf)
            if array.dtype.kind in "fc":
                yield array


def _with_types(value: Any) -> Any:
    """Replace the objects of a submission by the names of their types: they cannot be compared."""
    return mapped(lambda leaf: repr(leaf) if isinstance(leaf, StudentObject) else leaf, value)
