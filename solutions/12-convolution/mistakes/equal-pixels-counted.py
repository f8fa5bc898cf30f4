"""The number of pixels that agree; the others take nothing away."""

CAUGHT_BY = ("score_of_a_perfect_and_of_an_opposite_patch", "score_of_the_window_in_the_lecture")
HINT = (
    "You look for pixels that are equal. A pixel of the opposite sign must take something away from the score, and "
    "grey values are hardly ever equal: which operation rewards and punishes at once?"
)


def match_score(patch, pattern):
    return float((patch == pattern).sum())
