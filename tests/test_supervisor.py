"""Zygotes and workers from the trusted side: every wait ends, every process and folder goes, nothing is mixed up."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Connect, Submitted, submitted

from autograder.errors import SandboxError
from autograder.model import Verdict
from autograder.student.faults import StudentFault
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
from autograder.workers.zygote_handle import Zygote

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")

Connected = Callable[..., Submitted]

SOURCE = """
import os
def f(): return 1
def die(): os._exit(1)
def call(g): return g()
"""


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def worker_of(submission: Submitted) -> int:
    """The number of the worker in hand, as this process counts."""
    submission.student.f()
    assert submission.worker is not None
    return submission.worker._pid


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid: int) -> bool:
    """Whether the process ends by itself, given ample time."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    try:
        return bool(poll.poll(20_000))
    finally:
        os.close(pidfd)


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    """A supervisor of this test's own, whose zygote may come to harm and whose folders can be counted."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Supervisor() as supervisor:
        yield supervisor


@pytest.fixture
def connected(own: Supervisor) -> Iterator[Connected]:
    """Connects to SOURCE through the test's own supervisor."""
    opened: list[Submitted] = []

    def connect(source: str = SOURCE) -> Submitted:
        opened.append(submitted({"answer": source.encode()}, own))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


# --- nothing is left


def test_a_zygote_whose_grader_was_killed_ends_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    """The grader may be killed before it has read an answer. Its terminal is that of the person who starts it again."""
    zygote = Zygote(WorkerSpec(), enclosed=False)
    try:
        assert select.select([zygote._control], [], [], 60)[0]
        zygote._control.close()
        assert zygote._process.wait(timeout=60) == 0
    finally:
        zygote.close()
    assert capfd.readouterr().err == ""


def test_no_process_and_no_folder_is_left_of_a_worker(own: Supervisor, connected: Connected, tmp_path: Path) -> None:
    one, other = connected(), connected()
    worker, neighbour = worker_of(one), worker_of(other)
    (zygote,) = own.zygote_pids()
    assert set(children_of(zygote)) == {worker, neighbour}

    one.close()
    assert not is_running(worker) and children_of(zygote) == [neighbour] and worker_of(other) == neighbour
    with pytest.raises(StudentFault):
        other.student.die()
    assert not is_running(neighbour) and children_of(zygote) == []

    own.close()
    assert not is_running(zygote) and list(tmp_path.iterdir()) == []


def test_reaping_ends_whatever_a_worker_started() -> None:
    """A process of its group, and a daemon with a session of its own whose parent has ended."""
    script = """
        import os, time
        from autograder.wall import jail
        from autograder.workers import zygote
        jail.adopt_orphans()
        read, write = os.pipe()
        worker = os.fork()
        if worker == 0:
            os.setsid()
            if os.fork() == 0:
                os.write(write, b"%d " % os.getpid())
                time.sleep(99)
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.write(write, b"%d " % os.getpid())
                    time.sleep(99)
                os._exit(0)
            time.sleep(99)
        neighbour = os.fork()
        if neighbour == 0:
            time.sleep(99)
        pids = b""
        while pids.count(b" ") < 2:
            pids += os.read(read, 99)
        alive = zygote._Alive(0)
        alive.update({worker: zygote._Child(), neighbour: zygote._Child()})
        print(zygote._reap(worker, alive)["status"], set(alive) == {neighbour})
        for pid in [worker, *map(int, pids.split())]:
            try:
                os.kill(pid, 0)
                print("still there")
            except ProcessLookupError:
                pass
        print(zygote._reap(neighbour, alive)["status"], set(alive))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "9 True\n9 set()\n", done.stdout + done.stderr


def test_no_descriptor_of_ours_is_left(connect: Connect) -> None:
    submission = connect(SOURCE)
    worker_of(submission)
    submission.close()
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        worker_of(submission)
        with pytest.raises(StudentFault):
            submission.student.die()
    submission.close()
    assert len(os.listdir("/proc/self/fd")) == len(before)


# --- a zygote that ends


def test_a_zygote_that_ends_during_a_call_costs_that_call(own: Supervisor, connected: Connected) -> None:
    """It may be the submission's doing, so it is never a fault of ours; and the next call works."""
    submission = connected()
    student, worker, (zygote,) = submission.student, worker_of(submission), own.zygote_pids()

    def strike() -> None:
        os.kill(zygote, signal.SIGKILL)
        assert ends(worker)  # a zygote takes its workers along

    with pytest.raises(StudentFault) as caught:
        student.call(strike)
    assert caught.value.verdict is Verdict.CRASHED
    assert student.f() == 1 and own.zygote_pids() != [zygote]


def test_a_zygote_that_does_not_answer_is_ended(own: Supervisor, connected: Connected) -> None:
    """Its late answer would be taken for the answer to the next request."""
    submission = connected()
    worker_of(submission)
    (zygote,) = own._zygotes.values()
    pid = zygote.pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(SandboxError, match=r"did not answer within 0\.1 s"):
        zygote._request({"op": "reap", "pid": 0}, timeout_s=0.1)
    assert ends(pid)
    submission.close()
    assert worker_of(submission) and own.zygote_pids() != [pid]


