"""Flattening with the batch axis last: the rows mix the images."""

from torch import Tensor

CAUGHT_BY = ("logits_with_given_weights", "every_image_is_judged_by_itself")
HINT = (
    "A row changes when its neighbours change. The batch axis must stay first when you flatten: what does your "
    "reshape do with it?"
)


class CNN(CNN):
    def forward(self, x: Tensor) -> Tensor:
        maps = self.layer2(self.layer1(x))
        return self.fc(maps.permute(1, 2, 3, 0).reshape(len(x), -1))
