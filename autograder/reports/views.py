"""Content that all renderings share: cases grouped by task, states in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from autograder.messages import say
from autograder.model import Entries, GradedCase, Level, Measure, Mismatch, Report, Task, Verdict

from . import programs

MARKS = {
    "passed": "✓", "partly": "◐", "not-attempted": "○", "skipped": "–", "hidden-only": "–", "incomplete": "!",
    "grader-error": "!", "not-graded": "–", "by-person": "–", "awaiting": "…", "decided": "✓",
}  # fmt: skip
FAILED_MARK = "✗"
STATES = ("passed", "partly", "not-attempted", "hidden-only", "not-graded", "not-loaded", "incomplete",
          "by-person", "awaiting", "decided")  # fmt: skip
CASES = "test_visible.py"  # the file of the cases that a debugger can run, as in course/assignment.py
DIGEST_DIGITS = 12  # of a sha256, for people to compare
KINDS = ("type", "shape", "dtype", "non-finite", "value", "effect", "exception", "property")


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with its cases in this report. Its points count only these cases, so the rows add up to the total."""

    task: Task
    cases: tuple[GradedCase, ...]
    state: str  # a result of state(), of a manual task, or hidden-only: a practice run has none of its cases
    hidden: float = 0.0  # points of the hidden cases that a practice run does not have
    given: float = 0.0  # points that a person gave in a manual task
    is_practice: bool = False

    @property
    def earned(self) -> float:
        """Points earned by the cases of this report."""
        return sum(case.earned for case in self.cases if counts(case))

    @property
    def possible(self) -> float:
        """Points that the cases of this report can earn."""
        return sum(case.points for case in self.cases if counts(case))

    @property
    def points(self) -> str:
        """A text such as "3 / 3 (of 10)"; for a task without cases its points; a word for a challenge."""
        if self.task.challenge:
            return say("label.challenge")
        if self.state == "decided":
            return of(self.given, self.task.points)
        if not self.cases:
            return number(self.task.points)
        return of_all(self.earned, self.possible, self.task.points if self.hidden else 0.0)

    @property
    def mark(self) -> str:
        """The state as a symbol."""
        return FAILED_MARK if self.state == "partly" and not self.earned else MARKS[self.state]

    @property
    def word(self) -> str:
        """The state in words."""
        if self.task.challenge and self.state == "passed" and self.is_practice:
            return say("state.visible-passed")  # nobody here knows whether it has hidden cases
        return state_word(self.state, self.cases, hidden=self.hidden)


def figure(value: float) -> str:
    """Format a measured number with four significant digits, or with all digits before the decimal point."""
    return f"{value:.0f}" if 9999.5 <= abs(value) < 1e15 else f"{value + 0.0:.4g}"  # + 0.0: never "-0"


def amount(measure: Measure) -> str:
    """Return a text such as "143.3 x"."""
    return f"{figure(measure.value)} {measure.unit}".rstrip()


def measured(case: GradedCase) -> str:
    """Return a text such as "speed ratio: 143.3 x", or "" for a case without a measurement."""
    return f"{case.measure.name}: {amount(case.measure)}" if case.measure else ""


def entries(found: Entries) -> list[tuple[str, str]]:
    """Return got and want, each with its label, as arrays are written; the entries that differ have a star."""
    marked = tuple(tuple(f"{text}*" if bad else text for text, bad in zip(*row, strict=True))
                   for row in zip(found.got, found.wrong, strict=True))  # fmt: skip
    sides = ((say("label.got"), marked), (say("label.want"), found.want))
    place = f"{found.place} =" + ("\n" if len(found.got) > 1 else " ") if found.place else ""
    return [(label, place + _written(rows)) for label, rows in sides]


def _written(rows: Sequence[Sequence[str]]) -> str:
    if len(rows) == 1:
        return f"[{', '.join(rows[0])}]"
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [", ".join(text.rjust(width) for text, width in zip(row, widths, strict=True)) for row in rows]
    return "[" + ",\n ".join(f"[{line}]" for line in lines) + "]"


def share(found: Mismatch) -> str:
    """Return how many entries differ, in parentheses, and how they are marked; "" if it is not known."""
    marked = found.entries is not None
    if found.share:
        return say("report.differ-marked" if marked else "report.differ", share=found.share)
    return say("report.marked") if marked else ""


