"""The folder of ``batch --out``: ``students/`` can be handed out whole, ``staff/`` is for staff only.

    students/05-logistic-kim.html    the page of a student
    staff/05-logistic-kim.json       the whole report
    staff/class.html                 the class page
    staff/grades.csv                 the grades; practice.csv of a practice run
    staff/needs-a-human.html         the submissions at which a person has to look
    staff/run.json                   what the results are: no run writes over results of another kind

Above 1,000 students, the pages and reports lie in folders of about 500 each. Nothing in ``students/`` has arguments or
wanted values of hidden cases.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

from ..errors import AutograderError, UsageError
from ..model import Audience, Report
from ..reports import page
from ..reports.document import to_json
from ..reports.files import is_draft, page_names, write_text

if sys.platform != "win32":
    import fcntl

MOST_IN_ONE_FOLDER: Final = 1000
IN_A_PART: Final = 500
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class RunKind:
    """What the results of a folder are: of one assignment in one version, official or not, of one sandbox level."""

    assignment: str
    digest: str
    official: bool
    level: str = ""  # "full", "container" or "partial"; not known before the first worker has started

    @property
    def word(self) -> str:
        """ "official" or "practice", for messages."""
        return "official" if self.official else "practice"


class ResultsFolder:
    """The results of one run. Use it as a context manager: inside, no other run writes into the same folder."""

    def __init__(self, out: Path, kind: RunKind, students: Collection[str], *, follows: bool = False) -> None:
        """``follows``: the folder may hold results of another version of the assignment, which these replace."""
        self.students = out / "students"
        self.staff = out / "staff"
        self._out = out
        self._kind = kind
        self._stems = _places(kind.assignment, students)
        self._follows = follows
        self._lock: IO[bytes] | None = None
        self._begun = False
        self.written: dict[str, str] = {}  # what the files of a student were made from

    @property
    def grades(self) -> Path:
        """The table of grades, or that of a practice run."""
        return self.staff / ("grades.csv" if self._kind.official else "practice.csv")

    @property
    def class_page(self) -> Path:
        """The class page."""
        return self.staff / "class.html"

    @property
    def attention_page(self) -> Path:
        """The page of what needs a human."""
        return self.staff / "needs-a-human.html"

    def page_of(self, student: str) -> str:
        """Return the address of the page of a student, relative to the class page."""
        return f"../students/{self._stems[student]}.html"

    def check(self) -> None:
        """Check, before anything is graded, that the folder has no results of another kind.

        Raises:
            UsageError: ``results-folder`` if it has.
        """
        saved = self._saved()
        if saved is None:
            for folder in (self.students, self.staff):
                if folder.is_dir() and any(name != _LOCK and not is_draft(name) for name in os.listdir(folder)):
                    raise _other(f"{folder} is not a folder of an earlier run")
            return
        if saved.assignment != self._kind.assignment:
            raise _other(
                f"{self._out} holds results of {saved.assignment}, and this run grades {self._kind.assignment}"
            )
        if saved.official != self._kind.official:
            raise _other(f"{self._out} holds {saved.word} results, and this run is {self._kind.word}")
        if saved.digest != self._kind.digest and not self._follows:
            versions = f"{saved.digest[:12]}; now it is {self._kind.digest[:12]}"
            raise _other(f"{self._out} holds results of another version of {saved.assignment} ({versions})")
        if self._kind.level and saved.level != self._kind.level:
            levels = f"{saved.level} sandbox, and this one has the {self._kind.level} sandbox"
            raise _other(f"{self._out} holds results of a run with the {levels}")

    def __enter__(self) -> ResultsFolder:
        return self

    def __exit__(self, *_: object) -> None:
        if self._lock is not None:
            self._lock.close()
        if self._begun:
            write_text(self.staff / "written.json", json.dumps(self.written))

    def begin(self, level: str) -> None:
        """Create the folders, and keep other runs out. Call it before the first file is written.

        Raises:
            UsageError: ``results-folder`` if another run writes into this folder, or it has results of another level.
        """
        if self._begun:
            return
        self._kind = RunKind(self._kind.assignment, self._kind.digest, self._kind.official, level)
        self.check()
        try:
            self.staff.mkdir(parents=True, exist_ok=True)
            self.staff.chmod(0o700)
            self.students.mkdir(exist_ok=True)
            self._take_lock()
        except OSError as exc:
            raise AutograderError(f"{self._out} cannot be written: {exc.strerror}.", slug="report-write") from exc
        write_text(self.staff / "run.json", json.dumps(asdict(self._kind)))
        self._begun = True
        remove_drafts(self._out)
        self.written = self._read("written.json") or {}
        self._remove_moved()

    def _remove_moved(self) -> None:
        """Remove the files whose place has changed, because the class has grown."""
        places = {stem.rpartition("/")[2]: stem for stem in self._stems.values()}
        for stem in [stem for stem in self.written if places.get(stem.rpartition("/")[2], stem) != stem]:
            self._remove(stem)

    def _take_lock(self) -> None:
        self._lock = (self.staff / _LOCK).open("wb")
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise UsageError(
                f"Another run writes into {self._out} now. Wait until it ends, or name another folder with --out.",
                slug="results-folder",
            ) from exc

    def is_current(self, student: str, stamp: str) -> bool:
        """Return whether the files of a student exist and were made from the same report; see :meth:`write`."""
        stem = self._stems[student]
        if self.written.get(stem) != stamp:
            return False
        return (self.students / f"{stem}.html").is_file() and (self.staff / f"{stem}.json").is_file()

    def write(self, report: Report, stamp: str = "") -> None:
        """Write the page and the report of a student. ``stamp`` says what they are made from.

        Raises:
            AutograderError: ``report-write`` if a file cannot be written.
        """
        stem = self._stems[report.submission.student or ""]
        page.write(report, self.students, audience=Audience.STUDENT, name=f"{stem}.html")
        write_text(self.staff / f"{stem}.json", to_json(report, audience=Audience.STAFF))
        self.written[stem] = stamp

    def remove(self, students: Collection[str]) -> None:
        """Remove the files of these students: their reports must not be used."""
        for student in students:
            self._remove(self._stems[student])

    def _remove(self, stem: str) -> None:
        (self.students / f"{stem}.html").unlink(missing_ok=True)
        (self.staff / f"{stem}.json").unlink(missing_ok=True)
        self.written.pop(stem, None)

    def _saved(self) -> RunKind | None:
        found = self._read("run.json")
        return RunKind(**found) if found else None

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.staff / name
        try:
            found = json.loads(path.read_bytes())
            return dict(found)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as exc:
            raise _other(f"{path} cannot be read") from exc


def _other(problem: str) -> UsageError:
    return UsageError(f"{problem}. Name another folder with --out, or move this one away.", slug="results-folder")


def page_paths(slug: str, students: Collection[str]) -> dict[str, str]:
    """Return the page of each student of a class, relative to ``students/``."""
    return {student: f"{place}.html" for student, place in _places(slug, students).items()}


def _places(slug: str, students: Collection[str]) -> Mapping[str, str]:
    """Return the path of each student's files below ``students/`` and ``staff/``, without ending."""
    names = page_names(slug, students)
    if len(names) <= MOST_IN_ONE_FOLDER:
        return names
    parts = -(-len(names) // IN_A_PART)
    width = len(str(parts))

    def part(student: str) -> str:
        return f"{int(hashlib.sha256(student.encode('utf-8', 'surrogatepass')).hexdigest()[:8], 16) % parts:0{width}d}"

    return {student: f"{part(student)}/{name}" for student, name in names.items()}


def forget(out: Path, stems: Collection[str]) -> None:
    """Remove from a results folder what names these students, or may hold their reports, beside their own files.

    Drafts of a killed run stay while another run writes into the folder; it removes them itself.
    """
    written = out / "staff" / "written.json"
    with contextlib.suppress(OSError, ValueError):
        known = json.loads(written.read_bytes())
        left = {stem: stamp for stem, stamp in known.items() if stem.rpartition("/")[2] not in stems}
        if left != known:
            write_text(written, json.dumps(left))
    with contextlib.suppress(OSError), (out / "staff" / _LOCK).open("ab") as lock:
        if sys.platform != "win32":
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        remove_drafts(out)


def remove_drafts(out: Path) -> None:
    """Remove the files that a killed run has begun to write."""
    for path in [*out.glob(".*.tmp"), *(out / "students").rglob(".*.tmp"), *(out / "staff").rglob(".*.tmp")]:
        if is_draft(path.name):
            path.unlink(missing_ok=True)
