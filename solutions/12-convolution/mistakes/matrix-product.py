"""A matrix product in place of products of pixels."""

CAUGHT_BY = ("score_of_the_window_in_the_lecture",)
HINT = "@ multiplies rows by columns. Each pixel belongs to the pixel at its own place: which operation is that?"


def match_score(patch, pattern):
    return float((patch @ pattern).sum())
