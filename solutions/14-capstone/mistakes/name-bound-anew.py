"""The step gives the name p to a new array; the parameter keeps its data."""

CAUGHT_BY = ("first_steps", "steps_of_sgd")
HINT = (
    "Your parameters stay where they are: `p = …` gives the name p to something new. What of the parameter must change?"
)


class SGD(SGD):
    def step(self):
        for p in self.params:
            if p.grad is not None:
                p = p.data - self.lr * p.grad
