"""The slice ends one column too early."""

CAUGHT_BY = ("first_column",)
HINT = "You leave out one column too many. A slice start:stop ends before stop already: what does the - 1 do?"


def columns(t, start, stop):
    return t[:, start : stop - 1]
