"""The step is written into the caller's w, as on the slide."""

import torch

CAUGHT_BY = ("autograd_step_leaves_its_arguments_alone",)
HINT = (
    "The slide may write into w, because it owns it. Yours belongs to the caller: how do you make a tensor of your own?"
)


def step_autograd(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    w.grad = None
    loss = 0.5 * ((x @ w - y) ** 2).sum()
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
    return w, loss.item()
