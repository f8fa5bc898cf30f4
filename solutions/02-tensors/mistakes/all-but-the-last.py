"""What the slide prints under t[:, :1]: the output of t[:, :-1]."""

CAUGHT_BY = ("first_column", "columns_match")
HINT = (
    "The slide prints under t[:, :1] what t[:, :-1] gives: all columns but the last. How many columns lie "
    "before column 1?"
)


def columns(t, start, stop):
    return t[:, :-1]
