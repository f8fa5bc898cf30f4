"""The loop of train, copied: accuracy makes a step on the images it should only judge."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CAUGHT_BY = ("measuring_leaves_the_model_alone", "measuring_changes_nothing")
HINT = "Your accuracy makes a step on the images it is to judge: a test must not teach. Only count."


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    x = images_uint8.unsqueeze(1).float() / 255
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    hits = 0
    for part, wanted in zip(x.split(batch_size), labels.split(batch_size), strict=True):
        optimizer.zero_grad()
        logits = model(part)
        F.cross_entropy(logits, wanted).backward()
        optimizer.step()
        hits += int((logits.argmax(dim=1) == wanted).sum())
    return hits / len(labels)
