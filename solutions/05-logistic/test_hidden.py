"""Hidden cases of 05-logistic: fresh inputs, extremes, and what must not be touched."""

import numpy as np
import pytest

from autograder import assert_close, assert_gradient, assert_matches, assert_pure, require, task

SHAPES = [(7, 3), (11,), (3, 5), (2, 3, 5), (4, 4)]


def labels(rng, shape):
    """Return zeros and ones of this shape, both present."""
    y = (np.arange(np.prod(shape)) % 2).astype(float)
    return rng.permutation(y).reshape(shape)


def far_out():
    """Return logits where exp overflows, and where 1 - sigmoid is 0 in float64."""
    return np.array([[-1000.0, -40.0, 0.0], [40.0, 1000.0, 30.0]])


def wrong_and_right():
    """Return two tuples of arguments: logits far out, once with labels that they miss, once with those they hit."""
    z = far_out()
    return [(z, (z < 0).astype(float)), (z.copy(), (z >= 0).astype(float))]


def probabilities(rng, shape):
    """Return numbers well inside (0, 1): there the clipping and the slides' 1e-7 make no difference."""
    return rng.uniform(0.1, 0.9, size=shape)


@task("sigmoid", points=3)
def test_sigmoid_matches(student, reference, rng):
    """The sigmoid is right for arrays of one, two and three axes."""
    assert_matches(student.sigmoid, reference.sigmoid, [(rng.uniform(-8, 8, size=shape),) for shape in SHAPES])


@task("sigmoid", points=2)
def test_sigmoid_is_symmetric(student, rng):
    """The sigmoid of -z is one minus the sigmoid of z, and it grows with z."""
    z = np.sort(rng.uniform(-6, 6, size=17))
    there, back = student.sigmoid.each([(z,), (-z,)])
    assert_close(np.shape(there), (17,), name="shape")
    assert_close(back, 1.0 - there)
    require(there.shape == z.shape and bool(np.all(np.diff(there) > 0)), "the sigmoid does not grow with z")


@task("sigmoid", points=2)
def test_sigmoid_far_out(student, reference):
    """At ±1000 the sigmoid is 1 and 0."""
    assert_matches(student.sigmoid, reference.sigmoid, [(far_out(),)])


@task("sigmoid_prime", points=6)
def test_slope_agrees_with_differences(student, reference, rng):
    """sigmoid_prime is the slope of the sigmoid."""
    for shape in [(7, 3), (3, 5), (4, 4), (2, 1, 3)]:
        assert_gradient(student.sigmoid_prime, of=reference.sigmoid, at=rng.uniform(-4, 4, size=shape))


@task("sigmoid_prime", points=3)
def test_slope_is_even(student, rng):
    """The slope is the same at z and -z, and nowhere steeper than at 0."""
    z = rng.uniform(0.1, 6, size=(7, 3))
    e = np.exp(-z)
    want = e / (1.0 + e) ** 2
    right, left, middle = student.sigmoid_prime.each([(z,), (-z,), (np.zeros(1),)])
    assert_close(left, right)
    assert_close(right, want)  # there are many even functions with a peak at 0
    require(bool(np.all(right < middle[0])), "the slope at 0 is not the steepest")


@task("sigmoid_prime", points=2)
def test_slope_far_out(student, reference):
    """At ±1000 the slope is 0."""
    assert_matches(student.sigmoid_prime, reference.sigmoid_prime, [(far_out(),)])


@task("bce", points=4)
def test_bce_matches(student, reference, rng):
    """The loss is the mean over all entries, whatever the shape."""
    over = [(probabilities(rng, shape), labels(rng, shape)) for shape in [(7, 1), (11,), (5, 3), (2, 3, 5), (4, 4)]]
    assert_matches(student.bce, reference.bce, over, rtol=1e-5)


