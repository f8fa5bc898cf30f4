"""A regrade that is killed, and graders that die during a preview: nothing is half applied, and no grade is lost."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import tiny_course
from killed_commands import run_and_kill
from test_commands import Command
from test_commands import command as command  # a fixture
from test_dask import cluster as cluster  # a fixture
from test_regrade import BY, RIGHT, SLUG, SQUARED, WRONG, Class, everything, grades, own_store

from autograder.batch import shadows

# --- kill -9 of --apply

MOMENTS = {
    "before anything": ("autograder.batch.regrade:Regrade.apply", 1),
    "in the transaction": ("autograder.batch.shadows:take", 2),
    "before it ends": ("autograder.batch.store:Store.note", 2),
    "before the pages": ("autograder.commands.regrade:_write_pages", 1),
    "between two pages": ("autograder.batch.results:ResultsFolder.write", 2),
    "before the table": ("autograder.batch.class_run:ClassRun.write_tables", 1),
    "after the class page": ("autograder.exchange.folder:write_grades", 1),
}


def course_with(tmp_path: Path, command: Command, sources: dict[str, str]) -> Class:
    made = Class(tiny_course.make(tmp_path / "course"), command, own_store(tmp_path))
    for name, source in sources.items():
        tiny_course.write(tmp_path / "class" / name / "tiny.py", f"{source}# {name}\n")
    assert made.run("batch", SLUG, tmp_path / "class", "--out", "out").code == 0
    return made


def log(made: Class) -> Counter[str]:
    with made.store() as store:
        from autograder.batch import schema

        with store.snapshot() as connection:
            return Counter(row.action for row in connection.execute(schema.log.select()))


@pytest.mark.slow
def test_a_killed_apply_is_finished_by_the_same_command(tmp_path: Path, command: Command) -> None:
    made = course_with(tmp_path, command, {"kim": SQUARED, "lee": SQUARED, "park": RIGHT})
    made.change(*WRONG)
    seen = made.preview()
    assert (seen.code, seen.out.count("failed -> passed")) == (0, 3)  # three cases, the same ones for both people
    assert "\n\n2 people:\n  double_of_any[1]" in seen.out
    assert "\n  kim: 14 -> 20 of 20 points (+6)\n  lee: 14 -> 20 of 20 points (+6)\n\nNothing" in seen.out
    place = Path(made.url.removeprefix("sqlite:///"))
    store, before = place.read_bytes(), everything()
    apply = ["regrade", SLUG, "--apply", *BY, "--out", "out", "--root", made.course.root, "--store", made.url]
    assert command(*apply).code == 0
    wanted, files = log(made), everything()
    assert grades() == {"kim": 20.0, "lee": 20.0, "park": 20.0} and wanted["regraded"] == 3
    for moment, at in MOMENTS.items():
        for path in [*place.parent.glob("store.sqlite*"), *Path("out").rglob("*")]:
            if path.is_file():
                path.unlink()
        place.write_bytes(store)
        for name, content in before.items():
            Path(name).write_bytes(content)
        run_and_kill(*at, *apply)
        assert log(made)["regraded"] in (0, 3), moment  # all or nothing
        assert command(*apply).code == 0, moment
        assert (log(made), everything()) == (wanted, files), moment


# --- graders that die

DEADLY = (
    "solutions/01-tiny/test_hidden.py", "x = rng.normal(size=7)\n",
    "x = rng.normal(size=7)\n    if student.double(np.array([3.0]))[0] == 9:\n        import os\n        os._exit(1)\n",
)  # fmt: skip


def preview_with_deaths(tmp_path: Path, command: Command, *engine: object) -> None:
    """Preview a case that ends the grader of kim; nobody else is touched, and the class goes on from there."""
    made = course_with(tmp_path, command, {"kim": SQUARED} | {f"s{at}": RIGHT for at in range(9)})
    made.change(*DEADLY)
    found = made.preview(*engine)
    assert "kim: The process that graded this submission died, twice." in found.out + found.err
    assert "Graded 9 submissions into the preview.\n0 up, 0 down, 9 unchanged" in found.out
    before = grades()
    assert made.apply().code == 0
    assert grades() == before and before["kim"] == 14.0


@pytest.mark.slow
def test_what_killed_its_grader_is_never_graded_by_the_command_itself(tmp_path: Path, command: Command) -> None:
    made = Class(tiny_course.make(tmp_path / "course"), command, own_store(tmp_path))
    made.change(*DEADLY)
    for name in ("kim", *(f"s{at}" for at in range(9))):
        tiny_course.write(tmp_path / "class" / name / "tiny.py", f"{SQUARED if name == 'kim' else RIGHT}# {name}\n")
    batch = ["batch", SLUG, tmp_path / "class", "--out", "out"]
    assert made.run(*batch, "--workers", "2").code == 5
    again = made.run(*batch, "--workers", "1")  # tried once more, but not in the process of the command
    assert again.code == 5 and "kim" in again.out
    assert log(made)["died"] == 2


@pytest.mark.slow
def test_a_grader_that_dies_in_a_preview_costs_nobody_else(tmp_path: Path, command: Command) -> None:
    preview_with_deaths(tmp_path, command, "--workers", "2")


@pytest.mark.slow
def test_a_preview_on_dask_is_that_of_this_machine(tmp_path: Path, command: Command, cluster: object) -> None:
    made = course_with(tmp_path, command, {"kim": SQUARED, "lee": RIGHT})
    made.change(*WRONG)
    address = cluster.scheduler_address  # type: ignore[attr-defined]
    assert made.preview("--engine", f"dask:{address}").code == 0
    there = json.loads(Path("preview.json").read_text(encoding="utf-8"))
    assert (there["graded"], there["up"], there["changed_cases"]) == (2, 1, ["double_of_any"])
    file, old, new = WRONG
    made.change(file, new, old)
    assert made.preview().code == 0  # taken back: the shadow run is empty
    made.change(*WRONG)
    assert made.preview().code == 0
    assert json.loads(Path("preview.json").read_text(encoding="utf-8")) == there


@pytest.mark.slow
def test_a_dask_worker_that_dies_in_a_preview_costs_nobody_else(
    tmp_path: Path, command: Command, cluster: object
) -> None:
    preview_with_deaths(tmp_path, command, "--engine", f"dask:{cluster.scheduler_address}")  # type: ignore[attr-defined]


@pytest.mark.slow
def test_a_dask_worker_that_is_killed_in_a_preview_loses_nothing(
    tmp_path: Path, command: Command, cluster: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = course_with(tmp_path, command, {"kim": SQUARED} | {f"s{at}": RIGHT for at in range(40)})
    made.change(*WRONG)
    save, saved = shadows.save, []

    def kill_one(*arguments: Any) -> None:
        save(*arguments)
        saved.append(arguments)
        if len(saved) == 2:
            [worker, *_] = cluster.workers.values()  # type: ignore[attr-defined]
            os.kill(worker.pid, signal.SIGKILL)

    monkeypatch.setattr(shadows, "save", kill_one)
    found = made.preview("--engine", f"dask:{cluster.scheduler_address}")  # type: ignore[attr-defined]
    assert (found.code, len(saved)) == (0, 41), found.err
    assert "Graded 41 submissions into the preview.\n1 up, 0 down, 40 unchanged" in found.out
