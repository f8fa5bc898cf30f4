"""Errors for staff: each ends in a slug, each slug is explained, and each kind has its exit code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from autograder import errors
from autograder.errors import AutograderError

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "messages.md").read_text(encoding="utf-8")

CLASSES = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, AutograderError)]
NAMES = {kind.__name__ for kind in CLASSES}


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def slugs_given() -> dict[str, str]:
    """Every slug that is written at a place where one of our errors is made, and that place."""
    found = {}
    for path in sorted((ROOT / "autograder").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or called(node) not in NAMES:
                continue
            for keyword in node.keywords:
                if keyword.arg == "slug":
                    assert isinstance(keyword.value, ast.Constant), f"{path}:{node.lineno} makes up its slug"
                    found[str(keyword.value.value)] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


USED = {kind.slug for kind in CLASSES} | slugs_given().keys()
ENTRIES = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)


@pytest.mark.slow
def test_the_search_finds_slugs_of_both_kinds() -> None:
    assert {"case", "sandbox-incomplete"} <= {kind.slug for kind in CLASSES}
    assert {"case-drift", "report-write", "zygote-lost"} <= slugs_given().keys()


def test_every_slug_is_explained_and_every_explanation_is_of_a_slug() -> None:
    assert sorted(ENTRIES) == sorted(USED)


def test_the_page_is_in_order() -> None:
    assert sorted(ENTRIES) == ENTRIES


@pytest.mark.parametrize("slug", ENTRIES)
def test_an_entry_has_text_cause_and_remedy(slug: str) -> None:
    entry = PAGE.partition(f"\n## {slug}\n")[2].partition("\n## ")[0]
    parts = re.findall(r"^\*\*(\w+)\.\*\* (.+)", entry, re.MULTILINE)
    assert [name for name, _ in parts] == ["Text", "Cause", "Remedy"]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_an_error_ends_in_its_slug(kind: type[AutograderError]) -> None:
    error = kind("The disk is full.")
    assert str(error) == f"The disk is full. [{kind.slug}]"
    assert error.message == "The disk is full."
    assert str(kind("The disk is full.", slug="another")) == "The disk is full. [another]"
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.slug)


def test_each_kind_has_its_exit_code() -> None:
    codes = {kind.__name__: kind.exit_code for kind in CLASSES if kind.exit_code != 4}
    refused = {"SandboxIncomplete": 3, "GpuUnavailable": 3}
    assert codes == {"UsageError": 2, **refused, "SubmissionRejected": 0, "NeedsHuman": 5}


def test_no_two_kinds_share_a_slug() -> None:
    assert len({kind.slug for kind in CLASSES}) == len(CLASSES)


def test_the_docstring_lists_every_kind() -> None:
    listed = re.findall(r"^ *([A-Z]\w+)  ", errors.__doc__ or "", re.MULTILINE)
    assert sorted(listed) == sorted(NAMES)


@pytest.mark.parametrize(
    ("wanted", "guess"),
    [
        ("sgd_trase", " Did you mean sgd_trace?"),
        ("sigmoid_prim", " Did you mean sigmoid_prime or sigmoid?"),
        ("e", " Did you mean sigmoid_prime or bce or sgd_trace?"),
        ("relu", ""),
        ("", ""),
    ],
)
def test_what_was_meant_resembles_or_contains_what_was_written(wanted: str, guess: str) -> None:
    assert errors.did_you_mean(wanted, ["sigmoid", "sigmoid_prime", "bce", "sgd_trace"]) == guess
