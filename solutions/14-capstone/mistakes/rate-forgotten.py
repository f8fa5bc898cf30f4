"""SGD subtracts the whole gradient."""

CAUGHT_BY = ("first_steps",)
HINT = "SGD subtracts the whole gradient. Which number says how far a step goes?"


class SGD(SGD):
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p.data = p.data - p.grad