@task("bce", points=3)
def test_bce_of_the_certain(student, rng):
    """Probabilities of exactly 0 and 1 cost nearly nothing when right, much when wrong, and never inf or nan."""
    certain = np.array([[0.0], [1.0], [1.0]])
    p, y = probabilities(rng, (4, 1)), labels(rng, (4, 1))
    others = -float(np.sum(y * np.log(p) + (1.0 - y) * np.log(1.0 - p)))
    y = np.concatenate([certain, y])
    over = [(np.concatenate([said, p]), y) for said in (certain, 1.0 - certain)]
    right, wrong = student.bce.each(over)
    require(bool(np.isfinite(right) and np.isfinite(wrong)), "the loss of a probability of 0 or 1 is not finite")
    assert_close(right, others / 7, atol=1e-5, name="loss where the certain are right")
    require(7 * wrong - others > 3 * 10, "certain and wrong should cost more than 10")


@task("bce_backward", points=9)
def test_bce_gradient_is_the_slope(student, reference, rng):
    """The gradient is the slope of the mean loss, in batches of 7, 5 and 4, and with three axes."""
    for shape in [(7, 1), (5, 3), (4, 4), (2, 1, 3)]:
        p, y = probabilities(rng, shape), labels(rng, shape)
        assert_gradient(student.bce_backward, of=loss_for(reference.bce, y), at=p, given=(p, y))


def loss_for(loss, y):
    """Return ``loss`` as a function of its first argument alone."""
    return lambda at: loss(at, y)


@task("bce_backward", points=3)
def test_bce_gradient_of_the_certain(student, rng):
    """At probabilities of exactly 0 and 1 the gradient is finite and points the right way."""
    p = np.concatenate([[[0.0], [1.0], [1.0], [0.0]], probabilities(rng, (3, 1))])
    y = np.concatenate([[[1.0], [0.0], [1.0], [0.0]], labels(rng, (3, 1))])
    want = (p - y)[4:] / (p * (1.0 - p))[4:] / 7
    gradient = student.bce_backward(p, y)
    assert_close(np.isfinite(gradient), np.ones((7, 1), dtype=bool), name="is the gradient finite?")
    assert_close(np.sign(gradient[:2]), np.array([[-1.0], [1.0]]), name="the sign of the gradient")
    assert_close(gradient[4:], want, rtol=1e-5, name="gradient away from 0 and 1")


@task("bce_backward", points=3)
def test_bce_gradient_leaves_its_arguments_alone(student, rng):
    """p and y stay as they were, also where p had to be clipped."""
    p = np.concatenate([probabilities(rng, (5, 1)), [[0.0], [1.0]]])
    y = labels(rng, (7, 1))
    gradient = assert_pure(student.bce_backward, p, y)
    inside = slice(0, 5)  # where no clipping or 1e-7 in the denominator makes a difference
    want = (p - y)[inside] / (p * (1.0 - p))[inside] / 7
    assert_close(gradient[inside], want, rtol=1e-5, name="gradient away from 0 and 1")


@task("bce_with_logits", points=1)
def test_logit_loss_matches(student, reference, rng):
    """From the logits, the loss is the same mean."""
    over = [(rng.uniform(-6, 6, size=shape), labels(rng, shape)) for shape in SHAPES]
    assert_matches(student.bce_with_logits, reference.bce_with_logits, over)


@task("bce_with_logits", points=2)
def test_logit_loss_far_out(student, reference):
    """A wrong answer at a logit of ±1000 costs 1000, not inf and not 27."""
    assert_matches(student.bce_with_logits, reference.bce_with_logits, wrong_and_right())


@task("bce_with_logits_backward", points=4)
def test_logit_gradient_is_the_slope(student, reference, rng):
    """The gradient is the slope of the loss with respect to the logits, also with three axes."""
    for shape in [(7, 1), (5, 3), (4, 4), (2, 1, 3)]:
        z, y = rng.uniform(-3, 3, size=shape), labels(rng, shape)
        of = loss_for(reference.bce_with_logits, y)
        assert_gradient(student.bce_with_logits_backward, of=of, at=z, given=(z, y))


