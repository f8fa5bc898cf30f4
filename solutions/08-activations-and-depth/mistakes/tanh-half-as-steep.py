"""tanh by a sigmoid of z, not of 2z."""

CAUGHT_BY = ("tanh_and_relu_by_hand",)
HINT = (
    "Your tanh has the right ends and is half as steep in the middle: it is tanh(z / 2). tanh and the sigmoid are "
    "one curve, stretched: by how much along z?"
)


def tanh(z):
    return 2.0 * sigmoid(z) - 1.0
