"""Layers without Sequential and steps as functions; pooling before the ReLU; a DataLoader; one batch to measure."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset


class CNN(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Conv2d(1, 32, (3, 3), stride=1, padding="same")
        self.layer2 = nn.Conv2d(32, 64, (3, 3), stride=1, padding="same")
        self.fc = nn.Linear(3136, 10)
        nn.init.xavier_uniform_(self.fc.weight)
        nn.init.zeros_(self.fc.bias)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(F.max_pool2d(self.layer1(x), kernel_size=2, stride=2))
        x = F.relu(F.max_pool2d(self.layer2(x), kernel_size=2, stride=2))
        return self.fc(x.view(x.size(0), -1))


def feature_shapes(model: CNN, x: Tensor) -> list[tuple[int, ...]]:
    n = x.shape[0]
    return [(n, 32, 14, 14), (n, 64, 7, 7), (n, 3136), (n, 10)]


def train(
    model: nn.Module, images_uint8: Tensor, labels: Tensor, *, epochs: int, batch_size: int, lr: float, seed: int
) -> list[float]:
    data = TensorDataset(images_uint8[:, None] / 255.0, labels)
    loader = DataLoader(data, batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr)
    model.train()
    history = []
    for epoch in range(epochs):
        total = 0.0
        for x, y in loader:
            loss = criterion(model(x), y)
            optimizer.zero_grad(set_to_none=False)
            loss.backward()
            optimizer.step()
            total += float(loss.detach())
        history.append(total / len(loader))
        print(f"epoch {epoch}: {history[-1]:.4f}")
    return history


def accuracy(model: nn.Module, images_uint8: Tensor, labels: Tensor, batch_size: int = 250) -> float:
    model.eval()
    with torch.inference_mode():
        guess = torch.max(model(images_uint8[:, None].to(torch.float32).div(255)), 1)[1]
    return (guess == labels).float().mean().item()


def train_and_validate(model, images_uint8, labels, train_rows, val_rows, *, size, **settings):
    train_rows = train_rows.narrow(0, 0, size)
    parts = [(images_uint8.index_select(0, rows), labels.index_select(0, rows)) for rows in (train_rows, val_rows)]
    train(model, *parts[0], **settings)
    return tuple(accuracy(model, *part) for part in parts)
