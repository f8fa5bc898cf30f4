"""SGD goes along the gradient instead of against it."""

CAUGHT_BY = (
    "first_steps",
    "steps_of_sgd",
)
HINT = "The gradient points uphill. Which sign does a step downhill have?"


class SGD(SGD):
    def step(self) -> None:
        for p in self.params:
            if p.grad is not None:
                p.data = p.data + self.lr * p.grad
