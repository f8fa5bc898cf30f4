"""What needs a CUDA device: the training case of 13-cnn runs there, and the report says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.submission import Submission
from autograder.grading.options import RunOptions
from autograder.grading.session import grade_one
from autograder.model import SandboxInfo
from autograder.student import selftest
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]


@pytest.mark.gpu
def test_the_reference_of_the_cnn_reaches_the_top_band_on_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device here")
    # Official grading takes the CPU; here only the path to the device is of interest.
    monkeypatch.setattr(selftest, "examine", lambda *args, **kwargs: SandboxInfo(complete=True))
    assignment = assignments.load("13-cnn", root=ROOT)
    modules = solution.modules(assignment)
    submission = Submission("kim", None, "0" * 64, files={}, modules=modules, origins={"cnn": "cnn.py"}, notes=())
    with Supervisor() as supervisor:
        run = RunOptions(official=True, seed=1, device="cuda")
        report = grade_one(assignment, submission, run=run, supervisor=supervisor)
    assert report.grader.device == "cuda"
    assert report.score.earned == assignment.points
