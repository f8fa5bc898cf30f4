"""Reading assignment folders: what a right one gives, and the sentence that each wrong one earns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course import assignment, framework
from autograder.course.framework import version
from autograder.errors import AssignmentError, UsageError
from autograder.model import Task

TOML = """\
title = "Logistic regression"
points = 30
modules = ["logistic", "plots"]
allowed_imports = ["numpy"]

[[task]]
id = "sigmoid"
title = "The sigmoid"
points = 10

[[task]]
id = "sigmoid_prime"
title = "Its slope"
points = 20

[limits]
call_s = 2.5
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write one assignment into a course folder and return the course folder."""

    def write(toml: str = TOML, *, slug: str = "05-logistic", solution: bool = False) -> Path:
        folder = tmp_path / "assignments" / slug
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "assignment.toml").write_text(toml, encoding="utf-8")
        (folder / "test_visible.py").write_text("def test_x(): ...\n", encoding="utf-8")
        if solution:
            hidden = tmp_path / "solutions" / slug / "test_hidden.py"
            hidden.parent.mkdir(parents=True)
            hidden.write_text("def test_y(): ...\n", encoding="utf-8")
        return tmp_path

    return write


def message(root: Path) -> str:
    with pytest.raises(AssignmentError) as caught:
        assignment.load("05-logistic", root=root)
    return caught.value.message


def test_reads_everything(write: Write) -> None:
    root = write()
    got = assignment.load("05-logistic", root=root)
    assert (got.slug, got.title, got.points, got.language) == ("05-logistic", "Logistic regression", 30, "en")
    assert got.tasks == (Task("sigmoid", "The sigmoid", 10), Task("sigmoid_prime", "Its slope", 20))
    assert got.modules == ("logistic", "plots")
    assert got.allowed_imports == ("numpy",)
    assert got.limits == {"call_s": 2.5}
    assert got.visible_cases == root / "assignments/05-logistic/test_visible.py"
    assert got.stub("plots") == root / "assignments/05-logistic/plots.py"
    assert not got.needs_torch
    with pytest.raises(ValueError, match="logistic, plots"):
        got.stub("other")


def test_only_torch_among_the_imports_asks_for_torch(write: Write) -> None:
    root = write(TOML.replace('["numpy"]', '["numpy", "torch"]'))
    assert assignment.load("05-logistic", root=root).needs_torch


def test_solution_is_none_on_a_students_machine(write: Write) -> None:
    got = assignment.load("05-logistic", root=write())
    assert got.solution is None
    assert got.hidden_cases is None


def test_solution_is_found_where_staff_work(write: Write) -> None:
    root = write(solution=True)
    got = assignment.load("05-logistic", root=root)
    assert got.solution == root / "solutions/05-logistic"
    assert got.hidden_cases == root / "solutions/05-logistic/test_hidden.py"


def test_hidden_cases_are_none_before_they_are_written(write: Write) -> None:
    root = write(solution=True)
    (root / "solutions/05-logistic/test_hidden.py").unlink()
    assert assignment.load("05-logistic", root=root).hidden_cases is None


@pytest.mark.parametrize("given", ["05-logistic", "assignments/05-logistic", "05-logistic/"])
def test_a_path_below_the_root_is_as_good_as_a_slug(write: Write, given: str) -> None:
    assert assignment.load(given, root=write()).slug == "05-logistic"


def test_the_folder_itself_can_be_given(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write()
    assert assignment.load(root / "assignments/05-logistic", root=root).slug == "05-logistic"
    monkeypatch.chdir(root / "assignments/05-logistic")
    assert assignment.load(".", root=root).slug == "05-logistic"


def test_all_are_sorted_by_their_numbers_and_other_folders_are_left_alone(write: Write) -> None:
    for slug in ("100-end", "10-xor", "2-lists", "05-logistic", "01-dog-wolf"):
        root = write(slug=slug)
    (root / "assignments" / "my-notes").mkdir()
    course = assignment.load_all(root)
    assert [each.slug for each in course] == ["01-dog-wolf", "2-lists", "05-logistic", "10-xor", "100-end"]
    assert assignment.recommended(reversed(course)) == course


@pytest.mark.parametrize("given", ["5-logistc", "logistic", "7"])
def test_an_unknown_slug_names_close_matches_and_all(write: Write, given: str) -> None:
    write(slug="01-dog-wolf")
    with pytest.raises(UsageError) as caught:
        assignment.load(given, root=write())
    guess = "" if given == "7" else " Did you mean 05-logistic?"
    assert caught.value.message == (
        f'There is no assignment "{given}".{guess} The assignments are 01-dog-wolf, 05-logistic.'
    )


@pytest.mark.parametrize("given", ["5", "05", "005", "05-", "05-log"])
def test_a_number_or_the_beginning_of_a_name_is_enough(write: Write, given: str) -> None:
    write(slug="01-dog-wolf")
    assert assignment.load(given, root=write()).slug == "05-logistic"


@pytest.mark.parametrize("given", ["5", "05-lo"])
def test_a_name_that_may_mean_several_assignments_is_refused(write: Write, given: str) -> None:
    write(slug="05-loss")
    with pytest.raises(UsageError) as caught:
        assignment.load(given, root=write())
    assert caught.value.message == f'"{given}" may mean 05-logistic or 05-loss. Write more of the name.'


@pytest.mark.parametrize("given", ["..", "../assignments", ".", "/", "", "\0"])
def test_no_path_leads_out_of_the_assignments(write: Write, given: str) -> None:
    with pytest.raises(UsageError, match="The assignments are 05-logistic"):
        assignment.load(given, root=write())


def test_a_folder_that_is_no_course_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="has no folder named assignments"):
        assignment.load_all(tmp_path)


# (what is replaced, by what, the sentence without the file's name)
WRONG = {
    "text for a number": ("points = 30", 'points = "ten"', 'line 2: points is "ten"; write a number.'),
    "truth for a number": ("points = 10", "points = true", "line 9: points is true; write a number."),
    "no finite number": ("points = 10", "points = inf", "line 9: points is Infinity; write a finite number."),
    "zero points": ("points = 20", "points = 0", "line 14: points is 0; write a number above 0, or add challenge = tr"),
    "zero seconds": ("call_s = 2.5", "call_s = 0", "line 17: call_s is 0; write a number above 0."),
    "number for text": ('title = "Its slope"', "title = 3", "line 13: title is 3; write text in quotes."),
    "empty text": ('id = "sigmoid"\n', 'id = ""\n', 'line 7: id is ""; write at least one character.'),
    "text for a list": (
        '["numpy"]', '"numpy"', 'line 4: allowed_imports is "numpy"; write a list such as ["numpy"].'
    ),
    "number in a list": ('["numpy"]', "[1]", "line 4: allowed_imports holds 1; write text in quotes."),
    "no modules": ('["logistic", "plots"]', "[]", "line 3: modules is []; write at least one entry."),
    "requires": ("points = 30", 'points = 30\nrequires = "0.2"',
        'line 3: requires is "0.2"; write versions of autograder, such as ">=0.2" or ">=0.2,<1".'),
    "requires no text": ("points = 30", "points = 30\nrequires = 0.2",
        "line 3: requires is 0.2; write text in quotes."),
    "requires a newer version": ("points = 30", 'points = 30\nrequires = ">=99"\nnew_key = 1',
        f'line 3: requires is ">=99", but autograder {version()} is installed; install a version that fits (in a '
        "course of your own: make upgrade WHEEL=path), or correct this line."),
    "language": ("points = 30", 'points = 30\nlanguage = "English"',
                 'line 3: language is "English"; write "en" or "ko".'),
    "missing key": ('title = "Logistic regression"\n', "", "line 1: title is missing; add it."),
    "missing key of a task": ('title = "Its slope"\n', "", "line 11: title is missing; add it to this task."),
    "unknown key": ("modules =", "module =", "line 3: the key module is unknown. Did you mean modules?"),
    "unknown key of a task": ('id = "sigmoid_prime"', 'id = "s"\npoint = 3',
                              "line 13: the key point is unknown. Did you mean points?"),
    "unknown limit": ("call_s", "seconds", "line 17: the key seconds is unknown. "
                      "Write one of call_s, cell_s, load_s, submission_s, cpu_s, memory_mib, "
                      "result_mib, mnist."),
    "half a MiB": ("call_s = 2.5", "memory_mib = 0.5", "line 17: memory_mib is 0.5; write a whole number."),
    "unknown table": ("[limits]", "[limit]", "line 16: the key limit is unknown. Did you mean limits?"),
    "sum": ("points = 30", "points = 100", "line 2: points is 100, but the tasks add up to 30; make them equal."),
    "two tasks of one id": ("sigmoid_prime", "sigmoid",
                            'line 12: id is "sigmoid", as in an earlier task; choose another.'),
    "module twice": ('"plots"', '"logistic"', 'line 3: modules holds "logistic" twice; name it once.'),
    "module with ending": ('"plots"', '"plots.py"', 'line 3: modules holds "plots.py", which is not the name of a '
                           'module; write "plots".'),
    "module with dash": ('"plots"', '"my-plots"', 'line 3: modules holds "my-plots", which is not the name of a '
                         "module; use letters, digits and underscores only."),
    "keyword": ('"plots"', '"class"', 'line 3: modules holds "class", which is not the name of a module'),
    "submodule": ('["numpy"]', '["numpy.linalg"]', 'line 4: allowed_imports holds "numpy.linalg"; write "numpy".'),
    "syntax": ("points = 20", "points = ", "line 14: this is not valid TOML (Invalid value); "
               "correct this line or the one before it."),
    "syntax at the end": ("call_s = 2.5\n", "call_s = ", "line 17: this is not valid TOML"),
    "key twice": ("points = 20", 'id = "other"\npoints = 20',
                  "line 14: this is not valid TOML (Cannot overwrite a value)"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_wrong_files_earn_a_sentence_with_file_line_and_remedy(write: Write, name: str) -> None:
    old, new, sentence = WRONG[name]
    assert old in TOML
    got = message(write(TOML.replace(old, new, 1)))
    assert f"assignments/05-logistic/assignment.toml, {sentence}" in got.split("\n")[0]


def test_every_fault_has_its_own_line(write: Write) -> None:
    got = message(write(TOML.replace("points = 10", "points = true").replace("call_s = 2.5", "call_s = -1")))
    assert [line.split(": ")[0].rpartition(" ")[2] for line in got.split("\n")] == ["9", "17"]


def test_no_tasks_at_all(write: Write) -> None:
    head, _, _ = TOML.partition("[[task]]")
    assert message(write(head)).endswith("line 1: task is missing; add it.")
    assert message(write(head + "task = []\n")).endswith("line 6: task is []; write a table headed [[task]], "
                                                         "in double brackets, for each task.")  # fmt: skip
    single = head + '[task]\nid = "a"\ntitle = "A"\npoints = 30\n'
    assert "line 6: task is " in message(write(single))


def test_tables_in_braces_are_found_too(write: Write) -> None:
    head, _, _ = TOML.partition("[[task]]")
    got = message(write(head + 'task = [\n  {id = "a", title = "A", points = 30},\n  {id = "b", titel = "B"},\n]\n'))
    assert "line 8: the key titel is unknown. Did you mean title?" in got


def test_a_mark_at_the_start_of_the_file_does_no_harm(write: Write) -> None:
    assert assignment.load("05-logistic", root=write("\ufeff" + TOML)).points == 30


def test_a_file_in_another_encoding_keeps_its_line(write: Write) -> None:
    root = write()
    path = root / "assignments/05-logistic/assignment.toml"
    path.write_bytes(TOML.replace("The sigmoid", "Die Kurve für σ").encode("utf-8").replace(b"\xc3\xbc", b"\xfc"))
    assert "assignment.toml, line 8: this is not UTF-8 text; save" in message(root)


def test_missing_files_are_named(write: Write) -> None:
    root = write()
    (root / "assignments/05-logistic/test_visible.py").unlink()
    assert message(root).startswith("assignments/05-logistic/test_visible.py is missing; write")
    (root / "assignments/05-logistic/assignment.toml").unlink()
    assert message(root).startswith("assignments/05-logistic/assignment.toml cannot be read")


def test_the_digest_changes_with_every_name_and_byte(write: Write) -> None:
    root = write(solution=True)
    item = assignment.load("05-logistic", root=root)
    seen = [item.digest()]
    assert seen == [assignment.load("05-logistic", root=root).digest()]

    (item.folder / "README.md").write_text("a")
    seen.append(item.digest())
    (item.folder / "README.md").write_text("b")
    seen.append(item.digest())
    (item.folder / "README.md").rename(item.folder / "READYOU.md")
    seen.append(item.digest())
    mistakes = root / "solutions/05-logistic/mistakes"
    mistakes.mkdir()
    (mistakes / "half.py").write_text("")
    seen.append(item.digest())
    assert len(set(seen)) == 5

    cache = mistakes / "__pycache__"
    cache.mkdir()
    (cache / "half.cpython-311.pyc").write_bytes(b"compiled")
    (item.folder / ".pytest_cache").mkdir()
    (item.folder / ".pytest_cache" / "lastfailed").write_text("{}")
    assert item.digest() == seen[-1]


def test_the_digest_does_not_depend_on_where_the_course_lies(write: Write, tmp_path: Path) -> None:
    root = write(solution=True)
    first = assignment.load("05-logistic", root=root).digest()
    other = tmp_path / "elsewhere"
    other.mkdir()
    for name in ("assignments", "solutions"):
        (root / name).rename(other / name)
    assert assignment.load("05-logistic", root=other).digest() == first


# --- the version of the framework


@pytest.mark.parametrize("wanted", [f">={version()}", f"=={version()}", ">=0.0.1a1,<99", f"~={version()}"])
def test_a_version_that_fits_is_no_error(write: Write, wanted: str) -> None:
    root = write(TOML.replace("points = 30", f'points = 30\nrequires = "{wanted}"', 1))
    assert assignment.load("05-logistic", root=root).points == 30


def test_a_pre_release_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(framework, "version", lambda: "0.3.0rc1")
    assert framework.is_met(">=0.2") and not framework.is_met(">=0.3")


# --- the order in which to do them


def test_the_order_follows_what_each_is_after(write: Write) -> None:
    """What is not there counts as done; a circle is cut at its first assignment."""
    for slug, after in (("01-a", []), ("02-b", ["04-d", "09-gone"]), ("03-c", []), ("04-d", ["01-a"])):
        root = write(f"after = {after}\n" + TOML, slug=slug)
    order = assignment.recommended(assignment.load_all(root))
    assert [each.slug for each in order] == ["01-a", "03-c", "04-d", "02-b"]
    write('after = ["02-b"]\n' + TOML, slug="04-d")
    assert [each.slug for each in assignment.recommended(assignment.load_all(root))] == ["01-a", "03-c", "02-b", "04-d"]


def test_what_an_assignment_is_after_must_be_names(write: Write) -> None:
    with pytest.raises(AssignmentError, match=r"line 1: after is \"01-a\"; write a list such as"):
        assignment.load("05-logistic", root=write('after = "01-a"\n' + TOML))
