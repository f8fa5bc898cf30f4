"""The last run of each assignment: saved next to the pages, so that a run of one assignment keeps the others' rows.

A saved file has no answer, no output and no case: only points and the states of tasks, which the student has seen. A
student may edit or damage it. Such a file is ignored, and its texts are escaped like those of a submission.
"""

from __future__ import annotations

import contextlib
import json
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from ..errors import AutograderError
from ..messages import say, use_language
from ..model import Report, Verdict
from . import programs, standing, views
from .files import write_text
from .printable import file_stem

FOLDER: Final = "last-run"
_MOST_BYTES: Final = 100_000
_MOST_PASSES: Final = 10  # over the index, while other runs save their results
_FORMAT: Final = 1

CaseChanges = Mapping[str, Mapping[str, str]]
"""The cases of an assignment that releases changed, each with the ``date`` and the ``digest`` of its last change."""

_NO_CHANGES: Final[CaseChanges] = {}


@dataclass(frozen=True, slots=True)
class LastRun:
    """One assignment in the index, in the summary and in its saved file.

    ``total`` are the points with those of hidden cases, or 0 if none is hidden. ``verdict`` is that of the only case,
    or "" if there are several. ``tasks`` maps each task to its state. ``submission`` is the path of a submission, or ""
    for the working copy. ``changed`` are the cases that releases had changed by then, with the digests of the changes.
    """

    assignment: str
    title: str
    earned: float
    possible: float
    total: float
    state: str
    passed: int
    cases: int
    verdict: str
    official: bool
    submission: str
    tasks: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, report: Report, changed: CaseChanges = _NO_CHANGES) -> LastRun:
        """Return what is saved of a report."""
        cases = report.required
        return cls(
            assignment=report.assignment,
            title=report.title,
            earned=report.score.earned,
            possible=report.score.possible,
            total=views.total_points(report),
            state="not-loaded" if report.load_failure else views.state(cases),
            passed=sum(case.verdict is Verdict.PASSED for case in cases),
            cases=len(cases),
            verdict=cases[0].verdict.value if len(cases) == 1 else "",
            official=report.official,
            submission=report.submission.path or "",
            tasks={view.task.id: view.state for view in views.by_task(report)},
            changed={case: each["digest"] for case, each in changed.items()},
        )

    @property
    def page(self) -> str:
        """The file name of its page."""
        return f"{file_stem(self.assignment)}.html"

    @property
    def points(self) -> str:
        """A text such as "3 / 3 (of 10)"."""
        return views.of_all(self.earned, self.possible, self.total)

    @property
    def word(self) -> str:
        """The state in words."""
        if self.state == "passed" and self.total:
            return say("state.visible-passed")
        if self.state == "partly" and self.verdict:
            return say(f"verdict.{self.verdict}")
        return say(f"state.{self.state}", passed=self.passed, all=self.cases)


def change(before: LastRun | None, now: LastRun) -> str:
    """Return a text such as "+5 points since the last run; fixed: bce_backward", or "" if nothing changed."""
    if before is None or (before.official, before.submission) != (now.official, now.submission):
        return ""
    if "not-loaded" in (before.state, now.state):  # all tasks fail for one reason
        return ""
    points = round(now.earned - before.earned, 4)
    known = {task: state for task, state in now.tasks.items() if task in before.tasks}
    fixed = [task for task, state in known.items() if state == "passed" != before.tasks[task]]
    broken = [task for task, state in known.items() if before.tasks[task] == "passed" != state]
    parts = [say("report.since", points=views.signed(points))] if points else []
    parts += [say("report.since-fixed", tasks=", ".join(fixed))] if fixed else []
    parts += [say("report.since-broken", tasks=", ".join(broken))] if broken else []
    if parts and not points:
        parts[0] = f"{say('report.since-same')}: {parts[0]}"
    return "; ".join(parts)


def changed_cases(report: Report, folder: Path, changed: CaseChanges) -> list[str]:
    """Return a sentence for each release that changed cases of the report since the last run, none if there is none."""
    before = load(folder, report.assignment)
    if before is None:
        return []
    graded = {case.case.partition("[")[0] for case in report.outcomes}
    dates: dict[str, list[str]] = {}
    for case, each in changed.items():
        if case in graded and before.changed.get(case) != each["digest"]:
            dates.setdefault(each["date"], []).append(case)
    with use_language(report.language):
        return [
            say("report.cases-changed", cases=", ".join(cases), date=date)
            if date
            else say("report.cases-changed-undated", cases=", ".join(cases))
            for date, cases in sorted(dates.items())
        ]


