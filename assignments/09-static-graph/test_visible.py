"""Visible cases of 09-static-graph: the circuits of the lectures, and what a pencil can check."""

import numpy as np
import pytest

from autograder import assert_close, recipes, require, task


def feed(numbers):
    """Return a feed_dict: node -> number or list, as float64 arrays."""
    return recipes.dictionary(list(numbers), [np.array(value, dtype=np.float64) for value in numbers.values()])


def placeholders(student, names):
    """Return one placeholder for each of the names."""
    return [student.placeholder(name) for name in names.split()]


def nodes(student, names):
    """Return one node without inputs for each of the names, made by hand."""
    return [student.Node("placeholder", (), name) for name in names.split()]


def dog_or_wolf(student):
    """Return the nodes y_hat and loss of the lecture's animal, the node w, and what is fed."""
    x, w, y, half = placeholders(student, "x w y half")
    y_hat = x @ w
    loss = half * student.reduce_sum(student.square(y_hat - y))
    animal = {x: [[0.2, 0.3, 0.1, 0.9]], w: np.full((4, 2), 0.5), y: [[1.0, 0.0]], half: 0.5}
    return y_hat, loss, w, animal


@task("Node", points=3, hint="Every operator returns a new Node with its own op and with (self, other) as its inputs.")
def test_a_node_remembers_its_inputs(student):
    """x + y is a node with the op add and the inputs x and y; (x + y) * z has that node as its left input."""
    x, y, z = nodes(student, "x y z")
    q = x + y
    f, d = q * z, x - y
    assert_close([q.op, f.op, d.op, (x @ y).op], ["add", "mul", "sub", "matmul"], name="op")
    require(len(q.inputs) == 2 and q.inputs[0] is x and q.inputs[1] is y, "The inputs of x + y are not (x, y).")
    require(len(f.inputs) == 2 and f.inputs[0] is q and f.inputs[1] is z, "The inputs of q * z are not (q, z).")
    require(len(d.inputs) == 2 and d.inputs[0] is x and d.inputs[1] is y, "The inputs of x - y are not (x, y).")


@task("placeholder", points=1)
def test_a_placeholder_has_a_name_and_no_inputs(student):
    """placeholder("x") is a node with the op placeholder, the name x and no inputs."""
    x = student.placeholder("x", (None, 4))
    assert_close([x.op, x.name], ["placeholder", "x"])
    assert_close(x.inputs, (), name="inputs")


@task("placeholder", points=1)
def test_two_placeholders_may_have_one_name(student):
    """Two calls of placeholder("x") give two nodes: a name is for people, and need not be unique."""
    first, second = student.placeholder("x"), student.placeholder("x")
    require(first is not second, "Both calls gave the same node.")
    assert_close([first.name, second.name], ["x", "x"], name="name")


@task("square", points=2)
def test_a_function_builds_a_node(student):
    """square(x), exp(x) and the others are nodes that are named after the function, with x as their only input."""
    x = student.placeholder("x")
    built = [student.square(x), student.reduce_sum(x), student.reduce_mean(x)]
    built += [student.sigmoid(x), student.exp(x), student.reciprocal(x)]
    names = ["square", "reduce_sum", "reduce_mean", "sigmoid", "exp", "reciprocal"]
    assert_close([node.op for node in built], names, name="op")
    require(all(len(node.inputs) == 1 and node.inputs[0] is x for node in built), "The inputs of a node are not (x,).")


@task("topological_order", points=4, hint="First the inputs of a node, then the node itself, and no node twice.")
def test_inputs_stand_before_their_users(student):
    """In x * (x + y) the nodes x and y come before the sum, and the product comes last; x is there once."""
    x, y = placeholders(student, "x y")
    q = x + y
    f = x * q
    order = student.topological_order(f)
    assert_close([node.op for node in order], ["placeholder", "placeholder", "add", "mul"], name="ops in your order")
    require({*order[:2]} == {x, y} and order[2] is q and order[3] is f, "These are not the nodes of the graph.")


