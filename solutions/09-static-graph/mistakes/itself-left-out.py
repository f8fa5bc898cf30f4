"""The list ends before the node itself."""

CAUGHT_BY = ("inputs_stand_before_their_users",)
HINT = "Your list has everything that the node depends on. What is to stand at its end?"


_whole = topological_order


def topological_order(node: Node) -> list[Node]:
    return _whole(node)[:-1]
