"""What only staff have: the answer, the known mistakes and the alternatives, and what is said when one is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_course
from tiny_course import SOLUTION, make, write

from autograder.course import solution
from autograder.errors import AssignmentError


def test_the_solution_is_read_as_bytes(tmp_path: Path) -> None:
    assert solution.modules(make(tmp_path).load()) == {"tiny": SOLUTION.encode()}


def test_a_student_has_no_solution(tmp_path: Path) -> None:
    assignment = make(tmp_path, solution=None).load()
    with pytest.raises(AssignmentError, match="01-tiny has no folder in solutions/"):
        solution.modules(assignment)
    assert solution.mistakes(assignment) == []
    assert solution.alternatives(assignment) == []


def test_every_module_must_be_there(tmp_path: Path) -> None:
    assignment = make(tmp_path, modules=("tiny", "helpers")).load()
    with pytest.raises(AssignmentError, match=r"helpers\.py is missing\. Write the solution of helpers there"):
        solution.modules(assignment)


def test_an_overlay_stands_behind_the_whole_solution(tmp_path: Path) -> None:
    course = make(tmp_path, modules=("tiny", "helpers"))
    write(course.solution / "helpers.py", "X = 1\n")
    [found] = solution.alternatives(course.load())
    assert (found.id, found.path) == ("added", course.solution / "alternatives" / "added.py")
    assert found.modules["helpers"] == b"X = 1\n"
    assert found.modules["tiny"].startswith(SOLUTION.encode())
    namespace: dict[str, object] = {}
    exec(found.modules["tiny"], namespace)
    assert namespace["double"](3.0) == 6.0  # type: ignore[operator]
    assert found.modules["tiny"].endswith(tiny_course.ALTERNATIVES["added"].encode())


def test_a_mistake_says_where_it_is_caught_and_what_it_earns(tmp_path: Path) -> None:
    [found] = solution.mistakes(make(tmp_path).load())
    assert (found.id, found.caught_by, found.hint) == ("squared", ("double_of_any[5]",), "Squaring is not doubling.")


def test_overlays_come_in_order_of_their_names(tmp_path: Path) -> None:
    body = 'CAUGHT_BY = ("double_of_two",)\nHINT = "No."\n'
    course = make(tmp_path, mistakes={"b": body, "a": body, "c": body})
    write(course.solution / "mistakes" / "notes.txt", "not an overlay")
    assert [each.id for each in solution.mistakes(course.load())] == ["a", "b", "c"]


def test_a_solution_without_a_line_break_at_its_end_takes_an_overlay(tmp_path: Path) -> None:
    [found] = solution.alternatives(make(tmp_path, solution=SOLUTION.rstrip("\n")).load())
    compile(found.modules["tiny"], "tiny.py", "exec")


HINT = 'HINT = "No."\n'
CAUGHT_BY = 'CAUGHT_BY = ("a",)\n'

BROKEN = {
    "nothing said": ("x = 1\n", "CAUGHT_BY is missing"),
    "no case": (HINT + "CAUGHT_BY = ()\n", "CAUGHT_BY is missing"),
    "a case in a string": (HINT + 'CAUGHT_BY = ("a")\n', "CAUGHT_BY is missing"),
    "a case that is no text": (HINT + "CAUGHT_BY = (1,)\n", "CAUGHT_BY is missing"),
    "computed": (HINT + 'CAUGHT_BY = tuple("a")\n', "CAUGHT_BY is missing"),
    "no hint": (CAUGHT_BY, "HINT is missing"),
    "an empty hint": (CAUGHT_BY + 'HINT = ""\n', "HINT is missing"),
    "a hint that is computed": (CAUGHT_BY + 'HINT = "a".upper()\n', "HINT is missing"),
    "a syntax error": (CAUGHT_BY + HINT + "def f(:\n", "line 3: Python cannot read this line"),
    "bytes that are no text": (b"X = '\xff'\n", "Python cannot read"),
    "a null byte": (b"x = 1\0\n", "Python cannot read"),
    "a dict that cannot be": (CAUGHT_BY + "T = {[1]: 2}\n", "HINT is missing"),
}


@pytest.mark.parametrize(("text", "problem"), BROKEN.values(), ids=BROKEN.keys())
def test_a_mistake_that_is_wrong_is_named(tmp_path: Path, text: str | bytes, problem: str) -> None:
    course = make(tmp_path, mistakes={})
    path = write(course.solution / "mistakes" / "odd.py", text)
    with pytest.raises(AssignmentError) as caught:
        solution.mistakes(course.load())
    assert caught.value.message.startswith(str(path))
    assert problem in caught.value.message


def test_constants_may_be_annotated(tmp_path: Path) -> None:
    text = 'CAUGHT_BY: tuple[str, ...] = ("double_of_two",)\nHINT: str = "No."\n'
    [found] = solution.mistakes(make(tmp_path, mistakes={"odd": text}).load())
    assert (found.caught_by, found.hint) == (("double_of_two",), "No.")


def test_nothing_of_an_overlay_is_run(tmp_path: Path) -> None:
    text = CAUGHT_BY + HINT + f"open({str(tmp_path / 'ran')!r}, 'w')\n"
    solution.mistakes(make(tmp_path, mistakes={"odd": text}).load())
    assert not (tmp_path / "ran").exists()
