"""Ten hidden units in place of two."""

from torch import nn

CAUGHT_BY = ("sigmoids_between_and_behind",)
HINT = "Your hidden layer has ten units. The smallest net that can do XOR has how many?"


def make_mlp():
    return nn.Sequential(nn.Linear(2, 10), nn.Sigmoid(), nn.Linear(10, 1), nn.Sigmoid())
