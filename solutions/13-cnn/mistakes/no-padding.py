"""The convolutions have no padding: 28 becomes 26, 13, 11 and 5."""

from torch import nn

CAUGHT_BY = ("shape_of_the_logits",)
HINT = (
    "A 3x3 convolution without padding takes a frame of one pixel away, 28 to 26, and fc is given other numbers "
    "than it expects. What keeps 28?"
)


class CNN(CNN):
    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2))
        self.layer2 = nn.Sequential(nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2))
