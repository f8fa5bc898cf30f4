"""Padding is counted once, not at both ends."""

CAUGHT_BY = ("size_is_the_number_of_places", "kernel_that_does_not_fit")
HINT = "Padding lies at both ends of the axis. By how much does it make the input longer in all?"


def conv_output_size(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    if k > n + padding:
        raise ValueError("the kernel does not fit")
    return (n - k + padding) // stride + 1
