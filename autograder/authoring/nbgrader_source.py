"""Make the source of an nbgrader assignment: a notebook with answers, visible tests, and hidden tests as regions.

It is for the folder ``source`` of an nbgrader course, and ``nbgrader generate_assignment`` makes of it what students
receive. A hidden test has the case itself and what the reference returned at release, for draws that are fixed then. It
has no code of the reference. A case that cannot be written so is left out.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..course import solution as solutions
from ..course import stubs
from ..course.assignment import Assignment
from ..course.uses import asked_of_student
from ..errors import AutograderError, CaseError, UsageError
from ..grading.collection import needs_passed
from ..grading.execution import Executor
from ..grading.notebook_points import collect, points
from ..grading.options import RunOptions
from ..grading.recorded_reference import NotRecordable, Recorder, Recording, joined
from ..grading.reference import imported_solution
from ..grading.session import Session
from ..model import Case, Verdict
from ..reports.files import write_bytes
from ..student.connection import Connection
from ..workers.supervisor import Supervisor
from . import case_texts
from .notebook import Cell, check_fits, document, graded_cells
from .release import handed_out

SETUP = """\
# Run this cell first. The test cells need a kernel with the grader (the package autograder-dl), and this folder.
from autograder import points_of
"""
# Appended to the solution, to see whether what a submission returns reaches the reference: all results, slightly other.
_NUDGE = """
def _autograder_nudged(value):
    import numpy as np
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(map(_autograder_nudged, value))
    if type(value) is dict:
        return {key: _autograder_nudged(item) for key, item in value.items()}
    if isinstance(value, float) or (isinstance(value, (np.ndarray, np.floating)) and value.dtype.kind == "f"):
        return value * (1 + 4 * np.finfo(getattr(value, "dtype", float)).eps)
    return value

def _autograder_nudge(function):
    import functools
    return functools.wraps(function)(lambda *args, **kwargs: _autograder_nudged(function(*args, **kwargs)))

for _autograder_name, _autograder_value in list(globals().items()):
    if getattr(_autograder_value, "__module__", None) == __name__ and not _autograder_name.startswith("_"):
        if isinstance(_autograder_value, type):
            for _autograder_name, _autograder_method in list(vars(_autograder_value).items()):
                if type(_autograder_method).__name__ == "function" and not _autograder_name.startswith("_"):
                    setattr(_autograder_value, _autograder_name, _autograder_nudge(_autograder_method))
        elif type(_autograder_value).__name__ == "function":
            globals()[_autograder_name] = _autograder_nudge(_autograder_value)
"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A hidden case that is not in the notebook, with its points, and why."""

    case: str
    points: float
    why: str


@dataclass(slots=True)
class Source:
    """The files of an assignment for ``source/SLUG``, and the hidden cases that are not in its notebook."""

    slug: str
    files: dict[str, bytes]
    possible: float
    left_out: list[LeftOut] = field(default_factory=list)

    @property
    def points(self) -> float:
        """The points of the notebook."""
        return self.possible - sum(each.points for each in self.left_out)


def source_of(assignment: Assignment, supervisor: Supervisor) -> Source:
    """Return the source of an assignment. Equal cases and solutions give equal bytes.

    Raises:
        UsageError: the assignment has several modules, has no solution here, or is an adopted suite.
        CaseError: a case does not pass on the solution.
    """
    check_fits(assignment)
    if assignment.solution is None:
        raise UsageError(f"{assignment.slug} has no solution here. Name the folder of the solutions with --solutions.")
    [(name, data)] = solutions.modules(assignment).items()
    text = data.decode("utf-8")
    stub = stubs.texts(assignment)[name]
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")
    cases = _Cases(assignment, supervisor, seed)
    visible, recordings = cases.recorded()
    hidden = {} if assignment.hidden_cases is None else case_texts.texts(assignment.hidden_cases)
    found = Source(assignment.slug, {}, sum(case.points for case in [*visible, *(case for case, _ in recordings)]))
    tests: list[Cell] = []
    for function in dict.fromkeys(_function(case) for case, _ in recordings):
        group = [(case, recording) for case, recording in recordings if _function(case) == function]
        try:
            cell = cases.test_cell(hidden[function], group)
        except NotRecordable as exc:
            found.left_out += [LeftOut(case.id, case.points, str(exc)) for case, _ in group]
        else:
            tests.append(cell)
    given = {_function(case): 0.0 for case in visible}
    for case in visible:
        given[_function(case)] += case.points
    cells = graded_cells(assignment, stub, text, setup=SETUP, points=given, hidden=tests)
    found.files = {f"{name}.ipynb": document(cells), **dict(_others(assignment))}
    return found


def check_new(slugs: Sequence[str], course: Path) -> None:
    """Check that an nbgrader course has no source of these names.

    Raises:
        UsageError: it has one. Somebody may have worked on it.
    """
    for slug in slugs:
        folder = course / "source" / slug
        if folder.exists():
            raise UsageError(f"{folder} exists. Remove it, or name the folder of another course.")


