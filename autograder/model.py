"""The values that every part of the framework speaks: frozen, plain, free of numpy and torch.

A change makes a new value (``dataclasses.replace``). Everything here can be written to JSON and read back
without loss; ``docs/reference/report.schema.json`` is generated from :class:`Report`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

REPORT_SCHEMA = 1


class Verdict(StrEnum):
    """What became of one case; exactly one cause each."""

    PASSED = "passed"
    FAILED = "failed"  # a comparison did not hold
    ERRORED = "errored"  # the student's code raised
    NOT_ATTEMPTED = "not_attempted"  # the stub's NotImplementedError
    TIMED_OUT = "timed_out"  # wall deadline or CPU seconds
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"  # exit, signal, unreadable reply
    SKIPPED = "skipped"  # a case that it needs did not pass
    GRADER_ERROR = "grader_error"  # ours: never costs a point, always reaches staff


class Audience(StrEnum):
    """Who reads a rendering, hence what it may show."""

    STUDENT = "student"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Task:
    """A numbered part of an assignment; ``id`` is the function or class that it grades."""

    id: str
    title: str
    points: float


@dataclass(frozen=True, slots=True)
class Case:
    """One pytest function (or one parameter set of it) with points.

    ``needs`` names cases that must have passed; otherwise this one is SKIPPED.
    """

    id: str
    task: str
    title: str
    points: float
    visible: bool
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first difference between what came back and what was wanted, as text ready to print.

    ``kind`` is one of type, shape, dtype, non-finite, value, effect, exception, property.
    ``where`` is the first differing place ("[0, 2]", "key 'W'"), ``share`` how much differs ("8 of 8 entries").
    """

    kind: str
    got: str
    want: str
    where: str = ""
    share: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a case recorded beside its verdict: how many times as fast, how accurate. It earns nothing.

    ``name`` ("speed ratio") and ``unit`` ("x", "%", or nothing) are the author's; ``value`` is finite.
    """

    name: str
    value: float
    unit: str = ""
    smaller_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one case on one submission; points are computed later, from this.

    ``credit`` in [0, 1] is the share of the case's points that the outcome deserves.
    ``call`` is the current call of the submission, with its arguments in short. ``staff`` is for staff only
    (a trace of ours); ``output`` is what the submission printed during the case. ``measure`` is what the case measured;
    it differs from run to run, so whoever compares two outcomes leaves it out.
    """

    case: str
    verdict: Verdict
    message: str = ""
    hint: str = ""
    mismatch: Mismatch | None = None
    call: str = ""
    credit: float = 0.0
    seconds: float = 0.0
    output: str = ""
    staff: str = ""
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points added or taken after the cases (a late penalty, a bonus), with the reason in words."""

    points: float
    reason: str


@dataclass(frozen=True, slots=True)
class Score:
    """Earned of possible points, and every adjustment."""

    earned: float
    possible: float
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmissionInfo:
    """Who handed in what, when. ``received_at`` is an ISO 8601 time with offset.

    ``path`` is where it lay, in the words of whoever graded a single one; None for a working copy and in a class.
    """

    student: str | None
    sha256: str
    received_at: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class SandboxInfo:
    """Which layers stood between the submission and this machine while it was graded."""

    complete: bool
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GraderInfo:
    """What is needed to run the same grading again."""

    version: str
    seed: int
    device: str


@dataclass(frozen=True, slots=True)
class GradedCase:
    """A case, its outcome and its points: one line of a report."""

    case: str
    task: str
    title: str
    points: float
    earned: float
    verdict: Verdict
    visible: bool
    message: str = ""
    hint: str = ""
    seconds: float = 0.0
    call: str = ""
    mismatch: Mismatch | None = None
    output: str = ""
    staff: str = ""
    measure: Measure | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One graded submission, whole.

    ``official`` is False for a student's own run (visible cases only, whatever sandbox the machine has).
    ``complete`` is False as soon as one case ended in GRADER_ERROR. ``notes`` are sentences about the
    submission as a whole: a refused archive, a file taken under another name. ``language`` is
    its code, such as "en".
    """

    assignment: str
    title: str
    tasks: tuple[Task, ...]
    submission: SubmissionInfo
    score: Score
    outcomes: tuple[GradedCase, ...]
    sandbox: SandboxInfo
    grader: GraderInfo
    official: bool = False
    complete: bool = True
    notes: tuple[str, ...] = field(default=())
    language: str = "en"
    schema: int = REPORT_SCHEMA

    def seen_by(self, audience: Audience) -> Report:
        """Return the part of this report that ``audience`` may see.

        Staff see all. A student sees neither staff traces nor, of a hidden case, its inputs, its wanted
        values or what was printed while it ran: only name, verdict, kind of difference and hint.
        """
        if audience is Audience.STAFF:
            return self
        return replace(self, outcomes=tuple(_for_student(line) for line in self.outcomes))


def _for_student(line: GradedCase) -> GradedCase:
    if line.visible:
        return replace(line, staff="")
    mismatch = line.mismatch and Mismatch(kind=line.mismatch.kind, got="", want="")
    return replace(line, call="", mismatch=mismatch, output="", staff="")
