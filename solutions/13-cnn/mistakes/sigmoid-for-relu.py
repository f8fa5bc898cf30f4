"""A sigmoid in the place of both ReLUs."""

from torch import nn

CAUGHT_BY = ("channels_with_and_without_ink",)
HINT = (
    "Behind your convolutions negative numbers become small positive ones. What does ReLU make of them, and what of 31?"
)


class CNN(CNN):
    def __init__(self) -> None:
        super().__init__()
        self.layer1[1] = nn.Sigmoid()
        self.layer2[1] = nn.Sigmoid()
