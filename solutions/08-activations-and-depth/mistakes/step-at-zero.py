"""unit_step(0) is 1, as a comparison has it."""

CAUGHT_BY = ("steps_by_hand", "values[steps]")
HINT = "At exactly 0 your step has been taken already. Half of it is asked there: a third case, beside < and >."


def unit_step(z):
    return (z >= 0).astype(float)
