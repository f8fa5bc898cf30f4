"""Results of autograd in the worker: test code may call ``backward()`` on them, or use them in a graph of its own."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from typing import Any, Protocol

from ..values import is_tensor, mapped
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
    joined = {}
    for each in graphs:
        held = [session.state.shared.values.get(number) for number in each.shared]
        if not all(map(is_tensor, held)):
            raise session.malformed("a graph with tensors that nobody shares")
        joined[id(each.result)] = _function().apply(
            each.result, session, each.graph, label, _anchor(), *each.inputs, *held
        )
    return mapped(lambda leaf: joined.get(id(leaf), leaf), value)


def modes() -> tuple[bool, Any] | None:
    """Return whether autograd of the trusted side records, and its default dtype; None without torch."""
    torch: Any = sys.modules.get("torch")
    return (torch.is_grad_enabled(), torch.get_default_dtype()) if hasattr(torch, "get_default_dtype") else None


def _anchor() -> Any:
    """Return a leaf that lets a result require a gradient if the test has passed none that does."""
    return sys.modules["torch"].zeros((), requires_grad=True)


@functools.cache
def _function() -> Any:
    torch: Any = sys.modules["torch"]

    class InWorker(torch.autograd.Function):  # type: ignore[misc]
        """Sends the gradient of a result to its graph in the worker, and hands on those that come back."""

        @staticmethod
        def forward(
            ctx: Any, result: Any, session: Conversation, graph: StudentObject, label: str, anchor: Any, *inputs: Any
        ) -> Any:
            ctx.session, ctx.graph, ctx.label = session, graph, label
            ctx.forms = [(each.shape, each.dtype) for each in inputs]
            return result.detach()

        @staticmethod
        @torch.autograd.function.once_differentiable  # type: ignore[untyped-decorator]
        def backward(ctx: Any, gradient: Any) -> Any:
            with torch.enable_grad():  # as where the test calls backward()
                found = ctx.session.operate(ctx.graph, "backward", gradient, label=f"{ctx.label}.backward")
            if not isinstance(found, list) or len(found) != len(ctx.forms):
                raise ctx.session.malformed("gradients of another form")
            for each, (shape, dtype) in zip(found, ctx.forms, strict=True):
                if each is not None and not (is_tensor(each) and each.shape == shape and each.dtype == dtype):
                    raise ctx.session.malformed("a gradient of another form")
            return (None, None, None, None, None, *found)

    return InWorker
