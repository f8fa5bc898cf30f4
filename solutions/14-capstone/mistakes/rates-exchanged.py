"""The two rates of Adam are exchanged."""

import numpy as np

CAUGHT_BY = ("two_steps_of_adam",)
HINT = (
    "Your two averages have exchanged their rates. Which one forgets faster, the mean of the gradients or that of "
    "their squares?"
)


class Adam(Adam):
    def step(self):
        self.t += 1
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.m[i] = 0.999 * self.m[i] + 0.001 * p.grad
                self.v[i] = 0.9 * self.v[i] + 0.1 * p.grad**2
                m, v = self.m[i] / (1 - 0.999**self.t), self.v[i] / (1 - 0.9**self.t)
                p.data = p.data - self.lr * m / (np.sqrt(v) + 1e-8)
