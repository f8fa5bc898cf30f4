"""Visible cases of 10-xor: the numbers of the lecture, and small sums that a pencil can check."""

import math

import numpy as np
import torch

from autograder import assert_close, assert_pure, recipes, require, task

CORNERS = ("(0, 0)", "(0, 1)", "(1, 0)", "(1, 1)")
BELOW, ON, ABOVE = "x·w + b < 0", "x·w + b = 0", "x·w + b > 0"


def corners():
    """The four inputs of every logic gate, float64 (4, 2)."""
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def xor_labels():
    return np.array([[0.0], [1.0], [1.0], [0.0]])


def lecture_net(factor=1.0):
    """The lecture's weights; with a large factor in the first layer its sigmoids say 0 or 1 and nothing between."""
    return {
        "w1": factor * np.array([[5.0, -7.0], [5.0, -7.0]]),
        "b1": factor * np.array([-8.0, 3.0]),
        "w2": np.array([[-11.0], [-11.0]]),
        "b2": np.array([6.0]),
    }


def fixed_start():
    """A start from which gradient descent with a learning rate of 1 solves XOR."""
    return {
        "w1": np.array([[0.5, -0.4], [0.6, -0.3]]),
        "b1": np.array([-0.1, 0.2]),
        "w2": np.array([[0.7], [0.8]]),
        "b2": np.array([-0.3]),
    }


def flat_net():
    """A first layer of zeros: every a1 is 1/2, every l2 is 0, every y_pred is 1/2."""
    return {"w1": np.zeros((2, 2)), "b1": np.zeros(2), "w2": np.array([[2.0], [-2.0]]), "b2": np.zeros(1)}


def question(times):
    """The arguments of backward for the flat net: the four corners, ``times`` over, with the labels of OR."""
    rows = 4 * times
    labels = np.tile([[0.0], [1.0], [1.0], [1.0]], (times, 1))
    half = np.full((rows, 2), 0.5)
    cache = {"l1": np.zeros((rows, 2)), "a1": half, "l2": np.zeros((rows, 1)), "y_pred": half[:, :1].copy()}
    return flat_net(), np.tile(corners(), (times, 1)), labels, cache


def as_float(answers):
    """0 and 1 as floats: they may be integers, floats or truth values."""
    return answers.astype(float)


def sides(weights):
    """Check a pair (w, b), and return for each of the four corners on which side of the line it lies."""
    require(len(weights) == 2, "A line is a pair (w, b).")
    w, b = weights
    require(np.shape(w) == (2,), "w must have the shape (2,).")
    require(np.shape(b) == (), "b must be a single number.")
    signs = np.sign(corners() @ w + b)
    return [{-1.0: BELOW, 0.0: ON, 1.0: ABOVE}.get(float(sign), "nan") for sign in signs]


@task("perceptron", points=2)
def test_which_side_of_a_line(student):
    """The line x1 - x2 = 2: only (3, 0) lies beyond it, (0, 3) and (3, 2) do not."""
    X = np.array([[3.0, 0.0], [0.0, 3.0], [3.0, 2.0]])
    assert_close(as_float(student.perceptron(X, np.array([1.0, -1.0]), -2.0)), np.array([1.0, 0.0, 0.0]))


@task("and_weights", points=2, hint="AND: only (1, 1) lies beyond the line. What must w1 + w2 + b be, and what b?")
def test_and_by_your_line(student):
    """Your line puts (1, 1) on one side, and (0, 0), (0, 1), (1, 0) on the other."""
    want = [BELOW, BELOW, BELOW, ABOVE]
    assert_close(sides(student.and_weights()), want, name="the point {}", labels=CORNERS)


@task("and_weights", points=2, hint="OR: only (0, 0) lies on this side of the line. What must b be, and what w1 + b?")
def test_or_by_your_line(student):
    """Your line puts (0, 0) on one side, and (0, 1), (1, 0), (1, 1) on the other."""
    want = [BELOW, ABOVE, ABOVE, ABOVE]
    assert_close(sides(student.or_weights()), want, name="the point {}", labels=CORNERS)


