"""A result does not ask for a gradient, though an operand does."""

CAUGHT_BY = ("constants_receive_no_gradient",)
HINT = (
    "The result of an operation on a tensor with requires_grad must require one as well. How else could "
    "the way back pass through it?"
)


class Tensor(Tensor):
    def __init__(self, data, requires_grad=False, *, parents=(), hand_back=None):
        super().__init__(data, requires_grad, parents=parents, hand_back=hand_back)
        self.inside, self.requires_grad = self.requires_grad, requires_grad

    def backward(self) -> None:
        todo = [self]
        for tensor in todo:
            tensor.requires_grad = tensor.inside
            todo += tensor._parents
        super().backward()
