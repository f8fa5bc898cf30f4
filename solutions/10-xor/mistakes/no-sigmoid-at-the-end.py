"""The models give logits."""

from torch import nn

CAUGHT_BY = ("sigmoids_between_and_behind", "mlp_with_the_weights_of_the_lecture", "wide_deep_with_given_weights")
HINT = "Your models answer with logits: some are above 1 or below 0. What follows after the last layer?"


def make_mlp():
    return nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1))


def make_wide_deep():
    return nn.Sequential(
        nn.Linear(2, 10),
        nn.Sigmoid(),
        nn.Linear(10, 10),
        nn.Sigmoid(),
        nn.Linear(10, 10),
        nn.Sigmoid(),
        nn.Linear(10, 1),
    )
