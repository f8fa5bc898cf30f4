"""SGD with weight decay, which also moves weights that have no gradient."""

CAUGHT_BY = ("a_weight_without_ink_stays", "training_matches")
HINT = "Your weights shrink even where their gradient is 0. Which setting of SGD, other than lr, did you change?"


def train(model, loader, epochs, lr):
    optimizer = torch.optim.SGD(model.parameters(), lr=lr, weight_decay=1e-4)
    history = []
    for _ in range(epochs):
        costs = []
        for x, y in loader:
            optimizer.zero_grad()
            cost = nn.functional.cross_entropy(model(x.flatten(start_dim=1)), y)
            cost.backward()
            optimizer.step()
            costs.append(cost.item())
        history.append(sum(costs) / len(costs))
    return history
