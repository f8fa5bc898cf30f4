"""Notebooks of a release: valid, the same every time, graded like the modules, and true in a kernel."""

from __future__ import annotations

import ast
import io
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import nbformat
import pytest
import tiny_course
from nbclient import NotebookClient
from test_release import course, git  # noqa: F401  # a fixture

from autograder.authoring import release
from autograder.authoring.notebook import notebook
from autograder.authoring.release import Options
from autograder.course import assignment as assignments
from autograder.course import folders, solution, stubs
from autograder.course import notebook as notebooks
from autograder.course import submission as submissions
from autograder.course.assignment import Assignment
from autograder.errors import UsageError
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Report
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SLUGS = folders.slugs_of(ROOT)
QUICK = "05-logistic"

# what nbgrader accepts as the metadata of a cell, schema 3
NBGRADER = {
    "type": "object",
    "required": ["schema_version", "grade", "solution", "locked"],
    "additionalProperties": False,
    "properties": {
        "schema_version": {"const": 3},
        "grade": {"type": "boolean"},
        "solution": {"type": "boolean"},
        "locked": {"type": "boolean"},
        "task": {"type": "boolean"},
        "grade_id": {"type": "string", "pattern": "^[a-zA-Z0-9_-]+$"},
        "points": {"type": "number", "minimum": 0},
        "checksum": {"type": "string"},
        "cell_type": {"enum": ["code", "markdown", "raw"]},
    },
    "if": {"properties": {"grade": {"const": True}}},
    "then": {"required": ["points"]},
    "else": {"properties": {"points": False}},
}


@cache
def assignment_of(slug: str) -> Assignment:
    return assignments.load(slug, root=ROOT)


@cache
def notebook_of(slug: str) -> bytes:
    return notebook(assignment_of(slug))[1]


def document_of(assignment: Assignment) -> Any:
    """The notebook of an assignment of the course."""
    return nbformat.reads(notebook_of(assignment.slug).decode(), as_version=4)


def roles(document: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(cell.id, cell.metadata["nbgrader"]) for cell in document.cells if cell.cell_type == "code"]


# --- the document


@pytest.mark.parametrize("slug", SLUGS)
def test_a_notebook_is_valid_for_jupyter_and_nbgrader(slug: str) -> None:
    document = document_of(assignment_of(slug))
    nbformat.validate(document)
    for _, metadata in roles(document):
        jsonschema.validate(dict(metadata), NBGRADER)
    ids = [cell.id for cell in document.cells]
    assert len(set(ids)) == len(ids)
    assert not [cell for cell in document.cells if cell.cell_type == "code" and (cell.outputs or cell.execution_count)]


