"""The numbers of the hand-outs, computed from the solutions.

A function below belongs to one assignment. It yields pairs of a text, as both hand-outs have it, and the value that
the solution gives. A text is one number, or the two ends of a range, ".956 .984", in which the value lies. Those that
take a training are in ``handout_trainings.py``, those about the cases in ``handout_thresholds.py``;
``handout_figures.toml`` lists the numbers that nothing computes. ``test_handout_figures.py`` compares.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from torch import nn

from autograder.checks.datasets import digits28
from autograder.course import assignment as assignments

Figures = Iterator[tuple[str, float]]
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Computation:
    """Some numbers of a hand-out. One that trains lists them in ``slow``; it is ``long`` if it takes minutes."""

    slug: str
    compute: Callable[[ModuleType], Figures]
    slow: str
    long: bool

    def texts(self) -> set[str]:
        """Return the numbers as the hand-out has them."""
        return set(self.slow.split()) or {number for text, _ in self.run() for number in text.split()}

    @functools.cache  # noqa: B019
    def run(self) -> list[tuple[str, float]]:
        torch.manual_seed(0)
        return [(text, float(value)) for text, value in self.compute(solution(self.slug))]


COMPUTATIONS: list[Computation] = []


def of(slug: str, *, slow: str = "", long: bool = False) -> Callable[[Callable[[ModuleType], Figures]], None]:
    """Register a function that computes numbers of the hand-out of ``slug``."""
    return lambda compute: COMPUTATIONS.append(Computation(slug, compute, slow, long))


@functools.cache
def solution(slug: str) -> ModuleType:
    """Import the module of a solution, under a name that no other module has."""
    name = assignments.load(slug, root=ROOT).modules[0]
    spec = importlib.util.spec_from_file_location(f"solution_{name}", ROOT / "solutions" / slug / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def pairs(texts: str, values: Iterable[float]) -> Figures:
    """Pair each text with its value."""
    return zip(texts.split(), values, strict=True)


def column(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=np.float64)[:, None]


# --- data of the lectures

ANIMAL, DOG, HALVES = np.array([0.2, 0.3, 0.1, 0.9]), np.array([1.0, 0.0]), np.full((4, 2), 0.5)
EXAMS = np.array([[73, 80, 75], [93, 88, 93], [89, 91, 90], [96, 98, 100], [73, 66, 70]], dtype=np.float64)
FINALS = column(152, 185, 180, 196, 142)
SIX, PASSED = np.array([[1, 2], [2, 3], [3, 1], [4, 3], [5, 3], [6, 2]], dtype=np.float64), column(0, 0, 0, 1, 1, 1)
EIGHT = [[1, 2, 1, 1], [2, 1, 3, 2], [3, 1, 3, 4], [4, 1, 5, 5], [1, 7, 5, 5], [1, 2, 5, 6], [1, 6, 6, 6], [1, 7, 7, 7]]
GRADES = np.array([2, 2, 2, 1, 1, 1, 0, 0])
CORNERS, XOR = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=np.float64), column(0, 1, 1, 0)


# --- 01 to 04


@of("01-dog-wolf")
def _(dog_wolf: ModuleType) -> Figures:
    outputs = dog_wolf.predict(ANIMAL, HALVES)
    gradient = dog_wolf.grad_w(ANIMAL, outputs, DOG)
    yield ".75", outputs[0]
    yield ".25", outputs[0] - DOG[0]
    yield ".3125", dog_wolf.loss(outputs, DOG)
    yield from pairs(".05 .15 .075 .225 .025 .075 .225 .675", gradient.ravel())
    stepped = dog_wolf.sgd_step(HALVES, gradient, 0.01)
    yield ".50225", stepped[3, 0]
    yield ".49325", stepped[3, 1]
    yield ".306591", dog_wolf.loss(dog_wolf.predict(ANIMAL, stepped), DOG)
    yield ".95", ANIMAL @ ANIMAL
    yield ".9905", 1 - 0.01 * ANIMAL @ ANIMAL
    only_one_row = np.vstack([HALVES[:3], stepped[3:]])
    yield ".3075", dog_wolf.loss(dog_wolf.predict(ANIMAL, only_one_row), DOG)


@of("01-dog-wolf")
def _(dog_wolf: ModuleType) -> Figures:
    rng = np.random.default_rng(0)
    x, y, w0 = rng.normal(size=(64, 4)), rng.normal(size=(64, 2)), rng.normal(size=(4, 2))
    w, losses = dog_wolf.train(x, y, w0)
    assert (np.diff(losses) < 0).all()
    yield "228.7", losses[0]
    yield "147.1", dog_wolf.loss(dog_wolf.predict(x, w), y)
    yield "59.2", np.linalg.lstsq(x, y, rcond=None)[1].sum() / 2


@of("02-tensors")
def _(tensors: ModuleType) -> Figures:
    square = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    yield "1.5", tensors.mean_by(square, 1)[0]
    yield "3.5", tensors.mean_by(square, 1)[1]
    yield "2.5", tensors.mean_by(square.flatten(), 0)
    yield "154", tensors.matmul_loops(torch.arange(1, 7).reshape(2, 3), torch.arange(7, 13).reshape(3, 2))[1, 1]
    yield "36", tensors.describe(torch.zeros(4, 3, 3))[2]
    t = torch.arange(7)
    cuts = [t[0], t[-1], t[2:5], t[4:-1], t[:2], t[3:]]
    assert [each.tolist() for each in cuts] == [0, 6, [2, 3, 4], [4, 5], [0, 1], [3, 4, 5, 6]]


@of("03-linear-regression")
def _(regression: ModuleType) -> Figures:
    x = y = column(1, 2, 3)
    yield "4.67", regression.cost(regression.hypothesis(x, column(2), np.zeros(1)), y)
    table = {1: ".093 .040", 101: ".873 .289", 501: ".951 .110", 1001: ".985 .033"}
    costs = {1: "4.666667", 101: ".012043", 501: ".001756", 1000: ".000159", 1001: ".000158"}
    for epochs, texts in table.items():
        w, b, noted = regression.gradient_descent(x, y, lr=0.01, epochs=epochs)
        yield from pairs(texts, (w[0, 0], b[0]))
    for epochs, text in costs.items():
        yield text, noted[epochs - 1]
    w, b, _ = regression.gradient_descent(x, y, lr=0.01, epochs=1)
    yield ".0933", w[0, 0]
    yield ".0400", b[0]
    w, b, doubled = regression.gradient_descent(x, 2 * y, lr=0.01, epochs=1)
    yield ".1867", w[0, 0]
    yield ".0800", b[0]
    yield "18.6667", doubled[0]
    yield ".000633", regression.gradient_descent(x, 2 * y, lr=0.01, epochs=1001)[2][1000]


@of("03-linear-regression")
def _(regression: ModuleType) -> Figures:
    _, _, costs = regression.gradient_descent(EXAMS, FINALS, lr=1e-5, epochs=1001)
    for epoch, text in {0: "29661.80", 1: "9298.52", 2: "2915.71", 3: "915.04", 20: "1.62"}.items():
        yield text, costs[epoch]
    yield "1.5670", costs[95]
    yield "1.5663", costs[96]
    assert costs[1000] > 1
    assert regression.hypothesis(column(4), column(2), np.zeros(1)) == 8  # "what will 4 hours give?"
    x = np.linspace(-1, 1, 5)[:, None]
    weights, bias = regression.normal_equation(np.hstack([x, x**2]), 8 * x**2 + 7 * x + 3)
    assert np.allclose([*weights[:, 0], *bias], [7, 8, 3])
    w, b = regression.normal_equation(EXAMS, FINALS)
    yield ".1043", regression.cost(regression.hypothesis(EXAMS, w, b), FINALS)
    yield ".00004544", regression.max_stable_lr(EXAMS)
    a = np.hstack([EXAMS, np.ones((5, 1))])
    eigenvalues = np.linalg.eigvalsh(2 / 5 * a.T @ a)
    yield ".0064", eigenvalues[0]
    yield "44014", eigenvalues[-1]


@of("03-linear-regression")
def _(regression: ModuleType) -> Figures:
    valley, start = np.array([1.0, 100.0]), np.array([10.0, 1.0])

    def cost_of(method: str, lr: float) -> float:
        end = regression.walk(method, valley, start, lr, 100)[-1]
        return float(0.5 * valley @ end**2)

    race = {"sgd": 0.018, "momentum": 0.01, "adagrad": 1.0, "rmsprop": 0.1, "adam": 0.3}
    yield from pairs("1.322 .000438 .0375 .4115 .00145", (cost_of(*each) for each in race.items()))
    assert cost_of("sgd", 0.021) > 1e9
    w, b, _ = regression.gradient_descent(EXAMS, FINALS, lr=1e-5, epochs=95)
    yield from pairs("180.9597 140.1316", regression.hypothesis(EXAMS, w, b)[[2, 4], 0])


@of("04-five-rewrites")
def _(rewrites: ModuleType) -> Figures:
    x, y, w = (torch.from_numpy(each) for each in (ANIMAL[None], DOG[None], HALVES))
    stepped, loss = rewrites.step_manual(x, y, w, 0.01)
    yield ".3125", loss
    yield ".50225", stepped[3, 0]
    yield ".49325", stepped[3, 1]
    exams, finals = torch.from_numpy(EXAMS), torch.from_numpy(FINALS)
    costs = rewrites.fit_optimizer(zeros(), exams, finals, 1e-5, 101)
    for epoch, text in {0: "29661.80", 1: "9298.52", 2: "2915.71", 3: "915.04", 20: "1.6191"}.items():
        yield text, costs[epoch]
    start = zeros()
    with torch.no_grad():
        start.weight.copy_(torch.tensor([[0.4743, -0.5612, 0.0278]]))
        start.bias.fill_(-0.0733)
    costs = rewrites.fit_optimizer(start, exams, finals, 1e-5, 4)
    assert np.allclose(costs, [31427.13, 9852.56, 3090.07, 970.39], rtol=2e-4)  # "but for the rounding of the start"
    yield "4.544e-5", solution("03-linear-regression").max_stable_lr(EXAMS)
    torch.manual_seed(1)
    drawn = [each.detach().flatten() for each in nn.Linear(3, 1).parameters()]
    yield from pairs(".2975 .2548 .1119 .2710", torch.cat(drawn))


def zeros() -> nn.Linear:
    """Return an nn.Linear(3, 1) of zeros, float64."""
    model = nn.Linear(3, 1, dtype=torch.float64)
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    return model


# --- 05 to 07


@of("05-logistic")
def _(logistic: ModuleType) -> Figures:
    s = logistic.sigmoid(np.array([4.0, -2.0]))
    yield ".982", s[0]
    yield ".119", s[1]
    yield ".223", logistic.bce(np.array([0.8]), np.array([1.0]))
    yield ".693", logistic.bce(np.array([0.5]), np.array([1.0]))
    yield "27.6", logistic.bce(np.array([0.0]), np.array([1.0]))
    yield ".625", logistic.bce_backward(np.array([0.8, 0.5]), np.array([1.0, 0.0]))[0]
    costs = logistic.LogisticRegression().fit(SIX, PASSED, lr=0.05, epochs=378)
    yield from pairs(".356809 .356526 .356243 .355961", costs[374:])
    model = logistic.LogisticRegression()
    model.fit(SIX, PASSED, lr=0.05, epochs=999)
    yield from pairs(".0725 .1928 .4653 .7150 .8905 .9654", model.predict_proba(SIX)[:, 0])
    assert model.predict(SIX[2:3] + np.array([1, 0])) == 1  # "one more in its first column"


@of("05-logistic")
def _(_: ModuleType) -> Figures:
    """The arguments of PyTorch's loss in the wrong order: no error."""
    w = torch.zeros(2, 1, dtype=torch.float64, requires_grad=True)
    p = torch.sigmoid(torch.from_numpy(SIX) @ w)
    cost = nn.functional.binary_cross_entropy(torch.from_numpy(PASSED), p)
    cost.backward()
    assert w.grad is not None and torch.isnan(w.grad).all()
    yield "50", cost.item()


