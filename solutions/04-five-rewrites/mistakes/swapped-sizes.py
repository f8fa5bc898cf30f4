"""nn.Linear is given the number of outputs first."""

from torch import nn

CAUGHT_BY = ("sequential_of_one_layer", "sequential_of_any_size")
HINT = "Your layer has as many inputs as it should have outputs. In which order does nn.Linear want its sizes?"


def make_sequential(din: int, dout: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(dout, din))