@pytest.mark.parametrize("slug", SLUGS)
def test_it_is_the_stub_the_hand_out_and_the_visible_cases(slug: str) -> None:
    assignment = assignment_of(slug)
    document = document_of(assignment)
    [stub] = stubs.texts(assignment).values()
    code = notebooks.read(notebook_of(slug))
    assert statements(code.source) == statements(stub) and not code.commands and not code.unread

    defined = [node.name for node in ast.parse(stub).body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    answers = {id for id, metadata in roles(document) if metadata["solution"]}
    assert answers == {name for name in defined if f': {name}")' in stub}
    assert {id for id, _ in roles(document)} >= set(defined)

    source = assignment.visible_cases.read_text(encoding="utf-8")
    names = [node.name for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    shown = [cell.source.partition("(")[0] for cell in document.cells if cell.source.startswith("@check")]
    assert Counter(shown) == Counter(f"@check\ndef {name}" for name in names if name.startswith("test_"))

    text = "\n\n".join(cell.source for cell in document.cells if cell.cell_type == "markdown")
    assert text.split() == (assignment.folder / "README.md").read_text(encoding="utf-8").split()


def statements(source: str | bytes) -> list[str]:
    """The statements of a module. An import of __future__ moves to the top of a notebook's module."""
    body = ast.parse(source).body
    return [ast.dump(node) for node in body if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")]


def test_a_task_has_its_text_before_and_its_cases_behind() -> None:
    ids = [cell.id for cell in document_of(assignment_of("05-logistic")).cells]
    part = ids[ids.index("bce") - 1 : ids.index("bce") + 5]
    assert part == ["text-5", "bce", "test-bce_by_hand", "test-bce_of_a_certain_answer", "text-6", "bce_backward"]


def tiny(tmp_path: Path, **parts: str) -> tiny_course.Course:
    """A course of one small assignment, whose solution has markers."""
    answers = ("return 2 * x", "return float(np.sum(x))")
    marked = tiny_course.SOLUTION
    for answer in answers:
        marked = marked.replace(answer, f"### BEGIN SOLUTION\n    {answer}\n    ### END SOLUTION")
    made = tiny_course.make(tmp_path, solution=marked, **parts)
    tiny_course.write(made.folder / "README.md", "# Tiny\n")
    return made


def test_a_korean_course_has_korean_text(tmp_path: Path) -> None:
    made = tiny(tmp_path)
    tiny_course.write(made.folder / "README.ko.md", "# 작은 과제\n")
    toml = made.folder / "assignment.toml"
    toml.write_text('language = "ko"\n' + toml.read_text(encoding="utf-8"), encoding="utf-8")
    assert json.loads(notebook(made.load())[1])["cells"][0]["source"] == ["# 작은 과제"]


def test_a_name_that_is_too_long_for_an_id_is_shortened(tmp_path: Path) -> None:
    names = [f"test_{'very_' * 12}long_{number}" for number in (1, 2)]
    case = '@task("double", points=1)\ndef {}(student):\n    assert student.double(1.0) == 2.0\n\n\n'
    made = tiny(tmp_path, visible="".join(case.format(name) for name in names))
    document = nbformat.reads(notebook(made.load())[1].decode(), as_version=4)
    nbformat.validate(document)
    assert len({cell.id for cell in document.cells}) == len(document.cells)


def test_two_releases_are_equal_to_the_last_byte(course: Path, tmp_path: Path) -> None:  # noqa: F811
    git(tmp_path, "clone", "--quiet", str(course), str(tmp_path / "elsewhere"))
    one, two = (
        release.contents(assignments.load_all(root), root=root, options=Options(notebooks=True))
        for root in (course, tmp_path / "elsewhere")
    )
    assert one == two
    assert "assignments/05-logistic/logistic.ipynb" in one and "assignments/05-logistic/logistic.py" not in one
    assert b"`assignments/05-logistic/logistic.ipynb`" in one["README.md"]


# --- graded like a module


def filled(assignment: Assignment, *, overlay: str = "") -> bytes:
    """Write the solution into the notebook, as a student would: definitions into their cells, helpers into a new one.

    ``overlay`` goes into a cell at the end, where a definition replaces an earlier one.
    """
    [source] = (each.decode() for each in solution.modules(assignment).values())
    document = document_of(assignment)
    answers = {cell.id: cell for cell in document.cells if cell.metadata.get("nbgrader", {}).get("solution")}
    [stub] = stubs.texts(assignment).values()
    given = [ast.dump(node) for node in ast.parse(stub).body]
    helpers = []
    for node in ast.parse(source).body:
        text = ast.get_source_segment(source, node) or ""
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.decorator_list:
            text = "\n".join(source.split("\n")[node.decorator_list[0].lineno - 1 : node.end_lineno])
        name = getattr(node, "name", "")
        if name in answers:
            answers[name]["source"] = text
        elif ast.dump(node) not in given:
            helpers.append(text)
    place = next(index for index, cell in enumerate(document.cells) if cell.id == "set-up") + 2
    document.cells.insert(place, nbformat.v4.new_code_cell("\n\n".join(helpers), id="helpers"))
    document.cells.append(nbformat.v4.new_code_cell(overlay, id="overlay"))
    return nbformat.writes(document, version=4).encode()


def reports_of(assignment: Assignment, paths: list[Path], supervisor: Supervisor) -> list[Report]:
    found: list[Report] = []
    opened = [submissions.open(path, assignment) for path in paths]
    grade(assignment, opened, found.append, run=RunOptions(device="cpu"), supervisor=supervisor)
    return found


@pytest.mark.parametrize(
    "slug", [slug if slug == QUICK else pytest.param(slug, marks=pytest.mark.slow) for slug in SLUGS]
)
def test_a_notebook_has_the_outcomes_of_the_module(slug: str, supervisor: Supervisor, tmp_path: Path) -> None:
    assignment = assignment_of(slug)
    [(main, stub)] = stubs.texts(assignment).items()
    right = solution.modules(assignment)[main].decode()
    first, *_, last = (each.path.read_text(encoding="utf-8") for each in solution.mistakes(assignment))
    pairs = {
        "right": (right, filled(assignment)),
        "first": (f"{right}\n\n{first}", filled(assignment, overlay=first)),
        "last": (f"{right}\n\n{last}", filled(assignment, overlay=last)),
        "stub": (stub, notebook_of(slug)),
    }
    paths = []
    for name, (module, document) in pairs.items():
        paths.append(tiny_course.write(tmp_path / name / f"{main}.py", module))
        paths.append(tiny_course.write(tmp_path / name / f"{main}.ipynb", document))
    reports = reports_of(assignment, paths, supervisor)
    for of_module, of_notebook in zip(reports[::2], reports[1::2], strict=True):
        assert outcomes(of_notebook) == outcomes(of_module)
        assert of_notebook.score == of_module.score
        assert of_notebook.notes == of_module.notes == ()
    assert reports[0].score.earned == reports[0].score.possible > reports[-1].score.earned == 0


def outcomes(report: Report) -> list[tuple[object, ...]]:
    return [(each.case, each.verdict, each.earned, each.mismatch, each.hint) for each in report.outcomes]


def test_test_cells_are_left_out_of_the_submission_and_nothing_else() -> None:
    cells = [
        "from autograder import check\nimport numpy as np",
        "@check\ndef test_f(student):\n    assert student.f(1) == 2",
        "def check(f): return f\n\n@check\ndef f(x):\n    return 2 * x\n",
        "@check\n@other\ndef test_g(student):\n    pass\nx = 1",
    ]
    made = [{"cell_type": "code", "source": cell, "outputs": [], "metadata": {}} for cell in cells]
    code = notebooks.read(json.dumps({"nbformat": 4, "cells": made}).encode())
    assert code.source.decode() == (
        "# cell 1\n\nimport numpy as np\n"
        "# cell 2\n\n\n\n"
        "# cell 3\ndef check(f): return f\n\n@check\ndef f(x):\n    return 2 * x\n\n"
        "# cell 4\n\n\n\n\nx = 1\n"
    )
    assert not code.commands and not code.unread


# --- a student's desk


@pytest.fixture
def repository(course: Path, tmp_path: Path) -> Path:  # noqa: F811
    options = Options(notebooks=True)
    release.write(release.contents(assignments.load_all(course), root=course, options=options), tmp_path / "repository")
    return tmp_path / "repository"


@pytest.mark.slow
def test_a_student_grades_and_hands_in_the_notebook(repository: Path) -> None:
    own = os.environ | {"AUTOGRADER": f"{sys.executable} -m autograder"}

    def run(*arguments: str) -> str:
        command = [sys.executable, "grade.py", *arguments]
        done = subprocess.run(command, cwd=repository, env=own, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    shutil.copytree(repository / "assignments/05-logistic", repository / "assignments/06-other")
    assert "edit   assignments/05-logistic/logistic.ipynb" in run("grade")  # the summary of several assignments
    path = repository / "assignments/05-logistic/logistic.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('raise NotImplementedError(\\"Task 1: sigmoid\\")', "return z"), encoding="utf-8")
    assert "called   sigmoid(z)  z = " in run("grade", "05-logistic")
    assert "  logistic.ipynb\n" in run("submit", "05-logistic")


def kernel(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run a program whose names are those of ``__main__``, as in a kernel, in a folder."""
    path = folder / "cells.py"
    path.write_text(f"import numpy as np\nfrom autograder import check\n\n{program}", encoding="utf-8")
    return subprocess.run([sys.executable, path.name], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_course.make(tmp_path, solution=None).folder


TWICE = "def double(x):\n    return {} * x\n\n\n"
CASE = "@check\ndef test_double_of_two(student):\n    {}\n"
AS_WRITTEN = '"""Twice two is four."""\n    assert_close(student.double(np.array([2.0])), np.array([4.0]))'


def test_a_test_cell_passes_and_says_so(folder: Path) -> None:
    done = kernel(folder, TWICE.format(2) + CASE.format(AS_WRITTEN))
    assert (done.returncode, done.stdout, done.stderr) == (0, "PASSED  double_of_two\n", "")


@pytest.mark.slow
def test_a_test_cell_that_does_not_pass_raises_with_the_report(folder: Path) -> None:
    done = kernel(folder, TWICE.format(3) + CASE.format(AS_WRITTEN))
    assert done.returncode == 1 and "NotPassed: double_of_two  FAILED" in done.stderr
    assert "value    got 6, want 4" in done.stderr and "from tiny import" not in done.stderr
    done = kernel(folder, "def double(x):\n    raise NotImplementedError\n\n\n" + CASE.format(AS_WRITTEN))
    assert "NotPassed: double_of_two  double is still the stub." in done.stderr
    done = kernel(folder, CASE.format(AS_WRITTEN))
    assert "does not define double" in done.stderr


def test_a_test_cell_that_was_changed_runs_as_it_stands(folder: Path) -> None:
    done = kernel(folder, TWICE.format(2) + CASE.format('print("mine")\n    assert_close(student.double(3.0), 7.0)'))
    assert "mine\n" in done.stdout and "got 6, want 7" in done.stderr


@pytest.mark.slow
def test_a_case_with_parameters_runs_with_all_of_them(tmp_path: Path) -> None:
    visible = """
        @task("double", points=2)
        @pytest.mark.parametrize("x", [1.0, 2.0])
        def test_both(student, x, rng):
            assert_close(student.double(x), 2 * x)
    """
    folder = tiny_course.make(tmp_path, visible=visible, solution=None).folder
    case = "@check\ndef test_both(student, x, rng):\n    assert_close(student.double(x), {} * x)\n"
    done = kernel(folder, TWICE.format(2) + case.format(2))
    assert (done.returncode, done.stdout) == (0, "PASSED  both[1.0]\nPASSED  both[2.0]\n")
    assert "got 2, want 3" in kernel(folder, TWICE.format(2) + case.format(3)).stderr


def test_a_kernel_goes_on_with_its_own_imports(folder: Path) -> None:
    after = '\nimport sys\nprint(len(sys.meta_path) == before, "tiny" in sys.modules)\n'
    before = "import sys\nbefore = len(sys.meta_path)\n"
    done = kernel(folder, before + TWICE.format(2) + CASE.format(AS_WRITTEN) + after)
    assert done.stdout == "PASSED  double_of_two\nTrue False\n", done.stderr


@pytest.mark.slow
def test_running_all_cells_goes_on_after_a_case_that_does_not_pass(tmp_path: Path) -> None:
    made = tiny(tmp_path)
    _, data = notebook(assignments.load(tiny_course.SLUG, root=made.root))
    whole = nbformat.reads(data.decode(), as_version=4)
    NotebookClient(whole, timeout=120, resources={"metadata": {"path": str(made.folder)}}).execute()
    tests = [cell for cell in whole.cells if cell.source.startswith("@check")]
    ends = [cell.outputs[-1].output_type if cell.outputs else "nothing" for cell in tests]
    assert len(tests) > 1 and set(ends) == {"error"}  # all functions are still stubs


@pytest.mark.slow
def test_a_wrong_folder_and_an_unknown_case_are_named(folder: Path) -> None:
    done = kernel(folder.parent, CASE.format(AS_WRITTEN))
    assert "is not the folder of an assignment. Open the notebook where the release has it" in done.stderr
    done = kernel(folder, "@check\ndef test_double_of_tow(student):\n    pass\n")
    assert 'no visible case or task "double_of_tow". Did you mean double_of_two' in done.stderr


def test_a_notebook_is_one_module(tmp_path: Path) -> None:
    made = tiny_course.make(tmp_path, modules=("tiny", "other"))
    with pytest.raises(UsageError, match="has 2 modules, and a notebook is one"):
        notebook(made.load())


EXECUTE = """
import sys, nbformat
from nbclient import NotebookClient
document = nbformat.read(sys.argv[1], 4)
NotebookClient(document, timeout=300, kernel_name="python3", allow_errors=True).execute()
nbformat.write(document, sys.argv[1])
"""


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["05-logistic", pytest.param("13-cnn", marks=pytest.mark.long)])
def test_in_a_real_kernel_the_solution_passes_and_a_mistake_does_not(slug: str, tmp_path: Path) -> None:
    assignment = assignment_of(slug)
    folder = tmp_path / "assignments" / slug
    shutil.copytree(assignment.folder, folder)
    main = assignment.modules[0]
    wrong = next(each for each in solution.mistakes(assignment) if set(each.caught_by) & visible_cases(assignment))
    for overlay, failing in (("", set()), (wrong.path.read_text(encoding="utf-8"), set(wrong.caught_by))):
        path = folder / f"{main}.ipynb"
        document = nbformat.reads(filled(assignment, overlay=overlay).decode(), as_version=4)
        document.cells.sort(key=lambda cell: cell.id.startswith("test-"))  # the overlay comes before the test cells
        nbformat.write(document, path)
        done = subprocess.run(
            [sys.executable, "-c", EXECUTE, str(path)], cwd=folder, env=os.environ | {"HOME": str(tmp_path)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        document = nbformat.read(io.StringIO(path.read_text(encoding="utf-8")), 4)
        texts = {cell.id: "".join(map(said, cell.outputs)) for cell in document.cells if "outputs" in cell}
        tests = {id.removeprefix("test-"): text for id, text in texts.items() if id.startswith("test-")}
        failed = {case for case, text in tests.items() if text != f"PASSED  {case}\n"}
        assert len(tests) > 5 and bool(failed) == bool(failing) and failed >= failing & set(tests)
        assert not [text for id, text in texts.items() if text and not id.startswith("test-")]


def visible_cases(assignment: Assignment) -> set[str]:
    tree = ast.parse(assignment.visible_cases.read_bytes())
    return {node.name.removeprefix("test_") for node in tree.body if isinstance(node, ast.FunctionDef)}


def said(output: Any) -> str:
    return str(output.get("text") or output.get("evalue"))
