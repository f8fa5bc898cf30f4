"""A ReLU behind the layer."""

from torch import nn

CAUGHT_BY = ("two_rows_through_one_of_two_models", "sequential_of_any_size")
HINT = "Negative outputs are missing. A linear regression ends in its linear layer: what stands behind yours?"


def make_sequential(din: int, dout: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(din, dout), nn.ReLU())
