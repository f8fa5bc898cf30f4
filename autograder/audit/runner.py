"""The jobs of an audit: each grades some answers on the collected cases of one assignment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..course import solution
from ..course.assignment import Assignment
from ..grading.collected_cases import CollectedCases
from .baseline import Baseline
from .equivalents import Confirmed, read_accepted_holes, read_confirmed
from .mutation import Mutant
from .probes import Probes
from .probing import PROBES
from .results import MistakeResult, MutantResult, ProbeResult, RightAnswersResult, StubResult
from .right_answers import SEEDS_PER_WORKER, RightAnswers
from .seeds import SEED
from .survivors import Survivors
from .wrong_answers import run_mistake, run_mutant, run_stub

Kind = Literal["slow", "seeds", "mistake", "mutant", "probe", "stub"]
Result = RightAnswersResult | MistakeResult | MutantResult | ProbeResult | StubResult


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work: ``number`` is that of an answer, a first seed, a mistake, a mutant or a probe."""

    kind: Kind
    number: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """All work of an audit, as a plain value: every process is given the same."""

    seeds: int
    mutants: Sequence[Mutant]
    probes: Sequence[tuple[str, str]]
    confirmed: dict[str, Confirmed]
    accepted_holes: dict[tuple[str, str], str]
    jobs: Sequence[Job]


def make_plan(assignment: Assignment, mutants: Sequence[Mutant], *, seeds: int, probes: bool) -> Plan:
    """List all jobs, the longest ones first, so that processes finish at about the same time.

    Raises:
        AssignmentError: ``equivalents.toml`` has an error.
    """
    probes = probes and not assignment.adopted  # a probe replaces the functions of a task
    tried = [(task.id, probe) for task in assignment.tasks for probe in PROBES] if probes else []
    jobs = [Job("slow", number) for number in range(1 + len(solution.alternatives(assignment)))]
    jobs += [Job("seeds", first) for first in range(SEED, SEED + seeds, SEEDS_PER_WORKER)]
    jobs += [Job("mistake", number) for number in range(len(solution.mistakes(assignment)))]
    jobs += [Job("mutant", number) for number in range(len(mutants))]
    jobs += [Job("probe", number) for number in range(len(tried))]
    confirmed, accepted = read_confirmed(assignment), read_accepted_holes(assignment)
    return Plan(seeds, mutants, tried, confirmed, accepted, [*jobs, Job("stub")])


class AuditRunner:
    """Does the jobs of one process.

    Raises:
        CaseError: the solution does not pass a case.
    """

    def __init__(self, assignment: Assignment, cases: CollectedCases, plan: Plan) -> None:
        self.baseline = Baseline(assignment, cases)
        self._assignment = assignment
        self._cases = cases
        self._plan = plan
        self._mistakes = solution.mistakes(assignment)
        self._right_answers = RightAnswers(assignment, cases, self.baseline, seeds=plan.seeds)
        self._survivors = Survivors(assignment, cases, self.baseline)
        self._probes = Probes(assignment, cases, self.baseline, plan.accepted_holes)

    def do(self, job: Job) -> Result:
        """Do one job."""
        match job.kind:
            case "slow":
                return self._right_answers.on_slow_cases(job.number)
            case "seeds":
                end = min(job.number + SEEDS_PER_WORKER, SEED + self._plan.seeds)
                return self._right_answers.with_seeds(range(job.number, end))
            case "mistake":
                return run_mistake(self._cases, self.baseline, self._mistakes[job.number])
            case "mutant":
                mutant = self._plan.mutants[job.number]
                confirmed = self._plan.confirmed.get(mutant.digest)
                return run_mutant(self._cases, self.baseline, self._survivors, mutant, confirmed)
            case "probe":
                return self._probes.run(*self._plan.probes[job.number])
            case "stub":
                return run_stub(self._assignment, self._cases)
