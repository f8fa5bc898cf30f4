"""The points lie on the parabola."""

CAUGHT_BY = ("noise_around_the_parabola", "noise_and_line")
HINT = "Your points lie exactly on the curve. Which part of y is missing?"


def make_quadratic(n, rng):
    x = rng.uniform(-15.0, 15.0, size=(n, 1))
    return torch.from_numpy(x).float(), torch.from_numpy(8.0 * x**2 + 7.0 * x + 3.0).float()
