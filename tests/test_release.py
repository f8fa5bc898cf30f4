"""A release is the same every time, complete or not there, and a student can work in it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from autograder.authoring import kit, links, release
from autograder.authoring.release import Options
from autograder.authoring.unfinished import read_course
from autograder.course import assignment as assignments
from autograder.course import release_file
from autograder.errors import AssignmentError, AutograderError, UsageError

ROOT = Path(__file__).parents[1]
SLUG = "05-logistic"


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course folder with one assignment, in a git repository."""
    folder = tmp_path / "course"
    for part in ("assignments", "solutions"):
        shutil.copytree(ROOT / part / SLUG, folder / part / SLUG, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "constraints.txt", folder)
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "glossary.md", folder / "docs")
    git(folder.parent, "init", "--quiet", str(folder))
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "Begin")
    return folder


def contents(course: Path, options: Options = Options()) -> dict[str, bytes]:  # noqa: B008
    return release.contents(assignments.load_all(course), root=course, options=options)


def command(course: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "autograder", "release", "--root", str(course), *arguments],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


# --- the content


def test_a_student_repository_has_what_a_student_needs_and_no_more(course: Path) -> None:
    names = set(contents(course))
    mine = {name.removeprefix(f"assignments/{SLUG}/") for name in names if name.startswith("assignments/")}
    assert mine == {
        "README.md",
        "README.ko.md",
        "assignment.toml",
        "ko.toml",
        "logistic.py",
        "test_visible.py",
        "sigmoid.svg",
    } | ({"hints.json"} if (ROOT / "assignments" / SLUG / "hints.json").is_file() else set())
    assert {name for name in names if "/" not in name} == {
        ".gitignore", "Makefile", "README.md", "constraints.txt", "grade.py", "release.json",
    }  # fmt: skip


def test_the_licences_of_a_course_are_handed_out_and_named(course: Path) -> None:
    readme = contents(course)["README.md"].decode()
    assert "NOTICE" not in readme and "## 한국어" in readme
    (course / "docs" / "reference").mkdir()
    for name in kit.LICENCES:
        shutil.copy(ROOT / name, course / name)
    files = contents(course, Options(allow_uncommitted=True))
    for name in kit.LICENCES:
        assert files[name] == (ROOT / name).read_bytes()
        assert f"[{name}]({name})" in files["README.md"].decode()
    targets = {target for _, target in links._links("docs/reference/sources.md", files["docs/reference/sources.md"])}
    assert targets and targets <= set(files)


def test_the_map_of_the_course_is_named_if_a_hand_out_links_to_it(course: Path) -> None:
    shutil.copy(ROOT / "docs" / "course_map.md", course / "docs")
    assert "course_map" not in contents(course, Options(allow_uncommitted=True))["README.md"].decode()
    page = course / "assignments" / SLUG / "README.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[map](../../docs/course_map.md)\n", encoding="utf-8")
    files = contents(course, Options(allow_uncommitted=True))
    assert "[docs/course_map.md](docs/course_map.md)." in files["README.md"].decode()
    assert "docs/course_map.md" in files


def test_a_page_that_a_hand_out_links_to_is_handed_out_and_no_other(course: Path) -> None:
    (course / "docs" / "internal.md").write_text("For staff.", encoding="utf-8")
    files = contents(course, Options(allow_uncommitted=True))
    assert {name for name in files if name.startswith("docs/")} == {"docs/glossary.md"}
    assert files["docs/glossary.md"] == (ROOT / "docs" / "glossary.md").read_bytes()


@pytest.mark.slow
def test_a_link_that_leads_nowhere_is_a_reason_to_refuse(course: Path) -> None:
    page = course / "assignments" / SLUG / "README.md"
    first = len(page.read_text(encoding="utf-8").splitlines()) + 2
    targets = ["../../docs/missing.md", "../../solutions/05-logistic/ko.toml", "drawing.png"]
    added = "".join(f'[here]({target} "a title")\n' for target in targets)
    page.write_text(f"{page.read_text(encoding='utf-8')}\n{added}", encoding="utf-8")
    chosen = assignments.load_all(course)
    options = Options(allow_uncommitted=True, audit=None)
    files = release.contents(chosen, root=course, options=options)
    assert release.refusals(chosen, chosen, files, options) == [
        f"assignments/{SLUG}/README.md, line {line}: the link leads to "
        f"{os.path.normpath(f'assignments/{SLUG}/{target}')}, which no student receives. "
        "Correct or omit the link, or put that file into docs/ of the course."
        for line, target in enumerate(targets, first)
    ]


