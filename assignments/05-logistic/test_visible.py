"""Visible cases of 05-logistic: the numbers of the lectures, and small sums that a pencil can check."""

import numpy as np

from autograder import assert_close, task


@task("sigmoid", points=3)
def test_sigmoid_of_zero_is_one_half(student):
    """The sigmoid of 0 is one half, and the lecture's [4, -2] give [.982, .119]."""
    assert_close(student.sigmoid(np.array([0.0, 4.0, -2.0])), np.array([0.5, 0.982, 0.119]), atol=5e-4)


@task("sigmoid_prime", points=4)
def test_slope_at_zero_is_one_quarter(student):
    """The slope at 0 is one quarter; at log 3, where the sigmoid is 3/4, it is 3/16."""
    z = np.array([0.0, np.log(3.0), -np.log(3.0)])
    assert_close(student.sigmoid_prime(z), np.array([0.25, 0.1875, 0.1875]))


@task("bce", points=3)
def test_bce_by_hand(student):
    """Probabilities .8 and .5 for the labels 1 and 0 cost (log 5/4 + log 2) / 2; .5 costs log 2."""
    over = [(np.array([0.8, 0.5]), np.array([1.0, 0.0])), (np.full((3, 1), 0.5), np.array([[1.0], [0.0], [1.0]]))]
    losses = student.bce.each(over)
    assert_close(next(losses), 0.5 * np.log(2.5), rtol=1e-5)  # room for the 1e-7 that the slides put into the logarithm
    assert_close(next(losses), np.log(2.0), rtol=1e-5)


@task("bce_backward", points=5)
def test_bce_gradient_by_hand(student):
    """Probabilities .8 and .5 for the labels 1 and 0 have the gradient [-.625, 1]."""
    gradient = student.bce_backward(np.array([0.8, 0.5]), np.array([1.0, 0.0]))
    assert_close(gradient, np.array([-0.625, 1.0]), rtol=1e-5)  # room for the slides' 1e-7 in the denominator


@task("bce_with_logits", points=2)
def test_logit_loss_by_hand(student):
    """Logits 0 and log 3 for the labels 1 and 0 cost (log 2 + log 4) / 2."""
    z = np.array([0.0, np.log(3.0)])
    assert_close(student.bce_with_logits(z, np.array([1.0, 0.0])), 0.5 * np.log(8.0))


@task("bce_with_logits_backward", points=2)
def test_logit_gradient_by_hand(student):
    """Logits 0 and log 3 for the labels 1 and 0 have the gradient [-1/4, 3/8]."""
    z = np.array([0.0, np.log(3.0)])
    assert_close(student.bce_with_logits_backward(z, np.array([1.0, 0.0])), np.array([-0.25, 0.375]))


@task("sgd_step", points=3)
def test_one_step_for_two_parameters(student):
    """W and b each take their own step."""
    params = {"W": np.array([[1.0], [2.0]]), "b": np.array([0.5])}
    grads = {"W": np.array([[10.0], [-10.0]]), "b": np.array([1.0])}
    assert_close(student.sgd_step(params, grads, 0.1), {"W": np.array([[0.0], [3.0]]), "b": np.array([0.4])})


@task("LogisticRegression", points=4)
def test_costs_of_the_lecture(student):
    """On the lecture's six rows the costs of epochs 375 to 378 are .356809, .356526, .356243, .355961."""
    X = np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 1.0], [4.0, 3.0], [5.0, 3.0], [6.0, 2.0]])
    y = np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]])
    costs = student.LogisticRegression().fit(X, y, lr=0.05, epochs=378)
    assert_close(len(costs), 378, name="number of costs")
    assert_close(costs[374:378], [0.356809, 0.356526, 0.356243, 0.355961], rtol=0, atol=1e-6)  # printed digits


@task("LogisticRegression", points=4)
def test_probabilities_after_one_step(student):
    """On x = 1, 2, 3 with the labels 0, 1, 1, one step of lr .6 makes W .4 and b .1: the sigmoids of .5, .9, 1.3."""
    X, y = np.array([[1.0], [2.0], [3.0]]), np.array([[0.0], [1.0], [1.0]])
    model = student.LogisticRegression()
    model.fit(X, y, lr=0.6, epochs=1)
    assert_close(model.predict_proba(X), 1.0 / (1.0 + np.exp([[-0.5], [-0.9], [-1.3]])))
