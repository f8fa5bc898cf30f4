"""The level ``gpu``: what a worker with a GPU may do more than any other, and nothing besides.

There is no GPU here: /dev/full stands for its device file, and the start of CUDA is left out or fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gpus
import pytest
from conftest import Submitted
from test_container import SHORT
from tiny_course import workers

from autograder.batch.ledger import key_of
from autograder.course import assignment as assignments
from autograder.errors import GpuUnavailable, UsageError
from autograder.grading.environment import device_of, settled, spec_of, versions_of
from autograder.grading.options import RunOptions
from autograder.model import Level, Verdict
from autograder.student import selftest
from autograder.student.connection import Connection
from autograder.student.faults import StudentFault
from autograder.student.source import ModuleSources
from autograder.wall import gpu as needs
from autograder.wall import landlock, limits, seccomp
from autograder.wall.limits import Limits
from autograder.wall.shared_system import Watch
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the level needs Linux")
ROOT = Path(__file__).parents[1]
CUDA_MIB = 64  # in place of the usual bound, so that it is soon reached


@dataclass
class Place:
    """A supervisor whose workers have the stand-in of a GPU."""

    supervisor: Supervisor
    slot: gpus.StandInSlot
    opened: list[Submitted] = field(default_factory=list)

    @property
    def spec(self) -> WorkerSpec:
        return WorkerSpec(Limits(gpu=True, memory_mib=64, call_s=60.0), level=Level.GPU)

    def load(self, source: str, spec: WorkerSpec | None = None) -> Any:
        modules = {"answer": ("answer.py", textwrap.dedent(source).encode())}
        connection = Connection(ModuleSources("answer", modules), self.supervisor, spec or self.spec, seed=0)
        self.opened.append(Submitted(connection))
        return self.opened[-1].student

    def close(self) -> None:
        """End the workers of a test."""
        while self.opened:
            self.opened.pop().close()


def start(monkeypatch: pytest.MonkeyPatch, body: str = "pass") -> Place:
    gpus.start_with(monkeypatch, body, CUDA_MIB)
    slot = gpus.StandInSlot()
    return Place(Supervisor(slot=slot), slot)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def one_place() -> Iterator[Place]:
    with pytest.MonkeyPatch.context() as patch:
        found = start(patch)
        with found.supervisor:
            yield found


@pytest.fixture
def place(one_place: Place) -> Iterator[Place]:
    yield one_place
    one_place.close()
    assert one_place.slot.users == 0


def needs_namespaces(place: Place) -> None:
    if place.supervisor.refusal:
        pytest.skip(f"this machine builds no namespaces: {place.supervisor.refusal}")


# --- the wall


def test_every_layer_and_promise_holds_but_that_nothing_computes(place: Place) -> None:
    found = selftest.examine(place.supervisor, place.spec)
    needs_namespaces(place)
    assert found.missing == (selftest.COMPUTES,)
    assert {layer.name for layer in selftest.LAYERS} <= set(found.layers)
    assert (found.level, found.complete) == (Level.GPU, False)
    assert place.slot.users == 0 and place.slot.ever >= 2


COMMANDS = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
FRONTEND = 3 << 30 | 32 << 16 | ord("F") << 8

def command(path, number):
    node = os.open(path, os.O_RDWR)
    try:
        return 0 if libc.ioctl(node, ctypes.c_ulong(number), None) == 0 else ctypes.get_errno()
    finally:
        os.close(node)

def opened(path, flags=os.O_RDONLY):
    try:
        os.close(os.open(path, flags))
    except OSError as exc:
        return type(exc).__name__
    return "done"
"""
EPERM, EACCES, ENOTTY = 1, 13, 25


def test_the_gpu_takes_the_commands_of_its_driver_and_no_others(place: Place) -> None:
    """A command that the filter lets through is one that /dev/full does not know."""
    student = place.load(COMMANDS)
    frontend = 3 << 30 | 32 << 16 | ord("F") << 8
    for number in (0x2A, 0x2B, 0x4E, 200, 218):
        assert student.command("/dev/full", frontend | number) == ENOTTY
    for number in (0x30000001, 25, 33, 75):
        assert student.command("/dev/full", number) == ENOTTY
    for number in (frontend | 0x2C, 0x5413, 0x5412, 62, 63, 76, ord("G") << 8 | 0x2A):
        assert student.command("/dev/full", number) == EPERM


def test_no_other_worker_may_give_such_commands(place: Place) -> None:
    student = place.load(COMMANDS, WorkerSpec())
    assert student.command("/dev/null", 3 << 30 | 32 << 16 | ord("F") << 8 | 0x2A) == EPERM
    assert student.opened("/dev/full") in ("FileNotFoundError", "PermissionError")


def test_the_other_devices_of_a_worker_take_no_commands(place: Place) -> None:
    if landlock.landlock_abi() < 5:
        pytest.skip("this kernel's Landlock does not know commands to devices")
    student = place.load(COMMANDS)
    assert student.opened("/dev/urandom") == "done"
    assert student.opened("/dev/random", 2) == "PermissionError"


