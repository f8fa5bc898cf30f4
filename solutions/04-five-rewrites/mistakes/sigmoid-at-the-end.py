"""A sigmoid behind the regression."""

import torch

CAUGHT_BY = ("predictions_of_the_lecture", "regression_is_a_linear_layer")
HINT = (
    "All predictions lie between 0 and 1, as probabilities do. Which function squashes them, and does a mark "
    "of 152 want that?"
)


class MultivariateLinearRegression(MultivariateLinearRegression):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.linear(x))
