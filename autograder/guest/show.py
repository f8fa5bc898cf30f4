"""``autograder.show`` in a worker: its functions do nothing, and nothing else of ours can be imported.

A student looks at numbers with ``from autograder import show`` (``autograder/show/``). Those lines may stay in the file
that is handed in. A file of the submission named ``autograder.py`` comes before this module.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

PACKAGE = "autograder"
MODULE = f"{PACKAGE}.show"
SILENT_NAMES = ("bars", "curve", "image", "images", "plane", "table")


class ShowFinder:
    """Finds the package ``autograder`` with nothing but ``show`` in it, which is loaded when it is imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname not in (PACKAGE, MODULE):
            return None
        loader: Any = self
        return importlib.util.spec_from_loader(fullname, loader, is_package=fullname == PACKAGE)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        """Leave it to Python to create the module."""

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == MODULE:
            names: dict[str, Any] = {name: _nothing for name in SILENT_NAMES}
            names["read_digit"] = _blank
            vars(module).update(names, __all__=sorted(names))


def _nothing(*args: Any, **kwargs: Any) -> None:
    """Draw nothing."""


def _blank(path: Any) -> Any:
    """Return an image without ink; the student's own digit stays on the student's machine."""
    return np.zeros((28, 28), np.uint8)
