"""The product is collected in the caller's list."""

CAUGHT_BY = ("layers_stay",)
HINT = "After your call the caller's list had changed. Collect the product in a variable of your own."


def collapse_linear(Ws, bs):
    for i in range(1, len(Ws)):
        bs[i] = bs[i - 1] @ Ws[i] + bs[i]
        Ws[i] = Ws[i - 1] @ Ws[i]
    return Ws[-1], bs[-1]
