"""Programs that attack the grader, and honest ones that only look odd: what becomes of each is known beforehand.

After every program the same is asked: has each case the verdict that it must have, is the report whole, is everything
untouched that must not be reached, does the next submission get its full marks, and is nothing left behind?
"""

from __future__ import annotations

import importlib.util
import io
import os
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import arena
import gpus
import pytest
from arena import Canaries, Program
from rich.console import Console

from autograder.grading.environment import examine
from autograder.grading.options import RunOptions
from autograder.messages import say
from autograder.messages.en import SENTENCES
from autograder.model import Audience, Level, Mismatch, Report, SandboxInfo, Verdict
from autograder.reports import document, terminal
from autograder.reports import page as pages
from autograder.wall.limits import Limits
from autograder.workers.supervisor import Supervisor

PROGRAMS = arena.programs()
HONEST = arena.programs("honest")
TAKE_SECONDS = {"d01_storm_of_signals", "d03_just_under_the_limit", "d04_hang_at_import"}  # of the first of each threat
# Sentences that a hidden case may show: in them, a submission can choose nothing.
FIXED = {text for id, text in SENTENCES.items() if id.startswith(("hidden.", "case.")) and "{" not in text} | {""}
FIXED |= {say("worker.budget", seconds=f"{s:g}") for s in (arena.SHORT["submission_s"], Limits().submission_s)}
# tests/test_container.py runs this file again in containers, and tests/gpu_round.sh on a GPU.
LEVEL = Level(os.environ.get("HOSTILE_LEVEL", "full"))
UNFIT = "\x00\x07\x08\x1b\x7f\x85\x9b\u200b\u2028\u202e\u2066\ufeff"


@dataclass(frozen=True)
class Wall:
    """The supervisor that grades every program, the canaries, and the folder where it may put things meanwhile."""

    supervisor: Supervisor
    canaries: Canaries
    scratch: Path

    def sandbox(self, assignment: str) -> SandboxInfo:
        options = RunOptions(device=arena.device_at(LEVEL), level=LEVEL)
        return examine(arena.load(assignment, LEVEL), options=options, supervisor=self.supervisor)

    def state(self) -> tuple[set[int], set[str]]:
        """The processes below this one and the files in the scratch folder."""
        return arena.descendants([os.getpid()]), set(os.listdir(self.scratch))

    def grade(self, program: Program) -> list[Report]:
        """Grade the program, as often as it is handed in, and after it the solution."""
        source = program.armed(self.canaries.values())
        sources = [source] * program.copies + [arena.right()]
        slug = program.assignment
        official = self.sandbox(slug).complete
        waits = program.waits
        return arena.graded(sources, self.supervisor, slug=slug, official=official, waits=waits, level=LEVEL)


@pytest.fixture(scope="module")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wall]:
    folder = tmp_path_factory.mktemp("hostile")
    if LEVEL is Level.CONTAINER:  # another user must be able to pass the folders above the scratch folder
        for each in (folder, folder.parent, folder.parent.parent):
            each.chmod(0o711)
    (folder / "closed").mkdir(mode=0o700)  # as a course in such a place should lie
    scratch = folder / "scratch"
    scratch.mkdir()
    with pytest.MonkeyPatch.context() as patch, Canaries(folder / "closed" / "canaries") as canaries:
        patch.setattr(tempfile, "tempdir", str(scratch))
        slot = gpus.without_cuda(patch) if "HOSTILE_STAND_IN" in os.environ else None
        with Supervisor(slot=slot) as supervisor:
            yield Wall(supervisor, canaries, scratch)


def faults(program: Program, wall: Wall) -> list[str]:
    """Hand in ``program`` and, after it, the solution; return all that is wrong afterwards, in words."""
    program = program.at_container() if LEVEL is Level.CONTAINER else program
    wall.sandbox(program.assignment)  # starts the zygote, which stays
    before = wall.state()
    *own, following = wall.grade(program)
    found = [fault for report in own for fault in _faults_of(program, report, wall)]
    if following.score.earned != following.score.possible or any(line.output for line in following.outcomes):
        found.append("the next submission did not get what it earned")
    found += wall.canaries.touched()
    if wall.state() != before:
        found.append(f"left behind: {before} became {wall.state()}")
    return found


def _faults_of(program: Program, report: Report, wall: Wall) -> Iterator[str]:
    for line in report.outcomes:
        if line.verdict.value not in program.expected(line.case):
            wanted = " or ".join(program.expected(line.case))
            yield f"{line.case}: {line.verdict.value}, not {wanted}: {line.message} {line.staff}"
    if not report.complete or any(line.verdict is Verdict.GRADER_ERROR for line in report.outcomes):
        yield "the report is not complete"
    seen = arena.breaches(report)
    yield from [line for line in seen if LEVEL is not Level.CONTAINER or not program.may_see(line)]
    if wall.canaries.token in document.to_json(report, audience=Audience.STAFF):
        yield "the secret stands in the report"
    yield from _told_of_hidden_cases(report)
    if "HIDDEN-INPUT" in repr(report.notes):
        yield "a note shows what a hidden case was given"
    for audience in Audience:
        page = pages.html(report, audience=audience)
        if "<script" in page or "<img" in page or any(sign in page for sign in UNFIT):
            yield f"the page for {audience.value} holds text that acts"
        printed = io.StringIO()
        terminal.show(report, audience=audience, console=Console(file=printed, width=100))
        if any(sign in printed.getvalue() for sign in UNFIT):
            yield f"what is printed for {audience.value} controls the terminal"


