"""The mutator: which edits it makes, where, and what it leaves alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tiny_course import make

from autograder.audit.mutation import Mutant, mutants
from autograder.errors import AssignmentError


def edited(tmp_path: Path, body: str, *, signature: str = "x", docstring: str = "Twice x.") -> list[Mutant]:
    """The mutants of ``double`` with this body; ``total`` is hand-out code here."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = (
        f'import numpy as np\n\n\ndef double({signature}):\n    """{docstring}"""\n'
        f"    ### BEGIN SOLUTION\n{lines}\n    ### END SOLUTION\n\n\ndef total(x):\n    return 1 + np.sum(x)\n"
    )
    return mutants(make(tmp_path, solution=source).load())


def after(tmp_path: Path, body: str, **more: str) -> list[str]:
    """What the edited statement reads like in each mutant."""
    return [mutant.edit.partition("  ->  ")[2] for mutant in edited(tmp_path, body, **more)]


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("return x + y", ["x - y", "x", "y + y", "x + x"]),
        ("return a - b", ["a + b", "b - a", "a"]),
        ("return a * b", ["a / b", "a"]),
        ("return a / b", ["a * b", "b / a", "a"]),
        ("return a // b", ["a / b", "a"]),
        ("return a @ b", ["a * b", "b @ a", "a"]),
        ("return f(7)", ["f(8)", "f(0)", "f(-7)"]),
        ("return f(-7)", ["f(7)", "f(0)", "f(-6)"]),
        ("return f(0.0)", ["f(1.0)"]),
        ("return np.sum(a)", ["np.mean(a)", "np.max(a)"]),
        ("return a.mean()", ["a.sum()"]),
        ("return np.max(a)", ["np.min(a)"]),
        ("return sum(a)", ["max(a)"]),
        ("return np.exp(a)", ["np.log(a)"]),
        ("return np.log(a)", ["np.exp(a)"]),
        ("return np.zeros(n)", ["np.ones(n)"]),
        ("return a.T", ["a"]),
        ("return -a", ["a"]),
        ("return a[b:]", ["a[b + 1:]", "a[b - 1:]"]),
        ("return a < b", ["a <= b"]),
        ("return a >= b", ["a > b"]),
        ("return (a, b)", ["(b, a)"]),
        ("return f(a, axis=-1)", ["f(a, axis=None)", "f(a, axis=1)", "f(a, axis=0)"]),
        ("return a == b", []),
        ("return f(True, 'a', None)", []),
    ],
)
def test_the_edits(tmp_path: Path, body: str, wanted: list[str]) -> None:
    found = [text.removeprefix("return ") for text in after(tmp_path, body, signature="x, y")]
    assert sorted(found) == sorted(wanted)


def test_a_bound_that_is_a_number_is_moved(tmp_path: Path) -> None:
    found = after(tmp_path, "return a[1:-1]")
    assert {"return a[2:-1]", "return a[0:-1]", "return a[1:0]", "return a[1:-2]"} <= set(found)
    assert "return a[1:-1]" not in found


def test_accumulation_becomes_assignment(tmp_path: Path) -> None:
    assert after(tmp_path, "x += a\nreturn x") == ["x -= a", "x = a"]


def test_only_what_students_write_is_edited(tmp_path: Path) -> None:
    """Neither the signature with its defaults, nor hand-out code, nor what is raised, annotated or said."""
    found = edited(
        tmp_path,
        "y: list[1 + 1]\nassert x, 1 + 1\nif x:\n    raise ValueError(f'{1 + 1}', 2 + 2)\nz = lambda a=1: a\nreturn x",
        signature="x, k=1 + 1",
    )
    assert {mutant.edit for mutant in found} == {
        "assert x, 1 + 1  ->  assert k, 1 + 1",
        "if x:  ->  if k:",
        "return x  ->  return k",
    }


def test_every_mutant_is_one_edit_that_python_can_read(tmp_path: Path) -> None:
    found = edited(tmp_path, "y = x.T @ x[1:-1] - 2.5 * -x\nreturn y, np.sum(x, axis=0)")
    sources = [mutant.modules["tiny"] for mutant in found]
    assert len(found) > 15 and len(set(sources)) == len(sources)
    for source in sources:
        ast.parse(source)
        assert b"return 1 + np.sum(x)" in source


def test_a_mutant_says_where_it_is(tmp_path: Path) -> None:
    (mutant,) = edited(tmp_path, "\nreturn -x")
    assert (mutant.task, mutant.function, mutant.where) == ("double", "double", "tiny.py:8")


def test_methods_are_edited_as_those_of_their_class(tmp_path: Path) -> None:
    source = (
        "class double:\n    def at(self, x):\n        ### BEGIN SOLUTION\n        return -x\n        ### END SOLUTION\n"
    )
    (mutant,) = mutants(make(tmp_path, solution=source).load())
    assert (mutant.function, mutant.edit) == ("double.at", "return -x  ->  return x")


def digest(folder: Path, body: str, **more: str) -> str:
    return edited(folder, body, **more)[0].digest


def test_the_digest_stands_for_the_function_alone(tmp_path: Path) -> None:
    before = digest(tmp_path / "a", "if not x:\n    raise ValueError('no')\nreturn -x")
    text = "if not x:\n    # quite so\n    raise ValueError('never')\nreturn -x"
    assert digest(tmp_path / "b", text, docstring="Another text.", signature="x: int") == before
    assert digest(tmp_path / "c", "if not x:\n    raise TypeError('no')\nreturn -x") != before
    assert digest(tmp_path / "d", "return -x") != before


def test_a_solution_without_markers_has_no_mutants(tmp_path: Path) -> None:
    assert mutants(make(tmp_path).load()) == []


def test_markers_must_be_in_order(tmp_path: Path) -> None:
    source = "def double(x):\n    ### BEGIN SOLUTION\n    return x\n"
    with pytest.raises(AssignmentError, match="never ends"):
        mutants(make(tmp_path, solution=source).load())
