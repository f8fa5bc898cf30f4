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

SLUGS = ("01-same", "02-changed", "03-new", "05-logistic")
COURSE: Any = [SimpleNamespace(slug=slug, digest=lambda slug=slug: f"digest of {slug}") for slug in SLUGS]


def entry(slug: str, *, folders: str = "", code: str = "the code", seeds: int = 200) -> dict[str, Any]:
    return {"folders": folders or f"digest of {slug}", "code": code, "seeds": seeds}


KNOWN = {
    "01-same": entry("01-same"),
    "02-changed": entry("02-changed", folders="an older digest"),
    "05-logistic": entry("05-logistic"),
}


class Audits:
    """Stands for the audits: records which were run and with which options."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failing: set[str] = set()
        self.done: list[str] = []
        self.options: set[Options] = set()
        self.file = folder / "audited.json"
        self.file.write_text(json.dumps(KNOWN), encoding="utf-8")
        self.code = "the code"
        monkeypatch.setattr(audits, "digest_of_code", lambda: self.code)
        monkeypatch.setattr(audits, "passes", self.passes)

    def passes(self, assignment: Assignment, options: Options, console: object) -> bool:
        self.done.append(assignment.slug)
        self.options.add(options)
        return assignment.slug not in self.failing

    def run(self, *only: str, everything: bool = False, record: bool = False) -> int:
        return audits.run(COURSE, everything=everything, record=record, processes=2, only=only, audited=self.file)

    def recorded(self) -> dict[str, Any]:
        return json.loads(self.file.read_text(encoding="utf-8"))


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Audits:
    return Audits(tmp_path, monkeypatch)


def test_only_what_changed_is_audited_and_nothing_is_recorded(fake: Audits) -> None:
    assert fake.run() == 0
    assert fake.done == ["02-changed", "03-new"]
    assert fake.options == {Options(seeds=audits.FEW_SEEDS, mutants=None, processes=2)}
    assert fake.recorded() == KNOWN


def test_a_sample_is_audited_after_a_change_of_the_code(fake: Audits) -> None:
    fake.code = "other code"
    assert fake.run() == 0
    assert fake.done == ["02-changed", "03-new", "05-logistic"]


@pytest.mark.parametrize(("everything", "record", "seeds"), [(True, False, 200), (False, True, audits.FEW_SEEDS)])
def test_everything_is_audited_and_recorded(fake: Audits, everything: bool, record: bool, seeds: int) -> None:
    fake.code = "other code"
    assert fake.run(everything=everything, record=record) == 0
    assert fake.done == [each.slug for each in COURSE]
    assert fake.options == {Options(seeds=seeds, processes=2)}
    assert fake.recorded() == {slug: entry(slug, code="other code", seeds=seeds) for slug in fake.done}


@pytest.mark.parametrize(("everything", "record"), [(False, False), (True, False), (False, True)])
def test_a_failed_audit_is_not_recorded(
    fake: Audits, everything: bool, record: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.failing = {"02-changed"}
    assert fake.run(everything=everything, record=record) == 1
    assert "03-new" in fake.done  # the others are audited all the same, and recorded if asked for
    assert fake.recorded().get("02-changed") == KNOWN["02-changed"]
    assert ("03-new" in fake.recorded()) is (everything or record)
    assert "The audit failed: 02-changed." in capsys.readouterr().out


def test_some_assignments_are_audited_and_the_others_stay_recorded(fake: Audits) -> None:
    assert fake.run("03-new", everything=True) == 0
    assert fake.done == ["03-new"]
    assert fake.recorded() == KNOWN | {"03-new": entry("03-new")}


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
