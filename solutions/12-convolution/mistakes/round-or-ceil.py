"""The size is rounded up: (64, 7, stride 2) gives 30 where 29 windows fit."""

import math

CAUGHT_BY = ("sizes_printed_in_the_lecture", "size_is_the_number_of_places")
HINT = (
    "A window that sticks out does not count, so half a step is no step. For 64, 7 and stride 2 work out 57 / 2: "
    "which way must it be rounded, before the 1 is added?"
)


def conv_output_size(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    if k > n + 2 * padding:
        raise ValueError("the kernel does not fit")
    return math.ceil((n - k + 2 * padding) / stride) + 1
