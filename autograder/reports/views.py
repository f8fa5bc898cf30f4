"""Content that all renderings share: cases grouped by task, states in words, one row for each submission."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from autograder.messages import say
from autograder.model import GradedCase, Measure, Report, Score, Task, Verdict

MARKS = {
    "passed": "✓", "partly": "◐", "not-attempted": "○", "skipped": "–", "hidden-only": "–", "incomplete": "!",
    "grader-error": "!", "not-graded": "–",
}  # fmt: skip
FAILED_MARK = "✗"
KINDS = ("type", "shape", "dtype", "non-finite", "value", "effect", "exception", "property")


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task with its cases in this report. Its points count only these cases, so the rows add up to the total."""

    task: Task
    cases: tuple[GradedCase, ...]
    state: str  # a result of state(), or hidden-only: a practice run has none of its cases

    @property
    def earned(self) -> float:
        """Points earned by the cases of this report."""
        return sum(case.earned for case in self.cases if counts(case))

    @property
    def possible(self) -> float:
        """Points that the cases of this report can earn."""
        return sum(case.points for case in self.cases if counts(case))

    @property
    def mark(self) -> str:
        """The state as a symbol."""
        return FAILED_MARK if self.state == "partly" and not self.earned else MARKS[self.state]

    @property
    def word(self) -> str:
        """The state in words."""
        return state_word(self.state, self.cases)


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case for a page. ``next`` is the next step of the student, or "" if there is none."""

    case: GradedCase
    css: str
    mark: str
    word: str
    points: str
    reason: str
    measured: str
    next: str


def case_views(cases: Iterable[GradedCase], common: str) -> list[CaseView]:
    """Prepare cases for a page. ``common`` is the result of :func:`said_of_all` for their report."""
    words = {each: word(each) for each in Verdict}  # a class has hundreds of pages, and a page dozens of cases
    return [_case_view(case, common, words[case.verdict]) for case in cases]


def _case_view(case: GradedCase, common: str, word: str) -> CaseView:
    css = css_name(case.verdict)
    points = of(case.earned, case.points) if counts(case) else say("report.not-counted")
    done = case.verdict in (Verdict.PASSED, Verdict.SKIPPED, Verdict.GRADER_ERROR)
    step = "" if done else say("report.next-fix" if case.visible else "report.next-hidden")
    return CaseView(case, css, MARKS.get(css, FAILED_MARK), word, points, reason(case, common), measured(case), step)


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One submission in the table of a class. ``page`` is the address of its page, relative to the class page.

    ``measured`` are the cases that passed and have a measurement.
    """

    student: str | None
    score: Score
    verdicts: Mapping[Verdict, int]
    hint: str = ""
    complete: bool = True
    page: str = ""
    measured: tuple[GradedCase, ...] = ()

    @property
    def name(self) -> str:
        """The student's name, or a placeholder if there is none."""
        return say("report.anonymous") if self.student is None else self.student

    @property
    def counts(self) -> str:
        """A text such as "3 passed, 2 failed", with the verdicts in the order of their definition."""
        found = [(each, self.verdicts[each]) for each in Verdict if self.verdicts.get(each)]
        said = ", ".join(say("report.count", count=count, verdict=word(each)) for each, count in found)
        if not said:
            return say("state.not-graded")
        return said if self.complete else f"{said} ({say('state.incomplete')})"


