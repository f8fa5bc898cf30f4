"""Two of the ops have shorter names than their functions."""

CAUGHT_BY = ("a_function_builds_a_node", "functions_take_any_node")
HINT = "A graph is read by others, who know the ops by their names. What are those of reduce_sum and reduce_mean?"


def reduce_sum(a: Node) -> Node:
    return Node("sum", (a,))


def reduce_mean(a: Node) -> Node:
    return Node("mean", (a,))
