"""/ in place of //: a size of 55.0."""

CAUGHT_BY = ("sizes_printed_in_the_lecture", "a_kernel_that_is_too_long")
HINT = "A size counts places, so it is a whole number. Which division leaves the rest away?"


def conv_output_size(n, k, stride=1, padding=0):
    if k > n + 2 * padding:
        raise ValueError("the kernel does not fit")
    return (n - k + 2 * padding) / stride + 1
