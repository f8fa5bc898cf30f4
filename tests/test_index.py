"""The public index: it offers what it promises, and importing it costs next to nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import autograder

INDEX = Path(autograder.__file__)


@pytest.mark.parametrize("name", autograder.__all__)
def test_every_name_can_be_imported(name: str) -> None:
    value = getattr(autograder, name)
    assert value is getattr(autograder, name)
    assert getattr(value, "__name__", "").rpartition(".")[2] == name


def test_the_names_stand_in_order_and_are_known_to_type_checkers() -> None:
    checked = {
        alias.name
        for node in ast.walk(ast.parse(INDEX.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert sorted(autograder.__all__) == sorted(checked)
    assert len(set(autograder.__all__)) == len(autograder.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'autograder' has no attribute 'asert_close'"):
        autograder.asert_close  # noqa: B018
    with pytest.raises(ImportError):
        from autograder import asert_close  # noqa: F401


def imported_by(statement: str) -> set[str]:
    """The modules that a fresh interpreter holds after this statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "heavy"),
    [
        ("import autograder", {"numpy", "torch", "pytest", "pydantic", "rich"}),
        ("import autograder.model, autograder.errors, autograder.messages", {"numpy", "torch", "pytest"}),
        ("from autograder import assert_close, assert_gradient, task, build, recipes", {"torch"}),
        ("import autograder.workers.supervisor", {"numpy", "torch", "pytest"}),  # it starts zygotes before they are
        ("import autograder.commands.main", {"numpy", "torch", "pytest", "pydantic", "rich", "jinja2"}),
    ],
)
def test_an_import_brings_in_no_more_than_it_needs(statement: str, heavy: set[str]) -> None:
    found = imported_by(statement)
    assert "autograder" in found
    assert found & heavy == set()
