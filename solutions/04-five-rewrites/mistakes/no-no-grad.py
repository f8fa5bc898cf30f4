"""The update is recorded in the graph, so that the new w is no leaf."""

import torch

CAUGHT_BY = ("result_is_ready_for_the_next_step", "steps_one_after_the_other")
HINT = (
    "The next backward() cannot fill the .grad of your new w. Either its update was recorded in the graph, so "
    "that it is no leaf, or it does not ask for a gradient. Print w.is_leaf and w.requires_grad: which is it?"
)


def step_autograd(x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, lr: float) -> tuple[torch.Tensor, float]:
    w = w.detach().clone().requires_grad_()
    loss = 0.5 * ((x @ w - y) ** 2).sum()
    loss.backward()
    w = w - lr * w.grad
    return w, loss.item()
