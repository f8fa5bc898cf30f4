"""Many seeds, each of which draws other inputs: a worker serves several of them."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from ..grading.collected_cases import CollectedCases
from ..student.connection import Connection

SEED = 1  # of everything that runs with one seed only; other seeds follow it
FEW_SEEDS = 3  # of a case that is not quick
MAX_WORKER_CPU_SHARE = 0.1  # of a worker's CPU limit: the cases of one more seed must not exceed it


def set_seed(cases: CollectedCases, seed: int) -> None:
    """Let the next cases draw as in a run with this seed, and keep what was computed if it does not change."""
    if cases.seed != seed:
        cases.reseed(seed)


def in_one_worker(
    cases: CollectedCases, modules: dict[str, bytes], seeds: Iterable[int]
) -> Generator[tuple[int, Connection], None, None]:
    """Set each seed in ``cases``, and yield it with a connection to a worker that has imported ``modules``.

    To start a worker takes longer than to run many a case. So one worker serves all seeds, unless it has used much of
    its limits.
    """
    connection = cases.connect(modules)
    try:
        for seed in seeds:
            if connection.cpu_s() > MAX_WORKER_CPU_SHARE * connection.spec.limits.cpu_s:
                connection.close()
                connection = cases.connect(modules)
            set_seed(cases, seed)
            yield seed, connection
    finally:
        connection.close()
