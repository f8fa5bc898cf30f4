"""A real Dask cluster on this machine: the same outcomes, also when one of its workers is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_engine import RUN, WRONG, graded, keep, uploads
from tiny_course import SOLUTION, make

from autograder.batch import engine
from autograder.batch.job import job_of
from autograder.batch.runner import grade_class
from autograder.errors import SandboxError, UsageError
from autograder.workers.supervisor import Supervisor

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "10 minutes"}),  # on a busy machine
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as found,
    ):
        yield found


def test_outcomes_are_those_of_one_process(cluster: Any, tmp_path: Path, supervisor: Supervisor) -> None:
    assignment = make(tmp_path / "course").load()
    given = uploads(tmp_path, SOLUTION, WRONG, "def double(", SOLUTION, "import os\nos._exit(1)", WRONG)
    want: dict[str, Any] = {}
    grade_class(assignment, given, lambda report: keep(want, report), run=RUN, supervisor=supervisor)
    here = engine.engine_of(f"dask:{cluster.scheduler_address}", None)
    assert here.processes == 2
    assert graded(here, job_of(assignment, RUN, None), given) == (want, [])


def test_a_killed_worker_loses_nothing(cluster: Any, tmp_path: Path) -> None:
    assignment = make(tmp_path / "course").load()
    given = uploads(tmp_path, *(f"{SOLUTION}\n# {number}\n" for number in range(40)))
    here = engine.engine_of(f"dask:{cluster.scheduler_address}", None)
    found: dict[str, Any] = {}

    def kill_one(report: Any) -> None:
        keep(found, report)
        if len(found) == 4:
            os.kill(next(iter(cluster.workers.values())).pid, signal.SIGKILL)

    lost = engine.grade_on(here, job_of(assignment, RUN, None), given, kill_one, in_a_task=2)
    assert (len(found), lost) == (40, [])


def test_a_worker_that_is_killed_before_its_result_is_fetched_loses_nothing(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assignment = make(tmp_path / "course").load()
    given = uploads(tmp_path, *(f"{SOLUTION}\n# {number}\n" for number in range(8)))
    here = engine.engine_of(f"dask:{cluster.scheduler_address}", None)
    original, killed = engine._fetched, []

    def kill_then_fetch(theirs: Any) -> Any:
        if not killed:
            [(address, *_)] = theirs.client.who_has([theirs]).values()
            [worker] = [each for each in cluster.workers.values() if each.worker_address == address]
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)
        return original(theirs)

    monkeypatch.setattr(engine, "_fetched", kill_then_fetch)
    found: dict[str, Any] = {}
    lost = engine.grade_on(here, job_of(assignment, RUN, None), given, lambda report: keep(found, report), in_a_task=2)
    assert (len(killed), len(found), lost) == (1, 8, [])


def test_a_cluster_without_workers_is_a_sentence_and_no_wait_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "WORKERLESS_S", 2.0)
    assignment = make(tmp_path / "course").load()
    given = uploads(tmp_path, *(f"{SOLUTION}\n# {number}\n" for number in range(8)))
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as found:
        here = engine.engine_of(f"dask:{found.scheduler_address}", None)
        kept: dict[str, Any] = {}

        def end_all(report: Any) -> None:
            keep(kept, report)
            found.scale(0)

        with pytest.raises(SandboxError, match=r"has no workers any more, .* Start new ones, then run"):
            engine.grade_on(here, job_of(assignment, RUN, None), given, end_all, in_a_task=2)
        assert 0 < len(kept) < len(given)


def pause(dask_worker: Any) -> None:
    dask_worker.status = distributed.core.Status.paused


def test_a_worker_that_stays_short_of_memory_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PAUSED_S", 2.0)
    assignment = make(tmp_path / "course").load()
    given = uploads(tmp_path, *(f"{SOLUTION}\n# {number}\n" for number in range(12)))
    memory = dict.fromkeys(("target", "spill", "pause", "terminate"), False)
    with (
        dask.config.set({f"distributed.worker.memory.{name}": value for name, value in memory.items()}),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as found,
        distributed.Client(found) as client,
    ):
        here = engine.engine_of(f"dask:{found.scheduler_address}", None)
        kept: dict[str, Any] = {}

        def pause_one(report: Any) -> None:
            keep(kept, report)
            if len(kept) == 1:
                client.run(pause, workers=[next(iter(found.workers.values())).worker_address])

        lost = engine.grade_on(here, job_of(assignment, RUN, None), given, pause_one, in_a_task=1)
    assert (len(kept), lost) == (12, [])


def test_workers_with_several_threads_are_refused() -> None:
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=":0") as found,
        pytest.raises(UsageError, match=r"has 2 threads.*--nthreads 1"),
    ):
        engine.engine_of(f"dask:{found.scheduler_address}", None)


def test_a_scheduler_without_workers_is_refused() -> None:
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=":0") as found,
        pytest.raises(UsageError, match="has no workers"),
    ):
        engine.engine_of(f"dask:{found.scheduler_address}", None)


def test_an_address_that_does_not_answer_is_refused() -> None:
    with pytest.raises(UsageError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:1"):
        engine.engine_of("dask:tcp://127.0.0.1:1", None)
