"""The operands of the operators are stored the wrong way round."""

CAUGHT_BY = (
    "a_node_remembers_its_inputs",
    "operands_keep_their_sides",
)
HINT = "In a - b the node a is self. Which of the two is the left operand, and which comes first in inputs?"


class Node(Node):
    def __add__(self, other: Node) -> Node:
        return Node("add", (other, self))

    def __sub__(self, other: Node) -> Node:
        return Node("sub", (other, self))

    def __mul__(self, other: Node) -> Node:
        return Node("mul", (other, self))

    def __matmul__(self, other: Node) -> Node:
        return Node("matmul", (other, self))
