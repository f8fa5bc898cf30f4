"""A node enters the list before its inputs are visited."""

CAUGHT_BY = (
    "inputs_stand_before_their_users",
    "order_of_random_graphs",
)
HINT = (
    "You reverse the order in which the nodes are met. A node that is met early on a short way can still "
    "be an input of one that is met later: when do you know that all its inputs are in the list?"
)


def topological_order(node: Node) -> list[Node]:
    order: list[Node] = []
    seen = set()

    def visit(node: Node) -> None:
        if node not in seen:
            seen.add(node)
            order.append(node)
            for each in node.inputs:
                visit(each)

    visit(node)
    return order[::-1]
