"""Hidden cases of 10-xor: fresh lines and nets, slopes, saturation, real trainings, and what must not be touched."""

import numpy as np
import pytest
import torch

from autograder import assert_close, assert_gradient, assert_matches, assert_pure, inside, recipes, require, task

NAMES = ("w1", "b1", "w2", "b2")

# (rows, hidden units): all lengths of one draw differ, from each other and from the 2 inputs.
SIZES = [(7, 3), (4, 5), (9, 4), (5, 3), (8, 5)]

# What PyTorch draws for nn.Linear(2, 2) and nn.Linear(2, 1) after manual_seed, to four digits, as w1, b1, w2, b2; and
# the cost of entry 10,000 with learning rate 1.
PYTORCH_STARTS = {
    777: (([[-0.5913, -0.1368], [-0.0125, -0.1613]], [0.5393, 0.539], [[0.3171], [0.0046]], [0.4594]), 0.00123),
    1: (([[0.3643, -0.1371], [-0.3121, 0.3319]], [-0.6657, 0.4241], [[-0.1455], [0.3597]], [0.0983]), 0.00106),
    2: (([[0.1622, 0.1939], [-0.1683, -0.0361]], [0.3021, 0.1683], [[-0.0813], [-0.5717]], [0.1614]), 0.0011),
}


def corners():
    """The four inputs of XOR, float64 (4, 2)."""
    return np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])


def xor_labels():
    return np.array([[0.0], [1.0], [1.0], [0.0]])


def fixed_start():
    """The start of the hand-out, from which XOR is solved."""
    return named([[0.5, -0.4], [0.6, -0.3]], [-0.1, 0.2], [[0.7], [0.8]], [-0.3])


def named(*values):
    """The four parameters by their names."""
    return {name: np.array(value) for name, value in zip(NAMES, values, strict=True)}


def draw_params(rng, hidden):
    return named(
        rng.normal(size=(2, hidden)), rng.normal(size=hidden), rng.normal(size=(hidden, 1)), rng.normal(size=1)
    )


def labels(rng, rows):
    """Zeros and ones, both present, in random order, float64 (rows, 1)."""
    return rng.permutation(np.arange(rows) % 2).astype(float).reshape(rows, 1)


def draw_question(rng, reference, rows, hidden):
    """Draw the arguments of backward such that the slides' 1e-7 in the denominator makes no difference.

    It moves every term of a sum by a little of its own, so that what is left of two terms that cancel may move by
    much. Drawn again until the slides' gradients lie within 3e-6 of the right ones; the comparison allows for 1e-5.
    """
    while True:
        params, X, Y = draw_params(rng, hidden), rng.normal(size=(rows, 2)), labels(rng, rows)
        cache = reference.forward(params, X)
        p = cache["y_pred"]
        if p.min() < 0.1 or p.max() > 0.9:
            continue
        right = reference.backward(params, X, Y, cache)
        shrunk = Y + (p - Y) * (p * (1.0 - p)) / (p * (1.0 - p) + 1e-7)
        moved = reference.backward(params, X, Y, {**cache, "y_pred": shrunk})
        if all(np.all(np.abs(moved[name] - right[name]) <= 3e-6 * np.abs(right[name])) for name in NAMES):
            return params, X, Y, cache


def check_gradient(student, reference, params, X, Y, cache):
    """Compare all four gradients with the slopes of the loss."""

    def loss(w1, b1, w2, b2):
        found = reference.forward({"w1": w1, "b1": b1, "w2": w2, "b2": b2}, X)
        return reference.bce(found["y_pred"], Y)

    at = tuple(params[name] for name in NAMES)
    wrt = {name: place for place, name in enumerate(NAMES)}
    assert_gradient(student.backward, of=loss, at=at, wrt=wrt, given=(params, X, Y, cache))


