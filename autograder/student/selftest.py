"""Test which layers of the sandbox work on this machine, with real attempts from inside a real worker.

Each attempt has a positive control on the trusted side: an attempt on a missing file or listener would prove nothing.
Every report contains the result. ``--official`` refuses to grade unless every layer works.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import SandboxError
from ..model import SandboxInfo
from ..wall import namespaces
from ..wall.limits import Limits
from ..workers.folders import TemporaryFolder
from ..workers.spec import WorkerSpec
from ..workers.supervisor import Supervisor
from .case_run import CaseRun
from .case_settings import CaseSettings
from .connection import Connection
from .faults import StudentFault
from .handle import StudentCode
from .source import ModuleSources

PROBE = b"""
import os, sys

def attempt(action):
    try:
        action()
    except MemoryError:
        return "MemoryError"
    except (OSError, ValueError) as exc:
        return type(exc).__name__
    return "done"

def look_at(path):
    return [attempt(lambda: os.stat(path)), attempt(lambda: open(path).close())]

def identity():
    return [os.getpid(), os.getppid()]

def list_root():
    return attempt(lambda: os.listdir("/"))

def connect(port):
    import socket
    def go():
        with socket.socket() as connection:  # create_connection would import the tables of international names
            connection.settimeout(1)
            connection.connect(("127.0.0.1", port))
    return attempt(go)

def start_processes():
    def fork():
        if os.fork() == 0:
            os._exit(0)
    return [attempt(fork), attempt(lambda: os.execv("/bin/true", ["true"]))]

def privileges():
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line)
    return {key: lines[key].strip() for key in lines if key.startswith(("Cap", "NoNewPrivs", "Seccomp"))}

def outgrow(mib):
    import resource
    def allocate():
        bytearray((mib + 64) * 2**20)
    def raise_limit():
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard + 1, hard + 1))
    return [attempt(allocate), attempt(raise_limit)]

def surroundings():
    fds = [fd for fd in range(64) if attempt(lambda: os.fstat(fd)) == "done"]
    return [sorted(os.environ), [*sys.argv, *sys.orig_argv], fds]

def command_line():
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return file.read().strip(b"\\0").decode()
    except OSError:
        return ""

def scratch():
    def write():
        with open("probe", "w") as file:
            file.write("x")
    size = os.statvfs(".")
    return [attempt(write), os.listdir("."), size.f_blocks * size.f_frsize // 2**20]
"""

NAMESPACES_REMEDY = (
    "On Ubuntu 24.04 and on GitHub runners: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0. "
    "In Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined --cap-add SYS_ADMIN. "
    "macOS and Windows do not have it."
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
KEPT = {"HOME", "TMPDIR", "USER", "LANG", "PATH", "OMP_NUM_THREADS", "LC_CTYPE"}


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its name in reports, the attempt that must fail (or succeed), and how to get the layer."""

    name: str
    holds: Callable[[_Probes], bool]
    remedy: str


class _Probes:
    """The handle to the attempts in the worker, and the file and port that the trusted side prepared for them."""

    def __init__(self, student: StudentCode, limits: Limits, *, secret: Path, port: int) -> None:
        self.student: Any = student
        self.limits = limits
        self.secret = secret
        self.port = port


def _clean(probes: _Probes) -> bool:
    names, arguments, fds = probes.student.surroundings()
    neutral = arguments == ["", ""] and probes.student.command_line() in ("python", "")
    return set(names) <= KEPT and neutral and fds == [0, 1, 2, 3]


def _no_rights(probes: _Probes) -> bool:
    found = probes.student.privileges()
    sets = [int(value, 16) for key, value in found.items() if key.startswith("Cap")]
    return len(sets) == 5 and not any(sets) and found["NoNewPrivs"] == "1"


def _filtered(probes: _Probes) -> bool:
    return bool(
        probes.student.start_processes() == ["PermissionError", "PermissionError"]
        and probes.student.privileges()["Seccomp"] == "2"
    )


def _bounded_scratch(probes: _Probes) -> bool:
    written, names, mib = probes.student.scratch()
    return bool(written == "done" and names == ["probe"] and mib <= probes.limits.scratch_mib)


LINUX = "Linux has it; grade officially there."
LAYERS = (
    Layer("separate process", lambda probes: probes.student.identity()[0] != os.getpid(), LINUX),
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
    Layer(
        "resource limits",
        lambda probes: probes.student.outgrow(probes.limits.memory_mib) == ["MemoryError", "ValueError"],
        LINUX,
    ),
    Layer("no environment, arguments or open files", _clean, LINUX),
)
REMEDIES = {layer.name: layer.remedy for layer in LAYERS}


def remedy(name: str, refusal: str) -> str:
    """Return how to get the layer ``name`` on a machine that refused namespaces with the text ``refusal``."""
    general = REMEDIES[name]
    if not refusal or general not in (NAMESPACES_REMEDY, LINUX):
        return general
    return next((known for part, known in REFUSALS if part in refusal), NAMESPACES_REMEDY)


def examine(supervisor: Supervisor, spec: WorkerSpec) -> SandboxInfo:
    """Test every layer in a worker like those that will run submissions.

    Raises:
        SandboxError: No worker can be started.
    """
    source = ModuleSources("probe", {"probe": ("probe.py", PROBE)})
    connection = Connection(source, supervisor, spec, seed=0)
    folder = TemporaryFolder("scratch")  # the next grader removes it if this one is killed
    try:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            os.chmod(folder.path, 0o755)
            secret = Path(folder.path) / "secret"
            secret.write_text("secret", encoding="utf-8")
            port = listener.getsockname()[1]
            _control(secret, port)
            probes = _Probes(
                StudentCode(CaseRun(connection, CaseSettings("self-test"))), spec.limits, secret=secret, port=port
            )
            held = tuple(layer.name for layer in LAYERS if _try(layer, probes))
    finally:
        connection.close()
        folder.remove()
    missing = tuple(layer.name for layer in LAYERS if layer.name not in held)
    return SandboxInfo(complete=not missing, layers=held, missing=missing)


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