@task("bce_with_logits_backward", points=2)
def test_logit_gradient_follows_the_chain(student, rng):
    """It equals dL/dp times dp/dz, by the chain rule."""
    z = rng.uniform(-2, 2, size=(7, 1))
    y = labels(rng, (7, 1))
    p = 1.0 / (1.0 + np.exp(-z))
    chain = (p - y) / (p * (1.0 - p)) / 7 * (p * (1.0 - p))
    assert_close(student.bce_with_logits_backward(z, y), chain)


@task("bce_with_logits_backward", points=2)
def test_logit_gradient_far_out(student, reference):
    """A wrong answer at a logit of ±1000 still has its full gradient."""
    assert_matches(student.bce_with_logits_backward, reference.bce_with_logits_backward, wrong_and_right())


@task("sgd_step", points=2)
def test_step_matches(student, reference, rng):
    """Dictionaries of one to four parameters take the right steps, in any order of their names."""
    over = []
    for names, lr in [("W", 0.5), ("Wb", 0.05), ("bW", 3.0), ("abc", 0.01), ("wxyz", 0.1)]:
        params, grads = draw_params(rng, names), draw_params(rng, names)
        over.append((params, dict(reversed(grads.items())), lr))
    assert_matches(student.sgd_step, reference.sgd_step, over)


def draw_params(rng, names):
    """Return one array per name; its shape depends on the place, so that two calls agree."""
    shapes = [(5, 3), (3,), (2, 3, 5), (1,)]
    return {name: rng.normal(size=shape) for name, shape in zip(names, shapes, strict=False)}


@task("sgd_step", points=2)
def test_step_leaves_its_arguments_alone(student, rng):
    """A step makes new arrays and leaves the old ones alone, also for a learning rate of 0."""
    for lr in (0.25, 0.0):
        params, grads = draw_params(rng, "Wb"), draw_params(rng, "Wb")
        result = assert_pure(student.sgd_step, params, grads, lr)
        assert_close(result, {name: params[name] - lr * grads[name] for name in params})


@task("sgd_step", points=2)
@pytest.mark.parametrize("fault", ["missing", "extra"])
def test_step_refuses_other_names(student, rng, fault):
    """A gradient that is missing, or one too many, is a ValueError."""
    # A step that is in order must not be refused.
    params, grads = draw_params(rng, "Wb"), draw_params(rng, "Wb")
    assert_close(student.sgd_step(params, grads, 0.1), {name: params[name] - 0.1 * grads[name] for name in params})
    params, grads = draw_params(rng, "Wb"), draw_params(rng, "Wb")
    if fault == "missing":
        del grads["b"]
    else:
        grads["c"] = np.zeros(2)
    with pytest.raises(ValueError):
        student.sgd_step(params, grads, 0.1)


def draw_column(rng):
    """Return the parameters of a model with one output: a column of weights and a bias, in another order."""
    return {"b": np.zeros(1), "W": rng.normal(size=(3, 1))}


@task("sgd_step", points=1)
@pytest.mark.parametrize("shape", [(3,), (1, 3)], ids=["flat", "row"])
def test_step_refuses_other_shapes(student, rng, shape):
    """A gradient of another shape is a ValueError, even where numpy would broadcast it."""
    # A step that is in order must not be refused.
    params, grads = draw_column(rng), draw_column(rng)
    assert_close(student.sgd_step(params, grads, 0.1), {name: params[name] - 0.1 * grads[name] for name in params})
    params = draw_column(rng)
    with pytest.raises(ValueError):
        student.sgd_step(params, {"b": np.zeros(1), "W": rng.normal(size=shape)}, 0.1)


@task("LogisticRegression", points=2)
def test_fit_matches(student, reference, rng):
    """On fresh data, costs, weights and bias are right."""
    X, y = rng.normal(size=(11, 3)), labels(rng, (11, 1))
    expected = reference.LogisticRegression()
    costs = expected.fit(X, y, lr=0.5, epochs=7)
    model = student.LogisticRegression()
    assert_close(model.fit(X, y, lr=0.5, epochs=7), costs, name="costs")
    assert_close(model.W, expected.W, name="W")
    assert_close(model.b, expected.b, name="b")


