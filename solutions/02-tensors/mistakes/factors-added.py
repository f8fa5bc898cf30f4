"""The factors are added."""

CAUGHT_BY = ("second_row_doubled",)
HINT = "You add the number of each row to its entries. Which operation scales a row?"


def scale_rows(m, s):
    return m + s
