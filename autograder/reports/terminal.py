"""Terminal output: one report, a table of assignments, a table of the submissions of a class.

All text that may come from a submission is clipped and passed to ``printable``. So a submission cannot colour a
terminal, move its cursor or forge a line of a report.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Final

from rich import box
from rich.cells import cell_len, chop_cells
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..messages import say, use_language
from ..model import Audience, GradedCase, LoadFailure, Report
from . import class_rows, last_run, standing, views
from .case_lines import case_fields, has_news, one_line
from .class_rows import ClassRow, Leaderboard
from .folding import folded
from .last_run import LastRun
from .printable import clip, printable
from .views import TaskView

_HINT_COLUMNS: Final = 160  # in the table of a class: two or three lines
_LABEL_WIDTH: Final = 8  # "called", "value", "reason"; a longer label, which is rare, widens only its own case

# A word always accompanies a colour. A state that is not listed has the colour of a failure.
_COLOURS: Final[Mapping[str, str]] = {
    "passed": "green",
    "not-attempted": "yellow",
    "skipped": "yellow",
    "grader-error": "magenta",
    "incomplete": "magenta",
    "hidden-only": "dim",
    "not-graded": "dim",
    "by-person": "dim",
    "awaiting": "yellow",
    "decided": "green",
}
_FAILURE: Final = "red"


def show(report: Report, *, audience: Audience, console: Console, change: str = "", page: Path | None = None) -> None:
    """Print a report in its own language: the tasks, the cases that did not pass, the total and the next step.

    ``change`` compares it with the last run. ``page`` is the path of its page.
    """
    report = report.seen_by(audience)
    with use_language(report.language):
        _print(console, _head(report))
        if report.load_failure:
            _print(console, _load_failure(report.load_failure, standing.staff_of_failure(report)))
        else:
            _print_tasks(report, audience, console)
        _print(console, _total(report, change))
        _print_page(page, console)
        _print_next_step(report, console)


def summary(
    reports: Sequence[Report], console: Console, *, modules: Mapping[str, str], page: Path | None = None
) -> None:
    """Print a row for each assignment, then the next step, in the current language.

    ``modules`` maps each slug to the file that a student edits. ``page`` is the path of the index.
    """
    runs = [LastRun.of(report) for report in reports]
    rows = [(run.assignment, run.title, run.points, run.state, run.word) for run in runs]
    table = _states("assignment", rows, console.width)
    _print(console, Group(table, *_missing(reports), ""))
    if runs:
        _print_page(page, console)
        first, *steps = last_run.next_steps(runs, modules)
        _print(console, Group("", _text(first), *(_indented(_text(step, style="bold")) for step in steps)))


def _print_tasks(report: Report, audience: Audience, console: Console) -> None:
    """Print the tasks that are started, the cases that did not pass, and the tasks that are not started."""
    tasks = standing.begun(report)
    if tasks:
        _print(console, Group(_task_table(tasks, console.width), ""))
    told = folded(filter(has_news, standing.cases(report)), audience)
    for case, also in told:
        if case.visible:
            _print(console, _case(case, also, report, audience))
    hidden = [(case, also) for case, also in told if not case.visible]
    if audience is Audience.STUDENT and any(case.mismatch for case, _ in hidden):
        _print(console, Group(_text(say("report.hidden-cases"), style="dim"), ""))
    for case, also in hidden:
        _print(console, _case(case, also, report, audience))
    if stubs := standing.to_do(report):
        _print(console, _to_do(stubs))
    if lines := [line for line in (standing.not_started_line(report), *standing.open_challenges(report)) if line]:
        _print(console, Group(*(_text(line, style="dim") for line in lines), ""))


def _print_page(page: Path | None, console: Console) -> None:
    if page is not None:
        console.out(say("report.page", page=page), highlight=False)


def _print_next_step(report: Report, console: Console) -> None:
    """Print the next step as the last line. A command that does not fit gets a line of its own, to be copied."""
    step, command = standing.next_step(report), views.rerun(report)
    if not step:
        return
    has_own_line = cell_len(step) > console.width and step.endswith(command)
    _print(console, Group("", _text(step.removesuffix(command).rstrip() if has_own_line else step, style="bold")))
    if has_own_line:
        console.out(f"  {printable(command)}", style="bold", highlight=False)


def class_table(rows: Collection[ClassRow], console: Console) -> None:
    """Print a row for each submission of one assignment, their number and mean score, then the leaderboards."""
    table = _table("student", "score", "cases", "first-hint")
    for row in rows:
        name = _text(row.name, style="bold")
        table.add_row(name, _text(row.points), _text(row.counts), _text(shortened(row.hint, columns=_HINT_COLUMNS)))
    _print(console, Group(table, ""))
    _print(console, _text(class_rows.class_line(rows)))
    for board in class_rows.leaderboards(rows):
        _print(console, _leaderboard(board))


def shortened(text: str, *, columns: int) -> str:
    """Return the words of ``text`` that fit into ``columns`` columns of a terminal, with "…" if some are omitted.

    A Hangul syllable takes two columns. A first word that does not fit is cut.
    """
    if cell_len(text) <= columns:
        return text
    head = next(iter(chop_cells(text[:columns], columns - 1)), "")
    words = head if text[len(head)].isspace() else head.rpartition(" ")[0]
    return f"{(words or head).rstrip(' ,;:')}…"


def _leaderboard(board: Leaderboard) -> Group:
    head = Text.assemble((say("label.leaderboard"), "bold"), "  ", _text(board.case, style="bold"))
    table = _table("rank", "student")
    table.add_column(_text(board.name), justify="right", overflow="fold")
    for place in board.places:
        table.add_row(str(place.rank), _text(place.row.name, style="bold"), _text(place.value))
    lines = [_indented(_text(line, style="dim")) for line in (board.title, say("report.leaderboard-why"))]
    return Group("", head, *lines, "", table)


def _print(console: Console, what: RenderableType) -> None:
    """Print without rich's interpretation of text (markup, emoji names, highlighted numbers)."""
    console.print(what, markup=False, emoji=False, highlight=False)


