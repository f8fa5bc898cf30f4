"""dw is divided by the number of images."""

CAUGHT_BY = ("slopes_of_a_small_convolution",)
HINT = (
    "dw is too small by the number of images. Every image uses the kernel: do their gradients add up, or are they "
    "averaged?"
)


_b = conv2d_backward


def conv2d_backward(dout, x, w, stride=1, padding=0):
    a, b, c = _b(dout, x, w, stride, padding)
    return a, b / len(x), c
