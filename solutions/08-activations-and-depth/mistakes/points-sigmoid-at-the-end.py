"""A sigmoid behind the output."""

import torch
from torch import nn

CAUGHT_BY = ("first_costs_of_four_points",)
HINT = "Your predictions stay between 0 and 1, and the points lie at 5 to 10. What comes behind the last layer?"


def fit_four_points(Ws, bs, lr=0.05, steps=1000):
    X = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    y = torch.tensor([[5.0], [6.0], [8.0], [10.0]])
    parameters = [torch.tensor(array, dtype=torch.float32, requires_grad=True) for array in (*Ws, *bs)]
    W1, W2, b1, b2 = parameters

    def predict():
        return torch.sigmoid(torch.sigmoid(X @ W1 + b1) @ W2 + b2)

    stepper = torch.optim.SGD(parameters, lr=lr)
    costs = []
    for _ in range(steps):
        stepper.zero_grad()
        cost = nn.functional.mse_loss(predict(), y)
        cost.backward()
        stepper.step()
        costs.append(cost.item())
    return predict().detach().numpy(), costs
