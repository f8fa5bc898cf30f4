"""Bundles for platforms that start the grader: their files, and what their scripts do in a folder laid out alike."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import tiny_course
from test_platform_results import GRADESCOPE, autolab, check_prairielearn, jsonschema, loaded
from tiny_course import HIDDEN, SOLUTION, Course, make

from autograder.authoring import bundle as bundles
from autograder.authoring.release import Options
from autograder.commands import platform as commands
from autograder.commands.main import load
from autograder.course import solution, stubs
from autograder.errors import AssignmentError, AutograderError, UsageError
from autograder.exchange.platforms import Platform
from autograder.grading import machine_memory, proof
from autograder.grading.options import RunOptions
from autograder.grading.session import Session, grade_one
from autograder.model import Level
from autograder.workers.supervisor import Supervisor

SLUG = tiny_course.SLUG
OPTIONS = Options(audit=None, torch_index="")
MARKED = """
import numpy as np


def double(x):
    \"\"\"Twice x.\"\"\"
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def total(x):
    \"\"\"The sum of x.\"\"\"
    ### BEGIN SOLUTION
    return float(np.sum(x))
    ### END SOLUTION
"""
PYTHON = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'


@pytest.fixture
def course(tmp_path: Path) -> Course:
    made = make(tmp_path / "course")
    (made.root / "constraints.txt").write_text("numpy>=2\n", encoding="utf-8")
    return made


def bundle(course: Course, platform: Platform, **more: Any) -> bundles.Bundle:
    return bundles.bundle(course.load(), platform, root=course.root, options=replace(OPTIONS, **more))


def unpacked(course: Course, platform: Platform, folder: Path) -> Path:
    bundles.write_folder(bundle(course, platform), folder)
    return folder


@pytest.fixture
def autograder(course: Course, tmp_path: Path) -> Path:
    """The folder /autograder of Gradescope after setup.sh, with this Python in place of a new environment."""
    folder = tmp_path / "autograder"
    source = unpacked(course, Platform.GRADESCOPE, folder / "source")
    program(source, PYTHON)
    (folder / "submission").mkdir()
    (folder / "submission" / "tiny.py").write_text(SOLUTION, encoding="utf-8")
    return folder


def program(source: Path, text: str) -> None:
    path = source / "venv" / "bin" / "python"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def run(script: Path, root: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    own = {"AUTOGRADER_PLATFORM": str(root), "AUTOGRADER_LEVEL": "", "PYTHON": sys.executable}
    return subprocess.run(
        [str(script), *arguments], env=os.environ | own | more, capture_output=True, text=True, check=False
    )


def results_of(autograder: Path) -> dict[str, Any]:
    document: dict[str, Any] = loaded((autograder / "results" / "results.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, GRADESCOPE)
    return document


def is_a_grade(document: dict[str, Any]) -> bool:
    return all(test["visibility"] != "hidden" for test in document["tests"])


# --- what is in a bundle


def test_the_zip_has_programs_at_its_root_and_the_hidden_half(course: Course, tmp_path: Path) -> None:
    bundles.write_zip(bundle(course, Platform.GRADESCOPE), tmp_path / "bundle.zip")
    with zipfile.ZipFile(tmp_path / "bundle.zip") as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert modes["setup.sh"] == modes["run_autograder"] == 0o755
    assert f"course/solutions/{SLUG}/test_hidden.py" in modes
    assert any(name.startswith("wheels/autograder_dl-") for name in modes)


@pytest.mark.parametrize("platform", Platform)
def test_equal_courses_give_equal_bundles(course: Course, platform: Platform) -> None:
    assert bundle(course, platform).files == bundle(course, platform).files


def test_pytorch_needs_an_index_of_builds_for_the_cpu(course: Course) -> None:
    toml = course.folder / "assignment.toml"
    toml.write_text(toml.read_text().replace('["numpy"]', '["numpy", "torch"]'), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        bundle(course, Platform.GRADESCOPE)
    assert caught.value.slug == "release-torch-index"
    setup = bundle(course, Platform.GRADESCOPE, torch_index="https://example.org/cpu").files["setup.sh"].decode()
    assert "PIP_INDEX_URL='https://example.org/cpu' PIP_EXTRA_INDEX_URL= pip torch torchvision" in setup
    toml.write_text(toml.read_text().replace(', "torch"', ""), encoding="utf-8")
    assert "torch" not in bundle(course, Platform.GRADESCOPE).files["setup.sh"].decode()


def test_without_solutions_there_is_no_bundle(tmp_path: Path) -> None:
    course = make(tmp_path / "course", solution=None)
    with pytest.raises(AssignmentError, match="has no folder in solutions/"):
        bundle(course, Platform.GRADESCOPE)


@pytest.mark.slow
def test_the_command_says_that_a_bundle_is_for_staff_and_takes_one_assignment(tmp_path: Path) -> None:
    course = make(tmp_path / "course", solution=MARKED, mistakes={"squared": tiny_course.MISTAKES["squared"]})
    (course.root / "constraints.txt").write_text("numpy>=2\n", encoding="utf-8")
    for module, text in stubs.texts(course.load()).items():
        (course.folder / f"{module}.py").write_text(text, encoding="utf-8")
    arguments = ["--root", str(course.root), "--for", "gradescope", "--zip", str(tmp_path / "bundle.zip")]
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "release", SLUG, *arguments, "--for", "github"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2 and "for one platform, and nothing else" in done.stderr
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "release", SLUG, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "it is for staff only. No search for leaks was made." in done.stdout
    assert (tmp_path / "bundle.zip").is_file()


# --- Gradescope


@pytest.mark.slow
def test_a_submission_is_graded_where_gradescope_puts_it(autograder: Path) -> None:
    source = autograder / "source"
    made = subprocess.run(
        [sys.executable, "-m", "autograder", "prove", SLUG, "--root", str(source / "course"), "--to",
         str(source / "proof.json")], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    done = run(source / "run_autograder", autograder)
    assert (done.returncode, done.stderr) == (0, "")  # so the proof fits
    document = results_of(autograder)
    assert document["score"] == 20.0 and is_a_grade(document) and document["execution_time"] > 0


def test_without_a_proof_the_cases_are_proven_again(autograder: Path) -> None:
    done = run(autograder / "source" / "run_autograder", autograder)
    assert done.returncode == 0 and "does not fit this assignment and this machine" in done.stderr
    assert results_of(autograder)["score"] == 20.0


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(124, "did not finish in time"), (137, "perhaps for lack of memory"), (127, "stopped before it had finished")],
)
def test_a_grader_that_dies_leaves_a_sentence_and_no_grade(autograder: Path, status: int, sentence: str) -> None:
    program(autograder / "source", f"#!/bin/sh\nexit {status}\n")
    done = run(autograder / "source" / "run_autograder", autograder)
    document = results_of(autograder)
    assert done.returncode == status and sentence in document["output"] and not is_a_grade(document)


def test_valid_results_are_there_before_anything_runs(autograder: Path) -> None:
    seen = autograder / "seen.json"
    program(autograder / "source", f'#!/bin/sh\ncp "{autograder}/results/results.json" "{seen}"\nexit 137\n')
    run(autograder / "source" / "run_autograder", autograder)
    document = loaded(seen.read_text(encoding="utf-8"))
    jsonschema.validate(document, GRADESCOPE)
    assert "This is not a grade" in document["output"] and not is_a_grade(document)


def test_earlier_results_do_not_stay(autograder: Path) -> None:
    (autograder / "results").mkdir()
    (autograder / "results" / "results.json").write_text('{"score": 100}', encoding="utf-8")
    program(autograder / "source", "#!/bin/sh\nexit 3\n")
    run(autograder / "source" / "run_autograder", autograder)
    assert not is_a_grade(results_of(autograder))


def test_a_link_in_the_submission_is_named_and_is_no_grade(autograder: Path) -> None:
    (autograder / "submission" / "data.txt").symlink_to("/etc/passwd")
    done = run(autograder / "source" / "run_autograder", autograder)
    document = results_of(autograder)
    assert done.returncode == 0 and "data.txt is a link" in document["output"] and not is_a_grade(document)


def test_a_damaged_bundle_is_an_error_of_the_grader(autograder: Path) -> None:
    (autograder / "source" / "course" / "solutions" / SLUG / "test_hidden.py").write_text("import nothing_here\n")
    done = run(autograder / "source" / "run_autograder", autograder)
    document = results_of(autograder)
    assert done.returncode == 4 and "because of an error in the grader" in document["output"]
    [hidden] = document["tests"]
    assert "nothing_here" in hidden["output"] and hidden["visibility"] == "hidden"


SETS_UP = """#!/bin/sh
# It stands for Python: it prints its arguments, makes a copy of itself as an environment, and writes an empty proof.
[ "$1" = -c ] && exit 0
echo "$@"
case "$*" in
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    *" prove "*) for file; do :; done; : > "$file" ;;
esac
"""


def test_setup_proves_the_cases_and_keeps_the_hidden_half_to_itself(course: Course, tmp_path: Path) -> None:
    """The worker of a submission is another user, who must not even learn the names and the sizes of its files."""
    folder = tmp_path / "autograder"
    source = unpacked(course, Platform.GRADESCOPE, folder / "source")
    program(tmp_path, SETS_UP)
    done = run(source / "setup.sh", folder, PYTHON=str(tmp_path / "venv" / "bin" / "python"))
    assert done.returncode == 0, done.stderr
    *_, installed, proven = done.stdout.splitlines()
    assert "-m pip install" in installed and installed.endswith(".whl")
    assert f"prove {SLUG}" in proven
    assert [(source / name).stat().st_mode & 0o077 for name in ("course", "proof.json")] == [0, 0]


@pytest.mark.long
def test_setup_installs_everything_and_proves_the_cases(course: Course, tmp_path: Path) -> None:
    """setup.sh in a folder laid out as Gradescope's, with a new environment from the package index."""
    folder = tmp_path / "autograder"
    source = unpacked(course, Platform.GRADESCOPE, folder / "source")
    (source / "constraints.txt").write_bytes(Path(__file__).parents[1].joinpath("constraints.txt").read_bytes())
    done = run(source / "setup.sh", folder)
    assert done.returncode == 0, done.stderr
    assert json.loads((source / "proof.json").read_text())["cases"]
    (folder / "submission").mkdir()
    (folder / "submission" / "tiny.py").write_text(SOLUTION, encoding="utf-8")
    assert run(source / "run_autograder", folder).returncode == 0
    assert results_of(folder)["score"] == 20.0


