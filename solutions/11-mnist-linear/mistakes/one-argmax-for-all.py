"""One argmax over all logits."""

import torch

CAUGHT_BY = ("grey_is_not_black",)
HINT = (
    "argmax without dim looks through all images at once and gives one place. Each image needs an answer: along "
    "which axis?"
)


def evaluate(model, images_uint8, labels):
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1) / 255)
    return float((logits.argmax() == labels).float().mean())