def write(sources: Sequence[Source], course: Path) -> None:
    """Write sources into the folder of an nbgrader course.

    Raises:
        AutograderError: ``report-write`` if one cannot be written.
    """
    for each in sources:
        for name, data in each.files.items():
            path = course / "source" / each.slug / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, data)


def _others(assignment: Assignment) -> Iterator[tuple[str, bytes]]:
    """Yield the files that lie next to the notebook."""
    prefix = f"assignments/{assignment.slug}/"
    return ((path.removeprefix(prefix), data) for path, data in handed_out(assignment))


def _function(case: Case) -> str:
    return case.id.partition("[")[0]


class _Cases:
    """The cases of an assignment, run on its solution to write the hidden ones down."""

    def __init__(self, assignment: Assignment, supervisor: Supervisor, seed: int) -> None:
        self._assignment = assignment
        self._seed = seed
        self._session = Session(assignment, RunOptions(device="cpu"), supervisor)
        assert assignment.solution is not None
        self._modules = solutions.modules(assignment)

    def recorded(self) -> tuple[list[Case], list[tuple[Case, Recording]]]:
        """Return the visible cases, and the hidden ones with their recordings."""
        visible: list[Case] = []
        first = self._run(self._modules, visible, must_pass=True)
        if self._assignment.hidden_cases is None:
            return visible, []
        main = self._assignment.modules[0]
        nudged = self._run({**self._modules, main: self._modules[main] + _NUDGE.encode()}, [], must_pass=False)
        for case, recording in first:
            other = next((each for same, each in nudged if same.id == case.id), Recording())
            if any(one != two for one, two in zip(recording.asked, other.asked, strict=False)):
                recording.problem = recording.problem or "the reference gets what a submission returns"
        return visible, first

    def _run(
        self, modules: Mapping[str, bytes], visible: list[Case], *, must_pass: bool
    ) -> list[tuple[Case, Recording]]:
        found: list[tuple[Case, Recording]] = []
        hidden = self._assignment.hidden_cases
        files = [path.resolve() for path in (self._assignment.visible_cases, hidden) if path is not None]
        with imported_solution(self._assignment) as reference:
            recorder = Recorder(reference, Recording())

            def work(executor: Executor) -> None:
                with contextlib.closing(self._session.connections.to(dict(modules), seed=0)) as connection:
                    for case in executor.cases:
                        if case.visible:
                            visible.append(case)
                            continue
                        recorder._recording = Recording()
                        passed = needs_passed(case)
                        outcome = executor.run(case, connection, passed).outcome
                        if must_pass and outcome.verdict is not Verdict.PASSED:
                            last = (outcome.staff or outcome.message).strip().rpartition("\n")[2]
                            recorder._recording.problem = recorder._recording.problem or f"it does not pass: {last}"
                        found.append((case, recorder._recording))

            collect(
                files,
                work,
                self._assignment,
                hidden=None if hidden is None else hidden.resolve(),
                reference=recorder,
                seed=self._seed,
            )
        return found

    def test_cell(self, text: str, group: list[tuple[Case, Recording]]) -> Cell:
        """Return the test cell of a hidden case, with all its sets of parameters.

        Raises:
            NotRecordable: it cannot be written, or does not pass as it is written.
        """
        recording = joined({case.id: each for case, each in group})
        for modules, is_right in ((self._modules, True), (_stub_modules(self._assignment), False)):
            with contextlib.closing(self._session.connections.to(modules, seed=0)) as connection:
                try:
                    done = points(text, self._assignment, _always(connection), recorded=recording, seed=self._seed)
                except (CaseError, UsageError) as exc:
                    raise NotRecordable(f"it cannot run by itself: {exc}") from exc
                except AutograderError as exc:
                    raise NotRecordable("its draws depend on what a submission returns") from exc
            wrong = [outcome for _, outcome in done.outcomes if (outcome.verdict is Verdict.PASSED) != is_right]
            if wrong:
                raise NotRecordable("it does not tell the solution from the stub by itself")
        call = f"points_of({_quoted(text)}, {_quoted(recording)}, seed={self._seed})"
        source = f"# Hidden tests\n### BEGIN HIDDEN TESTS\n{call}\n### END HIDDEN TESTS"
        case = group[0][0]
        asked = frozenset(asked_of_student(ast.parse(text)))
        return Cell(
            "test", f"hidden-{_function(case)}", source, case.task, sum(each.points for each, _ in group), asked
        )


def _always(connection: Connection) -> Callable[[Executor], Connection]:
    return lambda executor: connection


def _stub_modules(assignment: Assignment) -> dict[str, bytes]:
    return {name: text.encode() for name, text in stubs.texts(assignment).items()}


def _quoted(text: str) -> str:
    """Return a text as a Python literal that people can read, where that is possible."""
    if "'''" in text or "\\" in text or text.endswith("'"):
        return repr(text)
    return f"'''\n{text.strip()}\n'''" if text else "''"
