"""Adam counts a step after it was taken."""

import numpy as np

CAUGHT_BY = ("first_steps", "two_steps_of_adam")
HINT = "In the first step of Adam your t is still 0, and 1 - beta**0 is 0. When is a step counted?"


class Adam(Adam):
    def step(self) -> None:
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.m[i] = 0.9 * self.m[i] + 0.1 * p.grad
                self.v[i] = 0.999 * self.v[i] + 0.001 * p.grad**2
                with np.errstate(all="ignore"):
                    m, v = self.m[i] / (1.0 - 0.9**self.t), self.v[i] / (1.0 - 0.999**self.t)
                    p.data = p.data - self.lr * m / (np.sqrt(v) + 1e-8)
        self.t += 1
