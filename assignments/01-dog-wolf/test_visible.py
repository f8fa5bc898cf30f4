"""Visible cases of 01-dog-wolf: the numbers of the lecture, and what must hold for every run."""

import numpy as np

from autograder import assert_close, require, task

X = np.array([0.2, 0.3, 0.1, 0.9])  # one animal, four features
W = np.full((4, 2), 0.5)
Y = np.array([1.0, 0.0])  # dog


@task("predict", points=5)
def test_dog_wolf_outputs(student):
    """The untrained network answers [.75, .75]: half dog, half wolf."""
    assert_close(student.predict(X, W), np.array([0.75, 0.75]))


@task("loss", points=5)
def test_loss_by_hand(student):
    """The errors (1, 2, 3) have the loss 7, and the dog/wolf example has .3125."""
    over = [(np.array([1.0, 2.0, 3.0]), np.zeros(3)), (np.array([0.75, 0.75]), Y)]
    batch, animal = student.loss.each(over)
    assert_close(batch, 7.0)
    assert_close(animal, 0.3125)


@task("grad_w", points=10)
def test_gradient_by_hand(student):
    """A small gradient by hand; and the first column of dog/wolf's, whose last entry, dL/dw41, is -.225."""
    over = [(np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.5]), Y), (X, np.array([0.75, 0.75]), Y)]
    small, animal = student.grad_w.each(over)
    assert_close(small, np.array([[-0.5, 0.5], [-1.0, 1.0], [-1.5, 1.5]]))
    assert_close(animal[:, 0], np.array([-0.05, -0.075, -0.025, -0.225]))


@task("sgd_step", points=5)
def test_step_of_two_weights(student):
    """From [.5, .5] along the gradient [-.225, .675] with lr .01 to [.50225, .49325]."""
    after = student.sgd_step(np.array([[0.5, 0.5]]), np.array([[-0.225, 0.675]]), 0.01)
    assert_close(after, np.array([[0.50225, 0.49325]]))


@task("train", points=10)
def test_loss_after_one_step_of_all_weights(student):
    """One step of all eight weights takes the loss from .3125 to .306591."""
    _, losses = student.train(X[None, :], Y[None, :], W, 0.01, 2)
    assert_close(losses, np.array([0.3125, 0.306591]), atol=1e-6)  # .306591 is rounded to six digits


@task("train", points=5)
def test_loss_falls_at_every_step(student):
    """On 64 random animals, with the default lr and 5000 steps, the loss falls at every step."""
    rng = np.random.default_rng(0)
    x, y, w0 = rng.normal(size=(64, 4)), rng.normal(size=(64, 2)), rng.normal(size=(4, 2))
    _, losses = student.train(x, y, w0)
    assert_close(len(losses), 5000, name="number of losses")
    rises = np.flatnonzero(~(np.diff(losses) < 0))
    require(rises.size == 0, f"the loss did not fall at step {rises[:1] + 1}")
    assert_close(np.array([losses[0], losses[-1]]), np.array([228.716, 147.064]), rtol=1e-5)  # six digits
