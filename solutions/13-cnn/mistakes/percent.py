"""The accuracy is told in percent."""

import torch
from torch import Tensor, nn

CAUGHT_BY = ("accuracy_of_a_model_that_always_says_seven", "every_image_counts_the_same", "accuracy_of_known_weights")
HINT = "Exactly a hundred times too large: the accuracy is a share between 0 and 1."


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    x = images_uint8.unsqueeze(1).float() / 255
    hits = 0
    with torch.no_grad():
        for part, wanted in zip(x.split(batch_size), labels.split(batch_size), strict=True):
            hits += int((model(part).argmax(dim=1) == wanted).sum())
    return 100 * hits / len(labels)
