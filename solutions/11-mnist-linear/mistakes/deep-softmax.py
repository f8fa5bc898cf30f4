"""A softmax at the end."""

from collections.abc import Sequence

from torch import nn

CAUGHT_BY = ("two_hidden_numbers_make_an_absolute_value",)
HINT = "Each row of your result sums to 1: these are probabilities. Return the scores of the last layer as they are."


def make_dnn(hidden: Sequence[int]) -> nn.Module:
    sizes = [784, *hidden, 10]
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    return nn.Sequential(*layers[:-1], nn.Softmax(dim=1))
