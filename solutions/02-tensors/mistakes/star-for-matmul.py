"""Entry by entry, and not a matrix product."""

CAUGHT_BY = ("products_of_the_lecture", "product_is_your_own", "products_match")
HINT = "`*` multiplies element by element; a matrix product sums over p. Which row meets which column in out[i, j]?"


def matmul_loops(a, b):
    return a * b
