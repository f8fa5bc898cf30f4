"""Right for flat tensors; with two axes each there is one axis too many."""

CAUGHT_BY = ("table_of_sums", "tables_match")
HINT = (
    "Right for flat tensors. A column and a row have their two axes already: what shape have they after your indexing?"
)


def add_outer(a, b):
    return a[:, None] + b[None, :]
