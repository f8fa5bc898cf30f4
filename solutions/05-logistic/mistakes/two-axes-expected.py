"""The entries are counted as rows times columns."""

CAUGHT_BY = ("bce_gradient_is_the_slope",)
HINT = "You count the entries as rows times columns. p may have one axis, or three: how many entries does it have then?"


def bce_backward(p, y):
    n = p.shape[0] * (p.shape[1] if p.ndim > 1 else 1)
    p = np.clip(p, 1e-12, 1.0 - 1e-12)
    return (p - y) / (p * (1.0 - p)) / n
