"""Translate a failure of a submission into a verdict and a sentence for the student."""

from __future__ import annotations

import difflib
import functools
import re
import signal
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ..guest.exceptions import FIRST_LINES, LAST_LINES
from ..messages import say
from ..model import TraceLine, Verdict
from ..workers.spec import WorkerSpec
from ..workers.worker import LossReason, WorkerLost
from . import names, remedies
from .installation import without_folders
from .loading import Incident, offered, undefined
from .source import ModuleSources, checked_text

# A NotImplementedError of PyTorch, and no stub: an operation that a device or a dtype lacks, a module without forward.
_LIBRARY_REFUSES = re.compile(
    "Could not run 'aten::|Cannot copy out of meta tensor|The operator 'aten::|Module \\[.*\\] is missing the required"
    '|"\\w+" not implemented for \''
)
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")
MISSING_MODULE = re.compile(r"No module named '([A-Za-z]\w{0,79})[.']")


class StudentFault(BaseException):
    """A verdict on the submission, raised through the case that made the call.

    It is a BaseException, so that ``pytest.raises(Exception)`` in a case does not accept a crash as the expected error.
    ``again`` is true if the submission may not be the cause, so that the case should run again. ``starved`` is true if
    the worker waited for a core or for memory. ``harmless`` is true if the submission could not choose the message
    while it had the inputs of a case, so that the report of a hidden case may show it. ``ran`` is false if no code of
    the task ran, so that a hint about the task would mislead. ``trace`` are the student's lines that an exception
    passed through. ``hidden`` is the sentence that a hidden case shows; "": the one for the verdict. ``is_unasked`` is
    true if a worker that is older than the case broke the protocol: an earlier case may have left the cause there.
    """

    def __init__(
        self,
        verdict: Verdict,
        message: str,
        *,
        staff: str = "",
        again: bool = False,
        starved: bool = False,
        harmless: bool = False,
        ran: bool = True,
        trace: tuple[TraceLine, ...] = (),
        hidden: str = "",
    ) -> None:
        super().__init__(message)
        self.hidden = hidden
        self.ran = ran
        self.trace = trace
        self.again = again
        self.starved = starved
        self.harmless = harmless
        self.verdict = verdict
        self.message = message
        self.staff = staff
        self.is_unasked = False


class StudentRaised(Exception):
    """An exception of the student's code. It is also an instance of the builtin exception that the code raised.

    ``tell`` returns the sentence for the student. It is called only when the message is read, because most cases expect
    the exception.
    """

    verdict = Verdict.ERRORED
    harmless = False
    hidden = ""

    def __init__(self, tell: Callable[[], str], error: RemoteError) -> None:
        self._tell = tell
        self._error = error
        self.type_name = error.type
        self.text = error.text
        self.staff = error.trace()

    @property
    def trace(self) -> tuple[TraceLine, ...]:
        """The student's lines that the exception passed through."""
        return self._error.trace_lines()

    @functools.cached_property
    def message(self) -> str:
        """The sentence for the student, in the language of the run."""
        return self._tell()

    def __str__(self) -> str:
        return self.message


@functools.cache
def _raised_class(builtin: str) -> type[StudentRaised]:
    """Return a subclass of StudentRaised and of the builtin exception of that name, for ``pytest.raises``."""
    import builtins

    base = getattr(builtins, builtin)
    # A StopIteration would end a loop of the case: ``zip(map(student.f, inputs), wanted)`` would pass without a
    # comparison. An exception group cannot be created without members.
    if base is Exception or issubclass(base, (StopIteration, StopAsyncIteration, BaseExceptionGroup)):
        return StudentRaised
    return type(f"Student{builtin}", (StudentRaised, base), {})


def _builtin_of(bases: Sequence[str]) -> str:
    import builtins

    for name in bases:
        found = getattr(builtins, name, None)
        if isinstance(found, type) and issubclass(found, Exception):
            return name
    return "Exception"