def line_of_case(case: GradedCase) -> str:
    """Return the line of the case that failed: "test_visible.py, line 18: assert_close(…)"."""
    line = case.source
    return say("report.trace", place=line.file, line=line.line, code=line.code) if line else ""


def trace(case: GradedCase) -> list[str]:
    """Return the lines of the student that an exception passed through: "train, line 88: logits = model(x)"."""
    file = case.trace[-1].file if case.trace else ""
    lines = []
    for each in case.trace:
        if each.skipped:
            lines.append(say("report.trace-skipped", count=each.skipped))
        is_elsewhere = each.file != file or not each.function
        place = ", ".join(part for part in (each.file if is_elsewhere else "", each.function) if part)
        line = say("report.trace", place=place, line=each.line, code=each.code)
        lines.append(f"{line}  ({each.note})" if each.note else line)
    return lines


def by_task(report: Report) -> list[TaskView]:
    """Group the cases by task, in the order of the assignment. Unlisted tasks of cases are appended."""
    listed = {task.id for task in report.tasks}
    strays = dict.fromkeys(case.task for case in report.outcomes if case.task not in listed)
    tasks = [*report.tasks, *(Task(id=name, title="", points=0.0) for name in strays)]
    return [_task_view(task, report) for task in tasks if report.only_task in ("", task.id)]


def _task_view(task: Task, report: Report) -> TaskView:
    cases = tuple(case for case in report.outcomes if case.task == task.id)
    if task.kind == "manual":
        given = math.fsum(each.points for each in report.score.adjustments if each.task == task.id)
        state_ = "by-person" if not report.official else "awaiting" if task in report.awaiting else "decided"
        return TaskView(task, cases, state_, given=round(given, 4))
    if not cases and report.outcomes and not report.official:
        return TaskView(task, cases, "hidden-only")
    hidden = 0.0 if report.official or not cases else task.points - math.fsum(case.points for case in cases)
    return TaskView(task, cases, state(cases), max(0.0, round(hidden, 4)), is_practice=not report.official)


def total_points(report: Report) -> float:
    """Return the points of the visible and the hidden cases, or 0 if no case is hidden from this run."""
    if report.official:
        return 0.0
    total = math.fsum(task.points for task in report.tasks if report.only_task in ("", task.id))
    visible = math.fsum(case.points for case in report.outcomes) if report.outcomes else report.score.possible
    return total if total - visible > 1e-6 else 0.0


def counts(case: GradedCase) -> bool:
    """Return whether a case is part of the score. A case with a grader error is not."""
    return case.verdict is not Verdict.GRADER_ERROR


def state(cases: Sequence[GradedCase]) -> str:
    """Return passed, partly, not-attempted, incomplete, or not-graded if there are no cases."""
    verdicts = {case.verdict for case in cases}
    if not verdicts:
        return "not-graded"
    if Verdict.GRADER_ERROR in verdicts:
        return "incomplete"
    if verdicts == {Verdict.PASSED}:
        return "passed"
    if Verdict.NOT_ATTEMPTED in verdicts and verdicts <= {Verdict.NOT_ATTEMPTED, Verdict.SKIPPED}:
        return "not-attempted"
    return "partly"


def state_word(state: str, cases: Sequence[GradedCase], *, hidden: float = 0.0) -> str:
    """Return the state in words. For partly, return "2 of 3 cases passed", or the verdict of a single case.

    ``hidden`` are the points of cases that did not run.
    """
    if state == "passed" and hidden:
        return say("state.visible-passed")
    if state == "partly" and len(cases) == 1:
        return word(cases[0].verdict)
    passed = sum(case.verdict is Verdict.PASSED for case in cases)
    return say(f"state.{state}", passed=passed, all=len(cases))


def incomplete(report: Report) -> str:
    """Return a sentence with the number of grader errors.

    It is different for a practice run, because staff do not see the errors of that run.
    """
    count = sum(not counts(case) for case in report.outcomes)
    return say("report.incomplete" if report.official else "report.incomplete-practice", count=count)


def missing_layers(reports: Sequence[Report]) -> list[str]:
    """Return one warning that lists the missing layers of the sandbox, or none."""
    missing = dict.fromkeys(name for each in reports if not each.sandbox.complete for name in each.sandbox.missing)
    command = programs.doctor_command()
    return [say("report.missing", layers=", ".join(missing), command=command)] if missing else []


