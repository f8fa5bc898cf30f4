"""The size at stride 1, whatever the stride is."""

CAUGHT_BY = ("sizes_printed_in_the_lecture",)
HINT = (
    "Your size is the same for every stride. A kernel that moves in larger steps visits fewer places: where does "
    "the stride come in?"
)


def conv_output_size(n, k, stride=1, padding=0):
    if k > n + 2 * padding:
        raise ValueError("the kernel does not fit")
    return n - k + 2 * padding + 1