@task("Session", points=2)
def test_two_circuits_of_the_lectures(student):
    """At (-2, 5, -4) the circuit (x + y) * z gives -12, by way of 3; at w = -2, x = 5, b = 3, w * x + b gives -7."""
    x, y, z, w, b = placeholders(student, "x y z w b")
    q = x + y
    values = student.Session().run([q, q * z], feed({x: -2.0, y: 5.0, z: -4.0}))
    assert_close(values, [np.array(3.0), np.array(-12.0)])
    values = student.Session().run([w * x + b], feed({w: -2.0, x: 5.0, b: 3.0}))
    assert_close(values, [np.array(-7.0)])


@task("Session", points=2)
def test_dog_or_wolf(student):
    """The lecture's animal is a dog with .75 and a wolf with .75, and its loss is .3125."""
    y_hat, loss, _, animal = dog_or_wolf(student)
    values = student.Session().run([y_hat, loss], feed(animal))
    assert_close(values, [np.array([[0.75, 0.75]]), np.array(0.3125)])


@task("Session", points=1)
def test_one_graph_for_two_batches(student):
    """x @ w + b is built once; one session runs it with two rows, and then with three."""
    x, w, b = placeholders(student, "x w b")
    y = x @ w + b
    session = student.Session()
    weights = {w: [[1.0, 0.0], [0.0, 2.0]], b: [10.0, 20.0]}
    values = session.run([y], feed({x: [[1.0, 2.0], [3.0, 4.0]], **weights}))
    assert_close(values, [np.array([[11.0, 24.0], [13.0, 28.0]])])
    values = session.run([y], feed({x: [[5.0, 0.0], [0.0, 5.0], [1.0, 1.0]], **weights}))
    assert_close(values, [np.array([[15.0, 20.0], [10.0, 30.0], [11.0, 22.0]])])


@task("Session", points=1)
def test_values_of_placeholders_with_one_name(student):
    """Of two placeholders named x, one is fed 5 and the other 3; asked for b, a - b and a, a session gives 3, 2, 5."""
    a, b = placeholders(student, "x x")
    values = student.Session().run([b, a - b, a], feed({a: 5.0, b: 3.0}))
    assert_close(values, [np.array(3.0), np.array(2.0), np.array(5.0)])


@task("Session", points=1)
def test_a_missing_number_is_named(student):
    """Without a number for the placeholder rate, x * rate is a KeyError that names it, and x + x is computed."""
    x, rate = placeholders(student, "x rate")
    assert_close(student.Session().run([x + x], feed({x: 3.0})), [np.array(6.0)])
    with pytest.raises(KeyError) as caught:
        student.Session().run([x * rate], feed({x: 3.0}))
    require("rate" in caught.value.text, "The KeyError does not carry the name of the placeholder.")


@task("gradients", points=2)
def test_gradient_of_a_sum_times_a_number(student):
    """At (-2, 5, -4) the gradients of (x + y) * z are -4, -4 and 3, and -4 for the sum in between."""
    x, y, z = placeholders(student, "x y z")
    q = x + y
    got = student.gradients(q * z, [x, y, z, q], feed({x: -2.0, y: 5.0, z: -4.0}))
    assert_close(got, [np.array(-4.0), np.array(-4.0), np.array(3.0), np.array(-4.0)])


@task("gradients", points=2)
def test_gradient_of_a_line(student):
    """At w = -2, x = 5, b = 3 the gradients of w * x + b are 5 for w, -2 for x and 1 for b."""
    w, x, b = placeholders(student, "w x b")
    got = student.gradients(w * x + b, [w, x, b], feed({w: -2.0, x: 5.0, b: 3.0}))
    assert_close(got, [np.array(5.0), np.array(-2.0), np.array(1.0)])


@task("gradients", points=2)
def test_gradient_for_the_weights_of_dog_or_wolf(student):
    """The lecture's animal pulls w41 by -.225 and w42 by .675."""
    _, loss, w, animal = dog_or_wolf(student)
    got = student.gradients(loss, [w], feed(animal))
    assert_close(got, [np.outer([0.2, 0.3, 0.1, 0.9], [-0.25, 0.75])])


