"""The exponent is not lowered by one."""

CAUGHT_BY = (
    "dog_or_wolf",
    "slopes_of_every_operation",
)
HINT = "The slope of x to the power n has n in front, and what in the exponent?"


class Tensor(Tensor):
    def __pow__(self, exponent: float) -> Tensor:
        a = self.data
        return Tensor(a**exponent, parents=(self,), hand_back=lambda g: (g * exponent * a**exponent,))
