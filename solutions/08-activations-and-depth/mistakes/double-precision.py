"""The tensors are float64, as numpy has them."""

CAUGHT_BY = ("points_of_the_parabola",)
HINT = "numpy draws float64, and nn.Linear is float32: the first step would stop with an error. Who converts, and when?"


def make_quadratic(n, rng):
    x = rng.uniform(-15.0, 15.0, size=(n, 1))
    return torch.from_numpy(x), torch.from_numpy(8.0 * x**2 + 7.0 * x + 3.0 + rng.normal(size=(n, 1)))