def test_the_driver_reads_its_files_and_cannot_change_them(place: Place) -> None:
    student = place.load(
        COMMANDS
        + """
def listed(path):
    try:
        return os.listdir(path)
    except OSError as exc:
        return type(exc).__name__
"""
    )
    assert student.opened("/proc/devices") == "done"
    assert student.opened("/proc/version") == "PermissionError"
    if Path("/sys/devices/system/node").exists():
        assert "online" in student.listed("/sys/devices/system/node")
        assert student.opened("/sys/devices/system/node/online") == "done"
    needs_namespaces(place)
    assert student.listed("/sys/class") == "FileNotFoundError"
    assert student.listed("/sys") == "PermissionError"


def test_a_thread_may_be_named_and_nothing_else_of_it_be_touched(place: Place) -> None:
    needs_namespaces(place)
    student = place.load(
        COMMANDS
        + """
import threading
def threads():
    named, end = threading.Event(), threading.Event()
    def run():
        named.set()
        end.wait()
    other = threading.Thread(target=run, daemon=True)
    other.start()
    named.wait()
    folder = f"/proc/self/task/{other.native_id}"
    with open(f"{folder}/comm", "w") as file:
        file.write("cuda-EvtHandlr")
    found = {name: [opened(f"{folder}/{name}", flags) for flags in (os.O_RDONLY, os.O_WRONLY)]
             for name in ("comm", "mem", "oom_score_adj", "clear_refs", "mountinfo", "environ", "cgroup")}
    libc.prctl(15, b"renamed", 0, 0, 0)
    name = ctypes.create_string_buffer(16)
    libc.prctl(16, name, 0, 0, 0)
    end.set()
    return [found, name.value.decode(), libc.prctl(4, 1, 0, 0, 0), ctypes.get_errno()]
"""
    )
    found, name, refused, error = student.threads()
    assert found.pop("comm") == ["PermissionError", "done"]
    assert set(map(tuple, found.values())) == {("PermissionError", "PermissionError")}
    assert name == "renamed"
    assert (refused, error) == (-1, EPERM)  # PR_SET_DUMPABLE


def test_what_cuda_needs_at_its_start_only_is_not_there_any_more(place: Place) -> None:
    student = place.load("import os\ndef f():\n    return os.memfd_create('x')\n")
    with pytest.raises(PermissionError):
        student.f()


def test_the_worker_knows_its_gpu_and_no_more(place: Place) -> None:
    student = place.load("import os\ndef f(): return dict(os.environ)\n")
    found = student.f()
    assert found["CUDA_VISIBLE_DEVICES"] == "GPU-0"
    assert set(found) <= selftest.KEPT | {"CUDA_VISIBLE_DEVICES", "CUDA_CACHE_DISABLE"}


def test_the_filter_has_the_rules_for_both_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    for machine in seccomp.TABLES:
        monkeypatch.setattr(seccomp.platform, "machine", lambda machine=machine: machine)
        seccomp.system_call_filter.cache_clear()
        wide, narrow = seccomp.system_call_filter(1, gpu=True), seccomp.system_call_filter(1)
        assert len(wide) // 8 == len(narrow) // 8 + len(needs.UVM_COMMANDS) + len(needs.FRONTEND_COMMANDS) + 1 + 6
    seccomp.system_call_filter.cache_clear()
    assert not {62, 63} & set(needs.UVM_COMMANDS)


# --- the memory of the machine


def test_memory_of_its_own_is_bounded_and_address_space_is_not(place: Place) -> None:
    student = place.load(
        """
        import mmap, resource
        def reserve():
            return len(mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=0))
        def fits():
            return len(bytes(32 << 20))
        def grow():
            return len(bytes(256 << 20))
        def raise_it():
            resource.setrlimit(resource.RLIMIT_DATA, (-1, -1))
        """
    )
    assert student.reserve() == 1 << 40
    assert student.fits() == 32 << 20
    with pytest.raises(StudentFault) as fault:
        student.grow()
    assert fault.value.verdict is Verdict.OUT_OF_MEMORY
    with pytest.raises(ValueError):
        student.raise_it()


def test_threads_that_the_kernel_refuses_are_not_counted_again(place: Place) -> None:
    """The watch looks a moment later, when a call of another function may be running."""
    needs_namespaces(place)
    student = place.load(
        """
        import threading, time
        def many():
            threading.stack_size(1 << 16)
            try:
                for started in range(1000):
                    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
            except RuntimeError:
                return started
        def later():
            time.sleep(0.3)
            return "alive"
        """,
        replace(place.spec, limits=replace(place.spec.limits, memory_mib=512)),
    )
    assert place.spec.limits.all_tasks <= student.many() < place.spec.limits.all_tasks + 3
    assert student.later() == "alive"


def test_shared_memory_without_a_file_is_refused(place: Place) -> None:
    student = place.load("import mmap\ndef f(): return len(mmap.mmap(-1, 4096))\n")
    with pytest.raises(PermissionError):
        student.f()


