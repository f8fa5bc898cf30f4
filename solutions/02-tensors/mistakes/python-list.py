"""Nested lists for a tensor."""

CAUGHT_BY = ("products_of_the_lecture", "products_match", "product_keeps_the_dtype")
HINT = (
    "Return a tensor, not a list. Which function makes a tensor of rows, and which argument keeps the type of number?"
)


def matmul_loops(a, b):
    out = [[0] * b.shape[1] for _ in range(a.shape[0])]
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for p in range(a.shape[1]):
                out[i][j] += (a[i, p] * b[p, j]).item()
    return out
