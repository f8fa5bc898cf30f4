"""backward() assigns to .grad instead of adding to it."""

import numpy as np

CAUGHT_BY = ("losses_add_up", "gradients_of_two_losses_add_up")
HINT = (
    "The second call of backward() forgets what the first one left in .grad. Add to .grad, do not assign: "
    "whose task is it to empty it?"
)


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
                tensor.grad = np.asarray(g)
                continue
            for parent, part in zip(tensor._parents, tensor._hand_back(g), strict=True):
                if parent.requires_grad:
                    gradients[parent] = gradients.get(parent, 0.0) + summed(part, parent.data.shape)
