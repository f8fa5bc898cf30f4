"""Where hostile programs meet the wall: what they are given to attack, and what became of it.

A program is a real submission of the tiny course in ``course/``. It begins with literal constants:

``THREAT``
    what it tries: a letter of :data:`GROUPS` and a number, the same for programs that try the same;
``VERDICTS``
    what must become of it, by case, by task or for all ("*"); a case that is not named must pass;
``HARMFUL``
    True where it would harm a machine without a wall, so that it never runs in process;
``NEEDS``
    ``"sandbox"`` where more than the split into two processes must stop it;
``WIRE``
    True where it attacks the connection to the grader, which it would not have in process;
``TWICE``
    True where it is handed in twice in a row: the first leaves something for the second;
``WAITS``
    True where the grader waits until a limit of time ends it: then these limits are short. For all others they are the
    usual ones, because a busy machine may need half a second for a right call.

``"<secret file>"`` and the like stand for what :class:`Canaries` has put up. A program that gets at something that it
must not reach prints a line that starts with ``BREACH:``.
"""

from __future__ import annotations

import ast
import contextlib
import os
import secrets
import socket
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.assignment import Assignment
from autograder.course.submission import Submission
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Level, Report
from autograder.workers.supervisor import Supervisor

HERE = Path(__file__).parent
COURSE = HERE / "course"
NUMPY, TORCH = "01-warm-up", "02-warm-up-torch"
BREACH = "BREACH:"
SEED = 11
SHORT = {"call_s": 0.5, "cell_s": 0.3, "load_s": 1.5, "submission_s": 6.0, "cpu_s": 3.0}
CASES = {  # case -> task
    "double_of_two": "double",
    "total_of_three": "total",
    "counter_counts": "Counter",
    "double_of_any": "double",
    "double_of_many": "double",
    "total_of_any": "total",
    "counter_of_any": "Counter",
}
GROUPS = {
    "A": "marks without an answer",
    "B": "reading what is secret",
    "C": "reaching other submissions",
    "D": "using up the machine",
    "E": "getting out",
    "F": "values that lie",
    "G": "text that acts",
    "H": "answers without understanding",
}


@dataclass(frozen=True)
class Difference:
    """What may become of a program at the level ``container``, and why; ``docs/explanation/security.md`` says it, too.

    ``verdicts`` replace its ``VERDICTS``. ``sees`` are beginnings of what it may report as a breach.
    """

    reason: str
    verdicts: dict[str, Any] | None = None
    sees: tuple[str, ...] = ()
    without_root_only: bool = False


CONTAINER = {
    "a11_send_descriptors": Difference(
        "descriptors cannot be sent at all, because one in flight keeps a deleted file on the disk",
        {"double": "errored"},
    ),
    "b04_ways_to_one_file": Difference(
        "names, sizes and times of paths that it guesses are not hidden",
        sees=("stat", "lstat of its folder", "access", "chdir", "statvfs"),
        without_root_only=True,
    ),
    "b04_read_links": Difference(
        "where a link leads that it guesses is not hidden",
        sees=("a link leads to",),
        without_root_only=True,
    ),
    "b05_read_other_processes": Difference(
        "a runtime covers these files with /dev/null, which is empty and may be read",
        sees=("/proc/kcore", "/proc/keys"),
    ),
    "d10_fill_the_disk": Difference(
        "the scratch folder is watched: for a moment it may hold four times its limit, and then the worker ends",
        {"*": ["passed", "crashed"]},
        sees=tuple("123456789"),  # "200 MiB together", but not "a file of …"
    ),
    "d06_memory_that_no_limit_counts": Difference(
        "it writes 192 MiB into the scratch folder, which is watched",
        {"*": ["passed", "crashed"]},
        sees=tuple("123456789"),  # "192 MiB of files", but neither a memfd nor shared memory
    ),
    "d10_fill_the_inodes": Difference(
        "the scratch folder is watched: for a moment it may hold more files than its limit, and then the worker ends; "
        "on a slow disk its time ends first",
        {"*": ["passed", "crashed", "timed_out"]},
        sees=tuple("123456789"),  # "20000 files"
    ),
    "b06_read_the_environment": Difference("the scratch folder lies below TMPDIR and has its path", sees=("a path: ",)),
}


