"""Two operands are handed the same array, and backward() adds to it in place."""

import numpy as np

CAUGHT_BY = ("each_operand_has_a_gradient_of_its_own", "gradients_of_two_losses_add_up")
HINT = (
    "a + b hands the same array to a and to b, and at the next call of backward() += writes into it. For whom does it "
    "change? What would a sum in a new array change?"
)


class Tensor(Tensor):
    def backward(self) -> None:
        def summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
            """Sum g over the axes along which an array of this shape was repeated, where there are any."""
            if g.shape == shape:
                return g
            g = g.sum(axis=tuple(range(g.ndim - len(shape))))
            return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

        order: list[Tensor] = []
        seen = {self}
        todo = [(self, iter(self._parents))]
        while todo:
            tensor, parents = todo[-1]
            for parent in parents:
                if parent.requires_grad and parent not in seen:
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
                if tensor.grad is None:
                    tensor.grad = g if g.flags.writeable else g.copy()
                else:
                    tensor.grad += g
                continue
            for parent, part in zip(tensor._parents, tensor._hand_back(g), strict=True):
                if parent.requires_grad:
                    part = summed(part, parent.data.shape)
                    gradients[parent] = gradients[parent] + part if parent in gradients else part
