"""Rows are cut out."""

CAUGHT_BY = ("first_column", "columns_match")
HINT = "You cut rows. The first index of a matrix counts rows, the second columns: what stands for all of an axis?"


def columns(t, start, stop):
    return t[start:stop]
