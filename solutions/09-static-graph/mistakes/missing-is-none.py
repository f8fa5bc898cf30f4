"""A placeholder without a number is None."""

import numpy as np

CAUGHT_BY = ("a_missing_number_is_named", "a_number_that_is_missing")
HINT = (
    "A placeholder that was not fed becomes None, and the error comes later and somewhere else. What "
    "tells the author of the graph which name is missing?"
)


class Session:
    def run(self, fetches: list[Node], feed_dict: dict[Node, np.ndarray]) -> list[np.ndarray]:
        compute = {
            "add": lambda a, b: a + b,
            "sub": lambda a, b: a - b,
            "mul": lambda a, b: a * b,
            "matmul": lambda a, b: a @ b,
            "square": lambda a: a * a,
            "reduce_sum": np.sum,
            "reduce_mean": np.mean,
            "sigmoid": lambda a: 1.0 / (1.0 + np.exp(-a)),
            "exp": np.exp,
            "reciprocal": lambda a: 1.0 / a,
        }
        values: dict[Node, np.ndarray] = {}
        for fetch in fetches:
            for node in topological_order(fetch):
                if node.op == "placeholder":
                    values[node] = feed_dict.get(node)
                elif node not in values:
                    values[node] = compute[node.op](*[values[each] for each in node.inputs])
        return [values[fetch] for fetch in fetches]
