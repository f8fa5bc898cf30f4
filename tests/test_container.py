"""The level ``container``: where a runtime refuses namespaces, as root and as a user, all that it promises holds."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import containers
import pytest

from autograder.batch.ledger import key_of
from autograder.course import assignment as assignments
from autograder.grading.environment import versions_of
from autograder.grading.options import RunOptions
from autograder.model import Level

ROOT = Path(__file__).parents[1]
EXAMINE = """
import json, sys
from autograder.model import Level
from autograder.student import selftest
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
LEVELS = (Level.FULL, Level.CONTAINER)
with Supervisor() as supervisor:
    found = {level.value: selftest.examine(supervisor, WorkerSpec(level=level)).missing for level in LEVELS}
    print(json.dumps([found, supervisor.refusal]))
"""
USERS = pytest.mark.parametrize("uid", [0, 1000], ids=["root", "user"])
# One program for every promise, one that is honest and sets modes, and some that only the watch or an own user stops.
SHORT = (
    "a17_kill_everything", "b04_ways_to_one_file", "b05_read_other_processes", "b05_read_where_it_runs",
    "b07_trace_other_processes", "c01_write_everywhere", "c01_change_modes_and_times", "c02_signal_another_process",
    "c04_leave_files", "c04_sockets_and_locks", "d08_thread_bomb", "d10_fill_the_disk", "d10_keep_deleted_files",
    "d10_allocate_the_disk", "e01_make_sockets", "e03_daemon", "neutral_machine",
)  # fmt: skip


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that every user can reach, with an interpreter in ``venv``."""
    folder = Path(tempfile.mkdtemp(prefix="container-", dir="/tmp"))
    try:
        containers.interpreter(folder)
        yield folder
    finally:
        containers.remove(folder)


def inside(place: Path, uid: int, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with ``arguments`` in the container. What it writes goes to a folder that it may write to."""
    work = place / f"work-{uid}"
    work.mkdir(exist_ok=True)
    work.chmod(0o777)
    python = place / "venv" / "bin" / "python"
    variables = {**os.environ, "TMPDIR": str(work), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    command = containers.command(python, *arguments, uid=uid)
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, encoding="utf-8", timeout=1500, check=False
    )


@pytest.mark.slow
@USERS
def test_every_promise_holds_and_the_full_level_is_refused(place: Path, uid: int) -> None:
    done = inside(place, uid, "-c", EXAMINE)
    assert done.returncode == 0, done.stderr
    found, refusal = json.loads(done.stdout)
    assert found["container"] == []
    assert {"own process numbers", "private file system"} <= set(found["full"])
    assert "unshare" in refusal


@pytest.mark.slow
@USERS
def test_an_official_run_says_its_level_and_refuses_the_other(place: Path, uid: int) -> None:
    out = place / f"work-{uid}"
    command = ["-m", "autograder", "grade", "01-dog-wolf", "--official", "--submission", "solutions/01-dog-wolf"]
    command += ["--html", str(out / "pages"), "--json", str(out / "pages" / "report.json")]
    refused = inside(place, uid, *command)
    assert refused.returncode == 3, refused.stderr
    assert "private file system" in refused.stderr
    assert not (out / "pages").exists()
    done = inside(place, uid, *command, "--level", "container")
    assert done.returncode == 0, done.stderr
    report = json.loads((out / "pages" / "report.json").read_text(encoding="utf-8"))
    assert report["official"]
    assert report["score"]["earned"] == report["score"]["possible"]
    assert report["sandbox"]["level"] == "container"
    assert report["sandbox"]["complete"]
    assert "level container" in " ".join(done.stdout.split())


@USERS
def test_a_worker_ends_with_a_grader_that_is_killed(place: Path, uid: int) -> None:
    code = """
    import os, signal
    from autograder.model import Level
    from autograder.workers.spec import WorkerSpec
    from autograder.workers.supervisor import Supervisor
    supervisor = Supervisor()
    worker = supervisor.spawn(WorkerSpec(level=Level.CONTAINER))
    print(worker._pid, *supervisor.zygote_pids(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
    """
    done = inside(place, uid, "-c", textwrap.dedent(code))
    numbers = done.stdout.split()
    assert len(numbers) == 2, done.stderr
    for number in numbers:
        assert is_gone(int(number))


def is_gone(number: int, *, wait_s: float = 20.0) -> bool:
    """Whether a process ends within some seconds, which it does without our doing."""
    try:
        descriptor = os.pidfd_open(number)
    except ProcessLookupError:
        return True
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    try:
        return bool(ready.poll(wait_s * 1000))
    finally:
        os.close(descriptor)


@pytest.mark.slow
def test_root_without_the_right_to_mount_has_the_full_level(place: Path) -> None:
    """Its user namespace gives that right, where it may make one."""
    if not shutil.which("setpriv"):
        pytest.skip("needs setpriv")
    command = ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", str(place / "venv/bin/python")]
    done = subprocess.run([*command, "-c", EXAMINE], cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)[0]["full"] == []


def test_reports_of_two_levels_never_count_as_one() -> None:
    assignment = assignments.load("01-dog-wolf", root=ROOT)
    full, container = (
        key_of(assignment, RunOptions(official=True, level=level)) for level in (Level.FULL, Level.CONTAINER)
    )
    assert full.environment != container.environment
    assert versions_of(assignment, Level.CONTAINER).items() - versions_of(assignment).items() == {
        ("level", "container")
    }


@pytest.mark.slow
def test_without_landlock_the_run_is_refused_with_the_promise_that_fails(place: Path) -> None:
    code = EXAMINE.replace("import json, sys", "import json, sys, containers").replace(
        "with Supervisor", "containers.refuse_landlock()\nwith Supervisor"
    )
    done = inside(place, 1000, "-c", f"import sys; sys.path.insert(0, 'tests')\n{code}")
    assert done.returncode == 0, done.stderr
    found, _ = json.loads(done.stdout)
    assert {"Landlock", "reads and changes no file of others"} <= set(found["container"])


@pytest.mark.slow
def test_root_whose_interpreter_no_other_user_can_read_is_refused() -> None:
    closed = Path(tempfile.mkdtemp(prefix="container-", dir="/tmp"))
    try:
        inner = closed / "inner"
        inner.mkdir()
        containers.interpreter(inner)
        done = subprocess.run(
            containers.command(inner / "venv/bin/python", "-m", "autograder", "doctor", "--require", "container"),
            cwd=ROOT, env={**os.environ, "TMPDIR": "/tmp"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        containers.remove(closed)
    assert done.returncode == 3
    assert "own user" in done.stderr
    assert f"only root can read {inner}" in done.stdout


@pytest.mark.slow
@USERS
def test_hostile_programs_get_what_they_deserve_here_too(place: Path, uid: int) -> None:
    _run_hostile(place, uid, " or ".join(SHORT))


@pytest.mark.long
@USERS
def test_the_whole_hostile_suite_gets_what_it_deserves_here_too(place: Path, uid: int) -> None:
    _run_hostile(place, uid, "test_a_hostile_program or test_an_honest_program")


def _run_hostile(place: Path, uid: int, chosen: str) -> None:
    suite = "tests/hostile/test_hostile.py"
    arguments = ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=short", "-m", "", suite, "-k", chosen]
    done = inside(place, uid, *arguments, HOSTILE_LEVEL="container")
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert "passed" in done.stdout
