"""The layers lie in a Python list, where PyTorch does not look."""

from torch import nn

CAUGHT_BY = ("shapes_of_the_parameters",)
HINT = "PyTorch found no parameters: it does not look into a Python list. Which container of nn registers its layers?"


class NeuralNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.deep_nn = [nn.Linear(4, 5), nn.Sigmoid(), nn.Linear(5, 6), nn.Sigmoid(), nn.Linear(6, 3)]

    def forward(self, x):
        for layer in self.deep_nn:
            x = layer(x)
        return x
