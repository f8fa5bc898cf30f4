"""Activation functions, their slopes, and what depth is worth with and without them.

Tasks 1 to 4 are numpy, float64; tasks 5 to 8 are PyTorch, float32. Shapes, in letters: N examples (the batch, always
axis 0), D features. A layer computes x @ W + b with W (D_in, D_out) and b (D_out,). No function changes an array that
it is given.
"""

from collections.abc import Callable

import numpy as np
import torch
from torch import nn


def unit_step(z: np.ndarray) -> np.ndarray:
    """Say no or yes: 0 for z < 0, 1 for z > 0, and 0.5 at 0 itself.

    Args:
        z: float64, any shape. So it is for all seven functions and their derivatives.

    Returns:
        float64, the shape of z. So it is for all of them.

    >>> unit_step(np.array([-2.0, 0.0, 3.0]))
    array([0. , 0.5, 1. ])
    """
    ### BEGIN SOLUTION activations
    return np.heaviside(z, 0.5)
    ### END SOLUTION


def sign(z: np.ndarray) -> np.ndarray:
    """Keep the sign only: -1 for z < 0, 1 for z > 0, and 0 at 0 itself.

    >>> sign(np.array([-2.0, 0.0, 3.0]))
    array([-1.,  0.,  1.])
    """
    ### BEGIN SOLUTION activations
    return np.sign(z)
    ### END SOLUTION


def linear(z: np.ndarray) -> np.ndarray:
    """Let everything pass: z.

    >>> linear(np.array([-2.0, 0.0, 3.0]))
    array([-2.,  0.,  3.])
    """
    ### BEGIN SOLUTION activations
    return z
    ### END SOLUTION


def piecewise_linear(z: np.ndarray) -> np.ndarray:
    """Climb from 0 to 1 on a straight ramp: 0 up to z = -1/2, z + 1/2 between, 1 from z = 1/2 on.

    >>> piecewise_linear(np.array([-2.0, -0.25, 0.0, 3.0]))
    array([0.  , 0.25, 0.5 , 1.  ])
    """
    ### BEGIN SOLUTION activations
    return np.clip(z + 0.5, 0.0, 1.0)
    ### END SOLUTION


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Climb from 0 to 1 smoothly: 1 / (1 + exp(-z)). ±1000 must give 1 and 0, not nan.

    >>> sigmoid(np.array([0.0, np.log(3.0)]))
    array([0.5 , 0.75])
    """
    ### BEGIN SOLUTION activations
    # The hyperbolic tangent, squeezed and lifted: tanh never overflows.
    return 0.5 * (1.0 + np.tanh(0.5 * z))
    ### END SOLUTION


def tanh(z: np.ndarray) -> np.ndarray:
    """Climb from -1 to 1 smoothly: (exp(z) - exp(-z)) / (exp(z) + exp(-z)). ±1000 must give 1 and -1, not nan.

    >>> tanh(np.array([0.0, np.log(2.0)]))
    array([0. , 0.6])
    """
    ### BEGIN SOLUTION activations
    return np.tanh(z)
    ### END SOLUTION


def relu(z: np.ndarray) -> np.ndarray:
    """Let only what is positive pass: max(z, 0).

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    ### BEGIN SOLUTION activations
    return np.maximum(z, 0.0)
    ### END SOLUTION


def unit_step_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate unit_step at z; at the jump itself any number will do.

    >>> unit_step_prime(np.array([-2.0, 3.0]))
    array([0., 0.])
    """
    ### BEGIN SOLUTION derivatives
    return np.zeros(z.shape)
    ### END SOLUTION


def sign_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate sign at z; at the jump itself any number will do.

    >>> sign_prime(np.array([-2.0, 3.0]))
    array([0., 0.])
    """
    ### BEGIN SOLUTION derivatives
    return np.zeros(z.shape)
    ### END SOLUTION


def linear_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate linear at z.

    >>> linear_prime(np.array([-2.0, 3.0]))
    array([1., 1.])
    """
    ### BEGIN SOLUTION derivatives
    return np.ones(z.shape)
    ### END SOLUTION


def piecewise_linear_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate piecewise_linear at z; at the two corners any number will do.

    >>> piecewise_linear_prime(np.array([-2.0, 0.0, 0.25, 3.0]))
    array([0., 1., 1., 0.])
    """
    ### BEGIN SOLUTION derivatives
    return (np.abs(z) < 0.5).astype(float)
    ### END SOLUTION


def sigmoid_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate sigmoid at z, the argument of the sigmoid and not its value. ±1000 must give 0, not nan.

    >>> sigmoid_prime(np.array([0.0, np.log(3.0)]))
    array([0.25  , 0.1875])
    """
    ### BEGIN SOLUTION derivatives
    s = sigmoid(z)
    return s * (1.0 - s)
    ### END SOLUTION


def tanh_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate tanh at z, the argument of tanh and not its value. ±1000 must give 0, not nan.

    >>> tanh_prime(np.array([0.0, np.log(2.0)])).round(6)
    array([1.  , 0.64])
    """
    ### BEGIN SOLUTION derivatives
    return 1.0 - tanh(z) ** 2
    ### END SOLUTION


