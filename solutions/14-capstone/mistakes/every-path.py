"""The gradient is handed on along every path by itself."""

import numpy as np

CAUGHT_BY = ("every_tensor_is_visited_once",)
HINT = (
    "You follow every path from the loss to a leaf, and each shared tensor doubles their number. What if "
    "a tensor waits until all its gradients have arrived, and hands on their sum once?"
)


class Tensor(Tensor):
    def backward(self) -> None:

        def summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
            """Sum g over the axes along which an array of this shape was repeated."""
            g = g.sum(axis=tuple(range(g.ndim - len(shape))))
            return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

        todo = [(self, np.ones(self.data.shape))]
        while todo:
            tensor, g = todo.pop()
            if tensor._hand_back is None:
                tensor.grad = np.asarray(g if tensor.grad is None else tensor.grad + g)
                continue
            for parent, part in zip(tensor._parents, tensor._hand_back(g), strict=True):
                if parent.requires_grad:
                    todo.append((parent, summed(part, parent.data.shape)))
