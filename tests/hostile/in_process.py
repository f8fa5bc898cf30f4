"""The same programs without a wall: an ordinary pytest that imports what was handed in.

    python tests/hostile/in_process.py > docs/explanation/hostile.md

Each program runs in a process of its own, in an empty folder, with a deadline and resource limits, but as the user who
calls this, and nothing else holds it back. Those that are marked HARMFUL are left out: they would harm the machine.
"""

from __future__ import annotations

import collections
import contextlib
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import arena
from arena import Canaries, Program

from autograder.model import Report
from autograder.workers.supervisor import Supervisor

DEADLINE_S = 5.0
# What a course would write for this assignment without a framework: the cases of course/, in plain pytest.
CASES = """
import numpy as np
import pytest
import solution as reference
import warmup as student


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def test_double_of_two():
    np.testing.assert_allclose(student.double(np.array([2.0])), np.array([4.0]))


def test_total_of_three():
    assert student.total(np.array([1.0, 2.0, 3.0])) == pytest.approx(6.0)


def test_counter_counts():
    counter = student.Counter()
    assert counter.add(2) == 2
    assert counter.add(3) == 5


def test_double_of_any(rng):
    for size in (1, 5, 9):
        x = rng.normal(size=size)
        np.testing.assert_allclose(student.double(x), reference.double(x))


def test_double_of_many(rng):
    x = rng.normal(size=1 << 17)
    np.testing.assert_allclose(student.double(x), reference.double(x))


def test_total_of_any(rng):
    for shape in (7, (3, 4), 1):
        x = rng.normal(size=shape)
        want = reference.total(x)
        assert student.total(x) == pytest.approx(want)


def test_counter_of_any(rng):
    steps = rng.integers(1, 100, size=5).tolist()
    one, other = student.Counter(), student.Counter()
    for step in steps:
        one.add(step)
    assert one.value == sum(steps)
    assert other.add(1) == 1
"""
# Starts pytest and waits for it, as a grading script does; it is what a program finds as its parent.
GRADER = "import subprocess, sys; sys.exit(subprocess.call(sys.argv[1:]))"
FORGERIES = (b"\x1b[2J", b"\n::error", b"\n##vso", b"\n<script>", b"\n=1+1", b"7 passed in 0.01s")
LEFT = [f"{place}/hostile-message" for place in ("/tmp", "/dev/shm", "/var/tmp", "/run")]

HEAD = """# Hostile programs, with and without the wall

{count} programs attack the grader of a tiny assignment (`tests/hostile/`). Each runs twice: in an ordinary pytest that
imports the submission, as most graders do, and through the wall. `tests/hostile/test_hostile.py` runs them through the
wall on every change. This page compares the two. It is generated, on a disposable machine, by

    .venv/bin/python tests/hostile/in_process.py > docs/explanation/hostile.md

**In process, {bitten} of the {tried}** that can be tried there reach their goal: marks without an answer, a secret,
or a report that is lost or never written. **Behind the wall none does:** every case has the expected verdict, nothing
is reached, every report is complete, and the next submission gets full marks.

In process, *marks forged* counts cases that pass although the answer is wrong. *Report lost* is a run without
results, *hung* a run that never ends. *Right answers lost* are cases that other submissions would have passed.
*Reached* is something that a submission must not reach. *Harmful* programs are not tried in process, because they
would harm the machine. Programs that attack the connection to the grader are not tried either: in process there is
*no wire*. Behind the wall, "passed" means that the attack changed nothing; many programs also return right answers.

Two rows begin with `f10_`: these programs write into their arguments. In process, a case that computes the expected
value from the same array *after* the call compares zeros with zeros, or nan with nan. Behind the wall a case computes
with its own array, which a change in place does not reach.

The table is of the full level. The suite also runs at the level `container`, as root and as a user, with the same
verdicts but for those that `tests/hostile/arena.py` lists with their reasons (`tests/test_container.py`).

[Security](security.md) says what the wall does not promise.
"""
TABLE = ("| | program | what it does | in process | behind the wall |", "| --- | --- | --- | --- | --- |")


@dataclass(frozen=True)
class Ending:
    """How a run in process ended."""

    status: int | None  # None: it had to be ended
    passed: frozenset[str] | None  # None: there are no results
    output: bytes
    touched: list[str]


def in_process(program: Program, canaries: Canaries) -> Ending:
    """Run ``program`` in an ordinary pytest, twice where it leaves something for a second one."""
    with tempfile.TemporaryDirectory() as home:
        endings = []
        for number in range(program.copies):
            folder = Path(home) / str(number)
            folder.mkdir()
            endings.append(_run(program, canaries, folder, Path(home)))
    for path in LEFT:
        Path(path).unlink(missing_ok=True)
    return endings[-1]


