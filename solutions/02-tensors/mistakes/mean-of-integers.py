"""Integers are turned into floats first."""

CAUGHT_BY = ("mean_of_whole_numbers", "mean_of_integers_is_refused")
HINT = (
    "Your mean takes integers without a word. The caller should decide on a type of number: what does "
    "t.mean do by itself?"
)


def mean_by(t, dim):
    return t.mean(dim=dim) if t.is_floating_point() else t.float().mean(dim=dim)