def test_a_worker_may_be_closed_after_its_supervisor(own: Supervisor, connected: Connected, tmp_path: Path) -> None:
    submission = connected()
    worker = worker_of(submission)
    own.close()
    submission.close()
    assert ends(worker) and list(tmp_path.iterdir()) == []


def test_everything_ends_with_the_grader(tmp_path: Path) -> None:
    script = f"""
import os
from pathlib import Path
from autograder.student.case_run import CaseRun
from autograder.student.case_settings import CaseSettings
from autograder.student.connection import Connection
from autograder.student.source import ModuleSources
from autograder.student.handle import StudentCode
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
source = ModuleSources("answer", {{"answer": ("answer.py", {SOURCE!r}.encode())}})
StudentCode(CaseRun(Connection(source, Supervisor(), WorkerSpec(), seed=0), CaseSettings("case"))).f()
pids = [os.getpid()]
for pid in pids:
    pids += map(int, Path(f"/proc/{{pid}}/task/{{pid}}/children").read_text().split())
print(*pids[1:], flush=True)
os._exit(1)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    pids = done.stdout.split()
    assert len(pids) >= 2 and all(ends(int(pid)) for pid in pids), done.stderr


def test_a_zygote_that_cannot_start_is_an_error_of_ours() -> None:
    starts: list[WorkerSpec] = []

    def start(spec: WorkerSpec, **options: object) -> Zygote:
        starts.append(spec)
        raise SandboxError("no zygote today")

    supervisor = Supervisor(start=start)
    with pytest.raises(SandboxError, match="no zygote today"):
        supervisor.spawn(WorkerSpec())
    assert starts == [WorkerSpec()] and supervisor.zygote_pids() == []


def test_a_prepared_zygote_starts_meanwhile_and_serves_the_first_worker(own: Supervisor, tmp_path: Path) -> None:
    own.prepare(WorkerSpec())
    (zygote,) = own._zygotes.values()
    assert not zygote._ready
    own.prepare(WorkerSpec())
    own.spawn(WorkerSpec(Limits(call_s=9.0))).kill()  # other limits need no other zygote
    assert list(own._zygotes.values()) == [zygote]


def test_a_prepared_zygote_that_ends_is_replaced(own: Supervisor) -> None:
    own.prepare(WorkerSpec())
    (zygote,) = own._zygotes.values()
    os.kill(zygote.pid, signal.SIGKILL)
    own.spawn(WorkerSpec()).kill()
    assert list(own._zygotes.values()) != [zygote]


def test_without_namespaces_a_zygote_starts_in_the_open() -> None:
    """Whether the kernel refuses is known only when the zygote has answered, which is after it was prepared."""
    starts: list[bool] = []

    class Refused(Zygote):
        def __init__(self, spec: WorkerSpec, *, enclosed: bool) -> None:
            starts.append(enclosed)
            super().__init__(spec, enclosed=enclosed)

        def _receive(self, *, timeout_s: float) -> tuple[dict[str, Any], list[int]]:
            answer, descriptors = super()._receive(timeout_s=timeout_s)
            return ({"refused": "not today"} if self.enclosed else answer), descriptors

    with Supervisor(start=Refused, enclosed=True) as supervisor:
        supervisor.prepare(WorkerSpec())
        assert starts == [True] and supervisor.refusal == ""
        supervisor.spawn(WorkerSpec()).kill()
        assert starts == [True, False]
        assert supervisor.refusal.startswith("This machine refuses namespaces: not today.")


def test_a_zygote_can_be_prepared_without_the_imports_of_grading() -> None:
    """What is imported before the zygote starts, every command waits for."""
    script = """
        import subprocess, sys
        from autograder.workers.spec import WorkerSpec
        from autograder.workers.supervisor import Supervisor

        slow = ("numpy", "pydantic", "jinja2", "pytest", "rich", "typer", "importlib.metadata", "packaging", "email")
        started = []

        class Popen(subprocess.Popen):
            def __init__(self, *args, **kwargs):
                started.extend(name for name in slow if name in sys.modules)
                super().__init__(*args, **kwargs)

        subprocess.Popen = Popen
        with Supervisor() as supervisor:
            supervisor.prepare(WorkerSpec())
        print(started, "numpy" in sys.modules)  # and nothing from the zygote, which was not needed after all
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "[] False\n" and done.stderr == "", done.stdout + done.stderr


def test_a_zygote_is_replaced_once(own: Supervisor) -> None:
    own.spawn(WorkerSpec()).kill()
    made = own._start
    started: list[Zygote] = []

    def dying(*args: object, **options: object) -> Zygote:
        zygote = made(*args, **options)
        started.append(zygote)
        pid = zygote.pid
        os.kill(pid, signal.SIGKILL)
        assert ends(pid)
        return zygote

    own._start = dying
    os.kill(own.zygote_pids()[0], signal.SIGKILL)
    with pytest.raises(SandboxError, match="zygote"):
        own.spawn(WorkerSpec())
    assert len(started) == 1


