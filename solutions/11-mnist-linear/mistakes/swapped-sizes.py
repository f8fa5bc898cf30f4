"""nn.Linear is given the number of outputs first."""

from torch import nn

CAUGHT_BY = ("model_has_7850_parameters", "logits_are_plain_scores")
HINT = "Your model turns 10 numbers into 784. In which order does nn.Linear want its sizes?"


def make_model() -> nn.Linear:
    return nn.Linear(10, 28 * 28)
