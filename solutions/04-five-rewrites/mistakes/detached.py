"""The result is cut off the graph."""

import torch

CAUGHT_BY = ("backward_reaches_both_parameters", "gradients_reach_the_module")
HINT = (
    "The outputs are right, but they have forgotten where they came from, and backward() ends there. Which "
    "call in forward cuts the graph?"
)


class OneLayerNet(OneLayerNet):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x).detach()
