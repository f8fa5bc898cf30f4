"""The inner loop ends one term too early."""

import torch

CAUGHT_BY = ("products_of_the_lecture",)
HINT = "Each of your sums lacks its last term, a[i, k - 1] * b[k - 1, j]. Where does range(k - 1) end?"


def matmul_loops(a, b):
    out = torch.zeros((a.shape[0], b.shape[1]), dtype=a.dtype)
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for p in range(a.shape[1] - 1):
                out[i, j] += a[i, p] * b[p, j]
    return out
