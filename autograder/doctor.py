"""What this machine has for grading, and how to get what it lacks."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import AutograderError
from .student import selftest
from .workers.spec import WorkerSpec
from .workers.supervisor import Supervisor

CGROUP_REMEDY = (
    "Resource limits bound memory without it. For a bound on real pages on a machine with systemd: "
    "systemd-run --user --scope -p Delegate=yes make grade"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for; ``remedy`` says how to get it."""

    what: str
    found: bool
    remedy: str = ""


def findings() -> Iterator[Finding]:
    """Look at everything that grading uses, one finding after the other; the slow ones (torch) come last."""
    yield Finding(
        f"Python {platform.python_version()} ({sys.executable})",
        sys.version_info >= (3, 11),
        "Install Python 3.11 or newer and run: make PYTHON=python3.11 grade",
    )
    yield from _layers()
    yield _guarded("digits28 (comes with the package)", _digits, "Install autograder again.")
    yield _mnist()
    yield _guarded("torch", _torch, "Run: pip install -c constraints.txt torch")
    yield _guarded("torchvision", _torchvision, "Run: pip install -c constraints.txt torchvision")
    yield _gpu()


def _guarded(what: str, look: Callable[[], str], remedy: str) -> Finding:
    try:
        return Finding(f"{what} {look()}".rstrip(), True)
    except Exception as exc:  # whatever is broken is what was looked for
        return Finding(f"{what}: {type(exc).__name__}: {exc}", False, remedy)


def _layers() -> Iterator[Finding]:
    """Try every layer of the sandbox from inside a worker."""
    with Supervisor() as supervisor:
        try:
            found = selftest.examine(supervisor, WorkerSpec())
        except AutograderError as exc:
            yield Finding(f"sandbox: {exc}", False, "Run the command again with nothing else running.")
            return
        if supervisor.refusal:
            yield Finding(f"sandbox: {supervisor.refusal}", False, "See the layers below.")
        subtree = supervisor.subtree
    for layer in selftest.LAYERS:
        yield Finding(f"sandbox: {layer.name}", layer.name in found.layers, layer.remedy)
    where = f" below {subtree.folder}" if subtree else ""
    yield Finding(f"cgroup for each worker (optional){where}", subtree is not None, CGROUP_REMEDY)


def _digits() -> str:
    from .checks.datasets import digits28

    digits28()
    return ""


def _mnist() -> Finding:
    from .checks.datasets import missing_mnist

    folder = os.environ.get("AUTOGRADER_DATA")
    what = "MNIST (optional)"
    remedy = (
        "Only some instructor options use it. Put the four MNIST .gz files into FOLDER/MNIST/raw and say "
        "--data-root FOLDER, or set AUTOGRADER_DATA=FOLDER."
    )
    if not folder:
        return Finding(what, False, remedy)
    missing = missing_mnist(Path(folder))
    where = f"{what} in {Path(folder) / 'MNIST' / 'raw'}"
    return Finding(f"{where}: {', '.join(missing)} missing" if missing else where, not missing, remedy)


def _torch() -> str:
    import torch

    return torch.__version__


def _torchvision() -> str:
    from .guest.torchvision_import import import_torchvision

    import_torchvision()
    return importlib.metadata.version("torchvision")


def _gpu() -> Finding:
    try:
        import torch

        if torch.cuda.is_available():
            return Finding(f"GPU: {torch.cuda.get_device_name(0)}", True)
    except (ImportError, RuntimeError):
        pass
    return Finding("GPU", False, "None is needed: everything runs on the CPU, training a little slower.")
