"""The factors go along the columns."""

CAUGHT_BY = ("second_row_doubled", "scaled_rows_match")
HINT = "Your factors go along the columns. An axis of length 1 is stretched: which axis of s must have length 1?"


def scale_rows(m, s):
    return m * s.T
