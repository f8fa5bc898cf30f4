"""The data set of a run: an assignment whose cases can train on several names one of them in assignment.toml.

There ``data = "digits28"`` is the set of the package, and ``data = "mnist"`` is the full MNIST, from a folder on this
machine. The option ``--data`` of a command replaces the name for one run. ``checks/datasets.py`` reads the sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..errors import UsageError

if TYPE_CHECKING:
    from .assignment import Assignment

DIGITS28: Final = "digits28"
MNIST: Final = "mnist"
NAMES: Final = (DIGITS28, MNIST)


def with_data(assignments: Sequence[Assignment], name: str | None) -> list[Assignment]:
    """Return the assignments, those with a choice of data set with the set ``name``; None leaves all as they are.

    Raises:
        UsageError: none of them has a choice.
    """
    if name is None:
        return list(assignments)
    if not any(each.data for each in assignments):
        slugs = ", ".join(each.slug for each in assignments)
        raise UsageError(
            f"--data {name} chooses between data sets, and {slugs} has only one, or none. Omit the option."
        )
    return [replace(each, data=name) if each.data else each for each in assignments]
