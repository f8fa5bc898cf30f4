"""m receives the whole gradient, not a tenth of it."""

import numpy as np

CAUGHT_BY = ("first_steps", "two_steps_of_adam")
HINT = (
    "Your first step of Adam is ten times too long: m adds the whole gradient. Which share of the new gradient "
    "enters a mean that keeps nine tenths?"
)


class Adam(Adam):
    def step(self) -> None:
        self.t += 1
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.m[i] = 0.9 * self.m[i] + p.grad
                self.v[i] = 0.999 * self.v[i] + 0.001 * p.grad**2
                m, v = self.m[i] / (1.0 - 0.9**self.t), self.v[i] / (1.0 - 0.999**self.t)
                p.data = p.data - self.lr * m / (np.sqrt(v) + 1e-8)
