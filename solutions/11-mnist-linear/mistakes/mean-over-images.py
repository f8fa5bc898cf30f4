"""An epoch's cost is the mean over its images, so that a short last batch counts less."""

from torch import nn

CAUGHT_BY = ("a_short_last_batch_counts_like_the_others", "training_matches")
HINT = "Your epoch is a mean over images; a short last batch counts less in it. Over what is the mean asked?"


def train(model, loader, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    history = []
    for _ in range(epochs):
        total, seen = 0.0, 0
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            optimizer.step()
            total += cost.item() * len(y)
            seen += len(y)
        history.append(total / seen)
    return history
