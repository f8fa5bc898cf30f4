"""The values that all parts of the framework share: frozen dataclasses of plain data, without numpy and torch.

Use ``dataclasses.replace`` to get a changed value. All values can be written to JSON and read back without loss.
``docs/reference/report.schema.json`` is generated from :class:`Report`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum

REPORT_SCHEMA = 1


class Verdict(StrEnum):
    """The result of one case. Each verdict has exactly one cause."""

    PASSED = "passed"
    FAILED = "failed"  # a comparison failed
    ERRORED = "errored"  # the student's code raised
    NOT_ATTEMPTED = "not_attempted"  # the stub's NotImplementedError
    TIMED_OUT = "timed_out"  # wall deadline or CPU seconds
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"  # exit, signal, unreadable reply
    SKIPPED = "skipped"  # a required case did not pass
    GRADER_ERROR = "grader_error"  # costs no points; staff always see it


# The verdicts that a mistake in the code causes; a stub is no mistake yet.
FAILURES = frozenset({Verdict.FAILED, Verdict.ERRORED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY, Verdict.CRASHED})


class Audience(StrEnum):
    """The reader of a rendering, who determines its content."""

    STUDENT = "student"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class RubricLine:
    """What a person looks for in a manual task, and its points."""

    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Task:
    """A part of an assignment. ``id`` is the name of the function or class that it grades.

    ``kind`` is "cases", or "manual" if a person grades it; then ``id`` is any name, and ``rubric`` may say how. A
    ``challenge`` is an optional task with cases and 0 points.
    """

    id: str
    title: str
    points: float
    kind: str = "cases"
    rubric: tuple[RubricLine, ...] = ()
    challenge: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """One pytest function (or one parameter set of it) with points; a case of a challenge has 0.

    ``needs`` lists the cases that must pass first; otherwise this case is SKIPPED.
    """

    id: str
    task: str
    title: str
    points: float
    visible: bool
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of two arrays side by side, as text, in rows; an array of one axis is one row.

    ``wrong`` is true where they differ. ``place`` is the part of the arrays that is shown ("[0, 2:6, :]"), or "".
    """

    got: tuple[tuple[str, ...], ...]
    want: tuple[tuple[str, ...], ...]
    wrong: tuple[tuple[bool, ...], ...]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The first difference between the result and the expected value, as text to print.

    ``kind`` is one of type, shape, dtype, non-finite, value, effect, exception, property. ``where`` is the place of the
    first difference, as code if possible ("[0, 2]", "costs[3]", "['W'][0, 0]"). ``share`` is the share that differs ("8
    of 8 entries"). ``entries`` are both arrays, or the part around the worst entry; None if no two arrays of one shape
    were compared.
    """

    kind: str
    got: str
    want: str
    where: str = ""
    share: str = ""
    entries: Entries | None = None


@dataclass(frozen=True, slots=True)
class TraceLine:
    """A line of code: of the student, where an exception passed through it, or of a visible case.

    ``file`` and ``line`` are the place as the student sees it, ``function`` is "" at the top level of a file, ``code``
    is the line itself. ``skipped`` is the number of further lines between the one before and this one. ``note``
    describes the values of the line ("x has the shape (16, 28, 28)").
    """

    file: str
    line: int
    function: str
    code: str
    skipped: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that a case records in addition to its verdict (a speed ratio, an accuracy). It earns no points.

    The author of the case chooses ``name`` ("speed ratio") and ``unit`` ("x", "%", or ""). ``value`` is finite.
    """

    name: str
    value: float
    unit: str = ""
    smaller_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one case on one submission. Points are computed from it later.

    ``credit`` in [0, 1] is the share of the case's points that the outcome earns. ``call`` is the current call of the
    submission, with shortened arguments. ``staff`` is for staff only (a trace of the grader). ``output`` is the text
    that the submission printed during the call, or during the case if no call is at fault. ``measure`` is the
    measurement of the case. It differs from run to run, so ignore it when you compare outcomes. In a hidden case
    ``message`` is a fixed sentence, because students read it.

    ``trace`` are the student's lines that an exception passed through, the innermost last. ``snippet`` is Python code
    that repeats the call next to the student's file, and ``source`` is the line of the case that failed. Only visible
    cases have these.

    ``named`` is true if the hint is that of a known mistake, which behaves exactly like the submission.
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
    trace: tuple[TraceLine, ...] = ()
    snippet: str = ""
    source: TraceLine | None = None
    named: bool = False


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points that are added or subtracted after grading (a late penalty, a bonus), and the reason in words.

    ``kind`` is the reason for programs, such as "late"; "" if a person changed the points. ``task`` is the task whose
    points a person changed; "" for the whole assignment, and for a comment.
    """

    points: float
    reason: str
    kind: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """The earned and possible points, and all adjustments."""

    earned: float
    possible: float
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class SubmissionInfo:
    """The student, the digest and the time of a submission. ``received_at`` is an ISO 8601 time with offset.

    ``path`` is the path of a single submission as given on the command line. It is None for a working copy and in a
    class. ``attempt`` counts the different submissions of a student from 1; it is None outside of an official class.
    """

    student: str | None
    sha256: str
    received_at: str | None = None
    path: str | None = None
    attempt: int | None = None


class Level(StrEnum):
    """A set of layers by which all promises of official grading hold.

    FULL has namespaces. CONTAINER is for places that refuse them, and GPU is FULL with what a GPU's driver needs;
    ``docs/explanation/security.md`` says what they lack.
    """

    FULL = "full"
    CONTAINER = "container"
    GPU = "gpu"


@dataclass(frozen=True, slots=True)
class SandboxInfo:
    """The layers of the sandbox that were active and missing during grading.

    ``missing`` may also name promises that did not hold. ``level`` is the level whose layers are listed.
    """

    complete: bool
    layers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    level: Level = Level.FULL


@dataclass(frozen=True, slots=True)
class GraderInfo:
    """The version and the settings that are needed to repeat the grading.

    ``seed`` is None in a student's copy of an official report, because hidden inputs can be drawn from it again.
    ``data`` is the data set that a case asked for, "digits28" or "mnist"; "" if none did.
    """

    version: str
    seed: int | None
    device: str
    data: str = ""


@dataclass(frozen=True, slots=True)
class GradedCase:
    """A case, its outcome and its points: one line of a report.

    ``because`` names the task to fix first: one that failed as well, and that the submission's own code of this case's
    task uses. The hint says so then. It is "" otherwise. ``named`` is that of the outcome.
    """

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
    trace: tuple[TraceLine, ...] = ()
    snippet: str = ""
    source: TraceLine | None = None
    because: str = ""
    named: bool = False


@dataclass(frozen=True, slots=True)
class Stub:
    """A function or class of a task that is still the stub, with the file and line of its definition."""

    task: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """The reason why no case could run: Python cannot read a file, or the submission cannot be imported at all.

    ``message`` is a sentence and ``remedy`` says what to do. ``text`` is line ``line`` of ``file``, and ``column`` the
    place in it, from 1. They are "" or 0 if there is no such place.
    """

    message: str
    remedy: str
    file: str = ""
    line: int = 0
    column: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The complete report of one graded submission.

    ``official`` is False for a student's own run, which has only visible cases and does not require the complete
    sandbox. ``complete`` is False if at least one case ended in GRADER_ERROR. ``notes`` are sentences about the whole
    submission: a rejected archive, a file with another name. ``language`` is a language code, such as "en".

    ``only_task`` is the task whose cases ran, or "" if those of all tasks did. ``stubs`` are the tasks that the
    submission has not begun. With a ``load_failure`` every case failed for this one reason. ``graded_at`` is an ISO
    8601 time with offset.
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
    only_task: str = ""
    stubs: tuple[Stub, ...] = ()
    load_failure: LoadFailure | None = None
    graded_at: str | None = None
    schema: int = REPORT_SCHEMA

    @property
    def awaiting(self) -> tuple[Task, ...]:
        """The manual tasks of an official report that nobody has graded yet."""
        decided = {each.task for each in self.score.adjustments}
        return tuple(task for task in self.tasks if self.official and task.kind == "manual" and task.id not in decided)

    @property
    def challenges(self) -> frozenset[str]:
        """The ids of the optional tasks, which have 0 points."""
        return frozenset(task.id for task in self.tasks if task.challenge)

    @property
    def required(self) -> tuple[GradedCase, ...]:
        """The cases without those of challenges: what decides whether the submission is finished."""
        challenges = self.challenges
        return tuple(case for case in self.outcomes if case.task not in challenges)

    def seen_by(self, audience: Audience) -> Report:
        """Return the part of this report that ``audience`` may see.

        Staff see everything. A student sees no staff traces, and no seed in an official report. For a hidden case, a
        student sees nothing that the submission could choose while it had the hidden inputs, and so carry them out:
        neither the call, the trace, the snippet, the output, the values of the mismatch, the seconds nor the measure.
        The verdict, the message (a fixed sentence), the hint and the kind of the mismatch remain.
        """
        if audience is Audience.STAFF:
            return self
        grader = replace(self.grader, seed=None) if self.official else self.grader
        return replace(self, grader=grader, outcomes=tuple(_for_student(line) for line in self.outcomes))


def _for_student(line: GradedCase) -> GradedCase:
    if line.visible:
        return replace(line, staff="")
    mismatch = line.mismatch and Mismatch(kind=line.mismatch.kind, got="", want="")
    hidden = replace(line, call="", mismatch=mismatch, output="", staff="", seconds=0.0, measure=None)
    return replace(hidden, trace=(), snippet="", source=None)
