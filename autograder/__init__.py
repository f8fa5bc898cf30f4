"""The public index for case authors.

Names are imported when first used, so that a process that needs only a part (a worker's zygote) stays small.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import show
    from .checks.assertions import CaseFailed, assert_close, assert_falls, assert_matches, assert_pure, require
    from .checks.datasets import digits28, mnist
    from .checks.gradients import assert_gradient
    from .checks.honesty import assert_without, label_permutation, shifted
    from .checks.speed import speed_ratio
    from .checks.training import Band, Budget, parameters_moved, reach_accuracy
    from .grading.in_kernel import check, points_of
    from .grading.pytest_plugin import task
    from .student import recipes
    from .student.handle import build, cpu_seconds, fresh, inside, with_cache

_PLACES = {
    "CaseFailed": "checks.assertions",
    "assert_close": "checks.assertions",
    "assert_falls": "checks.assertions",
    "assert_matches": "checks.assertions",
    "assert_pure": "checks.assertions",
    "require": "checks.assertions",
    "digits28": "checks.datasets",
    "mnist": "checks.datasets",
    "assert_gradient": "checks.gradients",
    "assert_without": "checks.honesty",
    "label_permutation": "checks.honesty",
    "shifted": "checks.honesty",
    "speed_ratio": "checks.speed",
    "Band": "checks.training",
    "Budget": "checks.training",
    "parameters_moved": "checks.training",
    "reach_accuracy": "checks.training",
    "check": "grading.in_kernel",
    "points_of": "grading.in_kernel",
    "task": "grading.pytest_plugin",
    "build": "student.handle",
    "cpu_seconds": "student.handle",
    "fresh": "student.handle",
    "inside": "student.handle",
    "with_cache": "student.handle",
}
_MODULES = {"recipes": ".student.recipes", "show": ".show"}

__all__ = [
    "Band",
    "Budget",
    "CaseFailed",
    "assert_close",
    "assert_falls",
    "assert_gradient",
    "assert_matches",
    "assert_pure",
    "assert_without",
    "build",
    "check",
    "cpu_seconds",
    "digits28",
    "fresh",
    "inside",
    "label_permutation",
    "mnist",
    "parameters_moved",
    "points_of",
    "reach_accuracy",
    "recipes",
    "require",
    "shifted",
    "show",
    "speed_ratio",
    "task",
    "with_cache",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(_MODULES[name], __name__)
    if name not in _PLACES:
        raise AttributeError(f"module 'autograder' has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_PLACES[name]}", __name__), name)