GROWING = {  # to 64 MiB
    "shared pages": "m = mmap.mmap(-1, 64 << 20)\ndef grow(): m[::4096] = bytes(64 << 8)",
    "tables of pages": (  # of 4 KiB for every 2 MiB of addresses, which are all the same page of zeros
        "m = mmap.mmap(-1, 32 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ)\n"
        "def grow(): m[::2 << 20]"
    ),
}
GROWS = """
import mmap, sys
{}
print("ready", flush=True)
sys.stdin.readline()
grow()
print("full", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("how", GROWING)
def test_the_watch_counts_pages_that_no_limit_of_a_process_counts(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second bound, if there should be a way to memory that the first one does not know."""
    monkeypatch.setattr(limits, "CUDA_MIB", 8)
    command = [sys.executable, "-c", GROWS.format(GROWING[how])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as growing:
        assert growing.stdout is not None and growing.stdin is not None
        assert growing.stdout.readline() == "ready\n"
        watch = Watch(growing.pid, None, "", Limits(gpu=True, memory_mib=8), None, None)
        assert watch.look() == ""
        print(file=growing.stdin, flush=True)
        assert growing.stdout.readline() == "full\n"
        assert watch.look() == limits.MEMORY
        watch.limits = Limits(gpu=True, memory_mib=128)
        assert watch.look() == ""
        growing.kill()


@pytest.mark.slow
def test_the_start_of_cuda_is_no_time_of_the_submission(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that costs seconds has no hints, so it matters whose they are."""
    found = start(monkeypatch, "import time\n    while time.process_time() < 1.0: pass")
    with found.supervisor as supervisor:
        worker = supervisor.spawn(found.spec)
        assert worker.cpu_s() < 0.5
        assert worker.kill().cpu_s >= 1.0


# --- a GPU that does not start


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('raise RuntimeError("CUDA out of memory")', "RuntimeError: CUDA out of memory"),
        ('if len(calls) == 2: raise OSError("behind the filter")', "OSError: behind the filter"),
        ("import os; os._exit(3)", "the worker ended"),
    ],
    ids=["at the start", "behind the filter", "a crash"],
)
def test_a_worker_whose_gpu_does_not_start_is_our_error_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch, body: str, said: str
) -> None:
    found = start(monkeypatch, body)
    with found.supervisor as supervisor:
        with pytest.raises(GpuUnavailable) as caught:
            supervisor.spawn(found.spec)
        assert caught.value.message == said
        assert (found.slot.users, found.slot.ever) == (0, 1)
        assert workers(supervisor) == []


# --- which runs have the level


def test_an_official_run_on_cuda_has_the_level_and_no_other_run() -> None:
    torch, numpy = (assignments.load(slug, root=ROOT) for slug in ("13-cnn", "01-dog-wolf"))
    official = RunOptions(official=True, device="cuda")
    assert settled(torch, official) == replace(official, level=Level.GPU)
    assert settled(torch, RunOptions(official=True, level=Level.GPU)) == replace(official, level=Level.GPU)
    assert settled(torch, RunOptions(official=True)).level is Level.FULL
    assert settled(torch, RunOptions(device="cuda")).level is Level.FULL
    assert device_of(torch, official) == "cuda"
    spec = spec_of(torch, official)
    assert (spec.level, spec.limits.gpu) == (Level.GPU, True)
    spec = spec_of(numpy, official)
    assert (spec.level, spec.limits.gpu, device_of(numpy, official)) == (Level.FULL, False, "cpu")
    assert settled(numpy, RunOptions(official=True, level=Level.GPU)).level is Level.FULL


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (RunOptions(official=True, level=Level.CONTAINER, device="cuda"), "needs namespaces"),
        (RunOptions(official=True, level=Level.GPU, device="cpu"), "is for a GPU"),
    ],
)
def test_a_level_and_a_device_that_contradict_each_other_are_refused(options: RunOptions, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        settled(assignments.load("13-cnn", root=ROOT), options)


def test_reports_of_a_gpu_never_count_with_those_of_the_cpu() -> None:
    assignment = assignments.load("13-cnn", root=ROOT)
    cpu, gpu = (key_of(assignment, RunOptions(official=True, device=device)) for device in ("cpu", "cuda"))
    assert (cpu.device, gpu.device) == ("cpu", "cuda")
    assert cpu.environment != gpu.environment
    assert versions_of(assignment, Level.GPU)["level"] == "gpu"


@pytest.mark.slow
def test_hostile_programs_get_what_they_deserve_behind_the_wall_of_a_gpu() -> None:
    """One program for every promise, and those that only a bound on memory stops."""
    chosen = " or ".join((*SHORT, "d05_", "d06_", "honest_program and threads"))
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=short", "-m", ""]
    done = subprocess.run(
        [*command, "tests/hostile/test_hostile.py", "-k", chosen],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "HOSTILE_LEVEL": "gpu", "HOSTILE_STAND_IN": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "passed" in done.stdout
