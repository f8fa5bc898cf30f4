"""fc is two linear layers with a ReLU between them."""

from torch import nn

CAUGHT_BY = ("number_of_parameters",)
HINT = "There is one linear layer too many: 3136 numbers become ten logits in a single step."


class CNN(CNN):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(7 * 7 * 64, 128), nn.ReLU(), nn.Linear(128, 10))
