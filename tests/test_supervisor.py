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
from types import SimpleNamespace

import pytest
from conftest import Connect

from autograder.errors import SandboxError
from autograder.model import Verdict
from autograder.student.connection import Connection
from autograder.student.faults import StudentFault
from autograder.student.handle import StudentCode
from autograder.student.source import ModuleSources
from autograder.wall.limits import PATIENCE, Limits
from autograder.workers import worker as module
from autograder.workers.supervisor import ForkedWorker, NamespacesRefused, Supervisor, Zygote
from autograder.workers.worker import Clock, remove_folder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")

Connected = Callable[..., Connection]

SOURCE = """
import os
def f(): return 1
def die(): os._exit(1)
def call(g): return g()
"""


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def worker_of(connection: Connection) -> int:
    """The number of the worker in hand, as this process counts."""
    StudentCode(connection).f()
    assert connection._worker is not None
    return connection._worker._pid


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
    opened: list[Connection] = []

    def connect(source: str = SOURCE) -> Connection:
        files = {"answer": ("answer.py", source.encode())}
        opened.append(Connection(ModuleSources("answer", files), own, Limits(), torch=False, seed=0))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


# --- nothing is left


def test_no_process_and_no_folder_is_left_of_a_worker(own: Supervisor, connected: Connected, tmp_path: Path) -> None:
    one, other = connected(), connected()
    worker, neighbour = worker_of(one), worker_of(other)
    (zygote,) = own.zygote_pids()
    assert set(children_of(zygote)) == {worker, neighbour}

    one.close()
    assert not is_running(worker) and children_of(zygote) == [neighbour] and worker_of(other) == neighbour
    with pytest.raises(StudentFault):
        StudentCode(other).die()
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
        alive = {worker, neighbour}
        print(zygote._reap(worker, alive)["status"], alive == {neighbour})
        for pid in [worker, *map(int, pids.split())]:
            try:
                os.kill(pid, 0)
                print("still there")
            except ProcessLookupError:
                pass
        print(zygote._reap(neighbour, alive)["status"], alive)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "9 True\n9 set()\n", done.stdout + done.stderr


def test_no_descriptor_of_ours_is_left(connect: Connect) -> None:
    connection = connect(SOURCE)
    worker_of(connection)
    connection.close()
    before = os.listdir("/proc/self/fd")
    for _ in range(3):
        worker_of(connection)
        with pytest.raises(StudentFault):
            StudentCode(connection).die()
    connection.close()
    assert len(os.listdir("/proc/self/fd")) == len(before)


def deep() -> None:
    for _ in range(3000):
        os.mkdir("d")
        os.chdir("d")


def forbidding() -> None:
    os.makedirs("a/b/c")
    Path("a/b/file").touch()
    for name in ("a/b", "a", "."):
        os.chmod(name, 0)


def linked() -> None:
    for target, name in ((".", "loop"), ("/", "root"), ("nowhere", "broken")):
        os.symlink(target, name)
    os.mkdir("d")
    os.symlink("../..", "d/up")
    os.mkfifo("d/pipe")


def oddly_named() -> None:
    os.mkdir(b"\xfe")
    for name in (b"\xff\n", b"\xfe/-rf", b"--"):
        open(name, "w").close()


@pytest.mark.parametrize("fill", [deep, forbidding, linked, oddly_named])
def test_a_scratch_folder_goes_whatever_was_made_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fill: Callable[[], None]
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.chdir(scratch)
    fill()
    os.chdir(tmp_path)
    remove_folder(str(scratch))
    assert not scratch.exists()


def test_removing_a_folder_never_follows_a_link(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o755)
    (kept / "file").write_text("kept")
    scratch = tmp_path / "scratch"
    (scratch / "inner").mkdir(parents=True)
    (scratch / "link").symlink_to(kept)
    (scratch / "inner" / "link").symlink_to(kept)
    remove_folder(str(scratch))
    assert not scratch.exists()
    (tmp_path / "link").symlink_to(kept)
    remove_folder(str(tmp_path / "link"))
    assert (kept / "file").read_text() == "kept" and kept.stat().st_mode & 0o777 == 0o755


# --- a zygote that ends


def test_a_zygote_that_ends_during_a_call_costs_that_call(own: Supervisor, connected: Connected) -> None:
    """It may be the submission's doing, so it is never a fault of ours; and the next call works."""
    connection = connected()
    student, worker, (zygote,) = StudentCode(connection), worker_of(connection), own.zygote_pids()

    def strike() -> None:
        os.kill(zygote, signal.SIGKILL)
        assert ends(worker)  # a zygote takes its workers along

    with pytest.raises(StudentFault) as caught:
        student.call(strike)
    assert caught.value.verdict is Verdict.CRASHED
    assert student.f() == 1 and own.zygote_pids() != [zygote]


def test_a_zygote_that_does_not_answer_is_ended(own: Supervisor, connected: Connected) -> None:
    """Its late answer would be taken for the answer to the next request."""
    connection = connected()
    worker_of(connection)
    (zygote,) = own._zygotes.values()
    pid = zygote.pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(SandboxError, match=r"did not answer within 0\.1 s"):
        zygote._request({"op": "reap", "pid": 0}, timeout_s=0.1)
    assert ends(pid)
    connection.close()
    assert worker_of(connection) and own.zygote_pids() != [pid]


def test_a_worker_may_be_closed_after_its_supervisor(own: Supervisor, connected: Connected, tmp_path: Path) -> None:
    connection = connected()
    worker = worker_of(connection)
    own.close()
    connection.close()
    assert ends(worker) and list(tmp_path.iterdir()) == []


