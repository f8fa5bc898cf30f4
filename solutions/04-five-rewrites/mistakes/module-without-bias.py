"""The layer of the module has no bias."""

import torch
from torch import nn

CAUGHT_BY = ("module_by_hand", "module_registers_two_parameters", "module_is_a_linear_layer")
HINT = "Your module registers its weight only. Which parameter moves all outputs by a constant?"


class OneLayerNet(nn.Module):
    def __init__(self, din: int, dout: int) -> None:
        super().__init__()
        self.linear = nn.Linear(din, dout, bias=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x)
