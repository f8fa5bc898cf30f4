"""What authors confirm about mutants."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from tiny_course import make, write

from autograder.audit.equivalents import FILE, Confirmed, entry, hole_entry, read_accepted_holes, read_confirmed
from autograder.audit.mutation import Mutant
from autograder.errors import AssignmentError

GOOD = '[[mutant]]\ndigest = "abc"\nedit = "x -> y"\nverdict = "equivalent"\nreason = "They are one."\n'


def read(tmp_path: Path, text: str) -> dict[str, Confirmed]:
    course = make(tmp_path)
    write(course.solution / FILE, text)
    return read_confirmed(course.load())


def test_entries_are_found_by_their_digest(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD) == {"abc": Confirmed("abc", "x -> y", "equivalent", "They are one.")}


def test_without_a_file_nothing_is_confirmed(tmp_path: Path) -> None:
    assert read_confirmed(make(tmp_path).load()) == {}
    assert read_confirmed(make(tmp_path / "student", solution=None).load()) == {}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mutant = ", "not valid TOML"),
        (GOOD.replace("They are one.", " "), "entry 1: write digest, edit, verdict, reason"),
        (GOOD.replace('digest = "abc"\n', ""), "entry 1: write digest"),
        (GOOD.replace('"equivalent"', '"fine"'), 'verdict is "fine"; write equivalent or accepted'),
        (GOOD + GOOD, "entry 2: the digest abc occurs twice"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, wanted: str) -> None:
    with pytest.raises(AssignmentError, match=wanted):
        read(tmp_path, text)


def test_the_entry_that_is_offered_lacks_only_a_reason(tmp_path: Path) -> None:
    mutant = Mutant("double", "tiny", "double", 3, 'f("a\\n")  ->  f("b")', "0123", {})
    offered = entry(mutant)
    assert tomllib.loads(offered)["mutant"][0]["edit"] == mutant.edit
    with pytest.raises(AssignmentError, match="write digest"):
        read(tmp_path / "a", offered)
    assert "0123" in read(tmp_path / "b", offered.replace('reason = ""', 'reason = "Because."'))


HOLE = '[[probe]]\ncase = "shape"\nprobes = ["zeros", "ones"]\nreason = "It asks for the shape."\n'


def test_accepted_holes_are_found_by_case_and_probe(tmp_path: Path) -> None:
    course = make(tmp_path)
    assert read_accepted_holes(course.load()) == {}
    write(course.solution / FILE, GOOD + HOLE)
    reason = "It asks for the shape."
    assert read_accepted_holes(course.load()) == {("shape", "zeros"): reason, ("shape", "ones"): reason}
    assert set(read_confirmed(course.load())) == {"abc"}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (HOLE.replace("It asks for the shape.", ""), "probe entry 1: write case and reason"),
        (HOLE.replace('["zeros", "ones"]', '"zeros"'), "probe entry 1: write case and reason"),
        (HOLE.replace('"ones"', '"twos"'), "probe entry 1: twos is not a probe. The probes are nan, zeros,"),
    ],
)
def test_what_is_wrong_with_a_hole_is_said(tmp_path: Path, text: str, wanted: str) -> None:
    course = make(tmp_path)
    write(course.solution / FILE, text)
    with pytest.raises(AssignmentError, match=wanted):
        read_accepted_holes(course.load())


def test_the_hole_that_is_offered_lacks_only_a_reason(tmp_path: Path) -> None:
    course = make(tmp_path)
    write(course.solution / FILE, hole_entry("shape", ["zeros"]).replace('reason = ""', 'reason = "Because."'))
    assert read_accepted_holes(course.load()) == {("shape", "zeros"): "Because."}
