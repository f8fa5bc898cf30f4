"""The model is put into training mode afterwards, also where it was not."""

import torch
from torch import nn

CAUGHT_BY = ("measuring_leaves_the_model_alone", "measuring_leaves_no_trace")
HINT = (
    "After the measurement model.training is True, although the model came in evaluation mode. Note first what it was."
)


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    model.eval()
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1) / 255)
    model.train()
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
