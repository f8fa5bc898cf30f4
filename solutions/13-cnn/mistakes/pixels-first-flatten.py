"""Flattening with the channels last: every image by itself, but the weights meet other numbers."""

from torch import Tensor

CAUGHT_BY = ("channels_with_and_without_ink", "logits_with_given_weights")
HINT = (
    "Every image is judged by itself, but its 3136 numbers stand in another order: channels, then rows, then "
    "columns, as torch flattens."
)


class CNN(CNN):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.layer2(self.layer1(x))
        return self.fc(maps.permute(0, 2, 3, 1).flatten(start_dim=1))
