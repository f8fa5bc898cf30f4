"""Hidden cases of 08-activations-and-depth: fresh inputs, extremes, and a training step by step."""

import itertools

import numpy as np
import pytest
import torch

from autograder import (
    assert_close,
    assert_gradient,
    assert_matches,
    assert_pure,
    build,
    inside,
    recipes,
    require,
    task,
)

SHAPES = [(7, 3), (11,), (3, 5), (2, 3, 5), (4, 4)]

# Widths of six networks: 1, 2, 3, 4 and 6 layers, and one in which all are alike.
WIDTHS = [(3, 2), (2, 5, 3), (5, 3, 7, 2), (3, 7, 2, 5, 4), (2, 3, 5, 4, 3, 6, 2), (4, 4, 4, 4)]


def away_from_corners(rng, shape):
    """Return numbers no nearer than .07 to -1/2, 0 and 1/2, from the stretches between them in turn."""
    return np.resize([-1.5, -0.25, 0.25, 1.5], shape) + rng.uniform(-0.18, 0.18, size=shape)


def layers(rng, widths):
    """Return weights and biases of these widths, sized so that the numbers behind them are of order 1."""
    pairs = list(itertools.pairwise(widths))
    return [rng.normal(size=pair) / np.sqrt(pair[0]) for pair in pairs], [rng.normal(size=out) for _, out in pairs]


def through(x, Ws, bs):
    """Send x through the layers one by one, without activations."""
    for W, b in zip(Ws, bs, strict=True):
        x = x @ W + b
    return x


def squash(z):
    return np.tanh(z)


def same(z):
    return z


@task("activations", points=8)
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(("unit_step", "sign", "linear"), id="steps"),
        pytest.param(("piecewise_linear",), id="ramp"),
        pytest.param(("sigmoid", "tanh"), id="curves"),
        pytest.param(("relu",), id="relu"),
    ],
)
def test_values(student, reference, rng, names):
    """The functions are right for arrays of one, two and three axes."""
    for name in names:
        over = [(rng.normal(scale=1.5, size=shape),) for shape in SHAPES]
        over.append((np.array([[-0.5, 0.0, 0.5]]),))
        assert_matches(getattr(student, name), getattr(reference, name), over)


@task("activations", points=2)
def test_curves_far_out(student):
    """At ±1000 sigmoid and tanh have arrived at their limits."""
    z = np.array([[-1000.0, -100.0], [100.0, 1000.0]])
    assert_close(student.sigmoid(z.copy()), np.array([[0.0, 0.0], [1.0, 1.0]]))
    assert_close(student.tanh(z.copy()), np.array([[-1.0, -1.0], [1.0, 1.0]]))


@task("activations", points=1)
def test_relations(student, rng):
    """tanh z = 2 sigmoid(2z) - 1, relu z - relu(-z) = z, unit_step = (sign + 1) / 2, ramp z + ramp(-z) = 1."""
    z = rng.normal(size=(7, 3))
    assert_close(student.tanh(z.copy()), 2.0 * student.sigmoid(2.0 * z) - 1.0)
    assert_close(student.relu(z.copy()) - student.relu(-z), z)
    assert_close(student.unit_step(z.copy()), (student.sign(z.copy()) + 1.0) / 2.0)
    assert_close(student.piecewise_linear(z.copy()) + student.piecewise_linear(-z), np.ones((7, 3)))


@task("activations", points=1)
def test_arguments_stay(student, reference, rng):
    """No activation function writes into the array that it is given."""
    z = rng.normal(size=(5, 3))
    for name in ("unit_step", "sign", "piecewise_linear", "sigmoid", "tanh", "relu"):
        assert_close(assert_pure(getattr(student, name), z), getattr(reference, name)(z))


@task("derivatives", points=3)
def test_slopes_of_pieces(student, reference, rng):
    """Away from jumps and corners, the five functions made of straight pieces have the right slopes."""
    for name in ("linear_prime", "relu_prime", "piecewise_linear_prime", "unit_step_prime", "sign_prime"):
        over = [(away_from_corners(rng, shape),) for shape in SHAPES]
        assert_matches(getattr(student, name), getattr(reference, name), over)


