"""What an audit found: plain values, the gates that an assignment must pass, and the counts of the reports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..checks.training import clopper_pearson
from ..course.assignment import Assignment
from ..model import Case
from .equivalents import FILE
from .mutation import Mutant
from .probing import PROBES

MIN_KILLED_SHARE = 0.95  # of the mutants that are neither equivalent nor accepted
MIN_HINTED_SHARE = 0.90  # of the known mistakes


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"  # no case caught it, although another input shows that it is wrong
    ACCEPTED = "accepted"  # its difference is smaller than the cases require, or its author has accepted it
    EQUIVALENT = "equivalent"  # its author has confirmed it
    UNCONFIRMED = "equivalent?"  # no input told it from the solution


@dataclass(frozen=True, slots=True)
class MutantResult:
    """A mutant and its fate.

    ``ran`` names the cases that ran on it, ``kills`` those that caught it. ``witness`` is the input or seed that shows
    a difference, ``reason`` what its author wrote.
    """

    mutant: Mutant
    fate: Fate
    ran: tuple[str, ...] = ()
    kills: tuple[str, ...] = ()
    witness: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MistakeResult:
    """A known mistake: the cases that caught it, those it names that did not, and those that gave another hint."""

    id: str
    kills: tuple[str, ...]
    missed: tuple[str, ...]
    unhinted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hole:
    """A case that gives points to a probe. ``reason`` is what its author wrote to accept this, "" if it is a fault."""

    case: str
    probe: str
    earned: float
    points: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """A probe of one task: the cases that ran on it (they may have been skipped), and those that gave it a point."""

    task: str
    probe: str
    ran: tuple[str, ...]
    holes: tuple[Hole, ...]


@dataclass(frozen=True, slots=True)
class StubResult:
    """The cases that pass on the stub: there should be none."""

    passes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """A right answer that lost a point."""

    answer: str
    seed: int
    case: str
    what: str


@dataclass(frozen=True, slots=True)
class RightAnswersResult:
    """Right answers with some seeds: how often each case was graded, and the false alarms."""

    graded: Counter[str] = field(default_factory=Counter)
    alarms: list[FalseAlarm] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case, its CPU seconds on the solution, and how often it was graded on a right answer."""

    case: Case
    seconds: float
    graded: int


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit of one assignment found.

    ``seconds`` is wall time, ``cpu_s`` CPU time of all processes. ``left_out`` counts mutants that were not run.
    ``stale`` names what authors accepted and need not any more: digests of mutants, cases with a probe.
    """

    assignment: Assignment
    seeds: int
    alternatives: int
    cases: tuple[CaseResult, ...]
    stub_faults: tuple[str, ...]
    alarms: tuple[FalseAlarm, ...]
    mistakes: tuple[MistakeResult, ...]
    mutants: tuple[MutantResult, ...]
    probes: tuple[ProbeResult, ...]
    left_out: int
    stale: tuple[str, ...]
    seconds: float
    cpu_s: float

    @property
    def holes(self) -> list[Hole]:
        """The cases that give a point to a probe, accepted or not."""
        return [hole for result in self.probes for hole in result.holes]

    def open_holes(self) -> dict[str, list[Hole]]:
        """Return the holes that no author has accepted, by case."""
        found: dict[str, list[Hole]] = {}
        for hole in self.holes:
            if not hole.reason:
                found.setdefault(hole.case, []).append(hole)
        return found

    def fates(self) -> Counter[Fate]:
        """Count the mutants by their fate."""
        return Counter(result.fate for result in self.mutants)

    @property
    def killed(self) -> float:
        """The share of mutants killed, of those that are neither equivalent nor accepted; 1 if there are none."""
        fates = self.fates()
        counted = len(self.mutants) - fates[Fate.EQUIVALENT] - fates[Fate.ACCEPTED]
        return fates[Fate.KILLED] / counted if counted else 1.0

    @property
    def graded(self) -> int:
        """How many cases were graded on right answers."""
        return sum(each.graded for each in self.cases)

    @property
    def bound(self) -> float:
        """The highest share of false alarms at 95 % confidence (Clopper and Pearson, 1934); 1 if nothing was graded."""
        return clopper_pearson(len(self.alarms), self.graded, confidence=0.90)[1] if self.graded else 1.0

    @property
    def hinted(self) -> float:
        """The share of known mistakes that earn their hint in every case that they name; 1 if there are none."""
        good = [each for each in self.mistakes if not each.missed and not each.unhinted]
        return len(good) / len(self.mistakes) if self.mistakes else 1.0

    def kills(self, case: str) -> list[str]:
        """Name the mutants (file, line and edit) that a case catches."""
        return [f"{each.mutant.where} {each.mutant.edit}" for each in self.mutants if case in each.kills]

    def ran(self, case: str) -> int:
        """Count the mutants that a case ran on: a case that takes long runs only on those that no other caught."""
        return sum(case in each.ran for each in self.mutants)

    def idle(self) -> list[str]:
        """Name the cases that catch neither a mutant nor a known mistake.

        A case that is not quick may never have met a mutant that others had not caught before. It is not named: how
        quick it is depends on the machine.
        """
        busy = {name for mutant in self.mutants for name in mutant.kills}
        busy |= {name for mistake in self.mistakes for name in mistake.kills}
        tried = {name for mutant in self.mutants if mutant.kills for name in mutant.ran}
        return [name for name in (each.case.id for each in self.cases) if name in tried and name not in busy]

    def failures(self) -> list[str]:
        """Describe each gate that is not passed in one sentence; the list is empty when the audit passes."""
        sentences = list(self.stub_faults)
        sentences += [f"False alarm: {a.answer}, seed {a.seed}, case {a.case}: {a.what}" for a in self.alarms]
        sentences += [f"The mistake {m.id} is not caught by {', '.join(m.missed)}." for m in self.mistakes if m.missed]
        if self.hinted < MIN_HINTED_SHARE:
            bad = ", ".join(m.id for m in self.mistakes if m.unhinted)
            sentences.append(f"Only {percent(self.hinted)} of the known mistakes earn their hints. Check {bad}.")
        sentences += map(_hole_sentence, self.open_holes().values())
        for result in self.mutants:
            if result.fate is Fate.SURVIVED:
                place = f"{result.mutant.where}  {result.mutant.edit}"
                sentences.append(f"A wrong answer passes: {place}  shown by {result.witness}")
        if self.killed < MIN_KILLED_SHARE:
            unknown = self.fates()[Fate.UNCONFIRMED]
            remedy = f" {unknown} may be equivalent: confirm them in {FILE}, or write cases." if unknown else ""
            sentences.append(f"Only {percent(self.killed)} of the mutants are killed.{remedy}")
        return sentences


def _hole_sentence(holes: Sequence[Hole]) -> str:
    """Describe the holes of one case: all its probes, or what its only probe does."""
    probes = ", ".join(hole.probe for hole in holes)
    most = f"{max(hole.earned for hole in holes):g} of {holes[0].points:g} points" if holes[0].points else "a pass"
    if len(holes) > 1:
        return f"HOLE: the case {holes[0].case} gives {most} to the probes {probes}."
    return f"HOLE: the case {holes[0].case} gives {most} to the probe {probes}, which {PROBES[probes][0]}."


def percent(share: float) -> str:
    """Write a share with three digits: 96.5 %, 0.0341 %."""
    return f"{100 * share:.3g} %"
