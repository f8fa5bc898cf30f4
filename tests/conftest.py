"""What the tests of the wall share: zygotes that are started once, and submissions made from a few lines of source."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from hypothesis import settings
from stores import cluster as cluster  # a fixture
from stores import urls as urls

from autograder.model import Level
from autograder.student.case_run import CaseRun
from autograder.student.case_settings import CaseSettings
from autograder.student.connection import Connection
from autograder.student.handle import StudentCode
from autograder.student.log import CaseLog
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor
from autograder.workers.worker import Worker

# A course that the hostile suite grades; its case files are not tests of ours.
collect_ignore = ["data/adopt", "hostile/course"]

# Cases that train for seconds, by assignment; the slow tests run them.
COSTLY = {
    "08-activations-and-depth": frozenset({"curve_is_learned", "adam_follows_the_curve"}),
    "10-xor": frozenset(
        {"the_single_layer_never_learns_xor", "xor_is_solved"}
        | {f"xor_from_the_starts_of_pytorch[{seed}]" for seed in (1, 2, 777)}
    ),
    "13-cnn": frozenset({"digits_are_recognised"}),
    "14-capstone": frozenset(
        {"zeros_and_ones", "twenty_times_as_fast_as_loops", "digits_that_you_have_not_seen"}  # the second runs a race
    ),
}

settings.register_profile("steady", deadline=None, derandomize=True, max_examples=60)
settings.load_profile("steady")


class Submitted:
    """A submission under test: its connection, and the current run of a case."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.run = CaseRun(connection, CaseSettings("case"))

    def begin(self, case: str, **settings: Any) -> StudentCode:
        """End the current case and begin another one; return its handle."""
        self.run.finish()
        self.run = CaseRun(self.connection, CaseSettings(case, **settings))
        return self.student

    def finish(self) -> CaseLog:
        """End the current case."""
        return self.run.finish()

    @property
    def student(self) -> StudentCode:
        """The handle of the current case."""
        return StudentCode(self.run)

    @property
    def worker(self) -> Worker:
        """The worker itself."""
        assert self.connection._worker is not None
        return self.connection._worker

    def close(self) -> None:
        """Kill the worker."""
        self.run.close()


def submitted(
    sources: dict[str, bytes],
    supervisor: Supervisor,
    *,
    limits: Limits | None = None,
    torch: bool = False,
    packages: frozenset[str] | None = None,
    seed: int = 0,
    level: Level = Level.FULL,
) -> Submitted:
    """Submit modules, the main one first, to be closed by the caller."""
    modules = {name: (f"{name}.py", source) for name, source in sources.items()}
    spec = WorkerSpec(limits or Limits(), torch=torch, packages=packages, level=level)
    return Submitted(Connection(ModuleSources(next(iter(sources)), modules), supervisor, spec, seed=seed))


class Connect(Protocol):
    """Connect to a submission whose main module ``answer`` has this source; further modules by name."""

    def __call__(
        self,
        source: str | bytes,
        *,
        modules: dict[str, str] | None = None,
        torch: bool = False,
        seed: int = 0,
        **limits: Any,
    ) -> Submitted: ...


class Load(Protocol):
    """Like Connect, returning the handle that a case calls."""

    def __call__(self, source: str | bytes, **options: Any) -> StudentCode: ...


@pytest.fixture(scope="session")
def supervisor() -> Iterator[Supervisor]:
    """One numpy zygote and one torch zygote for all tests, each started when first needed."""
    with Supervisor() as supervisor:
        yield supervisor


@pytest.fixture
def connect(supervisor: Supervisor) -> Iterator[Connect]:
    opened: list[Submitted] = []

    def connect(
        source: str | bytes,
        *,
        modules: dict[str, str] | None = None,
        torch: bool = False,
        seed: int = 0,
        **limits: Any,
    ) -> Submitted:
        main = source if isinstance(source, bytes) else textwrap.dedent(source).encode()
        sources = {"answer": main}
        sources |= {name: textwrap.dedent(text).encode() for name, text in (modules or {}).items()}
        opened.append(submitted(sources, supervisor, limits=Limits(**limits), torch=torch, seed=seed))
        return opened[-1]

    yield connect
    for each in opened:
        each.close()


@pytest.fixture
def load(connect: Connect) -> Load:
    return lambda source, **options: connect(source, **options).student