def _text(text: str, *, style: str = "") -> Text:
    return Text(one_line(text), style=style, overflow="fold")


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2), expand=False)


def _table(*labels: str) -> Table:
    """Return an empty table. Numbers are right-aligned, other columns left-aligned."""
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False)
    for label in labels:
        number = label in ("points", "score", "rank")
        no_wrap = number or label in ("task", "assignment")  # a name is not broken
        table.add_column(say(f"label.{label}"), justify="right" if number else "left", no_wrap=no_wrap, overflow="fold")
    return table


def _head(report: Report) -> Group:
    path = report.submission.path
    head = _text(report.assignment, style="bold").append("  ").append_text(_text(report.title))
    if report.submission.student is not None:
        head.append("  ").append_text(_text(report.submission.student, style="cyan"))
    stamp, style = ("official", "bold green") if report.official else ("practice", "bold yellow")
    line = Text(say(f"report.{stamp}").upper(), style=style)
    line = Text.assemble(line, "  ", (say(f"report.{stamp}-why"), "dim"))
    submission = [_indented(_text(say("report.submission", path=path)))] if path else []
    trained = [_indented(_text(line, style="dim")) for line in [views.trained_on(report)] if line]
    notes = [_indented(_text(note, style="yellow")) for note in views.notes(report)]
    return Group(head, line, *submission, *trained, *notes, "")


def _task_table(tasks: Sequence[TaskView], width: int) -> Table:
    rows = [(view.task.id, view.task.title, view.points, view.state, view.word) for view in tasks]
    return _states("task", rows, width)


def _states(label: str, rows: Sequence[tuple[str, str, str, str, str]], width: int) -> Table:
    """Return a table of name, title, points and state. It has no titles if they would take a second line."""
    columns = zip(*([name, title, points, word] for name, title, points, _, word in rows), strict=True)
    has_titles = sum(max(map(cell_len, column)) + 3 for column in columns) - 3 <= width
    table = _table(label, *(["title"] if has_titles else []), "points", "state")
    for name, title, points, state, word in rows:
        cells = [_text(name, style="bold"), *([_text(title)] if has_titles else []), _text(points)]
        table.add_row(*cells, _text(word, style=_COLOURS.get(state, _FAILURE)))
    return table


def _load_failure(failure: LoadFailure, staff: str) -> Group:
    """Return the line that cannot be read with a caret below the place, the reason and what to do."""
    head = Text.assemble((say("state.not-loaded").upper(), f"bold {_FAILURE}"), "  ", _text(failure.message))
    lines = standing.failing_line(failure)
    source = [Padding(Text(line, no_wrap=True, overflow="ellipsis"), (0, 0, 0, 4), expand=False) for line in lines]
    fields = [(say("label.remedy"), failure.remedy), (say("label.staff"), clip(staff.rstrip("\n")))]
    return Group(head, *source, _fields([(label, text) for label, text in fields if text]), "")


def _case(case: GradedCase, also: Sequence[str], report: Report, audience: Audience) -> Group:
    colour = _COLOURS.get(views.css_name(case.verdict), _FAILURE)
    head = _text(views.word(case.verdict).upper(), style=f"bold {colour}")
    head = Text.assemble(head, "  ", _text(case.case, style="bold"))
    if not case.visible:
        head.append(f"  ({say('label.hidden')})", style="dim")
    title = [_indented(_text(case.title, style="dim"))] if case.title else []
    others = [_indented(_text(f"{say('label.also')}: {line}")) for line in also]
    return Group(head, *title, _fields(case_fields(case, report, audience)), *others, "")


def _fields(fields: Sequence[tuple[str, str]]) -> Padding:
    """Lay out labels and texts in two columns, so that a text with several lines cannot forge a label."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(min_width=_LABEL_WIDTH, no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for label, text in fields:
        grid.add_row(Text(printable(label)), Text(printable(text), overflow="fold"))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _to_do(stubs: Sequence[str]) -> Group:
    lines = [_indented(_text(stub)) for stub in stubs]
    return Group(Text(say("label.to-do").upper(), style="bold yellow"), *lines, "")


def _total(report: Report, change: str) -> Group:
    lines = [Text(f"{say('label.total')}  {standing.total_line(report)}", style="bold")]
    if change:
        lines.append(_text(change, style="cyan"))
    for each in report.score.adjustments:
        lines.append(_text("  " + say("report.adjustment", points=views.signed(each.points), reason=each.reason)))
    if not report.complete:
        lines.append(Text(views.incomplete(report), style="magenta"))
    lines += [_text(line, style="green") for line in [standing.praise(report), *standing.honours(report)] if line]
    lines += [_text(line, style="dim") for line in [standing.not_run(report)] if line]
    return Group(*lines, *_missing([report]))


def _missing(reports: Sequence[Report]) -> list[Text]:
    return [_text(line, style="yellow") for line in views.missing_layers(reports)]
