"""What every rendering says alike: cases grouped by task, the state of each in words, one row per submission."""

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
    """A task with its cases in this report. Its points count these cases alone, so the rows sum up to the total."""

    task: Task
    cases: tuple[GradedCase, ...]
    state: str  # as of state(), or hidden-only: a practice run has none of its cases

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
        """The state as a sign."""
        return FAILED_MARK if self.state == "partly" and not self.earned else MARKS[self.state]

    @property
    def word(self) -> str:
        """The state in a word or two."""
        return state_word(self.state, self.cases)


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as a page shows it; ``next`` says what to do, "" where nothing is to be done."""

    case: GradedCase
    css: str
    mark: str
    word: str
    points: str
    reason: str
    measured: str
    next: str


def case_views(cases: Iterable[GradedCase], common: str) -> list[CaseView]:
    """Prepare cases for a page. ``common`` is what :func:`said_of_all` returns for their report."""
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
    """One submission in a table of many; ``page`` is the address of its own page, relative to the class page.

    ``measured`` are the cases that passed and measured something.
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
        """The student's name, or that there is none."""
        return say("report.anonymous") if self.student is None else self.student

    @property
    def counts(self) -> str:
        """Say "3 passed, 2 failed", the verdicts in the order in which they are defined."""
        found = [(each, self.verdicts[each]) for each in Verdict if self.verdicts.get(each)]
        said = ", ".join(say("report.count", count=count, verdict=word(each)) for each, count in found)
        if not said:
            return say("state.not-graded")
        return said if self.complete else f"{said} ({say('state.incomplete')})"


def class_row(report: Report, *, page: str = "") -> ClassRow:
    """Keep of a report what a table of a class shows.

    The hint is that of the first case with one to give, or what that case or the report says instead.
    """
    behind = [case for case in report.outcomes if case.verdict is not Verdict.PASSED]
    said = [*(case.hint for case in behind), *(case.message for case in behind), *report.notes]
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
    """One line of a leaderboard; equal values, as they are shown, share a rank."""

    rank: int
    row: ClassRow
    value: str


@dataclass(frozen=True, slots=True)
class Leaderboard:
    """What one case measured for all submissions that pass it, the best first. It is worth no points."""

    case: str
    title: str
    name: str
    places: tuple[Place, ...]


def leaderboards(rows: Sequence[ClassRow]) -> list[Leaderboard]:
    """Make a leaderboard for each case that some submission passes and that measured something."""
    found: dict[str, list[tuple[ClassRow, GradedCase, Measure]]] = {}
    for row in rows:
        for case in row.measured:
            if case.measure is not None:
                found.setdefault(case.case, []).append((row, case, case.measure))
    return [_leaderboard(entries) for entries in found.values()]


def _leaderboard(entries: Sequence[tuple[ClassRow, GradedCase, Measure]]) -> Leaderboard:
    # By what is shown: two submissions that differ in a digit that nobody sees are equal.
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
    """Write a measured number with four digits, or all of those before the point."""
    return f"{value:.0f}" if 9999.5 <= abs(value) < 1e15 else f"{value + 0.0:.4g}"  # + 0.0: never "-0"


def amount(measure: Measure) -> str:
    """Write "143.3 x"."""
    return f"{figure(measure.value)} {measure.unit}".rstrip()


def measured(case: GradedCase) -> str:
    """Write "speed ratio: 143.3 x"; "" for a case that measured nothing."""
    return f"{case.measure.name}: {amount(case.measure)}" if case.measure else ""


def by_task(report: Report) -> list[TaskView]:
    """Group the cases by task in the order of the assignment; a case of a task that is not listed is not lost."""
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
    """Return whether a case is part of the score. One that failed because of an error in the grader is not."""
    return case.verdict is not Verdict.GRADER_ERROR


def state(cases: Sequence[GradedCase]) -> str:
    """Return passed, partly, not-attempted, incomplete, or not-graded when there are no cases."""
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
    """Say the state: "2 of 3 cases passed" when it is partly, of a single case its verdict."""
    if state == "partly" and len(cases) == 1:
        return word(cases[0].verdict)
    passed = sum(case.verdict is Verdict.PASSED for case in cases)
    return say(f"state.{state}", passed=passed, all=len(cases))


def incomplete(report: Report) -> str:
    """Say how many cases failed because of our error. Nobody else sees the error of a practice run."""
    count = sum(not counts(case) for case in report.outcomes)
    return say("report.incomplete" if report.official else "report.incomplete-practice", count=count)


def word(verdict: Verdict) -> str:
    """Say a verdict."""
    return say(f"verdict.{verdict.value}")


def css_name(verdict: Verdict) -> str:
    """Return the name of a verdict on pages and in tables of colours."""
    return verdict.value.replace("_", "-")


def kind_word(kind: str) -> str:
    """Say a kind of difference; one that a saved report of another version may hold stays as it is."""
    return say(f"kind.{kind}") if kind in KINDS else kind


def rerun(report: Report) -> str:
    """Say what to type to grade the same thing again."""
    if report.submission.path is None:
        return say("report.rerun", slug=report.assignment)
    return say("report.rerun-submission", slug=report.assignment, path=shlex.quote(report.submission.path))


def said_of_all(report: Report) -> str:
    """Return what every case that ran says alike, "" where they differ: a file that cannot be read fails them all."""
    ran = [case for case in report.outcomes if case.verdict is not Verdict.SKIPPED]
    alike = {(case.verdict, case.message) for case in ran}
    ours = (Verdict.PASSED, Verdict.NOT_ATTEMPTED, Verdict.GRADER_ERROR)
    return "" if len(ran) < 2 or len(alike) > 1 or ran[0].verdict in ours else ran[0].message


def notes(report: Report) -> list[str]:
    """List what is said at the top: what all cases say alike, then the notes on the submission."""
    return [*filter(None, [said_of_all(report)]), *report.notes]


def reason(case: GradedCase, common: str) -> str:
    """Return the message of a case, in short if it is ``common``, which is shown at the top already."""
    return say("report.said-above") if case.message and case.message == common else case.message


def to_do(cases: Iterable[GradedCase]) -> list[str]:
    """List what is still a stub, each sentence once: every case of a task says the same."""
    stubs = (case for case in cases if case.verdict is Verdict.NOT_ATTEMPTED)
    return list(dict.fromkeys(case.message or case.title or case.case for case in stubs))


def number(points: float) -> str:
    """Write points with two decimals at most, and none that are zero."""
    return f"{round(points, 2) + 0.0:.12g}"  # + 0.0: never "-0"


def signed(points: float) -> str:
    """Write points with their sign."""
    return f"+{number(points)}" if points > 0 else number(points)


def of(earned: float, possible: float) -> str:
    """Write "7.5 / 10"."""
    return f"{number(earned)} / {number(possible)}"


def class_line(rows: Sequence[ClassRow]) -> str:
    """Say how many submissions there are and what they earned on average."""
    if not rows:
        return say("report.class-none")
    mean = number(sum(row.score.earned for row in rows) / len(rows))
    possible = number(max(row.score.possible for row in rows))
    return say("report.class", count=len(rows), mean=mean, possible=possible)
