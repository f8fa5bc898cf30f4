"""Engines: the same outcomes wherever and with how many processes a class is graded, and no submission is lost."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from contextlib import nullcontext
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tiny_course import HIDDEN, SOLUTION, make, write

from autograder.batch import engine, grader
from autograder.batch.class_run import ClassRun
from autograder.batch.engine import Engine, grade_on, local, task_size
from autograder.batch.job import EngineError, Job, job_of
from autograder.batch.results import ResultsFolder, RunKind
from autograder.batch.row_file import row_file
from autograder.batch.runner import Upload, grade_class
from autograder.course.assignment import Assignment
from autograder.course.course_file import Course
from autograder.errors import CaseError, SandboxError, UsageError
from autograder.exchange import formats
from autograder.grading import case_bounds
from autograder.grading.options import RunOptions
from autograder.messages import say
from autograder.model import Report, Verdict
from autograder.workers.supervisor import Supervisor

RUN = RunOptions(official=True, seed=7, device="cpu")
WRONG = SOLUTION.replace("2 * x", "x * x")
LOUD = SOLUTION.replace("return 2 * x", "print(x)\n    return 2 / 0")


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    return make(tmp_path / "course").load()


def uploads(folder: Path, *sources: str) -> list[Upload]:
    paths = [folder / f"s{number:02}" / "tiny.py" for number in range(len(sources))]
    for path, source in zip(paths, sources, strict=True):
        write(path, source)
    return [Upload(path.parent.name, (path,)) for path in paths]


def graded(here: Engine, job: Job, given: list[Upload], *, in_a_task: int = 2) -> tuple[dict[str, Any], list[str]]:
    reports: dict[str, Any] = {}
    lost = grade_on(here, job, given, lambda report: keep(reports, report), in_a_task=in_a_task)
    return reports, [upload.student for upload in lost]


def keep(reports: dict[str, Any], report: Report) -> None:
    student = report.submission.student or ""
    assert student not in reports, "graded twice"
    reports[student] = outcomes(report)


def outcomes(report: Report) -> list[object]:
    cases = [(case.case, case.verdict, case.earned, case.message, case.hint) for case in report.outcomes]
    return [report.score.earned, report.submission.sha256, report.notes, cases]


@pytest.mark.slow
@pytest.mark.parametrize("processes", [1, 3])
def test_outcomes_are_those_of_one_process(
    assignment: Assignment, tmp_path: Path, processes: int, supervisor: Supervisor
) -> None:
    given = uploads(tmp_path, SOLUTION, WRONG, LOUD, "def double(", SOLUTION, "import os\nos._exit(1)", WRONG)
    given.append(Upload("two", (given[0].paths[0], given[1].paths[0])))
    want: dict[str, Any] = {}
    grade_class(assignment, given, lambda report: keep(want, report), run=RUN, supervisor=supervisor)
    assert graded(local(processes), job_of(assignment, RUN, None), given) == (want, [])
    assert [want[name][0] for name in ("s00", "s01", "s03", "two")] == [20.0, 14.0, 0.0, 0.0]


# Only a submission that returns a text has taken too much: as often as the file says.
GREEDY = HIDDEN.replace(
    "    x = rng.normal(size=7)\n",
    """    x = rng.normal(size=7)
    if isinstance(student.double(x), str):
        with open({log!r}, "a+") as log:
            log.write("x")
            log.seek(0)
            if len(log.read()) <= {times}:
                raise MemoryError
        student.double(x).missing
