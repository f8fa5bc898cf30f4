"""Inner tensors keep their gradient, and the next backward() hands it on once more."""

import numpy as np

CAUGHT_BY = ("losses_add_up", "gradients_of_two_losses_add_up")
HINT = (
    "The gradient that an inner tensor received from the first loss is handed on again by the second. "
    "Which tensors may keep theirs from one call to the next?"
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

        self.grad = np.ones(self.data.shape)
        for tensor in reversed(order):
            g = tensor.grad
            if tensor._hand_back is None:
                continue
            for parent, part in zip(tensor._parents, tensor._hand_back(g), strict=True):
                if parent.requires_grad:
                    part = summed(part, parent.data.shape)
                    parent.grad = np.asarray(part if parent.grad is None else parent.grad + part)
