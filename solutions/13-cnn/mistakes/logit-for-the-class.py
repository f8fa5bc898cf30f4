"""The largest logit itself is compared with the label."""

import torch
from torch import Tensor, nn

CAUGHT_BY = ("accuracy_of_a_model_that_always_says_seven",)
HINT = (
    "You compare the largest logit itself with the label. Which digit does it stand for: what tells its place in "
    "the row?"
)


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    hits = 0
    with torch.no_grad():
        for images, truth in zip(images_uint8.split(batch_size), labels.split(batch_size), strict=True):
            hits += int((model(images.unsqueeze(1).float() / 255).amax(dim=1) == truth).sum())
    return hits / len(labels)