def relu_prime(z: np.ndarray) -> np.ndarray:
    """Differentiate relu at z; at the corner any number will do.

    >>> relu_prime(np.array([-2.0, 3.0]))
    array([0., 1.])
    """
    ### BEGIN SOLUTION derivatives
    return (z > 0).astype(float)
    ### END SOLUTION


# All seven with their derivatives, to be chosen by name: ACTIVATIONS["tanh"] is (tanh, tanh_prime). This is complete.
ACTIVATIONS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "unit_step": (unit_step, unit_step_prime),
    "sign": (sign, sign_prime),
    "linear": (linear, linear_prime),
    "piecewise_linear": (piecewise_linear, piecewise_linear_prime),
    "sigmoid": (sigmoid, sigmoid_prime),
    "tanh": (tanh, tanh_prime),
    "relu": (relu, relu_prime),
}


def collapse_linear(Ws: list[np.ndarray], bs: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Find the one layer that does what a chain of layers without activations does.

        (…((x @ W1 + b1) @ W2 + b2) …) @ Wn + bn  =  x @ W + b      for every x

    Args:
        Ws: n float64 arrays (D0, D1), (D1, D2), …, the weights in the order in which x meets them; n is 1 or more.
        bs: n float64 arrays (D1,), (D2,), …, the biases.

    Returns:
        W: float64 (D0, Dn).
        b: float64 (Dn,).

    Do not change the arrays or the lists in place.

    >>> collapse_linear([np.array([[2.0]]), np.array([[5.0]])], [np.array([1.0]), np.array([3.0])])
    (array([[10.]]), array([8.]))

    To see it yourself: 5 · (2x + 1) + 3 is 10x + 8.
    """
    ### BEGIN SOLUTION
    W, b = Ws[0], bs[0]
    for W_next, b_next in zip(Ws[1:], bs[1:], strict=True):
        W, b = W @ W_next, b @ W_next + b_next
    return W, b
    ### END SOLUTION


def mlp_forward(
    x: np.ndarray, Ws: list[np.ndarray], bs: list[np.ndarray], act: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Send a batch through a multi-layer perceptron: act after every layer but the last.

    Args:
        x: float64 (N, D0).
        Ws: n float64 arrays (D0, D1), (D1, D2), …, the weights in the order in which x meets them; n is 1 or more.
        bs: n float64 arrays (D1,), (D2,), …, the biases.
        act: the activation function, called with one array.

    Returns:
        float64 (N, Dn), what the last layer gives, without an activation.

    Do not change the arrays or the lists in place.

    >>> W, b = np.array([[1.0, -1.0]]), np.array([0.0, 0.0])
    >>> mlp_forward(np.array([[3.0], [-4.0]]), [W, np.array([[1.0], [1.0]])], [b, np.array([0.5])], relu)
    array([[3.5],
           [4.5]])

    To see it yourself: the hidden layer is (3, -3) and (-4, 4); after relu (3, 0) and (0, 4). This net gives |x| + 0.5.
    """
    ### BEGIN SOLUTION
    for W, b in zip(Ws[:-1], bs[:-1], strict=True):
        x = act(x @ W + b)
    return x @ Ws[-1] + bs[-1]
    ### END SOLUTION


class NeuralNetwork(nn.Module):
    """The network of the lecture: 4 features, two hidden layers of 5 and 6 neurons, 3 outputs; 82 parameters.

    Attributes:
        deep_nn: nn.Sequential with three linear layers, and a sigmoid after the first and after the second. The third
            gives its numbers as they are.

    >>> NeuralNetwork()(torch.zeros(2, 4)).shape
    torch.Size([2, 3])
    """

    def __init__(self) -> None:
        """Build deep_nn; the layers start as nn.Linear draws them."""
        super().__init__()
        ### BEGIN SOLUTION
        self.deep_nn = nn.Sequential(nn.Linear(4, 5), nn.Sigmoid(), nn.Linear(5, 6), nn.Sigmoid(), nn.Linear(6, 3))
        ### END SOLUTION

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Send x, float32 (N, 4), through the network: float32 (N, 3)."""
        ### BEGIN SOLUTION
        return self.deep_nn(x)
        ### END SOLUTION


def count_parameters(model: nn.Module) -> int:
    """Count the numbers that a model can learn: the entries of all its weights and biases.

    Args:
        model: any module.

    Returns:
        int.

    >>> count_parameters(nn.Linear(4, 5))
    25
    """
    ### BEGIN SOLUTION
    return sum(parameter.numel() for parameter in model.parameters())
    ### END SOLUTION


def make_quadratic(n: int, rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Draw n noisy points of a parabola: y = 8x² + 7x + 3 + noise.

    Args:
        n: how many points.
        rng: where all random numbers come from: each x from U(-15, 15), each noise from N(0, 1), all independent.

    Returns:
        x: float32 tensor (n, 1).
        y: float32 tensor (n, 1).

    >>> x, y = make_quadratic(5, np.random.default_rng(0))
    >>> x.shape, y.shape, x.dtype
    (torch.Size([5, 1]), torch.Size([5, 1]), torch.float32)
    """
    ### BEGIN SOLUTION
    x = rng.uniform(-15.0, 15.0, size=(n, 1))
    y = 8.0 * x**2 + 7.0 * x + 3.0 + rng.normal(size=(n, 1))
    return torch.from_numpy(x).float(), torch.from_numpy(y).float()
    ### END SOLUTION


def fit_quadratic(seed: int, steps: int = 5000, optimizer: str = "SGD") -> tuple[nn.Module, list[float]]:
    """Teach a small network the parabola, on all 1,000 points in every step.

    The data are make_quadratic(1000, np.random.default_rng(seed)). The network is 1-10-6-1: three nn.Linear layers,
    ReLU after the first and after the second, and nothing after the third. Call torch.manual_seed(seed) before you
    build it, and leave the start to nn.Linear. The loss is nn.L1Loss(), the mean of |prediction - y|.

    Args:
        seed: decides the data and the start.
        steps: how often the optimizer steps; with 0 the network is returned as it starts.
        optimizer: "SGD" is torch.optim.SGD with learning rate 0.001, "Adam" is torch.optim.Adam with learning rate
            0.01; all else by default.

    Returns:
        model: the trained network, float32 (N, 1) -> (N, 1).
        losses: a list of ``steps`` floats; entry i is the loss BEFORE step i + 1.

    >>> model, losses = fit_quadratic(seed=1, steps=2)
    >>> len(losses), losses[1] < losses[0]
    (2, True)
    """
    ### BEGIN SOLUTION
    x, y = make_quadratic(1000, np.random.default_rng(seed))
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 6), nn.ReLU(), nn.Linear(6, 1))
    if optimizer == "SGD":
        stepper: torch.optim.Optimizer = torch.optim.SGD(model.parameters(), lr=0.001)
    else:
        stepper = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for _ in range(steps):
        stepper.zero_grad()
        loss = nn.functional.l1_loss(model(x), y)
        loss.backward()
        stepper.step()
        losses.append(loss.item())
    return model, losses
    ### END SOLUTION


