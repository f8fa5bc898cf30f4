"""Linear output: for screen readers and narrow terminals."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from renderings import ROWS, printed, race_rows
from report_samples import EVERY_VERDICT, OUTCOMES, hostile, practice, untouched
from rich.cells import cell_len
from rich.console import Console

from autograder.model import Audience, Report
from autograder.reports import plain


def shown(report: Report, *, width: int = 400, audience: Audience = Audience.STUDENT) -> str:
    return printed(plain.show, report, audience=audience, width=width)


def test_each_task_is_one_line_without_boxes_and_columns():
    text = shown(practice())
    assert "sigmoid: 10 of 20 points, 1 of 3 cases passed\n" in text
    assert "bce_backward: 2.5 of 15 visible points (30 in all), 0 of 2 cases passed\n" in text
    tasks = text.partition("failed: ")[0]
    assert "─" not in text and "   " not in tasks
    assert "failed: sigmoid_keeps_shape. An answer has the shape of its argument\ncalled: sigmoid(z)" in text
    assert text.endswith("Next: fix sigmoid (case sigmoid_keeps_shape), then run make grade A=05-logistic\n")


def test_every_label_of_the_terminal_is_there_for_staff():
    text = shown(EVERY_VERDICT, audience=Audience.STAFF)
    for label in ("called", "value", "hint", "printed", "staff", "reason", "Total"):
        assert f"\n{label}: " in text


@pytest.mark.parametrize("width", [20, 40, 59])
def test_a_line_is_broken_between_words_alone(width):
    for line in shown(practice(), width=width).splitlines():
        assert cell_len(line) <= width or " " not in line.strip(), line
    words = set(shown(practice(), width=width).split())
    assert {case.case for case in practice().outcomes if case.hint} <= {word.strip(".:") for word in words}


def test_the_output_of_a_submission_cannot_forge_a_line():
    case = replace(OUTCOMES[1], output="a\nTotal: 100 of 100 points\n")
    assert "\n  Total: 100 of 100 points\n" in shown(replace(practice(), outcomes=(case,)))
    assert "\nTotal  100 of 100" not in shown(hostile())
    assert "\x1b" not in shown(hostile())


def test_the_summary_has_one_line_for_each_assignment():
    modules = {"01-dog-wolf": "dog_wolf.py"}
    text = printed(plain.summary, [untouched(), practice()], modules=modules, width=200)
    assert text.startswith(
        "01-dog-wolf: 0 of 62 visible points (100 in all), not attempted. Dog or wolf\n05-logistic: 12.5"
    )
    assert text.endswith("run    make grade A=01-dog-wolf\n")


def test_a_class_has_one_line_for_each_submission():
    text = printed(plain.class_table, [*ROWS, *race_rows()], width=400)
    assert "student01: 100 of 100 points, 12 passed\n" in text
    assert "3 failed" in text and "9 submissions" in text
    assert "\n1. 제갈공명: 12346 ×\n" in text


@pytest.mark.parametrize(("width", "term", "wanted"), [(59, "xterm", True), (60, "xterm", False), (99, "dumb", True)])
def test_it_is_used_on_a_narrow_and_on_a_dumb_terminal(monkeypatch, width, term, wanted):
    monkeypatch.setenv("TERM", term)
    assert plain.is_wanted(Console(file=io.StringIO(), width=width)) is wanted
