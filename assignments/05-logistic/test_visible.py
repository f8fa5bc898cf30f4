"""Visible cases of 05-logistic: the numbers of the lectures, and small sums that a pencil can check."""

import numpy as np
import pytest

from autograder import assert_close, require, task


@task("sigmoid", points=2)
def test_sigmoid_of_zero_is_one_half(student):
    """The sigmoid of 0 is one half, and the lecture's [4, -2] give [.982, .119]."""
    assert_close(student.sigmoid(np.array([0.0, 4.0, -2.0])), np.array([0.5, 0.982, 0.119]), atol=5e-4)


@task("sigmoid", points=1)
def test_sigmoid_of_1000(student):
    """The sigmoid of 1000 is 1, that of -1000 is 0, and neither is nan."""
    assert_close(student.sigmoid(np.array([[1000.0], [-1000.0]])), np.array([[1.0], [0.0]]))


@task("sigmoid_prime", points=3)
def test_slope_at_zero_is_one_quarter(student):
    """The slope at 0 is one quarter; at log 3, where the sigmoid is 3/4, it is 3/16."""
    z = np.array([0.0, np.log(3.0), -np.log(3.0)])
    assert_close(student.sigmoid_prime(z), np.array([0.25, 0.1875, 0.1875]))


@task("sigmoid_prime", points=1)
def test_slope_at_1000(student):
    """At 1000 and at -1000 the slope is 0, and not nan; between them, at 0, it is one quarter."""
    assert_close(student.sigmoid_prime(np.array([[1000.0], [0.0], [-1000.0]])), np.array([[0.0], [0.25], [0.0]]))


@task("bce", points=2)
def test_bce_by_hand(student):
    """Probabilities .8 and .5 for the labels 1 and 0 cost (log 5/4 + log 2) / 2; .5 costs log 2, .8 and .2 log 5/4."""
    over = [(np.array([0.8, 0.5]), np.array([1.0, 0.0])), (np.full((3, 1), 0.5), np.array([[1.0], [0.0], [1.0]]))]
    over.append((np.array([0.8, 0.2]), np.array([1.0, 0.0])))
    losses = student.bce.each(over)
    assert_close(next(losses), 0.5 * np.log(2.5), rtol=1e-5)  # room for the 1e-7 that the slides put into the logarithm
    assert_close(next(losses), np.log(2.0), rtol=1e-5)
    assert_close(next(losses), np.log(1.25), rtol=1e-5)


@task("bce", points=1)
def test_bce_of_a_certain_answer(student):
    """A probability of exactly 1 costs nothing if the label is 1; 0 costs much, but not inf."""
    right, wrong = student.bce.each([(np.array([p, 0.5]), np.array([1.0, 0.0])) for p in (1.0, 0.0)])
    assert_close(right, 0.5 * np.log(2.0), rtol=1e-5, name="loss of 1 and .5 for the labels 1 and 0")
    require(bool(np.isfinite(wrong)), "the loss of a probability of 0 or 1 is not finite")
    require(bool(wrong > 5), "certain and wrong should cost more than 10")


@task("bce_backward", points=3)
def test_bce_gradient_by_hand(student):
    """Probabilities .8 and .5 for the labels 1 and 0 have the gradient [-.625, 1]."""
    gradient = student.bce_backward(np.array([0.8, 0.5]), np.array([1.0, 0.0]))
    assert_close(gradient, np.array([-0.625, 1.0]), rtol=1e-5)  # room for the slides' 1e-7 in the denominator


@task("bce_backward", points=1)
def test_bce_gradient_of_two_columns(student):
    """The mean runs over all four entries of two rows and two columns, so that each counts a quarter."""
    p, y = np.array([[0.8, 0.5], [0.5, 0.2]]), np.array([[1.0, 0.0], [1.0, 0.0]])
    assert_close(student.bce_backward(p, y), np.array([[-0.3125, 0.5], [-0.5, 0.3125]]), rtol=1e-5)


@task("bce_backward", points=1)
def test_bce_gradient_of_certain_answers(student):
    """Where p is 0 and the label 1, or p is 1 and the label 0, the gradient is finite; and p stays as it was."""
    gradient = student.bce_backward(np.array([0.0, 1.0, 0.5]), np.array([1.0, 0.0, 1.0]))
    assert_close(np.isfinite(gradient), np.ones(3, dtype=bool), name="is the gradient finite?")
    assert_close(np.sign(gradient), np.array([-1.0, 1.0, -1.0]), name="the sign of the gradient")
    assert_close(gradient[2], -2.0 / 3.0, rtol=1e-5, name="gradient away from 0 and 1")


@task("bce_with_logits", points=1)
def test_logit_loss_by_hand(student):
    """Logits 0 and log 3 for the labels 1 and 0 cost (log 2 + log 4) / 2."""
    z = np.array([0.0, np.log(3.0)])
    assert_close(student.bce_with_logits(z, np.array([1.0, 0.0])), 0.5 * np.log(8.0))


@task("bce_with_logits", points=1)
def test_logit_loss_at_1000(student):
    """A logit of 1000 for the label 0 costs 1000, and so does -1000 for the label 1."""
    assert_close(student.bce_with_logits(np.array([1000.0, -1000.0]), np.array([0.0, 1.0])), 1000.0)