@task("and_weights", points=1, hint="How far from your line are the corners? Move it to the middle between both sides.")
def test_lines_between_the_corners(student):
    """With inputs that are off by .1, such as (1.1, .1) or (.9, .9), AND and OR answer as at the corners."""
    X = np.array([[0.1, 0.1], [0.1, 0.9], [1.1, 0.1], [0.9, 0.9]])
    (w, b), (v, c) = student.and_weights(), student.or_weights()
    assert_close(X @ w + b > 0, np.array([False, False, False, True]), name="AND")
    assert_close(X @ v + c > 0, np.array([False, True, True, True]), name="OR")


@task("train_single_layer", points=4)
def test_costs_of_the_lecture(student):
    """With seed 777 the lecture prints .72739744 at step 0, .69314754 at 100, .69314718 at 200 and at 300."""
    costs = student.train_single_layer(steps=301)
    assert_close(len(costs), 301, name="number of costs")
    # Float32 sums in another order move these costs by 2e-7.
    got = [costs[0], costs[100], costs[200], costs[300]]
    want, steps = [0.72739744, 0.69314754, 0.69314718, 0.69314718], (0, 100, 200, 300)
    assert_close(got, want, rtol=0, atol=1e-6, name="cost at step {}", labels=steps)
    assert_close(costs[1], 0.709533, rtol=0, atol=2e-6, name="cost after one step with the default rate")


@task("train_single_layer", points=2, hint="Nothing drawn before nn.Linear(2, 1), and no step before the first cost.")
def test_first_cost_is_that_of_the_seed(student):
    """The first cost belongs to the seed and not to the learning rate; no steps, no costs."""
    slow, fast, none = student.train_single_layer.each([(3, 0.1), (3, 2.0), (0,)])
    assert_close([slow[0], fast[0]], [0.72739744, 0.72739744], rtol=0, atol=1e-6, name="first costs")
    require(1e-3 < abs(slow[1] - fast[1]) < math.inf, "Two learning rates led to the same second cost.")
    assert_close(none, [])


@task("handset_mlp", points=6)
def test_handset_net_computes_xor(student):
    """The lecture's net answers .0112, .9949, .9949, .0244: that is XOR."""
    want = np.array([[0.011184], [0.994936], [0.994936], [0.024389]])
    assert_close(student.handset_mlp(corners()), want, rtol=0, atol=1e-6)  # six digits


@task("init_params", points=1)
def test_start_has_the_right_shapes(student):
    """w1 (2, h), b1 (h,), w2 (h, 1), b2 (1,), for one, two and five hidden units."""
    for hidden in (1, 2, 5):
        params = student.init_params(hidden, recipes.generator(hidden))
        shapes = {name: list(np.shape(value)) for name, value in params.items()}
        assert_close(shapes, {"w1": [2, hidden], "b1": [hidden], "w2": [hidden, 1], "b2": [1]}, name="shapes")
    drawn = np.concatenate([params["w1"].ravel(), params["w2"].ravel()])  # of five hidden units
    require(len(np.unique(drawn)) > 1, "All weights are the same number.")


@task("init_params", points=0.5)
def test_one_generator_gives_one_start(student):
    """A generator in the same state gives the same weights, and another one gives others."""
    first, again, other = (student.init_params(3, recipes.generator(seed)) for seed in (1, 1, 2))
    assert_close(again, first, rtol=0, atol=0)
    for name in ("w1", "w2"):
        require(not np.any(first[name] == other[name]), "Two generators gave the same weights.")


@task("init_params", points=0.5, hint="Equal hidden units get equal gradients, for ever.")
def test_no_two_weights_are_equal(student):
    """Of the fifteen weights of five hidden units no two are alike, and none is larger than 10."""
    params = student.init_params(5, recipes.generator(3))
    for name in ("w1", "w2"):
        require(bool(np.all(np.abs(params[name]) <= 10)), "Some numbers are not finite, or larger than 10.")
        require(len(np.unique(params[name])) == params[name].size, "Some weights are equal.")