# --- the others


def test_prairielearn_reads_the_results_of_a_program_that_never_fails(course: Course, tmp_path: Path) -> None:
    folder = unpacked(course, Platform.PRAIRIELEARN, tmp_path / "grade")
    (folder / "student").mkdir()
    (folder / "student" / "tiny.py").write_text(SOLUTION, encoding="utf-8")
    results = folder / "results" / "results.json"
    assert run(folder / "tests" / "run", folder).returncode == 0
    document = loaded(results.read_text(encoding="utf-8"))
    check_prairielearn(document)
    assert document["score"] == 1.0
    assert (folder / "tests").stat().st_mode & 0o077 == 0  # a worker with a user of its own learns nothing there
    program(tmp_path, "#!/bin/sh\nexit 139\n")
    killed = run(folder / "tests" / "run", folder, PYTHON=str(tmp_path / "venv" / "bin" / "python"))
    assert killed.returncode == 0 and loaded(results.read_text(encoding="utf-8"))["gradable"] is False
    options = json.loads((folder / "info.json").read_text(encoding="utf-8"))["externalGradingOptions"]
    assert options["image"] and options["timeout"] <= 600 and options["entrypoint"] == "/grade/tests/run"


def test_autolab_reads_the_scores_from_the_last_line(course: Course, tmp_path: Path) -> None:
    folder = unpacked(course, Platform.AUTOLAB, tmp_path / "job")
    (folder / "tiny.py").write_text(SOLUTION, encoding="utf-8")
    # a module of the hand-in next to it must not be taken for one of ours
    (folder / "numpy.py").write_text("raise SystemExit('numpy of the student')\n", encoding="utf-8")
    own = {"PYTHON": sys.executable, "AUTOGRADER_LEVEL": ""}
    make_it = ["make", "--silent", "-f", "autograde-Makefile"]
    done = subprocess.run(make_it, cwd=folder, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "bundle").stat().st_mode & 0o077 == 0  # a worker with a user of its own learns nothing there
    scores, feedback = autolab(done.stdout)
    assert scores == {"double": 12.0, "total": 8.0} and feedback["stages"] == ["double", "total"]
    program(tmp_path, "#!/bin/sh\necho secret of staff\nexit 1\n")
    failed = {"PYTHON": str(tmp_path / "venv" / "bin" / "python")}
    done = subprocess.run(
        make_it, cwd=folder, env=os.environ | own | failed, capture_output=True, text=True, check=False
    )
    assert "secret of staff" not in done.stdout and set(autolab(done.stdout)[0]) == {"grader_error"}


