"""Hidden cases of 01-dog-wolf: fresh inputs, shapes that differ in every axis, and the slide's slip."""

import numpy as np

from autograder import assert_close, assert_gradient, assert_matches, assert_pure, task

SIZES = [(7, 5, 3), (2, 3, 5), (11, 2, 7), (1, 5, 2), (4, 4, 4)]  # N, Din, Dout; the last one hides a transpose

LARGE = 1e5  # a limit on numbers, as against overflow, is below it

COARSE = {"rtol": 1e-5, "atol": 1e-6}  # several steps: room for gradients that were computed in float32


def draw(rng, n, din, dout):
    """Return x (n, din), y (n, dout), w (din, dout)."""
    return rng.normal(size=(n, din)), rng.normal(size=(n, dout)), rng.normal(size=(din, dout))


@task("predict", points=6)
def test_predict_a_batch(student, reference, rng):
    """The outputs of whole batches are right."""
    over = [(x, w) for x, _, w in (draw(rng, *sizes) for sizes in SIZES)]
    over.append((LARGE * rng.normal(size=(3, 2)), rng.normal(size=(2, 5))))
    assert_matches(student.predict, reference.predict, over)


@task("predict", points=4)
def test_predict_one_example(student, reference, rng):
    """The outputs of single examples are right, without a batch axis."""
    over = [(x[0], w) for x, _, w in (draw(rng, *sizes) for sizes in SIZES)]
    assert_matches(student.predict, reference.predict, over)


@task("loss", points=10)
def test_loss_of_a_batch(student, reference, rng):
    """The loss of whole batches and of single examples is right."""
    over = [(rng.normal(size=shape), rng.normal(size=shape)) for shape in [(7, 3), (2, 5), (5, 5), (11,), (3,)]]
    over.append((LARGE * rng.normal(size=(3, 2)), rng.normal(size=(3, 2))))
    assert_matches(student.loss, reference.loss, over)


@task("grad_w", points=5)
def test_gradient_of_the_wolf_weights(student):
    """The second column of the dog/wolf gradient, dL/dw42 among it, is right."""
    x = np.array([0.2, 0.3, 0.1, 0.9])
    want = np.outer(x, [-0.25, 0.75])
    assert_close(student.grad_w(x, np.array([0.75, 0.75]), np.array([1.0, 0.0])), want)


@task("grad_w", points=10)
def test_gradient_is_the_slope(student, reference, rng):
    """On batches, the gradient is the slope of the loss."""
    for sizes in [(7, 5, 3), (3, 2, 5), (4, 4, 4)]:
        x, y, w = draw(rng, *sizes)
        given = (x, reference.predict(x, w), y)
        assert_gradient(student.grad_w, of=loss_of(reference, x, y), at=w, given=given)


@task("grad_w", points=5)
def test_gradient_of_one_example(student, reference, rng):
    """On a single example without a batch axis, the gradient is the slope of the loss."""
    for sizes in [(1, 5, 3), (1, 2, 7)]:
        x, y, w = draw(rng, *sizes)
        x, y = x[0], y[0]
        given = (x, reference.predict(x, w), y)
        assert_gradient(student.grad_w, of=loss_of(reference, x, y), at=w, given=given)


def loss_of(reference, x, y):
    """Return the loss as a function of the weights alone."""
    return lambda w: reference.loss(reference.predict(x, w), y)


@task("sgd_step", points=5)
def test_step_matches(student, reference, rng):
    """Steps from random weights end where they should; a step with lr 0 stays where it is."""
    over = [(rng.normal(size=s), rng.normal(size=s), lr) for s, lr in [((5, 3), 0.1), ((2, 7), 3.0), ((4, 4), 0.01)]]
    over += [(rng.normal(size=(3, 5)), rng.normal(size=(3, 5)), 0.0), (rng.normal(size=(7, 1)), np.zeros((7, 1)), 0.5)]
    assert_matches(student.sgd_step, reference.sgd_step, over)


@task("sgd_step", points=5)
def test_step_leaves_its_arguments_alone(student, rng):
    """A step makes a new array and leaves w and g as they were, also with lr 0."""
    for lr in (0.25, 0.0):
        w, g = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
        assert_close(assert_pure(student.sgd_step, w, g, lr), w - lr * g)


@task("train", points=3)
def test_train_follows_the_closed_form(student, rng):
    """With one feature, weights and losses follow the exact formula of this descent."""
    x, y, w0 = draw(rng, 7, 1, 3)
    lr, steps = 0.3 / np.sum(x**2), 6
    best = x.T @ y / np.sum(x**2)  # the least-squares solution
    path = [best + 0.7**k * (w0 - best) for k in range(steps + 1)]
    losses = np.array([0.5 * np.sum((x @ w - y) ** 2) for w in path[:-1]])
    w, got = student.train(x, y, w0, lr, steps)
    assert_close(got, losses, **COARSE, name="losses")
    assert_close(w, path[-1], **COARSE, name="w")


@task("train", points=4)
def test_train_matches(student, reference, rng):
    """On batches of several features, weights and losses are right."""
    over = [(*draw(rng, *sizes), 0.02, 9) for sizes in [(7, 5, 3), (11, 2, 5), (4, 4, 4), (3, 7, 2), (5, 3, 1)]]
    assert_matches(student.train, reference.train, over, **COARSE)


@task("train", points=1)
def test_every_step_is_taken(student, reference, rng):
    """Every step is taken, also where the loss rises, hardly changes, is very large, or is zero from the start."""
    x, y, w0 = draw(rng, 7, 1, 3)  # with one feature, this rate makes the error half as large again in every step
    over = [(x, y, w0, 2.5 / np.sum(x**2), 6), (x, y, w0, 1e-12, 6), (x, x @ w0, w0, 0.02, 6)]
    over.append((x, y, LARGE * w0, 0.02, 6))
    assert_matches(student.train, reference.train, over, **COARSE)


@task("train", points=2)
def test_train_leaves_the_start_alone(student, reference, rng):
    """Training returns new weights and leaves x, y and w0 as they were; with lr 0 the weights stay where they began."""
    x, y, w0 = draw(rng, 7, 5, 3)
    assert_close(assert_pure(student.train, x, y, w0, 0.01, 3), reference.train(x, y, w0, 0.01, 3), **COARSE)
    w, _ = assert_pure(student.train, x, y, w0, 0.0, 3)
    assert_close(w, w0, name="w")
