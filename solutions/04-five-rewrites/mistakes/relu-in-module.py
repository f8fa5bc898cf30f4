"""An activation behind the layer."""

import torch

CAUGHT_BY = ("two_rows_through_one_of_two_modules", "module_is_a_linear_layer")
HINT = "Negative outputs become 0. The layer is linear: what does your forward do to its result?"


class OneLayerNet(OneLayerNet):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.linear(x))
