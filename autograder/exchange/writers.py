"""Which module writes grades for which system."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, cast

from .grades import Filled, Grade
from .template import Template


class System(StrEnum):
    """A system that takes our grades. CSV is our own table, and NBGRADER a course; both need no template."""

    CANVAS = "canvas"
    MOODLE = "moodle"
    BLACKBOARD = "blackboard"
    BRIGHTSPACE = "brightspace"
    GRADESCOPE = "gradescope"
    CLASSROOM50 = "classroom50"
    NBGRADER = "nbgrader"
    CSV = "csv"


UTF16 = frozenset({System.BLACKBOARD})  # whose .xls download is text in UTF-16, separated by tabs


class Writer(Protocol):
    """A module of this package: ``grades_canvas`` and its neighbours."""

    def fill(self, template: Template, grades: Sequence[Grade], *, column: str | None = None) -> Filled:
        """Return the template with our grades; UsageError if it is another's, NeedsHuman if a student is not in it.

        That of Moodle also takes ``overwrite``, because Moodle has comments.
        """

    def steps(self, filled: Filled, file: str, feedback: str | None) -> list[str]:
        """Return what the teacher has to do with the files of these names, in order."""


def writer(system: System) -> Writer:
    """Return the module of a system that has a template."""
    return cast(Writer, importlib.import_module(f".grades_{system.value}", __package__))
