"""Where the tensors of a run are computed: on the CPU, or on a GPU with CUDA."""

from __future__ import annotations

from pathlib import Path

from ..course.assignment import Assignment
from ..errors import UsageError


def is_surely_cpu(assignment: Assignment, *, official: bool, wanted: str) -> bool:
    """Whether a run uses the CPU, as far as that can be told without torch, whose import takes seconds.

    An official run takes the CPU unless told otherwise: a GPU's driver needs what Landlock and the system-call filter
    forbid.
    """
    if wanted == "cpu" or not assignment.needs_torch or (official and wanted == "auto"):
        return True
    driver = [*Path("/dev").glob("nvidia[0-9]*"), *Path("/dev").glob("dxg")]
    return wanted == "auto" and not driver


def resolve(assignment: Assignment, *, official: bool, wanted: str) -> str:
    """Return "cuda" or "cpu"; "auto" is CUDA when the assignment uses torch and torch finds a device.

    UsageError when CUDA was requested and there is none: every case would fail, and not because of the submission.
    """
    if is_surely_cpu(assignment, official=official, wanted=wanted):
        return "cpu"
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if wanted == "auto":
        return "cpu"
    raise UsageError("No CUDA device found. Use --device cpu, or omit the option.")
