"""What tests import from gradescope-utils and mugrade, so that they need no such packages.

The decorators note on a test what it is worth, as those of the package do. A test with partial credit earns the share
that it sets.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

from ..checks.assertions import CaseFailed
from ..messages import say

Test = Callable[..., Any]
Decorator = Callable[[Test], Test]


PACKAGES = frozenset({"gradescope_utils", "mugrade"})


def modules() -> dict[str, ModuleType]:
    """Return the packages and their modules that tests import, by their names."""
    package, utils = ModuleType("gradescope_utils"), ModuleType("gradescope_utils.autograder_utils")
    decorators = ModuleType("gradescope_utils.autograder_utils.decorators")
    package.__path__, utils.__path__ = [], []
    vars(decorators).update(
        weight=_noting("__weight__"),
        number=_noting("__number__"),
        visibility=_noting("__visibility__"),
        hide_errors=_hide_errors,
        tags=_tags,
        leaderboard=_leaderboard,
        partial_credit=_partial_credit,
    )
    package.autograder_utils, utils.decorators = utils, decorators  # type: ignore[attr-defined]
    mugrade = ModuleType("mugrade")
    vars(mugrade).update(submit=lambda *values: None)  # called by functions submit_*, which are no tests
    return {module.__name__: module for module in (package, utils, decorators, mugrade)}


def _noting(attribute: str) -> Callable[[Any], Decorator]:
    """Return a decorator with one argument, which it notes on the test."""

    def decorator(value: Any) -> Decorator:
        def note(test: Test) -> Test:
            setattr(test, attribute, value)
            return test

        return note

    return decorator


def _hide_errors(message: str = "") -> Decorator:
    return _noting("__hide_errors__")(message or True)


def _tags(*names: str) -> Decorator:
    return _noting("__tags__")(names)


def _leaderboard(name: str, order: str = "desc") -> Decorator:
    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> Any:
            return test(*args, set_leaderboard_value=lambda value: None, **kwargs)

        return _as_shown(run)

    return decorate


def _partial_credit(weight: float) -> Decorator:
    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def run(*args: Any, **kwargs: Any) -> None:
            scores: list[float] = []
            test(*args, set_score=scores.append, **kwargs)
            share = float(scores[-1]) / weight if scores else 1.0
            if not share >= 1.0:
                credit = max(0.0, share)
                message = say("suite.partial", earned=f"{credit * weight:g}", possible=f"{weight:g}")
                raise CaseFailed(message=message, credit=credit)

        return _as_shown(_noting("__weight__")(weight)(run))

    return decorate


def _as_shown(run: Test) -> Test:
    """Hide the signature of the decorated test: pytest would take ``set_score`` for a fixture."""
    del run.__wrapped__  # type: ignore[attr-defined]
    return run
