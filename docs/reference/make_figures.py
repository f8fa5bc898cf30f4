"""Draw the figures of the hand-outs from the solutions: ``make figures``. A test compares the files.

Everything is computed in float64, with one thread and from fixed numbers, and drawn with few shades and one decimal
place (``autograder/show/svg.py``), so that another machine draws the same bytes. A figure has no words, so that both
languages share it; the hand-outs describe it in the text of the image.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from autograder.checks.datasets import digits28
from autograder.course import assignment as assignments
from autograder.show import svg
from autograder.show.pictures import Bars, Curves, Image, Plane, Series, extent
from autograder.show.svg import Drawing

ROOT = Path(__file__).parents[2]
MARGIN = 10
MISREAD = 343  # an 8 of the test images of digits28 that the linear model takes for a 5
DIGIT = 20  # of the test images, for the maps of a convolution

Draw = Callable[[ModuleType], Drawing]
FIGURES: dict[tuple[str, str], Draw] = {}  # by slug and file


def figure(slug: str, name: str) -> Callable[[Draw], Draw]:
    """Register a function that draws ``assignments/<slug>/<name>.svg`` from the module of its solution."""

    def register(draw: Draw) -> Draw:
        FIGURES[slug, f"{name}.svg"] = draw
        return draw

    return register


def path_of(slug: str, name: str) -> Path:
    return ROOT / "assignments" / slug / name


def made(slug: str, name: str) -> str:
    """Return the text of a figure's file."""
    inside = FIGURES[slug, name](solution(slug))
    whole = Drawing(inside.width + 2 * MARGIN, inside.height + 2 * MARGIN)
    whole.put(inside, MARGIN, MARGIN)
    return whole.to_svg()


@functools.cache
def solution(slug: str) -> ModuleType:
    """Import the module of a solution, under a name that no other module has."""
    name = assignments.load(slug, root=ROOT).modules[0]
    spec = importlib.util.spec_from_file_location(f"figures_{name}", ROOT / "solutions" / slug / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# --- 03: the valley


@figure("03-linear-regression", "valley")
def valley(regression: ModuleType) -> Drawing:
    """The cost of y = W x on the points (1, 1), (2, 2), (3, 3), and eight steps with three learning rates."""
    x = y = np.array([[1.0], [2.0], [3.0]])
    none = np.zeros(1)

    def cost(weight: float) -> float:
        return float(regression.cost(regression.hypothesis(x, np.array([[weight]]), none), y))

    weights = np.linspace(-1.0, 3.0, 81)
    parabola = Series(weights, np.array([cost(weight) for weight in weights]))
    panels = []
    for lr in (0.02, 0.1, 0.22):
        path = [0.0]
        for _ in range(8):
            slope, _ = regression.cost_gradient(x, y, np.array([[path[-1]]]), none)
            path.append(path[-1] - lr * float(slope[0, 0]))
        steps = Series(np.array(path), np.array([cost(weight) for weight in path]), has_marks=True)
        picture = Curves((parabola, steps), x_label="W", y_range=(0.0, 20.0))
        panels.append(svg.titled(svg.curves(picture, width=190, height=150), f"lr = {lr:g}"))
    return svg.beside(panels)


# --- 05: the sigmoid and its slope


@figure("05-logistic", "sigmoid")
def sigmoid(logistic: ModuleType) -> Drawing:
    """s and s' over z, with the z of the lecture's six rows after 1000 epochs."""
    rows = np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 1.0], [4.0, 3.0], [5.0, 3.0], [6.0, 2.0]])
    labels = np.array([[0.0], [0.0], [0.0], [1.0], [1.0], [1.0]])
    model = logistic.LogisticRegression()
    model.fit(rows, labels, lr=0.05, epochs=1000)
    at = (rows @ model.W + model.b).ravel()
    z = np.linspace(-6.0, 6.0, 121)
    series = [Series(z, logistic.sigmoid(z), "s(z)"), Series(z, logistic.sigmoid_prime(z), "s′(z)")]
    for label, those in ((0, at[:3]), (1, at[3:])):
        both = np.concatenate([logistic.sigmoid(those), logistic.sigmoid_prime(those)])
        series.append(Series(np.tile(those, 2), both, f"y = {label}", has_line=False, has_marks=True))
    return svg.curves(Curves(tuple(series), x_label="z", y_range=(0.0, 1.0)))


