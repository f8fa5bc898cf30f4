"""What may go wrong on a platform: always a sentence, valid results, and no zero that a student did not earn."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tiny_course
from test_bundles import SLUG, autograder, course, grade_for, is_a_grade, results_of, run  # noqa: F401
from tiny_course import SOLUTION, Course

from autograder.workers.supervisor import Supervisor

FULL_MARKS = 20.0


def zipped(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def notebook(source: str) -> str:
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


# --- what is handed in

GRADED: dict[str, tuple[dict[str, str | bytes], str]] = {
    "another name": ({"my_answer.py": SOLUTION}, "my_answer.py was graded as tiny.py"),
    "another name in a folder": ({"hw/week 1/answer.py": SOLUTION}, "answer.py was graded as tiny.py"),
    "a folder in a folder": ({"hw/week 1/tiny.py": SOLUTION}, ""),
    "a notebook": ({"hw.ipynb": notebook(SOLUTION)}, "hw.ipynb was graded as tiny.ipynb"),
    "an archive": ({"up.zip": zipped({"hw/tiny.py": SOLUTION})}, "only the archive up.zip"),
    "more than was asked for": ({"tiny.py": SOLUTION, "essay.pdf": b"%PDF", ".git/config": "[core]"}, ""),
}


@pytest.fixture
def graded(
    autograder: Path,  # noqa: F811
    course: Course,  # noqa: F811
    supervisor: Supervisor,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], dict[str, Any]]:
    """Grade what lies in the folder of the submission, which is empty at first, and return the results."""
    monkeypatch.setattr("autograder.workers.supervisor.Supervisor", tiny_course.kept(supervisor))
    shutil.rmtree(autograder / "submission")
    (autograder / "submission").mkdir()
    (autograder / "results").mkdir()

    def grade() -> dict[str, Any]:
        grade_for(course, autograder / "submission", autograder / "results" / "results.json")
        return results_of(autograder)

    return grade


@pytest.mark.parametrize(("files", "sentence"), GRADED.values(), ids=GRADED)
def test_right_code_is_graded_however_it_was_handed_in(
    files: dict[str, str | bytes],
    sentence: str,
    autograder: Path,  # noqa: F811
    graded: Callable[[], dict[str, Any]],
) -> None:
    for name, content in files.items():
        path = autograder / "submission" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    document = graded()
    assert document["score"] == FULL_MARKS and is_a_grade(document)
    assert sentence in document["output"]


def test_a_file_of_another_name_beside_others_is_named(
    autograder: Path,  # noqa: F811
    graded: Callable[[], dict[str, Any]],
) -> None:
    for name in ("my_answer.py", "old.py"):
        (autograder / "submission" / name).write_text(SOLUTION, encoding="utf-8")
    assert "tiny.py is missing" in graded()["output"]


REFUSED: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda at: None, "There is no file in your submission"),
    "empty folders": (lambda at: (at / "hw" / "week 1").mkdir(parents=True), "There is no file in your submission"),
    "a link": (lambda at: (at / "tiny.py").symlink_to("/etc/passwd"), "tiny.py is a link"),
    "a link to nothing": (lambda at: (at / "tiny.py").symlink_to("nothing"), "tiny.py is a link"),
    "a link to itself": (lambda at: (at / "tiny.py").symlink_to("tiny.py"), "tiny.py is a link"),
    "a link to the hidden half": (lambda at: (at / "hw").symlink_to("../source/course/solutions"), "hw is a link"),
    "a second name of a file": (lambda at: os.link(at.parent / "source" / "bundle.json", at / "tiny.py"), "tiny.py is"),
    "a pipe": (lambda at: os.mkfifo(at / "tiny.py"), "tiny.py is a link"),
    "a damaged archive": (lambda at: (at / "up.zip").write_bytes(b"PK\3\4 and no more"), "The archive is damaged"),
}


@pytest.mark.parametrize(("prepare", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_graded_is_no_grade(
    prepare: Callable[[Path], object],
    sentence: str,
    autograder: Path,  # noqa: F811
    graded: Callable[[], dict[str, Any]],
) -> None:
    prepare(autograder / "submission")
    document = graded()
    assert sentence in document["output"] and not is_a_grade(document)


# --- the machine


@pytest.mark.slow
@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("unshare"), reason="needs root, for mounts")
def test_no_disk_but_tmp_and_the_results_is_enough(autograder: Path) -> None:  # noqa: F811
    (autograder / "results").mkdir()
    read_only = 'mount --bind "$0" "$0" && mount --bind "$1" "$1" && mount -o remount,bind,ro "$0" && exec "$2"'
    script = autograder / "source" / "run_autograder"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", read_only, autograder, autograder / "results", script],
        env=os.environ | {"AUTOGRADER_PLATFORM": str(autograder), "AUTOGRADER_LEVEL": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert results_of(autograder)["score"] == FULL_MARKS


@pytest.mark.slow
def test_results_that_cannot_be_written_are_an_error_with_a_reason(autograder: Path) -> None:  # noqa: F811
    (autograder / "results").write_text("a file where a folder belongs", encoding="utf-8")
    done = run(autograder / "source" / "run_autograder", autograder)
    assert done.returncode != 0 and "results" in done.stderr


@pytest.mark.slow
def test_files_from_the_future_are_graded_as_others(autograder: Path) -> None:  # noqa: F811
    """As a machine sees them whose clock is in the past."""
    made = run_prove(autograder)
    assert made.returncode == 0, made.stderr
    later = time.time() + 10 * 366 * 86400
    for path in (autograder, *autograder.rglob("*")):
        os.utime(path, (later, later))
    done = run(autograder / "source" / "run_autograder", autograder)
    assert (done.returncode, done.stderr) == (0, "")  # so the proof fits
    assert results_of(autograder)["score"] == FULL_MARKS


def run_prove(autograder: Path) -> subprocess.CompletedProcess[str]:  # noqa: F811
    source = autograder / "source"
    command = [sys.executable, "-m", "autograder", "prove", SLUG, "--root", str(source / "course")]
    return subprocess.run([*command, "--to", str(source / "proof.json")], capture_output=True, text=True, check=False)


@pytest.fixture
def busy() -> Iterator[None]:
    """Endless loops on every core."""
    cores = 2 * (os.cpu_count() or 1)
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(cores)]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


@pytest.mark.long
def test_cores_that_are_shared_cost_no_points(autograder: Path, busy: None) -> None:  # noqa: F811
    done = run(autograder / "source" / "run_autograder", autograder)
    assert done.returncode == 0, done.stderr
    assert results_of(autograder)["score"] == FULL_MARKS


@pytest.fixture
def small_memory() -> Iterator[Path]:
    """A file: a process that writes its number into it has 512 MiB together with its children."""
    own = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()]
    folders = [Path("/sys/fs/cgroup/memory" + path) for _, names, path in own if "memory" in names.split(",")]
    folder = folders[0] / f"autograder-test-{os.getpid()}" if folders else None
    if folder is None or not os.access(folder.parent, os.W_OK):
        pytest.skip("needs a memory cgroup (version 1) that this process may divide")
    folder.mkdir()
    (folder / "memory.limit_in_bytes").write_text(str(512 << 20), encoding="ascii")
    yield folder / "cgroup.procs"
    folder.rmdir()


BOMB = SOLUTION.replace("return 2 * x", "return [bytearray(1 << 26) for _ in range(15)] and 2 * x")


@pytest.mark.slow
@pytest.mark.parametrize("source", [SOLUTION, BOMB], ids=["right", "too much"])
def test_512_mib_are_enough_and_a_lack_of_memory_is_no_zero(
    source: str,
    small_memory: Path,
    autograder: Path,  # noqa: F811
) -> None:
    """What a submission may use by its assignment, 1024 MiB, is more than this machine has."""
    (autograder / "submission" / "tiny.py").write_text(source, encoding="utf-8")
    script = autograder / "source" / "run_autograder"
    done = subprocess.run(
        ["sh", "-c", 'echo $$ > "$0" && exec "$1"', small_memory, script],
        env=os.environ | {"AUTOGRADER_PLATFORM": str(autograder), "AUTOGRADER_LEVEL": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    document = results_of(autograder)
    if source == SOLUTION:
        assert done.returncode == 0 and document["score"] == FULL_MARKS
    else:
        assert "perhaps for lack of memory" in document["output"] and not is_a_grade(document)
