"""Another name of the same product."""

CAUGHT_BY = ("product_is_your_own",)
HINT = "The numbers are right, but torch multiplied. Take the sum over p apart: three loops, one for each letter."


def matmul_loops(a, b):
    return torch.inner(a, b.T)
