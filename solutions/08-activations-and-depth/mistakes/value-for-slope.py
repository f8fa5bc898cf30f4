"""relu_prime returns relu."""

CAUGHT_BY = ("slopes_of_straight_lines", "slopes_of_pieces")
HINT = "This is relu itself. How steep is it, on the left and on the right? The answer is the same at 1 and at 100."


def relu_prime(z):
    return relu(z)
