"""Softmax regression on images of digits: a linear model, its training, an honest measurement and a closer look.

Raw images are uint8 (N, 28, 28), 0 for paper and 255 for ink. The model wants float32 rows of 784 numbers in [0, 1].
Labels are int64, 0 to 9. Logits are scores before the softmax.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from torch import nn


def make_model() -> nn.Linear:
    """Build the linear model: one nn.Linear with bias, from 784 pixels to 10 logits, a new one for every call.

    >>> model = make_model()
    >>> sum(parameter.numel() for parameter in model.parameters())
    7850
    >>> model(torch.zeros(5, 784)).shape
    torch.Size([5, 10])
    """
    raise NotImplementedError("Task 1: make_model")


def train(model: nn.Module, loader: Iterable[tuple[torch.Tensor, torch.Tensor]], epochs: int, lr: float) -> list[float]:
    """Train the model in place with SGD on the mean cross entropy of mini-batches.

    One epoch goes once through the loader, which draws a new order each time that it is asked: ask it anew in every
    epoch. Every batch is one step, calls model(...) once and starts from cleared gradients, whatever .grad held before.

    Args:
        model: gives logits (B, 10) for rows (B, 784).
        loader: yields batches of images, float32 (B, 1, 28, 28) and already in [0, 1], and labels, int64 (B,).
        epochs: how many times to go through the loader.
        lr: the learning rate of torch.optim.SGD, whose other settings keep their defaults.

    Returns:
        For every epoch the mean of its batches' costs, each taken before its step: epochs floats.

    >>> model, batch = make_model(), (torch.zeros(2, 1, 28, 28), torch.tensor([3, 3]))
    >>> _ = nn.init.zeros_(model.weight), nn.init.zeros_(model.bias)
    >>> costs = train(model, [batch], epochs=2, lr=1.0)
    >>> round(costs[0], 4), model.bias[3].item() > 0.9
    (2.3026, True)

    To see the 2.3026 yourself: ten equal logits give each class the probability 1/10, and -log(1/10) is log(10).
    """
    raise NotImplementedError("Task 2: train")


def evaluate(model: nn.Module, images_uint8: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the share of images whose largest logit is that of their label.

    Args:
        model: gives logits (B, 10) for rows (B, 784); it was trained on pixels in [0, 1].
        images_uint8: uint8 (N, 28, 28), raw: give the model what it was trained on.
        labels: int64 (N,).

    Returns:
        A float in [0, 1]: the hits among the N images that were given, divided by N.

    Leave the model as it is: its parameters, their .grad, and model.training. Do not change images or labels in place.

    >>> model = make_model()
    >>> _ = nn.init.zeros_(model.weight), nn.init.zeros_(model.bias)
    >>> _ = nn.init.ones_(model.bias[7:8].data)  # now every image is a seven
    >>> evaluate(model, torch.zeros(4, 28, 28, dtype=torch.uint8), torch.tensor([7, 1, 7, 7]))
    0.75
    """
    raise NotImplementedError("Task 3: evaluate")


def predict_one(model: nn.Module, image_uint8: torch.Tensor) -> int:
    """Return the digit that the model sees in one raw image, uint8 (28, 28): a plain int, 0 to 9.

    Change neither the model nor the image.

    >>> model = make_model()
    >>> _ = nn.init.zeros_(model.weight), nn.init.zeros_(model.bias)
    >>> _ = nn.init.ones_(model.bias[7:8].data)
    >>> predict_one(model, torch.zeros(28, 28, dtype=torch.uint8))
    7
    """
    raise NotImplementedError("Task 4: predict_one")


def confusion_matrix(y: np.ndarray, p: np.ndarray, k: int = 10) -> np.ndarray:
    """Count who is taken for whom.

        C[i, j] = number of examples of class i that were predicted as class j

    Args:
        y: integer (N,), the true classes, each in [0, k).
        p: integer (N,), the predicted classes, each in [0, k).
        k: the number of classes; some of them may not occur.

    Returns:
        integer (k, k); row i belongs to the true class i.

    Do not change y or p in place.

    >>> confusion_matrix(np.array([0, 0, 1, 2]), np.array([0, 2, 1, 2]), k=3)
    array([[1, 0, 1],
           [0, 1, 0],
           [0, 0, 1]])
    """
    raise NotImplementedError("Task 5: confusion_matrix")


def make_dnn(hidden: Sequence[int]) -> nn.Module:
    """Build a deep network for digits: linear layers with bias, and a ReLU between each two of them.

        784 pixels -> hidden[0] -> hidden[1] -> ... -> 10 logits

    Args:
        hidden: the sizes of the hidden layers, each at least 1; () gives the linear model.

    Returns:
        A new model for every call, whose layers start as nn.Linear draws them. It gives logits (B, 10) for rows
        (B, 784), so train and evaluate take it as it is.

    No ReLU and no softmax after the last layer.

    >>> model = make_dnn((128,))
    >>> sum(parameter.numel() for parameter in model.parameters())
    101770
    >>> model(torch.zeros(5, 784)).shape
    torch.Size([5, 10])
    """
    raise NotImplementedError("Task 6: make_dnn")
