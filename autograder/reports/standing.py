"""What a report says about the submission as a whole: the points that are still open, what is not begun, what is next.

A practice run has only the visible cases, so no sentence about it may sound as if the work were finished.
"""

from __future__ import annotations

import unicodedata

from ..messages import say
from ..model import FAILURES, GradedCase, LoadFailure, Report, Stub, Verdict
from . import views
from .printable import printable


def total_line(report: Report) -> str:
    """Return a sentence such as "25 of 30 visible points (100 in all)"."""
    return in_words(report.score.earned, report.score.possible, views.total_points(report))


def in_words(earned: float, possible: float, total: float) -> str:
    """Return points as a sentence reads them; ``total`` is 0 if no case is hidden."""
    points = {"earned": views.number(earned), "possible": views.number(possible)}
    if total:
        return say("report.points-visible", **points, total=views.number(total))
    return say("report.points", **points)


def praise(report: Report) -> str:
    """Return a sentence for a report without a failed case, or ""; it tells how many points are not decided yet."""
    if not report.complete or views.state(report.required) != "passed":
        return ""
    if total := views.total_points(report):
        by_hand = sum(task.points for task in report.tasks if task.kind == "manual")
        return praise_of_visible(report.score.earned, report.score.possible, total, by_hand=by_hand)
    return say("report.task-passed", task=report.only_task) if report.only_task else say("report.all-passed")


def praise_of_visible(earned: float, possible: float, total: float, *, by_hand: float = 0.0) -> str:
    """Return the praise where all visible cases pass. Hidden ones, and a person (``by_hand``), decide the rest."""
    points = {"earned": earned, "total": total, "hidden": round(total - possible - by_hand, 4)}
    praise = say("report.visible-passed", **{name: views.number(value) for name, value in points.items()})
    return f"{praise} {say('report.by-hand', points=views.number(by_hand))}" if by_hand else praise


def honours(report: Report) -> list[str]:
    """Return a sentence for each challenge whose cases all pass."""
    solved = (view for view in _challenges(report) if view.state == "passed")
    end = "solved" if report.official else "visible-solved"
    return [say(f"challenge.{end}", task=view.task.id, title=view.task.title) for view in solved]


def open_challenges(report: Report) -> list[str]:
    """Return a quiet line for each challenge that is not started."""
    idle = {stub.task for stub in _stubs(report)}
    views_ = (view for view in _challenges(report) if view.task.id in idle)
    return [say("challenge.open", task=view.task.id, title=view.task.title) for view in views_]


def _challenges(report: Report) -> list[views.TaskView]:
    if report.load_failure or not report.outcomes:
        return []
    return [view for view in views.by_task(report) if view.task.challenge]


def not_run(report: Report) -> str:
    """Return a sentence about the tasks that a run of one task left out, or ""."""
    if not report.only_task:
        return ""
    return say("report.only-task", task=report.only_task, count=len(report.tasks) - 1)


def not_started(report: Report) -> list[Stub]:
    """Return the tasks that are still the stub as a whole, in the order of the assignment; challenges are optional."""
    challenges = report.challenges
    return [stub for stub in _stubs(report) if stub.task not in challenges]


def _stubs(report: Report) -> list[Stub]:
    ran = {case.task for case in report.outcomes if case.verdict not in (Verdict.NOT_ATTEMPTED, Verdict.SKIPPED)}
    shown = {view.task.id for view in views.by_task(report)}
    return [stub for stub in report.stubs if stub.task in shown - ran]


def not_started_line(report: Report) -> str:
    """Return one line with the names of the tasks that are not started, or ""."""
    names = ", ".join(stub.task for stub in not_started(report))
    return say("report.not-started", tasks=names) if names else ""


def begun(report: Report) -> list[views.TaskView]:
    """Return the tasks that are started; there are none if the submission cannot be opened or loaded."""
    idle = {stub.task for stub in _stubs(report)}
    return (
        []
        if report.load_failure or not report.outcomes
        else [view for view in views.by_task(report) if view.task.id not in idle]
    )


def cases(report: Report) -> list[GradedCase]:
    """Return the cases of the tasks that are started."""
    tasks = {view.task.id for view in begun(report)}
    return [case for case in report.outcomes if case.task in tasks]


def to_do(report: Report) -> list[str]:
    """List the tasks that are started and need a function that is still the stub, each with that function."""
    stubs = (case for case in cases(report) if case.verdict is Verdict.NOT_ATTEMPTED)
    texts = ((case.task, case.message or case.title or case.case) for case in stubs)
    return list(dict.fromkeys(text if text.startswith(task) else f"{task}: {text}" for task, text in texts))


def staff_of_failure(report: Report) -> str:
    """Return what staff read about a submission that cannot be loaded; "" in a student's part of the report."""
    return next((case.staff for case in report.outcomes if case.staff), "") if report.load_failure else ""


def failing_line(failure: LoadFailure) -> list[str]:
    """Return the line that Python cannot read, with its number, and a line with a caret below the place, if known."""
    if not failure.text:
        return []
    text = printable(failure.text.replace("\t", " "))
    before = printable(failure.text[: failure.column - 1].replace("\t", " "))
    # A wide character gets a wide space, so that the caret is right in a page, too.
    blank = "".join("\u3000" if unicodedata.east_asian_width(sign) in "WF" else " " for sign in before)
    number = f"{failure.line} | "
    return [f"{number}{text}", f"{' ' * len(number)}{blank}^"] if failure.column else [f"{number}{text}"]


def next_step(report: Report) -> str:
    """Return the one thing to do next, or "" if there is nothing to do."""
    command = views.rerun(report)
    failure = report.load_failure
    if failure and failure.line:
        return say("next.line", line=failure.line, file=failure.file, command=command)
    if failure or not report.outcomes:
        return say("next.advice", command=command)
    idle = _stubs(report) if report.only_task else not_started(report)
    places = {stub.task: stub for stub in idle}
    for view in views.by_task(report):
        if view.task.challenge and not report.only_task:
            continue
        if stub := places.get(view.task.id):
            return say("next.write", task=stub.task, file=stub.file, line=stub.line, command=command)
        if step := _step_in(view, command):
            return step
    if any(case.verdict in FAILURES for case in report.required):
        return say("next.hidden", advice=say("report.next-hidden"))
    if not report.complete:
        return ""
    for view in begun(report):
        if view.task.challenge and (step := _step_in(view, command)):
            return step
    if report.only_task:
        return say("next.rest", command=views.rerun(report, all_tasks=True))
    return say("next.hand-in") if views.total_points(report) else ""


def _step_in(view: views.TaskView, command: str) -> str:
    """Return the next step in a task that is started, or "" if no visible case of it needs one."""
    visible = [case for case in view.cases if case.visible]
    failed: GradedCase | None = next((case for case in visible if case.verdict in FAILURES), None)
    if failed is not None:
        return say("next.fix", task=view.task.id, case=failed.case, command=command)
    if any(case.verdict is Verdict.NOT_ATTEMPTED for case in visible):
        return say("next.finish", task=view.task.id, command=command)
    return ""
