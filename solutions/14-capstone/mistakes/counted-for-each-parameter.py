"""Adam counts a step for every parameter."""

import numpy as np

CAUGHT_BY = ("two_steps_of_adam", "steps_of_adam")
HINT = (
    "Your first parameter moves right and the next one does not. By how much does t grow while all of them take one "
    "step?"
)


class Adam(Adam):
    def step(self) -> None:
        for i, p in enumerate(self.params):
            self.t += 1
            if p.grad is not None:
                self.m[i] = 0.9 * self.m[i] + 0.1 * p.grad
                self.v[i] = 0.999 * self.v[i] + 0.001 * p.grad**2
                m, v = self.m[i] / (1.0 - 0.9**self.t), self.v[i] / (1.0 - 0.999**self.t)
                p.data = p.data - self.lr * m / (np.sqrt(v) + 1e-8)
