"""The mean hands its gradient on as a sum does."""

CAUGHT_BY = (
    "a_bias_is_used_by_every_row",
    "slopes_of_every_operation",
)
HINT = "Each of n entries has a share of 1/n in their mean. Which share of the gradient should it receive?"


class Tensor(Tensor):
    def mean(self, axis: int | None = None, keepdims: bool = False) -> Tensor:
        total = self.sum(axis, keepdims)
        total.data = self.data.mean(axis=axis, keepdims=keepdims)
        return total
