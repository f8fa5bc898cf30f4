"""What the tests of the wall share: zygotes that are started once, and submissions made from a few lines of source."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, Protocol

import pytest
from hypothesis import settings

from autograder.student.connection import Connection
from autograder.student.handle import StudentCode
from autograder.student.source import ModuleSources
from autograder.wall.limits import Limits
from autograder.workers.spec import WorkerSpec
from autograder.workers.supervisor import Supervisor

# A course that the hostile suite grades; its case files are not tests of ours.
collect_ignore = ["hostile/course"]

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
    ) -> Connection: ...


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
    opened: list[Connection] = []

    def connect(
        source: str | bytes,
        *,
        modules: dict[str, str] | None = None,
        torch: bool = False,
        seed: int = 0,
        **limits: Any,
    ) -> Connection:
        main = source if isinstance(source, bytes) else textwrap.dedent(source).encode()
        files = {"answer": ("answer.py", main)}
        files |= {name: (f"{name}.py", textwrap.dedent(text).encode()) for name, text in (modules or {}).items()}
        spec = WorkerSpec(Limits(**limits), torch=torch)
        made = Connection(ModuleSources("answer", files), supervisor, spec, seed=seed)
        opened.append(made)
        return made

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def load(connect: Connect) -> Load:
    return lambda source, **options: StudentCode(connect(source, **options))
