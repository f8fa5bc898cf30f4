"""Programs that attack a suite which was written for a plain module; what becomes of each is known beforehand.

The programs are in ``hostile/plain/``, in the style of ``hostile/programs/``. Each is appended to the solution. The
suite is collected once, with the solution, and then run for every program. Then the solution must get full marks.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Submitted

from autograder.errors import SuiteError
from autograder.student.connection import Connection
from autograder.student.faults import StudentFault, StudentRaised
from autograder.student.imports import installed
from autograder.student.module import Modules, Namespace
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

HOSTILE = Path(__file__).parent / "hostile"
SUITE = HOSTILE / "plain_suite"
SOLUTION = (SUITE / "warmup.py").read_bytes()
PROGRAMS = sorted((HOSTILE / "plain").glob("*.py"))
SHORT = {"call_s": 0.5, "submission_s": 3.0, "cpu_s": 3.0}


def constants(path: Path) -> dict[str, Any]:
    """The literals at the top of a program: VERDICTS, and if it has them FILES and WAITS."""
    found = {}
    for node in ast.parse(path.read_bytes()).body[1:]:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            break
        found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def submit(
    supervisor: Supervisor, source: bytes, *, files: dict[str, str] | None = None, waits: bool = False
) -> Submitted:
    """Submit the module ``warmup`` with other files next to it."""
    data = {name: text.encode() for name, text in (files or {}).items()}
    late = {name.removesuffix(".py"): (name, text) for name, text in data.items()}
    modules = {"warmup": ("warmup.py", source), **late}
    limits = Limits(**SHORT) if waits else Limits()  # type: ignore[arg-type]
    sources = ModuleSources("warmup", modules, files=data, late=frozenset(late))
    return Submitted(Connection(sources, supervisor, WorkerSpec(limits), seed=0))


@dataclass(frozen=True)
class Collected:
    """The suite, which was imported once."""

    modules: Modules
    checks: dict[str, Any]

    def run(self, submission: Submitted) -> dict[str, str]:
        """Run all checks on a submission and return the verdict of each."""
        found = {}
        for name, check in self.checks.items():
            self.modules.use(submission.begin(name))
            with installed(self.modules, source=SUITE):
                found[name] = verdict_of(check)
            if submission.run.log.suite_errors:
                found[name] = "suite"
        return found


def verdict_of(check: Any) -> str:
    try:
        check()
    except (StudentFault, StudentRaised) as exc:
        return exc.verdict.value
    except SuiteError:
        return "suite"
    except (Exception, pytest.fail.Exception):
        return "failed"
    return "passed"


@pytest.fixture(scope="module")
def suite(supervisor: Supervisor) -> Iterator[Collected]:
    submission = submit(supervisor, SOLUTION)
    modules = Modules(submission.student, ["warmup"])
    space: dict[str, Any] = {"__name__": "checks"}
    with installed(modules, source=SUITE):
        exec(compile((SUITE / "checks.py").read_bytes(), str(SUITE / "checks.py"), "exec"), space)
    yield Collected(modules, {name: value for name, value in space.items() if name.startswith("check_")})
    modules.use(None)
    submission.close()


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_a_hostile_program_gets_what_it_deserves_and_nothing_else(
    path: Path, suite: Collected, supervisor: Supervisor
) -> None:
    known = constants(path)
    before = {name: sys.modules.get(name) for name in ("numpy", "random", "pytest", "conftest", "tools", "warmup")}
    # A program can redefine what is in the solution, whose source comes first.
    source = SOLUTION + path.read_bytes()
    submission = submit(supervisor, source, files=known.get("FILES"), waits=known.get("WAITS", False))
    try:
        found = suite.run(submission)
    finally:
        submission.close()
    for name, verdict in found.items():
        wanted = known["VERDICTS"].get(name, known["VERDICTS"].get("*", "passed"))
        assert verdict in ((wanted,) if isinstance(wanted, str) else wanted), (name, verdict)
    assert not hasattr(builtins, "BREACH")
    assert {name: sys.modules.get(name) for name in before} == before
    following = submit(supervisor, SOLUTION)
    try:
        assert set(suite.run(following).values()) == {"passed"}
    finally:
        following.close()


def test_a_name_of_the_tests_is_not_handed_to_a_submission_that_has_guessed_it(supervisor: Supervisor) -> None:
    source = b"def wanted(n): return 0\nsecret = 0\ndef squares(n): return wanted(n)\ndef leak(): return secret"
    submission = submit(supervisor, source)
    space = Namespace(submission.student)
    exec("def wanted(n): return n**2\nsecret = 77\n", space)
    with pytest.raises(AssertionError):
        exec("assert squares(3) == wanted(3)", space)
    assert space["leak"]() == 0
    submission.close()


def test_a_notebook_cannot_put_a_library_of_its_own_in_the_place_of_the_tests(supervisor: Supervisor) -> None:
    source = b"class np:\n    testing = allclose = staticmethod(lambda *a, **k: True)\ndef all(x): return True\nf = abs"
    submission = submit(supervisor, source)
    space = Namespace(submission.student)
    exec("assert not np.allclose(f(-3), 4)\nassert not all([0])", space)
    assert space["np"] == np
    submission.close()
