"""A session keeps the numbers that it was fed in earlier runs."""

import numpy as np

CAUGHT_BY = ("a_number_that_is_missing",)
HINT = "A number that an earlier run was fed stands in for one that is missing now. What may a session keep?"


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
        fed = self.__dict__.setdefault("fed", {})
        fed.update(feed_dict)
        values = {}
        for fetch in fetches:
            for node in topological_order(fetch):
                if node in values:
                    continue
                if node.op == "placeholder":
                    if node not in fed:
                        raise KeyError(node.name)
                    values[node] = fed[node]
                else:
                    values[node] = np.asarray(compute[node.op](*[values[each] for each in node.inputs]))
        return [values[fetch] for fetch in fetches]