def nearby_corners():
    """Sixteen inputs: at each corner of the square, both inputs off by .1, in all four ways. And which corner it is."""
    off = 0.1 * np.array([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]])
    return np.concatenate([corner + off for corner in corners()]), np.repeat(np.arange(4), 4)


@task("perceptron", points=3)
def test_perceptron_matches(student, reference, rng):
    """Fresh lines and points: the answers are 0 and 1, one for each row."""
    over = [(rng.normal(size=(rows, 2)), rng.normal(size=2), float(rng.normal())) for rows in (11, 7, 5, 13, 2)]
    wanted = [reference.perceptron(*arguments).astype(float) for arguments in over]
    for answers, want in zip(student.perceptron.each(over), wanted, strict=True):
        assert_close(answers.astype(float), want)  # truth values and integers will do as well


@task("and_weights", points=5, hint="A corner of the square lies too near to your line. Where is there most room?")
def test_lines_keep_their_distance(student):
    """AND and OR stay right when both inputs are off by .1."""
    X, corner = nearby_corners()
    w, b = student.and_weights()
    v, c = student.or_weights()
    assert_close(X @ w + b > 0, np.array([False, False, False, True])[corner], name="AND")
    assert_close(X @ v + c > 0, np.array([False, True, True, True])[corner], name="OR")


@task("train_single_layer", points=2)
def test_other_seeds_and_rates(student, reference, rng):
    """Other seeds, learning rates and lengths have the right costs, too."""
    seeds = rng.choice(1000, size=5, replace=False)
    over = [
        (n, lr, int(seed)) for n, lr, seed in zip((29, 17, 7, 11, 23), (0.5, 1.0, 2.0, 0.1, 1.5), seeds, strict=True)
    ]
    assert_matches(student.train_single_layer, reference.train_single_layer, over, rtol=1e-5)


@task("train_single_layer", points=2, call_s=60.0)
def test_the_single_layer_never_learns_xor(student):
    """10,001 steps by default, and the cost stays at .69314718 = ln 2, at step 9,900 as at step 10,000."""
    costs = student.train_single_layer()
    assert_close(len(costs), 10001, name="number of costs")
    # A line that answers 1/2 everywhere is the best there is; float32 cannot come nearer than 1e-7.
    got, steps = [costs[9900], costs[10000]], (9900, 10000)
    assert_close(got, [np.log(2.0)] * 2, rtol=0, atol=1e-6, name="cost at step {}", labels=steps)


@task("handset_mlp", points=4)
def test_handset_net_anywhere(student, reference, rng):
    """The same net at points that are no corners: nothing is rounded on the way."""
    over = [(rng.uniform(-0.5, 1.5, size=(rows, 2)),) for rows in (7, 1, 5, 11, 3)]
    assert_matches(student.handset_mlp, reference.handset_mlp, over)


@task("init_params", points=1)
def test_generator_decides(student, rng):
    """A generator in the same state gives the same weights, another one gives others."""
    seed = int(rng.integers(1000))
    first, again, other = (student.init_params(5, recipes.generator(each)) for each in (seed, seed, seed + 1))
    assert_close(again, first, rtol=0, atol=0)
    for name in ("w1", "w2"):
        require(not np.any(first[name] == other[name]), "Two generators gave the same weights.")


@task("init_params", points=2)
def test_no_two_hidden_units_start_alike(student, rng):
    """Every weight is drawn by itself, finite, and at most 10 in size."""
    for hidden in (2, 3, 7):
        params = student.init_params(hidden, recipes.generator(int(rng.integers(1000))))
        for value in params.values():
            assert_close(value.dtype.name, "float64", name="dtype")
            require(bool(np.all(np.abs(value) <= 10)), "Some numbers are not finite, or larger than 10.")
        for name in ("w1", "w2"):
            different = len(np.unique(params[name])) == params[name].size
            require(different, "Some weights are equal.", hint="Equal hidden units get equal gradients, for ever.")


