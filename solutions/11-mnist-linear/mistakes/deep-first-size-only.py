"""All hidden layers have the first size."""

from collections.abc import Sequence

from torch import nn

CAUGHT_BY = ("layers_of_the_deep_network",)
HINT = "The second hidden layer has the size of the first one. Each layer leads from one size of the list to the next."


def make_dnn(hidden: Sequence[int]) -> nn.Module:
    sizes = [784, *[hidden[0]] * len(hidden), 10] if hidden else [784, 10]
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
