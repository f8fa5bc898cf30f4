"""Small beliefs are raised before the logarithm."""

CAUGHT_BY = ("cross_entropy_bits_matches",)
HINT = (
    "You raise beliefs that are small, so that a rare surprise costs less than it should. Only q = 0 needs care, "
    "and only where p is 0."
)


def cross_entropy_bits(p, q):
    return float(np.sum(p * np.log2(1.0 / np.maximum(q, 1e-3))))
