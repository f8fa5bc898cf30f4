"""A ReLU after the last layer, too."""

from collections.abc import Sequence

from torch import nn

CAUGHT_BY = ("two_hidden_numbers_make_an_absolute_value",)
HINT = "No logit of yours is ever negative. Which layer needs no ReLU after it?"


def make_dnn(hidden: Sequence[int]) -> nn.Module:
    sizes = [784, *hidden, 10]
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    return nn.Sequential(*layers)
