"""y is flat, (n,), beside x, (n, 1)."""

CAUGHT_BY = ("points_of_the_parabola", "noise_and_line")
HINT = (
    "x and y are both columns, (n, 1). With a flat y the loss would subtract (n,) from (n, 1): "
    "what does broadcasting make of that?"
)


def make_quadratic(n, rng):
    x = rng.uniform(-15.0, 15.0, size=(n, 1))
    y = 8.0 * x**2 + 7.0 * x + 3.0 + rng.normal(size=(n, 1))
    return torch.from_numpy(x).float(), torch.from_numpy(y[:, 0]).float()
