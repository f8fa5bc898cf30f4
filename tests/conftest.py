"""Fixtures that many test modules share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.sandbox.supervisor import Supervisor


@pytest.fixture(scope="session")
def supervisor() -> Iterator[Supervisor]:
    """One supervisor for the whole test session: a zygote starts once, workers are forked in milliseconds."""
    with Supervisor() as running:
        yield running
