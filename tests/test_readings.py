"""What is read from /proc: from files like those of Linux, and of this very process."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from autograder.workers import readings
from autograder.workers.readings import MAX_PAGE_S, Reading, read

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has /proc")

TICKS = os.sysconf("SC_CLK_TCK")


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A /proc with a process 7 whose threads are 7 and 8."""
    monkeypatch.setattr(readings, "PROC", str(tmp_path))
    for name, text in {
        "7/task/7/schedstat": "1000000000 2000000000 5\n",
        "7/task/8/schedstat": "0 3500000000 5\n",
        "thread-self/schedstat": "9 250000000 1\n",
        "stat": f"cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 3 4 5 6 7 {TICKS} 0 0\ncpu1 1 2 3 4 5 6 7 0 0 0\nintr 5\n",
        "pressure/memory": "some avg10=0.00 avg60=0.00 avg300=0.00 total=1500000\nfull avg10=0.00 total=7\n",
        "7/stat": stat(pages=40, user=2, system=3, blocked=4),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def stat(*, pages: int, user: int, system: int, blocked: int) -> str:
    """The line of a process with these counters; times in seconds. Its name tries to pass for other fields."""
    fields = ["0"] * 50
    fields[0], fields[7] = "R", str(pages)
    fields[11], fields[12], fields[39] = (str(seconds * TICKS) for seconds in (user, system, blocked))
    return f"7 (a) R 9 9 9) {' '.join(fields)}\n"


def test_every_counter_is_read(proc: Path) -> None:
    assert read(7) == Reading(
        ran_s=5.0,
        system_s=3.0,
        pages=40,
        queued_s={7: 2.0, 8: 3.5},
        own_queued_s=0.25,
        stolen_s=(1.0, 0.0),
        stalled_s=5.5,
    )


@pytest.mark.parametrize("missing", ["7/task/8/schedstat", "thread-self/schedstat", "stat", "pressure/memory"])
def test_what_a_kernel_does_not_count_is_nothing(proc: Path, missing: str) -> None:
    (proc / missing).unlink()
    found = read(7)
    assert found is not None and found.ran_s == 5.0


def test_a_process_that_is_gone_tells_nothing(proc: Path) -> None:
    assert read(6) is None


def test_two_readings_make_an_interval(proc: Path) -> None:
    before = read(7)
    (proc / "7/task/8").rename(proc / "7/task/9")  # one thread ended, another began
    (proc / "7/stat").write_text(stat(pages=140, user=3, system=5, blocked=4))
    now = read(7)
    assert before is not None and now is not None
    found = now.since(before)
    assert found.ran_s == 3.0
    assert found.waited_s == 3.5  # the new thread's
    assert found.paging_s == pytest.approx(100 * MAX_PAGE_S)


def test_this_process_can_be_read() -> None:
    found = read(os.getpid())
    assert found is not None and found.ran_s > 0 and found.pages > 0 and os.getpid() in found.queued_s
    assert readings.scheduled_s("self")[0] > 0
