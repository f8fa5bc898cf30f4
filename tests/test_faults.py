"""Kill -9 at random moments: nothing survives, nothing is half written, and the next run grades everything right.

The grader runs as ``python -m autograder batch``. This process adopts whatever its children leave behind (a child
subreaper), so an orphan anywhere below the grader becomes a child of ours and cannot hide.
"""

from __future__ import annotations

import contextlib
import csv
import ctypes
import json
import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_course as tiny

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="subreapers and /proc are Linux's"),
]

SEED = 2026
USUAL, LONG = 24, 80  # kills, of graders or of workers
MAX_RUNS = 1000  # not a limit of time, which a busy machine would exceed
CLEAN_AFTER = 16  # killed graders, before one is left in peace
STUDENTS = 16
DEADLINE_S = 20.0  # for what the kernel does in milliseconds, on a machine that does much else
RUN_S = 120.0  # for one run of the grader
PR_SET_CHILD_SUBREAPER = 36

# Every call takes a moment, so that there is a worker to be killed.
RIGHT = "import time\n" + tiny.SOLUTION.replace("    return", "    time.sleep(0.01)\n    return")
WRONG = RIGHT.replace("2 * x", "x")
EARNED = {RIGHT: 9.0, WRONG: 3.0}
LOST = {"crashed", "timed_out", "skipped", "grader_error"}  # what a kill from outside may make of a case


def class_of() -> dict[str, str]:
    """Who handed in what."""
    return {f"s{i:02}": RIGHT if i % 2 else WRONG for i in range(STUDENTS)}


class Course:
    """A course, its class, and a grader that is started on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.uploads = folder / "uploads"
        self.scratch = folder / "scratch"
        self.scratch.mkdir()
        tiny.make(folder)
        for student, source in class_of().items():
            tiny.write(self.uploads / student / "tiny.py", source)

    def start(self, out: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "autograder", "batch", tiny.SLUG, str(self.uploads)]
        command += ["--practice", "--workers", "1", "--out", str(out)]
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "TMPDIR": str(self.scratch)}
        return subprocess.Popen(
            [*command, "--seed", "1", "--root", str(self.folder)],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def grade(self, out: Path) -> float:
        """Grade in peace, check every grade, and return how long it took."""
        started = time.monotonic()
        _, errors = (process := self.start(out)).communicate(timeout=RUN_S)
        assert process.returncode == 0, errors
        seconds = time.monotonic() - started
        found = {student: report["score"]["earned"] for student, report in reports(out).items()}
        assert found == {student: EARNED[source] for student, source in class_of().items()}
        with (out / "staff" / "practice.csv").open(encoding="utf-8-sig", newline="") as file:
            assert {row["student"]: float(row["earned"]) for row in csv.DictReader(file)} == found
        return seconds


def reports(out: Path) -> dict[str, dict[str, Any]]:
    """Every report of a folder, by student; a ValueError when one of them is half a report."""
    found = {}
    for path in (out / "staff").glob("01-tiny-*.json"):
        report = json.loads(path.read_text(encoding="utf-8"))
        found[report["submission"]["student"]] = report
    for path in out.rglob("*.html"):
        assert path.read_text(encoding="utf-8").rstrip().endswith("</html>"), path.name
    return found


# --- processes


@pytest.fixture
def strays() -> Iterator[set[int]]:
    """Adopt orphans during a test; the children that this process has anyway (zygotes of other tests) are no strays."""
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
    try:
        yield own_children()
    finally:
        libc.prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


def own_children() -> set[int]:
    return {pid for thread in os.listdir("/proc/self/task") for pid in children_of("self", thread)}


def children_of(pid: int | str, thread: int | str = "") -> list[int]:
    try:
        with open(f"/proc/{pid}/task/{thread or pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except OSError:
        return []  # it has ended


def ended_within(pid: int, seconds: float) -> bool:
    """Wait for a process to end; False when it still runs after so many seconds."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([pidfd], [], [], max(0.0, seconds))[0])
    finally:
        os.close(pidfd)


def assert_no_orphan(known: set[int]) -> None:
    """Wait until nothing but ``known`` is left below this process: what is orphaned becomes its child."""
    deadline = time.monotonic() + DEADLINE_S
    while left := own_children() - known:
        for pid in left:
            name = described(pid)
            assert ended_within(pid, deadline - time.monotonic()), f"still there after {DEADLINE_S:g} s: {name}"
            os.waitpid(pid, 0)