@dataclass(frozen=True)
class Program:
    """One file of ``programs/`` or ``honest/``."""

    name: str
    data: bytes
    constants: dict[str, Any]

    @property
    def threat(self) -> str:
        return str(self.constants["THREAT"])

    @property
    def harmful(self) -> bool:
        return bool(self.constants.get("HARMFUL", False))

    @property
    def needs_sandbox(self) -> bool:
        return self.constants.get("NEEDS") == "sandbox" or self.harmful

    @property
    def can_run_in_process(self) -> bool:
        return not self.harmful and not self.constants.get("WIRE", False)

    @property
    def copies(self) -> int:
        return 2 if self.constants.get("TWICE") else 1

    @property
    def waits(self) -> bool:
        return bool(self.constants.get("WAITS", False))

    @property
    def title(self) -> str:
        return (ast.get_docstring(ast.parse(self.data)) or "").splitlines()[0]

    @property
    def assignment(self) -> str:
        return str(self.constants.get("ASSIGNMENT", NUMPY))

    def expected(self, case: str) -> tuple[str, ...]:
        """The verdicts that a case may end with: what stands for the case, else for its task, else for all."""
        verdicts = self.constants.get("VERDICTS", {})
        found = next((verdicts[key] for key in (case, CASES[case], "*") if key in verdicts), "passed")
        return (found,) if isinstance(found, str) else tuple(found)

    def at_container(self) -> Program:
        """This program with what is expected of it where namespaces are refused."""
        found = self._difference()
        if found is None or found.verdicts is None:
            return self
        return replace(self, constants=self.constants | {"VERDICTS": found.verdicts})

    def may_see(self, breach: str) -> bool:
        """Whether a line that it prints is no breach where namespaces are refused."""
        found = self._difference()
        return found is not None and breach.removeprefix(BREACH).strip().startswith(found.sees or ("\0",))

    def _difference(self) -> Difference | None:
        found = CONTAINER.get(self.name)
        return None if found is not None and found.without_root_only and os.getuid() == 0 else found

    def armed(self, values: dict[str, Any]) -> bytes:
        """The source with real paths and numbers in the place of ``"<secret file>"`` and the like."""
        data = self.data
        for name, value in values.items():
            data = data.replace(f'"<{name}>"'.encode(), repr(value).encode())
        return data


def programs(folder: str = "programs") -> list[Program]:
    """The programs of a folder, sorted by name."""
    return [read(path) for path in sorted((HERE / folder).glob("*.py"))]


def read(path: Path) -> Program:
    return program(path.stem, path.read_bytes())


def program(name: str, data: bytes) -> Program:
    """Make a program of its source; its constants are the literals that are assigned at its top."""
    constants = {}
    for node in ast.parse(data).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                constants[node.targets[0].id] = ast.literal_eval(node.value)
            except ValueError:
                break
        elif not isinstance(node, ast.Expr):
            break
    return Program(name, data, constants)


