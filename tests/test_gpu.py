"""What needs a CUDA device: the level ``gpu`` holds, assignments grade on it, and errors get their sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Submitted

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.submission import Submission
from autograder.grading.options import RunOptions
from autograder.grading.session import grade_one
from autograder.model import Level, Verdict
from autograder.student import selftest
from autograder.student.connection import Connection
from autograder.student.faults import StudentFault, StudentRaised
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

pytestmark = pytest.mark.gpu
ROOT = Path(__file__).parents[1]
SPEC = WorkerSpec(Limits(gpu=True, call_s=60.0), torch=True, level=Level.GPU)


@pytest.fixture(scope="module")
def gpu() -> Iterator[Supervisor]:
    torch = pytest.importorskip("torch")
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device here")
    with Supervisor() as supervisor:
        yield supervisor


def submitted(source: str, supervisor: Supervisor) -> Submitted:
    modules = {"answer": ("answer.py", source.encode())}
    return Submitted(Connection(ModuleSources("answer", modules), supervisor, SPEC, seed=0))


def test_the_level_holds(gpu: Supervisor) -> None:
    assert selftest.examine(gpu, SPEC).missing == ()


@pytest.mark.parametrize("slug", ["11-mnist-linear", "13-cnn"])
def test_the_reference_has_full_marks_officially(slug: str, gpu: Supervisor) -> None:
    assignment = assignments.load(slug, root=ROOT)
    modules = solution.modules(assignment)
    origins = {name: f"{name}.py" for name in modules}
    submission = Submission("kim", None, "0" * 64, files={}, modules=modules, origins=origins, notes=())
    report = grade_one(assignment, submission, run=RunOptions(official=True, seed=1, device="cuda"), supervisor=gpu)
    assert (report.grader.device, report.sandbox.level, report.sandbox.complete) == ("cuda", Level.GPU, True)
    assert report.score.earned == assignment.points


ERRS = """
import torch
from torch import nn

def mixed(x):
    return x.cuda() + torch.ones(3)

def model(x):
    return nn.Conv2d(1, 2, 3)(x.cuda())

def too_much(x):
    return torch.empty(1 << 44, dtype=torch.uint8, device="cuda")

def right(x):
    return x.cuda() * 2
"""


def test_a_submission_that_errs_with_devices_is_told_where(gpu: Supervisor) -> None:
    torch = pytest.importorskip("torch")
    made = submitted(ERRS, gpu)
    try:
        assert made.student.right(torch.ones(3)).tolist() == [2.0, 2.0, 2.0]
        for name, x, line in (("mixed", torch.ones(3), 6), ("model", torch.ones(1, 1, 5, 5), 9)):
            with pytest.raises(StudentRaised) as raised:
                getattr(made.begin(name), name)(x)
            assert "uses tensors on two devices together" in raised.value.message
            assert f"(answer.py, line {line})" in raised.value.message
        with pytest.raises(StudentFault) as fault:
            made.begin("too much").too_much(torch.ones(3))
        assert fault.value.verdict is Verdict.OUT_OF_MEMORY
        assert "more memory than the GPU has" in fault.value.message
    finally:
        made.close()


def test_a_second_grader_waits_until_the_gpu_is_free(gpu: Supervisor) -> None:
    made = submitted("def f(): return 1\n", gpu)
    assert made.student.f() == 1
    code = (
        "from autograder.errors import GpuUnavailable\nfrom autograder.workers.gpu_slot import GpuSlot\n"
        "try:\n    GpuSlot(wait_s=1).acquire()\nexcept GpuUnavailable as exc:\n    print(exc.message)\n"
        "else:\n    print('free')\n"
    )

    def another() -> str:
        only = {**os.environ, "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0").partition(",")[0]}
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=ROOT, env=only, capture_output=True, text=True, check=True).stdout

    try:
        assert "is taken" in another()
    finally:
        made.close()
    assert another() == "free\n"
