"""Our assignments as sources of an nbgrader course, with the real nbgrader: the same points as behind the wall."""

from __future__ import annotations

import ast
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbgrader_course as nb
import pytest
import tiny_course

from autograder.authoring import nbgrader_source, notebook
from autograder.commands.main import main
from autograder.course import assignment as assignments
from autograder.course import stubs
from autograder.course.assignment import Assignment
from autograder.workers.supervisor import Supervisor

pytestmark = pytest.mark.filterwarnings("ignore")  # nbgrader and SQLAlchemy warn of each other

ROOT = Path(__file__).parent.parent
SECOND = {
    "solution": '''
class Scale:
    """Multiplies by a factor."""

    def __init__(self, factor):
        """Keep the factor."""
        ### BEGIN SOLUTION
        self.factor = factor
        ### END SOLUTION

    def apply(self, x):
        """Multiply x."""
        ### BEGIN SOLUTION
        return self.factor * x
        ### END SOLUTION


def in_place(x, amount):
    """Return x plus amount."""
    ### BEGIN SOLUTION in_place
    return x + amount
    ### END SOLUTION
''',
    "visible": '''
@task("Scale", points=4)
def test_scale_by_two(student):
    """Twice."""
    assert_close(student.Scale(2.0).apply(np.array([1.0, 3.0])), np.array([2.0, 6.0]))


@task("in_place", points=4)
def test_add(student):
    """One more."""
    assert_close(student.in_place(np.array([1.0]), 1.0), np.array([2.0]))
''',
    "hidden": '''
def factors(rng):
    """Return two factors."""
    return rng.uniform(1, 2, size=2)


@task("Scale", points=6, needs=("scale_by_two",))
@pytest.mark.parametrize("size", [3, 5])
def test_scale_matches(student, reference, rng, size):
    """Objects of both sides."""
    for factor in factors(rng):
        x = rng.normal(size=size)
        assert_close(student.Scale(factor).apply(x), reference.Scale(factor).apply(x))


@task("in_place", points=4)
def test_the_argument_stays(student, reference, rng):
    """The array stays."""
    x = rng.normal(size=4)
    assert_close(student.in_place(x, 2.0), reference.in_place(x.copy(), 2.0))


@task("in_place", points=2)
def test_twice(student, reference, rng):
    """What comes back is used again."""
    x = rng.normal(size=4)
    assert_close(student.in_place(student.in_place(x, 1.0), 1.0), reference.in_place(student.in_place(x, 1.0), 1.0))
''',
}
OVERLAYS = {
    "01-tiny": {
        "squared": "def double(x):\n    return x**2",
        "rounded": "def total(x):\n    return float(round(np.sum(x)))",
    },
    "02-scale": {
        "shared": "class Scale(Scale):\n    def apply(self, x):\n        return 2.0 * x",
        "changes": "def in_place(x, amount):\n    x += amount\n    return x",
    },
}


@pytest.fixture(autouse=True)
def programs() -> Iterator[None]:
    with nb.programs_on_path():
        yield


def two(root: Path) -> list[Assignment]:
    """Make a course with two assignments."""
    marked = tiny_course.SOLUTION.replace("    return 2 * x", _marked("return 2 * x"))
    marked = marked.replace("    return float(np.sum(x))", _marked("return float(np.sum(x))"))
    first = tiny_course.make(root, solution=marked)
    second = root / "assignments" / "02-scale"
    shutil.copytree(first.folder, second)
    toml = (second / "assignment.toml").read_text().replace("double", "Scale").replace("total", "in_place")
    toml = toml.replace("points = 12.0", "points = 10.0").replace("points = 8.0", "points = 10.0")
    (second / "assignment.toml").write_text(toml)
    solution = root / "solutions" / "02-scale"
    tiny_course.write(solution / "tiny.py", "import numpy as np\n" + SECOND["solution"])
    tiny_course.write(second / "test_visible.py", tiny_course.HEAD + SECOND["visible"])
    tiny_course.write(solution / "test_hidden.py", tiny_course.HEAD + SECOND["hidden"])
    for slug in ("01-tiny", "02-scale"):
        (root / "assignments" / slug / "README.md").write_text("# An assignment\n\n## Task 1\n\nWrite it.\n")
    return [assignments.load(slug, root=root) for slug in ("01-tiny", "02-scale")]


def _marked(line: str) -> str:
    return f"    ### BEGIN SOLUTION\n    {line}\n    ### END SOLUTION"


