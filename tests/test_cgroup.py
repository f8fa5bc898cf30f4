"""A delegated cgroup is found and divided; one that nobody handed over is left alone.

The kernel's part is played by plain files, so that this runs anywhere: ``mkdir`` makes the files of a new cgroup.
"""

from __future__ import annotations

import os
import shutil
import signal
import threading
from pathlib import Path

import numpy as np
import pytest
from conftest import submitted

from autograder.model import Verdict
from autograder.student.faults import StudentFault
from autograder.wall import cgroup
from autograder.wall.limits import Limits
from autograder.workers.supervisor import Supervisor

FILES = ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cgroup.procs", "cgroup.kill")


class Machine:
    """A process in the cgroup ``/unit`` of a machine whose cgroups are files below ``tree``."""

    def __init__(self, folder: Path) -> None:
        self.process, self.tree = folder / "self", folder / "tree"
        (self.process / "ns").mkdir(parents=True)
        (self.process / "ns" / "cgroup").touch()  # not the inode of the initial namespace: a container
        self.moved_to("/unit")
        (self.process / "mountinfo").write_text(f"31 23 0:26 / {self.tree} rw - cgroup2 cgroup rw\n")
        self.unit = self.tree / "unit"
        self.unit.mkdir(parents=True)
        for name, text in {
            "cgroup.type": "domain",
            "cgroup.controllers": "cpu memory pids",
            "cgroup.subtree_control": "",
            "cgroup.procs": "71\n72\n",
        }.items():
            (self.unit / name).write_text(text)

    def moved_to(self, cgroup: str) -> None:
        (self.process / "cgroup").write_text(f"4:memory:/elsewhere\n0::{cgroup}\n")

    def delegated(self) -> cgroup.Subtree | None:
        return cgroup.delegated(self.process)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine(tmp_path)
    mkdir = Path.mkdir

    def make(self: Path, *args: object, **kwargs: object) -> None:
        mkdir(self, *args, **kwargs)  # type: ignore[arg-type]
        for name in FILES:
            (self / name).touch()

    monkeypatch.setattr(Path, "mkdir", make)
    monkeypatch.setattr(Path, "rmdir", shutil.rmtree)
    return made


def test_the_processes_move_down_before_the_controllers_are_enabled(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[tuple[str, str]] = []
    monkeypatch.setattr(cgroup, "_write", lambda file, text: written.append((file.parent.name, text)))
    subtree = machine.delegated()
    assert subtree is not None and subtree.folder == machine.unit
    assert written == [("grader", "71"), ("grader", "72"), ("unit", "+memory +pids")]


def test_a_second_grader_divides_the_same_cgroup(machine: Machine) -> None:
    (machine.unit / "grader").mkdir()
    (machine.unit / "cgroup.subtree_control").write_text("memory pids")
    machine.moved_to("/unit/grader")
    subtree = machine.delegated()
    assert subtree is not None and subtree.folder == machine.unit
    assert (machine.unit / "grader" / "cgroup.procs").read_text() == ""  # nobody was moved again


@pytest.mark.parametrize("file", ["cgroup.type", "cgroup.controllers", "cgroup.procs"])
def test_without_what_a_delegated_cgroup_has_nothing_is_touched(machine: Machine, file: str) -> None:
    (machine.unit / file).unlink()
    assert machine.delegated() is None
    assert not (machine.unit / "grader").exists()
    assert (machine.unit / "cgroup.subtree_control").read_text() == ""


def test_without_the_controllers_nothing_is_touched(machine: Machine) -> None:
    (machine.unit / "cgroup.controllers").write_text("cpu io")
    assert machine.delegated() is None
    assert not (machine.unit / "grader").exists()


def test_without_cgroup_v2_there_is_none(machine: Machine) -> None:
    (machine.process / "cgroup").write_text("4:memory:/elsewhere\n")
    assert machine.delegated() is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can write where nothing was handed over")
@pytest.mark.parametrize(("mark", "found"), [(None, False), (b"0", False), (b"1", True)])
def test_root_divides_only_what_is_marked(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, mark: bytes | None, found: bool
) -> None:
    inode = (machine.process / "ns" / "cgroup").stat().st_ino
    monkeypatch.setattr(cgroup, "_INITIAL_NAMESPACE", inode)

    def marked(path: Path, name: str) -> bytes:
        if mark is None or name != "trusted.delegate":
            raise OSError
        return mark

    monkeypatch.setattr(cgroup.os, "getxattr", marked)
    assert (machine.delegated() is not None) is found


def test_a_worker_has_limits_of_its_own_and_leaves_nothing(machine: Machine) -> None:
    subtree = machine.delegated()
    assert subtree is not None
    made = subtree.make(Limits(memory_mib=100, scratch_mib=28, tasks=9))
    assert made is not None
    made.admit(4711)
    [folder] = machine.unit.glob("worker-*")
    found = {name: (folder / name).read_text() for name in FILES}
    assert found == {
        "memory.max": str(128 * 2**20),
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "9",
        "cgroup.procs": "4711",
        "cgroup.kill": "",
    }
    made.remove()
    assert list(machine.unit.glob("worker-*")) == []


def test_what_a_killed_grader_left_is_cleared_away(machine: Machine) -> None:
    gone, alive = machine.unit / f"worker-{2**22 + 1}-0", machine.unit / f"worker-{os.getppid()}-3"
    gone.mkdir()
    alive.mkdir()
    machine.delegated()
    assert not gone.exists() and alive.exists()


@pytest.mark.parametrize(
    ("events", "ran_out"), [("oom 3\noom_kill 0\n", False), ("oom 3\noom_kill 1\n", True), (None, False)]
)
def test_the_kernel_says_whether_memory_ran_out(machine: Machine, events: str | None, ran_out: bool) -> None:
    subtree = machine.delegated()
    made = subtree and subtree.make(Limits())
    assert made
    if events is not None:
        [folder] = machine.unit.glob("worker-*")
        (folder / "memory.events").write_text(events)
    assert made.ran_out_of_memory() is ran_out


@pytest.mark.parametrize(
    ("events", "verdict"), [("oom_kill 1\n", Verdict.OUT_OF_MEMORY), ("oom_kill 0\n", Verdict.CRASHED)]
)
def test_a_worker_that_its_cgroup_ended_is_out_of_memory(
    machine: Machine, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, events: str, verdict: Verdict
) -> None:
    monkeypatch.setattr(supervisor, "subtree", machine.delegated())
    submission = submitted({"answer": b"import time\ndef f(x):\n    time.sleep(60)\n"}, supervisor, seed=1)
    student = submission.begin("case")
    assert callable(student.f)
    [folder] = machine.unit.glob("worker-*")
    (folder / "memory.events").write_text(events)
    kernel = threading.Timer(0.1, os.kill, (int((folder / "cgroup.procs").read_text()), signal.SIGKILL))
    kernel.start()
    with pytest.raises(StudentFault) as fault:
        student.f(np.zeros(3))
    kernel.join()
    assert fault.value.verdict is verdict
    submission.close()
    assert list(machine.unit.glob("worker-*")) == []
