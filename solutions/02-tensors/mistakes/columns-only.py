"""Right for a column and a row; flat tensors are added entry by entry."""

CAUGHT_BY = ("table_of_sums", "tables_match")
HINT = (
    "Right for a column and a row. Two flat tensors are added entry by entry: which of them needs a "
    "second axis, and where?"
)


def add_outer(a, b):
    return a + b