@of("06-softmax")
def _(softmax: ModuleType) -> Figures:
    yield "3.7e-30", softmax.softmax(np.array([[-33.7473, 2.1603, 34.0113]]))[0, 0]
    written = softmax.softmax(np.array([[20.9, 5.4, 10.6], [6.5, 8.3, 9.6]])).ravel()
    yield from pairs(".99997 .00000 .00003 .034 .207 .759", written)
    yield "22,026", np.exp(10)
    p = np.array([1 / 2, 1 / 4, 1 / 8, 1 / 8])
    yield "1.75", softmax.entropy_bits(p)
    yield "2", softmax.cross_entropy_bits(p, np.full(4, 1 / 4))
    yield "1.0986", softmax.cross_entropy(np.zeros((1, 3)), np.array([0]))
    yield ".693", np.log(2)


@of("06-softmax")
def _(softmax: ModuleType) -> Figures:
    eight = np.array(EIGHT, dtype=np.float64)
    model = softmax.SoftmaxRegression()
    costs = model.fit(eight, GRADES, 3, lr=0.1, epochs=6001)
    table = {0: "1.098612", 100: ".704199", 200: ".623000", 300: ".565717", 400: ".515291", 500: ".467662"}
    for step, text in {**table, 999: ".248214", 6000: ".064"}.items():
        yield text, costs[step]
    assert (model.predict(eight) == GRADES).all()
    rng = np.random.default_rng(0)
    for _ in range(3):  # the run of the lecture, from starts of our own
        costs = model.fit(eight, GRADES, 3, lr=1.0, epochs=1000, W0=rng.normal(size=(4, 3)), b0=rng.normal(size=3))
        assert (model.predict(eight) == GRADES).all()
        yield "0 .003", costs[-1]