def keep(report: Report, folder: Path, changed: CaseChanges = _NO_CHANGES) -> str:
    """Save the run of a report whose page is in ``folder``, and return how it differs from the run before.

    A run of one task and a submission that could not be opened say nothing about the assignment.
    """
    if report.only_task or not report.outcomes:
        return ""
    now = LastRun.of(report, changed)
    with use_language(report.language):
        text = change(load(folder, report.assignment), now)
    save(now, folder)
    return text


def so_far(folder: Path, slugs: Sequence[str]) -> str:
    """Return what the saved runs say of these assignments, in the order in which to do them; "" if that is nothing new.

    The sentence is there before the grading, which takes a while for a whole course.
    """
    states = {slug: run.state for slug in slugs if (run := load(folder, slug))}
    passed = [slug for slug, state in states.items() if state == "passed"]
    following = next((slug for slug in slugs if slug not in passed), "")
    if not following or set(states.values()) <= {"not-attempted"}:
        return ""
    return say("report.so-far", passed=len(passed), all=len(slugs), slug=following)


def next_steps(runs: Sequence[LastRun], modules: Mapping[str, str]) -> list[str]:
    """Return a sentence and the steps that follow it, after a run of several assignments.

    ``modules`` maps each assignment to the file that a student edits, in the order in which to do the assignments.
    """
    rank = {slug: number for number, slug in enumerate(modules)}
    unsolved = sorted(
        (run for run in runs if run.state != "passed"), key=lambda run: rank.get(run.assignment, len(rank))
    )
    if unsolved:
        slug = unsolved[0].assignment
        begun = any(run.state != "not-attempted" for run in runs)
        passed, last = len(runs) - len(unsolved), say("report.begin-run", command=programs.grade_command(slug))
        first = say("report.continue", passed=passed, all=len(runs), slug=slug) if begun else say("report.begin")
        if unsolved[0].state != "not-attempted":
            return [first, last]
        return [
            first,
            say("report.begin-read", slug=slug),
            say("report.begin-edit", slug=slug, module=modules[slug]),
            last,
        ]
    total = sum(run.total or run.possible for run in runs)
    possible = sum(run.possible for run in runs)
    if total == possible:
        return [say("report.all-passed")]
    return [standing.praise_of_visible(sum(run.earned for run in runs), possible, total), say("next.hand-in")]


# --- files


def load(folder: Path, slug: str) -> LastRun | None:
    """Return the last run of an assignment whose page is in ``folder``; None if there is none that can be read."""
    path = folder / FOLDER / f"{slug}.json"
    try:
        if not path.is_file():  # opening a pipe would wait
            return None
        with path.open("rb") as file:
            document = json.loads(file.read(_MOST_BYTES + 1))
        found = _checked(document)
    except (OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return found if found.assignment == slug else None


def save(run: LastRun, folder: Path) -> None:
    """Save a run for the index and for the comparison with the next run, or do nothing if it cannot be written."""
    text = json.dumps({"format": _FORMAT, **asdict(run)}, indent=1) + "\n"
    with contextlib.suppress(AutograderError):  # a damaged folder must not cost the report
        write_text(folder / FOLDER / f"{run.assignment}.json", text)


def write_index(folder: Path, slugs: Collection[str], write: Callable[[list[LastRun]], object]) -> None:
    """Call ``write`` with the last runs of these assignments, and again if another run saved its result meanwhile."""
    written: list[LastRun] | None = None
    for _ in range(_MOST_PASSES):
        runs = [run for slug in slugs if (run := load(folder, slug)) and (folder / run.page).is_file()]
        if runs == written:
            return
        write(runs)
        written = runs


_KINDS: Final[Mapping[str, type]] = {
    "assignment": str, "title": str, "earned": float, "possible": float, "total": float, "state": str,
    "passed": int, "cases": int, "verdict": str, "official": bool, "submission": str, "tasks": dict,
    "changed": dict,
}  # fmt: skip


def _checked(document: Any) -> LastRun:
    """Check a document. The standard library is enough; the import of pydantic takes longer than grading.

    Raises:
        ValueError, TypeError, KeyError: It is not the document of a last run.
    """
    if document["format"] != _FORMAT:
        raise ValueError("another format")
    values = {name: document[name] for name in _KINDS if name != "changed"} | {"changed": document.get("changed", {})}
    for name, kind in _KINDS.items():
        if kind is float and type(values[name]) is int:
            values[name] = float(values[name])
        if type(values[name]) is not kind or (kind is float and not math.isfinite(values[name])):
            raise TypeError(name)
    run = LastRun(**values)
    states = [run.state, *run.tasks.values()]
    if not all(state in views.STATES for state in states) or run.verdict not in ("", *Verdict):
        raise ValueError("an unknown state")
    return run
