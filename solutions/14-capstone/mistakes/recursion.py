"""The order is found by a function that calls itself."""

import numpy as np

CAUGHT_BY = ("a_long_chain", "a_chain_of_thousands")
HINT = (
    "Your walk calls itself for every step back, and Python allows about 1000 calls inside one another. "
    "What would you write down to do the same with a loop and a stack of your own?"
)


class Tensor(Tensor):
    def backward(self) -> None:

        def summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
            """Sum g over the axes along which an array of this shape was repeated."""
            g = g.sum(axis=tuple(range(g.ndim - len(shape))))
            return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

        order: list[Tensor] = []
        seen = {self}

        def visit(tensor: Tensor) -> None:
            for parent in tensor._parents:
                if parent.requires_grad and parent not in seen:
                    seen.add(parent)
                    visit(parent)
            order.append(tensor)

        visit(self)

        gradients = {self: np.ones(self.data.shape)}
        for tensor in reversed(order):
            g = gradients.pop(tensor)
            if tensor._hand_back is None:
                tensor.grad = np.asarray(g if tensor.grad is None else tensor.grad + g)
                continue
            for parent, part in zip(tensor._parents, tensor._hand_back(g), strict=True):
                if parent.requires_grad:
                    gradients[parent] = gradients.get(parent, 0.0) + summed(part, parent.data.shape)
