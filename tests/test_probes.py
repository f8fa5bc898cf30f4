"""Planted weak cases: each gives its points to one probe, and the audit says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_course import HIDDEN, make, write

from autograder.audit import report
from autograder.audit.audit import Options, audit
from autograder.audit.baseline import Baseline
from autograder.audit.equivalents import FILE, read_accepted_holes
from autograder.audit.probes import Probes
from autograder.audit.probing import PROBES
from autograder.audit.results import Audit
from autograder.audit.seeds import SEED
from autograder.course import stubs
from autograder.course.assignment import Assignment
from autograder.grading.collected_cases import CollectedCases, collect_cases
from autograder.grading.options import RunOptions
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SOLUTION = """
import numpy as np


def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


def total(x):
    ### BEGIN SOLUTION
    return float(np.sum(x))
    ### END SOLUTION
"""

WEAK = {
    "nan": "require(not np.any(np.abs(student.double(x.copy()) - 2 * x) > 1e-9), 'far from it')",
    "zeros": "assert_close(student.double(2 * x), 2 * student.double(x.copy()))",
    "ones": "require(bool(np.all(student.double(abs(x)) >= abs(x.clip(-1, 1)))), 'too small')",
    "halves": "p = student.double(abs(x) + 0.01)\n    require(bool(np.all((p > 0) & (p < 1))) or p[0] > 0, 'negative')",
    "empty": "for got, want in zip(student.double(x.copy()), 2 * x):\n        assert_close(float(got), float(want))",
    "arguments": "assert_close(np.sign(student.double(x.copy())), np.sign(x))",
    "previous": "assert_close(student.double(x.copy()), 2 * x)\n    require(student.double(1 - x).any(), 'zeros')",
    "visible": "assert_close(student.double(np.array([2.0])), np.array([4.0]))\n    student.double(x)",
    "overwrites-nan": "require(np.array_equal(student.double(x), 2 * x, equal_nan=True), 'wrong')",
    "overwrites-zeros": "assert_close(student.double(x), 2 * x)",
}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    return tmp_path / "course"


def with_case(root: Path, body: str, *, more: str = "", confirmed: str = "") -> Assignment:
    """The small course, in which ``body`` is the only hidden case of ``double``; it sees what is done to x."""
    total = HIDDEN[HIDDEN.index('@task("total"') :]
    hidden = '@task("double", points=6, in_place=True)\ndef test_weak(student, rng):\n    """."""\n'
    hidden += "    x = rng.normal(size=11)\n    "
    built = make(root, solution=SOLUTION, hidden=f"{hidden}{body}\n\n\n{more}{total}", mistakes={})
    if confirmed:
        write(built.solution / FILE, confirmed)
    asked = built.load()
    stubs.write(asked)
    return asked


def holes(asked: Assignment, supervisor: Supervisor, task: str = "double") -> dict[str, set[str]]:
    """The probes that earn a point, by case."""
    found: dict[str, set[str]] = {}

    def work(cases: CollectedCases) -> None:
        probes = Probes(asked, cases, Baseline(asked, cases), read_accepted_holes(asked))
        for probe in PROBES:
            for hole in probes.run(task, probe).holes:
                found.setdefault(hole.case, set()).add(probe)

    collect_cases(asked, work, run=RunOptions(official=True, seed=SEED, device="cpu"), supervisor=supervisor)
    return found


@pytest.mark.parametrize("probe", PROBES)
def test_a_weak_case_gives_its_points_to_the_probe(course: Path, supervisor: Supervisor, probe: str) -> None:
    assert probe in holes(with_case(course, WEAK[probe]), supervisor)["weak"]


def test_a_good_case_gives_no_probe_a_point(course: Path, supervisor: Supervisor) -> None:
    assert holes(with_case(course, "assert_close(student.double(x.copy()), 2 * x)"), supervisor) == {}
    asked = with_case(course, "assert_close(student.double(x.copy()), 2 * x)")
    assert holes(asked, supervisor, "total") == {}


def test_a_probe_that_answers_as_the_solution_does_is_right(course: Path, supervisor: Supervisor) -> None:
    assert holes(with_case(course, "assert_close(student.double(np.zeros(3)), np.zeros(3))"), supervisor) == {}


def test_a_part_of_the_points_is_a_hole_as_well(course: Path, supervisor: Supervisor) -> None:
    partial = "got = student.double(x.copy())\n"
    partial += "    if not np.allclose(got, 2 * x):\n        raise CaseFailed(message='half of it', credit=0.5)"
    assert "zeros" in holes(with_case(course, partial), supervisor)["weak"]


@pytest.mark.slow
def test_a_needed_hidden_case_closes_a_hole_and_a_visible_one_does_not(course: Path, supervisor: Supervisor) -> None:
    """A table of the visible inputs passes every visible case."""
    shape = "require(student.double(x).shape == x.shape, 'another shape')"
    needing = '@task("double", points=1, needs=("{}",))\ndef test_needing(student):\n'
    needing += "    require(student.double(np.ones(3)).shape == (3,), 'another shape')\n\n\n"
    asked = with_case(course, "assert_close(student.double(x.copy()), 2 * x)", more=needing.format("weak"))
    assert holes(asked, supervisor) == {}
    asked = with_case(course, "assert_close(student.double(x.copy()), 2 * x)", more=needing.format("double_of_two"))
    assert "ones" in holes(asked, supervisor)["needing"]
    assert "ones" in holes(with_case(course, shape), supervisor)["weak"]


def audited(asked: Assignment, supervisor: Supervisor) -> Audit:
    return audit(asked, Options(seeds=1, mutants=0), supervisor=supervisor)


ONLY_ZEROS = "assert_close(student.double(x), 2 * x)\n    require(bool(np.isfinite(x).all()), 'NaN')"
ACCEPTED = '[[probe]]\ncase = "weak"\nprobes = ["overwrites-zeros"]\nreason = "It is a planted one."\n'


@pytest.mark.slow
def test_an_audit_fails_at_a_hole_until_its_author_accepts_it(course: Path, supervisor: Supervisor) -> None:
    found = audited(with_case(course, ONLY_ZEROS), supervisor)
    (sentence,) = [each for each in found.failures() if "HOLE" in each]
    assert sentence == (
        "HOLE: the case weak gives 6 of 6 points to the probe overwrites-zeros, which writes zeros into its "
        "arguments, and then answers for these zeros."
    )
    assert "1 hole, 0 accepted" in dict(report.summary(found))["probes"]
    page = report.markdown(found)
    assert "| weak | overwrites-zeros | 6 of 6 | HOLE |" in page
    offered = page.split("```toml\n")[1].split("```")[0]
    accepted = offered.replace('reason = ""', 'reason = "It is a planted one."')
    assert accepted == ACCEPTED
    found = audited(with_case(course, ONLY_ZEROS, confirmed=accepted), supervisor)
    assert not [each for each in found.failures() if "HOLE" in each] and found.stale == ()
    assert "0 holes, 1 accepted" in dict(report.summary(found))["probes"]
    assert report.as_plain(found)["holes"] == [
        {"case": "weak", "probe": "overwrites-zeros", "earned": 6, "points": 6, "reason": "It is a planted one."}
    ]


def test_an_audit_without_probes_says_nothing_about_holes(course: Path, supervisor: Supervisor) -> None:
    for confirmed in ("", ACCEPTED):
        asked = with_case(course, ONLY_ZEROS, confirmed=confirmed)
        found = audit(asked, Options(seeds=1, mutants=0, probes=False), supervisor=supervisor)
        assert (found.probes, found.stale) == ((), ()) and not [each for each in found.failures() if "HOLE" in each]


def test_an_accepted_hole_that_is_closed_is_stale(course: Path, supervisor: Supervisor) -> None:
    asked = with_case(course, "assert_close(student.double(x.copy()), 2 * x)", confirmed=ACCEPTED)
    assert audited(asked, supervisor).stale == ("weak (overwrites-zeros)",)


@pytest.mark.slow
def test_the_report_says_what_each_probe_does(course: Path, supervisor: Supervisor) -> None:
    found = audited(with_case(course, "assert_close(student.double(x.copy()), 2 * x)"), supervisor)
    page, plain = report.markdown(found), report.as_plain(found)
    how_to = (ROOT / "docs" / "how-to" / "audit-an-assignment.md").read_text(encoding="utf-8")
    for name, (sentence, _) in PROBES.items():
        row = f"| {name} | {sentence} |"
        assert row in page and row in how_to and plain["probes"][name] == sentence
