"""What a report says as a whole: open points, tasks not begun, and the next step."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from renderings import Page, on_terminal, printed
from report_samples import EVERY_VERDICT, NASTY, OUTCOMES, all_passed, practice, untouched

from autograder.messages import use_language
from autograder.model import Audience, LoadFailure, Report, Score, Stub, Verdict
from autograder.reports import page, plain, standing, views

UNREADABLE = LoadFailure("logistic.py, line 3: bad.", "Repair it.", "logistic.py", 3, 4, "가나 = 다 라")


def visible_passed() -> Report:
    """A practice run in which every visible case passes; hidden cases decide 29 of the 100 points."""
    passed = tuple(case for case in all_passed().outcomes if case.visible)
    points = sum(case.points for case in passed)
    return replace(practice(), outcomes=passed, score=Score(points, points), stubs=())


def unloaded() -> Report:
    """A practice run of a file that Python cannot read."""
    failed = tuple(
        replace(case, verdict=Verdict.ERRORED, message=UNREADABLE.message, hint="", mismatch=None)
        for case in practice().outcomes
    )
    return replace(practice(), outcomes=failed, score=Score(0.0, 71.0), stubs=(), load_failure=UNREADABLE)


# --- praise


def test_the_praise_of_a_practice_run_names_the_points_of_the_hidden_cases():
    assert standing.praise(visible_passed()) == (
        "All visible cases pass: 71 of the 100 points. Hidden cases decide the other 29 when you hand in. They look at "
        "other shapes, extreme values, arguments that must stay unchanged, and more."
    )
    assert standing.total_line(visible_passed()) == "71 of 71 visible points (100 in all)"


def test_a_run_without_hidden_points_is_praised_simply():
    assert standing.praise(replace(all_passed(), official=False)) == "Everything passes. Well done!"
    assert standing.praise(all_passed()) == "Everything passes. Well done!"
    assert standing.total_line(all_passed()) == "100 of 100 points"


@pytest.mark.parametrize("report", [practice(), EVERY_VERDICT, untouched(), unloaded()])
def test_what_does_not_pass_is_not_praised(report):
    assert standing.praise(report) == ""


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_rendering_of_a_practice_run_sounds_finished(language):
    report = replace(visible_passed(), language=language)
    texts = [on_terminal(report), page.html(report, audience=Audience.STUDENT)]
    for text in texts:
        assert "100" in text and "29" in text
        for word in ("Well done", "Everything passes", "수고하셨습니다", "모두 통과했습니다."):
            assert word not in text


def test_the_table_shows_the_points_with_those_of_hidden_cases():
    rows = {view.task.id: (view.points, view.word) for view in views.by_task(visible_passed())}
    assert rows["bce_backward"] == ("15 / 15 (of 30)", "passed so far")
    assert rows["sigmoid"] == ("20 / 20", "passed")


# --- one task


def test_a_run_of_one_task_says_that_the_others_were_not_run():
    cases = tuple(case for case in visible_passed().outcomes if case.task == "train")
    report = replace(visible_passed(), only_task="train", outcomes=cases, score=Score(16.0, 16.0))
    assert standing.not_run(report) == "Only train was graded; the other 3 tasks were not run."
    assert standing.total_line(report) == "16 of 16 visible points (30 in all)"
    assert [view.task.id for view in views.by_task(report)] == ["train"]
    assert standing.next_step(report) == "Next: run make grade A=05-logistic to grade all tasks."
    assert views.rerun(report) == "make grade A=05-logistic T=train"


# --- tasks that are not started


def test_tasks_that_are_not_started_are_one_line():
    stubs = tuple(Stub(task.id, "logistic.py", 10 * number) for number, task in enumerate(untouched().tasks, 1))
    report = replace(untouched(), stubs=stubs)
    text = on_terminal(report)
    assert "Not started: sigmoid, bce_backward, train, predict\n" in text
    assert "─" not in text and "still the stub" not in text
    assert text.endswith("\n\nNext: write sigmoid (logistic.py, line 10), then run make grade A=01-dog-wolf\n")
    shown = page.html(report, audience=Audience.STUDENT)
    assert "<nav" not in shown and 'class="case' not in shown
    assert shown.count("Not started: sigmoid, bce_backward, train, predict") == 1


def test_a_task_that_calls_a_stub_is_started():
    stub = replace(OUTCOMES[0], task="train", verdict=Verdict.NOT_ATTEMPTED, message="sigmoid is still the stub.")
    report = replace(practice(), outcomes=(stub,), stubs=(Stub("sigmoid", "logistic.py", 3),))
    assert standing.to_do(report) == ["train: sigmoid is still the stub."]
    assert standing.not_started_line(report) == "Not started: sigmoid"


def test_a_stub_is_named_once():
    assert standing.to_do(replace(practice(), stubs=())) == [OUTCOMES[-1].message]


# --- a file that cannot be read


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_file_that_cannot_be_read_is_one_block(language):
    report = replace(unloaded(), language=language)
    text = on_terminal(report)
    assert "logistic.py, line 3: bad.\n    3 | 가나 = 다 라\n        \u3000\u3000 ^\n" in text
    assert "Repair it." in text and len(text.splitlines()) <= 13
    shown = page.html(report, audience=Audience.STUDENT)
    assert ">3 | 가나 = 다 라\n    \u3000\u3000 ^</pre>" in shown
    for rendering in (text, shown):
        assert rendering.count("logistic.py, line 3: bad.") == 1
        assert "sigmoid_of_zero" not in rendering and "make grade" in rendering


def test_staff_read_why_a_file_cannot_be_loaded():
    report = unloaded()
    report = replace(report, outcomes=tuple(replace(case, staff="exit status 3") for case in report.outcomes))
    for audience, count in ((Audience.STAFF, 1), (Audience.STUDENT, 0)):
        shown = printed(plain.show, report, audience=audience)
        for text in (on_terminal(report, audience), page.html(report, audience=audience), shown):
            assert text.count("exit status 3") == count


def test_a_hostile_line_is_shown_and_not_obeyed():
    report = replace(unloaded(), load_failure=LoadFailure(NASTY, NASTY, NASTY, 3, 4, NASTY))
    shown = printed(plain.show, report, audience=Audience.STUDENT)
    for text in (on_terminal(report), page.html(report, audience=Audience.STUDENT), shown):
        signs = {unicodedata.category(sign) for sign in text if sign not in "\n\t"}
        assert signs.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert not {"script", "img"} & set(Page(page.html(report, audience=Audience.STUDENT)).tags)


def test_a_line_without_a_place_has_no_caret():
    assert standing.failing_line(replace(UNREADABLE, column=0)) == ["3 | 가나 = 다 라"]
    assert standing.failing_line(replace(UNREADABLE, text="")) == []


# --- the next step


def of_verdicts(*verdicts: str) -> Report:
    cases = [replace(OUTCOMES[0], verdict=Verdict(verdict)) for verdict in verdicts]
    return replace(practice(), outcomes=tuple(cases), stubs=())


@pytest.mark.parametrize(
    ("report", "step"),
    [
        (practice(), "Next: fix sigmoid (case sigmoid_keeps_shape), then run make grade A=05-logistic"),
        (unloaded(), "Next: correct line 3 of logistic.py, then run make grade A=05-logistic"),
        (visible_passed(), "Next: read the hand-out once more, and try inputs of your own: other shapes, "
         "zeros, large values. Then hand in your work."),
        (replace(practice(), outcomes=()), "Next: do what the message above says, then run make grade A=05-logistic"),
        (of_verdicts("not_attempted"), "Next: finish sigmoid, then run make grade A=05-logistic"),
        (of_verdicts("grader_error"), ""),
        (replace(EVERY_VERDICT, outcomes=OUTCOMES[4:5]),
         "Next: Try small inputs of your own: other shapes, negative numbers, zeros, large values."),
        (all_passed(), ""),
    ],
)  # fmt: skip
def test_the_next_step(report, step):
    report = replace(report, complete=all(views.counts(case) for case in report.outcomes))
    assert standing.next_step(report) == step
    with use_language("ko"):
        assert ("다음 할 일: " in standing.next_step(report)) == bool(step)


def test_plain_output_has_the_functions_of_the_terminal():
    assert {"show", "summary", "class_table"} <= set(vars(plain))