# --- the zygote itself


def test_the_zygote_holds_nothing_that_a_submission_could_use(own: Supervisor, connected: Connected) -> None:
    worker_of(connected())
    (zygote,) = own.zygote_pids()
    proc = Path(f"/proc/{zygote}")
    assert os.listdir(proc / "task") == [str(zygote)]
    names = {entry.partition(b"=")[0].decode() for entry in (proc / "environ").read_bytes().split(b"\0") if entry}
    assert names == {
        "PATH",
        "HOME",
        "LANG",
        "MALLOC_ARENA_MAX",
        "MALLOC_MMAP_THRESHOLD_",
        "MALLOC_TRIM_THRESHOLD_",
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
    }
    assert os.readlink(proc / "cwd") == "/"
    files = {int(link.name): os.readlink(link) for link in (proc / "fd").iterdir()}
    del files[2]  # what it says on its own goes where ours goes
    assert not {name for name in files.values() if name.startswith("/")} - {"/dev/null"}
    ours = {os.readlink(link) for link in Path("/proc/self/fd").iterdir() if os.path.lexists(link)}
    assert not {name for name in files.values() if name.startswith(("socket:", "pipe:"))} & ours
    assert os.getsid(zygote) != os.getsid(0)  # a Ctrl-C in the terminal is not for it


def memory_of(pid: int) -> Iterator[bytes]:
    """What a process can write to, hence may have written."""
    with open(f"/proc/{pid}/mem", "rb") as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            area, mode, *_ = line.split()
            if mode.startswith("rw"):
                start, end = (int(number, 16) for number in area.split("-"))
                memory.seek(start)
                yield memory.read(end - start)


def test_a_submission_never_passes_through_the_zygote(own: Supervisor, connected: Connected) -> None:
    """Later workers would find it in their own memory."""
    words = ["first", "submission"]
    submission = connected(f"{SOURCE}\nTEXT = {'-'.join(words)!r}\n")
    worker = worker_of(submission)
    secret, (zygote,) = "-".join(words).encode(), own.zygote_pids()
    with contextlib.suppress(PermissionError):  # a worker may close its memory, even to us
        assert any(secret in piece for piece in memory_of(worker))
    known, found = False, False
    for piece in memory_of(zygote):
        known |= b"autograder.guest" in piece
        found |= secret in piece
    assert known and not found


# --- the CPU time of workers


def test_a_worker_counts_its_cpu_seconds(connect: Connect, supervisor: Supervisor) -> None:
    submission = connect("def f():\n    import time\n    while time.process_time() < 0.05: pass\n")
    assert submission.connection.cpu_s() == 0.0
    submission.student.f()
    assert submission.connection.cpu_s() >= 0.04  # counted in ticks of 10 ms
    before = supervisor.worker_cpu_s()
    submission.close()
    assert supervisor.worker_cpu_s() >= before + 0.05 and submission.connection.cpu_s() == 0.0


def test_copies_of_a_process_use_its_zygote_side_by_side(own: Supervisor) -> None:
    own.prepare(WorkerSpec())
    own.share()
    (zygote,) = own._zygotes.values()

    def work() -> bool:
        pids = [child for _ in range(5) if (child := _spawn_and_end(own))]
        own.close()
        return len(pids) == 5

    copies = [_forked(work) for _ in range(3)]
    assert [os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) for copy in copies] == [0, 0, 0]
    assert _spawn_and_end(own)  # they have left the zygote, and not ended it
    assert list(own._zygotes.values()) == [zygote] and children_of(zygote.pid) == []


def test_a_copy_that_is_killed_in_its_turn_holds_nobody_up(own: Supervisor) -> None:
    """Nor does another one take the answer to its request: that would be the worker of a dead process."""
    own.prepare(WorkerSpec())
    own.share()
    (zygote,) = own._zygotes.values()

    def die_before_the_answer() -> bool:
        zygote._receive = lambda **_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign,assignment]
        return bool(_spawn_and_end(own))

    assert os.waitpid(_forked(die_before_the_answer), 0)[1] == signal.SIGKILL
    copy = _forked(lambda: bool(_spawn_and_end(own)))
    ended = os.pidfd_open(copy)
    try:
        assert select.select([ended], [], [], 30)[0], "a copy waits for a turn that nobody gives back"
    finally:
        os.close(ended)
        os.kill(copy, signal.SIGKILL)
        assert os.waitpid(copy, 0)[1] == 0
    assert _spawn_and_end(own) and list(own._zygotes.values()) == [zygote]


def _spawn_and_end(supervisor: Supervisor) -> int:
    """Start a worker and end it; return its number, or 0 if another zygote has taken the place of the first."""
    (zygote,) = supervisor._zygotes.values()
    worker = supervisor.spawn(WorkerSpec())
    worker.kill()
    return worker._pid if list(supervisor._zygotes.values()) == [zygote] else 0


def _forked(work: Callable[[], bool]) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(BaseException):
            code = 0 if work() else 2
        os._exit(code)
    return pid
