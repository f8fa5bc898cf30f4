"""The gradients are cleared by measuring."""

import torch
from torch import nn

CAUGHT_BY = ("measuring_leaves_the_model_alone", "measuring_leaves_no_trace")
HINT = "The .grad of the parameters is gone after the measurement. Whose task is it to clear gradients?"


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    model.zero_grad()
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1) / 255)
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
