"""A class that is graded by a command which anything may be killed under, and what the class must look like at the end.

The command runs as ``python -m autograder batch``, official, with a store, a log and folders of its own. Every process
of it is a descendant of this one, which adopts orphans (the fixture ``strays``).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tiny_course as tiny
from sqlalchemy import select
from test_faults import RUN_S, children_of, described, ended_within, victims

from autograder.batch import identities, schema
from autograder.batch.store import Store
from autograder.reports.class_rows import RETRIED

SEED = 5  # of the course, so that all classes draw the same inputs
POLL_S = 0.003
MOST_RETRIES = 6  # of the command, after the kill: a database that recovers may refuse the first ones
NEEDS_HUMAN = 5

_KINDS = (
    tiny.SOLUTION,
    tiny.SOLUTION.replace("2 * x", "x * x"),
    tiny.SOLUTION.replace("return 2 * x", "print(x)\n    return 2 / 0"),
    "def double(",
)
# The last two have the submissions of the first two.
CLASS = {f"s{n:02}": f"{_KINDS[n % 10 % 4]}\n# {n % 10}\n" for n in range(12)}
DIFFERENT = len(set(CLASS.values()))


@dataclass(frozen=True)
class Moment:
    """When to kill: after a share of the time of an undisturbed run, or after so many graded submissions."""

    share: float
    reports: int = 0

    def wait(self, course: ClassCourse, command: subprocess.Popen[Any], seconds: float) -> None:
        """Wait for the moment, or for the end of the command. ``seconds`` is the time of an undisturbed run."""
        while self.reports and course.lines_of_log("graded") < self.reports:
            if ended_within(command.pid, POLL_S):
                return
        ended_within(command.pid, self.share * seconds * (0.05 if self.reports else 1.0))


@dataclass
class ClassCourse:
    """A course with a class of twelve, below ``folder``. ``engine`` and ``store`` are those of the command."""

    folder: Path
    workers: int = 1
    engine: str = "local"
    store: str = ""
    prefix: Sequence[str] = ()  # a program that starts the command
    errors: str = field(default="", init=False)  # of the last command

    def __post_init__(self) -> None:
        self.root, self.out, self.scratch = self.folder / "course", self.folder / "out", self.folder / "scratch"
        self.store = self.store or f"sqlite:///{self.folder / 'store' / 'store.sqlite'}"
        self.log = self.folder / "log.jsonl"
        self.scratch.mkdir(parents=True)
        tiny.make(self.root)
        for student, source in CLASS.items():
            tiny.write(self.folder / "class" / student / "tiny.py", source)

    def start(self) -> subprocess.Popen[str]:
        """Start the command."""
        command = [*self.prefix, sys.executable, "-m", "autograder", "batch", tiny.SLUG, str(self.folder / "class")]
        command += ["--root", str(self.root), "--out", str(self.out), "--store", self.store, "--log", str(self.log)]
        command += ["--seed", str(SEED), "--workers", str(self.workers), "--engine", self.engine]
        return subprocess.Popen(
            command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def environment(self) -> dict[str, str]:
        """The environment of all processes of this course."""
        ours = {"TMPDIR": str(self.scratch), "DASK_TEMPORARY_DIRECTORY": str(self.folder / "dask")}
        return {**os.environ, **ours, "OMP_NUM_THREADS": "1"}

    def end(self, command: subprocess.Popen[str]) -> int:
        """Wait for the end of the command and return its exit code, which is one of ours unless it was killed."""
        try:
            _, self.errors = command.communicate(timeout=RUN_S)
        except subprocess.TimeoutExpired:
            command.kill()
            _, self.errors = command.communicate()
            raise AssertionError(f"the command does not come to an end: {self.errors}") from None
        code = command.returncode
        assert "Traceback (most recent call last)" not in self.errors, self.errors
        assert code in (0, 2, 4, NEEDS_HUMAN, -signal.SIGKILL), (code, self.errors)
        return code

    def finish(self) -> None:
        """Type the command until it says that everybody is graded."""
        said = []
        for _ in range(MOST_RETRIES):
            code = self.end(self.start())
            if code == 0 or (code == NEEDS_HUMAN and len(self.complete()) == DIFFERENT):
                return
            said.append((code, self.errors))
        raise AssertionError(f"the class is never graded: {said}")

    def lines_of_log(self, event: str) -> int:
        """Return how many events of a kind ``--log`` has, in all runs."""
        try:
            return self.log.read_bytes().count(f'"event": "{event}"'.encode())
        except FileNotFoundError:
            return 0

    # --- what the class looks like

    @contextlib.contextmanager
    def opened(self) -> Iterator[tuple[Store, identities.Identities]]:
        """Open the store and the names."""
        is_file = self.store.startswith("sqlite")
        known = identities.read(self.folder / "store" if is_file else self.root / "store")
        with Store(self.store, known.course) as store:
            yield store, known

    def rows(self, *tables: Any) -> list[list[dict[str, Any]]]:
        """Return the rows of tables of the store, of any course, with names in place of pseudonyms."""
        with self.opened() as (store, known), store.snapshot() as connection:
            found = [[dict(row) for row in connection.execute(select(each)).mappings()] for each in tables]
        for row in (row for rows in found for row in rows):
            if row.get("person"):
                row["person"] = known.name(row["person"])
        return found

    def complete(self) -> list[str]:
        """Return the digest of every complete report in the store."""
        [reports] = self.rows(schema.reports)
        return [row["sha256"] for row in reports if row["complete"]]

    def state(self) -> dict[str, Any]:
        """Return everything that the class is: rows of the store, names, files. Times and numbers of rows are left out.

        A remark that a case ran twice is left out, too. Whom it is about is in ``ran-twice``.
        """
        tables = (schema.courses, schema.assignments, schema.seeds, schema.people, schema.submissions)
        kept, graded, log = self.rows(*tables), self.rows(schema.reports)[0], self.rows(schema.log)[0]
        found: dict[str, Any] = {each.name: _sorted(rows) for each, rows in zip(tables, kept, strict=True)}
        found["reports"] = _sorted(graded)
        found["events"] = sorted((row["action"], row["person"] or "") for row in log)
        with self.opened() as (_, known):
            found["names"] = sorted((each["name"], each["uploads"]) for each in known.people.values())
            found["folders"] = [Path(folder).name for folder in known.folders]
        found["store-folder"] = sorted(path.name for path in known.path.parent.iterdir() if "sqlite" not in path.name)
        found["ignored"] = (known.path.parent / ".gitignore").read_text(encoding="utf-8")
        found["files"] = {
            str(path.relative_to(self.out)): _scrubbed(path.read_bytes().decode(errors="backslashreplace"))
            for path in sorted(self.out.rglob("*"))
            if path.is_file()
        }
        found["files"]["staff/written.json"] = sorted(found["files"]["staff/written.json"])
        found["scratch"] = sorted(path.name for path in self.scratch.iterdir())
        found["ran-twice"] = any('"retried"' in row["summary"] for row in graded)
        return found


def assert_same(found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Compare a class with one that was graded undisturbed."""
    shown = dict(found["files"])
    other = dict(wanted["files"])
    if found["ran-twice"] or wanted["ran-twice"]:  # the pages of the class then have the remark
        for name in ("staff/class.html", "staff/needs-a-human.html", "staff/grades.csv"):
            assert shown.pop(name) and other.pop(name)
    assert sorted(shown) == sorted(other), sorted(shown)
    for name, text in other.items():
        assert shown[name] == text, f"{name}: {shown[name]}, not {text}"
    for name in wanted.keys() - {"files", "ran-twice"}:
        assert found[name] == wanted[name], f"{name}: {found[name]}, not {wanted[name]}"


