"""Adam does not correct for beginning at 0."""

import numpy as np

CAUGHT_BY = (
    "first_steps",
    "steps_of_adam",
)
HINT = (
    "m and v begin at 0 and are too small in the first steps. What do the factors with beta to the power t make good?"
)


class Adam(Adam):
    def step(self) -> None:
        self.t += 1
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.m[i] = 0.9 * self.m[i] + 0.1 * p.grad
                self.v[i] = 0.999 * self.v[i] + 0.001 * p.grad**2
                m, v = self.m[i], self.v[i]
                p.data = p.data - self.lr * m / (np.sqrt(v) + 1e-8)
