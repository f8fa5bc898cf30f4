"""Grade a sample of a class again with the same seeds, to prove that the reports would be the same today."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..course.assignment import Assignment
from ..errors import UsageError
from ..grading.options import RunOptions
from ..model import Audience, Report
from ..reports.document import to_json
from . import history
from .comparison import Line
from .ledger import Ledger
from .runner import Upload
from .store import Store

COMPARED = ("verdict", "earned", "message", "hint")  # of a case; output and seconds differ from run to run
_ADDRESS = re.compile(r"\b0x[0-9a-f]+")  # where an object was in memory


@dataclass(frozen=True, slots=True)
class Difference:
    """A case that ended otherwise than in the report that counts. ``field`` says in what."""

    person: str
    student: str
    case: str
    field: str
    before: str
    after: str


class Verification:
    """A sample of the reports that count, and how they differ from reports that are made now.

    ``others`` counts the submissions whose report is of another version of the assignment: they cannot be compared.
    ``notes`` say where something else is installed than when the reports were made.
    """

    def __init__(self, store: Store, folder: Path, assignment: Assignment, run: RunOptions, count: int) -> None:
        self.assignment = assignment
        self.options = run
        self.ledger = Ledger(store, folder, assignment, run)
        self.ledger.recall()
        self.graded = 0
        self.differences: list[Difference] = []
        self.lost: list[str] = []  # pseudonyms of people whose grader process died
        key = self.ledger.key
        base = history.counted(store, key)
        members = {m.sha256: m for m in reversed(self.ledger.members.values()) if m.sha256 in base and m.upload.paths}
        same = {sha256: m for sha256, m in members.items() if base[sha256].assignment == key.assignment}
        self.others = len(members) - len(same)
        if not same:
            raise UsageError(
                f"No report of {assignment.slug} is of the assignment as it stands now. Restore the version that was "
                f"graded, or see what the new one changes: autograder regrade {assignment.slug} --preview.",
                slug="regrade",
            )
        sample = random.SystemRandom().sample(sorted(same), min(count, len(same)))
        self.pending: Sequence[Upload] = [same[sha256].upload for sha256 in sample]
        numbers = {sha256: base[sha256].id for sha256 in sample}
        texts = history.documents(store, list(numbers.values()))
        self._reports = {sha256: texts[number] for sha256, number in numbers.items()}
        self.notes = [
            f"Some reports are of another environment: {history.differences(store, then, key.environment)}."
            for then in sorted({base[sha256].environment for sha256 in sample} - {key.environment})
        ]
        self.notes += [
            f"Some reports are of autograder {version}, and this is {key.version}."
            for version in sorted({base[sha256].version for sha256 in sample} - {key.version})
        ]

    def grade(
        self,
        grade: Callable[[Sequence[Upload], Callable[[Report], None]], Sequence[Upload]],
        advance: Callable[[int, int], None],
    ) -> None:
        """Let ``grade`` grade the sample, and compare each report. Nothing is stored.

        Raises:
            CaseError: as in ``session.grade``.
        """

        def record(report: Report) -> None:
            self._compare(report)
            self.graded += 1
            advance(self.graded, len(self.pending))

        self.lost = [upload.student for upload in grade(self.pending, record)]

    def _compare(self, report: Report) -> None:
        member = self.ledger.members[report.submission.student or ""]
        if report.submission.sha256 != member.sha256:
            self._differ(member.upload.student, "", "files", member.sha256[:12], report.submission.sha256[:12])
            return
        new: dict[str, Any] = json.loads(to_json(report, audience=Audience.STAFF))
        before, after = (_lines(each) for each in (json.loads(self._reports[member.sha256]), new))
        for case in after | before:
            old_line, new_line = before.get(case), after.get(case)
            for field in COMPARED:
                was, now = (_value(line, field) for line in (old_line, new_line))
                if was != now:
                    self._differ(member.upload.student, case, field, was, now)
                    break  # the first difference of a case says enough

    def _differ(self, person: str, case: str, field: str, before: str, after: str) -> None:
        student = self.ledger.members[person].student
        self.differences.append(Difference(person, student, case, field, before, after))


def _lines(document: dict[str, Any]) -> dict[str, Line]:
    return {line["case"]: line for line in document["outcomes"]}


def _value(line: Line | None, field: str) -> str:
    return "no such case" if line is None else _ADDRESS.sub("0x", str(line[field]))
