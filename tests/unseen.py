"""Which known mistakes pass all visible cases: what students do not meet before they hand in.

    python tests/unseen.py              count them, by assignment
    python tests/unseen.py 05-logistic  name them

``unseen.toml`` lists those that are left to the hidden cases, each with its reason.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.course.assignment import Assignment
from autograder.grading.collected_cases import CollectedCases, collect_cases
from autograder.grading.options import RunOptions
from autograder.model import Verdict
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
LISTED = Path(__file__).with_name("unseen.toml")


def listed() -> dict[str, dict[str, str]]:
    """Return the mistakes that are left to the hidden cases, by assignment, with reasons."""
    return tomllib.loads(LISTED.read_text(encoding="utf-8"))


def unseen(assignment: Assignment, supervisor: Supervisor) -> list[str]:
    """Return the ids of the known mistakes that earn every visible point, as at home."""
    found: list[str] = []

    def work(collected: CollectedCases) -> None:
        for mistake in solution.mistakes(assignment):
            # the cases that must catch it come first: one failure is enough
            cases = sorted(collected.plan, key=lambda case: case.id not in mistake.caught_by)
            if any(case.needs for case in cases):
                cases = list(collected.plan)
            outcomes = collected.run(mistake.modules, cases)
            try:
                if all(outcome.verdict is Verdict.PASSED for _, outcome, _ in outcomes):
                    found.append(mistake.id)
            finally:
                outcomes.close()

    collect_cases(assignment, work, run=RunOptions(device="cpu"), supervisor=supervisor)
    return found


def main(slugs: list[str]) -> None:
    total = of = 0
    with Supervisor() as supervisor:
        for assignment in assignments.choose(slugs, root=ROOT):
            found = unseen(assignment, supervisor)
            known = len(solution.mistakes(assignment))
            total, of = total + len(found), of + known
            print(f"{assignment.slug:<26}{len(found):>4} of {known:>3}")
            if slugs:
                print("\n".join(f"    {name}" for name in found))
    print(f"{'together':<26}{total:>4} of {of:>3}  ({total / of:.0%})")


if __name__ == "__main__":
    main(sys.argv[1:])