@task("gradients", points=2)
@pytest.mark.parametrize("bias", [[5.0, 6.0], [[5.0, 6.0]]], ids=["flat", "row"])
def test_gradient_of_a_batch(student, bias):
    """The mean of x @ w + b, with three rows and two columns, has 6 entries; each entry of b is in three of them."""
    x, w, b = placeholders(student, "x w b")
    rows, weights = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], [[1.0, 2.0], [3.0, 4.0]]
    got = student.gradients(student.reduce_mean(x @ w + b), [w, b, x], feed({x: rows, w: weights, b: bias}))
    want = [np.array([[1.5, 1.5], [2.0, 2.0]]), np.full(np.shape(bias), 0.5), np.full((3, 2), [3 / 6, 7 / 6])]
    assert_close(got, want)


@task("gradients", points=2)
def test_slopes_of_single_operations(student):
    """a - b has the slopes 1 and -1; 4 exp(x) at log 2, 4 sigmoid(x) at log 3 and 4 / x at 2 have 8, 3/4 and -1."""
    a, b = placeholders(student, "a b")
    got = student.gradients(a - b, [a, b], feed({a: 2.0, b: 3.0}))
    assert_close(got, [np.array(1.0), np.array(-1.0)])
    for name, at, slope in [("exp", np.log(2.0), 8.0), ("sigmoid", np.log(3.0), 3 / 4), ("reciprocal", 2.0, -1.0)]:
        got = student.gradients(b * getattr(student, name)(a), [a], feed({a: at, b: 4.0}))
        assert_close(got, [np.array(slope)], name=name)


@task("gradients", points=2)
def test_uses_of_a_node_add_up(student):
    """a * a + a has the slope 7 at 3; in a + (a + b) a counts twice and b once; q * (q * q) with q = a + b has 3 q²."""
    a, b = placeholders(student, "a b")
    assert_close(student.gradients(a * a + a, [a], feed({a: 3.0})), [np.array(7.0)])
    numbers = {a: [1.0, 2.0, 3.0], b: [4.0, 5.0, 6.0]}
    got = student.gradients(student.reduce_sum(a + (a + b)), [a, b], feed(numbers))
    assert_close(got, [np.full(3, 2.0), np.ones(3)])
    q = a + b
    got = student.gradients(q * (q * q), [a, b, q], feed({a: 1.0, b: 2.0}))
    assert_close(got, [np.array(27.0), np.array(27.0), np.array(27.0)])


@task("sum_along", points=0)
def test_sums_along_both_axes(student):
    """The rows [1, 2, 3] and [4, 5, 6] add up to 5, 7, 9 along axis 0, and to 6 and 15 along axis 1."""
    a, ones = student.placeholder("a"), student.placeholder("ones")
    A = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for axis, given, want in ((1, np.ones((3, 1)), [[6.0], [15.0]]), (0, np.ones((1, 2)), [[5.0, 7.0, 9.0]])):
        total = student.sum_along(a, axis, ones)
        got = student.Session().run([total], recipes.dictionary([a, ones], [A, given]))
        assert_close(got, [np.array(want)], name="sum along axis {}", labels=[axis])


@task("sum_along", points=0)
def test_loss_of_the_lecture(student):
    """The animal, .75 and .75 against 1 and 0, costs .625; with a second row, errors 1 and 2, the mean is 2.8125."""
    y_hat, y, ones = (student.placeholder(name) for name in ("y_hat", "y", "ones"))
    loss = student.lecture_loss(y_hat, y, ones)
    rows = np.array([[0.75, 0.75], [1.0, 2.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
    for count, want in ((1, 0.625), (2, 2.8125)):
        given = recipes.dictionary([y_hat, y, ones], [*(each[:count] for each in rows), np.ones((2, 1))])
        assert_close(student.Session().run([loss], given), [np.array(want)], name="loss of {} rows", labels=[count])
