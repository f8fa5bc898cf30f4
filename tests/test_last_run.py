"""The last run of each assignment: what is saved, what is compared, and what a damaged file does."""

from __future__ import annotations

import json
import os
import threading
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from report_samples import EVERY_VERDICT, all_passed, hostile, practice, untouched

from autograder.messages import use_language
from autograder.model import Report, Score, SubmissionInfo
from autograder.reports import last_run, page
from autograder.reports.last_run import LastRun


@pytest.mark.parametrize("report", [practice(), untouched(), hostile(), EVERY_VERDICT, all_passed()])
def test_a_saved_run_is_read_back(tmp_path: Path, report: Report) -> None:
    run = LastRun.of(report)
    last_run.save(run, tmp_path)
    assert last_run.load(tmp_path, run.assignment) == run
    assert len(list((tmp_path / "last-run").iterdir())) == 1


def test_it_has_points_and_states_alone(tmp_path: Path) -> None:
    last_run.save(LastRun.of(EVERY_VERDICT), tmp_path)
    text = (tmp_path / "last-run" / "05-logistic.json").read_text(encoding="utf-8")
    assert len(text) < 1000
    for case in EVERY_VERDICT.outcomes:
        for secret in filter(None, (case.case, case.hint, case.call, case.staff)):
            assert secret not in text


VALID = {"format": 1, **asdict(LastRun.of(practice()))}
DAMAGED = {
    "no json": b"{",
    "empty": b"",
    "not UTF-8": b"\xff\xfe\x00",
    "a list": b"[]",
    "a number": b"7",
    "deep": b"[" * 90_000,
    "large": b" " * 200_000 + json.dumps(VALID).encode(),
    **{
        name: json.dumps({**VALID, **changed}).encode()
        for name, changed in {
            "another format": {"format": 2},
            "another assignment": {"assignment": "06-softmax"},
            "text for a number": {"earned": "7"},
            "not finite": {"earned": float("nan")},
            "huge": {"earned": 10**400},
            "a number for text": {"title": 7},
            "an unknown state": {"state": "perfect"},
            "an unknown state of a task": {"tasks": {"sigmoid": 7}},
            "an unknown verdict": {"verdict": "perfect"},
            "a list of tasks": {"tasks": []},
            "a truth for a count": {"passed": True},
        }.items()
    },
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_or_foreign_file_is_ignored_and_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / "last-run").mkdir()
    path = tmp_path / "last-run" / "05-logistic.json"
    path.write_bytes(DAMAGED[name])
    assert last_run.load(tmp_path, "05-logistic") is None
    assert last_run.keep(practice(), tmp_path) == ""
    assert last_run.load(tmp_path, "05-logistic") == LastRun.of(practice())


@pytest.mark.parametrize("kind", ["folder", "pipe", "file above"])
def test_what_is_no_file_costs_the_comparison_alone(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "last-run" / "05-logistic.json"
    if kind == "folder":
        path.mkdir(parents=True)
    elif kind == "pipe":
        path.parent.mkdir()
        os.mkfifo(path)
    else:
        path.parent.write_text("")
    assert last_run.keep(practice(), tmp_path) == ""
    assert last_run.keep(practice(), tmp_path) == ""


# --- the comparison


def with_task(report: Report, task: str, state: str, earned: float) -> LastRun:
    run = LastRun.of(replace(report, score=Score(earned, 71.0)))
    return replace(run, tasks={**run.tasks, task: state})


BEFORE = with_task(practice(), "train", "partly", 12.5)


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (with_task(practice(), "train", "passed", 17.5), "+5 points since the last run; fixed: train"),
        (with_task(practice(), "train", "partly", 13.5), "+1 point since the last run"),
        (with_task(practice(), "train", "partly", 12.5), ""),
        (with_task(practice(), "train", "passed", 12.5), "Since the last run: fixed: train"),
        (replace(with_task(practice(), "train", "passed", 9), official=True), ""),
        (replace(with_task(practice(), "train", "passed", 9), submission="kim.py"), ""),
        (replace(with_task(practice(), "train", "passed", 9), state="not-loaded"), ""),
    ],
)
def test_a_run_is_compared_with_the_last_one(now: LastRun, text: str) -> None:
    assert last_run.change(BEFORE, now) == text


def test_what_no_longer_passes_is_named() -> None:
    now, before = BEFORE, with_task(practice(), "train", "passed", 17.5)
    assert last_run.change(before, now) == "-5 points since the last run; no longer passed: train"
    with use_language("ko"):
        assert last_run.change(before, now) == "지난 실행 이후 -5점; 더는 통과하지 못하는 문제: train"
    assert last_run.change(None, now) == ""


def test_a_run_of_one_task_and_a_refused_one_keep_the_last_run(tmp_path: Path) -> None:
    last_run.keep(practice(), tmp_path)
    for report in (replace(practice(), only_task="train"), replace(practice(), outcomes=())):
        assert last_run.keep(report, tmp_path) == ""
        assert last_run.load(tmp_path, "05-logistic") == LastRun.of(practice())