@task("forward", points=4)
def test_stations_of_the_lecture(student):
    """The lecture's net has l1 = (-8, 3) at (0, 0), (-3, -4) at (0, 1), (2, -11) at (1, 1); then l2 = -5, 6, -5.

    Its sigmoids are pushed to 0 and 1, as the lecture rounds them. The slide prints -8 for the -3: a slip.
    """
    found = student.forward(lecture_net(factor=100.0), corners())
    assert_close(sorted(found), ["a1", "l1", "l2", "y_pred"], name="names")
    assert_close(
        found["l1"], np.array([[-800.0, 300.0], [-300.0, -400.0], [-300.0, -400.0], [200.0, -1100.0]]), name="l1"
    )
    assert_close(found["a1"], np.array([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]), name="a1")
    assert_close(found["l2"], np.array([[-5.0], [6.0], [6.0], [-5.0]]), name="l2")
    z = 1.0 / (1.0 + np.exp(np.array([[5.0], [-6.0], [-6.0], [5.0]])))  # .0067 and .9975
    assert_close(found["y_pred"], z, name="y_pred")


@task("backward", points=4)
def test_gradient_by_hand(student):
    """Two rows for each corner, the labels of OR, every y_pred 1/2: the gradients are quarters and eighths."""
    want = {
        "w1": np.array([[-0.125, 0.125], [-0.125, 0.125]]),
        "b1": np.array([-0.125, 0.125]),
        "w2": np.array([[-0.125], [-0.125]]),
        "b2": np.array([-0.25]),
    }
    # Room for the 1e-7 that the slides put into the denominator.
    assert_close(student.backward(*question(times=2)), want, rtol=1e-5)


@task(
    "backward", points=3, hint="L is a mean over the rows. Which of your four gradients grow with the number of rows?"
)
def test_every_row_three_times(student):
    """Every row three times: the mean stays what it was, and so do its gradients."""
    once, thrice = student.backward.each([question(times=1), question(times=3)])
    assert_close(thrice, once)
    assert_close(once["b2"], np.array([-0.25]), rtol=1e-5, name="the gradient of b2")  # room for the slides' 1e-7


@task("backward", points=1)
def test_gradient_of_a_nearly_certain_net(student):
    """Where every y_pred is .001, the mean of y_pred - Y for the labels of OR, and so dL/db2, is -.749."""
    params, X, Y, cache = question(times=1)
    params["b2"] = np.array([np.log(0.001 / 0.999)])
    cache |= {"l2": np.full((4, 1), params["b2"]), "y_pred": np.full((4, 1), 0.001)}
    gradients = student.backward(params, X, Y, cache)
    assert_close(gradients["b2"], np.array([-0.749]), rtol=2e-3, name="the gradient of b2")  # room for the slides' 1e-7
    assert_close(gradients["w2"], np.array([[-0.3745], [-0.3745]]), rtol=2e-3, name="the gradient of w2")
    assert_close(gradients["w1"], np.full((2, 2), 0.24975) * [-1.0, 1.0], rtol=2e-3, name="the gradient of w1")


@task("train_mlp", points=4)
def test_xor_is_learnt(student):
    """From the start of the hand-out the cost is .722447 at first, .034584 after 1,000 steps: XOR is solved."""
    trained, costs = student.train_mlp(fixed_start(), corners(), xor_labels(), 1.0, 1001)
    assert_close(len(costs), 1001, name="number of costs")
    got, want = [costs[0], costs[1000]], [0.722447, 0.034584]  # printed digits
    hint = "The first cost tells of the way forward, the other one of the gradients and of the order of the steps."
    assert_close(got, want, rtol=0, atol=2e-6, name="cost at step {}", labels=(0, 1000), hint=hint)
    shapes = {name: list(np.shape(value)) for name, value in trained.items()}
    assert_close(shapes, {"w1": [2, 2], "b1": [2], "w2": [2, 1], "b2": [1]}, name="shapes")


@task("train_mlp", points=1)
def test_no_steps_give_copies(student):
    """Zero steps give equal parameters in new arrays, and no costs."""
    trained, costs = assert_pure(student.train_mlp, fixed_start(), corners(), xor_labels(), 1.0, 0)
    assert_close(trained, fixed_start())
    assert_close(costs, [])


def half_of_all(model, bias):
    """Set all weights to 0, but those of the last layer to 1 and its bias to this number; return the answers."""
    state = model.state_dict()
    *_, weight, last = state
    state = {name: torch.zeros_like(value) for name, value in state.items()}
    state[weight], state[last] = torch.ones_like(state[weight]), torch.full_like(state[last], bias)
    model.load_state_dict(state)
    return model(torch.from_numpy(corners()).float())


