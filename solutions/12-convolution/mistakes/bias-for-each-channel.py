"""The bias is added once for each input channel."""

CAUGHT_BY = ("shape_of_a_layer",)
HINT = "Your bias counts once for each input channel. It belongs to the output: how often is it added to an entry?"


_c = conv2d


def conv2d(x, w, b=None, stride=1, padding=0):
    y = _c(x, w, None, stride, padding)
    return y if b is None else y + x.shape[1] * b[:, None, None]
