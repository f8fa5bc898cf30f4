"""The model ends in a log_softmax: harmless for the loss, but no logits."""

from torch import Tensor

CAUGHT_BY = ("logits_are_plain_scores", "rows_do_not_sum_to_one", "logits_with_given_weights")
HINT = (
    "The exponentials of every row sum to 1: these are logarithms of probabilities. The model gives the scores, "
    "as fc leaves them."
)


class CNN(CNN):
    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.layer2(self.layer1(x)).flatten(start_dim=1)).log_softmax(dim=1)
