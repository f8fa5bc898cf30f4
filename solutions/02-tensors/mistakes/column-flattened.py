"""A single column loses its axis."""

CAUGHT_BY = ("first_column", "columns_match")
HINT = "A single column is still a matrix, of shape (n, 1). What does an index do to an axis that a slice does not?"


def columns(t, start, stop):
    return t[:, start:stop].squeeze(1)
