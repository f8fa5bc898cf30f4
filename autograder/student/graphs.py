"""Results of autograd in the worker: test code may call ``backward()`` on them, or use them in a graph of its own."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Protocol

from ..guest.graphs import joined
from ..guest.trees import replaced
from ..values import is_tensor
from .details import GraphBehind
from .faults import StudentFault
from .objects import StudentObject
from .state import State


class Conversation(Protocol):
    """What a graph needs of the session that has got it."""

    @property
    def state(self) -> State: ...

    def operate(self, owner: StudentObject, name: str, *args: Any, label: str = "", keep: bool = False) -> Any: ...

    def malformed(self, text: str) -> StudentFault: ...


def attached(session: Conversation, value: Any, graphs: Sequence[GraphBehind], label: str) -> Any:
    """Return a value whose results of autograd lead to their graphs in the worker."""
    if not graphs:
        return value
    found = {}
    for each in graphs:
        held = [session.state.shared.values.get(number) for number in each.shared]
        if not all(map(is_tensor, held)):
            raise session.malformed("a graph with tensors that nobody shares")
        inputs = [*each.inputs, *held]
        forms = [(one.shape, one.dtype) for one in inputs]
        ask = functools.partial(_backward, session, each.graph, f"{label}.backward", forms)
        found[id(each.result)] = joined(each.result, ask, inputs)
    return replaced(value, found)


def _backward(
    session: Conversation, graph: StudentObject, label: str, forms: Sequence[tuple[Any, Any]], gradient: Any
) -> list[Any]:
    """Send the gradient of a result to its graph, and return those of the tensors of the test."""
    found = session.operate(graph, "backward", gradient, label=label)
    if not isinstance(found, list) or len(found) != len(forms):
        raise session.malformed("gradients of another form")
    for each, (shape, dtype) in zip(found, forms, strict=True):
        if each is not None and not (is_tensor(each) and each.shape == shape and each.dtype == dtype):
            raise session.malformed("a gradient of another form")
    return found
