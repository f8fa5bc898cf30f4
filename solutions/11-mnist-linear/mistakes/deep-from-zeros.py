"""All parameters start from zero."""

from collections.abc import Sequence

import torch
from torch import nn

CAUGHT_BY = ("every_deep_network_is_drawn_anew", "deep_network_recognises_digits")
HINT = "All parameters start from 0, so all units of a layer are equal and stay equal. Keep what nn.Linear draws."


def make_dnn(hidden: Sequence[int]) -> nn.Module:
    sizes = [784, *hidden, 10]
    layers = []
    for i in range(len(sizes) - 1):
        layers += [nn.Linear(sizes[i], sizes[i + 1]), nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    return model
