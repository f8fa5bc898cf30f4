"""The entry point for pytest: ``pytest assignments/05-logistic/test_visible.py`` and the test explorers of editors.

pytest imports this module at every start, wherever this package is installed. So the module imports nothing of ours and
does nothing until pytest finds the visible cases of an assignment. The grader's own pytest loads no entry points.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .plain_pytest import CaseModule

VISIBLE, TOML = "test_visible.py", "assignment.toml"  # as in course/assignment.py, whose import takes longer


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> CaseModule | None:
    """Collect the visible cases of an assignment, and leave every other file to pytest."""
    folder = module_path.parent
    if module_path.name != VISIBLE or folder.parent.name != "assignments" or not (folder / TOML).is_file():
        return None
    from . import plain_pytest

    return plain_pytest.case_module(module_path, parent)