@task("forward", points=4)
def test_forward_matches(student, reference, rng):
    """All four stations, for nets and batches of several sizes."""
    over = [(draw_params(rng, hidden), rng.normal(size=(rows, 2))) for rows, hidden in [*SIZES, (1, 1), (2, 2)]]
    assert_matches(student.forward, reference.forward, over)


@task("forward", points=2)
def test_forward_leaves_its_arguments_alone(student, reference, rng):
    """params and X stay as they were."""
    params, X = draw_params(rng, 3), rng.normal(size=(5, 2))
    want = reference.forward(params, X)
    assert_close(assert_pure(student.forward, params, X), want)


@task("backward", points=9)
def test_gradient_is_the_slope(student, reference, rng):
    """All four gradients are the slopes of the mean loss, for several nets and batches."""
    for rows, hidden in SIZES:
        check_gradient(student, reference, *draw_question(rng, reference, rows, hidden))


@task("backward", points=4)
def test_gradient_on_the_xor_table(student, reference, rng):
    """On the four rows of XOR, with two hidden units, the gradients are the slopes."""
    params = fixed_start()
    params["b2"] = params["b2"] - rng.uniform(0.2, 0.4)  # so that the errors of the four rows do not cancel
    cache = reference.forward(params, corners())
    check_gradient(student, reference, params, corners(), xor_labels(), cache)


@task("backward", points=2)
def test_one_row_alone(student, reference, rng):
    """The gradient of a batch is the mean of the gradients of its rows, each taken by itself."""
    params, X, Y, cache = draw_question(rng, reference, 7, 3)
    whole = (params, X, Y, cache)
    rows = [(params, X[i : i + 1], Y[i : i + 1], {k: v[i : i + 1] for k, v in cache.items()}) for i in range(7)]
    want = reference.backward(params, X, Y, cache)
    together, *alone = student.backward.each([whole, *rows])
    assert_close(together, want, rtol=1e-5)  # room for the slides' 1e-7
    assert_close({name: np.mean([one[name] for one in alone], axis=0) for name in NAMES}, want, rtol=1e-5)


@task("backward", points=3)
def test_gradient_leaves_its_arguments_alone(student, reference, rng):
    """params, X, Y and cache stay as they were."""
    params, X, Y, cache = draw_question(rng, reference, 5, 3)
    want = reference.backward(params, X, Y, cache)
    assert_close(assert_pure(student.backward, params, X, Y, cache), want, rtol=1e-5)


@task("backward", points=4)
def test_gradient_of_the_nearly_certain(student, reference, rng):
    """Where y_pred is .99 and more, the gradient is still that of the loss."""
    for rows, hidden in [(7, 3), (5, 4)]:
        params = draw_params(rng, hidden)
        params.update(w1=3.0 * np.abs(params["w1"]), w2=np.full((hidden, 1), 2.5), b2=np.array([-1.0]))
        X, Y = np.abs(rng.normal(size=(rows, 2))), labels(rng, rows)
        cache = reference.forward(params, X)
        want = reference.backward(params, X, Y, cache)
        # A y_pred of .9999 leaves p(1-p) = 1e-4, of which the slides' 1e-7 is a thousandth.
        largest = max(float(np.abs(value).max()) for value in want.values())
        assert_close(student.backward(params, X, Y, cache), want, rtol=2e-3, atol=2e-4 * largest)


@task("train_mlp", points=3)
def test_training_matches(student, reference, rng):
    """On fresh data, the costs and all four parameters are right after every step."""
    over = []
    for (rows, hidden), lr, steps in zip(SIZES, (0.5, 0.1, 1.0, 0.3, 0.7), (1, 3, 11, 19, 13), strict=True):
        params, X, Y, _ = draw_question(rng, reference, rows, hidden)
        over.append((params, X, Y, lr, steps))
    assert_matches(student.train_mlp, reference.train_mlp, over, rtol=1e-4, atol=1e-6)  # the slides' 1e-7 adds up


