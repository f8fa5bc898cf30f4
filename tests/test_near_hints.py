"""Wrong answers near a known mistake: they agree with it in one visible case, and get its hint there.

The hint must be true for them, too. Earlier hints misled these: they spoke of a cause that the answer does not have.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tiny_course import handed_in, line

from autograder.course import assignment as assignments
from autograder.course import solution
from autograder.grading.options import RunOptions
from autograder.grading.session import grade
from autograder.model import Report
from autograder.workers.supervisor import Supervisor

ROOT = Path(__file__).parents[1]
SUMMED_B = """
class SoftmaxRegression(SoftmaxRegression):
    def fit(self, X, y, k, lr, epochs, W0=None, b0=None):
        self.W, self.b = W0, b0
        z = X @ self.W + self.b
        dz = cross_entropy_backward(z, y)
        self.W = self.W - lr * X.T @ dz
        self.b = self.b - lr * dz.sum()
        return [cross_entropy(z, y)]
"""
NEAR = [  # assignment, answer, case, what the hint must say
    (
        "05-logistic",
        "def bce_with_logits(z, y):\n    return float(np.mean(np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))))\n",
        "logit_loss_at_1000",
        "which one is missing in yours, max(z, 0) or z y?",
    ),
    (
        "06-softmax",
        "def cross_entropy(z, y):\n    return float(-np.log(softmax(z)).mean())\n",
        "loss_of_large_scores",
        "log(0) is -inf",
    ),
    (
        "12-convolution",
        "def match_score(patch, pattern):\n    return float((patch == pattern).all())\n",
        "score_of_a_perfect_and_of_an_opposite_patch",
        "ask only whether all pixels are equal?",
    ),
    ("06-softmax", SUMMED_B, "fit_from_a_given_start", "Your b stays where it starts"),  # not that of a wrong softmax
]


CUBES = """
def loss(y_pred, y):
    return float(np.sum(np.abs(y_pred - y) ** 3) / 2)
"""
NOISE = """
def make_quadratic(n, rng):
    x = rng.uniform(-15.0, 15.0, size=(n, 1))
    y = 8.0 * x**2 + 7.0 * x + 3.0 + rng.uniform(-1.0, 1.0, size=(n, 1))
    return torch.from_numpy(x).float(), torch.from_numpy(y).float()
"""
WITHOUT_ITSELF = """
_whole = topological_order


def topological_order(node):
    return _whole(node)[:-1]
"""
NOT_NEAR = [  # assignment, answer, case, what the hint of a mistake said that looked the same in the case
    (
        "01-dog-wolf",
        "def loss(p, y):\n    return float(np.sum(np.abs(p - y) ** 3) / 2)\n",
        "loss_by_hand",
        "add the errors",
    ),
    ("08-activations-and-depth", NOISE, "noise_around_the_parabola", "exactly on the curve"),
    ("09-static-graph", WITHOUT_ITSELF, "sums_along_both_axes", "begins at the end"),
    (
        "11-mnist-linear",
        "def evaluate(model, images, labels):\n    return float((labels == -1).float().mean())\n",
        "three_hundred_images",
        "zero everywhere",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "answer", "case", "said"), NEAR, ids=[f"{slug}-{case}" for slug, _, case, _ in NEAR])
def test_the_hint_of_a_neighbour_is_true_for_it(
    slug: str, answer: str, case: str, said: str, supervisor: Supervisor
) -> None:
    assert said in hint_of(slug, answer, case, supervisor)


@pytest.mark.slow
@pytest.mark.parametrize(("slug", "answer", "case", "said"), NOT_NEAR, ids=[each[0] for each in NOT_NEAR])
def test_another_mistake_is_not_taken_for_a_known_one(
    slug: str, answer: str, case: str, said: str, supervisor: Supervisor
) -> None:
    assert said not in hint_of(slug, answer, case, supervisor)


def hint_of(slug: str, answer: str, case: str, supervisor: Supervisor) -> str:
    """Return the hint that a student without ``solutions/`` reads in a case."""
    assignment = assignments.load(slug, root=ROOT)
    modules = solution.modules(assignment)
    main = next(iter(modules))
    submission = handed_in({**modules, main: modules[main] + b"\n\n" + answer.encode()})  # type: ignore[dict-item]
    reports: list[Report] = []
    at_home = replace(assignment, solution=None)
    grade(at_home, [submission], reports.append, run=RunOptions(device="cpu"), supervisor=supervisor)
    return line(reports[0], case).hint