@task("derivatives", points=3)
def test_slopes_agree_with_differences(student, reference, rng):
    """sigmoid_prime and tanh_prime are the slopes of sigmoid and tanh, from -6 to 6."""
    for name in ("sigmoid", "tanh"):
        for shape in [(7, 3), (2, 3, 2)]:
            z = rng.uniform(-6, 6, size=shape)
            assert_gradient(getattr(student, f"{name}_prime"), of=getattr(reference, name), at=z)


@task("derivatives", points=2)
def test_slopes_far_out(student):
    """At ±1000 the slopes of sigmoid and tanh are 0, at 0 they are 1/4 and 1."""
    z = np.array([-1000.0, -100.0, 0.0, 100.0, 1000.0])
    assert_close(student.sigmoid_prime(z.copy()), np.array([0.0, 0.0, 0.25, 0.0, 0.0]))
    assert_close(student.tanh_prime(z.copy()), np.array([0.0, 0.0, 1.0, 0.0, 0.0]))


@task("derivatives", points=1)
def test_arguments_of_slopes_stay(student, reference, rng):
    """No derivative writes into the array that it is given."""
    z = away_from_corners(rng, (5, 3))
    for name in ("piecewise_linear_prime", "sigmoid_prime", "tanh_prime", "relu_prime"):
        assert_close(assert_pure(getattr(student, name), z), getattr(reference, name)(z))


@task("collapse_linear", points=5)
def test_collapse_matches(student, reference, rng):
    """One to six layers of any widths become one."""
    assert_matches(student.collapse_linear, reference.collapse_linear, [layers(rng, widths) for widths in WIDTHS])


@task("collapse_linear", points=2)
def test_four_layers_equal_one(student, rng):
    """Whatever goes through the one layer comes out as it does behind all four."""
    Ws, bs = layers(rng, (3, 7, 2, 5, 4))
    x = rng.normal(size=(11, 3))
    want = through(x, Ws, bs)
    W, b = student.collapse_linear(Ws, bs)
    assert_close(np.shape(b), (4,), name="shape of b")
    assert_close(x @ W + b, want)


@task("collapse_linear", points=2)
def test_layers_stay(student, rng):
    """Weights and biases, and their lists, stay as they were."""
    Ws, bs = layers(rng, (3, 5, 2))
    want = Ws[0] @ Ws[1], bs[0] @ Ws[1] + bs[1]
    assert_close(assert_pure(student.collapse_linear, Ws, bs), want)


@task("mlp_forward", points=4)
def test_forward_matches(student, reference, rng):
    """Networks of one to six layers, with tanh between the layers and nothing behind the last."""
    over = [(rng.normal(size=(6, widths[0])), *layers(rng, widths), squash) for widths in WIDTHS]
    assert_matches(student.mlp_forward, reference.mlp_forward, over)


@task("mlp_forward", points=3)
def test_depth_needs_an_activation(student, rng):
    """Without an activation the network is affine, f(a + b) - f(a) - f(b) + f(0) = 0; with tanh it is not."""
    Ws, bs = layers(rng, (3, 7, 5, 2))
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    start = through(np.zeros((5, 3)), Ws, bs)
    for act, bends in ((same, False), (squash, True)):
        points = [(point.copy(), Ws, bs, act) for point in (a + b, a, b, np.zeros((5, 3)))]
        both, first, second, zero = student.mlp_forward.each(points)
        bend = both - first - second + zero
        assert_close(np.shape(bend), (5, 2), name="shape of the output")
        if bends:
            require(1e-3 < float(np.abs(bend).max()) < np.inf, "with tanh the network is still affine")
        else:
            assert_close(bend, np.zeros((5, 2)), name="f(a + b) - f(a) - f(b) + f(0)")
            assert_close(zero, start, name="f(0) without an activation")


@task("mlp_forward", points=2)
def test_batch_and_layers_stay(student, rng):
    """The batch, the weights and the biases stay as they were."""
    Ws, bs = layers(rng, (3, 5, 2))
    x = rng.normal(size=(7, 3))
    want = np.tanh(x @ Ws[0] + bs[0]) @ Ws[1] + bs[1]
    assert_close(assert_pure(student.mlp_forward, x, Ws, bs, squash), want)