def _run(program: Program, canaries: Canaries, folder: Path, home: Path) -> Ending:
    # our own process is not offered: in its place stands the one that starts pytest, which a program finds by itself
    (folder / "warmup.py").write_bytes(program.armed({**canaries.values(), "grader": -1}))
    (folder / "solution.py").write_bytes(arena.right())
    (folder / "test_all.py").write_text(CASES, encoding="utf-8")
    results, log = folder / "results.xml", home / "log"
    pytest = [sys.executable, "-m", "pytest", "-s", "-q", "-p", "no:cacheprovider", "--junitxml=results.xml"]
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1",
        "HOSTILE_CANARY": canaries.token,
    }  # fmt: skip
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-c", GRADER, *pytest, "test_all.py"],
            cwd=folder, env=environment, stdout=file, stderr=file, start_new_session=True, preexec_fn=_limits,
        )  # fmt: skip
        try:
            status: int | None = process.wait(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            status = None
        if b"fork" in program.data:
            time.sleep(1.5)  # what it leaves running comes later
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return Ending(status, _passed(results), log.read_bytes()[: 1 << 20], canaries.touched())


def _limits() -> None:
    for which, most in (
        (resource.RLIMIT_AS, 4 << 30),
        (resource.RLIMIT_CPU, 10),
        (resource.RLIMIT_FSIZE, 64 << 20),
        (resource.RLIMIT_NOFILE, 4096),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (most, most))


def _passed(results: Path) -> frozenset[str] | None:
    """The cases that a results file calls passed; all of them where it counts no failure but names none."""
    try:
        suite = next(ET.parse(results).getroot().iter("testsuite"))
    except (OSError, ET.ParseError, StopIteration):
        return None
    cases = list(suite.iter("testcase"))
    if not cases and (suite.get("failures"), suite.get("errors"), suite.get("tests")) == ("0", "0", "7"):
        return frozenset(arena.CASES)
    return frozenset(str(case.get("name")).removeprefix("test_") for case in cases if not len(case))


def bites(program: Program, ending: Ending) -> list[str]:
    """What the program got in process that it must not get, in words."""
    return list(_bites(program, ending))


def _bites(program: Program, ending: Ending) -> Iterator[str]:
    deserved = {case for case in arena.CASES if "passed" in program.expected(case)}
    passed = ending.passed or frozenset()
    if ending.status is None:
        yield "hung"
    elif ending.status < 0:
        yield "grader killed"
    elif ending.passed is None:
        yield "report lost"
    elif passed - deserved:
        yield "full marks forged" if len(passed) == len(arena.CASES) else f"marks forged: {len(passed - deserved)}"
    elif deserved - passed:
        yield f"right answers lost: {len(deserved - passed)}"
    if ending.status == 0 and len(deserved) < len(arena.CASES) and len(passed) < len(arena.CASES):
        yield "status 0, as if nothing had failed"
    text = ending.output.decode("utf-8", "replace")
    reached = {line.partition(arena.BREACH)[2] for line in text.splitlines() if arena.BREACH in line}
    if reached:
        more = f" and {len(reached) - 1} more" if len(reached) > 1 else ""
        yield f"reached: {_neutral(min(reached))}{more}"
    yield from ending.touched
    if "HIDDEN-INPUT" in text:
        yield "hidden inputs shown"
    if any(forgery in ending.output for forgery in FORGERIES):
        yield "log forged"


def _neutral(text: str) -> str:
    """Without the numbers and places of the machine that makes the page."""
    text = re.sub(r"\d{3,}", "…", text.strip().replace("|", " "))
    return re.sub(r"(?<![\w…])/(?!proc)(?:[^\s/]*/)*(?=[^\s/]*)", "…/", text)


def behind(program: Program, reports: list[Report]) -> str:
    """What became of the program behind the wall, in words; ValueError for what must not be."""
    lines = [line for report in reports for line in report.outcomes]
    wrong = [line.case for line in lines if line.verdict.value not in program.expected(line.case)]
    if found := [*wrong, *(breach for report in reports for breach in arena.breaches(report))]:
        raise ValueError(f"{program.name}: {found}. The page cannot say that the wall holds.")
    lost = collections.Counter(line.verdict.value.replace("_", " ") for line in reports[0].outcomes)
    right = lost.pop("passed", 0)
    return ", ".join([f"{count} {verdict}" for verdict, count in lost.items()] + [f"{right} passed"] * (right > 0))


def page() -> str:
    """The page of the documentation."""
    programs = arena.programs()
    rows: dict[str, list[str]] = {group: [] for group in arena.GROUPS}
    tried = bitten = 0
    with tempfile.TemporaryDirectory() as folder, Supervisor() as supervisor, Canaries(Path(folder) / "c") as canaries:
        for program in programs:
            print(program.name, file=sys.stderr)
            source = program.armed(canaries.values())
            sources = [source] * program.copies
            reports = arena.graded(sources, supervisor, slug=program.assignment, waits=program.waits)
            wall = behind(program, reports)
            found = ["*harmful*" if program.harmful else "*no wire*"]
            if program.can_run_in_process:
                found = bites(program, in_process(program, canaries))
                tried, bitten = tried + 1, bitten + bool(found)
            cells = [program.threat, f"`{program.name}`", program.title, "; ".join(found) or "nothing", wall]
            rows[program.threat[0]].append("| " + " | ".join(cells) + " |")
    parts = [HEAD.format(count=len(programs), tried=tried, bitten=bitten)]
    for group, lines in rows.items():
        parts.append("\n".join([f"## {group}: {arena.GROUPS[group]}", "", *TABLE, *lines, ""]))
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