@of("07-data")
def _(data: ModuleType) -> Figures:
    digits = digits28()
    yield "1,297", len(digits.train_images)
    yield "1,016,848", digits.train_images.size
    yield "2,641", (digits.train_images // 255).sum()
    yield "392,016", 4 + 12 + digits.test_images.size
    yield "508", 4 + 4 + digits.test_labels.size
    yield "50,331,648", int.from_bytes((3).to_bytes(4, "big"), "little")
    yield "600", data.steps_per_epoch(60_000, 100, False)
    yield ".2", data.to_chw_float(np.full((1, 28, 28), 51, dtype=np.uint8)).max()


# --- 08 to 10


@of("08-activations-and-depth")
def _(activations: ModuleType) -> Figures:
    count = activations.count_parameters
    yield "93", count(activations.fit_quadratic(0, 0)[0])
    yield "82", count(activations.NeuralNetwork())
    yield "36", 3 * 4 + 4 * 4 + 4 * 2
    yield "7,413", 8 * 30**2 + 7 * 30 + 3
    yield "1,900", round(8 * 15**2 + 7 * 15 + 3, -2)
    yield ".80", np.sqrt(2 / np.pi)
    x, y = (each.double().numpy() for each in activations.make_quadratic(1000, np.random.default_rng(0)))
    line = np.polyval(np.polyfit(x[:, 0], y[:, 0], 1), x)
    assert np.abs(line - y).mean() > 400  # no straight line is better


@of("08-activations-and-depth")
def _(activations: ModuleType) -> Figures:
    targets = column(5, 6, 8, 10)
    ones = np.hstack([CORNERS, np.ones((4, 1))])
    line = ones @ np.linalg.lstsq(ones, targets, rcond=None)[0]
    yield from pairs("4.75 6.25 8.25 9.75", line[:, 0])
    yield ".0625", ((line - targets) ** 2).mean()
    start = [np.array([[0.1, 0.6], [-0.5, 0.3]]), column(0.2, -0.4)], [np.array([0.3, -0.6]), np.array([0.5])]
    predictions, costs = activations.fit_four_points(*start)
    yield from pairs("50.4800 37.3413 .000746", [costs[0], costs[1], costs[999]])
    yield from pairs("4.9687 6.0280 8.0225 9.9736", predictions[:, 0])
    alike = [np.full((2, 2), 0.5), np.full((2, 1), 0.5)], [np.zeros(2), np.zeros(1)]
    yield ".0031", activations.fit_four_points(*alike)[1][999]


@of("09-static-graph")
def _(graph: ModuleType) -> Figures:
    x, w, y = (graph.placeholder(name) for name in "xwy")
    half = graph.placeholder("half")
    loss = half * graph.reduce_sum(graph.square(x @ w - y))
    feed = {x: ANIMAL[None], w: HALVES, y: DOG[None], half: np.array(0.5)}
    outputs, cost = graph.Session().run([x @ w, loss], feed)
    yield ".75", outputs[0, 0]
    yield ".3125", cost
    (gradient,) = graph.gradients(loss, [w], feed)
    yield ".225", gradient[3, 0]
    yield ".675", gradient[3, 1]
    a, b, c = (graph.placeholder(name) for name in "abc")
    numbers = {a: np.array(-2.0), b: np.array(5.0), c: np.array(-4.0)}
    yield "12", graph.Session().run([(a + b) * c], numbers)[0]
    yield "7", graph.gradients(a * a + a, [a], {a: np.array(3.0)})[0]
    w0, w1, w2, x0, x1 = (graph.placeholder(name) for name in ("w0", "w1", "w2", "x0", "x1"))
    values = dict(zip((w0, w1, w2, x0, x1), map(np.array, (2.0, -3.0, -3.0, -1.0, -2.0)), strict=True))
    yield ".73", graph.Session().run([graph.sigmoid(w0 * x0 + w1 * x1 + w2)], values)[0]


START = {
    "w1": np.array([[0.5, -0.4], [0.6, -0.3]]),
    "b1": np.array([-0.1, 0.2]),
    "w2": column(0.7, 0.8),
    "b2": np.array([-0.3]),
}


def step_of_the_slide(xor: ModuleType, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Take the lecture's step of 1: the sum over the rows for the weights, the mean for the biases."""
    gradient = xor.backward(params, CORNERS, XOR, xor.forward(params, CORNERS))
    return {name: value - gradient[name] * (4 if name in ("w1", "w2") else 1) for name, value in params.items()}


@of("09-static-graph")
def _(graph: ModuleType) -> Figures:
    y_hat, y, ones = (graph.placeholder(name) for name in ("y_hat", "y", "ones"))
    given = {y_hat: np.array([[0.75, 0.75]]), y: DOG[None], ones: np.ones((2, 1))}
    [loss] = graph.Session().run([graph.lecture_loss(y_hat, y, ones)], given)
    yield ".625", loss


@of("10-xor")
def _(xor: ModuleType) -> Figures:
    yield from pairs(".0112 .9949 .9949 .0244", xor.handset_mlp(CORNERS).ravel())
    yield ".69314718", np.log(2)
    costs = xor.train_mlp(START, CORNERS, XOR, 1.0, 1001)[1]
    yield ".722447", costs[0]
    yield ".034584", costs[1000]
    yield ".69", costs[100]
    yield ".0346", costs[1000]
    assert costs[129] < 0.68 < costs[128]  # "for about a hundred steps it stays near .69"
    params = START
    for step in range(1000):
        if step == 100:
            yield ".55", xor.bce(xor.forward(params, CORNERS)["y_pred"], XOR)
        params = step_of_the_slide(xor, params)
    yield ".0040", xor.bce(xor.forward(params, CORNERS)["y_pred"], XOR)
    for text, model in (("9", xor.make_mlp()), ("261", xor.make_wide_deep())):
        yield text, sum(parameter.numel() for parameter in model.parameters())


# --- 11 to 14


@of("10-xor")
def _(xor: ModuleType) -> Figures:
    """The sets that no line separates, with the weights of seed 1."""
    rng = np.random.default_rng(0)
    seen, fresh = rng.uniform(-2.5, 2.5, size=(300, 2)), rng.uniform(-2.5, 2.5, size=(2000, 2))
    centres = np.array([[-1.5, -1.0], [1.5, -1.0], [0.0, 1.5]])

    def trained(X: np.ndarray, Y: np.ndarray, units: int, steps: int) -> dict[str, np.ndarray]:
        draw = np.random.default_rng(1).normal
        start = {"w1": draw(size=(X.shape[1], units)), "b1": draw(size=units), "w2": draw(size=(units, 1))}
        params, _ = xor.train_mlp({**start, "b2": np.zeros(1)}, X, Y, 1.0, steps)
        return dict(params)

    def right(params: dict[str, np.ndarray], X: np.ndarray, Y: np.ndarray) -> float:
        return float(((xor.forward(params, X)["y_pred"] > 0.5) == Y).mean())

    sets = {"61 68 93": xor.ring, "75 79 94": lambda X: xor.three_modes(X, centres, 0.8)}
    for texts, label in sets.items():
        nets = (trained(seen, label(seen), units, 3000) for units in (1, 3, 16))
        yield from pairs(texts, (100 * right(net, fresh, label(fresh)) for net in nets))
    images = np.array([[number >> bit & 1 for bit in range(4)] for number in range(16)], dtype=np.float64)
    hits = [
        16 * right(trained(images, xor.parity(images), units, 10000), images, xor.parity(images)) for units in (4, 8)
    ]
    assert hits == [15, 16]


@of("11-mnist-linear")
def _(linear: ModuleType) -> Figures:
    digits = digits28()
    yield "1,297", len(digits.train_images)
    yield "7,850", sum(parameter.numel() for parameter in linear.make_model().parameters())
    yield "101,770", sum(parameter.numel() for parameter in linear.make_dnn((128,)).parameters())
    yield "2.3026", np.log(10)
    yield "2.30", np.log(10)
    model = linear.make_model()
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    linear.train(model, [(torch.zeros(8, 1, 28, 28), torch.full((8,), 3))], 1, 0.5)
    yield ".45", model.bias[3].item()
    yield ".05", model.bias[0].item()


@of("12-convolution")
def _(convolution: ModuleType) -> Figures:
    window = np.array([[0, 0, 0], [0, 0.3, 0.5], [0, 0.8, 1.0]])
    terms = window * np.arange(1.0, 10.0).reshape(3, 3)
    yield "19.9", convolution.match_score(window, np.arange(1.0, 10.0).reshape(3, 3))
    yield "1.5", terms[1, 1]
    yield "6.4", terms[2, 1]
    yield "28.5", (64 - 7) / 2
    for n, k, s, size in ((227, 11, 4, "55"), (64, 7, 2, "29"), (28, 5, 1, "24"), (24, 2, 2, "12")):
        yield size, convolution.conv_output_size(n, k, s)
    yield "451,584", 28 * 28 * 24 * 24


@of("13-cnn")
def _(cnn: ModuleType) -> Figures:
    sizes = [parameter.numel() for parameter in cnn.CNN().parameters()]
    for text, pair in zip(("320", "18,496", "31,370"), (sizes[:2], sizes[2:4], sizes[4:]), strict=True):
        yield text, sum(pair)
    yield "50,186", sum(sizes)
    yield "1,297", len(digits28().train_images)
    yield ".0437", np.sqrt(6 / (3136 + 10))
    yield ".0179", 1 / np.sqrt(3136)
    yield "2.3026", np.log(10)
    yield "2.30", np.log(10)


@of("14-capstone")
def _(engine: ModuleType) -> Figures:
    w = engine.Tensor(HALVES, requires_grad=True)
    error = engine.Tensor(ANIMAL[None]) @ w - DOG[None]
    loss = (error * error).sum() * 0.5
    loss.backward()
    yield ".3125", loss.data
    yield ".225", w.grad[3, 0]
    yield ".675", w.grad[3, 1]
    numbers = [engine.Tensor(value, requires_grad=True) for value in (2.0, -3.0, -3.0, -1.0, -2.0)]
    w0, w1, w2, x0, x1 = numbers
    f = (w0 * x0 + w1 * x1 + w2).sigmoid()
    f.backward()
    yield ".73", f.data
    for text, each in zip((".20", ".39", ".20", ".39", ".59"), numbers, strict=True):
        yield text, each.grad
    yield "1,297", len(digits28().train_images)
