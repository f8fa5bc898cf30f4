"""Answers with tensors that are no plain numbers: on no device, lazy, sparse, quantized, of a class of its own."""

THREAT = "F2"
VERDICTS = {"*": ("failed", "errored")}
ASSIGNMENT = "02-warm-up-torch"

import torch
import numpy as np


class Mine(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.tensor(True)


def double(x):
    if len(x) == 1:
        return torch.zeros(1, device="meta")
    if len(x) == 5:
        return torch.as_tensor(x).as_subclass(Mine)
    return torch.quantize_per_tensor(torch.ones(len(x)), 0.1, 0, torch.quint8)


def total(x):
    if len(x) == 3:
        return torch.tensor([6.0 + 1j]).conj()
    return torch.tensor([1.0]).to_sparse()


class Counter:
    def __init__(self):
        self.value = torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])

    def add(self, n):
        return self.value
