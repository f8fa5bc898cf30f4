"""Results of autograd that are differentiated on the other side of the wire. Both sides use this file.

The other side has the numbers of a result and a way to ask its :class:`Graph`. A gradient that arrives there is sent
here. Those of leaves that only this side has are added to their ``grad``; those of arguments go back.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .trees import tensor_type

MAX_GRAPHS = 16  # of one result


def graph_inputs(arguments: Sequence[Any], sources: Mapping[int, Any]) -> dict[int, Any]:
    """Return the leaves among arguments that came over the wire, by their numbers; ``sources`` are ``Decoder.sources``.

    Through these, gradients go on to the other side.
    """
    tensor: Any = tensor_type()
    inputs = dict(sources)
    for number, value in enumerate(arguments):
        if number not in inputs and isinstance(value, tensor) and value.requires_grad and value.is_leaf:
            inputs[number] = value
    return inputs


class Graph:
    """The graph behind one result: ``inputs`` are the leaves whose gradients belong to the other side."""

    def __init__(self, result: Any, inputs: Sequence[Any]) -> None:
        self._result = result
        self._inputs = inputs

    def backward(self, gradient: Any) -> list[Any]:
        """Go through the graph, and return the gradient of each input; None if it is not in the graph."""
        torch: Any = sys.modules["torch"]
        before = [(leaf, leaf.grad) for leaf in self._inputs]
        for leaf in self._inputs:
            leaf.grad = None
        try:
            torch.autograd.backward(self._result, gradient, retain_graph=True)
            return [None if leaf.grad is None else leaf.grad.detach() for leaf in self._inputs]
        finally:
            for leaf, gradient_before in before:
                leaf.grad = gradient_before


def joined(result: Any, ask: Callable[[Any], Sequence[Any]], inputs: Sequence[Any]) -> Any:
    """Return a result whose graph is on the other side: ``ask`` takes its gradient, and returns those of ``inputs``."""
    anchor = sys.modules["torch"].zeros((), requires_grad=True)  # there may be no input that requires a gradient
    return _elsewhere().apply(result, ask, anchor, *inputs)


@functools.cache
def _elsewhere() -> Any:
    torch: Any = sys.modules["torch"]

    class Elsewhere(torch.autograd.Function):  # type: ignore[misc]
        """The step of a graph that is on the other side."""

        @staticmethod
        def forward(ctx: Any, result: Any, ask: Callable[[Any], Sequence[Any]], anchor: Any, *inputs: Any) -> Any:
            ctx.ask = ask
            return result.detach()

        @staticmethod
        @torch.autograd.function.once_differentiable  # type: ignore[untyped-decorator]
        def backward(ctx: Any, gradient: Any) -> Any:
            with torch.enable_grad():  # as where backward() was called
                return (None, None, None, *ctx.ask(gradient))

    return Elsewhere


# --- models and optimizers of the test


def torch_module(kind: Any, plain: Any, parameters: Any, buffers: Any, modules: Any) -> Any:
    """Return a model of a class with these parts; ``plain`` are its other attributes."""
    torch: Any = sys.modules["torch"]
    made = kind.__new__(kind)
    torch.nn.Module.__init__(made)
    vars(made).update(plain)
    for parameter in parameters.values():
        if type(parameter) is torch.Tensor:
            parameter.__class__ = torch.nn.Parameter  # a copy would not be the one that both sides hold
    for name, parts in (("_parameters", parameters), ("_buffers", buffers), ("_modules", modules)):
        vars(made)[name].update(parts)
    return made


def torch_optimizer(kind: Any, groups: Any, defaults: Any) -> Any:
    """Return an optimizer of a class that has made no step yet."""
    torch: Any = sys.modules["torch"]
    made = kind.__new__(kind)
    torch.optim.Optimizer.__init__(made, groups, defaults)
    return made
