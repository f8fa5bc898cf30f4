"""The square is built as a product."""

CAUGHT_BY = ("a_function_builds_a_node", "functions_take_any_node")
HINT = (
    "The number would be right, but square is an operation of its own in this graph. Which op does the node of "
    "square(a) have, and how many inputs?"
)


def square(a: Node) -> Node:
    return a * a
