"""tanh by the formula, which is inf / inf far from 0."""

CAUGHT_BY = ("curves_at_1000",)
HINT = (
    "exp(1000) is inf, and inf / inf is nan. tanh is flat out there: how can it be computed from an exponential "
    "that gets small?"
)


def tanh(z):
    with np.errstate(over="ignore", invalid="ignore"):
        return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
