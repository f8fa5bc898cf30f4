"""The gradients are never cleared."""

import torch
from torch import nn

CAUGHT_BY = ("two_sigmoids_beat_every_line",)
HINT = (
    "Your first costs are right, and then every gradient is added to those before. What must happen to "
    ".grad in every step?"
)


def fit_four_points(Ws, bs, lr=0.05, steps=1000):
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[5.0], [6.0], [8.0], [10.0]])
    parameters = [torch.tensor(array, dtype=torch.float32, requires_grad=True) for array in (*Ws, *bs)]
    W1, W2, b1, b2 = parameters

    def predict():
        return torch.sigmoid(X @ W1 + b1) @ W2 + b2

    stepper = torch.optim.SGD(parameters, lr=lr)
    costs = []
    for _ in range(steps):
        cost = nn.functional.mse_loss(predict(), y)
        cost.backward()
        stepper.step()
        costs.append(cost.item())
    return predict().detach().numpy(), costs
