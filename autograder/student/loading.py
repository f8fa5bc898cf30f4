"""What happened while a worker loaded a submission: the incidents that it reports, and the sentences about them.

A worker reports numbers, a kind, and the type and text of an exception. Everything else in a sentence comes from the
source that the student handed in. Only the first load is reported, when the worker has seen no case yet.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..guest.standins import silent_package
from ..messages import say
from ..workers.spec import WorkerSpec
from ..workers.worker import LossReason, WorkerLost
from . import names
from .installation import without_folders
from .remedies import remedy
from .source import ModuleSources, checked_text

MAX_INCIDENTS = 200  # of one load; the worker sends at most as many
MAX_SKIPPED = 2000  # ranges of statements
MAX_LOST = 3  # statements that end the worker, before the submission counts as one that cannot be loaded
MAX_NOTES = 3  # of one kind
MAX_PACKAGES = 5  # that an exception passed through
MAX_PLACED = 40  # incidents whose cell is looked up; each look reads the module
MAX_CODE = 60  # characters of a line of source in a note
KINDS = frozenset({"raised", "stopped", "exit", "unread", "import", "input", "breakpoint"})
_FAILED = frozenset({"raised", "stopped", "exit", "unread", "lost"})
_NAMED_ELSEWHERE = frozenset({"NotImplementedError", "SystemExit"})  # by the cases; by a note of its own


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened at the top level of a module.

    ``kind`` is one of ``KINDS`` (``guest/runner.py``), or "lost": the statement ended the worker, and ``text`` is the
    sentence about it. ``statement`` is the number of the statement in the module, or -1.
    """

    module: str
    statement: int
    line: int
    kind: str
    type: str = ""
    text: str = ""
    through: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Any, source: ModuleSources) -> Incident:
        """Check one entry of a HELLO frame.

        Raises:
            TypeError, ValueError: it is malformed.
        """
        module, statement, line, kind, type, text, through = fields
        if module not in source.modules or kind not in KINDS:
            raise ValueError("an incident of an unknown module or kind")
        statement, line = _number(statement, -1), _number(line, 0)
        packages = tuple(checked_text(name, 80) for name in through[:MAX_PACKAGES])
        text = without_folders(checked_text(text, 200))
        return cls(module, statement, line, kind, checked_text(type, 80), text, packages)


@dataclass(slots=True)
class LoadRecord:
    """What is known about loading one submission. Its workers share it.

    ``incidents`` are those of the first load; None before it. ``skip`` are the statements that no later load runs:
    module, first and last number. ``is_careful`` is true while the worker names each statement before it runs it, to
    find the one that ends the worker. ``at`` is the last one that it named. ``free_s`` are the seconds of later loads
    that were not charged to the cases. ``names`` are the public names that the first load defined.
    """

    incidents: tuple[Incident, ...] | None = None
    skip: list[tuple[str, int, int]] = field(default_factory=list)
    lost: list[Incident] = field(default_factory=list)
    is_careful: bool = False
    at: tuple[str, int, int] | None = None
    free_s: float = 0.0
    names: dict[str, str] | None = None

    @property
    def is_stateful(self) -> bool:
        """Whether the first load ran statements, or spent time on them, that later loads skip."""
        return bool(self.skip)

    def finish(self, header: Mapping[str, Any], source: ModuleSources) -> None:
        """Take in the first HELLO.

        Raises:
            KeyError, TypeError, ValueError: the header is malformed.
        """
        incidents = [Incident.read(fields, source) for fields in header["incidents"][:MAX_INCIDENTS]]
        skip = [_range_of(fields, source) for fields in header["skip"][:MAX_SKIPPED]]
        self.incidents = (*self.lost, *incidents)
        self.skip = list(dict.fromkeys([*self.skip, *skip]))
        self.is_careful = False

    def goes_on_after(self, lost: WorkerLost, explain: Callable[[tuple[str, int]], str]) -> bool:
        """Take in the loss of the worker during the first load; return whether to load again.

        A worker that broke the protocol was attacked, so it is not tried again.
        """
        if lost.loss in (LossReason.PROTOCOL, LossReason.BUDGET):
            return False
        if not self.is_careful:
            self.is_careful = True
            return True
        if self.at is None or len(self.lost) == MAX_LOST:
            return False
        (module, statement, line), self.at = self.at, None
        kind = "stopped" if lost.loss in (LossReason.TIMED_OUT, LossReason.CPU) else "lost"
        self.lost.append(Incident(module, statement, line, kind, text=explain((module, line))))
        self.skip.append((module, statement, statement))
        return True


def statement_of(header: Mapping[str, Any], source: ModuleSources) -> tuple[str, int, int]:
    """Return module, number and line of the statement in an AT frame.

    Raises:
        KeyError, TypeError, ValueError: it is malformed.
    """
    if header["module"] not in source.modules:
        raise ValueError("a statement of an unknown module")
    return header["module"], _number(header["statement"], 0), _number(header["line"], 0)


def _range_of(fields: Any, source: ModuleSources) -> tuple[str, int, int]:
    """Check one range of statements in a HELLO frame.

    Raises:
        TypeError, ValueError: it is malformed.
    """
    module, first, last = fields
    if module not in source.modules:
        raise ValueError("a range of statements of an unknown module")
    return module, _number(first, 0), _number(last, 0)


