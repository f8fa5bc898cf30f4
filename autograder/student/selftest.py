"""Test which layers of the sandbox work on this machine, and whether the promises of official grading hold.

Both are real attempts from inside a real worker. Each has a positive control on the trusted side: an attempt on a
missing file or listener would prove nothing. A level is a set of layers by which all promises hold. Every report
contains the result. ``--official`` refuses to grade unless every layer of its level works and every promise holds.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..errors import SandboxError
from ..model import Level, SandboxInfo, Verdict
from ..wall import namespaces
from ..wall.limits import Limits
from ..workers.folders import TemporaryFolder
from ..workers.spec import WorkerSpec
from ..workers.supervisor import Supervisor
from .attempts import PROBE
from .case_run import CaseRun
from .case_settings import CaseSettings
from .connection import Connection
from .faults import StudentFault
from .handle import StudentCode
from .source import ModuleSources

NAMESPACES_REMEDY = (
    "On Ubuntu 24.04 and on GitHub runners: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0. "
    "In Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined --cap-add SYS_ADMIN. Or choose the layers of a container: "
    "--level container. macOS and Windows do not have it."
)
# What a refusal contains -> its remedy. The first match counts; without one, NAMESPACES_REMEDY is the remedy.
REFUSALS = (
    (
        "mount /proc",
        "Parts of /proc are covered, as Docker, Podman and Kubernetes do by default. "
        "In Docker: --security-opt systempaths=unconfined. In Podman: --security-opt unmask=ALL. "
        "In Kubernetes: procMount: Unmasked. Or run the container as root with --cap-add SYS_ADMIN.",
    ),
    (
        namespaces.UNREADABLE,
        "It was installed with a strict umask. As root, run chmod -R go+rX on the folder of the packages.",
    ),
    (
        "change of user",
        "Root needs the capabilities SETUID, SETGID and KILL, because workers run as another user. "
        "In Docker: --cap-add SETUID --cap-add SETGID --cap-add KILL. Or run the grader as another user.",
    ),
    ("No space left", "The number of namespaces is limited. As root, run: sysctl -w user.max_user_namespaces=10000"),
    ("mount_setattr", "It needs Linux 5.12 or newer."),
)
MARK = "_autograder_self_test"  # an attribute of sys, in the worker
KEPT = {"HOME", "TMPDIR", "USER", "LANG", "PATH", "OMP_NUM_THREADS", "LC_CTYPE"}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its name in reports, the attempt that must fail (or succeed), and how to get the layer."""

    name: str
    holds: Callable[[_Probes], bool]
    remedy: str


class _Probes:
    """The handle to the attempts in the worker, and what the trusted side prepared for them.

    ``secret`` is a file in a folder that only the grader may enter, ``port`` that of a listener, ``left`` paths where a
    worker might leave a file. ``small`` is the handle of a second worker, with small limits. ``devices`` are the nodes
    of its GPU, if it has one.
    """

    def __init__(
        self,
        student: StudentCode,
        small: StudentCode,
        limits: Limits,
        *,
        secret: Path,
        open_secret: Path,
        port: int,
        devices: Collection[str],
    ) -> None:
        self.devices = frozenset(devices)
        self.student: Any = student
        self.small: Any = small
        self.limits = limits
        self.secret = secret
        self.open_secret = open_secret
        self.port = port
        self.left = [
            f"{folder}/{secret.parent.name}.left" for folder in ("/tmp", "/dev/shm", "/var/tmp", secret.parent)
        ]


def _separate(probes: _Probes) -> bool:
    """Return whether the worker has a memory of its own. Numbers do not tell: in a container the grader is 1, too."""
    probes.student.leave_mark(MARK)
    return not hasattr(sys, MARK)


def _clean(probes: _Probes) -> bool:
    names, arguments, fds = probes.student.surroundings()
    neutral = arguments == ["", ""] and probes.student.command_line() in ("python", "")
    return set(names) <= KEPT and neutral and fds == [0, 1, 2, 3]


def _no_rights(probes: _Probes) -> bool:
    found = probes.student.privileges()
    sets = [int(value, 16) for key, value in found.items() if key.startswith("Cap")]
    return len(sets) == 5 and not any(sets) and found["NoNewPrivs"] == "1"


