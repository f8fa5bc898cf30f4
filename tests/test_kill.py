"""Whatever is killed at whatever moment: the same command again finishes the class, and grades nothing twice.

Each round kills something once and types the command until it ends. The class must then be the one that an undisturbed
run grades, no process may be left, and nothing in the temporary folder. The name of a failed test has the number that
the round is drawn from.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from killing import CLASS, ClassCourse, Moment, assert_same, graders, kill_one, zygotes
from test_faults import DEADLINE_S, RUN_S, assert_no_orphan, ended_within
from test_faults import strays as strays  # a fixture

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="subreapers and /proc are Linux's"),
]


def rounds(usual: int, long: int) -> pytest.MarkDecorator:
    """Run a test ``usual`` times, and ``long`` more times in the long form."""
    more = [pytest.param(number, marks=pytest.mark.long) for number in range(usual, usual + long)]
    return pytest.mark.parametrize("number", [*range(usual), *more])


@dataclass(frozen=True)
class Undisturbed:
    """A class that nobody disturbed, and how long that took."""

    state: dict[str, Any]
    seconds: dict[int, float]  # by number of workers


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """Grade the class with one process and with two."""
    states, seconds = {}, {}
    for workers in (1, 2):
        course = ClassCourse(tmp_path_factory.mktemp("undisturbed") / "class", workers=workers)
        started = time.monotonic()
        assert course.end(course.start()) == 0, course.errors
        seconds[workers] = time.monotonic() - started
        states[workers] = course.state()
    assert_same(states[2], states[1])
    return Undisturbed(states[1], seconds)


def drawn(kind: str, number: int) -> tuple[random.Random, Moment]:
    """Return the generator of a round, and its moment."""
    rng = random.Random(f"{kind} {number}")
    reports = rng.choice([0, 0, 1, 3, 6, 9, len(CLASS) - 2])
    return rng, Moment(share=rng.random(), reports=reports)


def disturb(course: ClassCourse, moment: Moment, seconds: float, kill: Callable[[int], object]) -> None:
    """Run the command, and call ``kill(pid)`` with its number at the moment, if it still runs then."""
    command = course.start()
    try:
        moment.wait(course, command, seconds)
        before = course.lines_of_log("graded")
        if is_running := not ended_within(command.pid, 0.0):
            kill(command.pid)
        code = course.end(command)
        print(f"{moment}, running: {is_running}, graded before: {before}, exit code {code}: {course.errors}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            command.kill()


def check(course: ClassCourse, wanted: dict[str, Any], strays: set[int]) -> None:
    """Type the command again, and compare the class with the wanted one."""
    course.finish()
    assert_no_orphan(strays)
    assert_same(course.state(), wanted)


# --- on this machine


@rounds(3, 16)
def test_the_command(number: int, tmp_path: Path, undisturbed: Undisturbed, strays: set[int]) -> None:
    _, moment = drawn("command", number)
    course = ClassCourse(tmp_path / "c", workers=1 + number % 2)
    disturb(course, moment, undisturbed.seconds[course.workers], lambda pid: os.kill(pid, signal.SIGKILL))
    check(course, undisturbed.state, strays)


@rounds(1, 10)
def test_a_grader_process(number: int, tmp_path: Path, undisturbed: Undisturbed, strays: set[int]) -> None:
    rng, moment = drawn("grader", number)
    course = ClassCourse(tmp_path / "c", workers=2)
    kill = lambda pid: kill_one(lambda: graders(pid), rng.choice, pid)  # noqa: E731
    disturb(course, moment, undisturbed.seconds[2], kill)
    check(course, undisturbed.state, strays)


@rounds(2, 10)
def test_a_zygote(number: int, tmp_path: Path, undisturbed: Undisturbed, strays: set[int]) -> None:
    rng, moment = drawn("zygote", number)
    course = ClassCourse(tmp_path / "c", workers=1 + number % 2)
    kill = lambda pid: kill_one(lambda: zygotes([pid] if number % 2 == 0 else graders(pid)), rng.choice, pid)  # noqa: E731
    disturb(course, moment, undisturbed.seconds[course.workers], kill)
    check(course, undisturbed.state, strays)


# --- a Dask cluster


class DaskCluster:
    """A scheduler and two workers on this machine, in processes of their own."""

    def __init__(self, course: ClassCourse, folder: Path) -> None:
        self._course, self._folder = course, folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self._port}"
        self._running: list[subprocess.Popen[bytes]] = []
        self._starts = 0

    def start(self) -> None:
        """Start the scheduler and the workers, and wait until the workers are registered."""
        self._starts += 1
        here = ("--host", "127.0.0.1", "--no-dashboard")
        self._start("scheduler", *here, "--port", str(self._port))
        self._start("worker", self.address, *here, "--nworkers", "2", "--nthreads", "1")
        deadline = time.monotonic() + RUN_S
        while self._log("worker").read_text(encoding="utf-8").count("Registered to") < 2:
            assert not any(ended_within(each.pid, 0.02) for each in self._running), self._log("worker").read_text()
            assert time.monotonic() < deadline, self._log("worker").read_text()

    def _start(self, role: str, *arguments: str) -> None:
        with self._log(role).open("wb") as log:
            command = [sys.executable, "-m", "dask", role, *arguments]
            self._running.append(subprocess.Popen(command, env=self._course.environment, stdout=log, stderr=log))

    def _log(self, role: str) -> Path:
        return self._folder / f"{role}{self._starts}.txt"

    @property
    def scheduler(self) -> subprocess.Popen[bytes]:
        return self._running[0]

    def workers(self) -> list[int]:
        """Return the processes that grade."""
        return graders(self._running[1].pid)

    def stop(self) -> None:
        """End all processes: the workers first, so that they need not look for their scheduler."""
        for process in reversed(self._running):
            process.terminate()
            try:
                process.wait(timeout=DEADLINE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()


@pytest.mark.parametrize("victim", ["worker", "scheduler"])
@rounds(1, 5)
def test_dask(number: int, victim: str, tmp_path: Path, undisturbed: Undisturbed, strays: set[int]) -> None:
    pytest.importorskip("distributed")
    rng, moment = drawn(victim, number)
    course = ClassCourse(tmp_path / "c", workers=2)
    cluster = DaskCluster(course, tmp_path)
    course.engine = f"dask:{cluster.address}"

    def kill(pid: int) -> None:
        if victim == "worker":
            kill_one(cluster.workers, rng.choice, pid)
        else:
            cluster.scheduler.kill()

    cluster.start()
    try:
        disturb(course, moment, undisturbed.seconds[2], kill)
        if victim == "scheduler":
            cluster.stop()
            cluster.start()
        course.finish()
    finally:
        cluster.stop()
    assert_no_orphan(strays)
    course.engine = "local"  # the command removes what workers of this machine have left
    check(course, undisturbed.state, strays)


# --- the store and the disk


@rounds(1, 7)
def test_the_backend_of_postgresql(
    number: int, tmp_path: Path, undisturbed: Undisturbed, strays: set[int], cluster: str
) -> None:
    psycopg = pytest.importorskip("psycopg")
    _, moment = drawn("backend", number)
    name = f"kill{os.getpid()}_{number}"
    is_killed = number % 2 == 1  # PostgreSQL then ends all connections and recovers
    with psycopg.connect(cluster.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        course = ClassCourse(tmp_path / "c", store=cluster.format(name=name), workers=1 + number // 2 % 2)

        def end_backends(pid: int) -> None:
            query = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
            while not ended_within(pid, 0.0):
                found = [row[0] for row in connection.execute(query, [name])]
                for backend in found:
                    if is_killed:
                        os.kill(backend, signal.SIGKILL)
                        return
                    connection.execute("SELECT pg_terminate_backend(%s)", [backend])
                if found:
                    return

        disturb(course, moment, undisturbed.seconds[course.workers], end_backends)
        with contextlib.suppress(psycopg.OperationalError):  # this connection may have ended with the others
            connection.execute("SELECT 1")
    check(course, undisturbed.state, strays)


@rounds(1, 7)
def test_a_limit_on_the_size_of_files(number: int, tmp_path: Path, undisturbed: Undisturbed, strays: set[int]) -> None:
    """As with a quota: a file cannot grow any more."""
    course = ClassCourse(tmp_path / "c", workers=1 + number % 2)
    blocks = (128, 64, 16, 256, 1, 8, 96, 32)[number]  # of 512 bytes: the store grows to 320 of them
    course.prefix = ("/bin/sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh")
    assert course.end(course.start()) != 0
    print(f"{blocks} blocks: {course.errors}")
    course.prefix = ()
    check(course, undisturbed.state, strays)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB, for root only."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tests", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("this user cannot mount a small disk")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


@rounds(1, 9)
def test_a_full_disk(number: int, tmp_path: Path, small_disk: Path, undisturbed: Undisturbed, strays: set[int]) -> None:

    def resize(kib: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={kib}k", small_disk], check=True)

    resize(100_000)
    course = ClassCourse(small_disk / "c", workers=1 + number % 2)
    used = sum(path.stat().st_blocks // 2 for path in small_disk.rglob("*"))
    free = (256, 128, 4, 64, 0, 320, 160, 16, 96, 192)[number]  # KiB: the class needs 500
    resize(used + free)
    assert course.end(course.start()) != 0
    print(f"{free} KiB: {course.errors}")
    resize(100_000)
    check(course, undisturbed.state, strays)
