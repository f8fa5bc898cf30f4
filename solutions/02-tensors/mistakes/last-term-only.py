"""= where += belongs."""

CAUGHT_BY = ("products_of_the_lecture", "products_match", "product_keeps_the_dtype")
HINT = "Only the last term of the sum is left in each entry. What happens to the earlier ones when you assign?"


def matmul_loops(a, b):
    out = torch.zeros(a.shape[0], b.shape[1], dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for p in range(a.shape[1]):
                out[i, j] = a[i, p] * b[p, j]
    return out
