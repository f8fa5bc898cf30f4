"""Grading a class: one session grades all submissions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ..course import near_misses
from ..course import submission as submissions
from ..course.assignment import Assignment
from ..course.file_names import shown
from ..course.submission import Refused, Submission
from ..errors import SubmissionRejected, UsageError
from ..exchange.formats import Entry
from ..grading.options import RunOptions
from ..messages import say
from .contents import raw_digest

if TYPE_CHECKING:
    from ..grading.session import Gradable, Record
    from ..workers.supervisor import Supervisor


@dataclass(frozen=True, slots=True)
class Upload:
    """What one student handed in: usually one path. Several are a conflict, and none of them is graded.

    ``student`` is the name in the report of a practice run, and the pseudonym in an official one. ``slow``: it timed
    out in an earlier run; ``died``: a process that graded it died. ``received_at``, ``late`` and ``lms_attempt`` are
    those of :class:`~.formats.Entry`. ``earlier`` is an earlier report as JSON; it answers the cases of the functions
    ``known``. ``before`` are the attempts before this one, if the source has them, in order.
    """

    student: str
    paths: tuple[Path, ...]
    received_at: str | None = None
    slow: bool = False
    late: bool | None = None
    lms_attempt: str = ""
    earlier: str = field(default="", repr=False)
    known: frozenset[str] = frozenset()
    before: tuple[Upload, ...] = ()
    died: bool = False

    def sha256(self) -> str:
        """Return the digest of the submission, as in its report; also of an upload that cannot be opened."""
        if len(self.paths) == 1:
            try:
                return submissions.digest(self.paths[0])
            except (SubmissionRejected, UsageError):
                pass
        return raw_digest(self.paths)


@dataclass(frozen=True, slots=True)
class Member:
    """A student of the class, and the submission that counts."""

    student: str  # the name, for files that are handed out
    upload: Upload  # with the pseudonym
    sha256: str
    attempt: int  # 0 if the submission is not recorded


def uploads_of(entries: Iterable[Entry]) -> list[Upload]:
    """Return one upload for each student, in order."""
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.student, []).append(entry)
    return [_upload(student, own) for student, own in found.items()]


def _upload(student: str, own: Sequence[Entry]) -> Upload:
    upload = Upload(student, tuple(each.path for each in own))
    if len(own) > 1:  # a conflict: none of the times is that of all
        return upload
    return _of_entry(own[0])


def _of_entry(entry: Entry) -> Upload:
    before = tuple(map(_of_entry, entry.earlier))
    paths = (entry.path,)
    return Upload(entry.student, paths, entry.received_at, late=entry.late, lms_attempt=entry.attempt, before=before)


def grade_class(
    assignment: Assignment,
    uploads: Iterable[Upload],
    record: Record,
    *,
    run: RunOptions,
    supervisor: Supervisor,
) -> None:
    """Grade ``uploads``, and call ``record(report)`` once for each, in order.

    An upload of several paths, or one that cannot be opened, gets a report that says so.
    """
    from ..grading.session import grade  # with numpy and pytest; often nothing is pending

    grade(assignment, opened(assignment, uploads), record, run=run, supervisor=supervisor)


def opened(assignment: Assignment, uploads: Iterable[Upload]) -> Iterator[Gradable]:
    """Open the uploads one by one, as they are asked for. One that cannot be graded becomes ``Refused``."""
    for upload in uploads:
        try:
            submission = _open(upload, assignment)
        except SubmissionRejected as refusal:
            yield Refused(upload.student, refusal.message, upload.sha256(), upload.received_at)
        else:
            yield _with_earlier(submission, upload) if upload.earlier else submission


def _with_earlier(submission: Submission, upload: Upload) -> Gradable:
    from ..grading.earlier import Earlier, Regraded
    from ..reports.document import from_own_json

    return Regraded(submission, Earlier(from_own_json(upload.earlier), upload.known))


def _open(upload: Upload, assignment: Assignment) -> Submission:
    path = upload.paths[0]
    if len(upload.paths) > 1:
        names = ", ".join(shown(each.name) for each in upload.paths)
        raise SubmissionRejected(say("submission.several", names=names))
    try:
        return submissions.open(path, assignment, student=upload.student, received_at=upload.received_at)
    except UsageError as exc:  # a file of another kind, or one that cannot be read
        raise SubmissionRejected(_refusal(path)) from exc


def _refusal(path: Path) -> str:
    name = shown(path.name)
    if kind := near_misses.archive_kind(path.name):
        return say("submission.archive", name=name, kind=kind)
    return say("submission.kind", name=name) if path.is_file() else say("submission.unreadable", name=name)
