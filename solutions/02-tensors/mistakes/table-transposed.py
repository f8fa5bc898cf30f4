"""One row for each number of b."""

CAUGHT_BY = ("table_of_sums", "tables_match")
HINT = "Your table is the transpose: a counts the rows, b the columns. Which of the two must become a column?"


def add_outer(a, b):
    return a.reshape(1, -1) + b.reshape(-1, 1)
