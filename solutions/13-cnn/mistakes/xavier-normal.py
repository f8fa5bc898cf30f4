"""fc starts from a normal distribution: the same spread, but without bounds."""

from torch import nn

CAUGHT_BY = ("weights_of_fc_are_drawn_by_xavier",)
HINT = (
    "The spread is right, but some weights are too large for it: Xavier comes as a uniform and as a normal "
    "distribution."
)


class CNN(CNN):
    def __init__(self) -> None:
        super().__init__()
        nn.init.xavier_normal_(self.fc.weight)
