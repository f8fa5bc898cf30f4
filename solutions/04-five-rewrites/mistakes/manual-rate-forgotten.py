"""step_manual subtracts the whole gradient."""

CAUGHT_BY = ("three_rows_by_hand",)
HINT = "You subtract the whole gradient. How long may a step be, and which argument says so?"


def step_manual(x, y, w, lr):
    e = x @ w - y
    return w - x.T @ e, (0.5 * (e**2).sum()).item()
