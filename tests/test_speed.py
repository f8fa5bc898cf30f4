"""A race between a function of the submission and one of the case."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Load

from autograder import speed_ratio
from autograder.course import assignment, solution
from autograder.errors import CaseError
from autograder.grading.collected_cases import CollectedCases, collect_cases
from autograder.grading.options import RunOptions
from autograder.model import Outcome, Verdict
from autograder.workers.supervisor import Supervisor


def sums(x: Any) -> Any:
    for _ in range(20):
        y = np.array([sum(row) for row in x])
    return y


def draws(count: int) -> list[tuple[Any, ...]]:
    rng = np.random.default_rng(3)
    return [(rng.normal(size=(20, 300)),) for _ in range(count)]


def race(load: Load, source: str) -> float:
    """Return the ratio to ``sums``; the results must be right."""
    over = draws(60)
    results, ratio = speed_ratio(load("import numpy as np\n" + source).f, sums, over)
    assert len(results) == len(over)
    for (x,), result in zip(over, results, strict=True):
        assert np.allclose(result, x.sum(axis=1))
    return ratio


# Three times the work of the rival.
SLOW = "def f(x): return np.array([sum(row) for row in x for _ in range(60)])[::60]\n"


@pytest.mark.slow
def test_a_faster_function_has_a_ratio_above_one_and_a_slower_one_below(load: Load) -> None:
    assert race(load, "def f(x): return x.sum(axis=1)\n") > 10
    assert 0.1 < race(load, SLOW) < 0.7


SLOW_AND_SLY = {
    "a clock of its own": """
        import time
        clock = time.thread_time
        time.thread_time = time.process_time = time.perf_counter = lambda: clock() / 1e6
        time.clock_gettime = lambda number: clock() / 1e6
        f = slow
    """,
    "threads": """
        import threading
        def f(x):
            found = []
            thread = threading.Thread(target=lambda: found.append(slow(x)))
            thread.start()
            thread.join()
            return found[0]
    """,
    "a numpy that is slow for others": """
        import time
        array = np.array
        def late(x, *args, **kwargs):
            until = time.thread_time() + 0.05
            while time.thread_time() < until: pass
            return array(x, *args, **kwargs)
        np.array = late
        def f(x): return array([sum(row) for row in x for _ in range(60)])[::60]
    """,
}


@pytest.mark.slow
@pytest.mark.parametrize("source", SLOW_AND_SLY.values(), ids=SLOW_AND_SLY.keys())
def test_who_is_slow_stays_slow(load: Load, source: str) -> None:
    """Three times the rival's work is a third; a rival that was slowed down counts for twice of what it takes here."""
    assert race(load, SLOW.replace("f(x)", "slow(x)") + textwrap.dedent(source)) < 1.2


def test_a_remembered_answer_is_a_wrong_one(load: Load) -> None:
    student = load("known = []\ndef f(x):\n    known.append(x.sum(axis=1))\n    return known[0]\n")
    over = draws(3)
    results, _ = speed_ratio(student.f, sums, over)
    assert [np.allclose(result, x.sum(axis=1)) for (x,), result in zip(over, results, strict=True)] == [
        True,
        False,
        False,
    ]


def test_one_tuple_is_not_enough(load: Load) -> None:
    with pytest.raises(CaseError, match="two or more"):
        speed_ratio(load("def f(x): return x\n").f, sums, draws(1))


@pytest.mark.slow
def test_the_race_of_the_capstone_is_measured(supervisor: Supervisor) -> None:
    capstone = assignment.load("14-capstone", root=Path(__file__).parents[1])
    found: list[Outcome] = []

    def work(bench: CollectedCases) -> None:
        race = [case for case in bench.plan if case.id == "twenty_times_as_fast_as_loops"]
        found.extend(outcome for _, outcome, _ in bench.run(solution.modules(capstone), race, ignore_needs=True))

    collect_cases(capstone, work, run=RunOptions(official=True, device="cpu"), supervisor=supervisor)
    assert [outcome.verdict for outcome in found] == [Verdict.PASSED]
    measure = found[0].measure
    assert measure is not None and (measure.name, measure.unit) == ("speed ratio", "×") and measure.value >= 20