@dataclass(frozen=True, slots=True)
class RemoteError:
    """The description of an exception by a worker, with every field checked.

    ``bases`` are the names of its builtin base classes. ``lines`` are the student's lines in the traceback, innermost
    last: file, line, function, source. Between the first ones and the last ones, ``skipped`` lines are left out. ``at``
    are module and line of the last one, and ``shapes`` are the names and shapes of the arrays there. ``own`` is true if
    the submission raised it, and false if the call did not match the signature. ``through`` are the packages that it
    passed through, and ``newer`` is the feature of a newer Python that a syntax error is due to.
    """

    type: str
    bases: tuple[str, ...]
    text: str
    lines: tuple[tuple[str, int, str, str], ...]
    own: bool
    through: tuple[str, ...] = ()
    newer: str = ""
    skipped: int = 0
    shapes: tuple[tuple[str, tuple[int, ...]], ...] = ()
    at: tuple[str, int] | None = None

    @classmethod
    def read(cls, header: dict[str, Any], source: ModuleSources) -> RemoteError:
        """Read the header of an ERROR frame.

        Only lines of the submission are kept, because the file name of another line could contain any text.

        Raises:
            KeyError, TypeError, ValueError: The header is malformed.
        """
        modules = {file: name for name, (file, _) in source.modules.items()}
        lines, at = [], None
        for file, line, function, text in header["lines"][: FIRST_LINES + LAST_LINES]:
            number, where, code = _number(line), checked_text(function, 80), checked_text(text, 200)
            module = modules.get(checked_text(file, 500))
            if module is not None and source.has_lines(module, number):
                lines.append((*source.placed(module, number), where, code))
                at = (module, number)
        return cls(
            type=checked_text(header["type"], 80),
            bases=tuple(checked_text(base, 80) for base in header["bases"][:20]),
            text=_as_in_a_file(without_folders(checked_text(header["text"], 2000)), source),
            lines=tuple(lines),
            own=header["own"] is True,
            through=tuple(checked_text(name, 80) for name in header.get("through", ())[:5]),
            newer=checked_text(header.get("newer", ""), 80),
            skipped=_number(header.get("skipped", 0)),
            shapes=tuple((checked_text(name, 80), _shape(shape)) for name, shape in header.get("shapes", ())[:4]),
            at=at,
        )

    def trace_lines(self) -> tuple[TraceLine, ...]:
        """Return the student's lines for a report, in the current language."""
        lines = []
        for i, (file, line, function, code) in enumerate(self.lines):
            name = function.replace("<locals>.", "").replace("<module>", "")
            skipped = self.skipped if i == FIRST_LINES else 0
            lines.append(TraceLine(file, line, name, code, skipped, self._note() if i == len(self.lines) - 1 else ""))
        return tuple(lines)

    def _note(self) -> str:
        return "; ".join(say("student.shape", name=name, shape=str(shape)) for name, shape in self.shapes)

    def trace(self) -> str:
        """Return the complete traceback, for staff."""
        lines = [f"{file}, line {line}, in {where or '<module>'}: {source}" for file, line, where, source in self.lines]
        return "\n".join([*lines, f"{self.type}: {self.text}"])


def _as_in_a_file(text: str, source: ModuleSources) -> str:
    """Name objects of a notebook, whose module is ``__main__``, like those of a module: known mistakes are modules."""
    return text.replace("<__main__.", f"<{source.main}.") if source.notebooks else text


def without_addresses(text: str) -> str:
    """Return a text without where objects were in memory: it differs from run to run, and helps nobody."""
    return _ADDRESS.sub("", text)


