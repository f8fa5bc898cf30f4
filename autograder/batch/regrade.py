"""A regrade: what the submissions of a class would earn with the assignment as it stands now, before it counts.

The preview grades into the shadow run (``shadows.py``). It starts from the report of each submission that counts now,
and runs only the cases whose digest has changed since, and those that need them. Applying makes reports of the shadow
run count; the older ones stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ..course.assignment import Assignment
from ..course.case_digests import digest_of
from ..errors import CaseError, UsageError
from ..grading.options import RunOptions
from ..model import Report
from . import history, shadows
from .comparison import Change, Comparison, Graded, Problem, compared, person_of
from .history import Counted
from .ledger import Ledger, values_of
from .run_log import RunLog
from .runner import Member, Upload
from .store import Found, Store

AT_ONCE = 2000  # submissions whose earlier reports are in memory: about 30 KiB each


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose new reports count: those of all, of nobody who loses points, or of these submissions."""

    only_upward: bool = False
    submissions: frozenset[str] = frozenset()

    def takes(self, change: Change) -> bool:
        """Return whether the new report of a submission counts. People with the same files share it."""
        if self.only_upward and change.points_after < change.points_before:
            return False
        return not self.submissions or change.sha256 in self.submissions

    @property
    def words(self) -> str:
        """The choice in words, for the log."""
        return "only upward" if self.only_upward else "chosen people" if self.submissions else "all"


