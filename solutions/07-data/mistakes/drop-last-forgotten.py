"""A last short batch always counts."""

CAUGHT_BY = ("steps_of_the_lecture", "steps_match")
HINT = "You count the short batch, too, whatever was asked for. What is drop_last there for?"


def steps_per_epoch(n, batch_size, drop_last):
    return math.ceil(n / batch_size)
