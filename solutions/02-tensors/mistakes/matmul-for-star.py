"""A matrix product where every row has a factor of its own."""

CAUGHT_BY = ("second_row_doubled", "scaled_rows_match")
HINT = "A matrix product sums; here nothing is summed. What does broadcasting do with (n, k) and (n, 1)?"


def scale_rows(m, s):
    return torch.matmul(m.T, s)
