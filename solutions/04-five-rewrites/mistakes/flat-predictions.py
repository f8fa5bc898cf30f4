"""The predictions are squeezed to (N,)."""

import torch

CAUGHT_BY = ("predictions_of_the_lecture", "regression_is_a_linear_layer")
HINT = (
    "Your predictions are flat. (N,) minus a column (N, 1) is N by N, and F.mse_loss only warns: which shape "
    "must they keep?"
)


class MultivariateLinearRegression(MultivariateLinearRegression):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(x).squeeze(1)
