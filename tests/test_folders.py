"""Temporary folders: they go whatever a submission leaves in them, and with a grader that was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.workers import folders
from autograder.workers.folders import TemporaryFolder, remove_abandoned, remove_folder
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other links, modes and locks")


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


@pytest.mark.parametrize("fill", [pytest.param(deep, marks=pytest.mark.slow), forbidding, linked, oddly_named])
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


# --- what a killed grader left

GRADER = """
import sys
from autograder.workers.folders import TemporaryFolder
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
worker = Supervisor(enclosed=False).spawn(WorkerSpec())
other = Supervisor(portable=True).spawn(WorkerSpec())
root = TemporaryFolder("root")
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of this test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def grader(place: Path) -> Iterator[subprocess.Popen[str]]:
    """A grader at work, with one folder of each kind."""
    with subprocess.Popen(
        [sys.executable, "-c", GRADER],
        env={**os.environ, "TMPDIR": str(place)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def kinds(place: Path) -> list[str]:
    return sorted(path.name.split("-")[1] for path in place.iterdir())


def test_a_grader_removes_what_a_killed_one_left(place: Path, grader: subprocess.Popen[str]) -> None:
    with Supervisor(portable=True) as supervisor:
        supervisor.spawn(WorkerSpec()).kill()
    assert kinds(place) == ["root", "scratch", "worker"]  # those of a grader at work stay

    grader.send_signal(signal.SIGKILL)
    grader.wait()
    assert kinds(place) == ["root", "scratch", "worker"]
    with Supervisor(portable=True) as supervisor:
        supervisor.spawn(WorkerSpec()).kill()
    assert kinds(place) == []


def abandoned(place: Path, name: str = "autograder-root-abcdefgh") -> Path:
    folder = place / name
    (folder / "inner").mkdir(parents=True)
    return folder


@pytest.mark.parametrize("name", ["root-abcdefgh", "autograder-root-x", "autograder-notes-abcdefgh", "autograder"])
def test_folders_of_other_programs_stay(place: Path, name: str) -> None:
    folder = abandoned(place, name)
    gone = abandoned(place)
    remove_abandoned()
    assert (folder / "inner").exists() and not gone.exists()


def test_a_link_with_such_a_name_is_not_followed(place: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    kept = tmp_path_factory.mktemp("kept")
    (kept / "file").touch()
    link = place / "autograder-scratch-abcdefgh"
    link.symlink_to(kept)
    remove_abandoned()
    assert link.is_symlink() and (kept / "file").exists()


def test_folders_of_other_users_stay(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = abandoned(place)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    remove_abandoned()
    assert (folder / "inner").exists()
    monkeypatch.undo()


def test_nothing_is_removed_where_the_file_system_has_no_locks(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can tell there whether the grader lives. A folder of our own still goes when it is done with."""

    def refuse(descriptor: int, operation: int) -> None:
        raise OSError("no locks available")

    folder = abandoned(place)
    monkeypatch.setattr(folders.fcntl, "flock", refuse)
    remove_abandoned()
    own = TemporaryFolder("scratch")
    assert (folder / "inner").exists() and Path(own.path).exists()
    own.remove()
    assert not Path(own.path).exists()


def test_a_folder_that_was_removed_before_it_was_locked_is_made_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another grader may look at it in that moment, and take it for one that was left behind."""
    made: list[str] = []
    mkdtemp = tempfile.mkdtemp

    def make(prefix: str) -> str:
        made.append(mkdtemp(prefix=prefix))
        if len(made) == 1:
            remove_abandoned()
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", make)
    folder = TemporaryFolder("root")
    assert len(made) == 2 and folder.path == made[1]
    remove_abandoned()
    assert Path(folder.path).exists()  # now it is locked
    folder.remove()
    assert list(place.iterdir()) == []
