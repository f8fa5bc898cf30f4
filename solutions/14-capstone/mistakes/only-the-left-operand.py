"""A result requires a gradient only if its left operand does."""

CAUGHT_BY = ("constants_receive_no_gradient",)
HINT = (
    "A constant times a tensor with requires_grad: which of the two does your result look at? The way back must pass "
    "through it for the sake of either."
)


class Tensor(Tensor):
    def __init__(self, data, requires_grad=False, *, parents=(), hand_back=None):
        super().__init__(data, requires_grad, parents=parents, hand_back=hand_back)
        self.requires_grad = requires_grad or any(parent.requires_grad for parent in parents[:1])
