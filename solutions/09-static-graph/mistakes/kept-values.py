"""A session remembers values from one run to the next."""

import numpy as np

CAUGHT_BY = ("one_graph_for_two_batches", "one_graph_for_any_numbers")
HINT = (
    "In the second run your session still gives values of the first. What changes from one run to the "
    "next, and what may be kept?"
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
        values = self.__dict__.setdefault("values", {})
        for fetch in fetches:
            for node in topological_order(fetch):
                if node.op == "placeholder":
                    if node not in feed_dict:
                        raise KeyError(node.name)
                    values[node] = feed_dict[node]
                elif node not in values:
                    values[node] = compute[node.op](*[values[each] for each in node.inputs])
        return [values[fetch] for fetch in fetches]
