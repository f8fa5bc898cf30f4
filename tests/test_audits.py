"""Which assignments make check and make check-all audit, and what they require of an audit."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import audits
import pytest

from autograder.audit.audit import Options
from autograder.course.assignment import Assignment

COURSE: Any = [SimpleNamespace(slug=slug) for slug in ("01-same", "02-changed", "03-new")]
KNOWN = {"01-same": "digest of 01-same", "02-changed": "an older digest"}


class Audits:
    """Stands for the audits: records which were run and with which options."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failing: set[str] = set()
        self.done: list[str] = []
        self.options: set[Options] = set()
        self.file = folder / "audited.json"
        self.file.write_text(json.dumps(KNOWN), encoding="utf-8")
        monkeypatch.setattr(audits, "digest_of", lambda assignment: f"digest of {assignment.slug}")
        monkeypatch.setattr(audits, "passes", self.passes)

    def passes(self, assignment: Assignment, options: Options, console: object) -> bool:
        self.done.append(assignment.slug)
        self.options.add(options)
        return assignment.slug not in self.failing

    def run(self, *, everything: bool = False) -> int:
        return audits.run(COURSE, everything=everything, processes=2, audited=self.file)

    def recorded(self) -> dict[str, str]:
        return json.loads(self.file.read_text(encoding="utf-8"))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audits:
    return Audits(tmp_path, monkeypatch)


def test_only_what_changed_is_audited_and_nothing_is_recorded(fake: Audits) -> None:
    assert fake.run() == 0
    assert fake.done == ["02-changed", "03-new"]
    assert fake.options == {Options(seeds=audits.FEW_SEEDS, mutants=None, processes=2)}
    assert fake.recorded() == KNOWN


def test_everything_is_audited_with_all_seeds_and_recorded(fake: Audits) -> None:
    assert fake.run(everything=True) == 0
    assert fake.done == ["01-same", "02-changed", "03-new"]
    assert fake.options == {Options(seeds=200, processes=2)}
    assert fake.recorded() == {slug: f"digest of {slug}" for slug in fake.done}


@pytest.mark.parametrize("everything", [False, True])
def test_a_failed_audit_is_not_recorded(fake: Audits, everything: bool, capsys: pytest.CaptureFixture[str]) -> None:
    fake.failing = {"02-changed"}
    assert fake.run(everything=everything) == 1
    assert fake.done[-1] == "03-new"  # the others are audited all the same
    assert fake.recorded() == KNOWN
    assert "The audit failed: 02-changed." in capsys.readouterr().out


def test_a_wrong_hint_and_a_stale_entry_are_not_tolerated() -> None:
    good = SimpleNamespace(id="sign", unhinted=())
    bad = SimpleNamespace(id="mean", unhinted=("slope", "loss"))
    found: Any = SimpleNamespace(mistakes=[good, bad], stale=["abc123"])
    assert audits.strict(found) == [
        "The mistake mean earns another hint in slope, loss.",
        "The entry abc123 in equivalents.toml is stale.",
    ]


def test_the_committed_digests_are_of_assignments_that_exist() -> None:
    known = json.loads(audits.AUDITED.read_text(encoding="utf-8"))
    assert set(known) <= {path.name for path in (audits.ROOT / "assignments").iterdir()}
