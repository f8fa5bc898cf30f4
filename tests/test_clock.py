"""Time limits: they count what a submission used, and a submission cannot make them longer by itself."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from autograder.wall.limits import PATIENCE
from autograder.workers import clock as module
from autograder.workers import forked_worker
from autograder.workers.clock import GLANCE_S, Budget, Clock
from autograder.workers.readings import MAX_PAGE_S, Reading
from autograder.workers.worker import LossReason, WorkerLost

MAIN = 7  # the worker, and its main thread


class Machine:
    """A machine on which time passes only by :meth:`work` and its like."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.is_there = True
        self.ran_s = self.system_s = self.own_queued_s = self.stolen_s = self.stalled_s = 0.0
        self.pages = 0
        self.queued_s = {MAIN: 0.0}
        self.looks = 0

    def passes(self, seconds: float, **counters: float) -> None:
        """Let time pass, and add to counters; ``queued_s`` is the main thread's."""
        self.now_s += seconds
        self.queued_s[MAIN] += counters.pop("queued_s", 0.0)
        for name, more in counters.items():
            setattr(self, name, getattr(self, name) + more)

    def read(self, pid: int) -> Reading | None:
        self.looks += 1
        if not self.is_there:
            return None
        return Reading(
            ran_s=self.ran_s,
            system_s=self.system_s,
            pages=int(self.pages),
            queued_s=dict(self.queued_s),
            own_queued_s=self.own_queued_s,
            stolen_s=(0.0, self.stolen_s),
            stalled_s=self.stalled_s,
        )


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: machine.now_s))
    monkeypatch.setattr(module.readings, "read", machine.read)
    monkeypatch.setattr(module.readings, "own_queued_s", lambda: machine.own_queued_s)
    return machine


def started(machine: Machine, limit_s: float = 5.0) -> Clock:
    """A clock that has had its first look, after a second in which the worker ran."""
    clock = Clock(MAIN, limit_s)
    machine.passes(1.0, ran_s=1.0)
    assert clock.left() == pytest.approx(limit_s - 1.0)
    return clock


# --- what is counted


def test_a_short_call_is_timed_without_looking_into_proc(machine: Machine) -> None:
    clock = Clock(MAIN, 5.0)
    assert clock.left() == 5.0 and clock.wait_s() == GLANCE_S
    machine.passes(GLANCE_S / 2)
    assert clock.left() == pytest.approx(5.0 - GLANCE_S / 2)
    assert clock.used_s() == pytest.approx(GLANCE_S / 2)
    assert machine.looks == 0


@pytest.mark.parametrize("counter", ["queued_s", "own_queued_s", "stolen_s", "stalled_s"])
def test_waiting_is_given_back(machine: Machine, counter: str) -> None:
    """For a core, for us, for the host, for memory: 3 of 6 seconds."""
    clock = started(machine)
    machine.passes(6.0, **{"ran_s": 3.0, counter: 3.0})
    assert clock.left() == pytest.approx(1.0)
    assert clock.used_s() == pytest.approx(4.0)


@pytest.mark.parametrize("counters", [{"ran_s": 4.0}, {}], ids=["running", "sleeping"])
def test_running_and_sleeping_are_not_given_back(machine: Machine, counters: dict[str, float]) -> None:
    clock = started(machine)
    machine.passes(4.0, **counters)
    assert clock.left() == pytest.approx(0.0) and clock.used_s() == pytest.approx(5.0)
    assert not clock.was_starved()


def test_another_thread_that_waits_for_a_core_counts_too(machine: Machine) -> None:
    """The main thread may sleep until it has finished."""
    clock = started(machine)
    machine.queued_s[8] = 3.0
    machine.passes(6.0, ran_s=3.0)
    assert clock.left() == pytest.approx(1.0)


def test_a_callback_counts_for_the_submission_and_not_for_the_call(machine: Machine) -> None:
    clock = started(machine)
    with clock.callback():
        machine.passes(3.0, own_queued_s=1.0)
    assert clock.used_s() == pytest.approx(3.0)  # without the second that the grader itself waited
    machine.passes(4.0, ran_s=4.0)
    assert clock.left() == pytest.approx(0.0)


def test_what_was_given_back_is_remembered_when_the_worker_is_gone(machine: Machine) -> None:
    clock = started(machine)
    machine.passes(6.0, ran_s=3.0, queued_s=3.0)
    assert clock.used_s() == pytest.approx(4.0)
    machine.is_there = False
    machine.passes(1.0)
    assert clock.used_s() == pytest.approx(5.0) and not clock.was_starved()


def test_where_nobody_tells_wall_time_counts(machine: Machine) -> None:
    machine.is_there = False
    clock = Clock(MAIN, 5.0)
    machine.passes(1.0)
    assert clock.left() == 4.0
    machine.passes(4.0, queued_s=4.0)
    assert clock.left() == 0.0 and clock.used_s() == 5.0 and not clock.was_starved()


# --- what a submission cannot do


def until_the_deadline(machine: Machine, clock: Clock, second: Callable[[], None]) -> float:
    """How much wall time passes until the deadline, second by second."""
    start_s = machine.now_s
    while clock.left() > 0:
        second()
    return machine.now_s - start_s


def test_no_wait_is_longer_than_patience_allows(machine: Machine) -> None:
    clock = started(machine)
    assert until_the_deadline(machine, clock, lambda: machine.passes(1.0, queued_s=1.0)) <= 5.0 * PATIENCE