@pytest.mark.slow
def test_other_links_of_a_hand_out_are_no_reason(course: Path) -> None:
    links = (
        "[a](ko.toml) [b](#top) [c](https://example.org/a.md) [d](../06-softmax/README.md) [e](mailto:a@example.org)"
    )
    page = course / "assignments" / SLUG / "README.md"
    text = f"{page.read_text(encoding='utf-8')}\n{links}\n\n```\n[here](nowhere.md)\n```\n"
    page.write_text(text, encoding="utf-8")
    for part in ("assignments", "solutions"):
        shutil.copytree(ROOT / part / "06-softmax", course / part / "06-softmax")
    both = assignments.load_all(course)
    options = Options(allow_uncommitted=True, audit=None)
    files = release.contents(both[:1], root=course, options=options)
    assert release.refusals(both[:1], both, files, options) == []


def test_the_stub_is_generated_and_not_the_file_that_happens_to_lie_there(course: Path) -> None:
    stub = course / "assignments" / SLUG / "logistic.py"
    wanted = stub.read_bytes()
    stub.write_bytes((course / "solutions" / SLUG / "logistic.py").read_bytes())
    assert contents(course, Options(allow_uncommitted=True))[f"assignments/{SLUG}/logistic.py"] == wanted


def test_equal_commits_give_equal_bytes_in_any_folder(course: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", str(course), str(tmp_path / "elsewhere"))
    one, two = tmp_path / "one.zip", tmp_path / "two.zip"
    release.write_archive(contents(course), one)
    release.write_archive(contents(tmp_path / "elsewhere"), two)
    assert one.read_bytes() == two.read_bytes()


def test_the_manifest_describes_every_file(course: Path) -> None:
    options = Options("https://example.org/cpu", due={SLUG: "2026-10-12 18:00 (Asia/Seoul)"}, message="Good luck.")
    files = contents(course, options)
    manifest = json.loads(files.pop("release.json"))
    assert manifest["files"] == {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    assert ([*manifest["assignments"]], manifest["uncommitted"]) == ([SLUG], False)
    assert manifest["assignments"][SLUG]["due"] == "2026-10-12 18:00 (Asia/Seoul)"
    assert manifest["torch_index"] == "https://example.org/cpu"
    assert b"| 2026-10-12 18:00 (Asia/Seoul) |" in files["README.md"] and b"Good luck." in files["README.md"]


def test_changes_that_are_not_committed_are_refused_or_marked(course: Path) -> None:
    (course / "assignments" / SLUG / "README.md").write_text("Another hand-out.", encoding="utf-8")
    with pytest.raises(UsageError, match="not committed"):
        contents(course)
    marked = contents(course, Options(allow_uncommitted=True))
    assert json.loads(marked["release.json"])["uncommitted"] is True


def test_what_python_has_compiled_is_no_change(course: Path) -> None:
    for folder in (course, course / "solutions" / SLUG):
        (folder / "__pycache__").mkdir()
        (folder / "__pycache__" / "logistic.cpython-311.pyc").write_bytes(b"")
    assert json.loads(contents(course)["release.json"])["uncommitted"] is False


# --- what is wrong with a solution

BEGIN, END = "    ### BEGIN SOLUTION\n", "    ### END SOLUTION\n"
SIGMOID = "def sigmoid(z: np.ndarray)"


def edited(text: str, old: str, new: str, *, after: str) -> str:
    """Replace the first ``old`` after a text."""
    head, found, rest = text.partition(after)
    assert found and old in rest
    return head + found + rest.replace(old, new, 1)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("logistic.py", BEGIN, "", r"line \d+: no block is open here; put ### BEGIN SOLUTION before it or"),
        ("logistic.py", END, "", r"line \d+: this block begins before the block of line 24 ends; put ### END"),
        ("logistic.py", END, BEGIN, r"line 28: this block begins before the block of line 24 ends; put ### END"),
        ("logistic.py", "### BEGIN SOLUTION", "### Begin-Solution", r"line 24: .*resembles a marker; write ### BEGIN"),
        ("logistic.py", "def sigmoid_prime(", "def sigmoid(", r"line \d+: sigmoid is defined again, after line 10; "),
        ("assignment.toml", 'id = "sigmoid_prime"', 'id = "sigmoid"', r"line \d+: id is .sigmoid., as in an earlier"),
    ],
    ids=["no beginning", "no end", "overlapping", "misspelt", "two functions of one name", "two tasks of one name"],
)  # fmt: skip
def test_a_wrong_solution_is_refused_with_file_line_and_remedy(
    course: Path, file: str, old: str, new: str, message: str
) -> None:
    folder = "assignments" if file.endswith(".toml") else "solutions"
    path = course / folder / SLUG / file
    after = SIGMOID if folder == "solutions" else "[[task]]"
    path.write_text(edited(path.read_text(encoding="utf-8"), old, new, after=after), encoding="utf-8")
    with pytest.raises(AssignmentError, match=rf"^{folder}/{SLUG}/{file}, {message}"):
        contents(course, Options(allow_uncommitted=True))


