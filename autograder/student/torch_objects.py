"""Models and optimizers of the test that the student's code gets: they are built again in the worker.

Their parameters are then held by both sides, so the test sees what a training there has made of them. A class of torch
is known in the worker; a class of a visible test is sent as source.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Protocol

from ..values import leaves
from .objects import StudentObject, ref_of
from .state import State


class Conversation(Protocol):
    """What is needed of the session."""

    @property
    def state(self) -> State: ...

    def request(
        self, label: str, owner: StudentObject | None, *, recipe: str, args: Sequence[Any], keep: bool
    ) -> Any: ...

    def is_sendable(self, value: Any) -> bool: ...

    def class_in_worker(self, kind: type) -> Any: ...


def is_torch_object(value: Any) -> bool:
    """Return whether a value is a model or an optimizer."""
    torch: Any = sys.modules.get("torch")
    nn, optim = getattr(torch, "nn", None), getattr(torch, "optim", None)
    return nn is not None and optim is not None and isinstance(value, nn.Module | optim.Optimizer)


def in_worker(session: Conversation, value: Any) -> StudentObject | None:
    """Return what a model or optimizer of the test is in the worker; None if it cannot be built there."""
    parts = _parts(value)
    if parts is None or not all(map(session.is_sendable, leaves(parts))):
        return None
    form = _form(parts)
    known = session.state.torch_objects.get(id(value))
    if known is not None and known[1] == form:
        return known[2]
    kind = session.class_in_worker(type(value))
    if kind is None:
        return None
    recipe = "torch_module" if len(parts) == len(_MODULE_PARTS) + 1 else "torch_optimizer"
    name = type(value).__name__
    made: StudentObject = session.request(name, None, recipe=recipe, args=(kind, *parts), keep=True)
    session.state.torch_objects[id(value)] = value, form, made
    session.state.own[ref_of(made).number] = value
    return made


_MODULE_PARTS = ("_parameters", "_buffers", "_modules")


def _parts(value: Any) -> tuple[Any, ...] | None:
    """Return what a model or optimizer is made of; None if it holds more than can be built again."""
    torch: Any = sys.modules["torch"]
    if isinstance(value, torch.optim.Optimizer):
        return None if value.state else ([dict(group) for group in value.param_groups], dict(value.defaults))
    common = vars(torch.nn.Module())
    space = vars(value)
    if any(space[name] for name in common if "hooks" in name and space.get(name)):
        return None
    plain = {name: part for name, part in space.items() if name not in common or name == "training"}
    return (plain, *(dict(space[name]) for name in _MODULE_PARTS))


def _form(parts: Any) -> Any:
    """Return what tells whether parts are still the same ones: the identity of what is not a plain value."""
    if isinstance(parts, dict):
        return [(name, _form(part)) for name, part in parts.items()]
    if isinstance(parts, list | tuple):
        return [_form(part) for part in parts]
    return parts if parts is None or type(parts) in (bool, int, float, str) else id(parts)
