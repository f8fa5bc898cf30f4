"""All images are flattened into one row."""

import torch

CAUGHT_BY = ("shapes_on_the_way",)
HINT = (
    "After flattening, your images have become one long row. Each image keeps a row of its own: from which axis "
    "on do you flatten?"
)


def feature_shapes(model: CNN, x: torch.Tensor) -> list[tuple[int, ...]]:
    first = model.layer1(x)
    second = model.layer2(first)
    return [tuple(first.shape), tuple(second.shape), tuple(second.flatten().shape), (len(x), 10)]