def hand_in(course: Path, assignment: Assignment, student: str, overlay: str = "") -> None:
    """Hand in the solution, with other definitions after those of the same name."""
    [module] = assignment.modules
    assert assignment.solution is not None
    parts = {name: code for _, name, code in notebook._parts((assignment.solution / f"{module}.py").read_text())}
    folder = course / "submitted" / student / assignment.slug
    shutil.copytree(course / "release" / assignment.slug, folder)
    path = folder / f"{module}.ipynb"
    document = json.loads(path.read_text(encoding="utf-8"))
    for cell in document["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = f"{parts[name]}\n\n{_of(overlay, name, parts)}"
    path.write_text(json.dumps(document), encoding="utf-8")


def _of(overlay: str, name: str, parts: Mapping[str, str]) -> str:
    """Return what a cell needs of an overlay: its definition, and what is none of an answer."""
    body = ast.parse(overlay).body
    if name not in (getattr(node, "name", "") for node in body):
        return ""
    return "\n".join(
        ast.unparse(node)
        for node in body
        if getattr(node, "name", "") not in parts or getattr(node, "name", "") == name
    )


def graded_both_ways(course: Path, slug: str) -> dict[str, float]:
    """Grade with nbgrader alone and behind the wall; return the totals, which are the same."""
    stock = course.parent / f"stock-{slug}"
    shutil.copytree(course, stock)
    done = nb.api(course).autograde(slug, "*")
    assert done["success"], done["log"]
    done = nb.api(stock, ours=False).autograde(slug, "*")
    assert done["success"], done["log"]
    assert nb.scores(course, slug) == nb.scores(stock, slug)
    return nb.totals(course, slug)


@pytest.mark.slow
def test_two_assignments_have_the_same_points_with_and_without_the_wall(tmp_path: Path, supervisor: Supervisor) -> None:
    course = tmp_path / "a course"
    chosen = two(tmp_path / "ours")
    sources = [nbgrader_source.source_of(each, supervisor) for each in chosen]
    assert [(each.points, each.possible) for each in sources] == [(20.0, 20.0), (18.0, 20.0)]
    [left_out] = sources[1].left_out
    assert (left_out.case, left_out.points) == ("twice", 2.0)
    assert left_out.why == "the reference gets what a submission returns"
    nbgrader_source.write(sources, course)
    text = (course / "source" / "01-tiny" / "tiny.ipynb").read_text()
    assert "### BEGIN HIDDEN TESTS" in text
    for assignment in chosen:
        nb.generate(course, assignment.slug)
        released = (course / "release" / assignment.slug / "tiny.ipynb").read_text()
        assert "return 2 * x" not in released and "self.factor = factor" not in released
        assert "test_double_of_any" not in released and "recorded" not in released and "points_of('" not in released
        hand_in(course, assignment, "right")
        shutil.copytree(course / "release" / assignment.slug, course / "submitted" / "stub" / assignment.slug)
        for name, overlay in OVERLAYS[assignment.slug].items():
            hand_in(course, assignment, name, overlay)
    assert graded_both_ways(course, "01-tiny") == {"right": 20.0, "stub": 0.0, "squared": 14.0, "rounded": 15.0}
    # an argument that is changed in place costs a quarter, as in our own grades
    assert graded_both_ways(course, "02-scale") == {"right": 18.0, "stub": 0.0, "shared": 12.0, "changes": 16.0}


@pytest.mark.slow
def test_validate_and_release_accept_the_notebook(tmp_path: Path, supervisor: Supervisor) -> None:
    course = tmp_path / "course"
    first, _ = two(tmp_path / "ours")
    nbgrader_source.write([nbgrader_source.source_of(first, supervisor)], course)
    nb.generate(course, first.slug)
    hand_in(course, first, "right")
    assert nb.validated(course / "submitted" / "right" / first.slug / "tiny.ipynb") == 0
    assert nb.validated(course / "release" / first.slug / "tiny.ipynb") == 2  # the visible tests, on the stub
    exchange = tmp_path / "exchange"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    done = nb.api(course, exchange=exchange).release_assignment(first.slug)
    assert done["success"], done["log"]
    assert (exchange / nb.COURSE / "outbound" / first.slug / "tiny.ipynb").is_file()


def test_the_command_names_what_is_left_out_and_replaces_nothing(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    two(tmp_path / "ours")
    monkeypatch.setattr("autograder.workers.supervisor.Supervisor", tiny_course.kept(supervisor))
    course = tmp_path / "nb"
    command = [
        "autograder",
        "release",
        "02-scale",
        "--root",
        str(tmp_path / "ours"),
        "--for",
        "nbgrader",
        "--to",
        str(course),
    ]
    monkeypatch.setattr(sys, "argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr()
    assert ended.value.code == 0, shown.err
    assert "18 of 20 points" in shown.out
    assert "left out: twice (2 points): the reference gets what a submission returns." in shown.out
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "exists. Remove it" in capsys.readouterr().err.replace("\n", " ")


LATER = '''
def sums(student):
    return student.total


@task("double", points=2)
def test_total_of_double(student):
    """Uses what is defined below."""
    assert_close(sums(student)(student.double(np.array([1.0, 2.0]))), 6.0)
'''


def test_a_case_stands_below_all_that_it_uses(tmp_path: Path) -> None:
    assignment, _ = two(tmp_path)
    with assignment.visible_cases.open("a", encoding="utf-8") as file:
        file.write(LATER)
    [stub] = stubs.texts(assignment).values()
    order = [cell.id for cell in notebook.cells_of(assignment, stub) if cell.kind in ("answer", "test")]
    assert order == ["double", "test-double_of_two", "total", "test-total_of_three", "test-total_of_double"]


NUMPY = [each.slug for each in assignments.load_all(ROOT) if not each.needs_torch]


@pytest.mark.long
@pytest.mark.parametrize("slug", NUMPY)
def test_numpy_assignments_have_the_same_points_with_and_without_the_wall(
    slug: str, tmp_path: Path, supervisor: Supervisor
) -> None:
    course = tmp_path / "course"
    assignment = assignments.load(slug, root=ROOT)
    source = nbgrader_source.source_of(assignment, supervisor)
    nbgrader_source.write([source], course)
    nb.generate(course, slug)
    hand_in(course, assignment, "right")
    shutil.copytree(course / "release" / slug, course / "submitted" / "stub" / slug)
    assert assignment.solution is not None
    mistakes = sorted((assignment.solution / "mistakes").glob("*.py"))
    for path in mistakes[:: max(1, len(mistakes) - 1)]:  # the first and the last
        hand_in(course, assignment, path.stem, path.read_text(encoding="utf-8"))
    totals = graded_both_ways(course, slug)
    assert totals["right"] == pytest.approx(source.points)
    assert totals["stub"] == 0.0
    assert all(points < source.points for name, points in totals.items() if name != "right")
