"""The official record of a class: pseudonyms, submissions and reports of one assignment, in the store.

The class comes from a source, or from what the store has kept of earlier ones.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..course.assignment import Assignment
from ..grading.environment import device_of, settled, version, versions_of
from ..grading.options import RunOptions
from ..messages import current_language
from ..model import Audience, Report, SubmissionInfo
from ..reports import class_rows
from ..reports.class_rows import ClassRow
from ..reports.document import from_json, to_json
from . import history, identities
from .adjustments import Decision, Points, applied, by_person, decided_row, points_of
from .receipts import NewSubmission, unrecorded
from .runner import Member, Upload
from .store import MANY, ReportKey, Store
from .uploads import Uploads


def key_of(assignment: Assignment, run: RunOptions) -> ReportKey:
    """Return what the reports of a run depend on, on this machine and in the current language."""
    run = settled(assignment, run)
    return ReportKey(
        slug=assignment.slug,
        assignment=assignment.digest(),
        version=version(),
        environment=hashlib.sha256(json.dumps(versions_of(assignment, run.level)).encode()).hexdigest(),
        seed=hashlib.sha256(str(run.seed).encode()).hexdigest(),
        device=device_of(assignment, run),
        language=current_language(),
    )


def level_of(report: Report) -> str:
    """Return the level of the sandbox of a report, or "partial" if a layer was missing, as it may be in practice."""
    return report.sandbox.level.value if report.sandbox.complete else "partial"


def _received(person: str, upload: Upload, sha256: str, source: str) -> NewSubmission:
    there = upload.lms_attempt[:40] or None
    return NewSubmission(person, sha256, _utc(upload.received_at), source, upload.late, there)


def _utc(time: str | None) -> str | None:
    """Return an ISO 8601 time with offset in UTC, as the store keeps it."""
    return datetime.fromisoformat(time).astimezone(UTC).isoformat() if time else None


def values_of(report: Report) -> dict[str, Any]:
    """Return what the store keeps of a report, without its key and without a person."""
    anonymous = replace(report, submission=SubmissionInfo(None, report.submission.sha256))
    return {
        "sha256": report.submission.sha256,
        "level": level_of(report),
        "graded_at": report.graded_at or "",
        "complete": report.complete,
        "earned": report.score.earned,
        "possible": report.score.possible,
        "summary": class_rows.to_json(class_rows.class_row(anonymous)),
        "document": to_json(anonymous, audience=Audience.STAFF),
    }


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a report: the members with its submission, and its row as the store has it."""

    members: Sequence[Member]
    summary: str


