"""Hidden cases of 09-static-graph: other graphs, fresh numbers, nodes that are used many times."""

from itertools import pairwise

import numpy as np
import pytest

from autograder import assert_close, assert_gradient, build, cpu_seconds, recipes, require, task

ONE_INPUT = ["square", "reduce_sum", "reduce_mean", "sigmoid", "exp", "reciprocal"]
# A path costs at least half a microsecond forwards and two backwards, and passing each node once nearly nothing.
FORWARDS, BACKWARDS = 17, 15  # doublings, so that there are 2**17 and 2**15 paths


def feed(numbers):
    """Return a feed_dict of the arrays in ``numbers``, by node."""
    return recipes.dictionary(list(numbers), list(numbers.values()))


def placeholders(module, names):
    """Return one placeholder for each of the names."""
    return [module.placeholder(name) for name in names.split()]


def nodes(student, names):
    """Return one node without inputs for each of the names, made by hand."""
    return [student.Node("placeholder", (), name) for name in names.split()]


def inputs_are(node, *wanted):
    """Whether the inputs of a node are these very nodes, in this order."""
    return len(node.inputs) == len(wanted) and all(a is b for a, b in zip(node.inputs, wanted, strict=True))


def doubled(node, times):
    """Return node + node, that plus itself, and so on: 2**times paths lead from the end to the beginning."""
    for _ in range(times):
        node = node + node
    return node


@task("Node", points=4)
def test_operands_keep_their_sides(student):
    """In b - a, b @ a and b - (a + b) the left operand is the first input, whatever stands there."""
    a, b = nodes(student, "a b")
    total = a + b
    built = [(b - a, b, a), (b @ a, b, a), (b - total, b, total), (total @ b, total, b), (total * total, total, total)]
    assert_close([node.op for node, *_ in built], ["sub", "matmul", "sub", "matmul", "mul"], name="op")
    require(all(inputs_are(*each) for each in built), "An operand stands on the wrong side, or is another node.")


@task("Node", points=3)
def test_building_leaves_the_operands_alone(student):
    """A node that is used by others stays what it is, and a node may be made by hand."""
    a, b = nodes(student, "a b")
    total = a + b
    products = [total * a, total - b, total @ total]
    made = student.Node("square", (total,), name="energy")
    require(inputs_are(total, a, b), "The inputs of a + b changed when it was used.")
    require(all(node.inputs[0] is total for node in products), "The left input is not the node that was used.")
    assert_close([total.op, a.op, a.inputs, made.op, made.name], ["add", "placeholder", (), "square", "energy"])
    require(inputs_are(made, total), "Node(op, inputs) does not have these inputs.")


@task("placeholder", points=3)
def test_placeholders_of_one_name_are_two_nodes(student, rng):
    """Each placeholder is a node of its own, with any name and any shape or none."""
    name = "w" + str(rng.integers(10, 99))
    made = [student.placeholder(name), student.placeholder(name, (3, 2)), student.placeholder("", shape=(None,))]
    require(len(set(made)) == 3, "Two placeholders are one and the same node.")
    assert_close([node.name for node in made], [name, name, ""], name="name")
    assert_close([[node.op, node.inputs] for node in made], [["placeholder", ()]] * 3)


@task("square", points=3)
def test_functions_take_any_node(student):
    """The six functions can be applied to one another."""
    a, b = placeholders(student, "a b")
    node = a @ b
    for name in [*ONE_INPUT, *reversed(ONE_INPUT)]:
        outer = getattr(student, name)(node)
        assert_close(outer.op, name, name="op")
        require(inputs_are(outer, node), "The input of a node is not the node that the function was given.")
        node = outer


def reachable(node, inputs):
    """Return all nodes that ``node`` depends on, itself included; ``inputs`` maps nodes to tuples of nodes."""
    found, todo = set(), [node]
    while todo:
        each = todo.pop()
        if each not in found:
            found.add(each)
            todo += inputs[each]
    return found


