"""What the digest of a case covers: an edit of the small course changes those of the named cases."""

from __future__ import annotations

from pathlib import Path

import pytest
import tiny_course

from autograder.course.case_digests import OTHERS, digest_of, digests_of

VISIBLE = "assignments/01-tiny/test_visible.py"
HIDDEN = "solutions/01-tiny/test_hidden.py"
TOML = "assignments/01-tiny/assignment.toml"
IN_VISIBLE = {"double_of_two", "total_of_three"}
IN_HIDDEN = {"double_of_any", "total_of_any"}
ALL = IN_VISIBLE | IN_HIDDEN

EDITS = {
    "its source": (VISIBLE, "np.array([4.0])", "np.array([4.0 + 0.0])", {"double_of_two"}),
    "its hint": (VISIBLE, "Add up all entries.", "Add up.", {"total_of_three"}),
    "its parameters": (HIDDEN, "[1, 5, 9]", "[1, 5, 7]", {"double_of_any"}),
    "its task": (VISIBLE, '@task("double"', '@task("total"', {"double_of_two"}),
    "a helper": (VISIBLE, "import pytest", "import pytest\n\ndef helper():\n    return 1", IN_VISIBLE),
    "an import": (HIDDEN, "import pytest", "import pytest\nimport math", IN_HIDDEN),
    "the solution": ("solutions/01-tiny/tiny.py", "2 * x", "x + x", ALL),
    "a limit": (TOML, "call_s = 1.0", "call_s = 2.0", ALL),
    "an allowed import": (TOML, 'allowed_imports = ["numpy"]', "allowed_imports = []", ALL),
    "points": (VISIBLE, "points=6", "points=5", set()),
    "needs": (HIDDEN, ', needs=("total_of_three",)', "", set()),
    "a title": (VISIBLE, "Twice two is four.", "Two is doubled.\n\n    Really.", set()),
    "a comment": (VISIBLE, "import pytest", "import pytest  # for all", set()),
    "the points of a task": (TOML, "points = 12.0", "points = 12", set()),
    "the title of the assignment": (TOML, "A tiny assignment", "A small assignment", set()),
    "a known mistake": ("solutions/01-tiny/mistakes/squared.py", "x**2", "x * x", set()),
}


def digests(course: tiny_course.Course) -> dict[str, str]:
    return digests_of(course.load())


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_changes_the_digests_of_these_cases(tmp_path: Path, edit: str) -> None:
    file, old, new, wanted = EDITS[edit]
    course = tiny_course.make(tmp_path)
    before = digests(course)
    assert before.keys() == ALL | {OTHERS}
    path = tmp_path / file
    source = path.read_text(encoding="utf-8")
    assert old in source
    path.write_text(source.replace(old, new), encoding="utf-8")
    after = digests(course)
    assert {case for case in ALL if before[case] != after[case]} == wanted


def test_a_new_data_file_changes_all_digests_and_a_hand_out_none(tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path)
    before = digests(course)
    tiny_course.write(course.folder / "README.md", "# Tiny")
    tiny_course.write(course.solution / "ko.toml", '"Add up all entries." = "더하세요"')
    assert digests(course) == before
    tiny_course.write(course.solution / "digits.csv", "1,2\n")
    after = digests(course)
    assert all(before[case] != after[case] for case in before)


def test_a_method_is_a_case_and_its_class_belongs_to_the_file(tmp_path: Path) -> None:
    case = '    @task("double", points=1)\n    def test_a(self, student):\n        pass\n'
    course = tiny_course.make(tmp_path, visible=f"{tiny_course.VISIBLE}\n\nclass TestMore:\n    SIZE = 3\n\n{case}")
    before = digests(course)
    assert before.keys() == {*ALL, "a", OTHERS}
    path = course.folder / "test_visible.py"
    path.write_text(path.read_text(encoding="utf-8").replace("SIZE = 3", "SIZE = 4"), encoding="utf-8")
    after = digests(course)
    assert {case for case in (*ALL, "a") if before[case] != after[case]} == {*IN_VISIBLE, "a"}


def test_a_case_that_is_not_in_its_file_depends_on_everything(tmp_path: Path) -> None:
    course = tiny_course.make(tmp_path)
    found = digests(course)
    assert digest_of(found, "double_of_any[5]") == found["double_of_any"]
    assert digest_of(found, "imported[1]") == found[OTHERS]
    assert digest_of({}, "double_of_any") is None
    path = course.folder / "test_visible.py"
    path.write_text("this is no Python(\n", encoding="utf-8")
    assert digests(course).keys() == {*IN_HIDDEN, OTHERS}
