"""The order begins with the node itself."""

CAUGHT_BY = (
    "inputs_stand_before_their_users",
    "order_of_random_graphs",
    "order_of_shared_nodes",
    "order_of_a_part",
)
HINT = (
    "Your list begins at the end: a node stands before its inputs. When may a node enter the list, before "
    "or after its inputs?"
)


def topological_order(node: Node) -> list[Node]:
    order: list[Node] = []
    seen = set()

    def visit(node: Node) -> None:
        if node not in seen:
            seen.add(node)
            for each in node.inputs:
                visit(each)
            order.append(node)

    visit(node)
    return order[::-1]
