"""One step of gradient descent for a linear layer, written five ways, from a gradient by hand to a module.

Shapes, in letters: N examples (the batch, always axis 0; any N from 1), din features, dout outputs. Tensors are
float32 or float64, all of one call alike; the new w has the dtype of w. Every loss is the loss BEFORE the step, as a
Python float.
"""

import torch
import torch.nn.functional as F
from torch import nn


def step_manual(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    """Take one step of gradient descent, with a gradient that you derived by hand.

        L = 0.5 * sum over all entries of (x @ w - y)**2,      w_new = w - lr * dL/dw

    Args:
        x: (N, din), the features.
        y: (N, dout), the targets.
        w: (din, dout), the weights; they do not ask for a gradient.
        lr: the learning rate.

    Returns:
        (din, dout), a new tensor with the new weights; and L before the step, a float.

    Do not use automatic differentiation, and do not change x, y or w in place.

    >>> x, y = torch.tensor([[1.0, 2.0], [3.0, 0.0]]), torch.tensor([[1.0], [2.0]])
    >>> w, loss = step_manual(x, y, torch.ones(2, 1), lr=0.1)
    >>> w.flatten(), loss
    (tensor([0.5000, 0.6000]), 2.5)

    To see it yourself: the errors are 2 and 1, so L is (4 + 1) / 2, and the gradient is [1*2 + 3*1, 2*2 + 0*1].
    """
    raise NotImplementedError("Task 1: step_manual")


def step_autograd(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    """Take the same step as step_manual, and let PyTorch find the gradient.

    Args:
        x: (N, din), the features.
        y: (N, dout), the targets.
        w: (din, dout), the weights, a leaf with requires_grad=True. What w.grad holds already must not count.
        lr: the learning rate.

    Returns:
        (din, dout), a new tensor with the new weights, again a leaf with requires_grad=True; and L before the step,
        a float.

    Do not change x, y or w in place. (What is in w.grad afterwards is up to you.)

    >>> x, y = torch.tensor([[2.0]]), torch.tensor([[0.0]])  # L = 0.5 * (2 w)**2 = 2 w**2, so dL/dw = 4 w
    >>> step_autograd(x, y, torch.tensor([[2.0]], requires_grad=True), lr=0.125)
    (tensor([[1.]], requires_grad=True), 8.0)
    """
    raise NotImplementedError("Task 2: step_autograd")


def make_sequential(din: int, dout: int) -> nn.Sequential:
    """Build an nn.Sequential of one nn.Linear with bias, from din features to dout outputs, and nothing else.

    >>> make_sequential(4, 2)(torch.zeros(64, 4)).shape
    torch.Size([64, 2])
    """
    raise NotImplementedError("Task 3: make_sequential")


def step_functional(model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float) -> float:
    """Take one step of gradient descent on F.mse_loss, with an update of your own for every parameter of a model.

        L = mean over all N * dout entries of (model(x) - y)**2,      p_new = p - lr * dL/dp

    Args:
        model: gives (N, dout) for x; any nn.Module. Its parameters change in place. What their .grad holds already
            must not count.
        x: (N, din), the features.
        y: (N, dout), the targets.
        lr: the learning rate.

    Returns:
        L before the step, a float.

    Do not change x or y in place.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.constant_(model.weight, 2.0)
    >>> step_functional(model, torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [2.0]]), lr=0.5)
    2.0
    >>> model.weight.item()
    1.0

    To see it yourself: the errors are 2 and 0, so L is (4 + 0) / 2, and dL/dw is (2*2*1 + 2*0*1) / 2.
    """
    raise NotImplementedError("Task 4: step_functional")


def fit_optimizer(
    model: nn.Module, x: torch.Tensor, y: torch.Tensor, lr: float, steps: int, name: str = "SGD"
) -> list[float]:
    """Train a model in place on F.mse_loss: an optimizer takes the steps.

    Args:
        model: gives (N, dout) for x; any nn.Module. What the .grad of its parameters holds already must not count.
        x: (N, din), the features.
        y: (N, dout), the targets.
        lr: the learning rate of the optimizer, whose other settings keep their defaults.
        steps: how many steps to take, each on all N examples; 0 takes none.
        name: "SGD" or "Adam", for torch.optim.SGD or torch.optim.Adam.

    Returns:
        The losses, a list of floats: entry i is the loss BEFORE step i + 1.

    Raises:
        ValueError: any other name.

    Do not change x or y in place.

    >>> model = nn.Linear(1, 1, bias=False)
    >>> _ = nn.init.constant_(model.weight, 2.0)
    >>> fit_optimizer(model, torch.tensor([[1.0], [1.0]]), torch.tensor([[0.0], [2.0]]), lr=0.25, steps=2)
    [2.0, 1.25]
    """
    raise NotImplementedError("Task 5: fit_optimizer")


class OneLayerNet(nn.Module):
    """A linear layer as a module: x @ W.T + b.

    It registers two parameters: a weight W of shape (dout, din), as nn.Linear keeps it, and a bias b of shape (dout,).
    Their names, and how you build them, are up to you.

    >>> sorted(tuple(parameter.shape) for parameter in OneLayerNet(4, 2).parameters())
    [(2,), (2, 4)]
    """

    def __init__(self, din: int, dout: int) -> None:
        """Build the layer, from din features to dout outputs."""
        raise NotImplementedError("Task 6: OneLayerNet")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the outputs (N, dout) for x (N, din), without any activation; change nothing."""
        raise NotImplementedError("Task 6: OneLayerNet")


class MultivariateLinearRegression(nn.Module):
    """Three features, one prediction: a module around nn.Linear(3, 1), with its two parameters (1, 3) and (1,).

    >>> MultivariateLinearRegression()(torch.zeros(5, 3)).shape
    torch.Size([5, 1])
    """

    def __init__(self) -> None:
        """Build the layer."""
        raise NotImplementedError("Task 7: MultivariateLinearRegression")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the predictions (N, 1) for x (N, 3), without any activation; change nothing."""
        raise NotImplementedError("Task 7: MultivariateLinearRegression")
