"""The next batch begins one example further on."""

CAUGHT_BY = ("sentences_in_batches_of_two",)
HINT = "Your batches overlap: each begins one example behind the one before. How far does the next one begin?"


def batches(x, size):
    return [x[i : i + size] for i in range(0, len(x) - size + 1)]
