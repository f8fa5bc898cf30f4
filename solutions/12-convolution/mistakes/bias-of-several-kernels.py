"""The bias is added only if there are several kernels."""

CAUGHT_BY = ("bias_belongs_to_the_output_channel",)
HINT = "With a single kernel the bias is missing. One output channel has one bias: what does your code take b[0] for?"


several = conv2d


def conv2d(x, w, b=None, stride=1, padding=0):
    return several(x, w, b if b is not None and len(b) > 1 else None, stride, padding)
