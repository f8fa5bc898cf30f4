import math
import torch
import torch.nn as nn
import torch.nn.functional as F


class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        # BEGIN SOLUTION
        ctx.save_for_backward(x)
        return x.clamp(min=0)
        # END SOLUTION

    @staticmethod
    def backward(ctx, g):
        # BEGIN SOLUTION
        (x,) = ctx.saved_tensors
        return g * (x > 0).to(g.dtype)
        # END SOLUTION


def softmax(x, dim=-1):
    # BEGIN SOLUTION
    e = torch.exp(x - x.max(dim=dim, keepdim=True).values)
    return e / e.sum(dim=dim, keepdim=True)
    # END SOLUTION


def mse(pred, target):
    # BEGIN SOLUTION
    return ((pred - target) ** 2).mean()
    # END SOLUTION


class LayerNorm(nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        # BEGIN SOLUTION
        self.weight = nn.Parameter(torch.ones(dim))
        self.bias = nn.Parameter(torch.zeros(dim))
        self.eps = eps
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        m = x.mean(-1, keepdim=True)
        v = x.var(-1, keepdim=True, unbiased=False)
        return (x - m) / torch.sqrt(v + self.eps) * self.weight + self.bias
        # END SOLUTION


class MLP(nn.Module):
    def __init__(self, d_in, d_hidden, d_out, p=0.0):
        super().__init__()
        # BEGIN SOLUTION
        self.fc1 = nn.Linear(d_in, d_hidden)
        self.fc2 = nn.Linear(d_hidden, d_out)
        self.drop = nn.Dropout(p)
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        return self.fc2(self.drop(F.relu(self.fc1(x))))
        # END SOLUTION


class Attention(nn.Module):
    def __init__(self, d, heads=2):
        super().__init__()
        # BEGIN SOLUTION
        self.h, self.q, self.k, self.v, self.o = heads, nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.register_buffer("mask", torch.tril(torch.ones(64, 64)).bool())
        # END SOLUTION

    def forward(self, x):
        # BEGIN SOLUTION
        B, T, D = x.shape
        q, k, v = (f(x).view(B, T, self.h, D // self.h).transpose(1, 2) for f in (self.q, self.k, self.v))
        a = (q @ k.transpose(-2, -1)) / math.sqrt(D // self.h)
        a = a.masked_fill(~self.mask[:T, :T], float("-inf")).softmax(-1)
        return self.o((a @ v).transpose(1, 2).reshape(B, T, D))
        # END SOLUTION


class SGD(torch.optim.Optimizer):
    def __init__(self, params, lr=0.1, momentum=0.0):
        super().__init__(params, dict(lr=lr, momentum=momentum))

    @torch.no_grad()
    def step(self, closure=None):
        # BEGIN SOLUTION
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is None:
                    continue
                st = self.state[p]
                b = st.get("b")
                b = p.grad.clone() if b is None else g["momentum"] * b + p.grad
                st["b"] = b
                p -= g["lr"] * b
        # END SOLUTION


def train(model, loader, epochs, lr=0.1):
    # BEGIN SOLUTION
    opt = torch.optim.SGD(model.parameters(), lr=lr)
    losses = []
    for _ in range(epochs):
        for x, y in loader:
            opt.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            opt.step()
            losses.append(loss.item())
    return losses
    # END SOLUTION


@torch.no_grad()
def accuracy(model, loader):
    # BEGIN SOLUTION
    hit = n = 0
    for x, y in loader:
        hit += (model(x).argmax(1) == y).sum().item()
        n += y.numel()
    return hit / n
    # END SOLUTION
