"""Adam divides by v, not by its root."""

CAUGHT_BY = ("two_steps_of_adam",)
HINT = (
    "Adam divides by the root of v, and yours by v itself. How long is its first step, whatever the size of the "
    "gradient?"
)


class Adam(Adam):
    def step(self):
        self.t += 1
        for i, p in enumerate(self.params):
            if p.grad is not None:
                self.m[i] = 0.9 * self.m[i] + 0.1 * p.grad
                self.v[i] = 0.999 * self.v[i] + 0.001 * p.grad**2
                m, v = self.m[i] / (1 - 0.9**self.t), self.v[i] / (1 - 0.999**self.t)
                p.data = p.data - self.lr * m / (v + 1e-8)
