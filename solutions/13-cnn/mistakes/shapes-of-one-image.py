"""The shapes are told without the batch axis."""

import torch
from torch import Tensor

CAUGHT_BY = ("shapes_on_the_way", "shapes_for_any_batch")
HINT = "These are the shapes of one image. Tensors on their way carry the batch: N comes first, in all four."


def feature_shapes(model: CNN, x: Tensor) -> list[tuple[int, ...]]:
    with torch.no_grad():
        first = model.layer1(x)
        second = model.layer2(first)
        flat = second.flatten(start_dim=1)
        return [tuple(value.shape[1:]) for value in (first, second, flat, model.fc(flat))]
