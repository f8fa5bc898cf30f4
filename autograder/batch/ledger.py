"""The official record of a class: pseudonyms, submissions and reports of one assignment, in the store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..course.assignment import Assignment
from ..grading.environment import device_of, version, versions_of
from ..grading.options import RunOptions
from ..messages import current_language
from ..model import Audience, Report, SubmissionInfo
from ..reports import class_rows
from ..reports.class_rows import ClassRow
from ..reports.document import from_json, to_json
from . import identities
from .runner import Upload
from .store import Found, NewSubmission, ReportKey, Store


@dataclass(frozen=True, slots=True)
class Member:
    """A student of the class, and the submission that counts."""

    student: str  # the name, for files that are handed out
    upload: Upload  # with the pseudonym
    sha256: str
    attempt: int


def key_of(assignment: Assignment, run: RunOptions) -> ReportKey:
    """Return what the reports of a run depend on, on this machine and in the current language."""
    return ReportKey(
        slug=assignment.slug,
        assignment=assignment.digest(),
        version=version(),
        environment=hashlib.sha256(json.dumps(versions_of(assignment)).encode()).hexdigest(),
        seed=hashlib.sha256(str(run.seed).encode()).hexdigest(),
        device=device_of(assignment, run),
        language=current_language(),
    )


class Ledger:
    """What the store knows of one class. ``pending`` lists what has no complete report."""

    def __init__(self, store: Store, assignment: Assignment, run: RunOptions) -> None:
        self.store = store
        self.key = key_of(assignment, run)
        self.members: dict[str, Member] = {}  # by pseudonym
        self._found: dict[str, Found] = {}  # by sha256
        self._made: list[int] = []  # reports of this run
        self._published: dict[tuple[str, int], str] = {}
        self._has_people = True

    def take_in(self, uploads: Iterable[Upload], folder: Path, source: str, out: Path | None) -> None:
        """Add the uploads of a class to the store. ``folder`` has the identities, ``source`` is the format.

        ``out`` is the folder of the results, if there are any: ``privacy erase`` must find it.
        """
        slug = self.key.slug
        found = []
        with identities.changing(folder) as known:
            if out is not None and str(out.absolute()) not in known.folders:
                known.folders.append(str(out.absolute()))
            for each in uploads:
                person = known.add(each.student, slug, [path.name for path in each.paths])
                found.append(Member(each.student, replace(each, student=person), each.sha256(), 0))
        new = [NewSubmission(m.upload.student, m.sha256, m.upload.received_at, source) for m in found]
        attempts = self.store.add(slug, new)
        self.members = {m.upload.student: replace(m, attempt=attempts[m.upload.student]) for m in found}
        self._look_up()
        self._published = self.store.published(slug)

    def take_shard(self, uploads: Iterable[Upload], is_wanted: Callable[[str], bool]) -> None:
        """Choose the uploads whose digest is wanted, one for each. The store and the reports get no person."""
        self._has_people = False
        for each in uploads:
            sha256 = each.sha256()
            if is_wanted(sha256):
                self.members.setdefault(sha256, Member(sha256, replace(each, student=sha256), sha256, 0))
        self._look_up()

    def _look_up(self) -> None:
        """Find out what is graded, and what of the rest timed out before."""
        self._found = self.store.complete(self.key, list({m.sha256 for m in self.members.values()}))
        slow = self.store.timed_out(self.key.slug, list({m.sha256 for m in self.members.values()} - self._found.keys()))
        for person, member in self.members.items():
            if member.sha256 in slow:
                self.members[person] = replace(member, upload=replace(member.upload, slow=True))

    @property
    def pending(self) -> list[Upload]:
        """The uploads to grade, one for each digest: equal submissions are graded once. The slow ones are last."""
        first = {m.sha256: m.upload for m in reversed(self.members.values()) if m.sha256 not in self._found}
        waiting = [m.upload for m in self.members.values() if first.get(m.sha256) is m.upload]
        return sorted(waiting, key=lambda upload: upload.slow)

    @property
    def graded(self) -> list[Member]:
        """The members whose submission has a complete report."""
        return [member for member in self.members.values() if member.sha256 in self._found]

    def keep(self, report: Report) -> list[Member]:
        """Keep a report of a pending upload, and return the members with this submission.

        The list is empty if the files changed after they were read: the store has another digest.
        """
        person, sha256 = report.submission.student or "", report.submission.sha256
        if self.members[person].sha256 != sha256:
            return []
        anonymous = replace(report, submission=SubmissionInfo(None, sha256))
        values = {
            "sha256": sha256,
            "level": "full" if report.sandbox.complete else "partial",
            "graded_at": report.graded_at or "",
            "complete": report.complete,
            "earned": report.score.earned,
            "possible": report.score.possible,
            "summary": class_rows.to_json(class_rows.class_row(anonymous)),
            "document": to_json(anonymous, audience=Audience.STAFF),
        }
        found = self.store.save(self.key, person if self._has_people else None, values)
        self._made.append(found.id)
        if report.complete:
            self._found[sha256] = found
        return [member for member in self.members.values() if member.sha256 == sha256]

    def row(self, member: Member) -> ClassRow:
        """Return the row of a graded member."""
        found = self._found[member.sha256]
        published = self._published.get((member.upload.student, found.id), "no")
        row = class_rows.from_json(found.summary)
        received = member.upload.received_at
        return replace(row, student=member.student, received_at=received, attempt=member.attempt, published=published)

    def report(self, member: Member) -> Report:
        """Return the whole report of a graded member, with the name."""
        report = from_json(self.store.document(self._found[member.sha256].id), source="the store")
        return self.named(report, member)

    def named(self, report: Report, member: Member) -> Report:
        """Return a report for a member: with name, attempt and time of receipt."""
        info = SubmissionInfo(member.student, member.sha256, member.upload.received_at, attempt=member.attempt)
        return replace(report, submission=info)

    def stamp(self, member: Member) -> str:
        """Return what the files of a graded member are made from, in short."""
        parts = [self._found[member.sha256].summary, member.student, member.attempt, member.upload.received_at]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def discard(self, why: str) -> Sequence[str]:
        """Discard the reports of this run; return the names of their students."""
        self.store.discard(self._made, self.key.slug, why)
        made = set(self._made)
        gone = {sha256 for sha256, found in self._found.items() if found.id in made}
        self._found = {sha256: found for sha256, found in self._found.items() if sha256 not in gone}
        return [member.student for member in self.members.values() if member.sha256 in gone]
