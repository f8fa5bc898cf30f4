"""Two hidden layers of ten, where three are asked for."""

from torch import nn

CAUGHT_BY = ("number_of_parameters", "wide_deep_with_given_weights")
HINT = "2-10-10-10-1 has three hidden layers, and four layers with weights. How many have you?"


def make_wide_deep():
    return nn.Sequential(
        nn.Linear(2, 10), nn.Sigmoid(), nn.Linear(10, 10), nn.Sigmoid(), nn.Linear(10, 1), nn.Sigmoid()
    )
