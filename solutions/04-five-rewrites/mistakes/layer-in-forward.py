"""forward makes a new layer for every call."""

import torch
from torch import nn

CAUGHT_BY = ("module_by_hand", "module_registers_two_parameters", "module_is_a_linear_layer")
HINT = (
    "state_dict() of your module is empty. PyTorch registers the layers and parameters that are attributes of "
    "the module itself, set in __init__: where does yours live?"
)


class OneLayerNet(nn.Module):
    def __init__(self, din: int, dout: int) -> None:
        super().__init__()
        self.sizes = din, dout

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return nn.Linear(*self.sizes)(x)
