"""``autograder doctor``: check what this machine supports, what is missing, and how to get it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import AutograderError, SandboxIncomplete, UsageError
from ..model import Level, SandboxInfo
from . import options

if TYPE_CHECKING:
    from ..workers.supervisor import Supervisor

CGROUP_REMEDY = (
    "Resource limits bound memory without it. For a bound on real pages on a machine with systemd: "
    "systemd-run --user --scope -p Delegate=yes make grade"
)
GPU_REMEDY = "Not needed: everything runs on the CPU; training is a little slower."
NOT_TRIED = "The sandbox was not tested, and torch was not imported. Run autograder doctor without --quick."


class Requirement(StrEnum):
    """A use that a machine may have to support."""

    OFFICIAL = "official"
    CONTAINER = "container"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    ``detail`` is a version, a location or an error. ``remedy`` describes how to get a missing item. Official grading
    requires every item that is ``needed``.
    """

    name: str
    found: bool
    remedy: str = ""
    detail: str = ""
    needed: bool = False

    @property
    def text(self) -> str:
        """Name and detail in one line."""
        return f"{self.name}{' ' if self.found else ': '}{self.detail}" if self.detail else self.name


@click.command()
@click.option("--quick", is_flag=True, help="Neither test the sandbox nor import torch.")
@click.option("--json", is_flag=True, help="Print a JSON document.")
@options.choice("--require", Requirement, help="End with exit code 3 if this machine cannot grade officially.")
@options.data_root
def doctor(*, quick: bool, json: bool, require: Requirement | None) -> None:
    """Check what this machine supports and what is missing."""
    if quick and require:
        raise UsageError(f"--require {require} needs the test of the sandbox. Omit --quick.")
    found = _print_json(findings(quick=quick), quick=quick) if json else _print_lines(findings(quick=quick))
    if quick and not json:
        print(NOT_TRIED)
    missing = ", ".join(each.text.removeprefix("sandbox: ") for each in _missing(found))
    if require in (Requirement.CONTAINER, Requirement.GPU):
        level = next((each for each in found if each.name == _name_of(Level(require.value))), None)
        missing = "" if level is None or level.found else level.detail.removeprefix("missing ")
        missing = "the whole level" if level is None else missing
    if require and missing:
        raise SandboxIncomplete(f"Official grading needs every layer of the sandbox; missing here: {missing}.")


def _name_of(level: Level) -> str:
    return f"level {level.value}"


def _missing(found: Iterable[Finding]) -> list[Finding]:
    return [each for each in found if each.needed and not each.found]


def _print_lines(found: Iterable[Finding]) -> list[Finding]:
    """Print each finding as soon as it is available; return all findings."""
    from .console import Terminal

    console = Terminal()
    printed = []
    for each in found:
        console.plain("yes  " if each.found else "no   ", style="green" if each.found else "yellow", end="")
        console.plain(each.text)
        if not each.found:
            console.plain(f"     {each.remedy}")
        printed.append(each)
    return printed


def _print_json(found: Iterable[Finding], *, quick: bool) -> list[Finding]:
    import json

    printed = list(found)
    official = None if quick else not _missing(printed)
    print(json.dumps({"schema": 1, "official": official, "findings": [asdict(each) for each in printed]}, indent=2))
    return printed


# --- checks


def findings(*, quick: bool = False) -> Iterator[Finding]:
    """Check everything that grading uses, one item after the other. Slow checks (torch) come last.

    ``quick`` starts no worker and imports no package. It assumes that an installed package works.
    """
    yield Finding(
        "Python",
        sys.version_info >= (3, 11),
        "Install Python 3.11 or newer and run: make PYTHON=python3.11 grade",
        f"{platform.python_version()} ({sys.executable})",
    )
    if not quick:
        yield from _layers()
    digits = _digits_file if quick else _digits
    yield _guarded("digits28 (comes with the package)", digits, "Install autograder again.")
    yield _mnist()
    torch = (lambda: _installed("torch")) if quick else _torch
    yield _guarded("torch", torch, "Run: pip install -c constraints.txt torch")
    # Not imported: its import is slower than that of torch.
    yield _guarded("torchvision", lambda: _installed("torchvision"), "Run: pip install -c constraints.txt torchvision")
    yield _guarded(
        "GPU", _driver if quick else _gpu, "Not needed: everything runs on the CPU, training a little slower."
    )
    yield from _nbgrader()


def _guarded(name: str, look: Callable[[], str], remedy: str) -> Finding:
    try:
        return Finding(name, True, remedy, look())
    except Exception as exc:  # any error in a check is its finding
        reason = str(exc) if isinstance(exc, _NotFound) else f"{type(exc).__name__}: {exc}"
        return Finding(name, False, remedy, reason)


class _NotFound(Exception):
    """An item is missing. The message, if any, is the detail of its finding."""


