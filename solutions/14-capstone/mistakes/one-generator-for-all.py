"""A generator that was made when the file was read, and goes on from one training to the next."""

import numpy as np

CAUGHT_BY = ("one_seed_gives_one_result",)
HINT = (
    "The second training does not end where the first one did, though the seed is the same. Where does your chance "
    "begin, and does it begin there each time?"
)

RNG = np.random.default_rng(0)


def train_digits(images, labels, test_images, *, seed=0):
    hidden = 64
    params = [
        Tensor(RNG.normal(scale=np.sqrt(2.0 / 784), size=(784, hidden)), requires_grad=True),
        Tensor(np.zeros(hidden), requires_grad=True),
        Tensor(RNG.normal(scale=np.sqrt(1.0 / hidden), size=(hidden, 10)), requires_grad=True),
        Tensor(np.zeros(10), requires_grad=True),
    ]

    def logits(batch: np.ndarray) -> Tensor:
        w1, b1, w2, b2 = params
        return (Tensor(batch.reshape(len(batch), 784) / 255.0) @ w1 + b1).relu() @ w2 + b2

    optimizer = Adam(params, lr=2e-3)
    for _ in range(12):
        order = RNG.permutation(len(images))
        for start in range(0, len(order), 32):
            chosen = order[start : start + 32]
            z = logits(images[chosen])
            z = z - z.data.max(axis=1, keepdims=True)
            log_p = z - z.exp().sum(axis=1, keepdims=True).log()
            loss = (log_p * -np.eye(10)[labels[chosen]]).sum() * (1.0 / len(chosen))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return logits(test_images).data.argmax(axis=1)
