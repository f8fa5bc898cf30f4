"""A shared node is listed once for each of its users."""

CAUGHT_BY = (
    "inputs_stand_before_their_users",
    "order_of_shared_nodes",
)
HINT = "A node with two users stands in your list twice. What could you remember while you walk through the graph?"


def topological_order(node: Node) -> list[Node]:
    return [other for each in node.inputs for other in topological_order(each)] + [node]