@task("make_mlp", points=1)
def test_sigmoids_between_and_behind(student):
    """With first layers of zeros every hidden unit is 1/2; ones, and a bias of log 3 less their sum, give 3/4."""
    for model, units in ((student.make_mlp(), 2), (student.make_wide_deep(), 10)):
        answers = half_of_all(model, math.log(3) - units / 2)
        assert_close(answers, torch.full((4, 1), 0.75))


@task("make_mlp", points=1)
def test_number_of_parameters(student):
    """2-2-1 has 9 parameters, 2-10-10-10-1 has 261; both answer with probabilities, one for each row."""
    X = torch.from_numpy(corners()).float()
    for model, want in ((student.make_mlp(), 9), (student.make_wide_deep(), 261)):
        assert_close(sum(math.prod(value.shape) for value in model.state_dict().values()), want)
        answer = model(X)
        assert_close(tuple(answer.shape), (4, 1))
        require(bool(((answer > 0) & (answer < 1)).all()), "Some answers are no probabilities.")


@task("ring", points=0)
def test_ring_by_hand(student):
    """The points at 0, .9, 1, 1.5, 2 and 2.1 from the middle: those at 1, 1.5 and 2 are in the ring."""
    X = np.array([[0.0, 0.0], [0.9, 0.0], [0.0, -1.0], [-0.9, 1.2], [1.2, -1.6], [0.0, 2.1]])
    assert_close(student.ring(X), np.array([[0.0], [0.0], [1.0], [1.0], [1.0], [0.0]]))


@task("ring", points=0)
def test_parity_of_two_pixels(student):
    """The parity of two pixels is XOR; with three, one of ink and all of ink are odd."""
    assert_close(student.parity(corners()), np.array([[0.0], [1.0], [1.0], [0.0]]), name="two pixels")
    three = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    assert_close(student.parity(three), np.array([[1.0], [0.0], [1.0]]), name="three pixels")


@task("ring", points=0)
def test_three_modes_by_hand(student):
    """Of five points, the one between all centres and the one far out are near to none."""
    centres = np.array([[-1.5, -1.0], [1.5, -1.0], [0.0, 1.5]])
    X = np.array([[-1.5, -1.0], [1.5, -0.25], [0.0, 2.25], [0.0, 0.0], [9.0, 9.0]])
    assert_close(student.three_modes(X, centres, 0.75), np.array([[1.0], [1.0], [1.0], [0.0], [0.0]]))


@task("ring", points=0)
def test_map_of_the_handset_net(student):
    """The net that computes XOR by hand says yes on a band from the upper left to the lower right."""
    params = {
        "w1": np.array([[5.0, -7.0], [5.0, -7.0]]),
        "b1": np.array([-8.0, 3.0]),
        "w2": np.array([[-11.0], [-11.0]]),
        "b2": np.array([6.0]),
    }
    want = [".###.......", "..###......", "...###.....", "....###....", ".....###...", "......###.."]
    assert_close(student.decision_map(params, 11, 2.5)[:6], want, name="the upper six rows")


@task("ring", points=0, needs=("ring_by_hand", "xor_is_learnt"), call_s=60.0)
def test_sixteen_units_find_the_ring(student):
    """Sixteen hidden units, trained on 300 points with your labels, are right on nine of ten fresh ones."""
    rng = np.random.default_rng(0)
    X, fresh = rng.uniform(-2.5, 2.5, size=(300, 2)), rng.uniform(-2.5, 2.5, size=(2000, 2))
    draw = np.random.default_rng(1).normal
    params = {"w1": draw(size=(2, 16)), "b1": draw(size=16), "w2": draw(size=(16, 1)), "b2": np.zeros(1)}
    trained, _ = student.train_mlp(params, X, student.ring(X), 1.0, 3000)
    answers = student.forward(trained, fresh)["y_pred"] > 0.5
    length = np.hypot(fresh[:, :1], fresh[:, 1:])
    share = float(np.mean(answers == ((length >= 1) & (length <= 2))))
    require(share >= 0.9, "Fewer than nine of ten fresh points have the right answer.")