@task("NeuralNetwork", points=4, needs=("shapes_of_the_parameters",))
def test_network_with_given_weights(student, reference, rng):
    """With given weights your network computes the same numbers as ours: sigmoid twice, and none behind the last."""
    shapes = [(5, 4), (5,), (6, 5), (6,), (3, 6), (3,)]
    weights = {shape: torch.from_numpy(rng.normal(size=shape)).float() for shape in shapes}
    model, ours = student.NeuralNetwork(), reference.NeuralNetwork()
    x = torch.from_numpy(rng.normal(size=(7, 4))).float()
    for net in (model, ours):
        net.load_state_dict({name: weights[tuple(value.shape)] for name, value in net.state_dict().items()})
    for rows in (x, x[:1]):
        assert_close(model(rows), ours(rows).detach(), rtol=1e-4, atol=1e-4)


def is_sequential(model):
    """Runs beside the student's code: whether a model is an nn.Sequential."""
    import torch

    return isinstance(model, torch.nn.Sequential)


@task("NeuralNetwork", points=2, needs=("shapes_of_the_parameters",))
def test_layers_are_in_deep_nn(student):
    """The six parameters are those of deep_nn, and every new network draws them anew."""
    model = student.NeuralNetwork()
    state = model.state_dict()
    require(all(bool(torch.isfinite(value).all()) for value in state.values()), "some parameters are not finite")
    require(all(name.startswith("deep_nn.") for name in state), "some parameters are not those of deep_nn")
    assert_close(len(model.deep_nn.state_dict()), 6, name="parameters in deep_nn")
    require(inside(student, is_sequential)(model.deep_nn), "deep_nn is no nn.Sequential")
    others = student.NeuralNetwork().state_dict()
    require(all(not torch.equal(state[name], others[name]) for name in state), "two new networks start alike")


def convolution(into, out, rows, columns):
    import torch

    return torch.nn.Conv2d(into, out, (rows, columns))


def normalisation(width):
    import torch

    return torch.nn.LayerNorm(width)


def nested(into, width, out):
    import torch

    inner = torch.nn.Sequential(torch.nn.Linear(into, width), torch.nn.PReLU())
    return torch.nn.Sequential(inner, torch.nn.Linear(width, out, bias=False))


@task("count_parameters", points=1)
def test_count_of_any_layers(student, rng):
    """Layers of other kinds have weights of other shapes: four axes, one axis, a single number."""
    a, b, c, d = (int(n) for n in rng.permutation([2, 3, 5, 7]))
    models = [(convolution, (a, b, c, d)), (normalisation, (a,)), (nested, (a, b, c))]
    wanted = [a * b * c * d + b, 2 * a, a * b + b + 1 + b * c]
    for (layers_of, sizes), want in zip(models, wanted, strict=True):
        assert_close(student.count_parameters(inside(student, layers_of).keep(*sizes)), want)


@task("count_parameters", points=2)
def test_count_of_other_models(student, rng):
    """Linear layers of other sizes, with and without biases."""
    counts = []
    for out, into in ((7, 3), (2, 11), (5, 5)):
        weight, bias = torch.from_numpy(rng.normal(size=(out, into))).float(), torch.zeros(out)
        counts += [
            student.count_parameters(build(student, recipes.linear(weight, bias))),
            student.count_parameters(build(student, recipes.linear(weight))),
        ]
    assert_close(counts, [28, 21, 24, 22, 30, 25])


def parabola(x):
    return 8 * x**2 + 7 * x + 3


