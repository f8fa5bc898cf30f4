"""Through the wall, honest submissions get the outcomes that an ordinary pytest gives them.

The other side of the comparison is ``benchmarks/in_process.py``: a fresh interpreter and a fresh pytest for each
submission, which imports the student's module.
"""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.assignment import Assignment
from autograder.course.submission import Submission
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Report, Verdict
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SLUGS = ("01-dog-wolf", "05-logistic", "12-convolution")


def mixed(assignment: Assignment, count: int) -> list[bytes]:
    """``count`` sources: three right ones, then two with a known mistake, and so on."""
    main = assignment.modules[0]
    right = [solution.modules(assignment), *(each.modules for each in solution.alternatives(assignment))]
    wrong = [each.modules for each in solution.mistakes(assignment)]
    chosen = [right[i % len(right)] if i % 5 < 3 else wrong[(2 * (i // 5) + i % 5) % len(wrong)] for i in range(count)]
    return [modules[main] for modules in chosen]


def fresh(assignment: Assignment, source: bytes, seed: int, folder: Path) -> set[str]:
    """The ids of the cases that pass in an ordinary pytest, in an interpreter of its own."""
    folder.mkdir(parents=True)
    (folder / "submission.py").write_bytes(source)
    assert assignment.solution is not None
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SUBMISSION": str(folder / "submission.py"),
        "REFERENCE": str(assignment.solution / f"{assignment.modules[0]}.py"),
        "SEED": str(seed),
        "JUNIT": str(folder / "junit.xml"),
        "WITHOUT_TORCH": "1",
        "OMP_NUM_THREADS": "1",
    }
    cases = [assignment.visible_cases, assignment.hidden_cases]
    command = [sys.executable, str(ROOT / "benchmarks/in_process.py"), *map(str, cases)]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, timeout=300, check=False)
    found = list(ElementTree.parse(folder / "junit.xml").iter("testcase"))
    assert found
    return {case.get("name", "").removeprefix("test_") for case in found if len(case) == 0}


def through_the_wall(assignment: Assignment, sources: list[bytes], seed: int, supervisor: Supervisor) -> list[set[str]]:
    reports: list[Report] = []
    main = assignment.modules[0]
    handed = [
        Submission(str(i), None, "0" * 64, files={}, modules={main: source}, origins={main: f"{main}.py"}, notes=())
        for i, source in enumerate(sources)
    ]
    grade(
        assignment,
        handed,
        reports.append,
        run=RunOptions(official=True, seed=seed, device="cpu"),
        supervisor=supervisor,
    )
    return [{line.case for line in each.outcomes if line.verdict is Verdict.PASSED} for each in reports]


@pytest.mark.parametrize("count", [pytest.param(5, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.long)])
@pytest.mark.parametrize("slug", SLUGS)
def test_outcomes_are_those_of_an_ordinary_pytest(
    slug: str, count: int, tmp_path: Path, supervisor: Supervisor
) -> None:
    assignment = assignments.load(slug, root=ROOT)
    seed = 11
    sources = mixed(assignment, count)
    ours = through_the_wall(assignment, sources, seed, supervisor)
    with ThreadPoolExecutor(2) as pool:
        theirs = list(pool.map(lambda i: fresh(assignment, sources[i], seed, tmp_path / str(i)), range(len(sources))))
    different = {i: sorted(mine ^ other) for i, (mine, other) in enumerate(zip(ours, theirs, strict=True))}
    assert {i: cases for i, cases in different.items() if cases} == {}
    assert any(len(passed) < len(max(ours, key=len)) for passed in ours)  # some of them are wrong
