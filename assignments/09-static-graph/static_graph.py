"""A static graph: first say what is to be computed, then run it with numbers, then run it backwards.

Nothing is computed while the graph is built. A graph knows the ten operations "add", "sub", "mul", "matmul", "square",
"reduce_sum", "reduce_mean", "sigmoid", "exp" and "reciprocal", and the "placeholder", where numbers come in.
Numbers are float64 arrays, a single number an array of shape ().
"""

from __future__ import annotations

import numpy as np


class Node:
    """One operation of a graph, and the nodes that it takes its numbers from. A node holds no numbers.

    The operators build new nodes; both operands are nodes:

        a + b   op "add"        a - b   op "sub"        a * b   op "mul", entry by entry        a @ b   op "matmul"

    Attributes:
        op: what this node does, one of the names above.
        inputs: tuple of nodes, from left to right; () for a placeholder.
        name: what the author of the graph calls it; "" if nothing.

    >>> a, b = Node("placeholder", name="a"), Node("placeholder", name="b")
    >>> c = a - b
    >>> c.op, c.inputs == (a, b)
    ('sub', True)
    """

    def __init__(self, op: str, inputs: tuple[Node, ...] = (), name: str = "") -> None:
        """Remember op, inputs and name."""
        raise NotImplementedError("Task 1: Node")

    def __add__(self, other: Node) -> Node:
        """Build the node of self + other."""
        raise NotImplementedError("Task 1: Node")

    def __sub__(self, other: Node) -> Node:
        """Build the node of self - other."""
        raise NotImplementedError("Task 1: Node")

    def __mul__(self, other: Node) -> Node:
        """Build the node of self * other."""
        raise NotImplementedError("Task 1: Node")

    def __matmul__(self, other: Node) -> Node:
        """Build the node of self @ other."""
        raise NotImplementedError("Task 1: Node")


def placeholder(name: str, shape: tuple[int | None, ...] | None = None) -> Node:
    """Build a node whose numbers are given when the graph runs.

    Args:
        name: what the node is called, also in the error when its numbers are missing.
        shape: a note for whoever reads the program; nothing is checked, and it need not be kept.

    Returns:
        A new Node: op "placeholder", inputs (), the name. Two placeholders of one name are two nodes.

    >>> placeholder("x", (None, 4)).op
    'placeholder'
    """
    raise NotImplementedError("Task 2: placeholder")


def square(a: Node) -> Node:
    """Build the node of a², entry by entry; its op is "square".

    >>> square(placeholder("a")).op
    'square'
    """
    raise NotImplementedError("Task 3: square")


def reduce_sum(a: Node) -> Node:
    """Build the node of the sum over all entries of a, of shape (); its op is "reduce_sum"."""
    raise NotImplementedError("Task 3: reduce_sum")


def reduce_mean(a: Node) -> Node:
    """Build the node of the mean over all entries of a, of shape (); its op is "reduce_mean"."""
    raise NotImplementedError("Task 3: reduce_mean")


def sigmoid(a: Node) -> Node:
    """Build the node of 1 / (1 + e^(-a)), entry by entry; its op is "sigmoid"."""
    raise NotImplementedError("Task 3: sigmoid")


def exp(a: Node) -> Node:
    """Build the node of e^a, entry by entry; its op is "exp"."""
    raise NotImplementedError("Task 3: exp")


def reciprocal(a: Node) -> Node:
    """Build the node of 1 / a, entry by entry; its op is "reciprocal"."""
    raise NotImplementedError("Task 3: reciprocal")


def topological_order(node: Node) -> list[Node]:
    """List everything that node depends on, and node itself, so that inputs stand before their users.

    Args:
        node: any node of a graph.

    Returns:
        Each node that node can be reached from, exactly once, and node itself at the end. Where several orders are
        right, any of them will do.

    >>> x, y = placeholder("x"), placeholder("y")
    >>> [each.op for each in topological_order(square(x - y))]
    ['placeholder', 'placeholder', 'sub', 'square']
    """
    raise NotImplementedError("Task 4: topological_order")


