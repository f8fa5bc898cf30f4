"""Six tensors are counted, not their entries."""

CAUGHT_BY = ("parameters_of_the_lecture", "count_of_other_models")
HINT = "You count the tensors. A weight matrix (5, 4) is one tensor; how many numbers can be learned in it?"


def count_parameters(model):
    return len(list(model.parameters()))