@task("train_mlp", points=1)
def test_every_step_is_taken(student, reference):
    """Every step is taken, also where the cost rises, hardly changes, or is nearly zero."""
    solved = named([[40.0, -40.0], [40.0, -40.0]], [-60.0, 20.0], [[-90.0], [-90.0]], [45.0])
    over = [
        (start, corners(), xor_labels(), lr, 6)
        for start, lr in ((fixed_start(), 8.0), (fixed_start(), 1e-9), (solved, 1.0))
    ]
    assert_matches(student.train_mlp, reference.train_mlp, over, rtol=1e-4, atol=1e-6)


@task("train_mlp", points=2)
def test_training_leaves_its_arguments_alone(student, reference, rng):
    """The start, X and Y stay as they were, also when no step is taken."""
    params, X, Y, _ = draw_question(rng, reference, 5, 3)
    for steps in (3, 0):
        want = reference.train_mlp(params, X, Y, 0.5, steps)
        assert_close(assert_pure(student.train_mlp, params, X, Y, 0.5, steps), want, rtol=1e-4, atol=1e-6)


@task("train_mlp", points=2, call_s=60.0)
def test_xor_is_solved(student, reference):
    """From the start of the hand-out the cost is .001836 in the end, and all four answers are right."""
    trained, costs = student.train_mlp(fixed_start(), corners(), xor_labels(), 1.0, 10001)
    assert_close(costs[10000], 0.001836, rtol=0, atol=1e-5, name="cost of entry 10,000")
    answers = reference.forward(trained, corners())["y_pred"]
    assert_close(np.round(answers), xor_labels(), name="answers")


@task("train_mlp", points=2, call_s=60.0)
@pytest.mark.parametrize("seed", sorted(PYTORCH_STARTS))
def test_xor_from_the_starts_of_pytorch(student, reference, seed):
    """From the weights that PyTorch draws with seeds 777, 1 and 2, the cost ends at .00123, .00106 and .0011."""
    start, want = PYTORCH_STARTS[seed]
    trained, costs = student.train_mlp(named(*start), corners(), xor_labels(), 1.0, 10001)
    assert_close(costs[10000], want, rtol=0, atol=1e-5, name="cost of entry 10,000")  # printed digits
    answers = reference.forward(trained, corners())["y_pred"]
    assert_close(np.round(answers), xor_labels(), name="answers")


def with_weights(model, weights):
    """Put arrays into a model layer by layer, each of the shape that PyTorch keeps, and return the model."""
    state = model.state_dict()
    shapes = [list(value.shape) for value in state.values()]
    assert_close(shapes, [list(np.shape(each)) for each in weights], name="shapes of the parameters")
    tensors = (torch.tensor(each, dtype=torch.float32) for each in weights)
    model.load_state_dict(dict(zip(state, tensors, strict=True)))
    return model


def is_sequential(model):
    """Runs beside the student's code: whether a model is an nn.Sequential."""
    import torch

    return isinstance(model, torch.nn.Sequential)


def through(weights, x):
    """Send x through layers of these weights, with a sigmoid after each, in float64."""
    for w, b in zip(weights[::2], weights[1::2], strict=True):
        x = 1.0 / (1.0 + np.exp(-(x @ np.transpose(w) + b)))
    return torch.from_numpy(x).float()


@task("make_mlp", points=1.5)
def test_mlp_with_the_weights_of_the_lecture(student):
    """With the lecture's weights your model answers .0112, .9949, .9949, .0244."""
    weights = [[[5.0, 5.0], [-7.0, -7.0]], [-8.0, 3.0], [[-11.0, -11.0]], [6.0]]
    other = student.make_mlp()
    before = other.state_dict()
    model = with_weights(student.make_mlp(), weights)
    require(inside(student, is_sequential)(model), "The model is no nn.Sequential.")
    kept = all(torch.equal(value, before[name]) for name, value in other.state_dict().items())
    require(kept, "Two models share their weights.", hint="Build the layers inside the function, anew in every call.")
    assert_close(model(torch.from_numpy(corners()).float()), through(weights, corners()))