""",
)


@pytest.mark.slow
@pytest.mark.parametrize(("times", "verdict"), [(1, Verdict.FAILED), (2, Verdict.CRASHED)])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_case_that_takes_too_much_is_tried_again_in_another_process(
    tmp_path: Path, times: int, verdict: Verdict, workers: str
) -> None:
    hidden = GREEDY.format(log=str(tmp_path / "log"), times=times)
    course = make(tmp_path / "course", hidden=hidden)
    text = SOLUTION.replace("return 2 * x", "return 'two'")
    uploads(tmp_path / "class", text, *(f"{SOLUTION}\n# {number}\n" for number in range(9 if workers == "2" else 0)))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "autograder", "batch", "01-tiny", str(tmp_path / "class"), "--out", str(out)]
    command += ["--root", str(course.root), "--workers", workers]
    subprocess.run([*command, "--store", f"sqlite:///{tmp_path / 'store' / 'store.sqlite'}"], check=True)
    assert (tmp_path / "log").read_text() == "xx"
    [report] = [json.loads(path.read_text()) for path in (out / "staff").rglob("*s00*.json")]
    assert verdict.value in [case["verdict"] for case in report["outcomes"]]


@pytest.mark.slow
def test_reports_are_in_the_language_that_was_asked_for(assignment: Assignment, tmp_path: Path) -> None:
    found, _ = graded(local(1), job_of(assignment, RUN, "ko"), uploads(tmp_path, "def double("))
    assert "니다" in str(found["s00"])


@pytest.mark.slow
def test_a_case_that_keeps_state_is_found_after_its_task(tmp_path: Path) -> None:
    hidden = "import itertools\n\nRUNS = itertools.count()\n" + HIDDEN.replace(
        "    x = rng.normal(size=7)\n", "    require(next(RUNS) < 1, 'once')\n    x = rng.normal(size=7)\n"
    )
    assignment = make(tmp_path / "course", hidden=hidden).load()
    given = uploads(tmp_path, *(SOLUTION.replace("2 * x", f"x * {number}") for number in range(2, 8)))
    found: dict[str, Any] = {}
    with pytest.raises(CaseError) as caught:
        grade_on(local(1), job_of(assignment, RUN, None), given, lambda report: keep(found, report), in_a_task=3)
    assert (caught.value.slug, found) == ("case-drift", {})


@pytest.mark.slow
def test_a_session_stays_open_between_tasks(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Job] = []
    original = grader.check_machine
    monkeypatch.setattr(grader, "check_machine", lambda job: (started.append(job), original(job)))
    job = job_of(assignment, RUN, None)
    given = uploads(tmp_path, SOLUTION, WRONG, LOUD)
    in_this_process = Engine("here", 1, Here)
    try:
        assert len(graded(in_this_process, job, given, in_a_task=1)[0]) == 3
        assert len(started) == 1
        other = job_of(assignment, RunOptions(official=True, seed=8, device="cpu"), None)
        assert len(graded(in_this_process, other, given, in_a_task=1)[0]) == 3
        assert len(started) == 2
    finally:
        end_session()


class Here(Executor):
    """Runs every task at once, in this thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def end_session() -> None:
    if grader._grader is not None:
        grader._grader.close()
        grader._grader = None


@pytest.mark.slow
def test_a_case_has_its_deadline_in_every_process(tmp_path: Path) -> None:
    """The session must be in the main thread: only there a signal can end what computes for ever."""
    endless = "    if len(x) > 6 and student.total(x.copy()) == 0.0:\n        while True:\n            pass\n"
    hidden = HIDDEN.replace("    x = rng.normal(size=7)\n", f"    x = rng.normal(size=7)\n{endless}")
    assignment = make(tmp_path / "course", hidden=hidden).load()
    zero = SOLUTION.replace("float(np.sum(x))", "6.0 if len(x) == 3 else 0.0")
    job = job_of(assignment, RUN, None)
    here = Engine("local", 1, lambda: ProcessPoolExecutor(1, get_context("spawn"), shorten, ()))
    found, lost = graded(here, job, uploads(tmp_path, zero, SOLUTION))
    assert lost == [] and [found[name][0] for name in ("s00", "s01")] == [15.0, 20.0]


def shorten() -> None:
    case_bounds.CASE_S = 0.5


# --- processes that die


def killer(job: Job, task: list[Upload], *, when: Callable[[Upload], bool]) -> list[Report]:
    if any(when(upload) for upload in task):
        os.kill(os.getpid(), signal.SIGKILL)
    return grader.grade_task(job, task)


