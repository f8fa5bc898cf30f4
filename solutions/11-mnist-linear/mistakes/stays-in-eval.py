"""The model is left in evaluation mode."""

import torch
from torch import nn

CAUGHT_BY = ("measuring_leaves_the_model_alone", "measuring_leaves_no_trace")
HINT = (
    "After the measurement model.training is False, whatever it was. A linear model does not mind; who calls "
    "you next may. How do you put it back?"
)


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1) / 255)
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
