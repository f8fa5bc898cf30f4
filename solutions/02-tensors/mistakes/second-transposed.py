"""Rows of a with rows of b."""

CAUGHT_BY = ("products_of_the_lecture", "product_is_your_own", "products_match")
HINT = "You multiply rows of a with rows of b. In b[p, j], which index runs along the sum?"


def matmul_loops(a, b):
    out = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for p in range(a.shape[1]):
                out[i, j] += a[i, p] * b[j, p]
    return out
