"""Results of autograd that test code differentiates: ``loss.backward()`` on the trusted side goes on in the worker.

The trusted side has the numbers of a result, and a handle of its :class:`Graph`. A gradient that arrives there is sent
here. Those of the student's own leaves are added to their ``grad``; those of arguments of the call go back.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from .changes import Node
from .trees import tensor_type

MAX_GRAPHS = 16  # of one result


def graph_inputs(nodes: Sequence[Node], sources: Mapping[int, Any]) -> dict[int, Any]:
    """Return the arguments through which gradients go on to the test, by the number of their node."""
    tensor: Any = tensor_type()
    inputs = dict(sources)
    for number, node in enumerate(nodes):
        value = node.value
        if number not in inputs and isinstance(value, tensor) and value.requires_grad and value.is_leaf:
            inputs[number] = value
    return inputs


class Graph:
    """The graph behind one result: ``inputs`` are the leaves whose gradients belong to the test."""

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


def set_modes(is_recording: bool, dtype: Any) -> None:
    """Take over whether autograd records, and the default dtype, which test code has set."""
    torch: Any = sys.modules["torch"]
    torch.set_grad_enabled(is_recording)
    torch.set_default_dtype(dtype)