def class_row(report: Report, *, page: str = "") -> ClassRow:
    """Return the row of a report for the table of a class.

    The hint is the first hint of the cases that did not pass, or their first message. The hint of a refused upload is
    the note that says why.
    """
    behind = [case for case in report.outcomes if case.verdict is not Verdict.PASSED]
    said = [*(case.hint for case in behind), *(case.message for case in behind)]
    if not report.outcomes:  # the upload was refused; other notes are no reason for a lost point
        said += report.notes
    return ClassRow(
        student=report.submission.student,
        score=report.score,
        verdicts=Counter(case.verdict for case in report.outcomes),
        hint=next((sentence for sentence in said if sentence), ""),
        complete=report.complete,
        page=page,
        measured=tuple(case for case in report.outcomes if case.verdict is Verdict.PASSED and case.measure),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """One row of a leaderboard. Values that are equal as displayed share a rank."""

    rank: int
    row: ClassRow
    value: str


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """The measurements of one case for all submissions that pass it, the best first. They earn no points."""

    case: str
    title: str
    name: str
    places: tuple[Place, ...]


def leaderboards(rows: Sequence[ClassRow]) -> list[Leaderboard]:
    """Return a leaderboard for each case with a measurement that some submission passes."""
    found: dict[str, list[tuple[ClassRow, GradedCase, Measure]]] = {}
    for row in rows:
        for case in row.measured:
            if case.measure is not None:
                found.setdefault(case.case, []).append((row, case, case.measure))
    return [_leaderboard(entries) for entries in found.values()]


def _leaderboard(entries: Sequence[tuple[ClassRow, GradedCase, Measure]]) -> Leaderboard:
    # Compare the displayed values: two submissions that differ only in a hidden digit are equal.
    scored = [(_goodness(measure), row, amount(measure)) for row, _, measure in entries]
    scored.sort(key=lambda entry: -entry[0])
    values = [goodness for goodness, _, _ in scored]
    places = tuple(Place(values.index(goodness) + 1, row, value) for goodness, row, value in scored)
    _, case, measure = entries[0]
    return Leaderboard(case.case, case.title, measure.name, places)


def _goodness(measure: Measure) -> float:
    shown = float(figure(measure.value))
    return -shown if measure.smaller_is_better else shown


def figure(value: float) -> str:
    """Format a measured number with four significant digits, or with all digits before the decimal point."""
    return f"{value:.0f}" if 9999.5 <= abs(value) < 1e15 else f"{value + 0.0:.4g}"  # + 0.0: never "-0"


def amount(measure: Measure) -> str:
    """Return a text such as "143.3 x"."""
    return f"{figure(measure.value)} {measure.unit}".rstrip()


def measured(case: GradedCase) -> str:
    """Return a text such as "speed ratio: 143.3 x", or "" for a case without a measurement."""
    return f"{case.measure.name}: {amount(case.measure)}" if case.measure else ""


def by_task(report: Report) -> list[TaskView]:
    """Group the cases by task, in the order of the assignment. Unlisted tasks of cases are appended."""
    listed = {task.id for task in report.tasks}
    strays = dict.fromkeys(case.task for case in report.outcomes if case.task not in listed)
    tasks = [*report.tasks, *(Task(id=name, title="", points=0.0) for name in strays)]
    return [_task_view(task, report) for task in tasks]


def _task_view(task: Task, report: Report) -> TaskView:
    cases = tuple(case for case in report.outcomes if case.task == task.id)
    if not cases and report.outcomes and not report.official:
        return TaskView(task, cases, "hidden-only")
    return TaskView(task, cases, state(cases))


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


def state_word(state: str, cases: Sequence[GradedCase]) -> str:
    """Return the state in words. For partly, return "2 of 3 cases passed", or the verdict of a single case."""
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


def word(verdict: Verdict) -> str:
    """Return a verdict in words, in the current language."""
    return say(f"verdict.{verdict.value}")


def css_name(verdict: Verdict) -> str:
    """Return the name of a verdict in CSS classes and in tables of symbols and colours."""
    return verdict.value.replace("_", "-")


def kind_word(kind: str) -> str:
    """Return a kind of difference in words. An unknown kind, from a report of another version, does not change."""
    return say(f"kind.{kind}") if kind in KINDS else kind


def rerun(report: Report) -> str:
    """Return the command that grades the same submission again."""
    if report.submission.path is None:
        return say("report.rerun", slug=report.assignment)
    return say("report.rerun-submission", slug=report.assignment, path=shlex.quote(report.submission.path))


def said_of_all(report: Report) -> str:
    """Return the message that all cases share, or "" if they differ. Skipped cases do not count.

    For example, a file that cannot be read fails all cases.
    """
    ran = [case for case in report.outcomes if case.verdict is not Verdict.SKIPPED]
    alike = {(case.verdict, case.message) for case in ran}
    ours = (Verdict.PASSED, Verdict.NOT_ATTEMPTED, Verdict.GRADER_ERROR)
    return "" if len(ran) < 2 or len(alike) > 1 or ran[0].verdict in ours else ran[0].message


def notes(report: Report) -> list[str]:
    """List the sentences at the top of a report: the common message of all cases, then the notes."""
    return [*filter(None, [said_of_all(report)]), *report.notes]


def reason(case: GradedCase, common: str) -> str:
    """Return the message of a case, or a short reference if it is ``common``, which the top of the report shows."""
    return say("report.said-above") if case.message and case.message == common else case.message


def to_do(cases: Iterable[GradedCase]) -> list[str]:
    """List the messages of stubs without duplicates: all cases of a task have the same message."""
    stubs = (case for case in cases if case.verdict is Verdict.NOT_ATTEMPTED)
    return list(dict.fromkeys(case.message or case.title or case.case for case in stubs))


def number(points: float) -> str:
    """Format points with at most two decimals, without trailing zeros."""
    return f"{round(points, 2) + 0.0:.12g}"  # + 0.0: never "-0"


def signed(points: float) -> str:
    """Format points with their sign."""
    return f"+{number(points)}" if points > 0 else number(points)


def of(earned: float, possible: float) -> str:
    """Return a text such as "7.5 / 10"."""
    return f"{number(earned)} / {number(possible)}"


def class_line(rows: Sequence[ClassRow]) -> str:
    """Return a sentence with the number of submissions and their mean score."""
    if not rows:
        return say("report.class-none")
    mean = number(sum(row.score.earned for row in rows) / len(rows))
    possible = number(max(row.score.possible for row in rows))
    return say("report.class", count=len(rows), mean=mean, possible=possible)
