"""Tensors hand on in the order in which they are met."""

import numpy as np

CAUGHT_BY = ("slopes_of_diamonds",)
HINT = (
    "A tensor hands its gradient on before all its users have paid in. In which order must they come, so "
    "that every user is before its operands?"
)


class Tensor(Tensor):
    def backward(self) -> None:

        def summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
            """Sum g over the axes along which an array of this shape was repeated."""
            g = g.sum(axis=tuple(range(g.ndim - len(shape))))
            return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

        order: list[Tensor] = []
        seen = {self}
        todo = [self]
        for tensor in todo:
            order.insert(0, tensor)
            for parent in tensor._parents:
                if parent.requires_grad and parent not in seen:
                    seen.add(parent)
                    todo.append(parent)

        gradients = {self: np.ones(self.data.shape)}
        for tensor in reversed(order):
            g = gradients[tensor]
            if tensor._hand_back is None:
                tensor.grad = np.asarray(g if tensor.grad is None else tensor.grad + g)
                continue
            for parent, part in zip(tensor._parents, tensor._hand_back(g), strict=True):
                if parent.requires_grad:
                    gradients[parent] = gradients.get(parent, 0.0) + summed(part, parent.data.shape)