FOUR_X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
FOUR_Y = [[5.0], [6.0], [8.0], [10.0]]


def fit_four_points(
    Ws: list[np.ndarray], bs: list[np.ndarray], lr: float = 0.05, steps: int = 1000
) -> tuple[np.ndarray, list[float]]:
    """Teach a network 2-2-1 the lecture's four points, from a given start.

        prediction = sigmoid(x W1 + b1) W2 + b2

    The points are x = (0, 0), (0, 1), (1, 0), (1, 1) with y = 5, 6, 8, 10. The cost is the mean of (prediction - y)²;
    every step is one of plain gradient descent, on all four points.

    Args:
        Ws: W1, float64 (2, 2), and W2, float64 (2, 1).
        bs: b1, float64 (2,), and b2, float64 (1,).
        lr: the learning rate.
        steps: the number of steps; with 0 the network answers as it starts.

    Returns:
        predictions: an array (4, 1), float32 or float64, for the four points, after the last step.
        costs: a list of ``steps`` floats; entry i is the cost BEFORE step i + 1.

    PyTorch may find the gradients. Do not change the arrays of the start.

    >>> start = [np.zeros((2, 2)), np.zeros((2, 1))], [np.zeros(2), np.zeros(1)]
    >>> predictions, costs = fit_four_points(*start, steps=1)
    >>> [round(float(number), 4) for number in predictions.ravel()], costs
    ([1.0875, 1.0875, 1.0875, 1.0875], [56.25])
    """
    ### BEGIN SOLUTION
    X, y = torch.tensor(FOUR_X), torch.tensor(FOUR_Y)
    parameters = [torch.tensor(array, dtype=torch.float32, requires_grad=True) for array in (*Ws, *bs)]
    W1, W2, b1, b2 = parameters

    def predict() -> torch.Tensor:
        return torch.sigmoid(X @ W1 + b1) @ W2 + b2

    stepper = torch.optim.SGD(parameters, lr=lr)
    costs = []
    for _ in range(steps):
        stepper.zero_grad()
        cost = nn.functional.mse_loss(predict(), y)
        cost.backward()
        stepper.step()
        costs.append(cost.item())
    return predict().detach().numpy(), costs
    ### END SOLUTION
