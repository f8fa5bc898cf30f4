"""The gradients are cleared by measuring."""

import torch
from torch import Tensor, nn

CAUGHT_BY = ("measuring_leaves_the_model_alone", "measuring_changes_nothing")
HINT = "The .grad of the parameters is gone after the measurement. Whose task is it to clear gradients?"


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    model.zero_grad()
    hits = 0
    with torch.no_grad():
        for start in range(0, len(labels), batch_size):
            part = slice(start, start + batch_size)
            logits = model(images_uint8[part, None].float() / 255)
            hits += int((logits.argmax(dim=1) == labels[part]).sum())
    return hits / len(labels)