class Ledger:
    """What the store knows of one class. ``pending`` lists what has no complete report. ``folder`` has the identities.

    ``problems`` maps the pseudonym of a member whose submission can be neither graded nor recorded to the reason, the
    id of a sentence: not-kept, no-copy, damaged.
    """

    def __init__(self, store: Store, folder: Path, assignment: Assignment, run: RunOptions) -> None:
        self.store = store
        self.folder = folder
        self.kept = Uploads(folder)
        self.key = key_of(assignment, run)
        self._assignment = assignment
        self._level = run.level
        self.members: dict[str, Member] = {}  # by pseudonym
        self.problems: dict[str, str] = {}
        self._found: dict[str, int] = {}  # the report of each submission, by sha256
        self._people: dict[str, list[str]] = {}  # who handed in a submission, by sha256
        self._made: list[int] = []  # reports of this run
        self._published: dict[tuple[str, int], str] = {}
        self._decisions: dict[str, list[Decision]] = {}  # by pseudonym
        self._has_people = True
        self.earlier: dict[str, Member] = {}  # attempts before the last one that are pending, by a name of their own
        self.not_kept: list[str] = []  # who has an attempt in the source that is older than those of the store

    def recall(self) -> None:
        """Take the last submission of every person from the store, with the files that were kept."""
        slug = self.key.slug
        known = identities.read(self.folder)
        for person, last in sorted(self.store.last(slug).items(), key=lambda each: known.name(each[0])):
            upload = Upload(person, self.kept.paths(slug, last.sha256), last.received_at, late=last.late)
            self.members[person] = Member(known.name(person), upload, last.sha256, last.attempt)
        self._find_reports()
        for person, member in self.members.items():
            if member.sha256 in self._found:
                continue
            if not self.kept.place(slug, member.sha256).is_dir():
                self.problems[person] = "no-copy"
            elif not member.upload.paths or member.upload.sha256() != member.sha256:
                self.problems[person] = "damaged"

    def take_in(self, uploads: Iterable[Upload], source: str, out: Path | None) -> None:
        """Add the uploads of a class to the store, and keep their files. After :meth:`recall` there are none.

        ``source`` is the format. ``out`` is the folder of the results, if any: ``privacy erase`` must find it.

        Raises:
            AutograderError: ``store`` if the store cannot be written.
        """
        found = []
        with identities.changing(self.folder) as known:
            if out is not None:
                known.add_folder(out)
            for each in uploads:
                paths = [path for one in (*each.before, each) for path in one.paths]
                person = known.add(each.student, self.key.slug, [path.name for path in paths])
                found.append(Member(each.student, replace(each, student=person), each.sha256(), 0))
        with identities.changing(self.folder):  # the names are saved now: no copy and no row is without one
            attempts = self._record(found, source)
        last = self.store.last(self.key.slug)
        for m in found:
            person = m.upload.student
            upload = m.upload
            if person in last and last[person].sha256 == m.sha256:  # an earlier import may have known more
                upload = replace(upload, received_at=last[person].received_at, late=last[person].late)
            self.members[person] = replace(m, upload=upload, attempt=attempts.get(person, 0))
        self._find_reports()
        history.describe(self.store, self.key, self._assignment, self._level)
        history.confirm(self.store, self.key, self._found)

    def _record(self, members: Sequence[Member], source: str) -> dict[str, int]:
        """Keep the files and add the rows of the members, and return the attempt of each. See :attr:`problems`."""
        slug = self.key.slug
        last = self.store.last(slug)
        known = history.attempts(self.store, slug) if any(m.upload.before for m in members) else {}
        self.kept.remove_drafts()
        copied = self.kept.keep_all(slug, ((m.upload, m.sha256) for m in members))
        usable = []
        for m in members:
            person = m.upload.student
            if m.sha256 in copied or (person in last and last[person].sha256 == m.sha256):
                usable.append(m)
            else:
                self.problems[person] = "not-kept"
        before = {m.upload.student: [(each, each.sha256()) for each in m.upload.before] for m in usable}
        copied |= self.kept.keep_all(slug, (pair for pairs in before.values() for pair in pairs))
        new = []
        for m in usable:
            person = m.upload.student
            kept = [pair for pair in before[person] if pair[1] in copied]
            all_attempts = [_received(person, *pair, source) for pair in (*kept, (m.upload, m.sha256))]
            unknown, older = unrecorded(known.get(person, ()), all_attempts)
            new += unknown
            if older or len(kept) < len(before[person]):
                self.not_kept.append(m.student)
        return self.store.add(slug, new)

    def find_earlier(self) -> list[Upload]:
        """Return the attempts before the last one of everybody that have no report, for :attr:`earlier`.

        An attempt that had one keeps it, also when the cases have changed since: only a regrade moves a grade.
        """
        slug = self.key.slug
        found: dict[str, Member] = {}  # by sha256
        last_ones = {member.sha256 for member in self.members.values()}
        for person, number, sha256, received_at in history.without_report(self.store, slug):
            member = self.members.get(person)
            if member is None or number >= member.attempt or sha256 in self._found:
                continue
            if sha256 in last_ones:
                continue  # it is graded as the last attempt of somebody
            upload = Upload(f"{person}.{number}", self.kept.paths(slug, sha256), received_at)
            if upload.paths and upload.sha256() == sha256:
                found.setdefault(sha256, Member(member.student, upload, sha256, number))
        self.earlier = {member.upload.student: member for member in found.values()}
        return [member.upload for member in found.values()]

    def keep_earlier(self, report: Report) -> Report:
        """Keep the report of an upload of :meth:`find_earlier`, and return it with the name of the student."""
        member = self.earlier[report.submission.student or ""]
        if report.submission.sha256 == member.sha256:  # else a person changed the kept files
            person = member.upload.student.rpartition(".")[0]
            self._made.append(self.store.save(self.key, person, values_of(report)).id)
        return self.named(report, member)

    def take_shard(self, uploads: Iterable[Upload], is_wanted: Callable[[str], bool]) -> None:
        """Choose the uploads whose digest is wanted, one for each. The store and the reports get no person."""
        self._has_people = False
        for each in uploads:
            sha256 = each.sha256()
            if is_wanted(sha256):
                self.members.setdefault(sha256, Member(sha256, replace(each, student=sha256), sha256, 0))
        self._find_reports()
        history.describe(self.store, self.key, self._assignment, self._level)

    def _find_reports(self) -> None:
        """Find out what is graded and published, and what of the rest timed out before."""
        slug, digests = self.key.slug, {m.sha256 for m in self.members.values()}
        self._people = {}
        for person, member in self.members.items():
            self._people.setdefault(member.sha256, []).append(person)
        self._found = {sha256: each.id for sha256, each in self.store.complete(self.key, list(digests)).items()}
        self._published = self.store.published(slug)
        self._decisions = by_person(self.store.decisions(slug))
        slow = self.store.timed_out(slug, list(digests - self._found.keys()))
        died = self.store.died(slug) - self._found.keys()
        for person, member in self.members.items():
            if member.sha256 in slow | died:
                upload = replace(member.upload, slow=True, died=member.sha256 in died)
                self.members[person] = replace(member, upload=upload)

    @property
    def pending(self) -> list[Upload]:
        """The uploads to grade, one for each digest: equal submissions are graded once. The slow ones are last."""
        known = [m for m in self.members.values() if m.upload.student not in self.problems]
        first = {m.sha256: m.upload for m in reversed(known) if m.sha256 not in self._found}
        waiting = [m.upload for m in known if first.get(m.sha256) is m.upload]
        return sorted(waiting, key=lambda upload: upload.slow)

    @property
    def graded(self) -> list[Member]:
        """The members whose submission has a complete report."""
        return [m for m in self.members.values() if m.sha256 in self._found and m.upload.student not in self.problems]

    def keep(self, report: Report) -> Kept:
        """Keep a report of a pending upload.

        No member has it if the files changed after they were read: the store has another digest.
        """
        person, sha256 = report.submission.student or "", report.submission.sha256
        if self.members[person].sha256 != sha256:
            return Kept((), "")
        found = self.store.save(self.key, person if self._has_people else None, values_of(report))
        self._made.append(found.id)
        if report.complete:
            self._found[sha256] = found.id
        return Kept(self.members_of(sha256), found.summary)

    def members_of(self, sha256: str) -> list[Member]:
        """Return the members who handed in this submission."""
        return [self.members[person] for person in self._people[sha256] if person not in self.problems]

    def with_summaries(self, members: Sequence[Member]) -> Iterator[tuple[Member, str]]:
        """Yield graded members, each with the row of the report as the store has it; only some are in memory."""
        for start in range(0, len(members), MANY):
            part = members[start : start + MANY]
            found = self.store.summaries([self._found[member.sha256] for member in part])
            yield from ((member, found[self._found[member.sha256]]) for member in part)

    def row(self, member: Member, summary: str) -> ClassRow:
        """Return the row of a graded member; ``summary`` is that of the store."""
        published = self._published.get((member.upload.student, self._found[member.sha256]), "no")
        row = decided_row(summary, self.decided(member.upload.student))
        late = class_rows.late_word(member.upload.late)
        row = replace(row, attempt=member.attempt, published=published, late=late)
        return replace(row, student=member.student, received_at=member.upload.received_at)

    def decided(self, person: str) -> Sequence[Decision]:
        """Return what people decided about the points of a person, the oldest first."""
        return self._decisions.get(person, ())

    def points(self, person: str) -> Points | None:
        """Return the points of a person with what was decided; None if there is no report."""
        member = self.members.get(person)
        if member is None or member.sha256 not in self._found:
            return None
        [(_, summary)] = self.with_summaries([member])
        return points_of(self.row(member, summary))

    def report(self, member: Member) -> Report:
        """Return the whole report of a graded member, with the name."""
        report = from_json(self.store.document(self._found[member.sha256]), source="the store")
        return self.named(report, member)

    def named(self, report: Report, member: Member) -> Report:
        """Return a report for a member: with name, attempt and time of receipt, and with what people decided."""
        info = SubmissionInfo(member.student, member.sha256, member.upload.received_at, attempt=member.attempt)
        report = replace(report, submission=info)
        if not report.complete:
            return report
        points = points_of(class_rows.class_row(report))
        return replace(report, score=applied(points, self.decided(member.upload.student)).score)

    def stamp(self, member: Member, summary: str) -> str:
        """Return what the files of a graded member are made from, in short; ``summary`` is that of the store."""
        decided = [each.detail for each in self.decided(member.upload.student)]
        parts = [
            summary,
            member.student,
            member.attempt,
            member.upload.received_at,
            member.upload.late,
            *decided,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def discard(self, why: str) -> Sequence[str]:
        """Discard the reports of this run; return the names of their students."""
        self.store.discard(self._made, self.key.slug, why)
        made = set(self._made)
        gone = {sha256 for sha256, number in self._found.items() if number in made}
        self._found = {sha256: number for sha256, number in self._found.items() if sha256 not in gone}
        return [member.student for member in self.members.values() if member.sha256 in gone]