# --- 08: seven activations


@figure("08-activations-and-depth", "activations")
def activations(module: ModuleType) -> Drawing:
    """The seven activation functions and their slopes between -3 and 3."""
    z = np.linspace(-3.0, 3.0, 241)
    panels = []
    for name, (function, slope) in module.ACTIVATIONS.items():
        names = ("", "") if panels else ("f", "f′")
        series = tuple(Series(z, each(z), label) for each, label in zip((function, slope), names, strict=True))
        picture = Curves(series, y_range=(-3.0, 3.0) if name in ("linear", "relu") else (-1.2, 1.2))
        panels.append(svg.titled(svg.curves(picture, width=120, height=90), name))
    return svg.beside(panels, columns=4, gap=12)


# --- 10: the square


@figure("10-xor", "square")
def square(xor: ModuleType) -> Drawing:
    """What the trained net says over the square, and the line of each hidden unit."""
    start = {
        "w1": np.array([[0.5, -0.4], [0.6, -0.3]]),
        "b1": np.array([-0.1, 0.2]),
        "w2": np.array([[0.7], [0.8]]),
        "b2": np.array([-0.3]),
    }
    corners = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    answers = np.array([[0.0], [1.0], [1.0], [0.0]])
    params, _ = xor.train_mlp(start, corners, answers, 1.0, 10001)
    box, cells = (-0.5, 1.5, -0.5, 1.5), 50
    middles = (np.arange(cells) + 0.5) / cells * 2.0 - 0.5
    grid = np.stack([np.tile(middles, cells), np.repeat(middles, cells)], axis=1)
    values = xor.forward(params, grid)["y_pred"].reshape(cells, cells)
    lines = tuple(line(*params["w1"][:, unit], params["b1"][unit], box) for unit in range(2))
    classes = tuple(int(each) for each in answers.ravel())
    return svg.plane(Plane(values, 0.0, 1.0, box, corners, classes, lines=lines))


def line(a: float, b: float, c: float, box: tuple[float, float, float, float]) -> Series:
    """Return the part of a x + b y + c = 0 inside a box."""
    left, right, bottom, top = box
    ends = [(x, -(a * x + c) / b) for x in (left, right)] + [(-(b * y + c) / a, y) for y in (bottom, top)]
    inside = sorted((x, y) for x, y in ends if left <= x <= right and bottom <= y <= top)
    return Series(*(np.array(each) for each in zip(inside[0], inside[-1], strict=True)))


# --- 11: ten rows of weights, and a misreading


def drawn_weights(model: Any, seed: int) -> Any:
    """Give a model of PyTorch float64 weights, drawn as PyTorch does, but from numbers that no version changes."""
    import torch

    rng = np.random.RandomState(seed)
    bound = 1.0
    for parameter in model.parameters():
        if parameter.dim() > 1:  # of a bias it is that of the weights before it
            bound = parameter[0].numel() ** -0.5
        parameter.data = torch.from_numpy(rng.uniform(-bound, bound, tuple(parameter.shape)))
    return model


class Loader:
    """The training images in [0, 1] and their labels, in batches of 32 and a new order in each epoch."""

    def __init__(self) -> None:
        self._rng = np.random.RandomState(0)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        import torch

        data = digits28()
        images = torch.from_numpy(data.train_images).double()[:, None] / 255
        labels = torch.from_numpy(data.train_labels)
        order = self._rng.permutation(len(labels))
        for start in range(0, len(order), 32):
            batch = order[start : start + 32]
            yield images[batch], labels[batch]


@functools.cache
def linear_model() -> Any:
    module = solution("11-mnist-linear")
    model = drawn_weights(module.make_model(), 0)
    module.train(model, Loader(), epochs=20, lr=0.1)
    return model


@figure("11-mnist-linear", "rows")
def rows(_: ModuleType) -> Drawing:
    """The ten rows of W as images: blue where ink speaks for the digit, orange where it speaks against."""
    weights = linear_model().weight.detach().numpy().reshape(10, 28, 28)
    return images([(str(digit), weights[digit]) for digit in range(10)], columns=5)


