"""Sigmoids after the last layer only."""

from torch import nn

CAUGHT_BY = ("sigmoids_between_and_behind", "mlp_with_the_weights_of_the_lecture", "wide_deep_with_given_weights")
HINT = (
    "The parameters fit, the answers do not. These nets have the same function after every layer, the hidden ones"
    " included: which?"
)


def make_mlp():
    return nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1), nn.Sigmoid())


def make_wide_deep():
    return nn.Sequential(nn.Linear(2, 10), nn.Linear(10, 10), nn.Linear(10, 10), nn.Linear(10, 1), nn.Sigmoid())
