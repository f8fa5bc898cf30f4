"""Visible cases of 09-static-graph: the circuits of the lectures, and what a pencil can check."""

import numpy as np

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
    f = q * z
    assert_close([q.op, f.op, (x - y).op, (x @ y).op], ["add", "mul", "sub", "matmul"], name="op")
    require(len(q.inputs) == 2 and q.inputs[0] is x and q.inputs[1] is y, "The inputs of x + y are not (x, y).")
    require(len(f.inputs) == 2 and f.inputs[0] is q and f.inputs[1] is z, "The inputs of q * z are not (q, z).")


@task("placeholder", points=2)
def test_a_placeholder_has_a_name_and_no_inputs(student):
    """placeholder("x") is a node with the op placeholder, the name x and no inputs."""
    x = student.placeholder("x", (None, 4))
    assert_close([x.op, x.name], ["placeholder", "x"])
    assert_close(x.inputs, (), name="inputs")


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


@task("Session", points=4)
def test_two_circuits_of_the_lectures(student):
    """At (-2, 5, -4) the circuit (x + y) * z gives -12, by way of 3; at w = -2, x = 5, b = 3, w * x + b gives -7."""
    x, y, z, w, b = placeholders(student, "x y z w b")
    q = x + y
    values = student.Session().run([q, q * z], feed({x: -2.0, y: 5.0, z: -4.0}))
    assert_close(values, [np.array(3.0), np.array(-12.0)])
    values = student.Session().run([w * x + b], feed({w: -2.0, x: 5.0, b: 3.0}))
    assert_close(values, [np.array(-7.0)])


@task("Session", points=3, hint="The slide's matmul(w, x) does not fit: x is (1, 4) and w is (4, 2), so it is x @ w.")
def test_dog_or_wolf(student):
    """The lecture's animal is a dog with .75 and a wolf with .75, and its loss is .3125."""
    y_hat, loss, _, animal = dog_or_wolf(student)
    values = student.Session().run([y_hat, loss], feed(animal))
    assert_close(values, [np.array([[0.75, 0.75]]), np.array(0.3125)])


@task("gradients", points=4)
def test_gradient_of_a_sum_times_a_number(student):
    """At (-2, 5, -4) the gradients of (x + y) * z are -4, -4 and 3, and -4 for the sum in between."""
    x, y, z = placeholders(student, "x y z")
    q = x + y
    got = student.gradients(q * z, [x, y, z, q], feed({x: -2.0, y: 5.0, z: -4.0}))
    assert_close(got, [np.array(-4.0), np.array(-4.0), np.array(3.0), np.array(-4.0)])


@task("gradients", points=4)
def test_gradient_of_a_line(student):
    """At w = -2, x = 5, b = 3 the gradients of w * x + b are 5 for w, -2 for x and 1 for b."""
    w, x, b = placeholders(student, "w x b")
    got = student.gradients(w * x + b, [w, x, b], feed({w: -2.0, x: 5.0, b: 3.0}))
    assert_close(got, [np.array(5.0), np.array(-2.0), np.array(1.0)])


@task("gradients", points=4)
def test_gradient_for_the_weights_of_dog_or_wolf(student):
    """The lecture's animal pulls w41 by -.225 and w42 by .675."""
    _, loss, w, animal = dog_or_wolf(student)
    got = student.gradients(loss, [w], feed(animal))
    assert_close(got, [np.outer([0.2, 0.3, 0.1, 0.9], [-0.25, 0.75])])