@figure("11-mnist-linear", "misread")
def misread(_: ModuleType) -> Drawing:
    """An 8 of the test images that the model takes for a 5, and its ten probabilities."""
    import torch

    data = digits28()
    image, label = data.test_images[MISREAD], int(data.test_labels[MISREAD])
    with torch.no_grad():
        logits = linear_model()(torch.from_numpy(image).double().flatten()[None] / 255)
    shares = torch.softmax(logits, dim=1)[0].numpy()
    assert (label, int(shares.argmax())) == (8, 5)
    picture = svg.image(Image(image.astype(np.float64), 0.0, 255.0), side=200)
    return svg.beside([picture, svg.bars(Bars(tuple("0123456789"), shares.round(3)), width=220)], gap=24)


# --- 12 and 13: kernels and maps


def images(named: list[tuple[str, Any]], *, columns: int, side: float = 84) -> Drawing:
    """Draw images with one scale."""
    low, high = scale([pixels for _, pixels in named])
    parts = [svg.image(Image(pixels, low, high, name), side=side) for name, pixels in named]
    return svg.beside(parts, columns=columns, gap=10)


def scale(pixels: list[Any]) -> tuple[float, float]:
    """Return the ends of a scale: of greys, or of colours for the sign if a number is below 0."""
    low, high = extent(pixels)
    return (0.0, high) if low >= 0 else (-max(-low, high), max(-low, high))


def equation(*parts: tuple[str, Any]) -> Drawing:
    """Draw images in a row, each with its own scale and with a sign before it."""
    drawings: list[Drawing] = []
    for sign, pixels in parts:
        if sign:
            middle = Drawing(14, 84)
            middle.write(sign, 0, 48, size=18)
            drawings.append(middle)
        drawings.append(svg.image(Image(pixels, *scale([pixels])), side=84))
    return svg.beside(drawings, gap=10)


@figure("12-convolution", "maps")
def maps(convolution: ModuleType) -> Drawing:
    """The X under the patterns \\ and /, and a digit under a kernel for edges, then pooled."""
    cross = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])
    falling = np.array([[1.0, -1.0], [-1.0, 1.0]])
    edge = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])
    digit = digits28().test_images[DIGIT] / 255.0
    found = convolution.conv2d(digit[None, None], edge[None, None])
    lines = [
        equation(("", cross), ("∗", pattern), ("=", convolution.feature_map(cross, pattern)))
        for pattern in (falling, falling[:, ::-1])
    ]
    last = equation(("", digit), ("∗", edge), ("=", found[0, 0]), ("→", convolution.max_pool2d(found, 2)[0, 0]))
    return svg.beside([*lines, last], columns=1)


@functools.cache
def trained_cnn() -> Any:
    """The network of the solution after three epochs, in float64."""
    import torch

    class InDouble(torch.nn.Module):
        def __init__(self, model: Any) -> None:
            super().__init__()
            self.model = model

        def forward(self, x: Any) -> Any:
            return self.model(x.double())

    module, data = solution("13-cnn"), digits28()
    model = InDouble(drawn_weights(module.CNN(), 1))
    images, labels = torch.from_numpy(data.train_images), torch.from_numpy(data.train_labels)
    module.train(model, images, labels, epochs=3, batch_size=16, lr=0.003, seed=1)
    return model.model


@figure("13-cnn", "kernels")
def kernels(_: ModuleType) -> Drawing:
    """The 32 kernels of the first layer after the training, all with one scale."""
    weights = trained_cnn().layer1[0].weight.detach().numpy()[:, 0]
    return images([("", kernel) for kernel in weights], columns=8, side=48)


@figure("13-cnn", "maps")
def feature_maps(_: ModuleType) -> Drawing:
    """A test image, and the first sixteen of its maps after the first layer, all with one scale."""
    import torch

    image = digits28().test_images[DIGIT] / 255.0
    with torch.no_grad():
        found = trained_cnn().layer1(torch.from_numpy(image)[None, None])[0].numpy()
    digit = svg.image(Image(image, 0.0, 1.0), side=158)
    return svg.beside([digit, images([("", each) for each in found[:16]], columns=8, side=74)], gap=24)


def main() -> None:
    for slug, name in FIGURES:
        path_of(slug, name).write_text(made(slug, name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