def _no_usable_rights(probes: _Probes) -> bool:
    """As :func:`_no_rights`, but for the bounding set: a user cannot empty it, and no new privileges make it moot."""
    found = probes.student.privileges()
    sets = [int(value, 16) for key, value in found.items() if key.startswith("Cap") and key != "CapBnd"]
    return len(sets) == 4 and not any(sets) and found["NoNewPrivs"] == "1"


def _filtered(probes: _Probes) -> bool:
    return bool(
        probes.student.start_processes() == ["PermissionError", "PermissionError"]
        and probes.student.privileges()["Seccomp"] == "2"
    )


def _bounded_scratch(probes: _Probes) -> bool:
    written, names, mib = probes.student.scratch()
    return bool(written == "done" and _beside_cuda(names) == ["probe"] and mib <= probes.limits.scratch_mib)


def _beside_cuda(names: list[str]) -> list[str]:
    """Return names of files without those that CUDA makes for itself in a new worker, in /dev/shm."""
    return [name for name in names if not name.startswith(("cuda.", "cuda-", "nvidia"))]


def _outgrows_nothing(probes: _Probes) -> bool:
    """Whether the limits hold, and are those of the assignment: a lower one of the machine would cost points."""
    has_its_share = probes.student.reserve(probes.limits.memory_mib * 3 // 4 - 32) == "done"
    return bool(has_its_share and probes.student.outgrow(probes.limits.host_mib) == ["MemoryError", "ValueError"])


def _clean_beside_gpu(probes: _Probes) -> bool:
    """As :func:`_clean`, but CUDA has set variables and opened files, all of them after the others were closed."""
    names, arguments, fds = probes.student.surroundings()
    neutral = arguments == ["", ""] and probes.student.command_line() in ("python", "")
    opened = probes.student.opened(fds[4:])
    known = all(
        each.startswith(("/dev/nvidia", "anon_inode:", "pipe:", "/memfd:", "/proc/driver/nvidia")) for each in opened
    )
    return set(names) <= KEPT | {"CUDA_VISIBLE_DEVICES", "CUDA_CACHE_DISABLE"} and neutral and known


LINUX = "Linux has it; grade officially there."
LIMITS_REMEDY = (
    f"{LINUX} If this machine allows a process less memory than the assignment does (ulimit -v), raise that limit, or "
    "write a lower memory_mib below [limits] in assignment.toml."
)
LAYERS = (
    Layer("separate process", _separate, LINUX),
    Layer("own process numbers", lambda probes: probes.student.identity() == [1, 0], NAMESPACES_REMEDY),
    Layer(
        "private file system",
        lambda probes: probes.student.look_at(str(probes.secret)) == ["FileNotFoundError", "FileNotFoundError"],
        NAMESPACES_REMEDY,
    ),
    Layer("no network", lambda probes: probes.student.connect(probes.port) != "done", NAMESPACES_REMEDY),
    Layer("own bounded scratch folder", _bounded_scratch, NAMESPACES_REMEDY),
    Layer(
        "Landlock",
        lambda probes: probes.student.list_root() == "PermissionError",
        "It needs Linux 5.13 or newer with landlock among the names in /sys/kernel/security/lsm.",
    ),
    Layer("system-call filter", _filtered, "It needs Linux on x86_64 or aarch64 with CONFIG_SECCOMP_FILTER."),
    Layer("no capabilities, no new privileges", _no_rights, LINUX),
    Layer("resource limits", _outgrows_nothing, LIMITS_REMEDY),
    Layer("no environment, arguments or open files", _clean, LINUX),
)
OWN_USER = "own user"
CONTAINER_REMEDY = "See docs/how-to/grade-in-a-container.md."
_OF_FULL = {layer.name: layer for layer in LAYERS}
CONTAINER = (
    _OF_FULL["separate process"],
    Layer(
        OWN_USER,
        lambda probes: probes.student.own_user() not in (0, os.getuid()),
        "Root gives every worker a user of its own. That needs the capabilities SETUID, SETGID, CHOWN and KILL, an "
        "interpreter that every user can read (not below /root), and a TMPDIR that every user can pass. Or run the "
        "grader as another user.",
    ),
    _OF_FULL["Landlock"],
    _OF_FULL["system-call filter"],
    replace(_OF_FULL["no capabilities, no new privileges"], holds=_no_usable_rights),
    _OF_FULL["resource limits"],
    _OF_FULL["no environment, arguments or open files"],
)


COMPUTES = "a GPU that computes"
GPU_REMEDY = "See docs/how-to/use-a-gpu.md."
GPU = (
    *(each for each in LAYERS if each.holds is not _clean),
    replace(_OF_FULL["no environment, arguments or open files"], holds=_clean_beside_gpu),
    Layer(COMPUTES, lambda probes: probes.student.compute_on_gpu() == 64.0, GPU_REMEDY),
)


def layers_of(level: Level) -> tuple[Layer, ...]:
    """Return the layers that a level has on this machine. Without root, workers of ``container`` have no own user."""
    if level is Level.GPU:
        return GPU
    if level is Level.FULL or os.name != "posix":
        return LAYERS
    return CONTAINER if os.getuid() == 0 else tuple(each for each in CONTAINER if each.name != OWN_USER)


# --- the promises


def _failed(attempts: list[str]) -> bool:
    return bool(attempts) and "done" not in attempts


def _hides_files(probes: _Probes) -> bool:
    """Whether a file cannot even be looked for. Without an own user, ``container`` does not promise it."""
    probes.secret.write_text("secret", encoding="utf-8")  # another attempt may have removed it, and proves nothing then
    return "done" not in probes.student.look_at(str(probes.secret))


def _keeps_files(probes: _Probes) -> bool:
    """Whether files of others can be neither read nor changed, also where their folder is open to everybody."""
    before = os.stat(probes.open_secret)
    tried = [*probes.student.change(str(probes.secret)), *probes.student.change(str(probes.open_secret))]
    now = os.stat(probes.open_secret)
    same = (before.st_mode, before.st_mtime_ns, before.st_size) == (now.st_mode, now.st_mtime_ns, now.st_size)
    return _failed(tried) and same


def _is_bounded(probes: _Probes) -> bool:
    """Whether too many threads and too many files are refused, or end the worker within moments."""
    limit = replace(SMALL, gpu=probes.limits.gpu).all_tasks
    return _refused(lambda: probes.small.too_many_threads(limit + 6)) and _refused(
        lambda: probes.small.too_many_bytes(2 * SMALL.scratch_mib + 2)
    )


def _refused(attempt: Callable[[], str]) -> bool:
    try:
        return attempt() != "done"
    except StudentFault as fault:
        if fault.verdict is not Verdict.CRASHED or fault.again:
            raise
        return True


def _leaves_nothing(probes: _Probes) -> bool:
    """Whether the second worker finds nothing of the first, and no file is left where all programs may write."""
    probes.student.leave(probes.left)
    found = probes.small.leave([])
    return _beside_cuda(found) == [] and not any(os.path.exists(path) for path in probes.left)


def _opens_no_other_device(probes: _Probes) -> bool:
    """Whether no device can be opened but the few that every worker has, and those of its own GPU."""
    folders = (Path("/dev"), Path("/dev/dri"), Path("/dev/nvidia-caps"), Path("/dev/net"))
    found = {str(path) for folder in folders for path in folder.glob("*") if path.is_char_device()}
    others = sorted(found - {f"/dev/{name}" for name in namespaces.DEVICES} - probes.devices)[:MOST_DEVICES]
    return not others or _failed(probes.student.open_devices(others))


MOST_DEVICES = 200
SMALL = Limits(tasks=8, scratch_mib=1, memory_mib=1024, submission_s=20.0)
HIDES = "learns nothing of files of others"
PROMISES = (
    Layer("reads and changes no file of others", _keeps_files, CONTAINER_REMEDY),
    Layer(HIDES, _hides_files, CONTAINER_REMEDY),
    Layer(
        "sees no other process", lambda probes: _failed(probes.student.look_at_process(os.getpid())), CONTAINER_REMEDY
    ),
    Layer("signals and traces nobody", lambda probes: _failed(probes.student.disturb(os.getpid())), CONTAINER_REMEDY),
    Layer("starts no process", lambda probes: _failed(probes.student.start_others()), CONTAINER_REMEDY),
    Layer("connects to nothing", lambda probes: _failed(probes.student.connections(probes.port)), CONTAINER_REMEDY),
    Layer(
        "shares no memory, message or lock",
        lambda probes: _failed(probes.student.share(f"/{probes.secret.parent.name}")),
        CONTAINER_REMEDY,
    ),
    Layer("leaves nothing behind", _leaves_nothing, CONTAINER_REMEDY),
    Layer("has bounded files and threads", _is_bounded, CONTAINER_REMEDY),
)


DEVICES = Layer("opens no device but its GPU", _opens_no_other_device, GPU_REMEDY)


def promises_of(level: Level) -> tuple[Layer, ...]:
    """Return what a level promises on this machine."""
    if level is Level.GPU:
        return (*PROMISES, DEVICES)
    if level is Level.CONTAINER and os.name == "posix" and os.getuid() != 0:
        return tuple(each for each in PROMISES if each.name != HIDES)
    return PROMISES


REMEDIES = {each.name: each.remedy for each in (*LAYERS, *CONTAINER, *GPU, *PROMISES, DEVICES)}


def remedy(name: str, refusal: str) -> str:
    """Return how to get the layer ``name`` on a machine that refused namespaces with the text ``refusal``."""
    general = REMEDIES[name]
    if not refusal or general not in (NAMESPACES_REMEDY, LINUX):
        return general
    return next((known for part, known in REFUSALS if part in refusal), NAMESPACES_REMEDY)


def examine(supervisor: Supervisor, spec: WorkerSpec) -> SandboxInfo:
    """Test every layer of the level of ``spec``, in a worker like those that will run submissions, then every promise.

    Where a layer of the wall is missing, no promise is tried but those of ``container``: nothing official follows, and
    much would happen.

    Raises:
        SandboxError: No worker can be started.
    """
    source = ModuleSources("probe", {"probe": ("probe.py", PROBE)})
    connection = Connection(source, supervisor, spec, seed=0)
    second = Connection(source, supervisor, replace(spec, limits=replace(SMALL, gpu=spec.limits.gpu)), seed=0)
    left: list[str] = []
    hidden, shown = (
        TemporaryFolder("scratch"),
        TemporaryFolder("scratch"),
    )  # the next grader removes them if this one dies
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            os.chmod(shown.path, 0o755)
            secret, open_secret = Path(hidden.path) / "secret", Path(shown.path) / "secret"
            port = listener.getsockname()[1]
            for path in (secret, open_secret):
                path.write_text("secret", encoding="utf-8")
                _control(path, port)
            settings = CaseSettings("self-test")
            student, small = (StudentCode(CaseRun(each, settings)) for each in (connection, second))
            devices = supervisor.devices(spec)
            probes = _Probes(
                student, small, spec.limits, secret=secret, open_secret=open_secret, port=port, devices=devices
            )
            left = probes.left
            layers, promises = layers_of(spec.level), promises_of(spec.level)
            held = [layer.name for layer in layers if _try(layer, probes)]
            missing = [layer.name for layer in layers if layer.name not in held]
            if not missing or spec.level is Level.CONTAINER or missing == [COMPUTES]:
                missing += [promise.name for promise in promises if not _try(promise, probes)]
    finally:
        for each in (connection, second):
            each.close()
        for folder in (hidden, shown):
            folder.remove()
        for place in left:
            with contextlib.suppress(OSError):
                os.unlink(place)
    return SandboxInfo(not missing, tuple(held), tuple(missing), spec.level)


def _control(secret: Path, port: int) -> None:
    """Check that the trusted side can read the file and connect. Otherwise a failed attempt would prove nothing."""
    if secret.read_text(encoding="utf-8") != "secret":
        raise SandboxError("The self-test cannot read its own file, so it proves nothing.", slug="sandbox-selftest")
    with socket.socket() as connection:
        connection.settimeout(5)
        connection.connect(("127.0.0.1", port))


def _try(layer: Layer, probes: _Probes) -> bool:
    """Return whether a layer holds. Repeat an attempt whose worker was lost for another reason, once.

    Raises:
        SandboxError: No worker can be started.
    """
    for _ in range(2):
        try:
            return layer.holds(probes)
        except SandboxError:
            raise
        except (StudentFault, Exception) as exc:  # an attempt that ended its worker or returned nonsense proves nothing
            if not isinstance(exc, StudentFault) or not exc.again:
                break
    return False
