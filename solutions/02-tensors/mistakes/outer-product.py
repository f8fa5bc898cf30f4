"""The table of products."""

CAUGHT_BY = ("table_of_sums", "tables_match")
HINT = "This is the table of products. Broadcasting works with every operation: which one is asked for?"


def add_outer(a, b):
    return a.reshape(-1, 1) * b.reshape(1, -1)
