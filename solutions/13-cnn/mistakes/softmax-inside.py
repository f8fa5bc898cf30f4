"""The model ends in a softmax."""

from torch import Tensor

CAUGHT_BY = ("logits_are_plain_scores", "rows_do_not_sum_to_one", "logits_with_given_weights")
HINT = (
    "Every row sums to 1: the model returns probabilities. The loss contains the softmax already; the model gives "
    "the scores."
)


class CNN(CNN):
    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.layer2(self.layer1(x)).flatten(start_dim=1)).softmax(dim=1)
