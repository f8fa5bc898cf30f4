"""Weights only."""

CAUGHT_BY = ("parameters_of_the_lecture", "count_of_other_models")
HINT = "You count the weights only. What else does a linear layer learn?"


def count_parameters(model):
    return sum(parameter.numel() for parameter in model.parameters() if parameter.dim() > 1)
