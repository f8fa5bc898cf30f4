"""0 has the sign -1, as a comparison has it."""

CAUGHT_BY = ("steps_by_hand",)
HINT = "0 has no sign: sign(0) is 0. How many cases does your function tell apart?"


def sign(z):
    return np.where(z > 0, 1.0, -1.0)
