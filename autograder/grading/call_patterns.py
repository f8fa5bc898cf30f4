"""What the calls of a failed case say about the mistake, when they are seen together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from ..checks.assertions import CaseFailed
from ..checks.compare import compare
from ..messages import say
from ..student.call import RecordedCall
from ..student.log import CaseLog
from ..values import as_array, is_array, leaves
from .mistakes import same

MOST_CALLS = 30  # of a case; only the last ones are compared
ENOUGH = 3  # different numbers in a result that two calls may have in common by chance otherwise


def hint_of_calls(log: CaseLog, parameters: Mapping[str, Sequence[str]], failed: CaseFailed | None = None) -> str:
    """Return the sentence that fits, "" if none does or if several do. ``parameters`` are the names by function."""
    if failed is not None and failed.breaks_off and _is_of_one_call(failed.got, log):
        return say("hint.breaks-off")
    if failed is not None and (name := _misplaced(log, failed)):
        return say(name)
    found = {
        name
        for earlier, later in combinations(log.calls[-MOST_CALLS:], 2)
        if earlier.function == later.function and not earlier.changed and not later.changed
        for name in _rules(earlier, later, parameters.get(later.function, ()))
    }
    return say(found.pop()) if len(found) == 1 else ""


def _rules(earlier: RecordedCall, later: RecordedCall, names: Sequence[str]) -> Iterator[str]:
    """Yield the ids of the sentences that fit two calls of one function."""
    if _continues(earlier, later):
        yield "hint.grows"
    seeds = _seeds(earlier, names), _seeds(later, names)
    if not all(seeds) or not _is_varied(earlier.result):
        return
    alike = same(earlier.result, later.result)
    if seeds[0] == seeds[1] and not alike and _same_plain_arguments(earlier, later):
        yield "hint.not-repeatable"
    if seeds[0] != seeds[1] and alike:
        yield "hint.seed-ignored"


def _misplaced(log: CaseLog, failed: CaseFailed) -> str:
    """Return the id of the sentence for a wrong value that has its right one elsewhere in the call, "" if none fits."""
    if type(failed.got) is int and type(failed.want) is int:
        return "hint.one-value" if failed.got == 1 and failed.want > 2 and _is_of_one_value(log) else ""
    is_plain = not is_array(failed.got) and not isinstance(failed.got, dict)
    step = None if is_plain or not log.steps else log.step_of(failed.got, failed.item)
    if step is None or failed.want is None or not _is_telling(failed.got, failed.want):
        return ""
    result = step.call.result
    parts = [part for part in result if part is not failed.got] if isinstance(result, tuple) else []
    if 0 < len(parts) < len(result) and any(is_array(part) and compare(part, failed.want) is None for part in parts):
        return "hint.swapped"
    arguments = [*step.call.args, *step.call.kwargs.values()]
    is_whole = result is failed.got and not step.call.changed
    return "hint.unchanged" if is_whole and any(same(failed.got, each) for each in arguments) else ""


def _is_of_one_value(log: CaseLog) -> bool:
    """Return whether the last call returned a list or an array of one number, alone or with other values."""
    result = log.calls[-1].result if log.calls else None
    parts = result if isinstance(result, tuple) else (result,)
    return any(len(part) == 1 for part in parts if isinstance(part, list) or (is_array(part) and part.ndim == 1))


def _is_telling(got: Any, want: Any) -> bool:
    """Return whether two values hold enough numbers for an equal one not to be chance."""
    return all(len({x for part in leaves(value) for x in as_array(part).ravel().tolist()}) > 1 for value in (got, want))


def _is_of_one_call(numbers: Sequence[Any], log: CaseLog) -> bool:
    """Return whether one call returned a list of these very numbers, not a case that collected them from several."""
    ids = set(map(id, numbers))
    return any(isinstance(call.result, list | tuple) and ids <= set(map(id, call.result)) for call in log.calls)


def _continues(earlier: RecordedCall, later: RecordedCall) -> bool:
    """Return whether the same arguments gave the earlier list again, and more behind it."""
    first, second = earlier.result, later.result
    if not (isinstance(first, list) and isinstance(second, list) and 0 < len(first) < len(second)):
        return False
    return same(earlier.args, later.args) and same(earlier.kwargs, later.kwargs) and same(second[: len(first)], first)


def _seeds(call: RecordedCall, names: Sequence[str]) -> list[int]:
    """Return the seeds that a call received, by the names of its parameters."""
    named = [*zip(names, call.args, strict=False), *call.kwargs.items()]
    return [value for name, value in named if "seed" in name and isinstance(value, int)]


def _same_plain_arguments(earlier: RecordedCall, later: RecordedCall) -> bool:
    """Return whether two calls had the same numbers and texts. An array may have been changed in between."""
    arguments = [*earlier.args, *later.args, *earlier.kwargs.values(), *later.kwargs.values()]
    plain = all(isinstance(each, bool | int | float | str | None) for each in arguments)
    return plain and earlier.args == later.args and earlier.kwargs == later.kwargs


def _is_varied(result: Any) -> bool:
    """Return whether a result holds several different floating-point numbers."""
    parts = [as_array(leaf).ravel() for leaf in leaves(result) if is_array(leaf) or isinstance(leaf, float)]
    numbers = np.concatenate([np.zeros(0), *(part for part in parts if part.dtype.kind == "f")])
    return len(np.unique(numbers)) >= ENOUGH
