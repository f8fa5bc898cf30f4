"""Visible cases of 01-dog-wolf: the numbers of the lecture, and what must hold for every run."""

import numpy as np

from autograder import assert_close, assert_falls, task


def animal():
    """Return x (4,), w (4, 2), y (2,) of the lecture, fresh for every case."""
    return np.array([0.2, 0.3, 0.1, 0.9]), np.full((4, 2), 0.5), np.array([1.0, 0.0])


@task("predict", points=5)
def test_dog_wolf_outputs(student):
    """The untrained network answers [.75, .75]: half dog, half wolf; with w41 and w42 stepped, [.752025, .743925]."""
    x, w, _ = animal()
    stepped, of_the_slide = w.copy(), w.copy()
    stepped[3], of_the_slide[3] = [0.50225, 0.49325], [0.5025, 0.4938]
    outputs = student.predict.each([(x, w), (x.copy(), stepped), (x.copy(), of_the_slide)])
    assert_close(next(outputs), np.array([0.75, 0.75]))
    assert_close(next(outputs), np.array([0.752025, 0.743925]), name="with w41 = .50225 and w42 = .49325:")
    assert_close(next(outputs), np.array([0.75225, 0.74442]), name="with the slide's w41 = .5025 and w42 = .4938:")


@task("loss", points=5)
def test_loss_by_hand(student):
    """The errors (1, 2, 3) have the loss 7; dog/wolf has .3125, and with w41 and w42 stepped .307458."""
    outputs = [[0.75, 0.75], [0.752025, 0.743925], [0.75225, 0.74442]]
    over = [(np.array([1.0, 2.0, 3.0]), np.zeros(3))] + [(np.array(out), np.array([1.0, 0.0])) for out in outputs]
    losses = student.loss.each(over)
    assert_close(next(losses), 7.0)
    assert_close(next(losses), 0.3125)
    assert_close(next(losses), 0.307458, rtol=1e-6, atol=5e-7)
    assert_close(next(losses), 0.3078, rtol=0, atol=5e-5, name="with the slide's outputs [.75225, .74442]:")


@task("grad_w", points=10)
def test_gradient_by_hand(student):
    """A small gradient by hand; and the first column of dog/wolf's, whose last entry, dL/dw41, is -.225."""
    x, _, y = animal()
    over = [(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5]), y.copy()), (x, np.array([0.75, 0.75]), y)]
    gradients = student.grad_w.each(over)
    assert_close(next(gradients), np.array([[-0.5, 0.5], [-1.0, 1.0], [-1.5, 1.5]]))
    assert_close(next(gradients)[:, 0], np.array([-0.05, -0.075, -0.025, -0.225]))


@task("sgd_step", points=5)
def test_step_of_two_weights(student):
    """From [.5, .5] along the gradient [-.225, .675] with lr .01 to [.50225, .49325]."""
    after = student.sgd_step(np.array([[0.5, 0.5]]), np.array([[-0.225, 0.675]]), 0.01)
    assert_close(after, np.array([[0.50225, 0.49325]]))


@task("train", points=10)
def test_loss_after_one_step_of_all_weights(student):
    """One step of all eight weights: the loss goes from .3125 to .306591; for two such animals, .625 to .601476."""
    x, w, y = animal()
    over = [(np.tile(x, (n, 1)), np.tile(y, (n, 1)), w.copy(), 0.01, 2) for n in (2, 1)]
    runs = student.train.each(over)
    # A step shrinks every error by the factor 1 - lr · n · Σx², here .981 and .9905, and the loss by its square.
    _, of_two = next(runs)
    assert_close(of_two, 0.625 * np.array([1.0, 0.981**2]), name="losses for two animals:")
    _, of_one = next(runs)
    assert_close(of_one, 0.3125 * np.array([1.0, 0.9905**2]), name="losses for one animal:")
    assert_close(of_one[1], 0.306591, atol=5e-7)


@task("train", points=5)
def test_loss_falls_at_every_step(student):
    """On 64 random animals, in 5000 steps of the default lr, the loss falls at every step; at the optimum it stays."""
    rng = np.random.default_rng(0)
    x, y, w0 = rng.normal(size=(64, 4)), rng.normal(size=(64, 2)), rng.normal(size=(4, 2))
    best = np.linalg.lstsq(x, y, rcond=None)[0]
    runs = student.train.each([(x, y, w0), (x.copy(), y.copy(), best, 1e-6, 3)])
    _, losses = next(runs)
    assert_close(len(losses), 5000, name="number of losses")
    assert_falls(losses, name="losses")
    assert_close(np.asarray(losses)[[0, -1]], np.array([228.716, 147.0638784]), rtol=1e-5)  # the first has six digits
    _, lowest = next(runs)
    assert_close(lowest, np.full(3, 59.202), rtol=1e-5, name="losses from the least-squares solution:")
