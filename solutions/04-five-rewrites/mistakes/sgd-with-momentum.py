"""SGD with momentum."""

import torch
import torch.nn.functional as F

CAUGHT_BY = ("costs_of_the_lecture",)
HINT = (
    "The first step is right, and from the second on yours go too far: momentum carries them. Which settings of "
    "SGD keep their defaults?"
)


def fit_optimizer(model, x, y, lr, steps, name="SGD"):
    if name not in ("SGD", "Adam"):
        raise ValueError(name)
    o = (
        torch.optim.SGD(model.parameters(), lr=lr, momentum=0.9)
        if name == "SGD"
        else torch.optim.Adam(model.parameters(), lr=lr)
    )
    out = []
    for _ in range(steps):
        o.zero_grad()
        loss = F.mse_loss(model(x), y)
        loss.backward()
        o.step()
        out.append(loss.item())
    return out
