"""torch.manual_seed, a shuffled list of Python numbers, costs weighted by their batches, a scheduler that idles."""

import random

import torch
from torch import Tensor, nn


class CNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(
            nn.ZeroPad2d(1), nn.Conv2d(1, 32, 3), nn.ReLU(inplace=True), nn.MaxPool2d(kernel_size=2, stride=2)
        )
        self.layer2 = nn.Sequential(
            nn.ZeroPad2d(1), nn.Conv2d(32, 64, 3), nn.ReLU(inplace=True), nn.MaxPool2d(kernel_size=2, stride=2)
        )
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(7 * 7 * 64, 10, bias=True)
        torch.nn.init.xavier_uniform_(self.fc.weight, gain=1.0)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.flatten(self.layer2(self.layer1(x))))


def feature_shapes(model: CNN, x: Tensor) -> list[tuple[int, ...]]:
    seen: list[tuple[int, ...]] = []
    hooks = [
        layer.register_forward_hook(lambda module, inputs, output: seen.append(tuple(output.size())))
        for layer in (model.layer1, model.layer2, model.flatten, model.fc)
    ]
    model(x)
    for hook in hooks:
        hook.remove()
    return seen


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    torch.manual_seed(seed)
    random.seed(seed)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, betas=(0.9, 0.999), eps=1e-8)
    history = []
    for _ in range(epochs):
        order = list(range(len(labels)))
        random.shuffle(order)
        weighted = 0.0
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            x = torch.stack([images_uint8[i] for i in chosen]).unsqueeze(1).float() / 255.0
            y = labels[chosen]
            model.zero_grad()
            loss = nn.functional.cross_entropy(model(x), y, reduction="sum") / len(chosen)
            loss.backward()
            optimizer.step()
            weighted += loss.item() * len(chosen)
        history.append(weighted / len(order))
    return history


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    was_training = model.training
    model.eval()
    correct = torch.zeros((), dtype=torch.int64)
    for images, wanted in zip(images_uint8.split(batch_size), labels.split(batch_size), strict=True):
        with torch.no_grad():
            probabilities = torch.softmax(model(images.float()[:, None] / 255), dim=-1)
        correct += torch.eq(probabilities.argmax(-1), wanted).sum()
    model.train(was_training)
    return correct.item() / len(images_uint8)
