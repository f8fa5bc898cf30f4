"""Only the first layer has a ReLU."""

from collections.abc import Sequence

from torch import nn

CAUGHT_BY = ("deep_networks_of_given_weights",)
HINT = "With one hidden layer your logits are right, with more they are not. After which layers do you have a ReLU?"


def make_dnn(hidden: Sequence[int]) -> nn.Module:
    sizes = [784, *hidden, 10]
    layers = [nn.Linear(sizes[i], sizes[i + 1]) for i in range(len(sizes) - 1)]
    return nn.Sequential(layers[0], nn.ReLU(), *layers[1:]) if hidden else layers[0]
