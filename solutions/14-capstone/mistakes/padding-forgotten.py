"""No frame of zeros."""

CAUGHT_BY = ("windows_by_hand",)
HINT = "Your windows lie within the image only. What does the padding put around it before the windows are cut?"


_i = im2col


def im2col(x, kh, kw, stride, padding):
    return _i(x, kh, kw, stride, 0)
