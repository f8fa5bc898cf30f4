"""super().__init__() is forgotten in both classes."""

import torch
from torch import nn

CAUGHT_BY = (
    "module_by_hand",
    "module_registers_two_parameters",
    "module_is_a_linear_layer",
    "predictions_of_the_lecture",
)
HINT = (
    "A module keeps its layers in a register, and nobody has made it yet. What does __init__ of every "
    "nn.Module begin with?"
)


class OneLayerNet(nn.Module):
    def __init__(self, din: int, dout: int) -> None:
        self.linear = nn.Linear(din, dout)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x)


class MultivariateLinearRegression(nn.Module):
    def __init__(self) -> None:
        self.linear = nn.Linear(3, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x)
