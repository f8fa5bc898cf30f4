"""As tutorials write it: criterion, model.train and model.eval (put back), batches, softmax, bincount."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def make_model():
    model = nn.Linear(in_features=28 * 28, out_features=10, bias=True)
    nn.init.xavier_uniform_(model.weight)
    nn.init.zeros_(model.bias)
    return model


def train(model, loader, epochs, lr):
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(model.parameters(), lr)
    model.train()
    history = []
    for epoch in range(1, epochs + 1):
        average = 0.0
        for images, labels in loader:
            loss = criterion(model(images.reshape(-1, 28 * 28)), labels)
            optimizer.zero_grad(set_to_none=False)
            loss.backward()
            optimizer.step()
            average += float(loss.detach()) / len(loader)
        history.append(average)
        print(f"Epoch: {epoch:04d} cost = {average:.9f}")
    return history


def evaluate(model, images_uint8, labels):
    was_training = model.training
    model.eval()
    correct = 0
    with torch.inference_mode():
        for images, wanted in zip(images_uint8.split(100), labels.split(100), strict=True):
            said = torch.max(model(images.view(-1, 784).float().div(255.0)), 1)[1]
            correct += torch.eq(said, wanted).sum().item()
    model.train(was_training)
    return correct / labels.size(0)


def predict_one(model, image_uint8):
    with torch.no_grad():
        probabilities = F.softmax(model(image_uint8.reshape(1, 784).float() / 255), dim=1)
    return probabilities.argmax(1).item()


def confusion_matrix(y, p, k=10):
    return np.bincount(k * y + p, minlength=k * k).reshape(k, k)


def make_dnn(hidden):
    model = nn.Sequential()
    width = 28 * 28
    for number, size in enumerate(hidden):
        model.add_module(f"fc{number}", nn.Linear(width, size))
        nn.init.kaiming_uniform_(model[-1].weight, nonlinearity="relu")
        model.add_module(f"relu{number}", nn.ReLU(inplace=True))
        width = size
    model.add_module("out", nn.Linear(width, 10))
    return model
