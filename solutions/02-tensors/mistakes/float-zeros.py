"""The result begins as float32 zeros, whatever the arguments are."""

CAUGHT_BY = ("product_of_whole_numbers", "product_keeps_the_dtype")
HINT = "Your result is float32 whatever comes in. Of which type are fresh zeros, if nobody tells them?"


def matmul_loops(a, b):
    out = torch.zeros(a.shape[0], b.shape[1])
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for p in range(a.shape[1]):
                out[i, j] += a[i, p] * b[p, j]
    return out
