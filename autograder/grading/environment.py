"""Where a run takes place: the device, the kind of worker, the layers of the sandbox, the version of the grader."""

from __future__ import annotations

import platform
from dataclasses import replace
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from ..course.assignment import Assignment
from ..course.framework import DISTRIBUTION as DISTRIBUTION
from ..course.framework import version as version
from ..errors import SandboxIncomplete, UsageError
from ..model import Level, SandboxInfo
from ..wall.limits import Limits
from ..workers.spec import WorkerSpec
from ..workers.supervisor import Supervisor
from .options import RunOptions


def now() -> str:
    """Return the time as ISO 8601 with the offset of this machine, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def versions_of(assignment: Assignment, level: Level = Level.FULL) -> dict[str, str]:
    """Return what may change an outcome on this machine: the versions of Python and of the packages, and the processor.

    A package that is not installed is "missing". The data set is named where the cases can ask for several, and a level
    other than the full one: reports on one data set, or of one level, say nothing about the other.
    """
    packages = {"numpy", *assignment.allowed_imports} | ({"torchvision"} if assignment.needs_torch else set())
    found = {"python": platform.python_version(), "machine": platform.machine()}
    found |= {name: _installed(name) for name in sorted(packages)}
    found |= {"data": assignment.data} if assignment.data else {}
    return found if level is Level.FULL else found | {"level": level.value}


def _installed(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "missing"


def settled(assignment: Assignment, options: RunOptions) -> RunOptions:
    """Return the options with the level ``gpu`` where an official run is to use a GPU, and with its device.

    An assignment that does not use PyTorch needs no GPU, whatever was asked.

    Raises:
        UsageError: the device and the level contradict each other.
    """
    if options.level is not Level.GPU and not (options.official and options.device == "cuda"):
        return options
    if not assignment.needs_torch:
        return replace(options, level=Level.FULL if options.level is Level.GPU else options.level)
    if options.device == "cpu":
        raise UsageError("The level gpu is for a GPU. Use --device cuda, or another level.")
    if options.level is Level.CONTAINER:
        raise UsageError("An official run on a GPU needs namespaces: leave out --level container, or --device cuda.")
    return replace(options, level=Level.GPU, device="cuda")


def is_surely_cpu(assignment: Assignment, options: RunOptions) -> bool:
    """Return whether a run uses the CPU, as far as this is known without importing torch, which takes seconds.

    An official run takes the CPU unless the options say otherwise: a GPU's driver is one more thing to be trusted.
    """
    if options.device == "cpu" or not assignment.needs_torch or (options.official and options.device == "auto"):
        return True
    driver = [*Path("/dev").glob("nvidia[0-9]*"), *Path("/dev").glob("dxg")]
    return options.device == "auto" and not driver


def device_of(assignment: Assignment, options: RunOptions) -> str:
    """Return "cuda" or "cpu"; "auto" is CUDA if the assignment uses torch and torch finds a device.

    Raises:
        UsageError: CUDA was requested for practice and no device was found. Every case would fail for no fault of the
            submission.
    """
    if is_surely_cpu(assignment, options):
        return "cpu"
    if settled(assignment, options).level is Level.GPU:
        return (
            "cuda"  # the grader itself never starts CUDA; the supervisor looks for a GPU, and refuses if there is none
        )
    import torch

    if torch.cuda.is_available():
        return "cuda"
    if options.device == "auto":
        return "cpu"
    raise UsageError("No CUDA device found. Use --device cpu, or omit the option.")


def spec_of(assignment: Assignment, options: RunOptions) -> WorkerSpec:
    """Return what kind of worker the submissions of an assignment need."""
    limits = _limits(assignment, gpu=device_of(assignment, options) == "cuda")
    level = settled(assignment, options).level
    return WorkerSpec(limits, assignment.needs_torch, assignment.packages, level)


def _limits(assignment: Assignment, *, gpu: bool) -> Limits:
    values: dict[str, Any] = dict(assignment.current_limits)
    if "memory_mib" in values:
        values["memory_mib"] = int(values["memory_mib"])
    return Limits(**values, gpu=gpu)


def examine(assignment: Assignment, *, options: RunOptions, supervisor: Supervisor) -> SandboxInfo:
    """Find out which layers of the sandbox hold, once for each supervisor and kind of worker.

    Raises:
        SandboxIncomplete: the run is official, and a layer is missing.
    """
    spec = spec_of(assignment, options)
    if not options.official:
        return _examined(supervisor, spec)
    return require_complete(supervisor, spec, remedy="Or omit --official for a practice run.")


def require_complete(supervisor: Supervisor, spec: WorkerSpec, *, remedy: str = "") -> SandboxInfo:
    """Find out which layers of the sandbox hold, and refuse to go on without one of them.

    Raises:
        SandboxIncomplete: a layer is missing; the message names it.
    """
    from ..student import selftest

    found = _examined(supervisor, spec)
    if not found.complete:
        refusal = supervisor.no_own_user(spec) if spec.level is Level.CONTAINER else supervisor.refusal
        remedies = dict.fromkeys(selftest.remedy(name, refusal) for name in found.missing)
        level = "" if spec.level is Level.FULL else f" of the level {spec.level.value}"
        raise SandboxIncomplete(
            f"Official grading needs every layer{level} of the sandbox; missing here: {', '.join(found.missing)}. "
            f"{refusal} {' '.join(remedies)} {remedy}".rstrip()
        )
    return found


def _examined(supervisor: Supervisor, spec: WorkerSpec) -> SandboxInfo:
    from ..student import selftest  # with numpy: a command starts the zygote before it imports that itself

    found = supervisor.examined.get(spec)
    if found is None:
        found = selftest.examine(supervisor, spec)
        supervisor.examined[spec] = found
    return found
