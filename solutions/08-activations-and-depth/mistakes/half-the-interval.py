"""x is drawn between 0 and 15."""

CAUGHT_BY = ("points_of_the_parabola", "noise_and_line")
HINT = "No x is negative, so half of the parabola is missing. From where to where does U(-15, 15) go?"


def make_quadratic(n, rng):
    x = 15.0 * rng.random(size=(n, 1))
    y = 8.0 * x**2 + 7.0 * x + 3.0 + rng.normal(size=(n, 1))
    return torch.from_numpy(x).float(), torch.from_numpy(y).float()