def _number(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("a number was wanted")
    return value


def _shape(value: Any) -> tuple[int, ...]:
    if type(value) is not list or not all(type(size) is int and 0 <= size < 1 << 62 for size in value):
        raise TypeError("a shape was wanted")
    return tuple(value[:8])


def _unattended(error: RemoteError, code: str) -> str:
    """Return "exit" or "keyboard" for a line that only a person at the terminal can use, or ""."""
    if "SystemExit" in error.bases:
        return "exit"
    return "keyboard" if error.type == "EOFError" and "input(" in code else ""


def is_perhaps_not_its_fault(lost: WorkerLost) -> bool:
    """Return whether the worker waited, or the kernel sent SIGKILL because the machine ran out of memory."""
    return lost.starved or (lost.loss is LossReason.SIGNALLED and lost.detail == signal.SIGKILL)


@dataclass(frozen=True, slots=True)
class FaultMessages:
    """The verdicts and sentences for the failures of a submission, in the language of the run.

    ``spec.packages`` are the packages that a submission can import; None allows all.
    """

    source: ModuleSources
    spec: WorkerSpec

    def raised(self, error: RemoteError, describe: Callable[[], str]) -> StudentFault | StudentRaised:
        """Return the exception that the case gets for a call that raised ``error``."""
        staff = error.trace()
        if "NotImplementedError" in error.bases and not _LIBRARY_REFUSES.match(error.text):
            # The called function may have called the stub.
            stubs = [where for _, _, where, _ in error.lines if where in self.source.parameters]
            name = stubs[-1] if stubs else self.call(describe).partition("(")[0]
            return StudentFault(Verdict.NOT_ATTEMPTED, say("student.not-attempted", name=name), staff=staff)
        if "MemoryError" in error.bases or "DefaultCPUAllocator" in error.text:
            message = say("worker.memory", call=self.call(describe), mib=self.spec.limits.memory_mib)
            return StudentFault(Verdict.OUT_OF_MEMORY, message, staff=staff, trace=error.trace_lines())
        if error.type == "OutOfMemoryError":  # of torch, on a GPU
            message = say("worker.gpu-memory", call=self.call(describe))
            return StudentFault(Verdict.OUT_OF_MEMORY, message, staff=staff, trace=error.trace_lines())
        if "RecursionError" in error.bases:
            message = say("student.recursion", call=self.call(describe))
            return StudentFault(Verdict.ERRORED, message, staff=staff, trace=error.trace_lines())
        if error.type == "ReturnTypeError":
            id = "student.too-large" if "bytes;" in error.text else "student.return-type"
            message = say(id, call=self.call(describe), text=error.text)
            return StudentFault(Verdict.ERRORED, message, staff=staff)
        tell = functools.partial(self._sentence_and_remedy, describe, error)
        return _raised_class(_builtin_of(error.bases))(tell, error)

    def load_failed(self, error: RemoteError) -> StudentFault:
        """Return the verdict on a submission that cannot be loaded: Python cannot read one of its files."""
        file = self.source.file
        line = 0
        if error.lines:
            file, line = error.lines[-1][0], error.lines[-1][1]
        staff = error.trace()
        if "UnicodeDecodeError" in error.bases and not error.lines:
            message = say("student.encoding", file=file)
        elif "SyntaxError" in error.bases and line:
            newer = remedies.newer_syntax(error.newer, file, line)
            text = error.text.partition(" (")[0]
            message, staff = newer or say("student.syntax", file=file, line=line, text=text), ""
        else:
            message = self._with_remedy(say("student.load", file=file, type=error.type, text=error.text), error)
        return StudentFault(Verdict.ERRORED, message, staff=staff, ran=False)

    def undefined(self, name: str, names: Collection[str], incidents: tuple[Incident, ...]) -> StudentFault:
        """Return the verdict on a case that needs a name that the submission does not define."""
        if failed := undefined(name, incidents, self.source, self.spec):
            return StudentFault(Verdict.ERRORED, failed, ran=False)
        others = [each for each in names if each not in self.source.asked]  # those that are asked for keep their names
        if near := difflib.get_close_matches(name, others, n=1, cutoff=0.7):
            message = say("student.no-name-but", file=self.source.file, name=name, found=near[0])
        else:
            message = say("student.no-name", file=self.source.file, name=name)
        return StudentFault(Verdict.ERRORED, message)

    def not_called(self, function: str, verdict: Verdict) -> StudentFault:
        """Return the verdict on a call that was not made, because the function got this verdict too often before."""
        id = "worker.not-called-slow" if verdict is Verdict.TIMED_OUT else "worker.not-called-memory"
        return StudentFault(verdict, say(id, function=function), ran=False, hidden=say("hidden.not-called"))

    def lost(
        self, lost: WorkerLost, describe: Callable[[], str], *, served_before: bool, is_short: bool = False
    ) -> StudentFault:
        """Return the verdict on a call that lost the worker.

        ``served_before`` is true if the worker is older than the case, ``is_short`` if the limit was a short one.
        """
        call = self.call(describe)
        # Or earlier cases used CPU time of the same worker, or left something that sends frames.
        by_others = (LossReason.CPU, LossReason.PROTOCOL)
        again = is_perhaps_not_its_fault(lost) or (lost.loss in by_others and served_before)
        match lost.loss:
            case LossReason.BUDGET:
                verdict = Verdict.TIMED_OUT
                message = say("worker.budget", seconds=f"{self.spec.limits.submission_s:g}")
            case LossReason.TIMED_OUT:
                id = "worker.timed-out-short" if is_short else "worker.timed-out"
                verdict, message = Verdict.TIMED_OUT, say(id, call=call, seconds=f"{lost.limit_s:.3g}")
            case LossReason.CPU:
                verdict, message = Verdict.TIMED_OUT, say("worker.cpu", seconds=f"{lost.limit_s:g}")
            case LossReason.MEMORY:
                verdict = Verdict.OUT_OF_MEMORY
                message = say("worker.memory", call=call, mib=self.spec.limits.memory_mib)
            case LossReason.FILES:
                verdict, message = Verdict.CRASHED, say("worker.files", call=call, mib=self.spec.limits.scratch_mib)
            case LossReason.TASKS:
                verdict, message = Verdict.CRASHED, say("worker.tasks", call=call, tasks=self.spec.limits.tasks)
            case LossReason.TOO_LARGE:
                verdict, message = Verdict.CRASHED, say("worker.too-large", call=call)
            case LossReason.EXITED:
                verdict, message = Verdict.CRASHED, say("worker.exit", call=call, status=lost.detail)
            case LossReason.SIGNALLED:
                known = lost.detail in set(signal.Signals)
                name = signal.Signals(lost.detail).name if known else f"signal {lost.detail}"
                verdict, message = Verdict.CRASHED, say("worker.signal", call=call, signal=name)
            case _:
                verdict, message = Verdict.CRASHED, say("worker.protocol", call=call)
        harmless = lost.loss is LossReason.BUDGET  # the same sentence for everybody, and not about this case
        fault = StudentFault(verdict, message, staff=lost.text, again=again, starved=lost.starved, harmless=harmless)
        fault.is_unasked = lost.loss is LossReason.PROTOCOL and served_before
        return fault

    def lost_at(self, lost: WorkerLost, place: tuple[str, int]) -> str:
        """Return the sentence about a statement at the top level of a module that lost the worker."""
        file, line = self.source.placed(*place)
        return self.lost(lost, lambda: say("load.place", file=file, line=line), served_before=False).message

    def call(self, describe: Callable[[], str]) -> str:
        """Return the call without the description of its arguments."""
        return describe().partition("  ")[0]

    def _sentence_and_remedy(self, describe: Callable[[], str], error: RemoteError) -> str:
        return without_addresses(self._with_remedy(self._sentence(describe, error), error))

    def _with_remedy(self, sentence: str, error: RemoteError) -> str:
        line = error.lines[-1][3] if error.lines else ""
        tasks = self.spec.limits.tasks
        remedy = remedies.remedy(error.text, bases=error.bases, through=error.through, line=line, tasks=tasks)
        if not remedy and error.at is not None and "NameError" in error.bases:
            remedy = names.remedy(error.text, self.source, *error.at, self.spec.packages)
        return f"{sentence.rstrip('.')}. {remedy}" if remedy else sentence

    def _sentence(self, describe: Callable[[], str], error: RemoteError) -> str:
        call = self.call(describe)
        if error.type == "TypeError" and not error.own:
            return say("student.signature", call=call, text=error.text)
        if error.type == "BdbQuit":  # it is raised somewhere behind the line that starts the debugger
            return say("student.debugger", call=call)
        if not error.lines:
            return say("student.raised", call=call, type=error.type, text=error.text)
        file, line, _, code = error.lines[-1]
        if kind := _unattended(error, code):
            return say(f"student.{kind}", call=call, file=file, line=line, code=code)
        if missing := self._missing(error):
            return say("student.missing", call=call, file=file, line=line, name=missing, offered=offered(self.spec))
        return say("student.raised-at", call=call, type=error.type, text=error.text, file=file, line=line)

    def _missing(self, error: RemoteError) -> str:
        """Return the package that the failed import named, or "" if the assignment offers it.

        A package can be installed on the student's machine and still be missing here.
        """
        found = MISSING_MODULE.match(error.text) if error.type == "ModuleNotFoundError" else None
        name = found[1] if found else ""
        is_offered = self.spec.packages is None or name in self.spec.packages
        return "" if is_offered or self.source.is_handed_in(name) else name
