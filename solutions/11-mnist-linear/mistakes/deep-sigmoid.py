"""Sigmoids in place of the ReLUs."""

from collections.abc import Sequence

from torch import nn

CAUGHT_BY = ("two_hidden_numbers_make_an_absolute_value",)
HINT = "Your hidden numbers stay between 0 and 1. The task asks for another activation: the larger of the number and 0."


def make_dnn(hidden: Sequence[int]) -> nn.Module:
    sizes = [784, *hidden, 10]
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.Sigmoid()]
    return nn.Sequential(*layers[:-1])
