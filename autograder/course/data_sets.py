"""The data sets of which a run uses one: an assignment whose cases can train on both names it in assignment.toml.

There ``data = "digits28"`` is the set of the package, and ``data = "mnist"`` is the full MNIST, from a folder on this
machine. The option ``--data`` of a command replaces the name for one run. ``checks/datasets.py`` reads the sets.
"""

from __future__ import annotations

from typing import Final

DIGITS28: Final = "digits28"
MNIST: Final = "mnist"
NAMES: Final = (DIGITS28, MNIST)