@task("make_quadratic", points=2)
def test_noise_and_line(student, rng):
    """The noise averages .798 in size, x is spread evenly, and the line of least squares misses y by about 473."""
    x, y = student.make_quadratic(5003, recipes.generator(int(rng.integers(10**6))))
    assert_close((tuple(x.shape), tuple(y.shape)), ((5003, 1), (5003, 1)), name="shapes of x and y")
    x, y = x.double().numpy(), y.double().numpy()
    # Each bound is eight or more standard errors of 5003 draws wide: chance never decides.
    noise = y - parabola(x)
    assert_close(
        float(np.abs(noise).mean()), float(np.sqrt(2 / np.pi)), rtol=0, atol=0.07, name="mean size of the noise"
    )
    assert_close(float(noise.mean()), 0.0, rtol=0, atol=0.12, name="mean of the noise")
    assert_close(float(noise.std()), 1.0, rtol=0, atol=0.08, name="deviation of the noise")
    # A bell has tails: of 5003 normal draws none lies beyond 2.5 once in 10^27 times.
    require(bool(np.abs(noise).max() > 2.5), "no noise is larger than 2.5, though it comes from N(0, 1)")
    # Single precision knows 30 million numbers between -15 and 15; hardly two draws are alike.
    require(len(np.unique(x)) > 4900, "many x are the same number, though they come from U(-15, 15)")
    turns = float((np.diff(x[:, 0]) < 0).mean())
    require(0.4 < turns < 0.6, "x is in order, though each is drawn by itself")
    share = [float((x < bound).mean()) for bound in (-10.0, 0.0, 10.0)]
    assert_close(share, [1 / 6, 1 / 2, 5 / 6], rtol=0, atol=0.06, name="shares of x below -10, 0 and 10")
    # Of 5003 draws one lies within .1 of either end, but for once in ten million.
    require(x.min() < -14.9 and x.max() > 14.9, "x does not reach from -15 to 15")
    line = np.polyfit(x[:, 0], y[:, 0], 1)
    missed = float(np.abs(np.polyval(line, x) - y).mean())
    assert_close(missed, 473.0, rtol=0, atol=40.0, name="what a straight line misses")


@task("make_quadratic", points=1, needs=("points_of_the_parabola",))
def test_all_chance_comes_from_rng(student, rng):
    """Two generators with the same seed give the same points; the next draw from a generator gives others."""
    seed = int(rng.integers(10**6))
    generator = build(student, recipes.generator(seed))
    first = student.make_quadratic(7, generator)
    again = student.make_quadratic(7, recipes.generator(seed))
    following = student.make_quadratic(7, generator)
    assert_close(first[0].shape, (7, 1), name="shape of x")
    assert_close(first[1].shape, (7, 1), name="shape of y")
    require(all(torch.equal(a, b) for a, b in zip(first, again, strict=True)), "the same seed gave other points")
    require(not any(torch.equal(a, b) for a, b in zip(first, following, strict=True)), "two draws gave the same points")


# Shapes of the parameters of 1-10-6-1, and how far from 0 nn.Linear draws them: 1 / sqrt(number of inputs).
REACH = {(10, 1): 1.0, (10,): 1.0, (6, 10): 10**-0.5, (6,): 10**-0.5, (1, 6): 6**-0.5, (1,): 6**-0.5}


def started_like(model):
    """Return our network 1-10-6-1 with the parameters of ``model``."""
    state = model.state_dict()
    shapes = sorted(tuple(value.shape) for value in state.values())
    assert_close(shapes, sorted(REACH), name="shapes of the parameters")
    ours = torch.nn.Sequential(
        torch.nn.Linear(1, 10), torch.nn.ReLU(), torch.nn.Linear(10, 6), torch.nn.ReLU(), torch.nn.Linear(6, 1)
    )
    by_shape = {tuple(value.shape): value for value in state.values()}
    require(
        all(float(value.abs().max()) < REACH[shape] + 1e-6 for shape, value in by_shape.items()),
        "the network does not start as nn.Linear draws it",
    )
    ours.load_state_dict({name: by_shape[tuple(value.shape)] for name, value in ours.state_dict().items()})
    return ours


@task("fit_quadratic", points=4)
@pytest.mark.parametrize("optimizer", ["SGD", "Adam"])
def test_first_steps(student, rng, optimizer):
    """The first 60 losses and steps are those of the named optimizer, on all points, from the start that you drew."""
    seed = int(rng.integers(10**6))
    x, y = student.make_quadratic(1000, recipes.generator(seed))
    assert_close((tuple(x.shape), tuple(y.shape)), ((1000, 1), (1000, 1)), name="shapes of x and y")
    start, none = student.fit_quadratic(seed, 0, optimizer)
    assert_close(len(none), 0, name="losses of no steps")
    ours = started_like(start)
    if optimizer == "SGD":
        stepper = torch.optim.SGD(ours.parameters(), lr=0.001)
    else:
        stepper = torch.optim.Adam(ours.parameters(), lr=0.01)
    wanted = []
    for _ in range(60):
        stepper.zero_grad()
        loss = (ours(x) - y).abs().mean()
        loss.backward()
        stepper.step()
        wanted.append(loss.item())
    model, losses = student.fit_quadratic(seed, 60, optimizer)
    # Single precision strays by 3e-7 in 60 steps. Every prediction against every target, (1000,) - (1000, 1), is the
    # same loss until the curve crosses the lowest points; by step 60 of Adam it differs by more than 6e-3.
    assert_close(losses, wanted, rtol=5e-6, atol=0, name="losses")
    got = {tuple(value.shape): value for value in model.state_dict().values()}
    want = {tuple(value.shape): value for value in ours.state_dict().values()}
    assert_close(got, want, rtol=1e-4, atol=1e-4, name="parameters after 60 steps")
    if optimizer == "SGD":
        # Weight decay of 1e-4 makes all of them smaller by 6e-6 of their size; float32 sums in another order by 1e-7.
        ends = (torch.cat([each[shape].flatten().double() for shape in REACH]) for each in (got, want))
        end, wanted_end = (each.numpy() for each in ends)
        shrunk = float((wanted_end - end) @ wanted_end / (wanted_end @ wanted_end))
        assert_close(shrunk, 0.0, rtol=0, atol=2e-6, name="share by which all parameters are too small")
    assert_close(model(x[:7]).detach(), ours(x[:7]).detach(), rtol=1e-3, atol=1e-3, name="predictions after 60 steps")


