"""Seal the hints of the known mistakes that fail a visible case into ``hints.json``, next to the stub.

Every known mistake runs on the visible cases, in the order and with the seed of a student's practice run, twice: what
differs between two runs would be opened by nobody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ..course import solution, translation
from ..course.assignment import Assignment
from ..course.solution import Mistake
from ..grading.mistakes import KnownMistakes, alike, may_have_hint
from ..grading.options import RunOptions
from ..grading.sealed_hints import FILE, Behaviour, sealed
from ..grading.session import CollectedCases, collect_cases
from ..grading.telling import tells_enough
from ..messages import languages
from ..model import Case, Outcome
from ..student.log import CaseLog
from ..workers.supervisor import Supervisor

Run = tuple[Outcome, CaseLog]


@dataclass(frozen=True, slots=True)
class Made:
    """A known mistake in a visible case that it fails: what the case saw, and the hint in every language."""

    case: Case
    mistake: Mistake
    run: Run
    texts: Mapping[str, str]

    @property
    def behaviour(self) -> Behaviour:
        """What the case saw."""
        return Behaviour(self.case, *self.run)


class Rehearsal:
    """The visible cases of an assignment, run on its solution and on all of its known mistakes."""

    def __init__(self, assignment: Assignment, cases: CollectedCases) -> None:
        self.plan = cases.plan
        self._assignment = assignment
        self._mistakes = solution.mistakes(assignment)
        self._texts = {code: translation.texts(assignment, code) for code in languages()}
        right = _runs(cases, solution.modules(assignment), cases.plan)
        self.right = {name: Behaviour(*run) for name, run in right.items()}
        self._right_calls = {name: log.calls for name, (_, _, log) in right.items()}
        # A case with a limit of its own trains for long: its numbers differ from machine to machine.
        self._cases = [case for case in cases.plan if not cases.has_own_limit(case)]
        self._runs = {mistake.id: self._repeatable(cases, mistake) for mistake in self._mistakes}

    def made(self) -> list[Made]:
        """Return the mistakes of each case that it can tell apart, in the order in which a search would name them."""
        known = KnownMistakes(self._mistakes, self.plan, _never)
        found: list[Made] = []
        for case in self.plan:
            of_case: list[Made] = []
            for mistake in known.candidates(case):
                run = self._runs[mistake.id].get(case.id)
                if run is None or not (self._tells_enough(case, run) or self._is_alone(known, case, mistake)):
                    continue
                if not any(alike(run, other.run) for other in of_case):
                    of_case.append(Made(case, mistake, run, self._in_all_languages(mistake.hint)))
            found += of_case
        return found

    def _tells_enough(self, case: Case, run: Run) -> bool:
        outcome, log = run
        return tells_enough(outcome, log.calls, self._right_calls.get(case.id, ()))

    def _is_alone(self, known: KnownMistakes, case: Case, mistake: Mistake) -> bool:
        """Return whether a case that tells little was made for ``mistake``, and no other one looks the same in it."""
        run = self._runs[mistake.id][case.id]
        others = [each for each in known.candidates(case) if each.hint != mistake.hint]
        runs = (self._runs[other.id].get(case.id) for other in others)
        return known.is_aimed_at(case, mistake) and not any(other is not None and alike(run, other) for other in runs)

    def records(self) -> dict[str, list[list[object]]]:
        """Return what ``hints.json`` holds: the sealed records of each case, in an order that tells nothing."""
        found: dict[str, list[list[object]]] = {}
        made = [(each, each.behaviour) for each in self.made()]
        for each, behaviour in made:
            others = [other for one, other in made if one.case is each.case and one is not each]
            right = self.right.get(each.case.id)
            record = sealed(behaviour, each.texts, right=right, others=others)
            if record is not None:
                found.setdefault(each.case.id, []).append(record)
        return {name: sorted(records, key=lambda record: str(record[1])) for name, records in found.items()}

    def _repeatable(self, cases: CollectedCases, mistake: Mistake) -> dict[str, Run]:
        """Run a mistake twice; return its runs of the cases that it fails in the same way both times."""
        runs = _runs(cases, mistake.modules, self._cases).items()
        failed = {name: (outcome, log) for name, (_, outcome, log) in runs if may_have_hint(outcome, log)}
        again = _runs(cases, mistake.modules, self._cases) if failed else {}
        return {name: run for name, run in failed.items() if alike(run, again[name][1:])}

    def _in_all_languages(self, hint: str) -> dict[str, str]:
        return {code: texts.get(hint, hint) for code, texts in self._texts.items()}


def _runs(
    cases: CollectedCases, modules: dict[str, bytes], plan: Sequence[Case]
) -> dict[str, tuple[Case, Outcome, CaseLog]]:
    with closing(cases.run(modules, plan)) as runs:
        return {case.id: (case, outcome, log) for case, outcome, log in runs}


def _never(case: Case, mistake: Mistake) -> Run:
    raise AssertionError("Naming the candidates runs no case.")


def rehearse(assignment: Assignment, supervisor: Supervisor) -> Rehearsal:
    """Run all known mistakes of an assignment on its visible cases.

    Raises:
        AutograderError: as in ``session.grade``.
    """
    found: list[Rehearsal] = []
    collect_cases(
        assignment,
        lambda cases: found.append(Rehearsal(assignment, cases)),
        run=RunOptions(seed=0, device="cpu"),
        supervisor=supervisor,
    )
    return found[0]


def text_of(records: Mapping[str, Sequence[Sequence[object]]]) -> str:
    """Return ``hints.json``: a record a line."""
    cases = []
    for name, each in records.items():
        lines = ",\n".join(json.dumps(record, separators=(",", ":")) for record in each)
        cases.append(f"{json.dumps(name)}: [\n{lines}\n]")
    return "{\n" + ",\n".join(cases) + "\n}\n"


def write(assignment: Assignment, supervisor: Supervisor) -> Path:
    """Seal the hints of an assignment; return the path of the file."""
    path = assignment.folder / FILE
    path.write_text(text_of(rehearse(assignment, supervisor).records()), encoding="utf-8")
    return path