_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?([+-]\d\d:?\d\d|Z)?")
_DRAWN = {"id", "course", "since", "imported_at", "graded_at", "created_at", "drawn_at", "first_graded_at", "seconds"}


def _scrubbed(text: str) -> Any:
    """Return a file without its times, and a document also without what is drawn or counted."""
    return _plain(json.loads(text)) if text.startswith("{") else _TIME.sub("TIME", text)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value if each != "retried"]
    if not isinstance(value, dict):
        return value
    found = {name: _plain(each) for name, each in value.items() if name not in _DRAWN}
    if found.get("staff", "").startswith(RETRIED):
        found["staff"] = found["staff"].partition("\n")[2]
    for name in {"summary", "document"} & found.keys():
        found[name] = _scrubbed(found[name])
    return found


def _sorted(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return rows as text, without what differs between two equal classes."""
    return sorted(str(_plain(row)) for row in rows)


# --- processes


def graders(command: int) -> list[int]:
    """Return the grader processes of a command, or of a Dask worker."""
    return [pid for pid in children_of(command) if "spawn_main" in described(pid)]


def zygotes(parents: Sequence[int]) -> list[int]:
    """Return the zygotes of graders, and the processes that wait for them."""
    return [pid for parent in parents for pid in victims(parent, "zygote")]


def kill_one(find: Callable[[], Sequence[int]], choose: Callable[[Sequence[int]], int], command: int) -> bool:
    """Kill -9 one of the processes that ``find`` returns, as soon as there is one; False if the command ends first."""
    while True:
        if found := find():
            pid = choose(found)
            with contextlib.suppress(ProcessLookupError):
                pidfd = os.pidfd_open(pid)  # from here on the number stands for one process
                try:
                    if pid in find():
                        signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                        return True
                finally:
                    os.close(pidfd)
        if ended_within(command, POLL_S):
            return False
