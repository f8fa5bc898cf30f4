"""The watch over a worker without namespaces, and the users of root's workers."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.wall.jail import Walls
from autograder.wall.limits import FILES, TASKS, WORKER_UIDS, Limits

if sys.platform != "linux":
    pytest.skip("only Linux has workers without namespaces", allow_module_level=True)

from autograder.wall import shared_system
from autograder.workers.own_user import OwnUser


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[bytes], shared_system.Watch]]:
    """A folder, a process that runs Python lines from its input, and the watch over both with 1 MiB and 4 tasks."""
    code = "import sys, threading, time, os\nfor line in sys.stdin:\n    exec(line, globals()); print(flush=True)"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    )
    folder = shared_system.open_folder(str(tmp_path))
    watch = shared_system.Watch(process.pid, folder, str(tmp_path), Limits(scratch_mib=1), None, 4)
    try:
        yield tmp_path, process, watch
    finally:
        process.kill()
        process.communicate()
        watch.close()


def run(process: subprocess.Popen[bytes], line: str) -> None:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(line.encode() + b"\n")
    process.stdin.flush()
    assert process.stdout.readline() == b"\n"


EXCEEDING = {
    "one file": "open('a', 'wb').write(bytes(2 << 20))",
    "many files": "[open(str(i), 'wb').write(bytes(4096)) for i in range(300)]",
    "empty files": "[open(str(i), 'wb').close() for i in range(5000)]",
    "a chain of folders": "[(os.mkdir('d'), os.chdir('d')) for _ in range(100)]",
    "below folders": "os.makedirs('x/y/z'); open('x/y/z/a', 'wb').write(bytes(2 << 20))",
    "a deleted file": "f = open('a', 'wb', 0); f.write(bytes(2 << 20)); os.unlink('a')",
    "a deleted file that is mapped": (
        "import mmap; f = open('a', 'w+b', 0); f.write(bytes(4096)); m = mmap.mmap(f.fileno(), 4096); f.close(); "
        "os.unlink('a')"
    ),
    "allocated space": "f = open('a', 'wb'); os.posix_fallocate(f.fileno(), 0, 2 << 20)",
}


@pytest.mark.parametrize("line", EXCEEDING.values(), ids=EXCEEDING)
def test_a_scratch_folder_that_is_too_full_is_seen(
    line: str, watched: tuple[Path, subprocess.Popen[bytes], shared_system.Watch]
) -> None:
    _, process, watch = watched
    assert watch.look() == ""
    run(process, line)
    assert watch.look() == FILES


def test_threads_are_counted_only_where_the_kernel_does_not(
    watched: tuple[Path, subprocess.Popen[bytes], shared_system.Watch],
) -> None:
    _, process, watch = watched
    run(process, "for _ in range(6): threading.Thread(target=time.sleep, args=(60,), daemon=True).start()")
    assert watch.look() == TASKS
    watch.tasks = None
    assert watch.look() == ""
    limits = Limits(tasks=4)
    assert Walls(home=3, readable=()).task_limit(limits, None) == 4 + 3
    assert Walls(home=3, readable=(), counts_tasks=True).task_limit(limits, None) is None
    assert Walls(home=None, readable=()).task_limit(limits, None) is None
    assert Walls(home=None, readable=()).task_limit(limits, WORKER_UIDS[0]) == 4


def test_deleted_files_are_seen_when_the_first_thread_has_ended(
    watched: tuple[Path, subprocess.Popen[bytes], shared_system.Watch],
) -> None:
    _, process, watch = watched
    run(process, EXCEEDING["a deleted file"])
    run(process, "wait = lambda: (threading.main_thread().join(.2), print(flush=True), time.sleep(60))")
    number = 60 if os.uname().machine == "x86_64" else 93
    run(process, f"import ctypes; threading.Thread(target=wait).start(); ctypes.CDLL(None).syscall({number}, 0)")
    assert Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    assert watch.look() == FILES


def test_a_change_within_one_tick_of_the_clock_is_seen(
    watched: tuple[Path, subprocess.Popen[bytes], shared_system.Watch], tmp_path: Path
) -> None:
    """Where a tick is long, the folder still has the time at which it was made."""
    made_ns = os.stat(tmp_path).st_ctime_ns  # that of the watch is no time of a clock
    _, process, watch = watched
    run(process, "os.mkdir('d'); open('d/a', 'wb').write(bytes(2 << 20))")
    os.utime(tmp_path, ns=(made_ns, made_ns))
    assert watch.look() == FILES


def test_a_worker_stands_still_while_it_is_looked_at(
    watched: tuple[Path, subprocess.Popen[bytes], shared_system.Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it could give a full folder another name just before each look."""
    _, process, watch = watched
    states = []
    used = shared_system._used

    def look(folder: int) -> int:
        states.append(Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0])
        return used(folder)

    monkeypatch.setattr(shared_system, "_used", look)
    run(process, "names = ['x', 'y']; os.mkdir('x'); open('x/a', 'wb').write(bytes(2 << 20))")
    swap = "(os.rename(names[0], names[1]), names.reverse())"
    run(process, f"threading.Thread(target=lambda: [{swap} for _ in range(10**9)], daemon=True).start()")
    assert {watch.look() for _ in range(20)} == {FILES}
    assert set(states) == {"T"}
    run(process, "x = 1")  # it goes on


def test_files_within_the_limit_and_sparse_ones_are_no_excess(
    watched: tuple[Path, subprocess.Popen[bytes], shared_system.Watch],
) -> None:
    _, process, watch = watched
    run(process, "open('a', 'wb').write(bytes(1 << 19)); open('b', 'wb').truncate(1 << 30); os.mkdir('c')")
    run(process, "os.symlink('/', 'c/link'); f = open('c/d', 'wb'); f.write(b'x'); os.unlink('c/d')")
    assert watch.look() == ""


def test_too_many_threads_are_seen(watched: tuple[Path, subprocess.Popen[bytes], shared_system.Watch]) -> None:
    _, process, watch = watched
    run(process, "e = threading.Event(); [threading.Thread(target=e.wait, daemon=True).start() for _ in range(3)]")
    assert watch.look() == ""
    run(process, "threading.Thread(target=e.wait, daemon=True).start()")
    assert watch.look() == TASKS


def test_a_process_that_has_ended_exceeds_nothing(
    watched: tuple[Path, subprocess.Popen[bytes], shared_system.Watch],
) -> None:
    _, process, watch = watched
    process.kill()
    process.wait()
    assert watch.look() == ""


def test_two_workers_never_have_one_user_and_a_killed_grader_keeps_none() -> None:
    users = [OwnUser() for _ in range(20)]
    assert len({user.uid for user in users}) == 20
    assert all(user.uid in WORKER_UIDS[:-1] for user in users)
    taken = users[0].uid
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other, pytest.raises(OSError):
        other.bind(f"\0autograder-user-{taken}")
    for user in users:
        user.remove()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(f"\0autograder-user-{taken}")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_an_interpreter_or_a_scratch_folder_that_others_cannot_reach_is_named(tmp_path: Path) -> None:
    closed = Path(tempfile.mkdtemp(dir="/tmp"))
    try:
        (closed / "inner").mkdir()
        assert shared_system.no_own_user(["/usr"], "/tmp") == ""
        assert shared_system.no_own_user([str(closed / "inner")], "/tmp") == f"only root can read {closed / 'inner'}"
        above = f"only root can pass the folders above {closed / 'inner'}"
        assert shared_system.no_own_user(["/usr"], str(closed / "inner")) == above
    finally:
        (closed / "inner").rmdir()
        closed.rmdir()
