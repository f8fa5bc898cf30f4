"""A third sigmoid, behind the last layer."""

from torch import nn

CAUGHT_BY = ("sigmoid_of_zero_is_in_the_middle", "network_with_given_weights")
HINT = "Your outputs cannot leave (0, 1): there is a sigmoid behind the last layer. How many does the task ask for?"


class NeuralNetwork(NeuralNetwork):
    def __init__(self):
        super().__init__()
        self.deep_nn.append(nn.Sigmoid())