class Session:
    """Runs graphs. A session keeps nothing from one run to the next."""

    def run(self, fetches: list[Node], feed_dict: dict[Node, np.ndarray]) -> list[np.ndarray]:
        """Compute the values of some nodes.

        Args:
            fetches: the nodes whose values are wanted, in any order; a node may stand there twice.
            feed_dict: a float64 array for each placeholder, by the node itself. + - * broadcast as in numpy; both
                sides of @ have two axes.

        Returns:
            The values, float64, in the order of fetches.

        Raises:
            KeyError: the value of a placeholder is needed and not in feed_dict; its argument is the placeholder's
                name. One that no fetch depends on may be missing.

        Each node is evaluated once in a run, however many others use it. Do not change feed_dict or its arrays.

        >>> x, y = placeholder("x"), placeholder("y")
        >>> Session().run([x + y, x * y], {x: np.array([1.0, 2.0]), y: np.array(10.0)})
        [array([11., 12.]), array([10., 20.])]
        """
        raise NotImplementedError("Task 5: Session")


def gradients(loss: Node, xs: list[Node], feed_dict: dict[Node, np.ndarray]) -> list[np.ndarray]:
    """Differentiate loss with respect to some nodes, by going through the graph once, backwards.

        dL/dx = sum over all uses of x, by a node u:   dL/du * du/dx

    Args:
        loss: a node whose value is a single number.
        xs: the nodes to differentiate by, placeholders or others.
        feed_dict: a float64 array for each placeholder, as for Session.run.

    Returns:
        One float64 array for each of xs, in their order, each of the shape of that node's VALUE: what was broadcast
        on the way is summed on the way back. Zeros for a node that loss does not depend on.

    Do not change feed_dict or its arrays; a second call gives the same result.

    >>> a = placeholder("a")
    >>> gradients(a * a + a, [a], {a: np.array(3.0)})
    [array(7.)]

    To see the 7 yourself: a is used three times, and the uses bring 3, 3 and 1.
    """
    raise NotImplementedError("Task 6: gradients")


def sum_along(a: Node, axis: int, ones: Node) -> Node:
    """Build the sum of a matrix along one axis, from an operation that the graph knows already.

    Args:
        a: a node whose value has the shape (N, D).
        axis: 0 adds up the rows, 1 adds up the columns, as in numpy.
        ones: a placeholder. Whoever runs the graph feeds it ones, of the shape (1, N) for axis 0 and (D, 1) for axis 1.

    Returns:
        A node; its value has the shape (1, D) for axis 0 and (N, 1) for axis 1.

    >>> a, ones = placeholder("a"), placeholder("ones")
    >>> Session().run([sum_along(a, 1, ones)], {a: np.array([[1.0, 2.0], [3.0, 4.0]]), ones: np.ones((2, 1))})
    [array([[3.],
           [7.]])]
    """
    raise NotImplementedError("Task 7: sum_along")


def lecture_loss(y_hat: Node, y: Node, ones: Node) -> Node:
    """Build the loss of deck 000: the squared errors, summed over the outputs, and the mean of that over the rows.

        loss = reduce_mean(reduce_sum((y_hat - y)², axis=1))

    Args:
        y_hat, y: nodes whose values have the shape (N, Dout).
        ones: a placeholder that is fed ones of the shape (Dout, 1).

    Returns:
        A node; its value has the shape ().

    >>> y_hat, y, ones = placeholder("y_hat"), placeholder("y"), placeholder("ones")
    >>> given = {y_hat: np.array([[0.75, 0.75]]), y: np.array([[1.0, 0.0]]), ones: np.ones((2, 1))}
    >>> float(Session().run([lecture_loss(y_hat, y, ones)], given)[0])
    0.625
    """
    raise NotImplementedError("Task 7: lecture_loss")
