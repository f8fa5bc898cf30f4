"""An exponential hands on its slope alone."""

import numpy as np

CAUGHT_BY = ("slopes_of_single_operations",)
HINT = "Your node hands its own slope on, without the gradient that it received. What does the chain rule do with both?"


def gradients(loss: Node, xs: list[Node], feed_dict: dict[Node, np.ndarray]) -> list[np.ndarray]:
    spread = {  # the gradient g of a node with value y, turned into gradients of its inputs
        "add": lambda g, y, a, b: (g, g),
        "sub": lambda g, y, a, b: (g, -g),
        "mul": lambda g, y, a, b: (g * b, g * a),
        "matmul": lambda g, y, a, b: (g @ b.T, a.T @ g),
        "square": lambda g, y, a: (g * 2.0 * a,),
        "reduce_sum": lambda g, y, a: (np.full(a.shape, g),),
        "reduce_mean": lambda g, y, a: (np.full(a.shape, g / a.size),),
        "sigmoid": lambda g, y, a: (g * y * (1.0 - y),),
        "exp": lambda g, y, a: (y,),
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
