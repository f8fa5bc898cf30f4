"""The mean hands on a share of one over the number of rows."""

import numpy as np

CAUGHT_BY = ("gradient_of_a_batch[flat]", "gradient_of_a_batch[row]")
HINT = "Your mean divides by the number of rows. Over how many entries does reduce_mean run?"


def gradients(loss: Node, xs: list[Node], feed_dict: dict[Node, np.ndarray]) -> list[np.ndarray]:
    spread = {  # the gradient g of a node with value y, turned into gradients of its inputs
        "add": lambda g, y, a, b: (g, g),
        "sub": lambda g, y, a, b: (g, -g),
        "mul": lambda g, y, a, b: (g * b, g * a),
        "matmul": lambda g, y, a, b: (g @ b.T, a.T @ g),
        "square": lambda g, y, a: (g * 2.0 * a,),
        "reduce_sum": lambda g, y, a: (np.full(a.shape, g),),
        "reduce_mean": lambda g, y, a: (np.full(a.shape, g / len(a)),),
        "sigmoid": lambda g, y, a: (g * y * (1.0 - y),),
        "exp": lambda g, y, a: (g * y,),
        "reciprocal": lambda g, y, a: (-g * y * y,),
    }

    def summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Sum g over the axes along which an array of this shape was repeated."""
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
        return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

    order = topological_order(loss)
    values = dict(zip(order + xs, Session().run(order + xs, feed_dict), strict=True))
    total = {node: np.zeros(np.shape(value)) for node, value in values.items()}
    total[loss] = np.array(1.0)
    for node in reversed(order):
        if node.inputs:
            arguments = [values[each] for each in node.inputs]
            parts = spread[node.op](total[node], values[node], *arguments)
            for each, argument, part in zip(node.inputs, arguments, parts, strict=True):
                total[each] = total[each] + summed(np.asarray(part), np.shape(argument))
    return [np.asarray(total[x]) for x in xs]
