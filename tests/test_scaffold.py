"""A new assignment works at once; one that cannot be made leaves nothing behind."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.audit.audit import Options, audit
from autograder.authoring import release, scaffold
from autograder.authoring.unfinished import read_course
from autograder.course import assignment as assignments
from autograder.course import solution, translation
from autograder.errors import AssignmentError, AutograderError, UsageError
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SLUG = "15-losses"

LAYERS = '''
"""Layers."""

import math

import numpy as np


def affine(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """x w + b."""
    ### BEGIN SOLUTION
    return x @ w + b
    ### END SOLUTION


def surprise(p: np.ndarray, base: float = 2.0) -> float:
    """The mean of -log p."""
    ### BEGIN SOLUTION
    return float(-np.mean(affine(np.log(p), np.eye(p.shape[-1]), np.zeros(p.shape[-1]))) / math.log(base))
    ### END SOLUTION
'''

HARD = '''

def double(x: np.ndarray) -> np.ndarray:
    """Double in place."""
    ### BEGIN SOLUTION
    x *= 2
    return x
    ### END SOLUTION


class Sgd:
    """A step."""

    def __init__(self, lr):
        ### BEGIN SOLUTION
        self.lr = lr
        ### END SOLUTION
'''


@pytest.fixture
def course(tmp_path: Path) -> Path:
    (tmp_path / "course" / "assignments").mkdir(parents=True)
    return tmp_path / "course"


def command(course: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=course, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip


def begin(course: Path, source: str, slug: str = SLUG) -> scaffold.New:
    path = course / "losses.py"
    path.write_text(source, encoding="utf-8")
    made = scaffold.new(slug, scaffold.read(path), torch=False)
    scaffold.write(made, root=course)
    return made


def failures(course: Path, supervisor: Supervisor) -> list[str]:
    found = audit(assignments.load(SLUG, root=course), Options(seeds=2), supervisor=supervisor)
    return found.failures()


def _docstrings(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {ast.get_docstring(node) or "" for node in tree.body if isinstance(node, ast.FunctionDef)}


def tree(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


# --- what is made


@pytest.mark.slow
def test_it_has_every_part_and_passes_its_audit(course: Path, supervisor: Supervisor) -> None:
    done = command(course, "new", SLUG)
    assert done.returncode == 0, done.stderr
    files = {"README.md", "README.ko.md", "assignment.toml", "ko.toml", "hints.json", "losses.py", "test_visible.py"}
    assert tree(course / "assignments" / SLUG) == files
    assert tree(course / "solutions" / SLUG) == {
        "losses.py", "test_hidden.py", "ko.toml", "mistakes/twice.py", "alternatives/same.py"
    }  # fmt: skip
    assert failures(course, supervisor) == []


@pytest.mark.slow
def test_it_can_be_released(course: Path) -> None:
    begin(course, LAYERS)
    [made] = assignments.load_all(course)
    (course / "constraints.txt").write_bytes((ROOT / "constraints.txt").read_bytes())
    names = ("README.ko.md", "README.md")
    assert read_course(course, [made]).warnings == tuple(
        f"assignments/{made.slug}/{name}, line 3: students will read this TODO (and {len(made.tasks)} more)."
        for name in names
    )
    options = release.Options(audit=None)
    assert release.refusals([made], [made], release.contents([made], root=course, options=options), options) == []


@pytest.mark.slow
def test_every_command_of_an_author_finds_solutions_elsewhere(course: Path) -> None:
    (course.parent / "private").mkdir()
    assert command(course, "new", SLUG, "--solutions", "../private").returncode == 0
    assert (course.parent / "private" / SLUG / "losses.py").is_file() and not (course / "solutions").exists()
    (course / "constraints.txt").write_bytes((ROOT / "constraints.txt").read_bytes())
    (course / "assignments" / SLUG / "losses.py").write_text("x = 1\n", encoding="utf-8")
    (course / "assignments" / SLUG / "hints.json").unlink()
    private = {"AUTOGRADER_SOLUTIONS": str(course.parent / "private")}
    assert command(course, "stubs", "--check", SLUG, **private).returncode == 4
    assert command(course, "stubs", SLUG, **private).returncode == 0
    assert command(course, "hints", SLUG, "--solutions", "../private").returncode == 0
    assert (course / "assignments" / SLUG / "hints.json").is_file()
    few = ("--seeds", "1", "--mutants", "2")
    assert command(course, "audit", SLUG, *few, "--solutions", "../private").returncode == 0
    done = command(course, "release", SLUG, "--to", "../out", "--solutions", "../private")
    assert done.returncode == 0, done.stderr
    assert not any("solution" in name for name in tree(course.parent / "out"))


@pytest.mark.slow
def test_one_for_torch_passes_its_audit(course: Path, supervisor: Supervisor) -> None:
    assert command(course, "new", SLUG, "--torch").returncode == 0
    assert assignments.load(SLUG, root=course).needs_torch
    assert failures(course, supervisor) == []


@pytest.mark.slow
def test_the_korean_sentences_are_those_of_the_assignment(course: Path) -> None:
    begin(course, LAYERS)
    made = assignments.load(SLUG, root=course)
    texts = {title for title in (made.title, *(task.title for task in made.tasks))}
    texts |= {text for path in (made.visible_cases, made.hidden_cases) if path for text in _docstrings(path)}
    texts |= {mistake.hint for mistake in solution.mistakes(made)}
    assert texts == translation.texts(made, "ko").keys()


@pytest.mark.slow
def test_both_hand_outs_have_one_form_and_name_the_points(course: Path) -> None:
    begin(course, LAYERS)
    english, korean = (
        (course / "assignments" / SLUG / name).read_text(encoding="utf-8") for name in ("README.md", "README.ko.md")
    )
    assert english.count("\n## ") == korean.count("\n## ") == 3
    assert "8 of the 20 points" in english and "20점 가운데\n8점" in korean


# --- from a file


@pytest.mark.slow
def test_a_file_with_marked_answers_becomes_an_assignment(course: Path, supervisor: Supervisor) -> None:
    made = begin(course, LAYERS)
    assert made.unwritten == []
    loaded = assignments.load(SLUG, root=course)
    assert [task.id for task in loaded.tasks] == ["affine", "surprise"]
    assert loaded.uses == {"surprise": ("affine",)}
    assert loaded.allowed_imports == ("numpy",)
    assert failures(course, supervisor) == []


@pytest.mark.slow
def test_a_product_is_tried_with_matrices_and_a_logarithm_with_positive_numbers(course: Path) -> None:
    hidden = begin(course, LAYERS).solution["test_hidden.py"].decode()
    assert "(rng.normal(size=(5, 3)), rng.normal(size=(3, 4)), rng.normal(size=(4,)))" in hidden
    assert "rng.uniform(0.1, 0.9, size=(5, 3))" in hidden


@pytest.mark.slow
def test_a_task_that_cannot_be_tried_is_named_and_its_cases_fail(course: Path) -> None:
    made = begin(course, LAYERS + HARD)
    assert made.unwritten == ["double", "Sgd"]
    assert "hints.json" not in made.assignment
    done = command(course, "audit", SLUG, "--seeds", "1", "--mutants", "0")
    assert done.returncode == 4 and "Write a worked example of double." in done.stderr


@pytest.mark.slow
def test_the_known_mistake_is_one_that_a_case_can_catch(course: Path) -> None:
    made = begin(course, LAYERS)
    [mistake] = solution.mistakes(assignments.load(SLUG, root=course))
    assert mistake.caught_by == ("affine_by_example", "affine_of_new_inputs")
    assert b"return 2 * _right(x, w, b)" in made.solution["mistakes/twice.py"]


# --- what is refused


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("def f(x):\n    return x\n", "losses.py: no answer is marked"),
        ("def f(x):\n    ### BEGIN SOLUTION\n    return x\n", "losses.py, line 2: this block never ends"),
        (
            "def f(x):\n    ### BEGIN SOLUTION\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n",
            "losses.py, line 3: this block begins before the block of line 2 ends",
        ),
        (
            "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n\n\n" * 2,
            "losses.py, lines 1 and 7: two tasks would have the name f",
        ),
        (
            "def f(x):\n    ### BEGIN SOLUTION g\n    return x\n    ### END SOLUTION\n",
            "losses.py, line 2: g is not a task",
        ),
        ("def f(x:\n", "losses.py, line 1: Python cannot read"),
        (
            "import no_such_package\n\n\ndef f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n",
            "losses.py, line 1: the solution cannot be imported: ModuleNotFoundError",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(course: Path, source: str, problem: str) -> None:
    with pytest.raises(AssignmentError) as caught:
        begin(course, source)
    assert problem in caught.value.message
    assert str(course / "losses.py") in caught.value.message
    assert tree(course) == {"losses.py"}


@pytest.mark.parametrize("slug", ["losses", "15", "15-", "15-Losses", "15-a b", "../15-losses", "15-losses/x", ""])
def test_a_malformed_name_is_refused(course: Path, slug: str) -> None:
    with pytest.raises(UsageError, match="is not the name of an assignment"):
        scaffold.check_slug(slug, course)


@pytest.mark.parametrize("folder", ["assignments", "solutions"])
def test_a_name_or_a_number_that_exists_is_refused(course: Path, folder: str) -> None:
    (course / folder / SLUG).mkdir(parents=True)
    with pytest.raises(UsageError, match="exists already"):
        scaffold.check_slug(SLUG, course)
    with pytest.raises(UsageError, match="15-losses is 15, too"):
        scaffold.check_slug("015-others", course)
    scaffold.check_slug("16-losses", course)


@pytest.mark.parametrize("name", ["my-losses.py", "class.py", "random.py", "numpy.py"])
def test_a_file_that_cannot_be_a_module_is_refused(course: Path, name: str) -> None:
    (course / name).write_text(LAYERS, encoding="utf-8")
    with pytest.raises(UsageError, match=r"not the name of a module|exists already"):
        scaffold.new(SLUG, scaffold.read(course / name), torch=False)


def test_outside_a_course_the_error_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no folder named assignments"):
        scaffold.check_slug(SLUG, tmp_path)


def test_both_folders_appear_or_none(course: Path) -> None:
    made = scaffold.New(SLUG, {"a": b"1"}, {"b": b"2"}, [])
    target = course / "assignments" / SLUG
    target.mkdir()
    (target / "mine").write_text("mine", encoding="utf-8")
    with pytest.raises(AutograderError, match="is not empty"):
        scaffold.write(made, root=course)
    assert tree(course) == {f"assignments/{SLUG}/mine"}
