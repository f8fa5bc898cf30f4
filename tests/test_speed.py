"""A race between a function of the submission and one of the case."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Load

from autograder import inside, speed_ratio
from autograder.checks.compare import CaseFailed
from autograder.course import assignment, solution
from autograder.grading.session import Bench, Run, on_bench
from autograder.model import Outcome, Verdict
from autograder.sandbox.supervisor import Supervisor


def sums(x: Any) -> Any:
    return np.array([sum(row) for row in x])


FAST = "def f(x): return x.sum(axis=1)\n"
SLOW = "def f(x):\n    for _ in range(3): [sum(row) for row in x]\n    return x.sum(axis=1)\n"
LYING = """
import time
clock = time.thread_time
def f(x):
    started = clock()
    while clock() - started < 0.05: pass
    time.thread_time = lambda: started + 1e-6 if time.mine else clock()
    return x.sum(axis=1)
time.mine = True
"""
THREADS = """
import threading
def spin():
    for _ in range(10**6): pass
def f(x):
    threads = [threading.Thread(target=spin) for _ in range(2)]
    for each in threads: each.start()
    for each in threads: each.join()
    return x.sum(axis=1)
"""


def test_a_faster_function_has_a_ratio_above_one(load: Load) -> None:
    x = np.arange(60_000.0).reshape(20, 3000)
    for source, low, high in ((FAST, 20, 1e5), (SLOW, 0.1, 0.7)):
        student = load(source)
        result, ratio = speed_ratio(student.f, inside(student, sums), (x,))
        assert np.array_equal(result, x.sum(axis=1))
        assert low < ratio < high


@pytest.mark.parametrize("source", [LYING, THREADS], ids=["a clock of its own", "threads"])
def test_time_that_the_worker_does_not_see_is_counted_by_the_kernel(load: Load, source: str) -> None:
    student = load(source)
    with pytest.raises(CaseFailed, match="do not add up"):
        speed_ratio(student.f, inside(student, sums), (np.ones((20, 3000)),))


SLOW_AND_SLY = {
    "a lie about one run": """
        import time
        clock, lies, runs = time.thread_time, [], []
        def f(x):
            started = clock()
            y = slow(x)
            runs.append(y)
            if len(runs) == 2: lies.append(started + 1e-6)
            return y
        time.thread_time = lambda: lies.pop() if lies else clock()
    """,
    "a memory": """
        known = {}
        def f(x):
            if x[1, 1] not in known: known[x[1, 1]] = slow(x)
            return known[x[1, 1]].copy()
    """,
    "a numpy that is slow for others": """
        import numpy, time
        array = numpy.array
        def late(x):
            until = time.thread_time() + 0.5
            while time.thread_time() < until: pass
            return array(x)
        numpy.array = late
        def f(x): return array([sum(row) for row in x])
    """,
}


@pytest.mark.parametrize("source", SLOW_AND_SLY.values(), ids=SLOW_AND_SLY.keys())
def test_what_a_race_does_not_notice(load: Load, source: str) -> None:
    """If one of these fails, the race has become better: then docs/explanation/security.md says too little of it."""
    slow = "import numpy as np\ndef slow(x): return np.array([sum(row) for row in x])\n"
    student = load(slow + textwrap.dedent(source))
    x = np.arange(60_000.0).reshape(20, 3000)
    result, ratio = speed_ratio(student.f, inside(student, sums), (x,))
    assert np.array_equal(result, x.sum(axis=1)) and ratio > 20


def test_the_race_of_the_capstone_is_measured(supervisor: Supervisor) -> None:
    capstone = assignment.load("14-capstone", root=Path(__file__).parents[1])
    found: list[Outcome] = []

    def work(bench: Bench) -> None:
        race = [case for case in bench.plan if case.id == "twenty_times_as_fast_as_loops"]
        found.extend(outcome for _, outcome, _ in bench.run(solution.modules(capstone), race, alone=True))

    on_bench(capstone, work, run=Run(official=True, device="cpu"), supervisor=supervisor)
    assert [outcome.verdict for outcome in found] == [Verdict.PASSED]
    measure = found[0].measure
    assert measure is not None and (measure.name, measure.unit) == ("speed ratio", "×") and measure.value >= 20


def test_times_that_are_none_are_no_ratio() -> None:
    class Forged:
        def raced(self, rival: Any, args: tuple[Any, ...], rounds: int) -> tuple[Any, tuple[float, ...]]:
            return 1, (0.0, 1.0, 1.0, 0.0)

    with pytest.raises(CaseFailed, match="do not add up"):
        speed_ratio(Forged(), sums, ())
