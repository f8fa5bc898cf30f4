"""Terminal output: one report, a table of assignments, a table of the submissions of a class.

All text that may come from a submission is clipped and passed to ``printable``. So a submission cannot colour a
terminal, move its cursor or forge a line of a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rich import box
from rich.cells import cell_len, chop_cells
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..messages import say, use_language
from ..model import Audience, GradedCase, Mismatch, Report, Verdict
from . import views
from .printable import FIELD_CHARACTERS, clip, printable
from .views import ClassRow, Leaderboard, TaskView

_HINT_COLUMNS: Final = 160  # in the table of a class: two or three lines
_OUTPUT_LINES: Final = 20  # of the submission's output; the page shows more
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
}
_FAILURE: Final = "red"


def show(report: Report, *, audience: Audience, console: Console) -> None:
    """Print a report in its own language: the tasks, the cases that did not pass, the stubs and the total."""
    report = report.seen_by(audience)
    with use_language(report.language):
        _print(console, _head(report))
        _print(console, Group(_task_table(views.by_task(report)), ""))
        for case in report.outcomes:
            if _speaks(case):
                _print(console, _case(case, report, audience))
        stubs = views.to_do(report.outcomes)
        if stubs:
            _print(console, _to_do(stubs))
        _print(console, _total(report))


def summary(reports: Sequence[Report], console: Console, *, modules: Mapping[str, str]) -> None:
    """Print a row for each assignment, then the next step, in the current language.

    ``modules`` maps each slug to the file that a student edits.
    """
    table = _table("assignment", "title", "points", "state")
    for report in reports:
        state = views.state(report.outcomes)
        points = _text(views.of(report.score.earned, report.score.possible))
        word = _text(views.state_word(state, report.outcomes), style=_COLOURS.get(state, _FAILURE))
        table.add_row(_text(report.assignment, style="bold"), _text(report.title), points, word)
    _print(console, Group(table, *_missing(reports), ""))
    unsolved = [report for report in reports if views.state(report.outcomes) != "passed"]
    if not reports:
        return
    if not unsolved:
        _print(console, _text(say("report.all-passed"), style="green"))
    elif all(views.state(report.outcomes) == "not-attempted" for report in reports):
        _print(console, _begin(reports[0].assignment, modules[reports[0].assignment]))
    else:
        step = _text(say("report.begin-run", slug=unsolved[0].assignment), style="bold")
        _print(console, Group(_text(say("report.continue")), _indented(step)))


def class_table(rows: Sequence[ClassRow], console: Console) -> None:
    """Print a row for each submission of one assignment, their number and mean score, then the leaderboards."""
    table = _table("student", "score", "cases", "first-hint")
    for row in rows:
        name = _text(row.name, style="bold")
        score = _text(views.of(row.score.earned, row.score.possible))
        table.add_row(name, score, _text(row.counts), _text(shortened(row.hint, columns=_HINT_COLUMNS)))
    _print(console, Group(table, ""))
    _print(console, _text(views.class_line(rows)))
    for board in views.leaderboards(rows):
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
    """Return ``text`` as one line: a line break in a name or a note could forge a line of the report."""
    line = clip(text, characters=FIELD_CHARACTERS).replace("\n", " ")
    return Text(printable(line), style=style, overflow="fold")


def _indented(text: Text) -> Padding:
    return Padding(text, (0, 0, 0, 2), expand=False)


def _table(*labels: str) -> Table:
    """Return an empty table. Numbers are right-aligned, other columns left-aligned."""
    table = Table(box=box.SIMPLE_HEAD, header_style="dim", pad_edge=False, show_edge=False)
    for label in labels:
        number = label in ("points", "score", "rank")
        table.add_column(say(f"label.{label}"), justify="right" if number else "left", no_wrap=number, overflow="fold")
    return table


def _head(report: Report) -> Group:
    head = _text(report.assignment, style="bold").append("  ").append_text(_text(report.title))
    if report.submission.student is not None:
        head.append("  ").append_text(_text(report.submission.student, style="cyan"))
    stamp, style = ("official", "bold green") if report.official else ("practice", "bold yellow")
    line = Text(say(f"report.{stamp}").upper(), style=style)
    line = Text.assemble(line, "  ", (say(f"report.{stamp}-why"), "dim"))
    return Group(head, line, *(_indented(_text(note, style="yellow")) for note in views.notes(report)), "")


def _task_table(tasks: Iterable[TaskView]) -> Table:
    table = _table("task", "title", "points", "state")
    for view in tasks:
        points = views.of(view.earned, view.possible) if view.cases else views.number(view.task.points)
        word = _text(view.word, style=_COLOURS.get(view.state, _FAILURE))
        table.add_row(_text(view.task.id, style="bold"), _text(view.task.title), _text(points), word)
    return table


def _speaks(case: GradedCase) -> bool:
    if case.verdict is Verdict.PASSED:
        return bool(case.message or case.measure)
    return case.verdict is not Verdict.NOT_ATTEMPTED  # one list shows all stubs


def _case(case: GradedCase, report: Report, audience: Audience) -> Group:
    colour = _COLOURS.get(views.css_name(case.verdict), _FAILURE)
    head = _text(views.word(case.verdict).upper(), style=f"bold {colour}")
    head = Text.assemble(head, "  ", _text(case.case, style="bold"))
    if not case.visible:
        head.append(f"  ({say('label.hidden')})", style="dim")
    title = [_indented(_text(case.title, style="dim"))] if case.title else []
    return Group(head, *title, _fields(_case_fields(case, report, audience)), "")


def _case_fields(case: GradedCase, report: Report, audience: Audience) -> list[tuple[str, str]]:
    """Return label and text of each line below the name of a case, in the order of display."""
    failed = case.verdict is not Verdict.PASSED
    kind = views.kind_word(case.mismatch.kind) if case.mismatch else ""
    again = case.visible and failed and case.verdict is not Verdict.SKIPPED
    fields = [
        (say("label.called"), clip(case.call, characters=FIELD_CHARACTERS)),
        (kind, _difference(case.mismatch, secret=not case.visible and audience is Audience.STUDENT)),
        (say("label.reason"), clip(views.reason(case, views.said_of_all(report)), characters=FIELD_CHARACTERS)),
        (say("label.hint"), clip(case.hint, characters=FIELD_CHARACTERS)),
        (say("label.measured"), clip(views.measured(case), characters=FIELD_CHARACTERS)),
        (say("label.printed"), clip(case.output.rstrip("\n"), lines=_OUTPUT_LINES) if failed else ""),
        (say("label.staff"), clip(case.staff.rstrip("\n"))),
        (say("label.rerun"), views.rerun(report) if again else ""),
    ]
    return [(label, text) for label, text in fields if text]


def _difference(mismatch: Mismatch | None, *, secret: bool) -> str:
    """Return "got 1, want 2  at [0] (8 of 8 entries differ)". Long or multi-line values get lines of their own."""
    if mismatch is None:
        return ""
    if secret:
        return say("report.hidden-difference")
    sides = [(say("label.got"), mismatch.got), (say("label.want"), mismatch.want)]
    values = [f"{label} {clip(text, characters=FIELD_CHARACTERS)}" for label, text in sides if text]
    place = [say("report.at", where=mismatch.where)] if mismatch.where else []
    place += [say("report.differ", share=mismatch.share)] if mismatch.share else []
    if "\n" in "".join(values) or len("".join(values)) > 100:
        return "\n".join([*values, " ".join(place)]).rstrip()
    return "  ".join(part for part in (", ".join(values), " ".join(place)) if part)


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


def _total(report: Report) -> Group:
    points = say(
        "report.points", earned=views.number(report.score.earned), possible=views.number(report.score.possible)
    )
    lines = [Text(f"{say('label.total')}  {points}", style="bold")]
    for each in report.score.adjustments:
        lines.append(_text("  " + say("report.adjustment", points=views.signed(each.points), reason=each.reason)))
    if not report.complete:
        lines.append(Text(views.incomplete(report), style="magenta"))
    elif views.state(report.outcomes) == "passed":
        lines.append(Text(say("report.all-passed"), style="green"))
    return Group(*lines, *_missing([report]))


def _missing(reports: Sequence[Report]) -> list[Text]:
    """Return one warning that lists the missing layers of the sandbox."""
    missing = dict.fromkeys(name for each in reports if not each.sandbox.complete for name in each.sandbox.missing)
    return [_text(say("report.missing", layers=", ".join(missing)), style="yellow")] if missing else []


def _begin(slug: str, module: str) -> Group:
    """Return the first steps for a student who has not started, in a friendly tone."""
    steps = [say(f"report.begin-{step}", slug=slug, module=module) for step in ("read", "edit", "run")]
    return Group(_text(say("report.begin")), *(_indented(_text(step, style="bold")) for step in steps))
