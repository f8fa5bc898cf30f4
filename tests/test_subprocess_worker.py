"""Workers as on macOS and Windows, started here on Linux: the same verdicts, nothing left behind, practice only."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import Connect, Load
from test_handle import OK, VERDICTS, fault_of, patience
from test_supervisor import ends

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.submission import Submission
from autograder.errors import SandboxIncomplete
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Report
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
# What depends on the system below: how a worker ends, how it is ended, what it printed.
ENDINGS = ["stub", "raises", "recursion", "hard exit", "exit with 0", "segfault", "abort", "giant", "input"]
ENDINGS += ["endless loop", "sleep"]


@pytest.fixture(scope="module")
def supervisor() -> Iterator[Supervisor]:
    with Supervisor(portable=True) as supervisor:
        yield supervisor


@pytest.mark.slow
@pytest.mark.parametrize("name", ENDINGS)
def test_verdicts_are_those_of_linux_and_the_next_call_works(load: Load, name: str) -> None:
    body, verdict, text = VERDICTS[name]
    fault = fault_of(load(f"def f():\n    {body}\nK = []\n{OK}", call_s=patience(verdict), memory_mib=64))
    assert (fault.verdict, text in fault.message) == (verdict, True), fault.message


def test_arrays_and_print_come_through(connect: Connect) -> None:
    submission = connect("import sys\ndef f(x):\n    print('출력', end='')\n    x += 1\n    return x * 2\n")
    x = np.zeros(3)
    call = submission.student.f.record(x)
    assert call.result.tolist() == [2.0, 2.0, 2.0] and call.after[0].tolist() == [1.0, 1.0, 1.0]
    assert submission.finish().output == "출력"


def test_a_flood_is_kept_within_bounds(connect: Connect) -> None:
    submission = connect("def f():\n    for _ in range(3000): print('x' * 1000)\n    return 7\n", call_s=20.0)
    assert submission.student.f() == 7
    output = submission.finish().output
    assert output.startswith("xxx") and output.endswith("more bytes]") and len(output) < 70_000


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, connect: Connect) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    submission = connect(
        "import os\ndef f():\n    os.makedirs('a/b')\n    open('a/c', 'w').close()\n    return os.getpid()\n"
    )
    pid = submission.student.f()
    assert len(list(tmp_path.iterdir())) == 1 and Path(f"/proc/{pid}").exists()
    submission.close()
    assert list(tmp_path.iterdir()) == [] and not Path(f"/proc/{pid}").exists()


def test_what_a_worker_started_ends_with_it(connect: Connect) -> None:
    submission = connect("""
        import subprocess, sys
        def f():
            return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]).pid
    """)
    pid = submission.student.f()
    os.kill(pid, 0)  # it is there
    submission.close()
    assert ends(pid)


def test_the_surroundings_tell_nothing(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET", "1")
    names, *arguments, line = load("""
        import os, sys
        def f():
            line = open("/proc/self/cmdline", "rb").read().strip(b"\\0").decode()
            return [sorted(os.environ), sys.argv, sys.orig_argv, line]
    """).f()
    assert "SECRET" not in names and arguments == [[""], [""]] and line == "python"


def reports(supervisor: Supervisor, *, official: bool) -> list[Report]:
    assignment = assignments.load("01-dog-wolf", root=ROOT)
    modules = solution.modules(assignment)
    handed = Submission("right", None, "0" * 64, {}, modules, {name: f"{name}.py" for name in modules}, ())
    found: list[Report] = []
    grade(assignment, [handed], found.append, run=RunOptions(official=official, seed=1), supervisor=supervisor)
    return found


@pytest.mark.slow
def test_a_solution_earns_full_marks_for_practice(supervisor: Supervisor) -> None:
    [report] = reports(supervisor, official=False)
    assert report.score.earned == report.score.possible > 0
    assert not report.official and not report.sandbox.complete
    assert "separate process" in report.sandbox.layers and "no network" in report.sandbox.missing


def test_official_grading_is_refused(supervisor: Supervisor) -> None:
    with pytest.raises(SandboxIncomplete, match="private file system"):
        reports(supervisor, official=True)


def test_the_trusted_side_can_be_imported_without_what_windows_lacks() -> None:
    script = textwrap.dedent("""
        import importlib, os, select, signal, subprocess, sys
        for name in ("fcntl", "resource", "pwd", "termios"):
            sys.modules[name] = None
        for module, names in {
            os: ("fork", "getuid", "wait4", "killpg", "pidfd_open", "waitstatus_to_exitcode"),
            select: ("poll", "POLLIN", "POLLOUT"),
            signal: ("SIGXCPU", "pidfd_send_signal"),
        }.items():
            for name in names:
                delattr(module, name)
        names = "commands.main commands.grade commands.doctor batch.runner grading.session reports.page "
        for name in (names + "workers.subprocess_worker").split():
            importlib.import_module("autograder." + name)
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
