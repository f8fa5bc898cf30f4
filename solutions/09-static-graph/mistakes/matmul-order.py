"""The product is taken as on the slide, w @ x."""

import numpy as np

CAUGHT_BY = (
    "dog_or_wolf",
    "every_operation",
    "one_graph_for_any_numbers",
)
HINT = (
    "x holds one example in each row, (N, Din), and w is (Din, Dout). In which order do they fit? (The "
    "slide's matmul(w, x) does not.)"
)


class Session:
    def run(self, fetches: list[Node], feed_dict: dict[Node, np.ndarray]) -> list[np.ndarray]:
        compute = {
            "add": lambda a, b: a + b,
            "sub": lambda a, b: a - b,
            "mul": lambda a, b: a * b,
            "matmul": lambda a, b: b @ a,
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
                    if node not in feed_dict:
                        raise KeyError(node.name)
                    values[node] = feed_dict[node]
                elif node not in values:
                    values[node] = compute[node.op](*[values[each] for each in node.inputs])
        return [values[fetch] for fetch in fetches]
