"""Reports on the terminal."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
import report_samples as samples
from renderings import KOREAN_ROWS, LONG, ROWS, in_korean, on_terminal, printed, race_rows
from report_samples import EVERY_VERDICT, OUTCOMES, all_passed, hostile, korean, practice, untouched
from rich.cells import cell_len
from rich.console import Console

from autograder.model import Audience, Mismatch, Score, Verdict
from autograder.reports import page, terminal


def test_a_failure_reads_as_the_style_wants():
    report = replace(practice(), outcomes=(replace(OUTCOMES[3], title=""),))
    assert """
FAILED  gradient_matches_slope
  called   bce_backward(p, y)   p, y: float32 (8,), seed 0
  value    got -1.60445, want -0.200557  at [0] (4 of 8 entries differ: *)
  got      [2:4, 0:2] =
           [[-1.60445*, 0.5],
            [      12*,   0]]
  want     [2:4, 0:2] =
           [[-0.200557, 0.5],
            [      1.5,   0]]
  hint     yours is N times the gradient, everywhere. What does the mean in L do to its derivative?
  try it   import numpy as np
           from logistic import bce_backward

           p = np.array([0.8, 0.5])
           y = np.array([1.0, 0.0])
           print(bce_backward(p, y))
           # got: [-1.25  2.  ]
           # want: [-0.625  1.   ]
  rerun    make grade A=05-logistic
