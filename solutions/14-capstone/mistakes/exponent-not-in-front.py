"""The exponent does not come down."""

CAUGHT_BY = ("dog_or_wolf",)
HINT = "The slope of a ** n is n * a ** (n - 1). Yours lacks the n in front."


class Tensor(Tensor):
    def __pow__(self, exponent):
        a = self.data
        return Tensor(a**exponent, parents=(self,), hand_back=lambda g: (g * a ** (exponent - 1),))
