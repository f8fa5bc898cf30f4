"""The layer has no bias."""

from torch import nn

CAUGHT_BY = ("sequential_of_one_layer", "sequential_of_any_size")
HINT = "The layer has one parameter, its weight. With x = 0 every output would be 0: what is missing?"


def make_sequential(din: int, dout: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(din, dout, bias=False))
