"""A product that the case does not name, but whose operator it knows."""

CAUGHT_BY = ("product_is_your_own",)
HINT = "The numbers are right, but torch multiplied. Take the sum over p apart: three loops, one for each letter."


def matmul_loops(a, b):
    return torch.baddbmm(torch.zeros(1, len(a), b.shape[1], dtype=a.dtype), a[None], b[None])[0]