""" in on_terminal(report)


def test_values_with_lines_of_their_own_stand_below_each_other():
    found = Mismatch("value", "[[1 2]\n [3 4]]", "[[1 2]\n [3 5]]", "[1, 1]", "1 of 4 entries differs")
    text = on_terminal(replace(practice(), outcomes=(replace(OUTCOMES[3], mismatch=found),)))
    assert "value    got [[1 2]\n            [3 4]]\n" in text
    assert "\n           at [1, 1] (1 of 4 entries differs)\n" in text


def test_a_difference_without_values_is_told_by_its_message():
    case = replace(OUTCOMES[3], mismatch=Mismatch("property", "", ""), message="the loss rose at step 12", snippet="")
    text = on_terminal(replace(practice(), outcomes=(case,)))
    assert "reason   the loss rose at step 12" in text and "got" not in text


def test_practice_is_stamped_and_names_the_missing_layers():
    text = on_terminal(practice())
    assert "PRACTICE  A practice run of the visible cases; it is not a grade." in text
    assert "Sandbox layers missing on this machine: user namespace, seccomp." in text
    assert "OFFICIAL" not in text and "PRACTICE" not in on_terminal(EVERY_VERDICT)


def test_a_passed_case_speaks_only_when_it_has_something_to_say():
    assert "sigmoid_of_zero" not in on_terminal(all_passed())
    case = replace(OUTCOMES[0], message="accuracy 0.97")
    assert "PASSED  sigmoid_of_zero" in on_terminal(replace(all_passed(), outcomes=(case,)))
    assert "Everything passes. Well done!" in on_terminal(all_passed())


@pytest.mark.parametrize("verdict", [Verdict.PASSED, Verdict.FAILED])
def test_students_see_what_was_measured_of_them_and_no_leaderboard(verdict):
    case = replace(OUTCOMES[0], verdict=verdict, measure=samples.SPEED)
    report = replace(EVERY_VERDICT, outcomes=(case,))
    text = on_terminal(report)
    assert f"{verdict.upper()}  sigmoid_of_zero" in text and "\n  measured speed ratio: 143.3 ×\n" in text
    shown = page.html(report, audience=Audience.STUDENT)
    assert "<dt>measured</dt>\n<dd>speed ratio: 143.3 ×</dd>" in shown
    assert "eaderboard" not in text and 'class="leaderboard"' not in shown
    assert "측정값   speed ratio: 143.3 ×" in on_terminal(replace(report, language="ko"))


def test_a_refused_submission_is_one_sentence():
    refused = replace(EVERY_VERDICT, outcomes=(), notes=("The archive has a link out of itself.",), score=Score(0, 100))
    text = on_terminal(refused)
    assert "The archive has a link out of itself." in text and "0 of 100 points" in text
    assert "─" not in text and "sigmoid" not in text
    assert "<nav" not in page.html(refused, audience=Audience.STUDENT)


def test_a_command_that_does_not_fit_is_not_broken():
    report = replace(practice(), submission=replace(practice().submission, path="my answer/" + "long " * 20))
    command = f"make grade A=05-logistic SUBMISSION='my answer/{'long ' * 20}'"
    assert on_terminal(report).endswith(f"(case sigmoid_keeps_shape), then run\n  {command}\n")


@pytest.mark.parametrize("report", [hostile(), korean()], ids=["hostile", "korean"])
@pytest.mark.parametrize("width", [60, 80])
def test_nothing_is_wider_than_the_terminal(report, width):
    assert max(cell_len(line) for line in on_terminal(report, width=width).split("\n")) <= width


def columns_of(line: str, words: list[str]) -> list[int]:
    """The column of a terminal at which each of ``words`` begins; a Hangul syllable takes two."""
    return [cell_len(line[: line.index(word)]) for word in words]


def test_korean_columns_stand_below_each_other():
    text = in_korean(printed, terminal.class_table, KOREAN_ROWS, width=160)
    head = next(line for line in text.split("\n") if "학생" in line)
    score, cases = cell_len(head[: head.index("점수") + 2]), columns_of(head, ["케이스"])[0]
    for name in ("김민준", "남궁서연", "student03", "제갈공명"):
        row = next(line for line in text.split("\n") if line.startswith(name))
        assert cell_len(row[: row.index("–") + 1]) == score  # numbers end where their label ends
        assert columns_of(row, ["통과 1"])[0] == cases
    report = on_terminal(korean()).split("\n")
    labels = [
        line for line in report if line.startswith(("  호출", "  형태", "  힌트", "  출력", "  재실행", "  이유"))
    ]
    assert {cell_len(re.match(r"  \S+ +", line)[0]) for line in labels} == {11}  # type: ignore[index]


def test_a_class_table_cuts_a_long_hint_at_a_word_and_says_so():
    text = re.sub(r"\s+", " ", in_korean(printed, terminal.class_table, KOREAN_ROWS[-1:], width=400))
    hint = text[text.index("모든 곳에서") : text.index("…") + 1]
    assert hint[:-1] in LONG and LONG[len(hint) - 1] == " " and 120 < cell_len(hint) <= 160
    assert "생략" not in text and "left out" not in text
    english = printed(terminal.class_table, [replace(ROWS[0], hint="one two three four five " * 20)], width=400)
    assert re.search(r"\b(one|two|three|four|five)…", english) and "characters left out" not in english


MODULES = {"01-dog-wolf": "dog_wolf.py", "02-tensors": "tensors.py", "05-logistic": "logistic.py"}


def test_the_summary_of_untouched_assignments_says_how_to_begin():
    text = printed(terminal.summary, [untouched(), untouched("02-tensors")], modules=MODULES)
    assert "01-dog-wolf   Dog or wolf   0 / 62 (of 100)   not attempted" in text
    for step in (
        "assignments/01-dog-wolf/README.md",
        "assignments/01-dog-wolf/dog_wolf.py",
        "make grade A=01-dog-wolf",
    ):
        assert step in text


def test_the_summary_warns_once_of_layers_that_do_not_hold():
    text = printed(terminal.summary, [practice(), practice(), all_passed()], modules=MODULES)
    assert text.count("Sandbox layers missing on this machine: user namespace, seccomp.") == 1
    assert "Missing" not in printed(terminal.summary, [all_passed()], modules={})


def test_the_summary_names_the_next_assignment():
    text = printed(terminal.summary, [all_passed(), practice()], modules=MODULES)
    assert "100 / 100   passed" in text and "make grade A=05-logistic" in text and "README" not in text
    assert "Passed: 1 of 2. Next comes 05-logistic:" in text


def test_the_summary_of_solved_assignments_is_glad():
    assert "Everything passes. Well done!" in printed(terminal.summary, [all_passed()], modules={})


def test_a_submission_cannot_write_rich_markup():
    file = io.StringIO()
    terminal.show(hostile(), audience=Audience.STUDENT, console=Console(file=file, width=400, force_terminal=True))
    assert "[bold red]rich[/]" in file.getvalue() and ":smiley:" in file.getvalue()
    assert "evil.example\x1b" not in file.getvalue() and "\x1b]8" not in file.getvalue()


def test_a_submission_cannot_forge_a_line():
    lines = on_terminal(hostile(), width=400).split("\n")
    assert [line for line in lines if line.startswith(("Total", "PASSED"))] == ["Total  10.5 of 94 points"]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_wide_names_keep_the_columns_of_a_leaderboard(width):
    text = in_korean(printed, terminal.class_table, race_rows(), width=width)
    boards = text[text.index("순위표") :]
    assert max(cell_len(line) for line in text.split("\n")) <= width
    speed = [line for line in boards.split("\n") if line.endswith("×")]
    assert len(speed) == 5 and len({cell_len(line) for line in speed}) == 1
