"""Adam written out, the order from numpy, the cost from log_softmax; a last short batch is left out."""

import numpy as np
import torch
from torch import Tensor, nn


class CNN(CNN):
    def forward(self, x: Tensor) -> Tensor:
        for layer in (self.layer1, self.layer2):
            x = layer(x)
        return torch.einsum("nd,kd->nk", x.reshape(-1, 3136), self.fc.weight) + self.fc.bias


def feature_shapes(model: CNN, x: Tensor) -> list[tuple[int, ...]]:
    shapes: list[tuple[int, ...]] = []
    layers = (model.layer1, model.layer2, nn.Flatten(), model.fc)
    for layer in layers:
        x = layer(x)
        shapes.append(x.shape)
    return shapes


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    rng = np.random.default_rng(seed)
    parameters = list(model.parameters())
    first = [torch.zeros_like(p) for p in parameters]
    second = [torch.zeros_like(p) for p in parameters]
    steps, n, history = 0, len(labels), []
    for _ in range(epochs):
        order = torch.from_numpy(rng.permutation(n))
        costs = []
        for start in range(0, n - batch_size + 1, batch_size):
            chosen = order[start : start + batch_size]
            x = images_uint8[chosen].to(torch.float32).reshape(-1, 1, 28, 28) * (1 / 255)
            cost = -model(x).log_softmax(1)[torch.arange(batch_size), labels[chosen]].mean()
            gradients = torch.autograd.grad(cost, parameters)  # leaves .grad out of the game
            steps += 1
            with torch.no_grad():
                for p, g, m, v in zip(parameters, gradients, first, second, strict=True):
                    m.mul_(0.9).add_(0.1 * g)
                    v.mul_(0.999).add_(0.001 * g * g)
                    p -= lr * (m / (1 - 0.9**steps)) / ((v / (1 - 0.999**steps)).sqrt() + 1e-8)
            costs.append(float(cost))
        history.append(float(np.mean(costs)))
    return history


@torch.no_grad()
def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    right = 0
    for start in range(0, len(labels), batch_size):
        x = images_uint8[start : start + batch_size].float().unsqueeze(1) / 255
        for scores, label in zip(model(x).tolist(), labels[start : start + batch_size].tolist(), strict=True):
            right += int(scores.index(max(scores)) == label)
    return right / labels.numel()


def train_and_validate(model, images_uint8, labels, train_rows, val_rows, *, size, epochs, batch_size, lr, seed):
    x = torch.stack([images_uint8[int(i)] for i in train_rows[:size]])
    y = torch.stack([labels[int(i)] for i in train_rows[:size]])
    train(model, x, y, epochs=epochs, batch_size=batch_size, lr=lr, seed=seed)
    return accuracy(model, x, y), accuracy(model, images_uint8[val_rows], labels[val_rows], batch_size=7)