def _number(value: Any, least: int) -> int:
    if type(value) is not int or not least <= value < 1 << 20:
        raise ValueError("a number out of range")
    return value


# --- sentences


def notes_on(incidents: tuple[Incident, ...], source: ModuleSources, spec: WorkerSpec) -> Iterator[str]:
    """Yield the notes on the first load of a submission, for its student."""
    shown, parts = 0, set()
    failed = [each for each in incidents if each.kind in _FAILED and each.type not in _NAMED_ELSEWHERE]
    for incident in failed[:MAX_PLACED]:
        # the first failure of a cell is often the cause of the others
        part = (incident.module, source.placed(incident.module, incident.line)[0])
        is_new = incident.module not in source.notebooks or part not in parts
        if is_new and shown < MAX_NOTES:
            parts.add(part)
            shown += 1
            yield _failure(incident, source, spec)
    if len(failed) > shown:
        yield say("load.more", count=len(failed) - shown)
    for kind in ("exit", "input", "breakpoint"):
        places = [_place(each, source) for each in incidents if each.kind == kind]
        if places:
            more = ["…"] if len(places) > MAX_NOTES else []
            yield say(f"load.{kind}", places="; ".join([*places[:MAX_NOTES], *more]))
    yield from _notes_on_imports(incidents, source, spec)


def _failure(incident: Incident, source: ModuleSources, spec: WorkerSpec) -> str:
    file, line = source.placed(incident.module, incident.line)
    match incident.kind:
        case "lost":
            return say("load.lost", why=incident.text)
        case "stopped":
            id = "load.stopped" if incident.module in source.notebooks else "load.stopped-script"
            return say(id, file=file, line=line, seconds=_seconds(spec))
        case "unread":
            return say("student.syntax", file=file, line=line, text=incident.text)
    sentence = say("load.raised", file=file, line=line, error=_error(incident))
    return f"{sentence} {_remedy(incident, source, spec)}".rstrip()


def _remedy(incident: Incident, source: ModuleSources, spec: WorkerSpec) -> str:
    line = source.line(incident.module, incident.line)
    tasks = spec.limits.tasks
    found = remedy(incident.text, bases=(incident.type,), through=incident.through, line=line, tasks=tasks)
    if found or incident.type != "NameError":
        return found
    return names.remedy(incident.text, source, incident.module, incident.line, spec.packages)


def _place(incident: Incident, source: ModuleSources) -> str:
    file, line = source.placed(incident.module, incident.line)
    place = say("load.place", file=file, line=line)
    return f"{place} ({source.line(incident.module, incident.line)[:MAX_CODE]})"


def _seconds(spec: WorkerSpec) -> str:
    return f"{min(spec.limits.cell_s, spec.limits.load_s):g}"


def _error(incident: Incident) -> str:
    return f"{incident.type}: {incident.text}" if incident.text else incident.type


def _notes_on_imports(incidents: tuple[Incident, ...], source: ModuleSources, spec: WorkerSpec) -> Iterator[str]:
    silent: dict[str, None] = {}
    absent: dict[str, tuple[str, int]] = {}
    for incident in incidents:
        if incident.kind != "import":
            continue
        for name in source.imported_at(incident.module, incident.line):
            package = name.partition(".")[0]
            if quiet := silent_package(name):
                silent[quiet] = None
            elif source.is_handed_in(package):
                if not source.is_handed_in(name):
                    absent.setdefault(name, source.placed(incident.module, incident.line))
            elif not is_offered(package, spec):
                absent.setdefault(package, source.placed(incident.module, incident.line))
    for name, (file, line) in list(absent.items())[:MAX_NOTES]:
        yield say("load.absent", file=file, line=line, name=name, offered=offered(spec))
    if silent:
        yield say("load.silent", names=", ".join(list(silent)[: 2 * MAX_NOTES]))


def undefined(name: str, incidents: tuple[Incident, ...], source: ModuleSources, spec: WorkerSpec) -> str:
    """Return the sentence about a name of the main module whose definition failed, or "" if none failed."""
    for unread in source.unread.get(source.main, ()):
        if name in unread.names:
            file, line = source.placed(source.main, unread.line)
            return say("student.syntax", file=file, line=line, text=unread.text)
    for incident in incidents:
        if incident.module != source.main or incident.kind not in _FAILED:
            continue
        if name not in source.names_defined_by(incident.module, incident.statement):
            continue
        if incident.kind in ("lost", "unread"):
            return _failure(incident, source, spec)
        file, line = source.placed(incident.module, incident.line)
        if incident.kind == "stopped":
            seconds = _seconds(spec)
            return say("student.undefined-stopped", name=name, file=file, line=line, seconds=seconds)
        return say("student.undefined-raised", name=name, file=file, line=line, error=_error(incident))
    return ""


def is_offered(package: str, spec: WorkerSpec) -> bool:
    """Return whether every submission can import a package."""
    return package in sys.stdlib_module_names or spec.packages is None or package in spec.packages


def offered(spec: WorkerSpec) -> str:
    """Return the packages that a submission can import, as an enumeration."""
    *others, last = [say("student.standard-library"), *sorted(spec.packages or ())]
    return say("student.and", others=", ".join(others), last=last)
