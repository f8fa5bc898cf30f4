"""Adam adds eps under the root."""

import numpy as np

CAUGHT_BY = ("two_steps_of_adam", "steps_of_adam")
HINT = "With small gradients your steps are too short. Does eps belong under the square root or beside it?"


class Adam(Adam):
    def step(self) -> None:
        self.t += 1
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.m[i] = 0.9 * self.m[i] + 0.1 * p.grad
                self.v[i] = 0.999 * self.v[i] + 0.001 * p.grad**2
                m, v = self.m[i] / (1.0 - 0.9**self.t), self.v[i] / (1.0 - 0.999**self.t)
                p.data = p.data - self.lr * m / np.sqrt(v + 1e-8)
