"""Official grading on the full MNIST, where its files are: right answers get all points, as on digits28.

Name their folder in the environment variable AUTOGRADER_DATA. An assignment takes half a CPU minute or more for each
answer, because the cases run on the solution first.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.checks.datasets import DATA_VARIABLE, missing_mnist
from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.submission import Submission
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Report, Verdict
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get(DATA_VARIABLE) or "no-folder")
TRAININGS = {
    "11-mnist-linear": {"digits_are_recognised", "deep_network_recognises_digits"},
    "13-cnn": {"digits_are_recognised"},
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(missing_mnist(FOLDER)), reason=f"no MNIST: name its folder in {DATA_VARIABLE}"),
    pytest.mark.skipif(not (ROOT / "solutions").is_dir(), reason="the solutions are not here"),
]


@pytest.mark.parametrize("slug", ["11-mnist-linear", pytest.param("13-cnn", marks=pytest.mark.long)])
def test_right_answers_get_all_points(slug: str, supervisor: Supervisor) -> None:
    """The solution, and an alternative with another seed."""
    assignment = replace(assignments.load(slug, root=ROOT), data="mnist")
    for seed, modules in enumerate((solution.modules(assignment), solution.alternatives(assignment)[-1].modules), 1):
        origins = {name: f"{name}.py" for name in modules}
        answer = Submission("kim", None, "0" * 64, files={}, modules=modules, origins=origins, notes=())
        reports: list[Report] = []
        run = RunOptions(official=True, seed=seed, device="cpu")
        grade(assignment, [answer], reports.append, run=run, supervisor=supervisor)
        [report] = reports
        assert (report.grader.data, report.score.earned) == ("mnist", assignment.points)
        verdicts = {each.case: each.verdict for each in report.outcomes if each.case in TRAININGS[slug]}
        assert verdicts == dict.fromkeys(TRAININGS[slug], Verdict.PASSED)
