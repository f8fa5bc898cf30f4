"""A shared node is evaluated again for each of its users."""

import numpy as np

CAUGHT_BY = ("every_node_is_evaluated_once",)
HINT = (
    "You compute a node again whenever somebody asks for it. How could a run remember the values that it has already?"
)


class Session:
    def run(self, fetches: list[Node], feed_dict: dict[Node, np.ndarray]) -> list[np.ndarray]:
        def value(node: Node) -> np.ndarray:
            if node.op == "placeholder":
                if node not in feed_dict:
                    raise KeyError(node.name)
                return feed_dict[node]
            a, *rest = [value(each) for each in node.inputs]
            if rest:
                b = rest[0]
                return {"add": np.add, "sub": np.subtract, "mul": np.multiply, "matmul": np.matmul}[node.op](a, b)
            if node.op == "sigmoid":
                return 1.0 / (1.0 + np.exp(-a))
            alone = {"reduce_sum": np.sum, "reduce_mean": np.mean, "reciprocal": np.reciprocal}
            return {"square": np.square, "exp": np.exp, **alone}[node.op](a)

        return [value(node) for node in fetches]