@task("fit_quadratic", points=1, needs=("curve_is_learned",))
def test_the_seed_decides_everything(student, rng):
    """The same seed gives the same losses, whatever was drawn before; another seed gives others."""
    seed = int(rng.integers(10**6))
    first = student.fit_quadratic(seed, 3)[1]
    other = student.fit_quadratic(seed + 1, 3)[1]
    again = student.fit_quadratic(seed, 3)[1]
    assert_close(len(first), 3, name="number of losses")
    require(np.isfinite(first).all() and first[2] < first[0], "three steps did not lower the loss")
    assert_close(again, first, name="losses of the same seed")
    require(abs(other[0] - first[0]) > 1e-6, "two seeds gave the same losses")


@task("fit_quadratic", points=4, needs=("first_steps[Adam]",), call_s=30.0)
def test_adam_follows_the_curve(student):
    """After 2,000 steps of Adam the mean error is below 40, everywhere between -15 and 15; 5 is usual."""
    for seed in (5, 1):  # of 60 starts none ended above 33
        model, losses = student.fit_quadratic(seed, 2000, "Adam")
        assert_close(len(losses), 2000, name="number of losses")
        x = torch.linspace(-15, 15, 301).reshape(301, 1)
        error = float((model(x).detach() - parabola(x)).abs().mean())
        if losses[1999] < 40 and error < 40:
            return
    require(False, "the mean error after 2,000 steps of Adam is not below 40")


def start_of_2_2_1(rng):
    """Return a start of a network 2-2-1: weights and biases of the size of 1."""
    return [rng.normal(size=(2, 2)), rng.normal(size=(2, 1))], [rng.normal(size=2), rng.normal(size=1)]


@task("fit_four_points", points=0)
def test_descents_match(student, reference, rng):
    """From other starts, with other rates and numbers of steps, costs and predictions are right."""
    for lr, steps in ((0.05, 30), (0.01, 12), (0.1, 5)):
        Ws, bs = start_of_2_2_1(rng)
        got, costs = student.fit_four_points(Ws, bs, lr, steps)
        want, right = reference.fit_four_points(Ws, bs, lr, steps)
        # Room for float32 on either side, over thirty steps.
        assert_close(costs, right, rtol=1e-3, atol=1e-4, name="costs")
        assert_close(np.asarray(got, dtype=float), want.astype(float), rtol=1e-3, atol=1e-3, name="predictions")


@task("fit_four_points", points=0)
def test_start_of_four_points_stays(student, rng):
    """The arrays of the start stay as they were; with no step the network answers as it starts."""
    Ws, bs = start_of_2_2_1(rng)
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    want = 1.0 / (1.0 + np.exp(-(corners @ Ws[0] + bs[0]))) @ Ws[1] + bs[1]
    for steps in (0, 3):
        got, costs = assert_pure(student.fit_four_points, Ws, bs, 0.05, steps)
        assert_close(len(costs), steps, name="number of costs")
        if not steps:
            # atol: in float32 the three terms, of the size of 1, may nearly cancel
            assert_close(np.asarray(got, dtype=float), want, rtol=1e-5, atol=1e-6, name="predictions at the start")
