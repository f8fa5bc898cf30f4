"""The steps are counted, not the places: one too few."""

CAUGHT_BY = ("sizes_printed_in_the_lecture",)
HINT = (
    "You count the steps between the places, and there is one place more than steps: the 1 is added after the "
    "division. How many places has a kernel as long as the input?"
)


def conv_output_size(n, k, stride=1, padding=0):
    if k > n + 2 * padding:
        raise ValueError("the kernel does not fit")
    return (n - k + 2 * padding) // stride
