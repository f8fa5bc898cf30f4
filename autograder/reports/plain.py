"""Linear output: sentences without boxes, columns and colours, for screen readers and narrow terminals.

Lines are broken between words, so that no name is broken in the middle. It has the functions of ``terminal``.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.cells import cell_len
from rich.console import Console

from ..messages import say, use_language
from ..model import Audience, GradedCase, LoadFailure, Report
from . import class_rows, last_run, standing, views
from .case_lines import case_fields, has_news
from .class_rows import ClassRow
from .folding import folded
from .last_run import LastRun
from .printable import FIELD_CHARACTERS, clip, printable
from .views import TaskView

NARROW: Final = 60  # columns; a table needs more


def is_wanted(console: Console) -> bool:
    """Return whether a terminal is too narrow for tables, or cannot move its cursor."""
    return console.width < NARROW or os.environ.get("TERM") == "dumb"


def show(report: Report, *, audience: Audience, console: Console, change: str = "", page: Path | None = None) -> None:
    """Print a report in its own language, one line for each task."""
    report = report.seen_by(audience)
    with use_language(report.language):
        _print(console, _report(report, audience, change))
        _print(console, _end(page, [standing.next_step(report)]))


def summary(
    reports: Sequence[Report], console: Console, *, modules: Mapping[str, str], page: Path | None = None
) -> None:
    """Print one line for each assignment, then the next step, in the current language."""
    runs = [LastRun.of(report) for report in reports]
    for run in runs:
        points = standing.in_words(run.earned, run.possible, run.total)
        _print(console, [f"{run.assignment}: {points}, {run.word}. {run.title}"])
    if runs:
        _print(console, _end(page, last_run.next_steps(runs, modules)))


def class_table(rows: Collection[ClassRow], console: Console) -> None:
    """Print one line for each submission of one assignment, their number and mean score, then the leaderboards."""
    for row in rows:
        points = standing.in_words(row.score.earned, row.score.possible, row.total) if row.complete else ""
        known = ", ".join(filter(None, [points, row.counts]))
        _print(console, [". ".join(filter(None, [f"{row.name}: {known}", row.hint]))])
    _print(console, [class_rows.class_line(rows)])
    for board in class_rows.leaderboards(rows):
        places = [f"{place.rank}. {place.row.name}: {place.value}" for place in board.places]
        _print(console, [f"{say('label.leaderboard')}: {board.case}, {board.name}", *places])


def _report(report: Report, audience: Audience, change: str) -> list[str]:
    stamp = "official" if report.official else "practice"
    lines = [f"{report.assignment}: {report.title}", f"{say(f'report.{stamp}')}: {say(f'report.{stamp}-why')}"]
    if report.submission.student is not None:
        lines.append(f"{say('label.student')}: {report.submission.student}")
    if report.submission.path:
        lines.append(say("report.submission", path=report.submission.path))
    lines += [views.trained_on(report), *views.notes(report)]
    if report.load_failure:
        lines += _load_failure(report.load_failure, standing.staff_of_failure(report))
    else:
        lines += [_task(view) for view in standing.begun(report)]
        for case, also in folded(filter(has_news, standing.cases(report)), audience):
            lines += _case(case, also, report, audience)
        lines += [*standing.to_do(report), standing.not_started_line(report), *standing.open_challenges(report)]
    lines += [f"{say('label.total')}: {standing.total_line(report)}", change]
    for each in report.score.adjustments:
        lines.append(say("report.adjustment", points=views.signed(each.points), reason=each.reason))
    lines += [standing.praise(report) if report.complete else views.incomplete(report), *standing.honours(report)]
    lines += [standing.not_run(report)]
    return [*lines, *views.missing_layers([report])]


def _task(view: TaskView) -> str:
    if view.task.challenge:
        return f"{view.task.id}: {view.points}, {view.word}"
    if not view.cases:
        return f"{view.task.id}: {view.word}"
    total = view.task.points if view.hidden else 0.0
    return f"{view.task.id}: {standing.in_words(view.earned, view.possible, total)}, {view.word}"


def _case(case: GradedCase, also: Sequence[str], report: Report, audience: Audience) -> list[str]:
    name = case.case if case.visible else f"{case.case} ({say('label.hidden')})"
    head = f"{views.word(case.verdict)}: {name}. {case.title}".rstrip(". ")
    fields = [*case_fields(case, report, audience), *((say("label.also"), line) for line in also)]
    return [head, *(f"{label}: {text}" for label, text in fields)]


def _load_failure(failure: LoadFailure, staff: str) -> list[str]:
    place = say("load.place", file=failure.file, line=failure.line)
    text = [f"{place}: {failure.text}"] if failure.text else []
    return [
        f"{say('state.not-loaded')}: {failure.message}",
        *text,
        failure.remedy,
        staff and f"{say('label.staff')}: {staff}",
    ]


def _end(page: Path | None, steps: Iterable[str]) -> list[str]:
    return [say("report.page", page=page) if page else "", *steps]


def _print(console: Console, lines: Iterable[str]) -> None:
    """Print lines that are not empty. The further lines of a text are indented, so that none looks like one of ours."""
    for line in filter(None, lines):
        first, *others = printable(clip(line, characters=2 * FIELD_CHARACTERS)).split("\n")
        for part in [first, *(f"  {other}" for other in others)]:
            console.out(_wrapped(part, console.width), highlight=False)


def _wrapped(text: str, columns: int) -> str:
    """Break a line between words. A longer word stays whole."""
    lines = [""]
    for number, word in enumerate(text.split(" ")):
        if number and cell_len(f"{lines[-1]} {word}") > columns:
            lines.append(word)
        else:
            lines[-1] += f" {word}" if number else word
    return "\n".join(lines)
