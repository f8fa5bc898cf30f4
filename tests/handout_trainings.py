"""The numbers of the hand-outs that take a training; see ``handout_figures.py``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import ModuleType
from unittest import mock

import numpy as np
import torch
from handout_figures import CORNERS, START, XOR, Figures, of, solution
from torch import nn

from autograder.checks.datasets import digits28


class Loader:
    """Batches of all training digits, float32 (B, 1, 28, 28); shuffled, or sorted by class."""

    def __init__(self, *, shuffle: bool, size: int = 32) -> None:
        digits = digits28()
        order = np.argsort(digits.train_labels, kind="stable")
        self.x = torch.from_numpy(digits.train_images[order]).float()[:, None] / 255
        self.y = torch.from_numpy(digits.train_labels[order]).long()
        self.shuffle, self.size = shuffle, size

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        order = torch.randperm(len(self.x)) if self.shuffle else torch.arange(len(self.x))
        return ((self.x[batch], self.y[batch]) for batch in order.split(self.size))


def unseen_digits() -> tuple[torch.Tensor, torch.Tensor]:
    digits = digits28()
    return torch.from_numpy(digits.test_images), torch.from_numpy(digits.test_labels).long()


@of("07-data", slow=".96 .80")
def _(_: ModuleType) -> Figures:
    linear = solution("11-mnist-linear")
    for text, shuffle in ((".96", True), (".80", False)):
        model = linear.make_model()
        linear.train(model, Loader(shuffle=shuffle), 20, 0.1)
        yield text, linear.evaluate(model, *unseen_digits())


CASE = {"epochs": 3, "batch_size": 16, "lr": 0.003}  # of 13-cnn
LONGER = {"epochs": 8, "batch_size": 32, "lr": 0.002}


def cnn_accuracy(
    cnn: ModuleType, model: nn.Module, order: torch.Tensor | None = None, settings: Mapping[str, float] = CASE
) -> float:
    """Train as the case does, or with other settings, on the images in this order, and measure on the test images."""
    digits = digits28()
    images, labels = torch.from_numpy(digits.train_images), torch.from_numpy(digits.train_labels).long()
    chosen = torch.arange(len(images)) if order is None else order
    cnn.train(model, images[chosen], labels[chosen], **settings, seed=0)
    return cnn.accuracy(model, *unseen_digits())


def sorted_accuracy(cnn: ModuleType, settings: Mapping[str, float] = CASE) -> float:
    """The accuracy after a training on sorted images that were never shuffled."""
    order = torch.from_numpy(np.argsort(digits28().train_labels, kind="stable"))
    with mock.patch.object(torch, "randperm", lambda n, **_: torch.arange(n)):
        return cnn_accuracy(cnn, cnn.CNN(), order=order, settings=settings)


@of("07-data", slow=".98 .10", long=True)
def _(_: ModuleType) -> Figures:
    cnn = solution("13-cnn")
    yield ".98", cnn_accuracy(cnn, cnn.CNN(), settings=LONGER)
    yield ".10", sorted_accuracy(cnn, LONGER)


@of("08-activations-and-depth", slow="600 160 610 70 150 30 65 2 5")
def _(activations: ModuleType) -> Figures:
    for seed in range(2):
        _, losses = activations.fit_quadratic(seed, 5000, "SGD")
        yield "600", round(losses[0], -2)
        yield "160 610", losses[499]
        yield "70 150", losses[1499]
        yield "30 65", losses[4999]
        _, losses = activations.fit_quadratic(seed, 5000, "Adam")
        yield "2 5", losses[4999]


def sgd_cost(model: nn.Module) -> float:
    """The last of 10,001 costs of plain SGD with a learning rate of 1."""
    x, y = torch.from_numpy(CORNERS).float(), torch.from_numpy(XOR).float()
    optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
    for _ in range(10001):
        optimizer.zero_grad()
        cost = nn.functional.binary_cross_entropy(model(x), y)
        cost.backward()
        optimizer.step()
    return cost.item()


@of("10-xor", slow=".001836 .00123 .00106 .0011")
def _(xor: ModuleType) -> Figures:
    yield ".001836", xor.train_mlp(START, CORNERS, XOR, 1.0, 10001)[1][-1]
    for seed, text in ((777, ".00123"), (1, ".00106"), (2, ".0011")):
        torch.manual_seed(seed)
        yield text, sgd_cost(xor.make_mlp())


@of("10-xor", slow=".00016 .00015 .6931", long=True)
def _(xor: ModuleType) -> Figures:
    for seed, text in ((777, ".00016"), (1, ".00015"), (2, ".6931")):
        torch.manual_seed(seed)
        yield text, sgd_cost(xor.make_wide_deep())


def share_solved(hidden: int, *, like_linear: bool = False, of_the_slide: bool = False) -> float:
    """Train 200 starts at once, 10,001 steps of 1, and return the percentage that answers all four rows."""
    rng = np.random.default_rng(0)
    shapes = [(2, hidden), (1, hidden), (hidden, 1), (1, 1)]
    draw = [lambda shape, n=n: rng.uniform(-(n**-0.5), n**-0.5, shape) for n in (2, 2, hidden, hidden)]
    w1, b1, w2, b2 = (
        each((200, *shape)) if like_linear else rng.normal(size=(200, *shape))
        for each, shape in zip(draw, shapes, strict=True)
    )
    factor = 4 if of_the_slide else 1  # for the weights it takes the sum over the rows
    for _ in range(10001):
        a1 = 1 / (1 + np.exp(-(CORNERS @ w1 + b1)))
        error = (1 / (1 + np.exp(-(a1 @ w2 + b2))) - XOR) / 4
        back = error @ w2.transpose(0, 2, 1) * a1 * (1 - a1)
        w2, b2 = w2 - factor * a1.transpose(0, 2, 1) @ error, b2 - error.sum(axis=1, keepdims=True)
        w1, b1 = w1 - factor * CORNERS.T @ back, b1 - back.sum(axis=1, keepdims=True)
    right = ((1 / (1 + np.exp(-(CORNERS @ w1 + b1))) @ w2 + b2) > 0) == (XOR > 0)
    return 100 * float(right.all(axis=(1, 2)).mean())


@of("10-xor", slow="67 74.5 88 99.5 100", long=True)
def _(_: ModuleType) -> Figures:
    yield "67", share_solved(2, of_the_slide=True)
    yield "74.5", share_solved(2)
    yield "88", share_solved(2, like_linear=True)
    yield "99.5", share_solved(4)
    yield "100", share_solved(4, like_linear=True)
    yield "100", share_solved(8, like_linear=True)


@of("11-mnist-linear", slow=".95 .97 .94 .96")
def _(linear: ModuleType) -> Figures:
    images, labels = unseen_digits()
    for seed in range(3):
        torch.manual_seed(seed)
        model = linear.make_model()
        linear.train(model, Loader(shuffle=True), 20, 0.1)
        yield ".95 .97", linear.evaluate(model, images, labels)
        with torch.no_grad():
            unscaled = model(images.flatten(1).float()).argmax(1) == labels
        yield ".95 .97", unscaled.double().mean().item()
        careless = linear.make_model()
        with mock.patch.object(torch.optim.SGD, "zero_grad"):
            linear.train(careless, Loader(shuffle=True), 20, 0.1)
        yield ".94 .96", linear.evaluate(careless, images, labels)


def learned_by_heart(cnn: ModuleType, size: int, epochs: int, seed: int) -> tuple[float, float]:
    """The accuracies of a new network on ``size`` digits, on which it was trained, and on 300 others."""
    digits = digits28()
    images, labels = torch.from_numpy(digits.train_images), torch.from_numpy(digits.train_labels).long()
    order = torch.from_numpy(np.random.default_rng(seed).permutation(len(images)))
    torch.manual_seed(seed)
    settings = {"size": size, "epochs": epochs, "batch_size": 10, "lr": 0.003, "seed": seed}
    seen, unseen = cnn.train_and_validate(cnn.CNN(), images, labels, order[300:], order[:300], **settings)
    return seen, unseen


@of("13-cnn", slow=".72 .89 .94 1.00 .84 .95 .91 .98", long=True)
def _(cnn: ModuleType) -> Figures:
    for size, epochs, texts in (
        (50, 30, ("1.00", ".72 .89")),  # these ranges are those of the seeds 1 to 12
        (200, 10, (".94 1.00", ".84 .95")),
        (997, 4, (".95 1.00", ".91 .98")),
    ):
        yield from zip(texts, learned_by_heart(cnn, size, epochs, seed=1), strict=True)


@of("13-cnn", slow=".91 .98 .94 .38 .88 .10 .100", long=True)
def _(cnn: ModuleType) -> Figures:
    yield ".91 .98", cnn_accuracy(cnn, cnn.CNN())
    linear = cnn.CNN()
    linear.layer1[1] = linear.layer2[1] = nn.Identity()
    yield ".94 .98", cnn_accuracy(cnn, linear)
    yield ".38 .88", cnn_accuracy(cnn, nn.Sequential(cnn.CNN(), nn.Softmax(dim=1)))
    with mock.patch.object(torch.optim.Adam, "zero_grad"):
        yield ".10", cnn_accuracy(cnn, cnn.CNN())
    yield ".100", sorted_accuracy(cnn)