def test_waiting_for_its_own_threads_gains_nothing(machine: Machine) -> None:
    """Eight threads on two cores: the main one waits for three seconds in four, and the grader waits as well."""
    clock = started(machine)
    machine.queued_s |= dict.fromkeys(range(10, 18), 0.0)

    def second() -> None:
        for thread in machine.queued_s:
            machine.queued_s[thread] += 0.75
        machine.passes(1.0, ran_s=2.0, own_queued_s=0.75)

    assert until_the_deadline(machine, clock, second) == pytest.approx(4.0)
    assert clock.used_s() == pytest.approx(5.0)  # two cores do not count twice either
    assert not clock.was_starved()


def test_threads_that_come_and_go_gain_nothing(machine: Machine) -> None:
    clock = started(machine)
    threads = itertools.count(100)

    def second() -> None:
        machine.queued_s = {MAIN: machine.queued_s[MAIN], next(threads): 50.0}
        machine.passes(1.0, ran_s=1.0)

    assert until_the_deadline(machine, clock, second) == pytest.approx(4.0)


def test_a_flood_of_page_faults_gains_no_time(machine: Machine) -> None:
    """It may be run once more, which the budget bounds."""
    clock = started(machine)

    def second() -> None:
        machine.passes(1.0, ran_s=1.0, system_s=1.0, pages=1e6)

    assert until_the_deadline(machine, clock, second) == pytest.approx(4.0)


# --- which time-outs are tried again


def test_a_worker_that_got_no_core_was_starved(machine: Machine) -> None:
    clock = started(machine)
    until_the_deadline(machine, clock, lambda: machine.passes(1.0, queued_s=0.99, ran_s=0.01))
    assert clock.was_starved()


@pytest.mark.parametrize(("cost_s", "starved"), [(12e-6, True), (0.0, False)], ids=["pages", "system calls"])
def test_a_worker_that_waited_for_pages_was_starved(machine: Machine, cost_s: float, starved: bool) -> None:
    """A host that has to find each page first makes the kernel slow; the kernel calls that running."""
    clock = Clock(MAIN, 0.5)
    machine.passes(0.06)
    assert clock.left() == pytest.approx(0.44)
    machine.passes(0.44, ran_s=0.44, system_s=0.40, pages=0.40 / cost_s if cost_s else 100)
    assert clock.left() == pytest.approx(0.0)
    assert clock.was_starved() == starved


def test_cheap_pages_excuse_no_more_than_they_can_cost(machine: Machine) -> None:
    clock = started(machine)
    machine.passes(4.0, ran_s=4.0, system_s=4.0, pages=1.0 / MAX_PAGE_S)
    assert clock.left() == pytest.approx(0.0)
    assert not clock.was_starved()


def test_an_endless_loop_on_a_busy_machine_was_not_starved(machine: Machine) -> None:
    """It waits for most of the time, and yet it had the time that it may have."""
    clock = started(machine)
    until_the_deadline(machine, clock, lambda: machine.passes(1.0, queued_s=0.75, ran_s=0.25))
    assert not clock.was_starved()


def test_a_limit_below_a_glance_is_no_exception(machine: Machine) -> None:
    clock = Clock(MAIN, 0.02)
    machine.passes(0.011)
    assert clock.left() == pytest.approx(0.009)
    machine.passes(1.0, queued_s=1.0)
    assert clock.left() == 0.0 and clock.was_starved()


# --- the budget of a submission


def test_a_budget_counts_what_each_call_used(machine: Machine) -> None:
    budget = Budget(10.0)
    for _ in range(2):
        clock = started(machine)
        machine.passes(6.0, ran_s=3.0, queued_s=3.0)
        budget.charge(clock)
        budget.charge(clock)  # a second time nothing more
    assert budget.used_s == pytest.approx(8.0) and not budget.is_spent()
    clock = Clock(MAIN, 5.0)
    machine.passes(1.5)
    assert not budget.is_spent(clock)
    machine.passes(1.0)
    assert budget.is_spent(clock) and not budget.is_spent()
    budget.charge(clock)
    assert budget.is_spent()


def test_waiting_on_purpose_ends_with_the_patience_of_the_budget(machine: Machine) -> None:
    """No call of this submission is over its limit, and it would use up nothing."""
    budget = Budget(10.0)
    for _ in range(3):
        clock = started(machine)
        machine.passes(32.0, ran_s=1.0, stalled_s=31.0)
        assert clock.left() > 0 and not budget.is_spent(clock)
        budget.charge(clock)
    assert budget.used_s == pytest.approx(6.0) and not budget.is_spent()
    clock = Clock(MAIN, 5.0)
    machine.passes(1.5, stalled_s=1.5)
    assert budget.is_spent(clock) and not budget.is_spent()
    budget.charge(clock)
    assert budget.is_spent()


def test_a_budget_grants_two_retries(machine: Machine) -> None:
    budget = Budget(10.0)
    assert [budget.grant_retry() for _ in range(4)] == [True, True, False, False]


# --- waiting


def test_a_wait_is_never_below_nothing_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time passes between two looks at the clock, and poll takes a negative wait for an endless one."""
    moments = itertools.count(0.0, 0.4)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    monkeypatch.setattr(module.readings, "read", lambda pid: None)
    waits: list[float] = []

    class Poll:
        register = unregister = staticmethod(lambda *args: None)

        def poll(self, wait_ms: float) -> list[tuple[int, int]]:
            assert wait_ms >= 0
            waits.append(wait_ms)
            return []

    worker = SimpleNamespace(_connection=SimpleNamespace(fileno=lambda: 9), _output_end=8, _pidfd=7, _poll=Poll())
    worker._late = lambda clock: WorkerLost(LossReason.TIMED_OUT, limit_s=clock.limit_s)
    with pytest.raises(WorkerLost) as caught:
        forked_worker.ForkedWorker._wait(worker, Clock(1, 1.0), writing=False)  # type: ignore[arg-type]
    assert caught.value.loss is LossReason.TIMED_OUT and waits
