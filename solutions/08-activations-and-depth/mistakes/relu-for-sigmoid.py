"""ReLU in the place of both sigmoids."""

from torch import nn

CAUGHT_BY = ("sigmoid_of_zero_is_in_the_middle", "network_with_given_weights")
HINT = (
    "The parameters fit. Six sigmoids of 0 add up to 3, and yours add up to 0: which function stands between your "
    "layers, if any?"
)


class NeuralNetwork(NeuralNetwork):
    def __init__(self):
        super().__init__()
        self.deep_nn = nn.Sequential(nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 6), nn.ReLU(), nn.Linear(6, 3))