@task("make_mlp", points=1.5)
def test_wide_deep_with_given_weights(student, rng):
    """Four layers of given weights, a sigmoid after each."""
    shapes = [(10, 2), (10,), (10, 10), (10,), (10, 10), (10,), (1, 10), (1,)]
    weights = [rng.normal(size=shape) for shape in shapes]
    X = rng.normal(size=(7, 2))
    want = through(weights, X)
    model = with_weights(student.make_wide_deep(), weights)
    assert_close(model(torch.from_numpy(X).float()), want)
    require(inside(student, is_sequential)(model), "The model is no nn.Sequential.")


def on_the_edges():
    """Return points whose lengths are exactly 1 and 2, and their neighbours."""
    edges = [(1.0, 0.0), (0.0, -1.0), (-2.0, 0.0), (0.0, 2.0)]
    return np.array([(scale * x1, scale * x2) for x1, x2 in edges for scale in (0.999, 1.0, 1.001)])


@task("ring", points=0)
def test_labels_match(student, reference, rng):
    """Ring, parity and modes are right for fresh points, on the edges, and for any number of pixels and centres."""
    points = [rng.uniform(-2.5, 2.5, size=(n, 2)) for n in (50, 7, 1)]
    assert_matches(student.ring, reference.ring, [*((each,) for each in points), (on_the_edges(),)])
    images = [rng.integers(0, 2, size=size).astype(np.float64) for size in ((20, 9), (7, 4), (5, 1))]
    assert_matches(student.parity, reference.parity, [(each,) for each in images])
    over = [(points[0], rng.uniform(-2, 2, size=(k, 2)), radius) for k, radius in ((3, 0.8), (1, 1.5), (5, 0.6))]
    edge = np.array([[0.0, 1.5], [1.5, 0.0], [0.0, 1.501]]), np.array([[0.0, 0.0], [9.0, 9.0], [-9.0, 9.0]]), 1.5
    assert_matches(student.three_modes, reference.three_modes, [*over, edge])


@task("ring", points=0)
def test_maps_match(student, reference, rng):
    """Maps of fresh nets in several sizes are right; the net stays as it was."""
    for size, reach, units in ((21, 2.5, 3), (2, 1.0, 1), (7, 4.0, 5)):
        params = {
            "w1": rng.normal(size=(2, units)),
            "b1": rng.normal(size=units),
            "w2": rng.normal(size=(units, 1)),
            "b2": rng.normal(size=1) / 2,
        }
        got = assert_pure(student.decision_map, params, size, reach)
        assert_close(list(got), reference.decision_map(params, size, reach), name="the map")
    certain = {"w1": np.zeros((2, 1)), "b1": np.zeros(1), "w2": np.zeros((1, 1)), "b2": np.zeros(1)}
    assert_close(list(student.decision_map(certain)), ["." * 21] * 21, name="the map of one half")


@task("ring", points=0)
def test_labelling_changes_nothing(student, rng):
    """The points stay as they were."""
    X = rng.uniform(-2.5, 2.5, size=(9, 2))
    centres = rng.uniform(-2, 2, size=(3, 2))
    length = np.hypot(X[:, :1], X[:, 1:])
    want = ((length >= 1) & (length <= 2)).astype(np.float64)
    assert_close(assert_pure(student.ring, X), want, name="ring")
    near = np.hypot(*(X[:, None] - centres).T).T.min(axis=1, keepdims=True) <= 1.0
    assert_close(assert_pure(student.three_modes, X, centres, 1.0), near.astype(np.float64), name="modes")
    bits = (X > 0).astype(np.float64)
    assert_close(assert_pure(student.parity, bits), bits.sum(axis=1, keepdims=True) % 2, name="parity")
