"""A convolutional network for 28x28 digits: the model, its shapes, its training and an honest measurement.

Images come as uint8 (N, 28, 28) with 0 for paper and 255 for ink; the model wants float32 (N, 1, 28, 28) in [0, 1].
Labels are int64 (N,), 0 to 9. Logits are scores before the softmax.
"""

import torch
from torch import nn


class CNN(nn.Module):
    """Two convolutional layers and a linear one: 1 -> 32 -> 64 channels, then 10 logits; 50,186 parameters.

        layer1: 3x3 convolution with padding 1, 1 -> 32 channels; ReLU; 2x2 max pooling
        layer2: 3x3 convolution with padding 1, 32 -> 64 channels; ReLU; 2x2 max pooling
        fc:     linear, 7 * 7 * 64 -> 10; weights drawn by nn.init.xavier_uniform_, anew for every model

    >>> model = CNN()
    >>> sum(parameter.numel() for parameter in model.parameters())
    50186
    >>> model(torch.zeros(5, 1, 28, 28)).shape
    torch.Size([5, 10])
    """

    def __init__(self) -> None:
        """Build the three layers."""
        super().__init__()
        raise NotImplementedError("Task 1: CNN")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Turn images into logits; every image by itself.

        Args:
            x: float32 (N, 1, 28, 28) in [0, 1].

        Returns:
            float32 (N, 10), logits: no softmax here, the loss contains it.
        """
        raise NotImplementedError("Task 1: CNN")


def feature_shapes(model: CNN, x: torch.Tensor) -> list[tuple[int, ...]]:
    """List the shapes that x takes on its way through the model.

    Args:
        model: a CNN.
        x: float32 (N, 1, 28, 28).

    Returns:
        Four shapes: after layer1, after layer2, after flattening, after fc.

    >>> feature_shapes(CNN(), torch.zeros(2, 1, 28, 28))[-1] == (2, 10)
    True
    """
    raise NotImplementedError("Task 2: feature_shapes")


def train(
    model: nn.Module,
    images_uint8: torch.Tensor,
    labels: torch.Tensor,
    *,
    epochs: int,
    batch_size: int,
    lr: float,
    seed: int,
) -> list[float]:
    """Train the model in place with Adam on the mean cross entropy of mini-batches.

    One epoch goes once through all images, in a new random order, batch_size at a time. A last batch that is not full
    may be used or left out. Every step calls model(...) once on its batch and starts from cleared gradients, whatever
    .grad held before.

    Args:
        model: gives logits (B, 10) for images (B, 1, 28, 28).
        images_uint8: uint8 (N, 28, 28); divide by 255.
        labels: int64 (N,).
        epochs: how many times to go through all images.
        batch_size: images in one step, at most N.
        lr: the learning rate of torch.optim.Adam, whose other settings keep their defaults.
        seed: decides the orders; the same seed on the same model gives the same result.

    Returns:
        For every epoch the mean of its batches' costs, each taken before its step: epochs floats.

    Do not change images_uint8 or labels in place.

    >>> model = CNN()
    >>> images, labels = torch.zeros(4, 28, 28, dtype=torch.uint8), torch.tensor([3, 3, 3, 3])
    >>> costs = train(model, images, labels, epochs=5, batch_size=2, lr=0.01, seed=0)
    >>> len(costs), costs[4] < costs[0]
    (5, True)
    """
    raise NotImplementedError("Task 3: train")


def accuracy(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor, batch_size: int = 250) -> float:
    """Return the share of images whose largest logit is that of their label.

    Args:
        model: gives logits (B, 10) for images (B, 1, 28, 28).
        images_uint8: uint8 (N, 28, 28); scale them exactly as in train.
        labels: int64 (N,).
        batch_size: so many images at once are enough, which saves memory; the answer does not depend on it.

    Returns:
        A float in [0, 1]. All N images count, and all count the same.

    Leave the parameters of the model, and their .grad, as they are. Do not change images_uint8 or labels in place.

    >>> model = CNN()
    >>> _ = nn.init.zeros_(model.fc.weight), nn.init.zeros_(model.fc.bias)
    >>> _ = nn.init.ones_(model.fc.bias[7:8].data)  # now every image is a seven
    >>> accuracy(model, torch.zeros(4, 28, 28, dtype=torch.uint8), torch.tensor([7, 1, 7, 7]))
    0.75
    """
    raise NotImplementedError("Task 4: accuracy")


def train_and_validate(
    model: nn.Module,
    images_uint8: torch.Tensor,
    labels: torch.Tensor,
    train_rows: torch.Tensor,
    val_rows: torch.Tensor,
    *,
    size: int,
    epochs: int,
    batch_size: int,
    lr: float,
    seed: int,
) -> tuple[float, float]:
    """Train the model in place on some images, and measure it on these and on images that it has not seen.

    Args:
        model: gives logits (B, 10) for images (B, 1, 28, 28).
        images_uint8: uint8 (N, 28, 28).
        labels: int64 (N,).
        train_rows: int64 (T,), numbers of images; only the first size of them are trained on.
        val_rows: int64 (V,), numbers of other images: only to measure.
        size: 1 to T.
        epochs, batch_size, lr, seed: as in train; batch_size is at most size.

    Returns:
        After the training, two floats in [0, 1]: the accuracy on the images that were trained on, and on those of
        val_rows.

    >>> model = CNN()
    >>> _ = nn.init.zeros_(model.fc.weight), nn.init.zeros_(model.fc.bias)
    >>> _ = nn.init.ones_(model.fc.bias[7:8].data)  # a seven for every image, as nothing is learned with lr=0.0
    >>> images, labels = torch.zeros(5, 28, 28, dtype=torch.uint8), torch.tensor([7, 7, 1, 7, 2])
    >>> rows = torch.tensor([1, 0, 3]), torch.tensor([4, 3])
    >>> train_and_validate(model, images, labels, *rows, size=2, epochs=1, batch_size=2, lr=0.0, seed=0)
    (1.0, 0.5)
    """
    raise NotImplementedError("Task 5: train_and_validate")