def test_everything_ends_with_the_grader(tmp_path: Path) -> None:
    script = f"""
import os
from pathlib import Path
from autograder.wall.limits import Limits
from autograder.student.connection import Connection
from autograder.student.source import ModuleSources
from autograder.student.handle import StudentCode
from autograder.workers.supervisor import Supervisor
source = ModuleSources("answer", {{"answer": ("answer.py", {SOURCE!r}.encode())}})
StudentCode(Connection(source, Supervisor(), Limits(), torch=False, seed=0)).f()
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
    starts: list[bool] = []

    def start(*, torch: bool, **options: object) -> Zygote:
        starts.append(torch)
        raise SandboxError("no zygote today")

    supervisor = Supervisor(start=start)
    with pytest.raises(SandboxError, match="no zygote today"):
        supervisor.spawn(Limits(), torch=False)
    assert starts == [False] and supervisor.zygote_pids() == []


def test_a_zygote_that_was_started_early_is_the_one_that_serves(own: Supervisor) -> None:
    started: list[dict[str, object]] = []
    start = own._start

    def counted(**options: object) -> Zygote:
        started.append(options)
        return start(**options)

    own._start = counted
    own.start_early(torch=False)
    own.spawn(Limits(), torch=False).kill()
    own.start_early(torch=False)  # it is there already
    assert len(started) == 1
    assert len(own.zygote_pids()) == 1


def test_an_early_zygote_that_nobody_needed_ends_with_its_supervisor() -> None:
    with Supervisor() as supervisor:
        supervisor.start_early(torch=False)
        [early] = supervisor._early.values()
    assert ends(early._process.pid)


def test_an_early_zygote_that_is_refused_its_namespaces_is_replaced_by_one_without() -> None:
    class Refused(Zygote):
        def wait_until_ready(self) -> None:
            super().wait_until_ready()
            if self.enclosed:
                self.close()
                raise NamespacesRefused("not here")

    with Supervisor(start=Refused, enclosed=True) as supervisor:
        supervisor.start_early(torch=False)
        supervisor.spawn(Limits(), torch=False).kill()
        assert supervisor.refusal == "not here"
        assert len(supervisor.zygote_pids()) == 1


def test_a_zygote_is_replaced_once(own: Supervisor) -> None:
    own.spawn(Limits(), torch=False).kill()
    made = own._start
    started: list[Zygote] = []

    def dying(**options: object) -> Zygote:
        zygote = made(**options)
        started.append(zygote)
        pid = zygote.pid
        os.kill(pid, signal.SIGKILL)
        assert ends(pid)
        return zygote

    own._start = dying
    os.kill(own.zygote_pids()[0], signal.SIGKILL)
    with pytest.raises(SandboxError, match="zygote"):
        own.spawn(Limits(), torch=False)
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
    connection = connected(f"{SOURCE}\nTEXT = {'-'.join(words)!r}\n")
    worker = worker_of(connection)
    secret, (zygote,) = "-".join(words).encode(), own.zygote_pids()
    with contextlib.suppress(PermissionError):  # a worker may close its memory, even to us
        assert any(secret in piece for piece in memory_of(worker))
    known, found = False, False
    for piece in memory_of(zygote):
        known |= b"autograder.guest" in piece
        found |= secret in piece
    assert known and not found


# --- the clock


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A clock that stands still unless it is told otherwise; ``queued`` is the time spent waiting for a core."""
    state = SimpleNamespace(s=1000.0, queued=0.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: state.s))
    monkeypatch.setattr(module, "_queued_s", lambda pid: state.queued)
    return state


def test_a_clock_counts_down_and_gives_back_what_was_queued(now: SimpleNamespace) -> None:
    clock = Clock(1, 5.0)
    assert clock.left() == 5.0
    now.s += 1
    assert clock.left() == 4.0
    clock.pause(0.5)
    assert clock.left() == 4.5
    now.s += 4.5
    assert clock.left() == 0.0
    now.queued = 3.0
    assert clock.left() == 3.0
    now.queued = 1e9
    now.s = 1000.5 + 5.0 * PATIENCE
    assert clock.left() == 0.0


def test_a_wait_is_never_below_nothing_by_accident(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time passes between two looks at the clock, and poll takes a negative wait for an endless one."""
    readings = iter([0.0, *(0.4 * n for n in range(100))])
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(readings)))
    monkeypatch.setattr(module, "_queued_s", lambda pid: 0.0)
    waits: list[float] = []

    class Poll:
        register = unregister = staticmethod(lambda *args: None)

        def poll(self, wait_ms: float) -> list[tuple[int, int]]:
            assert wait_ms >= 0
            waits.append(wait_ms)
            return []

    worker = SimpleNamespace(_connection=SimpleNamespace(fileno=lambda: 9), _output_end=8, _pidfd=7, _poll=Poll())
    worker._late = lambda clock: module.WorkerLost(module.LossReason.TIMED_OUT, limit_s=clock.limit_s)
    with pytest.raises(module.WorkerLost) as caught:
        ForkedWorker._wait(worker, Clock(1, 1.0), writing=False)  # type: ignore[arg-type]
    assert caught.value.loss is module.LossReason.TIMED_OUT and waits


def test_a_worker_counts_its_cpu_seconds(connect: Connect, supervisor: Supervisor) -> None:
    connection = connect("def f():\n    import time\n    while time.process_time() < 0.05: pass\n")
    assert connection.cpu_s() == 0.0
    StudentCode(connection).f()
    assert connection.cpu_s() >= 0.04  # counted in ticks of 10 ms
    before = supervisor.worker_cpu_s()
    connection.close()
    assert supervisor.worker_cpu_s() >= before + 0.05 and connection.cpu_s() == 0.0