@task("bce_with_logits_backward", points=1)
def test_logit_gradient_by_hand(student):
    """Logits 0 and log 3 for the labels 1 and 0 have the gradient [-1/4, 3/8]."""
    z = np.array([0.0, np.log(3.0)])
    assert_close(student.bce_with_logits_backward(z, np.array([1.0, 0.0])), np.array([-0.25, 0.375]))


@task("bce_with_logits_backward", points=1)
def test_logit_gradient_at_1000(student):
    """Logits 1000 and -1000 for the labels 0 and 1 still have the gradient [1/2, -1/2]."""
    gradient = student.bce_with_logits_backward(np.array([1000.0, -1000.0]), np.array([0.0, 1.0]))
    assert_close(gradient, np.array([0.5, -0.5]))


@task("sgd_step", points=1)
def test_one_step_for_two_parameters(student):
    """W and b each take their own step."""
    params = {"W": np.array([[1.0], [2.0]]), "b": np.array([0.5])}
    grads = {"W": np.array([[10.0], [-10.0]]), "b": np.array([1.0])}
    assert_close(student.sgd_step(params, grads, 0.1), {"W": np.array([[0.0], [3.0]]), "b": np.array([0.4])})


@task("sgd_step", points=1)
def test_other_names_are_refused(student):
    """Parameters W and b with a gradient for W alone are a ValueError."""
    params = {"W": np.array([1.0]), "b": np.array([2.0])}
    grads = {"b": np.array([1.0]), "W": np.array([1.0])}
    assert_close(student.sgd_step(params, grads, 0.5), {"W": np.array([0.5]), "b": np.array([1.5])})
    with pytest.raises(ValueError):
        student.sgd_step(params, {"W": np.array([1.0])}, 0.1)


@task("sgd_step", points=1)
def test_other_shapes_are_refused(student):
    """A W of shape (3, 1) with a gradient of shape (3,) is a ValueError, though numpy could subtract them."""
    assert_close(student.sgd_step({"W": np.ones((3, 1))}, {"W": np.ones((3, 1))}, 0.5), {"W": np.full((3, 1), 0.5)})
    with pytest.raises(ValueError):
        student.sgd_step({"W": np.ones((3, 1))}, {"W": np.ones(3)}, 0.1)


@task("LogisticRegression", points=3)
def test_costs_of_the_lecture(student):
    """On the lecture's six rows the costs of epochs 375 to 378 are .356809, .356526, .356243, .355961."""
    X = np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 1.0], [4.0, 3.0], [5.0, 3.0], [6.0, 2.0]])
    y = np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]])
    costs = student.LogisticRegression().fit(X, y, lr=0.05, epochs=378)
    assert_close(len(costs), 378, name="number of costs")
    printed, epochs = [0.356809, 0.356526, 0.356243, 0.355961], range(375, 379)
    assert_close(costs[374:378], printed, rtol=0, atol=1e-6, name="cost of epoch {}", labels=epochs)


@task("LogisticRegression", points=3)
def test_probabilities_after_one_step(student):
    """On x = 1, 2, 3 with the labels 0, 1, 1, one step of lr .6 makes W .4 and b .1: the sigmoids of .5, .9, 1.3."""
    X, y = np.array([[1.0], [2.0], [3.0]]), np.array([[0.0], [1.0], [1.0]])
    model = student.LogisticRegression()
    model.fit(X, y, lr=0.6, epochs=1)
    assert_close(model.predict_proba(X), 1.0 / (1.0 + np.exp([[-0.5], [-0.9], [-1.3]])))


@task("LogisticRegression", points=1)
def test_answers_are_zero_and_one(student):
    """An untrained model answers 1, because .5 is not below one half; after one step it answers 0 at -1 and 1 at 1."""
    X, y = np.array([[1.0], [2.0], [3.0]]), np.array([[0.0], [1.0], [1.0]])
    model = student.LogisticRegression()
    model.fit(X, y, lr=0.6, epochs=0)
    # 0 and 1 may be integers, floats or truth values.
    assert_close(np.asarray(model.predict(X), dtype=float), np.ones((3, 1)), name="answers at exactly one half")
    model.fit(X, y, lr=0.6, epochs=1)
    assert_close(np.asarray(model.predict(np.array([[-1.0], [1.0]])), dtype=float), np.array([[0.0], [1.0]]))


@task("LogisticRegression", points=1)
def test_each_fit_starts_from_zero(student):
    """A second fit has the costs of the first, and a model stays as it is while another one learns."""
    X, y = np.array([[1.0], [2.0], [3.0]]), np.array([[0.0], [1.0], [1.0]])
    model, other = student.LogisticRegression(), student.LogisticRegression()
    first = model.fit(X, y, lr=0.6, epochs=2)
    assert_close(first[0], np.log(2.0), name="costs")
    assert_close(model.fit(X, y, lr=0.6, epochs=2), first, name="costs")
    model.fit(X, y, lr=0.6, epochs=1)
    other.fit(X, 1.0 - y, lr=0.6, epochs=1)
    assert_close(model.predict_proba(X), 1.0 / (1.0 + np.exp([[-0.5], [-0.9], [-1.3]])))