@task("LogisticRegression", points=1)
def test_every_epoch_is_a_step(student, reference):
    """Every epoch takes its step, also where the cost rises, hardly changes, or is nearly zero."""
    X, y = np.array([[1.0], [-1.0], [2.0]]), np.array([[1.0], [1.0], [0.0]])
    far = 40.0 * np.array([[-1.0], [1.0], [1.5]]), np.array([[0.0], [1.0], [1.0]])  # solved by the first step
    for lr, rows, answers in ((30.0, X, y), (1e-12, X, y), (0.5, *far)):
        expected, model = reference.LogisticRegression(), student.LogisticRegression()
        costs = expected.fit(rows, answers, lr=lr, epochs=6)
        assert_close(model.fit(rows.copy(), answers.copy(), lr=lr, epochs=6), costs, name="costs")
        assert_close((model.W, model.b), (expected.W, expected.b), name="W and b")


@task("LogisticRegression", points=2)
def test_fit_starts_anew(student, reference, rng):
    """Every fit starts from zero, and what one model learns does not reach another."""
    sizes = [(7, 3), (5, 2), (11, 3), (11, 3)]
    data = [(rng.normal(size=size), labels(rng, (size[0], 1))) for size in sizes]
    first, second = student.LogisticRegression(), student.LogisticRegression()
    expected = [reference.LogisticRegression() for _ in sizes]
    models, rates = (first, second, first, first), (0.5, 0.5, 0.3, 0.0)
    for model, ours, (X, y), lr in zip(models, expected, data, rates, strict=True):
        costs = ours.fit(X, y, lr=lr, epochs=5)
        assert_close(model.fit(X.copy(), y.copy(), lr=lr, epochs=5), costs, name="costs")
        assert_close((model.W, model.b), (ours.W, ours.b), name="W and b")
    assert_close((second.W, second.b), (expected[1].W, expected[1].b), name="W and b of the other model")


@task("LogisticRegression", points=3)
def test_probabilities_of_new_rows(student, reference, rng):
    """The probabilities of rows that fit has not seen are right, a column of them, also of one row and of far ones."""
    X, y = rng.normal(size=(7, 2)), labels(rng, (7, 1))
    expected, model = reference.LogisticRegression(), student.LogisticRegression()
    expected.fit(X, y, lr=0.5, epochs=5)
    model.fit(X, y, lr=0.5, epochs=5)
    for new in (*rng.normal(size=(2, 5, 2)), rng.normal(size=(1, 2)), 1000.0 * rng.normal(size=(3, 2))):
        assert_close(model.predict_proba(new), expected.predict_proba(new))


@task("LogisticRegression", points=2)
def test_answers(student, rng):
    """The answers are 0 and 1, split at one half, for any number of rows; exactly one half is a 1."""
    X = np.concatenate([rng.uniform(1, 2, size=(4, 2)), -rng.uniform(1, 2, size=(3, 2))])
    y = np.array([[1.0]] * 4 + [[0.0]] * 3)
    model = student.LogisticRegression()
    model.fit(X, y, lr=0.5, epochs=11)
    # 0 and 1 may be integers, floats or truth values.
    assert_close(np.asarray(model.predict(X), dtype=float), y)
    assert_close(np.asarray(model.predict(X[6:]), dtype=float), y[6:], name="answer for one row")
    untrained = student.LogisticRegression()
    untrained.fit(X, y, epochs=0)
    assert_close(np.asarray(untrained.predict(X), dtype=float), np.ones((7, 1)), name="answers at exactly one half")


@task("LogisticRegression", points=2)
def test_fit_leaves_its_arguments_alone(student, reference, rng):
    """fit and predict leave X and y as they were."""
    X, y = rng.normal(size=(7, 3)), labels(rng, (7, 1))
    model = student.LogisticRegression()
    expected = reference.LogisticRegression()
    costs = assert_pure(model.fit, X, y, epochs=3)
    assert_close(costs, expected.fit(X, y, epochs=3), name="costs")
    answers = assert_pure(model.predict, X)
    assert_close(np.shape(answers), (7, 1), name="shape of the answers")
    assert_close(np.asarray(answers, dtype=float), np.asarray(expected.predict(X), dtype=float))
