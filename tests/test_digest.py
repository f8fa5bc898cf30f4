"""The digest by which an audit is known to be up to date."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from test_floors import MODULES, imports_of
from tiny_course import Course, make, write

from autograder.grading import code_digest as digest
from autograder.grading.code_digest import JUDGING_CODE, digest_of_code

WORDS_ONLY = {"", "errors", "messages", "reports"}  # they change no verdict


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the framework, whose files a test may change."""
    copy = tmp_path / "autograder"
    shutil.copytree(digest.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(digest, "PACKAGE", copy)
    return copy


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return make(tmp_path / "course")


@pytest.mark.parametrize("place", ["assignments/01-tiny/test_visible.py", "solutions/01-tiny/mistakes/squared.py"])
def test_a_change_in_either_folder_changes_the_digest(course: Course, place: str) -> None:
    before = course.load().digest()
    write(course.root / place, (course.root / place).read_text() + "# changed\n")
    assert course.load().digest() != before


@pytest.mark.parametrize("name", [*JUDGING_CODE, "checks/data"])
def test_a_change_in_the_judging_code_changes_the_digest(package: Path, name: str) -> None:
    before = digest_of_code()
    write(package / name if name.endswith(".py") else package / name / "added", "1\n")
    assert digest_of_code() != before


def test_a_file_with_another_name_is_a_change(package: Path) -> None:
    before = digest_of_code()
    (package / "checks" / "compare.py").rename(package / "checks" / "compared.py")
    assert digest_of_code() != before


@pytest.mark.parametrize("name", ["messages/en.py", "reports/views.py", "cli.py"])
def test_words_and_commands_do_not_count(package: Path, name: str) -> None:
    before = digest_of_code()
    write(package / name, "changed = True\n")
    assert digest_of_code() == before


def test_places_times_and_caches_do_not_count(
    course: Course, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = course.load().digest(), digest_of_code()
    write(package / "checks" / "__pycache__" / "compare.cpython-311.pyc", "compiled")
    write(course.folder / ".pytest_cache" / "lastfailed", "{}")
    write(course.solution / "__pycache__" / "tiny.cpython-311.pyc", "compiled")
    os.utime(package / "model.py", (0, 0))
    os.utime(course.folder / "tiny.py", (0, 0))
    elsewhere = Course((tmp_path / "a" / "b").absolute())
    shutil.move(course.root, elsewhere.root)
    shutil.move(package, tmp_path / "framework")
    monkeypatch.setattr(digest, "PACKAGE", tmp_path / "framework")
    assert (elsewhere.load().digest(), digest_of_code()) == before


def test_all_code_that_an_audit_imports_counts() -> None:
    seen: set[str] = set()
    waiting = ["audit.audit"]
    while waiting:
        module = waiting.pop()
        if module not in seen and module.partition(".")[0] not in WORDS_ONLY:
            seen.add(module)
            waiting += imports_of(module)
    judging = {name.removesuffix(".py") for name in JUDGING_CODE}
    assert {module for module in seen if module in MODULES and module.partition(".")[0] not in judging} == set()