class Canaries:
    """Things that no program may reach: a secret, an open folder, listeners, a process. Use as a context."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        self.token = secrets.token_hex(16)
        self.secret = folder / "secret.txt"
        self.drop = folder / "drop"
        self.drop.mkdir(exist_ok=True)
        self.drop.chmod(0o777)
        self.secret.write_text(self.token, encoding="ascii")
        self.link = folder / "link"
        self.link.symlink_to(self.secret)
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.tcp.setblocking(False)
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.udp.setblocking(False)
        self.unix = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.unix_name = f"canary-{self.token[:12]}"
        self.unix.bind(b"\0" + self.unix_name.encode())  # abstract: it has no place in any file system
        self.unix.listen()
        self.unix.setblocking(False)
        self.victim = subprocess.Popen(["sleep", "3600"])

    def __enter__(self) -> Canaries:
        os.environ["HOSTILE_CANARY"] = self.token
        return self

    def __exit__(self, *exc: object) -> None:
        os.environ.pop("HOSTILE_CANARY", None)
        for listener in (self.tcp, self.udp, self.unix):
            listener.close()
        self.victim.kill()
        self.victim.wait()

    def values(self) -> dict[str, Any]:
        return {
            "secret file": str(self.secret),
            "secret link": str(self.link),
            "drop folder": str(self.drop),
            "tcp port": self.tcp.getsockname()[1],
            "udp port": self.udp.getsockname()[1],
            "unix name": self.unix_name,
            "victim": self.victim.pid,
            "grader": os.getpid(),
        }

    def touched(self) -> list[str]:
        """What became of the canaries, in words; [] when nothing did. What was dropped is cleared away."""
        found = []
        if self.secret.read_text(encoding="ascii") != self.token:
            found.append("the secret file was changed")
            self.secret.write_text(self.token, encoding="ascii")
        for path in sorted(self.drop.iterdir()):
            found.append(f"{path.name} was dropped")
            path.unlink()
        for name, listener in (("TCP", self.tcp), ("UNIX", self.unix)):
            with contextlib.suppress(BlockingIOError):
                while True:
                    listener.accept()[0].close()
                    found.append(f"a {name} connection was made")
        with contextlib.suppress(BlockingIOError):
            while True:
                self.udp.recv(100)
                found.append("a UDP packet was sent")
        if self.victim.poll() is not None:
            found.append("another process was killed")
            self.victim = subprocess.Popen(["sleep", "3600"])
        return list(dict.fromkeys(found))


def load(slug: str = NUMPY, level: Level = Level.FULL) -> Assignment:
    """Return an assignment. At the level ``gpu`` every one may use PyTorch, because no other has a GPU."""
    found = assignments.load(slug, root=COURSE)
    return replace(found, allowed_imports=("torch",)) if level is Level.GPU else found


def device_at(level: Level) -> str:
    return "cuda" if level is Level.GPU else "cpu"


def handed_in(source: bytes, *, student: str) -> Submission:
    return Submission(student, None, "0" * 64, {}, {"warmup": source}, {"warmup": "warmup.py"}, ())


def graded(
    sources: Sequence[bytes],
    supervisor: Supervisor,
    *,
    slug: str = NUMPY,
    official: bool = True,
    waits: bool = False,
    level: Level = Level.FULL,
) -> list[Report]:
    """Grade the sources one after the other, in one session; with short limits of time if one of them ``waits``."""
    reports: list[Report] = []
    handed = [handed_in(source, student=f"student {i}") for i, source in enumerate(sources, 1)]
    run = RunOptions(official=official, level=level, seed=SEED, device=device_at(level))
    assignment = load(slug, level)
    if waits:
        assignment = replace(assignment, limits=assignment.limits | SHORT)
    grade(assignment, handed, reports.append, run=run, supervisor=supervisor)
    return reports


def right() -> bytes:
    """What somebody else hands in after a program: the solution."""
    return solution.modules(load())["warmup"]


def breaches(report: Report) -> list[str]:
    """What a program says that it got at."""
    return [line for case in report.outcomes for line in case.output.splitlines() if line.startswith(BREACH)]


def descendants(pids: Iterable[int]) -> set[int]:
    """All processes below these, the processes themselves included, as far as they are still there."""
    found: set[int] = set()
    waiting = list(pids)
    while waiting:
        pid = waiting.pop()
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        except OSError:
            continue
        found.add(pid)
        waiting += [int(child) for child in children.split()]
    return found
