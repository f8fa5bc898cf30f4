"""The op of a placeholder is its name."""

CAUGHT_BY = ("a_placeholder_has_a_name_and_no_inputs",)
HINT = (
    "The op of your placeholder is the name that it was given. The op says what a node does, the name what its "
    "author calls it: which is which?"
)


def placeholder(name: str, shape: tuple[int | None, ...] | None = None) -> Node:
    return Node(name, (), name)
