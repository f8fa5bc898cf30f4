"""Processes that share work: every piece is done once, and every end is a clean one."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from autograder.errors import CaseError, SandboxError
from autograder.grading.pool import local_processes, share


def nothing(done: int, of: int) -> None:
    pass


def take_all(numbers: Iterator[int], name: str) -> tuple[str, list[int], str | None]:
    return name, list(numbers), os.environ.get("OMP_NUM_THREADS")


def refuse(numbers: Iterator[int]) -> None:
    raise CaseError(f"number {next(numbers)} is refused", slug="case-task")


def die(numbers: Iterator[int]) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def count_into(numbers: Iterator[int], folder: Path) -> None:
    (folder / str(os.getpid())).write_text(str(sum(1 for _ in numbers)))


def take_long_over_one(numbers: Iterator[int], folder: Path) -> None:
    for number in numbers:
        time.sleep(0.5)
        (folder / str(number)).touch()


def wait_for_ever(numbers: Iterator[int]) -> None:
    os.write(1, f"{os.getpid()}\n".encode())
    threading.Event().wait()


@pytest.mark.parametrize("processes", [1, 2])
def test_every_number_is_taken_once(processes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    results = share(take_all, "name", count=50, processes=processes, advance=nothing)
    assert sorted(number for _, numbers, _ in results for number in numbers) == list(range(50))
    assert {(name, threads) for name, _, threads in results} == {("name", "1")}
    assert len(results) == processes and os.environ["OMP_NUM_THREADS"] == "7"


def test_progress_is_reported() -> None:
    seen: list[tuple[int, int]] = []
    share(take_all, "", count=9, processes=1, advance=lambda done, of: seen.append((done, of)))
    assert seen == sorted(seen) and seen[-1] == (9, 9)


def test_an_error_comes_back_as_it_was_raised() -> None:
    with pytest.raises(CaseError, match="number 0 is refused") as caught:
        share(refuse, count=1, processes=1, advance=nothing)
    assert caught.value.slug == "case-task"


def test_a_process_that_dies_is_an_error() -> None:
    with pytest.raises(SandboxError, match="died, perhaps because memory ran out"):
        share(die, count=1, processes=1, advance=nothing)


def test_an_interrupt_leaves_the_other_pieces_undone(tmp_path: Path) -> None:
    def interrupt(done: int, of: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        share(count_into, tmp_path, count=10**9, processes=1, advance=interrupt)
    (counted,) = tmp_path.iterdir()
    assert 0 < int(counted.read_text()) < 10**9


@pytest.mark.slow
def test_an_interrupt_lets_the_piece_that_has_begun_finish(tmp_path: Path) -> None:
    def interrupt(done: int, of: int) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        share(take_long_over_one, tmp_path, count=10**9, processes=1, advance=interrupt)
    assert [each.name for each in tmp_path.iterdir()] == ["0"]


def test_all_processes_start_before_one_can_break_the_pool() -> None:
    """One that starts while the pool breaks is ended by nobody, and the pool waits for it for ever."""
    before = len(multiprocessing.active_children())
    with local_processes(3) as pool:
        done = pool.submit(os.getpid)
        assert len(multiprocessing.active_children()) - before == 3
        assert done.result() != os.getpid()


def die_half_way_through_the_answer() -> None:
    def write_half(self: Connection, data: bytes) -> None:
        os.write(self.fileno(), struct.pack("!i", len(data)) + data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    Connection._send_bytes = write_half  # type: ignore[attr-defined]


def sleep_for_ever() -> None:
    threading.Event().wait()


def test_a_process_that_dies_while_it_writes_its_result_ends_the_wait_for_it() -> None:
    """The rest of the result never comes, and the other process has the pipe open."""
    with local_processes(2) as pool:
        futures = [pool.submit(each) for each in (die_half_way_through_the_answer, sleep_for_ever)]
        processes, answers = list(pool._processes.values()), pool._result_queue  # type: ignore[attr-defined]
        try:
            assert [type(each.exception(timeout=30)) for each in futures] == [BrokenProcessPool] * 2
        finally:  # so that a pool which waits has an end, too
            for process in processes:
                process.kill()
            if not all(each.done() for each in futures):  # else the pool closes it, perhaps at this moment
                answers._writer.close()


def test_processes_end_with_a_parent_that_is_killed() -> None:
    start = "from test_pool import nothing, share, wait_for_ever\n"
    start += "share(wait_for_ever, count=1, processes=1, advance=nothing)"
    command = [sys.executable, "-c", start]
    with subprocess.Popen(
        command, cwd=Path(__file__).parent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as parent:
        assert parent.stdout is not None
        child = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
    poll = select.poll()
    poll.register(child, select.POLLIN)
    try:
        assert poll.poll(30_000), "the process of the pool still runs"
    finally:
        os.close(child)