class Regrade:
    """The shadow run of one assignment. ``pending`` are the submissions that have to be looked at again.

    ``reasons`` are sentences on why cases run that have not changed themselves. ``members`` are the last attempts, by
    pseudonym; with ``earlier`` also those before them, because a rule of the course can choose one of these.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        assignment: Assignment,
        run: RunOptions,
        log: RunLog,
        *,
        earlier: bool = False,
    ) -> None:
        self.assignment = assignment
        self.options = replace(run, regrade=True)
        self.log = log
        self.ledger = Ledger(store, folder, assignment, run)
        self.ledger.recall()
        history.describe(store, self.ledger.key, assignment, run.level)
        self.graded = 0  # in this run
        self.reasons: list[str] = []
        self.changed: list[str] = []  # cases whose digest is not that of the reports
        self.problems: dict[str, str] = {}  # pseudonym -> id of a sentence
        self._base = history.counted(store, self.ledger.key)
        self._made = history.made(store, self.ledger.key)
        self._shadow = shadows.find(store, self.ledger.key)
        self.members = {**self.ledger.members, **(self._earlier() if earlier else {})}
        self.pending = self._pending()

    def _earlier(self) -> dict[str, Member]:
        """Return the attempts before the last ones that have a report, each by a name of its own."""
        key, found = self.ledger.key, {}
        for person, digests in history.attempts(self.ledger.store, key.slug).items():
            last = self.ledger.members.get(person)
            for number, sha256 in enumerate(digests[:-1], 1):
                if last is None or sha256 not in self._base:
                    continue
                upload = Upload(f"{person}.{number}", self.ledger.kept.paths(key.slug, sha256))
                found[upload.student] = Member(f"{last.student}, attempt {number}", upload, sha256, number)
                if not upload.paths:
                    self.problems[upload.student] = "no-copy"
                elif upload.sha256() != sha256:
                    self.problems[upload.student] = "damaged"
        return found

    # --- what to run

    def _is_current(self, base: Counted) -> bool:
        key = self.ledger.key
        return (base.assignment, base.version, base.environment) == (key.assignment, key.version, key.environment)

    def _waiting(self) -> dict[str, Member]:
        """Return one member for each submission that counts with another version and has no complete new report."""
        found: dict[str, Member] = {}
        for person, member in self.members.items():
            base = self._base.get(member.sha256)
            if base is None or self._is_current(base) or member.sha256 in self._made:
                continue
            if not self._shadow.get(member.sha256, False) and person not in self.ledger.problems | self.problems:
                found.setdefault(member.sha256, member)
        return found

    def _pending(self) -> list[Upload]:
        known = history.case_digests(self.ledger.store, self.ledger.key.slug)
        new = known[self.ledger.key.assignment]
        waiting = self._waiting()
        for member in self.members.values():
            base = self._base.get(member.sha256)
            if base is not None and not self._is_current(base):
                self._note(base, known, new)
        return [
            replace(m.upload, known=self._unchanged(self._base[m.sha256], known, new), died=m.sha256 in self._shadow)
            for m in waiting.values()
        ]

    def _unchanged(self, base: Counted, known: dict[str, dict[str, str]], new: dict[str, str]) -> frozenset[str]:
        """Return the names of the functions of the cases whose outcomes in a report still hold."""
        key, old = self.ledger.key, known.get(base.assignment)
        if old is None or (base.version, base.environment) != (key.version, key.environment):
            return frozenset()
        return frozenset(case for case in old if digest_of(old, case) == digest_of(new, case))

    def _note(self, base: Counted, known: dict[str, dict[str, str]], new: dict[str, str]) -> None:
        """Remember which cases run again, and why all do."""
        key, old = self.ledger.key, known.get(base.assignment)
        reason = ""
        if base.version != key.version:
            reason = f"All cases run again: reports are of autograder {base.version}, and this is {key.version}."
        elif base.environment != key.environment:
            reason = (
                f"All cases run again: {history.differences(self.ledger.store, base.environment, key.environment)}."
            )
        elif old is None:
            reason = "All cases run again: an older version of autograder made reports without digests of the cases."
        elif changed := {case for case in old.keys() | new if case and old.get(case) != new.get(case)}:
            self.changed = sorted({*self.changed, *changed})
        if reason and reason not in self.reasons:
            self.reasons.append(reason)

    # --- the run

    def forget_others(self) -> None:
        """Remove what was previewed with other versions of the assignment."""
        shadows.remove_others(self.ledger.store, self.ledger.key)

    def grade(
        self,
        grade: Callable[[Sequence[Upload], Callable[[Report], None]], Sequence[Upload]],
        advance: Callable[[int, int], None],
    ) -> None:
        """Let ``grade`` grade what is pending, and keep each report in the shadow run at once.

        Raises:
            CaseError: as in ``session.grade``. After ``case-drift`` the shadow run is discarded.
        """

        def record(report: Report) -> None:
            member = self.members[report.submission.student or ""]
            if report.submission.sha256 != member.sha256:  # a person changed the kept files
                self.problems[member.upload.student] = "damaged"
                return
            shadows.save(self.ledger.store, self.ledger.key, values_of(report))
            self._shadow[member.sha256] = report.complete
            self.graded += 1
            self.log.graded(report, member.upload.student)
            advance(self.graded, len(self.pending))

        try:
            for start in range(0, len(self.pending), AT_ONCE):
                died = grade(self._with_reports(self.pending[start : start + AT_ONCE]), record)
                self._keep_died(died)
        except CaseError as exc:
            if exc.slug == "case-drift":
                shadows.discard(self.ledger.store, self.ledger.key)
            raise

    def _keep_died(self, uploads: Sequence[Upload]) -> None:
        """Keep a report that never counts for submissions whose grader process died, so that the preview can end."""
        for upload in uploads:
            base = self._base[self.members[upload.student].sha256]
            row = history.row(self.ledger.store, base.id)
            shadows.save(self.ledger.store, self.ledger.key, row | {"complete": False})
            self._shadow[row["sha256"]] = False
            self.problems[upload.student] = "died"

    def _with_reports(self, uploads: Sequence[Upload]) -> list[Upload]:
        """Give each upload its earlier report, if a case of it need not run."""
        numbers = [self._base[self.members[upload.student].sha256].id for upload in uploads]
        found = history.documents(self.ledger.store, numbers)
        return [
            replace(upload, earlier=found[number] if upload.known else "")
            for upload, number in zip(uploads, numbers, strict=True)
        ]

    # --- what would change

    def compare(self) -> Comparison:
        """Compare the reports that count with those of the shadow run."""
        pairs: list[tuple[Member, Graded, Graded | None]] = []
        problems = []
        new = self._new_reports()
        old = self._old_reports(new)
        for person, member in self.members.items():
            base = self._base.get(member.sha256)
            if base is None:
                problems.append(Problem(person, member.student, "no-report"))
            elif self._is_current(base) or member.sha256 in new:
                row = Graded(base.summary, old.get(base.id, ""))
                pairs.append((member, row, new.get(member.sha256)))
            else:
                reason = self.problems.get(person) or self.ledger.problems.get(person) or "grader-error"
                problems.append(Problem(person, member.student, reason))
        return compared(pairs, lambda name: self.ledger.decided(person_of(name)), problems)

    def _new_reports(self) -> dict[str, Graded]:
        """Return the report of each submission that would count, if it is another one than now."""
        moved = {
            member.sha256
            for member in self.members.values()
            if (base := self._base.get(member.sha256)) is not None and not self._is_current(base)
        }
        ready = {sha256: each for sha256, each in self._made.items() if sha256 in moved}
        texts = history.documents(self.ledger.store, [each.id for each in ready.values()])
        found = {sha256: Graded(each.summary, texts[each.id]) for sha256, each in ready.items()}
        shadow = {sha256 for sha256, complete in self._shadow.items() if complete and sha256 in moved} - found.keys()
        kept = shadows.documents(self.ledger.store, self.ledger.key, shadow)
        return found | {sha256: Graded(*each) for sha256, each in kept.items()}

    def _old_reports(self, new: Collection[str]) -> dict[int, str]:
        return history.documents(self.ledger.store, [self._base[sha256].id for sha256 in new])

    def broken(self) -> dict[str, str]:
        """Return the incomplete reports of the shadow run as JSON, by the pseudonym of a person."""
        failed = {sha256 for sha256, complete in self._shadow.items() if not complete}
        texts = shadows.documents(self.ledger.store, self.ledger.key, failed)
        people = {member.sha256: person for person, member in self.members.items()}
        return {people[sha256]: text for sha256, (_, text) in texts.items() if sha256 in people}

    # --- apply

    def check_previewed(self) -> None:
        """Check that the preview is of the assignment as it stands now, and finished.

        Raises:
            UsageError: ``regrade`` if it is not.
        """
        waiting = [sha256 for sha256 in self._waiting() if sha256 not in self._shadow]
        if waiting:
            count = f"{len(waiting)} submission{'s' if len(waiting) > 1 else ''} of {self.assignment.slug}"
            raise UsageError(
                f"No preview of {count} is of the assignment as it stands now: it has changed since, or the preview "
                "was not finished. Nothing was changed. "
                f"Run autograder regrade {self.assignment.slug} --preview first, and read it.",
                slug="regrade",
            )

    def apply(self, comparison: Comparison, chosen: Choice, *, by: str, reason: str) -> list[str]:
        """Make new reports count, and write who did it and why into the log. Return the pseudonyms of moved people.

        A submission that is not chosen keeps its report, which then counts for the new version, too.
        """
        key, note = self.ledger.key, f"by {by}: {reason}"
        counting = self.ledger.store.complete(key, list(self._base))
        taken = {c.sha256 for c in comparison.changes if c.is_new and chosen.takes(c)}
        moved = [c for c in comparison.moved if c.sha256 in taken]
        if not taken and all(self._is_counting(member.sha256, counting) for member in self.members.values()):
            return []
        with self.ledger.store.transaction() as connection:
            for sha256 in dict.fromkeys(member.sha256 for member in self.members.values()):
                own = {"course": self.ledger.store.course, **asdict(key), "sha256": sha256}
                if sha256 in taken and sha256 in self._made:
                    self.ledger.store.count(connection, own, self._made[sha256].id)
                elif sha256 in taken:
                    if shadows.take(self.ledger.store, connection, key, sha256) is None:
                        raise UsageError("Another regrade of this class runs now. Run this again.", slug="regrade")
                elif not self._is_counting(sha256, counting):
                    self.ledger.store.count(connection, own, self._base[sha256].id)
            for change in moved:
                detail = f"{change.before:g} -> {change.after:g} of {change.possible:g} points, {note}"
                person, _, number = change.person.partition(".")
                detail = f"attempt {number}, {detail}" if number else detail
                self.ledger.store.note(connection, "regraded", key.slug, detail, person)
            self.ledger.store.note(connection, "regraded", key.slug, f"{len(taken)} reports, {chosen.words}, {note}")
        return [change.person for change in moved]

    def _is_counting(self, sha256: str, counting: dict[str, Found]) -> bool:
        """Return whether the store says which report of a submission counts for this version, or has none at all."""
        base = self._base.get(sha256)
        return base is None or (sha256 in counting and counting[sha256].id == base.id)
