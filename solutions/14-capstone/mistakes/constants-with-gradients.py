"""Constants receive gradients as well."""

import numpy as np

CAUGHT_BY = ("a_constant_keeps_none", "constants_receive_no_gradient")
HINT = "A tensor that asked for no gradient has one afterwards. Where do you look at requires_grad on the way back?"


class Tensor(Tensor):
    def backward(self) -> None:

        def summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
            """Sum g over the axes along which an array of this shape was repeated."""
            g = g.sum(axis=tuple(range(g.ndim - len(shape))))
            return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

        order: list[Tensor] = []
        seen = {self}
        todo = [(self, iter(self._parents))]  # where we are, and whom of its parents we have not visited yet
        while todo:
            tensor, parents = todo[-1]
            for parent in parents:
                if parent not in seen:
                    seen.add(parent)
                    todo.append((parent, iter(parent._parents)))
                    break
            else:
                order.append(tensor)
                todo.pop()

        gradients = {self: np.ones(self.data.shape)}
        for tensor in reversed(order):
            g = gradients.pop(tensor)
            if tensor._hand_back is None:
                tensor.grad = np.asarray(g if tensor.grad is None else tensor.grad + g)
                continue
            for parent, part in zip(tensor._parents, tensor._hand_back(g), strict=True):
                gradients[parent] = gradients.get(parent, 0.0) + summed(part, parent.data.shape)