def _layers() -> Iterator[Finding]:
    """Test every layer of the sandbox from inside a worker."""
    from ..student import selftest
    from ..workers.spec import WorkerSpec
    from ..workers.supervisor import Supervisor

    with Supervisor() as supervisor:
        try:
            tested = selftest.examine(supervisor, WorkerSpec())
        except AutograderError as exc:
            remedy = "Run the command again with nothing else running."
            yield Finding("sandbox", False, remedy, str(exc), needed=True)
            return
        if supervisor.refusal:
            yield Finding("sandbox", False, "See the layers below.", supervisor.refusal)
        subtree, refusal = supervisor.subtree, supervisor.refusal
        others = [_container(supervisor)] if sys.platform == "linux" else []
        if Path("/dev/nvidiactl").exists():
            others.append(_gpu_level(supervisor))
    for layer in selftest.LAYERS:
        remedy = selftest.remedy(layer.name, refusal)
        yield Finding(f"sandbox: {layer.name}", layer.name in tested.layers, remedy, needed=True)
    layers = [layer.name for layer in selftest.LAYERS]
    for promise in (name for name in tested.missing if name not in layers):
        yield Finding(f"promise: {promise}", False, selftest.remedy(promise, refusal), needed=True)
    yield from (_level(tested, "See the layers above."), *others)
    where = f"below {subtree.folder}" if subtree else ""
    yield Finding("cgroup for each worker (optional)", subtree is not None, CGROUP_REMEDY, where)


def _level(tested: SandboxInfo, remedy: str) -> Finding:
    """Return whether official grading of a level is possible, and by which layers."""
    words = ", ".join(tested.layers if tested.complete else tested.missing)
    detail = f"({words})" if tested.complete else f"missing {words}"
    return Finding(_name_of(tested.level), tested.complete, remedy, detail)


def _container(supervisor: Supervisor) -> Finding:
    from ..student import selftest
    from ..workers.spec import WorkerSpec

    spec = WorkerSpec(level=Level.CONTAINER)
    try:
        tested = selftest.examine(supervisor, spec)
    except AutograderError as exc:
        return Finding(_name_of(Level.CONTAINER), False, "Run the command again with nothing else running.", str(exc))
    why = supervisor.no_own_user(spec)
    remedies = dict.fromkeys(selftest.remedy(name, why) for name in tested.missing)
    return _level(tested, " ".join(filter(None, [why, *remedies])))


def _gpu_level(supervisor: Supervisor) -> Finding:
    from ..student import selftest
    from ..wall.limits import Limits
    from ..workers.spec import WorkerSpec

    try:
        tested = selftest.examine(supervisor, WorkerSpec(Limits(gpu=True), torch=True, level=Level.GPU))
    except AutograderError as exc:
        return Finding(_name_of(Level.GPU), False, selftest.GPU_REMEDY, exc.message)
    return _level(tested, selftest.GPU_REMEDY)


def _nbgrader() -> Iterator[Finding]:
    """Check nbgrader, and the configuration of the course in the current folder, if there is one."""
    from ..exchange import nbgrader_config

    name = "nbgrader (optional)"
    remedy = "Only nbgrader courses use it. Run: pip install 'autograder-dl[instructor]'"
    found = _guarded(name, lambda: _installed("nbgrader"), remedy)
    yield found
    if not found.found:
        return
    remedy = f"nbgrader needs it to make a gradebook. Add {Path(sys.executable).parent} to PATH."
    yield Finding("alembic on PATH (for nbgrader)", shutil.which("alembic") is not None, remedy)
    if Path(nbgrader_config.FILE).is_file():
        absent = nbgrader_config.missing(Path())
        remedy = f"nbgrader autograde runs without the wall. Add to {nbgrader_config.FILE} what this command prints: "
        yield Finding("nbgrader behind the wall", not absent, f"{remedy}autograder nbgrader config", absent)


def _digits() -> str:
    from ..checks.datasets import digits28

    digits28()
    return ""


def _digits_file() -> str:
    file = Path(__file__).parents[1] / "checks" / "data" / "digits8x8.npz"
    if not file.is_file():
        raise _NotFound
    return ""


def _mnist() -> Finding:
    folder = os.environ.get("AUTOGRADER_DATA")
    name = "MNIST (optional)"
    remedy = (
        "Only some instructor options use it. Put the four MNIST .gz files into FOLDER/MNIST/raw and use "
        "--data-root FOLDER, or set AUTOGRADER_DATA=FOLDER."
    )
    if not folder:
        return Finding(name, False, remedy)
    from ..checks.datasets import missing_mnist

    missing = missing_mnist(Path(folder))
    where = f"in {Path(folder) / 'MNIST' / 'raw'}"
    return Finding(name, not missing, remedy, f"{where}: {', '.join(missing)} missing" if missing else where)


def _torch() -> str:
    import torch

    return torch.__version__


def _installed(package: str) -> str:
    if importlib.util.find_spec(package) is None:
        raise _NotFound("not installed")
    return importlib.metadata.version(package)


def _gpu() -> str:
    try:
        import torch

        if torch.cuda.is_available():
            return torch.cuda.get_device_name(0)
    except (ImportError, RuntimeError):
        pass
    raise _NotFound


def _driver() -> str:
    if next(Path("/dev").glob("nvidia[0-9]*"), None) is None:
        raise _NotFound
    return "(a driver is there)"
