"""A softmax behind the third layer."""

from torch import nn

CAUGHT_BY = ("sigmoid_of_zero_is_in_the_middle", "network_with_given_weights")
HINT = (
    "The three outputs of each row add up to 1: something makes probabilities of them. What is asked of the third "
    "layer?"
)


class NeuralNetwork(NeuralNetwork):
    def __init__(self):
        super().__init__()
        self.deep_nn.append(nn.Softmax(dim=1))