def test_a_solution_without_markers_is_refused(course: Path) -> None:
    path = course / "solutions" / SLUG / "logistic.py"
    text = re.sub(r"(?m)^ *### (BEGIN|END) SOLUTION.*\n", "", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    message = rf"^solutions/{SLUG}/logistic.py, line \d+: no block of task sigmoid is marked, so its answer would be"
    with pytest.raises(AssignmentError, match=message):
        contents(course, Options(allow_uncommitted=True))


# --- unfinished neighbours

UNREADABLE = """
HINT = "Divide by the number of rows before you add the bias."


def test_shifted_rows_are_summed(student):
    weights = [0.125, 2.5, -7.0, 33.0, 4.75]
    shifted = weights @ numpy.roll(rows, 3, axis=0) - offsets
    return (shifted
"""
NEW = "15-new"


def unfinished(course: Path, toml: str, module: str) -> None:
    for path, text in ((f"assignments/{NEW}/assignment.toml", toml), (f"solutions/{NEW}/test_hidden.py", module)):
        (course / path).parent.mkdir(parents=True)
        (course / path).write_text(text, encoding="utf-8")
    (course / "assignments" / NEW / "test_visible.py").write_text("", encoding="utf-8")


TINY = 'title = "New"\npoints = 1\nmodules = ["new"]\n[[task]]\nid = "new"\ntitle = "New"\npoints = 1\n'


@pytest.mark.slow
@pytest.mark.parametrize("toml", ["title =", TINY], ids=["no assignment", "an assignment"])
def test_what_an_unfinished_assignment_hides_stays_secret(course: Path, toml: str) -> None:
    unfinished(course, toml, UNREADABLE)
    (course / "solutions" / "notes.txt").write_text("The exam asks for the slope of the softmax.", encoding="utf-8")
    chosen = [assignments.load(SLUG, root=course)]
    files = {
        "hint.md": b"Divide by the number of rows before you add the bias.",
        "name.md": b"See shifted_rows_are_summed.",
        "lines.md": "\n".join(UNREADABLE.splitlines()[5:7]).encode(),
        "notes.md": b"The exam asks for the slope of the softmax.",
        "public.md": b"Bring questions on Monday.",
    }
    everything = read_course(course, chosen)
    options = Options(audit=None)
    found = release.refusals(chosen, everything.assignments, files, options, others=everything.other_solutions)
    place = f"solutions/{NEW}/test_hidden.py"
    sources = {"hint.md": place, "name.md": place, "lines.md": place, "notes.md": "solutions/notes.txt"}
    assert {leak.partition(":")[0]: leak.rpartition(" of ")[2] for leak in found} == sources


@pytest.mark.parametrize(
    ("toml", "module", "warning"),
    [
        ("title =", "", f"assignments/{NEW}/assignment.toml, line 1: this is not valid TOML"),
        (TINY, UNREADABLE, f"solutions/{NEW}/test_hidden.py, line 8: Python cannot read this: '(' was never closed"),
        (TINY, "", f"solutions/{NEW}/new.py is missing; write the solution of this module there."),
    ],
    ids=["no assignment", "no Python", "no solution"],
)
def test_an_unfinished_assignment_is_a_warning(course: Path, toml: str, module: str, warning: str) -> None:
    unfinished(course, toml, module)
    [found] = read_course(course, [assignments.load(SLUG, root=course)]).warnings
    assert found.startswith(warning)
    assert found.endswith(f"{NEW} is not released; the release was searched for all of its solution.")


def test_a_todo_that_students_would_read_is_a_warning(course: Path) -> None:
    chosen = [assignments.load(SLUG, root=course)]
    assert read_course(course, chosen).warnings == ()
    page = course / "assignments" / SLUG / "README.md"
    page.write_text("# A\n\nTODO: *Say what it is.*\n\nWrite the TODO list.\n\nTODO\n", encoding="utf-8")
    assert read_course(course, chosen).warnings == (
        f"assignments/{SLUG}/README.md, line 3: students will read this TODO (and 1 more).",
    )


@pytest.mark.slow
def test_an_unfinished_assignment_does_not_stop_the_release_of_another(course: Path, tmp_path: Path) -> None:
    unfinished(course, "title =", UNREADABLE)
    done = command(course, SLUG, "--to", str(tmp_path / "target"), "--allow-uncommitted")
    assert done.returncode == 0 and (tmp_path / "target" / "release.json").is_file()
    assert f"autograder: warning: assignments/{NEW}/assignment.toml, line 1:" in done.stderr
    done = command(course, "--to", str(tmp_path / "all"), "--allow-uncommitted")
    assert done.returncode == 4 and not (tmp_path / "all").exists()


# --- writing


def test_a_folder_that_is_not_empty_is_refused(course: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (target / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is not empty"):
        release.write(contents(course), target)
    assert [each.name for each in target.iterdir()] == ["mine.txt"]


def test_an_interrupted_release_leaves_nothing(course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    files = contents(course)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AutograderError, match="No space left on device"):
        release.write(files, tmp_path / "out" / "target")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_a_refusal_names_every_reason_and_writes_nothing(course: Path, tmp_path: Path) -> None:
    hidden = "Dictionaries of one to four parameters take the right steps, in any order of their names."
    (course / "assignments" / SLUG / "logistic.py").write_text("x = 1\n", encoding="utf-8")
    message = ["--message", hidden, "--allow-uncommitted"]
    done = command(course, SLUG, "--to", str(tmp_path / "target"), *message)
    assert done.returncode == 4 and not (tmp_path / "target").exists()
    assert "assignments/05-logistic/logistic.py, line 1: this is not the stub of the solution; run" in done.stderr
    assert "README.md: the text" in done.stderr and "release.json: the text" in done.stderr


# --- a student's desk


@pytest.fixture
def repository(course: Path, tmp_path: Path) -> Path:
    release.write(contents(course), tmp_path / "my repository 숙제")
    return tmp_path / "my repository 숙제"


@pytest.mark.slow
def test_a_student_grades_with_an_environment_that_is_there(repository: Path) -> None:
    own = os.environ | {"AUTOGRADER": f"{sys.executable} -m autograder"}
    done = subprocess.run(
        [sys.executable, "grade.py", "grade", SLUG],
        cwd=repository,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "sigmoid" in done.stdout and not (repository / ".venv").exists()


def test_an_own_environment_that_does_not_exist_is_named(repository: Path) -> None:
    own = os.environ | {"AUTOGRADER": "no-such-command"}
    done = subprocess.run(
        [sys.executable, "grade.py", "grade"], cwd=repository, env=own, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        4, "grade.py: no-such-command does not exist. Correct the variable AUTOGRADER, or unset it.\n",
    )  # fmt: skip


def at_the_desk(repository: Path, *command: str) -> str:
    """What a student sees who has an environment already."""
    own = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS")}
    own |= {"AUTOGRADER": f"{sys.executable} -m autograder", "COLUMNS": "100"}
    done = subprocess.run(command, cwd=repository, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_student_updates_with_make_and_the_next_report_names_the_changed_case(
    course: Path, repository: Path, tmp_path: Path
) -> None:
    cases = course / "assignments" / SLUG / "test_visible.py"
    text = cases.read_text(encoding="utf-8")
    assert "Cases changed" not in at_the_desk(repository, "make", "grade", f"A={SLUG}", f"PYTHON={sys.executable}")
    cases.write_text(text.replace("4.0, -2.0]", "4.0, -2.0, 0.0]").replace("0.119]", "0.119, 0.5]"), encoding="utf-8")
    git(course, "commit", "--quiet", "-am", "Try zero twice")
    release.write_archive(contents(course), tmp_path / "the newer one.zip")
    said = at_the_desk(repository, "make", "update", "FROM=../the newer one.zip", f"PYTHON={sys.executable}")
    assert f"Cases of {SLUG} changed: sigmoid_of_zero_is_one_half." in said
    graded = at_the_desk(repository, sys.executable, "grade.py", "grade", SLUG)
    date = json.loads((repository / "release.json").read_bytes())["date"][:10]
    assert f"Cases changed with the release of {date}: sigmoid_of_zero_is_one_half." in " ".join(graded.split())
    assert "Cases changed" not in at_the_desk(repository, sys.executable, "grade.py", "grade", SLUG)


@pytest.mark.slow
def test_a_report_prints_commands_of_the_program_that_was_started(repository: Path) -> None:
    made = at_the_desk(repository, "make", "grade", "A=5", "T=bce", f"PYTHON={sys.executable}")
    assert f"then run make grade A={SLUG} T=bce" in " ".join(made.split())
    started = at_the_desk(repository, sys.executable, "grade.py", "grade", "5", "--task", "bce")
    assert f"grade.py grade {SLUG} --task bce" in " ".join(started.split())


def test_a_students_make_refuses_a_variable_that_it_does_not_know(repository: Path) -> None:
    own = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS")}
    command = ["make", "grade", "A=5", "TASK=bce", "PYTHON=echo"]
    done = subprocess.run(command, cwd=repository, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout.startswith("make grade does not know TASK. Its variables are A, T, SUBMISSION and L,")
    command = ["make", "grade", "A=5", "T=bce", "L=ko", "SUBMISSION=my file.py", "PYTHON=echo"]
    done = subprocess.run(command, cwd=repository, env=own, capture_output=True, text=True, check=True)
    assert done.stdout == "grade.py grade 5 --task bce --submission my file.py --lang ko\n"


def test_a_damaged_release_json_is_a_sentence(repository: Path) -> None:
    (repository / "release.json").write_text("{", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "grade.py", "grade"], cwd=repository, capture_output=True, text=True, check=False
    )
    assert done.returncode == 4 and "release.json is damaged" in done.stderr and "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_release_is_written_into_an_earlier_one(course: Path, repository: Path) -> None:
    stub = repository / "assignments" / SLUG / "logistic.py"
    stub.write_text("my work\n", encoding="utf-8")
    (course / "assignments" / SLUG / "README.md").write_text("Another hand-out.\n", encoding="utf-8")
    (course / "course.toml").write_text('torch_index = "https://example.org/cpu"\n', encoding="utf-8")
    done = command(course, "--to", str(repository), "--allow-uncommitted")
    assert done.returncode == 0, done.stderr
    assert f"changed   assignments/{SLUG}/README.md\n" in done.stdout
    assert stub.read_text(encoding="utf-8") == "my work\n"
    assert release_file.read(repository / "release.json")["torch_index"] == "https://example.org/cpu"


@pytest.mark.slow
def test_a_student_types_make_grade_on_a_fresh_machine(repository: Path) -> None:
    """An assignment with numpy only: PyTorch is not installed. Then a broken .venv is repaired."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_CONSTRAINT", "AUTOGRADER"))}

    def make() -> str:
        done = subprocess.run(
            ["make", "grade", f"A={SLUG}"], cwd=repository, env=plain, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "Setting up .venv (once)" in make()
    assert not list((repository / ".venv").glob("lib/python*/site-packages/torch"))
    assert "Setting up" not in make()
    with zipfile.ZipFile(next((repository / "wheels").iterdir()), "a") as newer:
        newer.comment = b"of another release"
    said = make()
    assert "Installing the grader of this release" in said and "Setting up" not in said
    assert "Installing" not in make()
    next((repository / ".venv" / "bin").glob("python")).unlink()
    assert ".venv is incomplete" in make()