def test_saved_runs_say_at_once_what_passed_and_what_comes_next(tmp_path: Path) -> None:
    """In the order of the course, 10 before 09; nothing if there is no run, if nothing is begun, or if all is done."""
    order = ["08-depth", "10-xor", "09-graph"]
    passed = LastRun.of(all_passed())
    assert last_run.so_far(tmp_path, order) == ""
    last_run.save(replace(passed, assignment="10-xor", state="not-attempted"), tmp_path)
    assert last_run.so_far(tmp_path, order) == ""
    last_run.save(replace(passed, assignment="08-depth"), tmp_path)
    sentence = "At the last run 1 of 3 assignments passed; next comes 10-xor. Now all are graded again."
    assert last_run.so_far(tmp_path, order) == sentence
    for slug in ("10-xor", "09-graph"):
        last_run.save(replace(passed, assignment=slug), tmp_path)
    assert last_run.so_far(tmp_path, order) == ""


# --- the index


def index(folder: Path, slugs: list[str]) -> str:
    last_run.write_index(folder, slugs, lambda runs: page.write_index(runs, folder))
    return (folder / "index.html").read_text(encoding="utf-8")


def test_the_index_keeps_the_other_assignments_and_leaves_out_what_is_gone(tmp_path: Path) -> None:
    for slug in ("01-dog-wolf", "02-tensors", "03-gone", "04-no-page"):
        last_run.keep(untouched(slug), tmp_path)
        (tmp_path / f"{slug}.html").touch()
    (tmp_path / "04-no-page.html").unlink()
    text = index(tmp_path, ["01-dog-wolf", "02-tensors", "04-no-page", "05-never-run"])
    assert [slug for slug in ("01-dog-wolf", "02-tensors", "03-gone", "04-no-page", "05-never") if slug in text] == [
        "01-dog-wolf",
        "02-tensors",
    ]


def test_runs_at_once_lose_no_row(tmp_path: Path) -> None:
    slugs = [f"{number:02}-x" for number in range(8)]

    def one(slug: str) -> None:
        (tmp_path / f"{slug}.html").touch()
        last_run.keep(untouched(slug), tmp_path)
        index(tmp_path, slugs)

    threads = [threading.Thread(target=one, args=(slug,)) for slug in slugs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert [slug for slug in slugs if slug not in text] == []


def test_a_run_that_is_saved_while_the_index_is_written_is_added(tmp_path: Path) -> None:
    for slug in ("01-a", "02-b"):
        (tmp_path / f"{slug}.html").touch()
    last_run.keep(untouched("01-a"), tmp_path)
    written: list[list[str]] = []

    def write(runs: list[LastRun]) -> None:
        written.append([run.assignment for run in runs])
        last_run.keep(untouched("02-b"), tmp_path)  # as another process does

    last_run.write_index(tmp_path, ["01-a", "02-b"], write)
    assert written == [["01-a"], ["01-a", "02-b"]]


def test_the_row_of_a_single_case_and_of_a_file_that_cannot_be_read() -> None:
    run = replace(LastRun.of(practice()), state="partly", verdict="timed_out")
    assert run.word == "timed out"
    assert replace(run, state="not-loaded").word == "cannot run"
    assert replace(run, submission=SubmissionInfo("x", "0" * 64).student or "").page == "05-logistic.html"


# --- cases that a release changed

CASE = practice().outcomes[0].case
CHANGED = {CASE: {"date": "2026-03-08", "digest": "1"}, "elsewhere": {"date": "2026-03-08", "digest": "2"}}


def test_a_changed_case_is_named_until_it_was_graded(tmp_path: Path) -> None:
    assert last_run.changed_cases(practice(), tmp_path, CHANGED) == []  # there is no run before the change
    last_run.keep(practice(), tmp_path)
    sentence = f"Cases changed with the release of 2026-03-08: {CASE}. The points may differ from your last run."
    assert last_run.changed_cases(practice(), tmp_path, CHANGED) == [sentence]
    last_run.keep(replace(practice(), only_task="train"), tmp_path, CHANGED)
    assert last_run.changed_cases(practice(), tmp_path, CHANGED) == [sentence]
    last_run.keep(practice(), tmp_path, CHANGED)
    assert last_run.changed_cases(practice(), tmp_path, CHANGED) == []
    again = {CASE: {"date": "", "digest": "3"}}
    [undated] = last_run.changed_cases(replace(practice(), language="ko"), tmp_path, again)
    assert undated == f"최근 업데이트에서 바뀐 케이스: {CASE}. 점수가 지난 실행과 다를 수 있습니다."


def test_a_run_saved_before_releases_were_noted_is_still_read(tmp_path: Path) -> None:
    last_run.save(LastRun.of(practice()), tmp_path)
    path = tmp_path / "last-run" / "05-logistic.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["changed"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert last_run.load(tmp_path, "05-logistic") == LastRun.of(practice())
