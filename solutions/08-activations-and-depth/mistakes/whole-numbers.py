"""x is drawn from the whole numbers."""

CAUGHT_BY = ("noise_around_the_parabola", "noise_and_line")
HINT = "Each of your x is a whole number. U(-15, 15) knows all the numbers in between: which draw of numpy gives them?"


def make_quadratic(n, rng):
    x = rng.integers(-15, 16, size=(n, 1)).astype(float)
    y = 8.0 * x**2 + 7.0 * x + 3.0 + rng.normal(size=(n, 1))
    return torch.from_numpy(x).float(), torch.from_numpy(y).float()