def random_graph(student, rng, size):
    """Return a node of a random graph, and the inputs of every node; half of the graph is not needed for it."""
    nodes = placeholders(student, "a b c")
    inputs = dict.fromkeys(nodes, ())
    for _ in range(size):
        i, j = rng.integers(len(nodes), size=2)
        node = nodes[i] * nodes[j] if rng.random() < 0.6 else student.exp(nodes[i])
        inputs[node] = (nodes[i], nodes[j]) if node.op == "mul" else (nodes[i],)
        nodes.append(node)
    return nodes[-1], inputs


@task("topological_order", points=5)
def test_order_of_random_graphs(student, rng):
    """In random graphs every input stands before its users, and everything needed is there once."""
    for size in (3, 7, 12, 17, 23):
        node, inputs = random_graph(student, rng, size)
        order = student.topological_order(node)
        needed = reachable(node, inputs)
        require(set(order) == needed, "Something that the node depends on is missing, or something else is there.")
        require(len(order) == len(needed), "A node stands there twice.")
        ops = [each.op for each in order]
        require(ops[0] == "placeholder", "The first node of your order has inputs, which do not stand before it.")
        place = {each: i for i, each in enumerate(order)}
        require(all(place[a] < place[b] for b in order for a in inputs[b]), "A node stands before one of its inputs.")
        require(order[-1] is node, "The node itself does not stand at the end.")


@task("topological_order", points=3, hint="Remember the nodes that you have seen, and visit none of them again.")
def test_order_of_shared_nodes(student):
    """A node that a thousand paths lead to is listed once."""
    x = student.placeholder("x")
    order = student.topological_order(doubled(x, 10))
    assert_close(len(order), 11, name="number of nodes")
    require(order[0] is x and all(inputs_are(b, a, a) for a, b in pairwise(order)), "Not in order.")


@task("topological_order", points=3)
def test_order_of_a_part(student):
    """The order of an inner node holds that node's inputs only; that of a placeholder holds the placeholder alone."""
    a, b, c = placeholders(student, "a b c")
    part = student.exp(b - a)
    whole = part * c
    order = student.topological_order(part)
    require(len(order) == 4 and set(order[:2]) == {a, b} and order[3] is part, "Not the nodes of the inner node.")
    alone = student.topological_order(c)
    require(len(alone) == 1 and alone[0] is c, "The order of a placeholder is not the placeholder alone.")
    assert_close(len(student.topological_order(whole)), 6, name="number of nodes")


@task("Session", points=5)
def test_every_operation(student, rng):
    """All ten operations compute what numpy computes, with broadcasting for + - *."""
    a, b, row, v = placeholders(student, "a b row v")
    A, B, R = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)), rng.normal(size=3)
    V = rng.uniform(1.0, 2.0, size=(3, 2)) * [1.0, -1.0]
    fetches = [a + b, a - b, a * b, a + row, row - a, a * row, a @ v, student.square(a)]
    wanted = [A + B, A - B, A * B, A + R, R - A, A * R, A @ V, A**2]
    fetches += [
        student.reduce_sum(a),
        student.reduce_mean(a),
        student.sigmoid(a),
        student.exp(a),
        student.reciprocal(v),
    ]
    wanted += [A.sum(), A.mean(), 1 / (1 + np.exp(-A)), np.exp(A), 1 / V]
    values = student.Session().run(fetches, feed({a: A, b: B, row: R, v: V}))
    require(len(values) == len(wanted), "There is not one value for every fetch.")
    names = ["a + b", "a - b", "a * b", "a + row", "row - a", "a * row", "a @ v", *ONE_INPUT]
    for name, got, want in zip(names, values, wanted, strict=True):
        assert_close(got, np.asarray(want), name=name)


