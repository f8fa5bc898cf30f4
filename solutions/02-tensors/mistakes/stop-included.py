"""The column stop is cut out as well."""

CAUGHT_BY = ("first_column", "columns_match")
HINT = "As everywhere in Python, stop is the first column that is not kept. How many columns are there from 0 to 1?"


def columns(t, start, stop):
    return t[:, start : stop + 1]