# --- the level and the memory of the machine


def grade_for(course: Course, submission: Path, target: Path, **more: Any) -> None:
    arguments = {"platform": Platform.GRADESCOPE, "slug": SLUG, "submission": submission, "target": target,
                 "proof": None, "level": Level.FULL, "device": "cpu", "lang": None, "root": course.root}  # fmt: skip
    function: Callable[..., None] = load("grade-for").callback  # type: ignore[assignment]
    function(**arguments | more)


def test_a_refused_level_is_one_sentence_for_the_student_and_the_missing_layer_for_staff(
    autograder: Path, course: Course, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_course.lacks_resource_limits(supervisor, monkeypatch)
    monkeypatch.setattr("autograder.workers.supervisor.Supervisor", tiny_course.kept(supervisor))
    (autograder / "results").mkdir()
    with pytest.raises(AutograderError) as caught:
        grade_for(course, autograder / "submission", autograder / "results" / "results.json")
    assert caught.value.exit_code == 3
    document = results_of(autograder)
    assert "this machine cannot run it safely" in document["output"] and "resource limits" not in document["output"]
    assert "missing here: resource limits" in document["tests"][0]["output"] and not is_a_grade(document)


def test_a_container_with_too_little_memory_costs_no_points(
    autograder: Path, course: Course, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = iter([3, 4])
    monkeypatch.setattr(machine_memory, "oom_kills", lambda: next(counts))
    monkeypatch.setattr("autograder.workers.supervisor.Supervisor", tiny_course.kept(supervisor))
    (autograder / "results").mkdir()
    with pytest.raises(AutograderError) as caught:
        grade_for(course, autograder / "submission", autograder / "results" / "results.json")
    assert caught.value.slug == "platform-memory"
    assert "perhaps for lack of memory" in results_of(autograder)["output"]


@pytest.mark.parametrize(
    ("own", "file", "text"),
    [
        ("0::/pod\n", "pod/memory.events.local", "low 0\noom 2\noom_kill 2\n"),
        ("0::/outside\n", "memory.events.local", "oom_kill 2\n"),  # a container sees its own cgroup as the root
        ("4:memory:/pod\n0::/\n", "memory/pod/memory.oom_control", "under_oom 0\noom_kill 2\n"),
    ],
)
def test_the_kernel_says_how_many_processes_it_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: str, file: str, text: str
) -> None:
    monkeypatch.setattr(machine_memory, "ROOT", tmp_path / "fs")
    monkeypatch.setattr(machine_memory, "OWN", tiny_course.write(tmp_path / "own", own))
    assert machine_memory.oom_kills() is None
    tiny_course.write(tmp_path / "fs" / file, text)
    assert machine_memory.oom_kills() == 2


# --- the proof


RUN = RunOptions(official=True, seed=7, device="cpu")


@pytest.fixture
def proven(course: Course, supervisor: Supervisor, tmp_path: Path) -> Path:
    path = tmp_path / "proof.json"
    path.write_text(proof.make(course.load(), run=RUN, supervisor=supervisor).to_json(), encoding="utf-8")
    return path


def test_a_run_with_a_proof_takes_its_seed_and_does_not_run_the_solution(
    course: Course, proven: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = proof.with_proof(replace(RUN, seed=1), course.load(), proven)
    assert found is not None and found.seed == 7 and len(found.proven) == 6
    ran: list[Any] = []
    original = Session._failures_on_solution  # what a run without a proof does first
    monkeypatch.setattr(Session, "_failures_on_solution", lambda *args: ran.append(args) or original(*args))
    wrong = tiny_course.handed_in(SOLUTION.replace("2 * x", "3 * x"))
    reports = [grade_one(course.load(), wrong, run=each, supervisor=supervisor) for each in (found, RUN)]
    assert len(ran) == 1
    seen = [[(line.case, line.verdict, line.hint, line.earned) for line in report.outcomes] for report in reports]
    assert seen[0] == seen[1]


def test_a_run_with_a_proof_reads_known_mistakes_only_if_a_case_fails(
    course: Course, proven: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = proof.with_proof(RUN, course.load(), proven)
    assert found is not None
    read: list[Any] = []
    original = solution.mistakes
    monkeypatch.setattr(solution, "mistakes", lambda each: read.append(each) or original(each))
    for source, times in ((SOLUTION, 0), (SOLUTION.replace("2 * x", "x**2"), 1)):
        report = grade_one(course.load(), tiny_course.handed_in(source), run=found, supervisor=supervisor)
        assert len(read) == times
    assert "Squaring is not doubling." in {line.hint for line in report.outcomes}


def test_a_known_mistake_that_cannot_be_read_is_found_by_the_proof(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path / "course", mistakes={"squared": "CAUGHT_BY = ()\n"})
    with pytest.raises(AssignmentError, match="CAUGHT_BY is missing"):
        proof.make(course.load(), run=RUN, supervisor=supervisor)


@pytest.mark.parametrize("changed", ["solutions/01-tiny/tiny.py", "assignments/01-tiny/test_visible.py"])
def test_a_proof_is_void_after_a_change(course: Course, proven: Path, changed: str) -> None:
    path = course.root / changed
    path.write_text(path.read_text() + "# changed\n", encoding="utf-8")
    assert proof.with_proof(RUN, course.load(), proven) is None


@pytest.mark.parametrize("part", ["digest_of_code", "versions_of"])
def test_a_proof_is_void_on_another_machine(
    course: Course, proven: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(proof, part, lambda *args: "another")
    assert proof.with_proof(RUN, course.load(), proven) is None


def test_a_proof_is_for_official_runs_alone(course: Course, proven: Path) -> None:
    assert proof.with_proof(replace(RUN, official=False), course.load(), proven) is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "key": "", "seed": true, "cases": {}}']
)
def test_a_damaged_proof_proves_nothing(course: Course, tmp_path: Path, text: str) -> None:
    path = tmp_path / "proof.json"
    path.write_text(text, encoding="utf-8")
    assert proof.with_proof(RUN, course.load(), path) is None
    assert proof.with_proof(RUN, course.load(), tmp_path / "missing") is None


def test_the_cases_of_a_wrong_course_are_not_proven(tmp_path: Path, supervisor: Supervisor) -> None:
    course = make(tmp_path / "course", hidden=HIDDEN.replace("reference.double", "reference.total"))
    with pytest.raises(AutograderError, match="does not pass on the solution"):
        proof.make(course.load(), run=RUN, supervisor=supervisor)


def test_both_commands_take_the_same_level() -> None:
    assert all("level" in {each.name for each in load(name).params} for name in ("prove", "grade-for"))
    assert commands.prove.name == "prove"
