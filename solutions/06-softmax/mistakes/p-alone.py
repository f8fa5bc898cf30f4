"""The entropy of P; Q plays no part."""

CAUGHT_BY = ("cross_entropy_bits_by_hand",)
HINT = "This is the entropy of P. Somebody who believes Q is surprised according to Q: where does q come into yours?"


def cross_entropy_bits(p, q):
    return entropy_bits(p)
