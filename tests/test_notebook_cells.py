"""A notebook whose cells run one by one in a worker: what fails, what is lost, and what runs again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from autograder.course import notebook
from autograder.model import Verdict
from autograder.student.cells import CellConnection, NotebookRun
from autograder.student.handle import StudentCode
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

Open = Callable[..., NotebookRun]


@pytest.fixture
def opened(supervisor: Supervisor) -> Iterator[Open]:
    """Open a notebook with these cells."""
    connections: list[CellConnection] = []

    def open_(*cells: str) -> NotebookRun:
        document = {"nbformat": 4, "cells": [{"cell_type": "code", "source": cell} for cell in cells]}
        source = notebook.read(json.dumps(document).encode()).source
        modules = ModuleSources("book", {"book": ("book.py", source)}, notebooks=frozenset({"book"}), held=True)
        connections.append(CellConnection(modules, supervisor, WorkerSpec(Limits(cell_s=1.0)), seed=0))
        return NotebookRun(connections[-1])

    yield open_
    for connection in connections:
        connection.close()


def test_a_cell_runs_when_it_is_asked_to_and_shows_its_last_value(opened: Open) -> None:
    run = opened("x = 1\nx + 1", "x = 2\nprint('two')\nx;", "y = 3")
    student = StudentCode(run)
    assert run.run_cell(1).output == "2\n"
    assert student.x == 1
    assert run.run_cell(2).output == "two\n2\n"
    assert student.x == 2


def test_a_cell_stops_at_what_raises_and_the_next_one_runs(opened: Open) -> None:
    run = opened("x = 1\n1 / 0\nx = 2", "def f():\n    return x")
    incident = run.run_cell(1).incident
    assert incident is not None
    assert (incident.kind, incident.type, incident.line) == ("raised", "ZeroDivisionError", 3)
    assert run.run_cell(2).incident is None
    assert StudentCode(run).f() == 1


@pytest.mark.slow
def test_a_lost_worker_costs_its_cell_and_the_cells_before_run_again(opened: Open) -> None:
    run = opened("x = 1", "import os\nos._exit(3)", "while True:\n    pass", "def f():\n    return x")
    assert run.run_cell(1).fault is None
    fault = run.run_cell(2).fault
    assert fault is not None and fault.verdict is Verdict.CRASHED
    stopped = run.run_cell(3).incident
    assert stopped is not None and stopped.kind == "stopped"
    assert run.run_cell(4).fault is None
    assert StudentCode(run).f() == 1
    assert run._cells.replays == 1


def test_generators_go_on_where_the_cells_left_them(opened: Open) -> None:
    run = opened("import numpy as np\nnp.random.seed(7)", "def draw():\n    return float(np.random.rand())")
    run.run_cell(1)
    run.run_cell(2)
    import numpy as np

    assert StudentCode(run).draw() == np.random.RandomState(7).rand()
