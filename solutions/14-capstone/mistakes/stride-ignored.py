"""All windows, whatever the stride."""

CAUGHT_BY = ("windows_by_hand",)
HINT = (
    "You take every window, as if the stride were 1. How far does the window move from one row of the result to "
    "the next?"
)


_i = im2col


def im2col(x, kh, kw, stride, padding):
    return _i(x, kh, kw, 1, padding)
