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
        ### BEGIN SOLUTION
        self.op = op
        self.inputs = inputs
        self.name = name
        ### END SOLUTION

    def __add__(self, other: Node) -> Node:
        """Build the node of self + other."""
        ### BEGIN SOLUTION
        return Node("add", (self, other))
        ### END SOLUTION

    def __sub__(self, other: Node) -> Node:
        """Build the node of self - other."""
        ### BEGIN SOLUTION
        return Node("sub", (self, other))
        ### END SOLUTION

    def __mul__(self, other: Node) -> Node:
        """Build the node of self * other."""
        ### BEGIN SOLUTION
        return Node("mul", (self, other))
        ### END SOLUTION

    def __matmul__(self, other: Node) -> Node:
        """Build the node of self @ other."""
        ### BEGIN SOLUTION
        return Node("matmul", (self, other))
        ### END SOLUTION


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
    ### BEGIN SOLUTION
    return Node("placeholder", name=name)
    ### END SOLUTION


def square(a: Node) -> Node:
    """Build the node of a², entry by entry; its op is "square".

    >>> square(placeholder("a")).op
    'square'
    """
    ### BEGIN SOLUTION
    return Node("square", (a,))
    ### END SOLUTION


def reduce_sum(a: Node) -> Node:
    """Build the node of the sum over all entries of a, of shape (); its op is "reduce_sum"."""
    ### BEGIN SOLUTION square
    return Node("reduce_sum", (a,))
    ### END SOLUTION


def reduce_mean(a: Node) -> Node:
    """Build the node of the mean over all entries of a, of shape (); its op is "reduce_mean"."""
    ### BEGIN SOLUTION square
    return Node("reduce_mean", (a,))
    ### END SOLUTION


def sigmoid(a: Node) -> Node:
    """Build the node of 1 / (1 + e^(-a)), entry by entry; its op is "sigmoid"."""
    ### BEGIN SOLUTION square
    return Node("sigmoid", (a,))
    ### END SOLUTION


def exp(a: Node) -> Node:
    """Build the node of e^a, entry by entry; its op is "exp"."""
    ### BEGIN SOLUTION square
    return Node("exp", (a,))
    ### END SOLUTION


def reciprocal(a: Node) -> Node:
    """Build the node of 1 / a, entry by entry; its op is "reciprocal"."""
    ### BEGIN SOLUTION square
    return Node("reciprocal", (a,))
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    order: list[Node] = []
    seen = set()

    def visit(node: Node) -> None:
        if node not in seen:
            seen.add(node)
            for each in node.inputs:
                visit(each)
            order.append(node)

    visit(node)
    return order
    ### END SOLUTION


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
        ### BEGIN SOLUTION
        compute = {
            "add": lambda a, b: a + b,
            "sub": lambda a, b: a - b,
            "mul": lambda a, b: a * b,
            "matmul": lambda a, b: a @ b,
            "square": lambda a: a * a,
            "reduce_sum": np.sum,
            "reduce_mean": np.mean,
            "sigmoid": lambda a: 1.0 / (1.0 + np.exp(-a)),
            "exp": np.exp,
            "reciprocal": lambda a: 1.0 / a,
        }
        values: dict[Node, np.ndarray] = {}
        for fetch in fetches:
            for node in topological_order(fetch):
                if node.op == "placeholder":
                    if node not in feed_dict:
                        raise KeyError(node.name)
                    values[node] = feed_dict[node]
                elif node not in values:
                    values[node] = compute[node.op](*[values[each] for each in node.inputs])
        return [values[fetch] for fetch in fetches]
        ### END SOLUTION


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
    ### BEGIN SOLUTION
    spread = {  # the gradient g of a node with value y, turned into gradients of its inputs
        "add": lambda g, y, a, b: (g, g),
        "sub": lambda g, y, a, b: (g, -g),
        "mul": lambda g, y, a, b: (g * b, g * a),
        "matmul": lambda g, y, a, b: (g @ b.T, a.T @ g),
        "square": lambda g, y, a: (g * 2.0 * a,),
        "reduce_sum": lambda g, y, a: (np.full(a.shape, g),),
        "reduce_mean": lambda g, y, a: (np.full(a.shape, g / a.size),),
        "sigmoid": lambda g, y, a: (g * y * (1.0 - y),),
        "exp": lambda g, y, a: (g * y,),
        "reciprocal": lambda g, y, a: (-g * y * y,),
    }

    def summed(g: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        """Sum g over the axes along which an array of this shape was repeated."""
        g = g.sum(axis=tuple(range(g.ndim - len(shape))))
        return g.sum(axis=tuple(i for i, n in enumerate(shape) if n == 1), keepdims=True)

    order = topological_order(loss)
    values = dict(zip(order + xs, Session().run(order + xs, feed_dict), strict=True))
    total = {node: np.zeros(np.shape(value)) for node, value in values.items()}
    total[loss] = np.array(1.0)
    for node in reversed(order):
        if node.inputs:
            arguments = [values[each] for each in node.inputs]
            parts = spread[node.op](total[node], values[node], *arguments)
            for each, argument, part in zip(node.inputs, arguments, parts, strict=True):
                total[each] = total[each] + summed(np.asarray(part), np.shape(argument))
    return [np.asarray(total[x]) for x in xs]
    ### END SOLUTION


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
    ### BEGIN SOLUTION
    return ones @ a if axis == 0 else a @ ones
    ### END SOLUTION


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
    ### BEGIN SOLUTION sum_along
    return reduce_mean(sum_along(square(y_hat - y), 1, ones))
    ### END SOLUTION
