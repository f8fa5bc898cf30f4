"""A softmax behind the layer."""

import torch.nn.functional as F
from torch import nn

CAUGHT_BY = ("module_by_hand",)
HINT = (
    "Your outputs of a row add up to 1: a softmax stands behind the layer. A regression predicts any number, so "
    "what does forward return?"
)


class OneLayerNet(nn.Module):
    def __init__(self, din, dout):
        super().__init__()
        self.linear = nn.Linear(din, dout)

    def forward(self, x):
        return F.softmax(self.linear(x), dim=1)