def dies_on_one(job: Job, task: list[Upload]) -> list[Report]:
    return killer(job, task, when=lambda upload: upload.student == "s03")


def dies_once(job: Job, task: list[Upload]) -> list[Report]:
    def first(upload: Upload) -> bool:
        mark = upload.paths[0].with_suffix(".died")
        if upload.student != "s03" or mark.exists():
            return False
        mark.touch()
        return True

    return killer(job, task, when=first)


@pytest.mark.slow
@pytest.mark.parametrize(("task", "lost"), [(dies_on_one, ["s03"]), (dies_once, [])])
def test_a_submission_that_kills_its_grader_costs_no_other_one_its_result(
    assignment: Assignment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    task: Callable[[Job, list[Upload]], list[Report]],
    lost: list[str],
) -> None:
    monkeypatch.setattr(engine, "grade_task", task)
    given = uploads(tmp_path, *[SOLUTION, WRONG, LOUD] * 3)
    found, missing = graded(local(2), job_of(assignment, RUN, None), given)
    assert missing == lost
    assert sorted(found) == sorted({upload.student for upload in given} - set(lost))


@pytest.mark.slow
def test_an_interrupt_ends_the_processes_at_once(assignment: Assignment, tmp_path: Path) -> None:
    endless = SOLUTION.replace("return 2 * x", "while True: pass")
    given = uploads(tmp_path, SOLUTION, endless, endless, endless)

    def interrupt(report: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grade_on(local(1), job_of(assignment, RUN, None), given, interrupt, in_a_task=1)


# --- machines that differ


def test_a_machine_with_other_versions_refuses(assignment: Assignment) -> None:
    job = job_of(assignment, RUN, None)
    other = replace(job, versions=(("python", "3.0.0"), *job.versions[1:]))
    with pytest.raises(EngineError, match=r"has python 3\.\d+\.\d+ instead of 3\.0\.0\. Install the same versions"):
        grader.grade_task(other, [])


def test_a_machine_with_another_assignment_refuses(assignment: Assignment) -> None:
    job = job_of(assignment, RUN, None)
    write(assignment.folder / "tiny.py", "# another stub\n")
    with pytest.raises(EngineError, match="has another version of 01-tiny"):
        grader.grade_task(job, [])
    with pytest.raises(EngineError, match=r"does not see /nowhere\."):
        grader.check_machine(replace(job, assignment=replace(assignment, folder=Path("/nowhere"))))


def test_a_machine_that_does_not_see_the_uploads_refuses(assignment: Assignment) -> None:
    try:
        with pytest.raises(EngineError, match=r"does not see /nowhere/tiny\.py"):
            grader.grade_task(job_of(assignment, RUN, None), [Upload("kim", (Path("/nowhere/tiny.py"),))])
    finally:
        end_session()


def test_a_link_that_leads_nowhere_is_refused_and_stops_nobody(assignment: Assignment, tmp_path: Path) -> None:
    (tmp_path / "kim.py").symlink_to("elsewhere.py")
    try:
        [report] = grader.grade_task(job_of(assignment, RUN, None), [Upload("kim", (tmp_path / "kim.py",))])
    finally:
        end_session()
    assert "kim.py is a link" in report.notes[0]


def test_two_tasks_at_once_in_one_process_are_refused(assignment: Assignment) -> None:
    with grader._one_at_a_time, pytest.raises(EngineError, match="dask worker --nthreads 1"):
        grader.grade_task(job_of(assignment, RUN, None), [])


# --- the command line


def test_engines_are_named() -> None:
    assert engine.engine_of("local", 3).processes == 3
    assert engine.engine_of("local", None).processes == len(os.sched_getaffinity(0))
    for name in ("ray", "dask:", "dask"):
        with pytest.raises(UsageError, match="is no engine"):
            engine.engine_of(name, None)


def batch(root: Path, out: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "autograder", "batch", "01-tiny", str(root / "class"), "--root", str(root)]
    given = [*command, "--out", str(out), *arguments]
    return subprocess.run(given, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_the_grades_are_the_same_with_any_number_of_workers(tmp_path: Path) -> None:
    make(tmp_path)
    sources = [SOLUTION, WRONG, LOUD, "def double("]
    for number in range(12):
        write(tmp_path / "class" / f"s{number:02}" / "tiny.py", f"{sources[number % 4]}\n# {number}\n")
    tables = []
    for workers in ("1", "3"):
        out, store = tmp_path / f"out{workers}", f"sqlite:///{tmp_path}/{workers}.db"
        done = batch(tmp_path, out, "--workers", workers, "--store", store, "--seed", "5")
        assert done.returncode == 0, done.stderr
        rows = list(csv.DictReader(io.StringIO((out / "staff" / "grades.csv").read_text(encoding="utf-8-sig"))))
        tables.append([{name: cell for name, cell in row.items() if name != "graded_at"} for row in rows])
    assert tables[0] == tables[1] and len(tables[0]) == 12 and {row["earned"] for row in tables[0]} > {"20.0", "0.0"}


def test_an_engine_that_does_not_exist_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    make(tmp_path)
    write(tmp_path / "class" / "kim" / "tiny.py", SOLUTION)
    done = batch(tmp_path, tmp_path / "out", "--engine", "ray")
    assert (done.returncode, '"ray" is no engine' in done.stderr) == (2, True)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("count", "processes", "size"), [(1, 2, 1), (20, 2, 3), (300, 2, 38), (100_000, 8, 50), (0, 2, 1)]
)
def test_tasks_are_small_enough_to_share(count: int, processes: int, size: int) -> None:
    assert task_size(count, processes) == size


def test_what_timed_out_before_goes_last_and_alone(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[list[str]] = []

    def grade_task(job: Job, task: Sequence[Upload]) -> list[Any]:
        tasks.append([each.student for each in task])
        return [SimpleNamespace(outcomes=())] * len(task)

    monkeypatch.setattr(engine, "grade_task", grade_task)
    given = [replace(each, slow=each.student in ("s00", "s03")) for each in uploads(tmp_path, *[SOLUTION] * 6)]
    grade_on(Engine("here", 1, Here), job_of(assignment, RUN, None), given, lambda report: None, in_a_task=3)
    assert tasks == [["s01", "s02", "s04"], ["s05"], ["s00"], ["s03"]]


class FirstFails(Executor):
    """The first task is refused, and the others never end."""

    def __init__(self) -> None:
        self.futures: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.futures.append(Future())
        if len(self.futures) == 1:
            self.futures[0].set_exception(CaseError("refused", slug="case-task"))
        return self.futures[-1]


def test_an_error_cancels_no_future(assignment: Assignment, tmp_path: Path) -> None:
    """Python's pool of processes, when it breaks, stumbles over a cancelled future: it then never ends."""
    executor = FirstFails()
    here = Engine("here", 2, lambda: nullcontext(executor))
    with pytest.raises(CaseError, match="refused"):
        graded(here, job_of(assignment, RUN, None), uploads(tmp_path, *[SOLUTION] * 4), in_a_task=1)
    assert len(executor.futures) == 4 and not any(future.cancelled() for future in executor.futures)


class BreaksIdle(Executor):
    """Ends its first task, and breaks before it gets another one."""

    def __init__(self) -> None:
        self.is_broken = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.is_broken:
            raise BrokenExecutor
        self.is_broken = True
        future: Future[Any] = Future()
        future.set_result([SimpleNamespace(outcomes=())])
        return future


def test_a_process_that_dies_between_two_tasks_is_replaced(
    assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wait_for_some(futures: Sequence[Future[Any]], **more: Any) -> Any:
        assert futures, "a wait for nothing never ends"
        return wait(futures, **more)

    monkeypatch.setattr(engine, "wait", wait_for_some)
    here, reports = Engine("here", 1, lambda: nullcontext(BreaksIdle())), list[Report]()
    job, given = job_of(assignment, RUN, None), uploads(tmp_path, *[SOLUTION] * 3)
    assert engine.grade_alone(here, job, given, reports.append) == []
    assert len(reports) == 3


# --- a Dask cluster; test_dask.py has a real one


class DaskFuture:
    """A future of Dask whose result is never handed over: its worker has died meanwhile."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.status = "finished"
        self.cancelled = threading.Event()

    def add_done_callback(self, fn: Callable[[Any], None]) -> None:
        self.callback = threading.Thread(target=fn, args=(self,), daemon=True)
        self.callback.start()

    def result(self, timeout: float) -> Any:
        raise CancelledError if self.cancelled.wait(timeout) else TimeoutError

    def cancel(self) -> None:
        self.cancelled.set()


class DaskClient:
    def __init__(self) -> None:
        self.workers: dict[str, int] = {"tcp://a": 1, "tcp://b": 1}
        self.futures: list[DaskFuture] = []

    def submit(self, *_: Any, **__: Any) -> DaskFuture:
        self.futures.append(DaskFuture(str(len(self.futures))))
        return self.futures[-1]

    @property
    def scheduler(self) -> Any:
        return SimpleNamespace(ncores="all", ncores_running="running")

    def sync(self, ask: str, *, workers: None, callback_timeout: float) -> dict[str, int]:
        if not self.workers:
            raise TimeoutError
        return self.workers


def test_a_worker_that_dies_before_its_result_is_fetched_ends_the_task() -> None:
    client = DaskClient()
    executor = engine._DaskExecutor(client, "here")
    futures = [executor.submit(print), executor.submit(print)]
    client.workers = {"tcp://b": 1}
    executor.end_lost()
    assert [future.done() for future in futures] == [True, False]
    assert isinstance(futures[0].exception(), BrokenExecutor)
    client.futures[0].callback.join(timeout=30)  # the one thread that fetches results must be free
    assert not client.futures[0].callback.is_alive()
    client.futures[1].cancel()


def test_a_result_that_is_not_handed_over_ends_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "FETCH_S", 0.01)
    with pytest.raises(BrokenExecutor, match="does not hand it over"):
        engine._DaskExecutor(DaskClient(), "here").submit(print).result(timeout=30)


def test_a_scheduler_that_does_not_answer_is_a_sentence() -> None:
    client = DaskClient()
    executor = engine._DaskExecutor(client, "tcp://here")
    client.workers = {}
    for ask in (executor.end_lost, lambda: executor.submit(print)):
        with pytest.raises(SandboxError, match=r"scheduler at tcp://here ended, or cannot be reached\. Start it"):
            ask()


def test_nothing_to_do_starts_no_process(assignment: Assignment) -> None:
    def never() -> nullcontext[Any]:
        raise AssertionError("opened")

    assert grade_on(Engine("none", 2, never), job_of(assignment, RUN, None), [], lambda report: None) == []


def test_a_submission_that_its_grader_died_of_needs_a_human_and_has_no_zero(
    assignment: Assignment, tmp_path: Path, supervisor: Supervisor
) -> None:
    given = uploads(tmp_path, SOLUTION, WRONG)
    kind = RunKind(assignment.slug, assignment.digest(), official=True)

    def grade(pending: Sequence[Upload], record: Callable[[Report], None]) -> Sequence[Upload]:
        grade_class(assignment, pending[:1], record, run=RUN, supervisor=supervisor)
        return pending[1:]

    with row_file() as rows, ResultsFolder(tmp_path / "out", kind, [each.student for each in given]) as folder:
        class_run = ClassRun(assignment, given, folder, run=RUN, course=Course(), rows=rows)
        class_run.grade(grade, lambda done, of: None)
        class_run.write_tables(formats.detect(tmp_path))
    text = (tmp_path / "out" / "staff" / "grades.csv").read_text(encoding="utf-8-sig")
    right, dead = csv.DictReader(io.StringIO(text))
    assert (right["earned"], dead["earned"]) == ("20.0", "")
    assert dead["reason"] == say("attention.died")
    assert say("attention.died") in (tmp_path / "out" / "staff" / "needs-a-human.html").read_text(encoding="utf-8")
