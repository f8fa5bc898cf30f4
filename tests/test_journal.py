"""A process killed at any moment of a release leaves the old one, the new one, or a journal that finishes it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from test_update import MINE, VISIBLE, made, tree

from autograder.authoring import journal, release, update
from autograder.errors import AutograderError

STEPS = ("fsync", "mkdir", "open", "rename", "replace", "rmdir", "unlink", "chmod")  # what a process asks of the disk
OLD = made({MINE: b"stub\n", VISIBLE: b"def test_a(): 1\n", "old/gone.txt": b"1\n", "kept.txt": b"1\n"})
NEW = made({MINE: b"two\n", VISIBLE: b"def test_a(): 2\n", "new/deep/file.txt": b"1\n"})


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Run ``work`` in a process that kills itself before its ``step``-th request to the disk; whether it got there."""
    process = os.fork()
    if process == 0:
        left = step

        def counted(function: Callable[..., object]) -> Callable[..., object]:
            def wrapper(*arguments: object, **options: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **options)

            return wrapper

        for name in STEPS:
            setattr(os, name, counted(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(process, 0)
    return os.WIFSIGNALED(status)


def desk_in(folder: Path) -> Path:
    release.write(OLD, folder)
    (folder / MINE).write_bytes(b"my work\n")
    (folder / "kept.txt").write_bytes(b"my notes\n")
    return folder


def visible(folder: Path) -> dict[str, bytes]:
    return {path: data for path, data in tree(folder).items() if not path.startswith((".update.tmp/", ".update/"))}


@pytest.mark.slow
def test_a_killed_update_leaves_the_old_release_or_the_new_one_or_finishes(tmp_path: Path) -> None:
    old = tree(desk_in(tmp_path / "old"))
    update.apply(desk_in(tmp_path / "new"), NEW)
    new = tree(tmp_path / "new")
    states = []
    for step in range(1000):
        desk = desk_in(tmp_path / "desk")
        was_killed = killed_at(step, lambda desk=desk: update.apply(desk, NEW))
        if journal.is_interrupted(desk):
            states.append("journal")
            journal.finish(desk)
            assert tree(desk) == new, f"step {step}"
        else:
            states.append("old" if visible(desk) == old else "new")
            assert visible(desk) in (old, new), f"step {step}"
        update.apply(desk, NEW)
        assert tree(desk) == new, f"step {step}, repeated"
        shutil.rmtree(desk)
        if not was_killed:
            break
    assert states[0] == "old" and states[-1] == "new" and states.count("journal") >= 10


@pytest.mark.slow
def test_a_killed_first_release_leaves_nothing_or_all(tmp_path: Path) -> None:
    states = []
    for step in range(1000):
        desk = tmp_path / "desk"
        was_killed = killed_at(step, lambda: release.write(OLD, tmp_path / "desk"))
        assert not desk.exists() or tree(desk) == OLD
        states.append(desk.exists())
        if not desk.exists():
            release.write(OLD, desk)
        assert [each.name for each in tmp_path.iterdir()] == ["desk"], f"step {step}"
        shutil.rmtree(desk)
        if not was_killed:
            break
    assert states[0] is False and states[-1] is True


def test_what_a_killed_release_left_is_no_part_of_the_next_one(tmp_path: Path) -> None:
    (tmp_path / ".desk.release.tmp").mkdir()
    (tmp_path / ".desk.release.tmp" / "old.txt").write_text("old", encoding="utf-8")
    release.write(OLD, tmp_path / "desk")
    assert tree(tmp_path / "desk") == OLD


def interrupted(desk: Path, *, moved: int) -> None:
    """Interrupt an update after ``moved`` files."""
    left, replace = moved, os.replace

    def stop(*arguments: str) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(28, "No space left on device")
        replace(*arguments)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(AutograderError, match="not finished") as info:
        patch.setattr(os, "replace", stop)
        update.apply(desk, NEW)
    assert info.value.slug == "release-unfinished"


def test_work_of_the_time_between_is_not_replaced(tmp_path: Path) -> None:
    desk = desk_in(tmp_path / "desk")
    interrupted(desk, moved=0)
    (desk / VISIBLE).write_bytes(b"my cases\n")
    (desk / "old/gone.txt").write_bytes(b"my text\n")
    assert journal.finish(desk) == [f"{VISIBLE}.new"]
    assert (desk / VISIBLE).read_bytes() == b"my cases\n" and (desk / "old/gone.txt").read_bytes() == b"my text\n"
    assert (desk / f"{VISIBLE}.new").read_bytes() == NEW[VISIBLE]


def test_the_next_command_finishes_an_update(tmp_path: Path) -> None:
    update.apply(desk_in(tmp_path / "new"), NEW)
    desk = desk_in(tmp_path / "desk")
    interrupted(desk, moved=1)
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "update"], cwd=desk, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "An update of this folder was interrupted. It is finished now.\n"
    assert tree(desk) == tree(tmp_path / "new")