def word(verdict: Verdict) -> str:
    """Return a verdict in words, in the current language."""
    return say(f"verdict.{verdict.value}")


def css_name(verdict: Verdict) -> str:
    """Return the name of a verdict in CSS classes and in tables of symbols and colours."""
    return verdict.value.replace("_", "-")


def kind_word(kind: str) -> str:
    """Return a kind of difference in words. An unknown kind, from a report of another version, does not change."""
    return say(f"kind.{kind}") if kind in KINDS else kind


def rerun(report: Report, *, all_tasks: bool = False) -> str:
    """Return the command that grades the same submission again, in a run of one task this task or ``all_tasks``."""
    task = "" if all_tasks else report.only_task
    return programs.grade_command(report.assignment, task=task, submission=report.submission.path)


def debug(report: Report, case: GradedCase) -> str:
    """Return the command that runs a case without a snippet so that a debugger can stop in the student's code.

    Return "" if the case has no line to look at, if it is a test of an adopted suite, or if the command would run
    another file than this report is about.
    """
    if case.snippet or case.source is None or case.source.file != CASES or report.submission.path is not None:
        return ""
    return programs.debug_command(report.assignment, case.case)


def said_of_all(report: Report) -> str:
    """Return the message that all cases share, or "" if they differ. Skipped cases do not count.

    For example, a file that cannot be read fails all cases.
    """
    ran = [case for case in report.outcomes if case.verdict is not Verdict.SKIPPED]
    alike = {(case.verdict, case.message) for case in ran}
    ours = (Verdict.PASSED, Verdict.NOT_ATTEMPTED, Verdict.GRADER_ERROR)
    return "" if len(ran) < 2 or len(alike) > 1 or ran[0].verdict in ours else ran[0].message


def notes(report: Report) -> list[str]:
    """List the sentences at the top of a report: the level of the sandbox unless it is the full one, the common message
    of all cases, then the notes.

    What prevented the import of the submission has a block of its own.
    """
    common = "" if report.load_failure else said_of_all(report)
    waiting = [say("report.awaiting", task=task.id, points=number(task.points)) for task in report.awaiting]
    level = report.sandbox.level
    special = say("report.level", level=level.value) if report.official and level is not Level.FULL else ""
    return [*filter(None, [special, common]), *report.notes, *waiting]


def trained_on(report: Report) -> str:
    """Return a sentence with data set and device, or "" if no case asked for a data set, or none ran."""
    grader = report.grader
    return (
        say("report.trained-on", data=grader.data, device=grader.device)
        if grader.data and not report.load_failure
        else ""
    )


def reason(case: GradedCase, common: str) -> str:
    """Return the message of a case, or a short reference if it is ``common``, which the top of the report shows."""
    return say("report.said-above") if case.message and case.message == common else case.message


def number(points: float) -> str:
    """Format points with at most two decimals, without trailing zeros."""
    return f"{round(points, 2) + 0.0:.12g}"  # + 0.0: never "-0"


def signed(points: float) -> str:
    """Format points with their sign."""
    return f"+{number(points)}" if points > 0 else number(points)


def shown_time(time: str | None) -> str:
    """Return an ISO 8601 time as people read it, with its zone ("2026-10-12 18:00 UTC+09:00"); "" for None."""
    try:
        return f"{datetime.fromisoformat(time or ''):%Y-%m-%d %H:%M %Z}".rstrip()
    except ValueError:
        return time or ""


def stamps(graded_at: str | None, received_at: str | None, attempt: int | None, sha256: str) -> str:
    """Return when a submission was graded and received, its attempt, and the first digits of its sha256."""
    found = [
        ("graded", shown_time(graded_at)),
        ("received", shown_time(received_at)),
        ("attempt", str(attempt or "")),
        ("digest", sha256[:DIGEST_DIGITS]),
    ]
    return ", ".join(say(f"stamp.{name}", value=value) for name, value in found if value)


def of(earned: float, possible: float) -> str:
    """Return a text such as "7.5 / 10"."""
    return f"{number(earned)} / {number(possible)}"


def of_all(earned: float, possible: float, total: float) -> str:
    """Return a text such as "3 / 3 (of 10)"; without the last part if ``total`` is 0: no case is hidden."""
    text = of(earned, possible)
    return f"{text} {say('report.of-all', total=number(total))}" if total else text
