"""Everything becomes float32."""

CAUGHT_BY = ("mean_in_double_precision", "means_match", "mean_of_integers_is_refused")
HINT = "`.float()` means float32. What becomes of float64 numbers, and of integers, which should be refused?"


def mean_by(t, dim):
    return t.float().mean(dim=dim)
