"""Values are remembered by name."""

import numpy as np

CAUGHT_BY = ("values_of_placeholders_with_one_name", "values_stand_in_the_order_of_the_fetches")
HINT = (
    "You look values up by the name of a node, and two nodes may have the same name. What else can be the "
    "key of a dictionary?"
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
        values: dict[Node | str, np.ndarray] = {}
        for fetch in fetches:
            for node in topological_order(fetch):
                if node.op == "placeholder":
                    if node not in feed_dict:
                        raise KeyError(node.name)
                    values[node.name] = feed_dict[node]
                elif node not in values:
                    values[node] = compute[node.op](
                        *[values[each.name if each.op == "placeholder" else each] for each in node.inputs]
                    )
        return [values[fetch.name if fetch.op == "placeholder" else fetch] for fetch in fetches]
