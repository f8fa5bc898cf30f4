"""No ReLU between the layers."""

from collections.abc import Sequence

from torch import nn

CAUGHT_BY = ("two_hidden_numbers_make_an_absolute_value",)
HINT = "Without a ReLU between them, all layers together are one linear model. Put one after every layer but the last."


def make_dnn(hidden: Sequence[int]) -> nn.Module:
    sizes = [784, *hidden, 10]
    return nn.Sequential(*(nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)))