def described(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return f"{pid} {file.read().replace(chr(0), ' ')[:200]}"
    except OSError:
        return str(pid)


def pid_namespaces(pid: int) -> int:
    """How many pid namespaces deep a process lives; 0 when it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
            return next((len(line.split()) - 1 for line in file if line.startswith("NSpid:")), 0)
    except OSError:
        return 0


def victims(grader: int, kind: str) -> list[int]:
    """Running zygotes or workers of a grader.

    In namespaces the grader's child waits for the zygote proper, whose children are the workers; without, the grader's
    child is the zygote. Each pid namespace shows as one number more.
    """
    zygotes = children_of(grader)
    base = pid_namespaces(grader)
    below = [pid for zygote in zygotes for pid in children_of(zygote)]
    inside = [pid for pid in below if pid_namespaces(pid) == base + 1]
    if kind == "zygote":
        return zygotes + inside
    return [pid for pid in below if pid not in inside] + [pid for each in inside for pid in children_of(each)]


def kill(pid: int, *, below: int) -> bool:
    """SIGKILL a process, if it is still the descendant of ``below`` that it was when it was found."""
    try:
        pidfd = os.pidfd_open(pid)  # from here on the number stands for one process
    except ProcessLookupError:
        return False
    try:
        if pid not in victims(below, "zygote") + victims(below, "worker"):
            return False
        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False
    finally:
        os.close(pidfd)


# --- the tests


def test_an_orphan_would_be_found(strays: set[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "DEADLINE_S", 0.1)
    subprocess.run(["/bin/sh", "-c", "sleep 600 &"], check=True)  # the shell ends, what it started is ours now
    (orphan,) = own_children() - strays
    try:
        with pytest.raises(AssertionError, match=rf"still there after 0\.1 s: {orphan} .*sleep 600"):
            assert_no_orphan(strays)
    finally:
        os.kill(orphan, signal.SIGKILL)
    assert_no_orphan(strays)


kills = pytest.mark.parametrize("kills", [USUAL, pytest.param(LONG, marks=pytest.mark.long)])


@kills
def test_a_killed_grader_leaves_no_process_and_no_half_report(kills: int, tmp_path: Path, strays: set[int]) -> None:
    course, out, rng = Course(tmp_path), tmp_path / "out", random.Random(SEED)
    seconds = course.grade(tmp_path / "first")
    with_workers = 0
    for number in range(1, kills + 1):
        grader = course.start(out)
        ended_within(grader.pid, rng.uniform(0.0, seconds))
        with_workers += bool(children_of(grader.pid))
        grader.kill()
        grader.communicate(timeout=DEADLINE_S)
        assert_no_orphan(strays)
        for student, report in reports(out).items():  # what is there is whole, and right
            assert report["score"]["earned"] == EARNED[class_of()[student]]
        if number % CLEAN_AFTER == 0:
            seconds = course.grade(out)
            assert_no_orphan(strays)
    assert with_workers > kills // 5, "most kills hit a grader that had not begun"


@kills
def test_killed_zygotes_and_workers_cost_only_what_they_were_at(kills: int, tmp_path: Path, strays: set[int]) -> None:
    course, rng = Course(tmp_path), random.Random(SEED + 1)
    wanted = {"worker": kills, "zygote": kills // 2}
    done: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    for number in range(MAX_RUNS):
        left = [kind for kind in wanted if done[kind] < wanted[kind]]
        if not left:
            break
        out = tmp_path / f"out{number}"
        done += kill_while_grading(course, out, rng, left)
        assert_no_orphan(strays)
        verdicts += judged_fairly(out)
    assert done >= Counter(wanted), f"too few kills in {MAX_RUNS} runs: {done}"
    assert verdicts["passed"] and verdicts["crashed"], verdicts
    course.grade(tmp_path / "last")
    assert_no_orphan(strays)


def kill_while_grading(course: Course, out: Path, rng: random.Random, kinds: list[str]) -> Counter[str]:
    """Grade once, killing at random moments; return how many of each kind were killed.

    In one run either workers or zygotes: while a zygote is being replaced there is no worker. Mostly the killing begins
    with the first report; before it, the sandbox examines itself and the cases are proven, and a kill ends the run.
    """
    done: Counter[str] = Counter()
    kind, late = rng.choice(kinds), rng.random() < 0.75
    pause = 0.12 if kind == "worker" else 0.6
    grader = course.start(out)
    try:
        deadline = time.monotonic() + RUN_S
        while late and not any((out / "staff").glob("01-tiny-*.json")) and not ended_within(grader.pid, 0.005):
            assert time.monotonic() < deadline, "the grader never writes a report"
        while not ended_within(grader.pid, rng.uniform(0.0, pause)):
            assert time.monotonic() < deadline, "the grader does not come to an end"
            while not (found := victims(grader.pid, kind)) and not ended_within(grader.pid, 0.002):
                assert time.monotonic() < deadline, "the grader does not come to an end"
            if found and kill(rng.choice(found), below=grader.pid):
                done[kind] += 1
        _, errors = grader.communicate(timeout=DEADLINE_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            grader.kill()
    assert "Traceback (most recent call last)" not in errors, errors
    # 4: a fault of ours, said in one sentence; 5: a person must look at a submission whose worker was lost
    assert grader.returncode in (0, 4, 5), errors
    return done


def judged_fairly(out: Path) -> Counter[str]:
    """Check that no kill made a right answer wrong or a wrong one right; count the verdicts."""
    verdicts: Counter[str] = Counter()
    for student, report in reports(out).items():
        own = "passed" if class_of()[student] == RIGHT else "failed"
        for line in report["outcomes"]:
            right = own if line["case"] == "double_of_two" else "passed"
            assert line["verdict"] in LOST | {right}, (student, line)
            verdicts[line["verdict"]] += 1
        assert report["score"]["earned"] <= EARNED[class_of()[student]]
    return verdicts
