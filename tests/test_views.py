"""What the renderings say alike."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_samples import EVERY_VERDICT, OUTCOMES, all_passed, practice, race, untouched

from autograder.messages import use_language
from autograder.model import GradedCase, Measure, SandboxInfo, Score, SubmissionInfo, Verdict
from autograder.reports import class_rows, programs, views


def test_tasks_keep_the_order_of_the_assignment_and_sum_up_to_the_total():
    tasks = views.by_task(practice())
    assert [view.task.id for view in tasks] == ["sigmoid", "bce_backward", "train", "predict"]
    assert sum(view.earned for view in tasks) == practice().score.earned
    assert sum(view.possible for view in tasks) == practice().score.possible


def test_a_fault_of_ours_is_left_out_of_both_sums():
    train = views.by_task(EVERY_VERDICT)[2]
    assert {case.verdict for case in train.cases} >= {Verdict.GRADER_ERROR}
    assert (train.earned, train.possible) == (0.0, 24.0)
    assert sum(view.possible for view in views.by_task(EVERY_VERDICT)) == EVERY_VERDICT.score.possible


def test_a_case_of_an_unlisted_task_is_not_lost():
    stray = replace(OUTCOMES[0], task="bonus")
    last = views.by_task(replace(EVERY_VERDICT, outcomes=(*OUTCOMES, stray)))[-1]
    assert (last.task.id, last.cases) == ("bonus", (stray,))


@pytest.mark.parametrize(
    ("verdicts", "state"),
    [
        ("passed passed", "passed"),
        ("passed failed", "partly"),
        ("timed_out", "partly"),
        ("not_attempted skipped", "not-attempted"),
        ("skipped", "partly"),
        ("not_attempted passed", "partly"),
        ("passed grader_error", "incomplete"),
        ("", "not-graded"),
    ],
)
def test_the_state_of_cases(verdicts, state):
    assert views.state([replace(OUTCOMES[0], verdict=Verdict(each)) for each in verdicts.split()]) == state


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        ("passed", "passed"),
        ("failed", "failed"),
        ("timed_out", "timed out"),
        ("not_attempted", "not attempted"),
        ("failed failed", "0 of 2 cases passed"),
        ("passed failed errored", "1 of 3 cases passed"),
    ],
)
def test_the_words_of_a_state(verdicts, words):
    cases = [replace(OUTCOMES[0], verdict=Verdict(each)) for each in verdicts.split()]
    assert views.state_word(views.state(cases), cases) == words


def test_only_an_official_run_reaches_the_instructor():
    broken = replace(OUTCOMES[0], verdict=Verdict.GRADER_ERROR)
    official = replace(EVERY_VERDICT, outcomes=(broken,))
    assert views.incomplete(official).endswith("Your instructor sees the error.")
    practice = replace(official, official=False)
    assert views.incomplete(practice).endswith("Tell your instructor.")


def board(*measures: Measure) -> list[tuple[int, str, str]]:
    """Rank, name and value of each place, for a class of a, b, c and so on."""
    rows = [
        class_rows.ClassRow(name, Score(1, 1), {}, measured=(class_rows.Measured("speed", "", measure),))
        for name, measure in zip("abcdefg", measures, strict=False)
    ]
    [found] = class_rows.leaderboards(rows)
    return [(place.rank, place.row.name, place.value) for place in found.places]


def test_a_leaderboard_begins_with_the_best_and_equal_values_share_a_rank():
    values = (2.0, 10.0, 3.00001, 3.00002, 10.0, -1.0)
    wanted = [(1, "b", "10"), (1, "e", "10"), (3, "c", "3"), (3, "d", "3"), (5, "a", "2"), (6, "f", "-1")]
    assert board(*(Measure("speed", value) for value in values)) == wanted
    small = [(1, "b", "2 s"), (2, "a", "3.5 s"), (2, "c", "3.5 s"), (4, "d", "40 s")]
    assert board(*(Measure("time", v, "s", smaller_is_better=True) for v in (3.5, 2, 3.50001, 40))) == small


def test_only_a_case_that_passed_and_measured_is_on_a_board():
    rows = [class_rows.class_row(report) for report in race()]
    speed, loss = class_rows.leaderboards(rows)
    assert (speed.case, speed.name, len(speed.places)) == ("sigmoid_of_zero", "speed ratio", 5)
    assert (loss.case, loss.name, len(loss.places)) == ("gradient_on_fresh_draws", "loss", 6)
    assert "student04" not in {place.row.name for place in speed.places}
    assert class_rows.leaderboards([class_rows.class_row(EVERY_VERDICT), class_rows.class_row(all_passed())]) == []


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (143.27, "143.3"), (0.93124, "0.9312"), (9999.4, "9999"), (9999.6, "10000"), (12345.6, "12346"), (3.0, "3"),
        (-0.0, "0"), (1e15, "1e+15"), (1e308, "1e+308"), (5e-324, "4.941e-324"),
    ],
)  # fmt: skip
def test_a_measured_number_has_four_digits_or_those_before_the_point(value, text):
    assert views.figure(value) == text


def test_a_task_without_cases_is_hidden_in_practice_and_otherwise_not_graded():
    official = replace(EVERY_VERDICT, outcomes=OUTCOMES[:1])
    for report, state in [
        (replace(official, official=False), "hidden-only"),
        (official, "not-graded"),
        (replace(official, official=False, outcomes=()), "not-graded"),  # refused: nothing ran at all
    ]:
        assert views.by_task(report)[3].state == state


def test_the_command_to_debug_is_for_cases_of_the_students_own_file():
    case = replace(OUTCOMES[6], case="curves[a b]")
    assert views.debug(practice(), case) == "autograder debug 05-logistic 'curves[a b]'"
    assert views.debug(practice(), replace(case, snippet="f(1)")) == ""
    assert views.debug(practice(), replace(case, source=None)) == ""
    elsewhere = replace(practice(), submission=replace(practice().submission, path="handed-in"))
    assert views.debug(elsewhere, case) == ""


def test_every_verdict_has_its_word():
    assert len({views.word(verdict) for verdict in Verdict}) == len(Verdict)


@pytest.mark.parametrize(
    ("points", "text"),
    [(10.0, "10"), (2.5, "2.5"), (100 / 3, "33.33"), (-0.0, "0"), (-0.001, "0"), (1234567.5, "1234567.5")],
)
def test_points_are_written_short(points, text):
    assert views.number(points) == text


def test_adjustments_carry_their_sign():
    assert [views.signed(points) for points in (2.5, -2.0, 0.0)] == ["+2.5", "-2", "0"]


def test_a_row_keeps_the_first_hint_else_the_first_message_else_a_note():
    assert class_rows.class_row(EVERY_VERDICT).hint == OUTCOMES[1].hint
    assert class_rows.class_row(untouched()).hint == "sigmoid is still the stub."
    assert class_rows.class_row(replace(EVERY_VERDICT, outcomes=())).hint == EVERY_VERDICT.notes[0]
    passed = tuple(case for case in EVERY_VERDICT.outcomes if case.verdict is Verdict.PASSED)
    assert class_rows.class_row(replace(EVERY_VERDICT, outcomes=passed)).hint == ""
    assert class_rows.class_row(all_passed()).hint == ""


def test_a_row_counts_verdicts():
    row = class_rows.class_row(EVERY_VERDICT, page="x.html")
    assert row.counts.startswith("1 passed, 3 failed, 1 errored, 2 not attempted")
    assert row.counts.endswith("(incomplete)")
    assert class_rows.class_row(replace(EVERY_VERDICT, outcomes=())).counts == "not graded"


def ended(verdict: Verdict, message: str) -> GradedCase:
    return replace(OUTCOMES[0], verdict=verdict, message=message)


SAME = [ended(Verdict.ERRORED, "line 3"), ended(Verdict.ERRORED, "line 3")]


@pytest.mark.parametrize(
    ("cases", "said"),
    [
        (SAME, "line 3"),
        ([*SAME, ended(Verdict.SKIPPED, "it needs another")], "line 3"),
        ([*SAME, ended(Verdict.ERRORED, "line 4")], ""),
        ([*SAME, ended(Verdict.PASSED, "")], ""),
        (SAME[:1], ""),  # it stands there once already
        ([ended(Verdict.NOT_ATTEMPTED, "stub")] * 2, ""),  # has a list of its own
        ([ended(Verdict.GRADER_ERROR, "broke")] * 2, ""),
        ([ended(Verdict.PASSED, "accuracy .97")] * 2, ""),
        ([ended(Verdict.FAILED, "")] * 2, ""),
        ([], ""),
    ],
)
def test_what_all_cases_say_alike_stands_at_the_top(cases, said):
    report = replace(EVERY_VERDICT, outcomes=tuple(cases), notes=("a note",))
    assert views.said_of_all(report) == said
    assert views.notes(report) == [*filter(None, [said]), "a note"]
    short = "See the top of this report." if said else cases[0].message if cases else ""
    assert not cases or views.reason(cases[0], said) == short


def test_rerun_names_what_was_graded():
    assert views.rerun(EVERY_VERDICT) == "make grade A=05-logistic"
    found = replace(EVERY_VERDICT, submission=replace(EVERY_VERDICT.submission, path="my answer (2).py"))
    assert views.rerun(found) == "make grade A=05-logistic SUBMISSION='my answer (2).py'"


@pytest.mark.parametrize(
    ("program", "language", "command"),
    [
        ("make", "en", "make grade A=05-logistic T=train SUBMISSION='my answer.py'"),
        ("python g.py", "en", "python g.py grade 05-logistic --task train --submission 'my answer.py'"),
        ("python g.py", "ko", "python g.py grade 05-logistic --task train --submission 'my answer.py' --lang ko"),
    ],
)
def test_rerun_names_the_program_that_was_started(monkeypatch, program, language, command):
    monkeypatch.setenv("AUTOGRADER_PROGRAM", program)
    found = replace(EVERY_VERDICT, only_task="train", submission=SubmissionInfo(None, "", path="my answer.py"))
    with use_language(language):
        assert views.rerun(found) == command
        [warning] = views.missing_layers([replace(found, sandbox=SandboxInfo(False, (), ("network",)))])
        assert f"{program} doctor" in warning


def test_rerun_on_windows_needs_no_make(monkeypatch):
    monkeypatch.setattr("os.name", "nt")
    assert programs.grade_command("05-logistic", submission="my answer.py") == (
        'autograder grade 05-logistic --submission "my answer.py"'
    )


def test_the_class_line():
    rows = [class_rows.class_row(replace(all_passed(), score=Score(earned, 100.0))) for earned in (100.0, 50.0)]
    assert class_rows.class_line(rows) == "2 submissions, mean 75 of 100 points"
    assert class_rows.class_line(rows[:1]) == "1 submission, mean 100 of 100 points"
    assert class_rows.class_line([]) == "No submissions yet."


def test_a_row_without_a_complete_report_has_no_points_and_is_not_in_the_mean():
    full = class_rows.class_row(replace(all_passed(), score=Score(80.0, 100.0)))
    none = replace(full, score=Score(0.0, 100.0), complete=False)
    assert (full.points, none.points) == ("80 / 100", "–")
    assert class_rows.class_line([full, none]) == "2 submissions, mean 80 of 100 points"
    assert class_rows.class_line([none]) == "1 submission, none with a complete report"
