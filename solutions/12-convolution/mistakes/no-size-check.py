"""A kernel that does not fit is given a size of zero or less."""

CAUGHT_BY = ("a_kernel_that_is_too_long", "kernel_that_does_not_fit")
HINT = (
    "A kernel longer than the padded input fits nowhere, and no layer has size 0. Raise ValueError before you divide."
)


def conv_output_size(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    return (n - k + 2 * padding) // stride + 1
