"""fc keeps the weights that nn.Linear draws."""

from torch import nn

CAUGHT_BY = ("weights_of_fc_are_drawn_by_xavier", "fc_starts_uniform_and_anew")
HINT = "nn.Linear draws its weights from a narrower interval than xavier_uniform_. Draw those of fc anew in __init__."


class CNN(CNN):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(7 * 7 * 64, 10)