def _told_of_hidden_cases(report: Report) -> Iterator[str]:
    """What a student learns of a hidden case beyond its verdict, its points, the kind of difference and the hint.

    Its sentence is one that is always the same, or one that a visible case has: they run before any hidden input is
    there.
    """
    shown = report.seen_by(Audience.STUDENT)
    fixed = FIXED | {line.message for line in shown.outcomes if line.visible}
    for line in shown.outcomes:
        if line.visible:
            continue
        stub = say("student.not-attempted", name=line.task)
        if line.message not in fixed | {stub} and line.verdict is not Verdict.SKIPPED:
            yield f"{line.case}: a student reads: {line.message}"
        if line.output or line.call or line.staff or line.seconds or line.measure:
            yield f"{line.case}: a student is shown what a hidden case was given"
        if line.mismatch and line.mismatch != Mismatch(line.mismatch.kind, "", ""):
            yield f"{line.case}: a student is shown {line.mismatch}"
    if "HIDDEN-INPUT" in repr([line for line in shown.outcomes if not line.visible]):
        yield "a student is shown a hidden input"


def _one_of_each_threat() -> list[object]:
    """All programs. The quick tests run the first of each threat, the slow ones the others."""
    threats: set[str] = set()
    found: list[object] = []
    for program in PROGRAMS:
        is_quick = program.threat not in threats and program.name not in TAKE_SECONDS
        threats.add(program.threat)
        found.append(pytest.param(program, id=program.name, marks=() if is_quick else pytest.mark.slow))
    return found


@pytest.mark.parametrize("program", _one_of_each_threat())
def test_a_hostile_program_gets_what_it_deserves_and_nothing_else(program: Program, wall: Wall) -> None:
    sandbox = wall.sandbox(program.assignment)
    if program.needs_sandbox and not sandbox.complete:
        pytest.skip(f"this machine lacks a layer that must stop it: {', '.join(sandbox.missing)}")
    assert faults(program, wall) == []


@pytest.mark.parametrize("program", HONEST, ids=lambda program: program.name)
def test_an_honest_program_gets_full_marks(program: Program, wall: Wall) -> None:
    wanted = program.constants.get("REQUIRES")
    if wanted and importlib.util.find_spec(wanted) is None:
        pytest.skip(f"{wanted} is not installed")
    assert faults(program, wall) == []


# --- the suite itself


def test_every_group_of_threats_is_tried() -> None:
    assert len(PROGRAMS) >= 60 and len(HONEST) >= 12
    assert {program.threat[0] for program in PROGRAMS} == set(arena.GROUPS)
    assert [program.name for program in PROGRAMS if not program.name.startswith(program.threat[0].lower())] == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_its_constants_are_well_formed(program: Program) -> None:
    verdicts = program.constants["VERDICTS"]
    assert verdicts.keys() <= {"*", *arena.CASES, *arena.CASES.values()}
    wanted = {name for value in verdicts.values() for name in ((value,) if isinstance(value, str) else value)}
    assert wanted <= {verdict.value for verdict in Verdict} - {"grader_error"}
    assert "timed_out" not in wanted or program.waits


def test_what_differs_at_the_other_level_is_of_real_programs() -> None:
    assert arena.CONTAINER.keys() <= {program.name for program in (*PROGRAMS, *HONEST)}


def test_the_page_tells_of_every_program() -> None:
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "hostile.md").read_text(encoding="utf-8")
    rows = {line.split("|")[2].strip(" `") for line in page.splitlines() if line.startswith("| ")}
    assert {program.name for program in PROGRAMS} - rows == set()


WORSE = {
    "a verdict": (b"def double(x):\n    return 3 * x\n", "double_of_two: failed"),
    "a breach": (b"print('BREACH' + ': found it')\n", "BREACH: found it"),
    "a secret": (b"raise ValueError('<secret>')\n", "the secret stands in the report"),
}


@pytest.mark.parametrize(("source", "fault"), WORSE.values(), ids=WORSE)
def test_what_must_not_happen_would_be_seen(source: bytes, fault: str, wall: Wall) -> None:
    source = source.replace(b"<secret>", wall.canaries.token.encode())
    found = faults(arena.program("worse", arena.right() + source), wall)
    assert any(fault in each for each in found)


def test_what_is_left_behind_would_be_seen(wall: Wall) -> None:
    before = wall.state()
    with subprocess.Popen(["sleep", "60"]) as process:
        assert wall.state() == (before[0] | {process.pid}, before[1])
        process.kill()
    path = wall.scratch / "left"
    path.touch()
    assert wall.state() == (before[0], before[1] | {"left"})
    path.unlink()


def test_what_touches_a_canary_would_be_seen(tmp_path: Path) -> None:
    with Canaries(tmp_path / "canaries") as canaries:
        assert canaries.touched() == []
        values = canaries.values()
        canaries.secret.write_text("changed", encoding="ascii")
        (canaries.drop / "dropped.txt").touch()
        socket.create_connection(("127.0.0.1", values["tcp port"])).close()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(b"\0" + values["unix name"].encode())
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"x", ("127.0.0.1", values["udp port"]))
        os.kill(values["victim"], 9)
        canaries.victim.wait()
        assert canaries.touched() == [
            "the secret file was changed",
            "dropped.txt was dropped",
            "a TCP connection was made",
            "a UNIX connection was made",
            "a UDP packet was sent",
            "another process was killed",
        ]
        assert canaries.touched() == []