@task("Session", points=3)
def test_one_graph_for_any_numbers(student, rng):
    """A graph is built once and run with batches of 2, 5, 7, 3 and 11, in one session and in several."""
    x, w, b = placeholders(student, "x w b")
    y = student.sigmoid(x @ w + b)
    session = student.Session()
    for n in (2, 5, 7, 3, 11):
        X, W, B = rng.normal(size=(n, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
        want = 1 / (1 + np.exp(-(X @ W + B)))
        assert_close(session.run([y], feed({x: X, w: W, b: B})), [want])
        assert_close(student.Session().run([y], feed({x: -X, w: -W, b: B})), [want])


@task("Session", points=2)
def test_values_stand_in_the_order_of_the_fetches(student, rng):
    """Fetches may stand in any order and twice, and may be placeholders, two of them with one name."""
    a, b = student.placeholder("x"), student.placeholder("x")
    A, B = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    square = student.square(a - b)
    want = [(A - B) ** 2, B.copy(), A - B, A.copy(), (A - B) ** 2]
    assert_close(student.Session().run([square, b, a - b, a, square], feed({a: A, b: B})), want)


@task("Session", points=3, hint="Look a placeholder up when its value is needed, and raise KeyError(its name).")
def test_a_number_that_is_missing(student, rng):
    """What is needed and not fed is a KeyError with the name of the placeholder; what is not needed may be missing."""
    name = "rate" + str(rng.integers(10, 99))
    x, rate = student.placeholder("x"), student.placeholder(name)
    step = x - rate * x
    X = rng.normal(size=(3, 2))
    want = [X * X]
    session = student.Session()
    assert_close(session.run([student.square(x)], feed({x: X})), want)
    for fetches in ([student.square(x), step], [rate]):
        with pytest.raises(KeyError) as caught:
            session.run(fetches, feed({x: X}))
        require(name in caught.value.text, "The KeyError does not carry the name of the placeholder.")
        session.run([rate], feed({rate: X}))  # a session that remembers this would have a number for it


@task("Session", points=3, hint="A value that was computed in this run is remembered, and looked up by the next user.")
def test_every_node_is_evaluated_once(student):
    """A node that a hundred thousand paths lead to is evaluated once."""
    x = student.placeholder("x")
    end = doubled(x, FORWARDS)
    before = cpu_seconds(student)
    assert_close(student.Session().run([end], feed({x: np.array(1.0)})), [np.array(2.0**FORWARDS)])
    require(cpu_seconds(student) - before < 0.05, "A shared node is evaluated again for every node that uses it.")


@task("Session", points=2)
def test_running_changes_nothing(student, rng):
    """A run changes neither the feed_dict nor the arrays in it, and the next run gives the same."""
    a, b = placeholders(student, "a b")
    A, B = rng.normal(size=(3, 5)), rng.normal(size=(3, 5))
    want = np.exp(A + B - A * B)
    node = student.exp(a + b - a * b)
    for _ in range(2):
        call = student.Session().run.record([node], feed({a: A, b: B}))
        assert_close(call.result, [want])
        require(not call.changed, "An array of the feed_dict was changed.")
    fed = build(student, feed({a: A, b: B}))
    assert_close(student.Session().run([node], fed), [want])
    assert_close(len(fed), 2, name="length of the feed_dict afterwards")


def assert_slopes(student, loss, xs, *, of, at):
    """Compare student.gradients with numeric slopes of ``of`` at the arrays ``at``, which are fed to xs."""
    given = (loss, xs, recipes.dictionary(xs, [value.copy() for value in at]))
    assert_gradient(student.gradients, of=of, at=at, wrt=tuple(range(len(xs))), given=given)


def layer(x, w, b):
    """Return the mean square of the sigmoid of a linear layer."""
    return np.mean((1 / (1 + np.exp(-(x @ w + b)))) ** 2)


@task("gradients", points=8, hint="Check the shapes: a gradient has the shape of the value that it belongs to.")
@pytest.mark.parametrize("bias", [(2,), (1, 2), (5, 1), ()], ids=["flat", "row", "column", "number"])
def test_gradient_of_a_layer(student, rng, bias):
    """The gradient of a layer of five rows is its slope, also for a bias that is broadcast."""
    x, w, b = placeholders(student, "x w b")
    loss = student.reduce_mean(student.square(student.sigmoid(x @ w + b)))
    at = (rng.normal(size=(5, 3)), rng.normal(size=(3, 2)), rng.normal(size=bias))
    assert_slopes(student, loss, [x, w, b], of=layer, at=at)


ALONE = {  # the operation alone, on the way from a and b to a number
    "sub": (lambda m, a, b: m.square(a - b), lambda a, b: (a - b) ** 2),
    "matmul": (lambda m, a, b: m.square(a @ b), lambda a, b: (a @ b) ** 2),
    "mul": (lambda m, a, b: a * b, lambda a, b: a * b),
    "exp": (lambda m, a, b: m.exp(a - b), lambda a, b: np.exp(a - b)),
    "reciprocal": (lambda m, a, b: m.reciprocal(a) * b, lambda a, b: b / a),
    "sigmoid": (lambda m, a, b: b * m.sigmoid(a), lambda a, b: b / (1 + np.exp(-a))),
}


@task("gradients", points=5)
def test_gradient_of_every_operation(student, rng):
    """Each operation passes its gradient on, for arrays of one shape and both signs, and for a column times a row."""
    for name, (graph, of) in ALONE.items():
        a, b = placeholders(student, "a b")
        if name == "mul":
            at = (rng.uniform(1, 2, size=(3, 1)), rng.uniform(1, 2, size=(1, 5)))
            loss, total = student.reduce_sum(student.square(graph(student, a, b))), lambda a, b: np.sum((a * b) ** 2)
        else:
            shape = (3, 3) if name == "matmul" else (3, 2)  # here a transposed factor keeps its shape
            signs = np.where(np.arange(shape[1]), 1.0, -1.0)
            at = (rng.uniform(1, 2, size=shape) * signs, rng.uniform(1, 2, size=shape))
            loss, total = student.reduce_sum(graph(student, a, b)), lambda a, b, of=of: np.sum(of(a, b))
        assert_slopes(student, loss, [a, b], of=total, at=at)


@task("gradients", points=4, hint="A node that is used twice receives two gradients: add them.")
def test_gradient_of_a_node_that_is_used_twice(student, rng):
    """a * a + a has the gradient 2a + 1: 7 at 3; and uses on two ways of different length add up as well."""
    a, b = placeholders(student, "a b")
    assert_close(student.gradients(a * a + a, [a], feed({a: np.array(3.0)})), [np.array(7.0)])
    A, B = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    # Both sums hand the same array on: who adds to it in place changes what the other node is given.
    got = student.gradients(student.reduce_sum(a + (a + b)), [a, b], feed({a: A, b: B}))
    assert_close(got, [np.full((3, 2), 2.0), np.ones((3, 2))])
    q = a * b
    loss = student.reduce_sum(student.exp(q) + student.square(q - a) * q)
    assert_slopes(student, loss, [a, b], of=lambda a, b: np.sum(np.exp(a * b) + (a * b - a) ** 2 * a * b), at=(A, B))


@task("gradients", points=4)
def test_sigmoid_circuit(student):
    """The lecture's sigmoid circuit gives .73; its gradients are -.20, -.39, .20 for w and .39, -.59 for x."""
    w0, x0, w1, x1, w2 = nodes = placeholders(student, "w0 x0 w1 x1 w2")
    f = student.sigmoid(w0 * x0 + w1 * x1 + w2)
    numbers = feed(dict(zip(nodes, map(np.array, (2.0, -1.0, -3.0, -2.0, -3.0)), strict=True)))
    assert_close(student.Session().run([f], numbers), [np.array(0.73)], atol=5e-3)  # two printed digits
    got = student.gradients(f, nodes, numbers)
    assert_close(got, [np.array(v) for v in (-0.20, 0.39, -0.39, -0.59, 0.20)], rtol=0, atol=5e-3)


@task("gradients", points=1)
def test_scalar_chain_of_the_lecture(student, rng):
    """In the lecture's three scalar layers dw3 is the inner sigmoid, db3 is 1, and dw2 is a product of three."""
    names = "x y w1 b1 w2 b2 w3 b3"
    x, y, w1, b1, w2, b2, w3, b3 = every = placeholders(student, names)
    first = student.sigmoid(w1 * x + b1)
    second = student.sigmoid(w2 * first + b2)
    loss = w3 * second + b3 - y
    numbers = rng.normal(size=8)
    X, _, W1, B1, W2, B2, W3, _ = numbers
    s1 = 1 / (1 + np.exp(-(W1 * X + B1)))
    s2 = 1 / (1 + np.exp(-(W2 * s1 + B2)))
    slope = W3 * s2 * (1 - s2)
    want = [s2, 1.0, slope * s1, slope, slope * W2 * s1 * (1 - s1) * X]
    given = feed({node: np.array(number) for node, number in zip(every, numbers, strict=True)})
    got = student.gradients(loss, [w3, b3, w2, b2, w1], given)
    assert_close(got, [np.array(number) for number in want])


@task("gradients", points=2)
def test_gradients_for_any_nodes(student, rng):
    """Gradients come in the order of xs, for any node, the loss too, and are zeros where it does not depend on x."""
    a, b, c = placeholders(student, "a b c")
    inner = a - b
    loss = student.reduce_sum(student.square(inner))
    A, B, C = rng.normal(size=(3, 2)), rng.normal(size=(3, 2)), rng.normal(size=(5, 7))
    want = [2 * (B - A), np.zeros((5, 7)), 2 * (A - B), 2 * (A - B), np.array(1.0)]
    fed = build(student, feed({a: A, b: B, c: C}))
    assert_close(student.gradients(loss, [b, c, inner, a, loss], fed), want)
    assert_close(len(fed), 3, name="length of the feed_dict afterwards")
    number = student.placeholder("number")
    got = student.gradients(number, [number, a], feed({number: np.array(2.0), a: A}))
    assert_close(got, [np.array(1.0), np.zeros((3, 2))], name="gradients of a placeholder")


@task("gradients", points=2, hint="Go through the nodes once, from the loss backwards, and not along every path.")
def test_every_node_passes_its_gradient_on_once(student):
    """Thirty thousand paths lead from the loss to x, and its gradient takes a few additions."""
    x = student.placeholder("x")
    loss = student.square(doubled(x, BACKWARDS))
    before = cpu_seconds(student)
    got = student.gradients(loss, [x], feed({x: np.array(1.0)}))
    assert_close(got, [np.array(2.0 * 4.0**BACKWARDS)])
    require(cpu_seconds(student) - before < 0.05, "The gradient of a shared node is passed on for each path by itself.")


@task("gradients", points=2)
def test_gradient_of_a_reciprocal(student, rng):
    """The slope of 1/x is -1/x², not the -1/x of the slide."""
    x = student.placeholder("x")
    one_over_x = student.reciprocal(x)
    for value in rng.uniform(1.5, 4.0, size=5):
        got = student.gradients(one_over_x, [x], feed({x: np.array(value)}))
        assert_close(got, [np.array(-1.0 / value**2)])


@task("sum_along", points=0)
def test_sums_of_any_shape(student, rng):
    """Sums along both axes are right for matrices of several shapes, and can be computed with."""
    a, ones = placeholders(student, "a ones")
    for shape in ((3, 5), (4, 4), (1, 2), (7, 1)):
        A = rng.normal(size=shape)
        for axis, given in ((0, np.ones((1, shape[0]))), (1, np.ones((shape[1], 1)))):
            total = student.square(student.sum_along(a, axis, ones))
            got = student.Session().run([total], feed({a: A, ones: given}))
            assert_close(got, [A.sum(axis=axis, keepdims=True) ** 2])


@task("sum_along", points=0)
def test_slope_of_the_lecture_loss(student, rng):
    """The loss is a mean over rows of sums over outputs, and so is its slope: 2 (y_hat - y) / N."""
    y_hat, y, ones = placeholders(student, "y_hat y ones")
    loss = student.lecture_loss(y_hat, y, ones)
    for shape in ((5, 3), (2, 4), (3, 1)):
        P, Y = rng.normal(size=shape), rng.normal(size=shape)
        given = {y_hat: P, y: Y, ones: np.ones((shape[1], 1))}
        want = ((P - Y) ** 2).sum(axis=1).mean()
        assert_close(student.Session().run([loss], feed(given)), [np.array(want)], name="loss")
        got = student.gradients(loss, [y_hat, y], feed(given))
        # Gradients may be computed in float32.
        assert_close(got, [2 * (P - Y) / shape[0], 2 * (Y - P) / shape[0]], rtol=1e-5, atol=1e-6, name="gradients")
