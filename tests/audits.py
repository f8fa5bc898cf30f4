"""Audit the assignments that changed since everything was last audited: a part of make check and make check-all.

    python tests/audits.py             audit what audited.json does not cover: all mutants and mistakes, few seeds
    python tests/audits.py --record    audit everything in this way; write what passes into audited.json
    python tests/audits.py --all       audit everything with 200 seeds; write what passes into audited.json
    python tests/audits.py --all 10-xor 13-cnn      the same of some assignments, as after a stop

``audited.json`` holds a digest of each assignment's two folders and of the code that judged it, and the number of
seeds. An assignment that changed is audited. If only the code changed, those of ``SAMPLE`` are.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from autograder.audit import report
from autograder.audit.audit import Options, audit
from autograder.audit.results import Audit
from autograder.course import assignment as assignments
from autograder.course.assignment import Assignment
from autograder.grading.code_digest import digest_of_code

ROOT = Path(__file__).parents[1]
AUDITED = Path(__file__).with_name("audited.json")
FEW_SEEDS = 5  # mutants and mistakes need one
SAMPLE = ("02-tensors", "05-logistic", "09-static-graph", "12-convolution")  # numpy and torch, functions and classes
MANY_SEEDS = 200  # fewer for cases that train


def strict(found: Audit) -> list[str]:
    """Return what the gates of an audit tolerate and this course does not: a wrong hint, a stale entry."""
    return [
        *(f"The mistake {m.id} earns another hint in {', '.join(m.unhinted)}." for m in found.mistakes if m.unhinted),
        *(f"The entry {each} in equivalents.toml is stale." for each in found.stale),
    ]


def passes(assignment: Assignment, options: Options, console: Console) -> bool:
    """Audit one assignment and print what was found."""
    found = audit(assignment, options)
    report.terminal(found, console)
    for failure in strict(found):
        console.out(f"  ✗ {failure}", style="red", highlight=False)
    return not found.failures() and not strict(found)


def known_audits(audited: Path = AUDITED) -> dict[str, dict[str, Any]]:
    """Return what is recorded of each assignment."""
    known: dict[str, dict[str, Any]] = json.loads(audited.read_text(encoding="utf-8"))
    return known


def has_changed(assignment: Assignment) -> bool:
    """Return whether the files of an assignment are not those that were audited last."""
    return known_audits().get(assignment.slug, {}).get("folders") != assignment.digest()


def pending(course: list[Assignment], known: dict[str, dict[str, Any]], now: dict[str, str]) -> list[Assignment]:
    """Return the assignments that changed, and the sample if the code that judges them did.

    ``now`` are the digests of the assignments, and that of the code under "code".
    """

    def must_be_audited(assignment: Assignment) -> bool:
        slug, last = assignment.slug, known.get(assignment.slug, {})
        return last.get("folders") != now[slug] or (slug in SAMPLE and last.get("code") != now["code"])

    return [each for each in course if must_be_audited(each)]


def run(
    course: list[Assignment],
    *,
    everything: bool,
    processes: int,
    record: bool = False,
    only: Sequence[str] = (),
    audited: Path = AUDITED,
) -> int:
    """Audit what must be audited; return the exit code. ``everything`` has many seeds. Record what passes at once."""
    console = Console()
    # before the audits: what they see is what is recorded
    now = {each.slug: each.digest() for each in course} | {"code": digest_of_code()}
    chosen = course if everything or record else pending(course, known_audits(audited), now)
    chosen = [each for each in chosen if not only or each.slug in only]
    console.print(f"{len(chosen)} of {len(course)} assignments must be audited.")
    options = Options(seeds=MANY_SEEDS if everything else FEW_SEEDS, processes=processes)
    failed = []
    for each in chosen:
        if not passes(each, options, console):
            failed.append(each.slug)
        elif everything or record:
            entry = {"folders": now[each.slug], "code": now["code"], "seeds": options.seeds}
            found = {**known_audits(audited), each.slug: entry}
            audited.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")
    if failed:
        console.print(f"The audit failed: {', '.join(failed)}.", style="red")
    return 1 if failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Audit the assignments that changed since everything was audited.")
    parser.add_argument("slugs", nargs="*", help="of these assignments only")
    parser.add_argument("--all", action="store_true", help="audit everything with many seeds; write audited.json")
    parser.add_argument("--record", action="store_true", help="audit everything with few seeds; write audited.json")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    return run(
        assignments.load_all(ROOT),
        everything=arguments.all,
        processes=arguments.processes,
        record=arguments.record,
        only=arguments.slugs,
    )


if __name__ == "__main__":
    sys.exit(main())
