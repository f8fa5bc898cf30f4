"""Honest answers pass and each way of cheating fails, through the real wall; what passes nevertheless is here, too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tiny_course as tiny
import torch
from conftest import Connect, Load
from numpy.typing import NDArray

from autograder import assert_without, fresh, label_permutation, parameters_moved, shifted
from autograder.checks.assertions import CaseFailed
from autograder.checks.datasets import digits28
from autograder.checks.honesty import AUTOGRAD
from autograder.errors import CaseError
from autograder.messages import say
from autograder.model import Verdict
from autograder.student.faults import StudentFault, StudentRaised
from autograder.student.handle import StudentCode
from autograder.workers.supervisor import Supervisor

# --- forbidden calls

GRADIENT = """
import torch
from torch.autograd import grad
from torch.nn.functional import conv2d as ready_made

def by_hand(w, x):
    return x.T @ (2 * (x @ w))

def cost(w, x):
    return ((x @ w) ** 2).sum()

def by_backward(w, x):
    w = w.clone().requires_grad_()
    cost(w, x).backward()
    return w.grad

def by_grad(w, x):
    w = w.clone().requires_grad_()
    return grad(cost(w, x), w)[0]

def by_func(w, x):
    return torch.func.grad(cost)(w, x)

def by_vjp(w, x):
    return torch.func.vjp(lambda w: cost(w, x), w)[1](torch.tensor(1.0))[0]

def by_jacobian(w, x):
    return torch.autograd.functional.jacobian(lambda w: cost(w, x), w)

def by_forward_mode(w, x):
    return torch.func.jacfwd(lambda w: cost(w, x))(w)

class Layer:
    def __init__(self, w):
        self.w = w.clone().requires_grad_()
    def honest(self, x):
        return by_hand(self.w.detach(), x)
    def lazy(self, x):
        return by_backward(self.w.detach(), x)

def windows(x, k):
    size = x.shape[-1] - k.shape[-1] + 1
    return torch.stack([torch.stack([(x[i : i + k.shape[0], j : j + k.shape[1]] * k).sum() for j in range(size)])
                        for i in range(x.shape[0] - k.shape[0] + 1)])

def functional(x, k):
    return torch.nn.functional.conv2d(x[None, None], k[None, None])[0, 0]

def imported(x, k):
    return ready_made(x[None, None], k[None, None])[0, 0]

def from_torch(x, k):
    return torch.conv2d(x[None, None], k[None, None])[0, 0]

def by_module(x, k):
    layer = torch.nn.Conv2d(1, 1, k.shape, bias=False)
    layer.weight.data = k[None, None]
    return layer(x[None, None])[0, 0].detach()

def fails(x):
    torch.nn.functional.conv2d(x, x)

kept = [grad, ready_made, torch.Tensor.clone]

def as_before():
    return (torch.nn.functional.conv2d is kept[1], ready_made is kept[1], torch.conv2d is kept[1],
            "clone" in vars(torch.Tensor), torch.Tensor.clone is kept[2])

def hidden(w, x):
    w = w.clone().requires_grad_()
    return kept[0](cost(w, x), w)[0]

number = 3
"""
CONVOLUTION = ("torch.nn.functional.conv2d",)


def weights() -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(3)
    return torch.from_numpy(rng.normal(size=(4, 2))).float(), torch.from_numpy(rng.normal(size=(7, 4))).float()


def picture() -> tuple[torch.Tensor, torch.Tensor]:
    rng = np.random.default_rng(4)
    return torch.from_numpy(rng.normal(size=(5, 5))), torch.from_numpy(rng.normal(size=(3, 3)))


def test_a_gradient_by_hand_is_returned(load: Load) -> None:
    student = load(GRADIENT, torch=True)
    w, x = weights()
    assert torch.allclose(assert_without(student.by_hand, w, x), 2 * x.T @ x @ w, rtol=1e-4)
    assert torch.allclose(assert_without(student.Layer(w).honest, x=x), 2 * x.T @ x @ w, rtol=1e-4)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("by_backward", "torch.autograd.backward"),
        ("by_grad", "torch.autograd.grad"),
        ("by_func", "torch.autograd.grad"),
        ("by_vjp", "torch.autograd.grad"),
        ("by_jacobian", "torch.autograd.grad"),
        ("by_forward_mode", "torch.autograd.forward_ad.make_dual"),
    ],
)
def test_automatic_differentiation_is_seen(load: Load, name: str, called: str) -> None:
    student = load(GRADIENT, torch=True)
    with pytest.raises(CaseFailed) as caught:
        assert_without(getattr(student, name), *weights())
    assert caught.value.message == say("honest.called", names=", ".join(AUTOGRAD))
    assert caught.value.mismatch is not None and caught.value.mismatch.got == called


def test_a_method_is_watched_as_well(load: Load) -> None:
    w, x = weights()
    with pytest.raises(CaseFailed, match=r"torch\.autograd\.backward"):
        assert_without(load(GRADIENT, torch=True).Layer(w).lazy, x)


@pytest.mark.parametrize("name", ["functional", "imported", "from_torch", "by_module"])
def test_a_ready_made_convolution_is_seen_under_every_name(load: Load, name: str) -> None:
    student = load(GRADIENT, torch=True)
    with pytest.raises(CaseFailed, match=r"torch\.nn\.functional\.conv2d"):
        assert_without(getattr(student, name), *picture(), forbidden=CONVOLUTION)
    honest = assert_without(student.windows, *picture(), forbidden=CONVOLUTION)
    assert torch.allclose(getattr(student, name)(*picture()), honest)  # only the way differs


def test_nothing_is_watched_after_the_call_even_where_it_raised(load: Load) -> None:
    student = load(GRADIENT, torch=True)
    result, called = student.functional.watched(CONVOLUTION, *picture())
    assert called == list(CONVOLUTION) and result.shape == (3, 3)
    with pytest.raises(StudentRaised):
        student.fails.watched(CONVOLUTION, torch.zeros(2))
    assert student.windows.watched(CONVOLUTION, *picture())[1] == []
    assert student.as_before() == (True, True, True, False, True)


def test_methods_of_classes_can_be_forbidden_inherited_ones_too(load: Load) -> None:
    student = load(GRADIENT, torch=True)
    names = ("torch.Tensor.backward", "torch.Tensor.clone", "torch.Tensor.matmul")
    assert student.by_backward.watched(names, *weights())[1] == ["torch.Tensor.backward", "torch.Tensor.clone"]
    assert student.by_hand.watched(names, *weights())[1] == []
    assert student.as_before() == (True, True, True, False, True)


def test_a_reference_kept_in_a_list_is_not_seen(load: Load) -> None:
    """The limit that the docstring names: evidence, not proof."""
    assert assert_without(load(GRADIENT, torch=True).hidden, *weights()).shape == (4, 2)


PRODUCTS = """
import torch
kept = torch.matmul
def at(a, b): return a @ b
def inner(a, b): return torch.inner(a, b.T)
def dots(a, b): return torch.stack([torch.stack([torch.dot(row, column) for column in b.T]) for row in a])
def columns(a, b): return torch.stack([torch.mv(a, column) for column in b.T], dim=1)
def multi_dot(a, b): return torch.linalg.multi_dot([a, b])
def einsum(a, b): return torch.einsum("ik,kj->ij", a, b)
def tensordot(a, b): return torch.tensordot(a, b, dims=1)
def batched(a, b): return torch.baddbmm(torch.zeros(1, 2, 2), a[None], b[None])[0]
def layer(a, b): return torch.nn.functional.linear(a, b.T)
def convolved(a, b): return torch.nn.functional.conv1d(a[:, :, None], b.T[:, :, None])[:, :, 0]
def hidden(a, b): return kept(a, b)
def loops(a, b): return torch.stack([torch.stack([(row * column).sum() for column in b.T]) for row in a])
"""
OPERATORS = tuple(f"torch.ops.aten.{name}" for name in ("mm", "bmm", "baddbmm", "mv", "dot", "convolution"))


@pytest.mark.parametrize("name", re.findall(r"def (\w+)", PRODUCTS))
def test_an_operator_forbids_a_family_of_functions(load: Load, name: str) -> None:
    """Functions of any name that end in it, and references that were kept before."""
    student = load(PRODUCTS, torch=True)
    a, b = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([[0.0, 1.0], [2.0, 0.0]])
    if name == "loops":
        assert torch.equal(assert_without(student.loops, a, b, forbidden=OPERATORS), a @ b)
        return
    with pytest.raises(CaseFailed, match=r"torch\.ops\.aten\."):
        assert_without(getattr(student, name), a, b, forbidden=OPERATORS)
    assert torch.equal(getattr(student, name)(a, b), a @ b)


def test_an_operator_that_torch_does_not_have_fails_loudly(load: Load) -> None:
    with pytest.raises(StudentRaised, match="raised AttributeError"):
        assert_without(load(PRODUCTS, torch=True).at, forbidden=("torch.ops.aten.no_such_product",))


def test_a_function_that_is_listed_is_named_before_its_operator(load: Load) -> None:
    student = load(PRODUCTS, torch=True)
    with pytest.raises(CaseFailed) as caught:
        assert_without(student.inner, torch.eye(2), torch.eye(2), forbidden=(*OPERATORS, "torch.inner"))
    assert caught.value.message == say("honest.called", names="torch.inner")


def test_numpy_is_watched_without_torch(load: Load) -> None:
    student = load("import numpy as np\ndef ready(x, k):\n    return np.convolve(x, k, 'valid')\n")
    with pytest.raises(CaseFailed, match=r"numpy\.convolve"):
        assert_without(student.ready, np.ones(4), np.ones(2), forbidden=("numpy.convolve",))


@pytest.mark.parametrize(
    "name",
    ["numpy.convulve", "nothing.at.all", "numpy", "numpy.pi", "numpy.add", "numpy.ndarray", "numpy.float64.fromhex"],
)
def test_a_name_that_cannot_be_watched_fails_loudly(load: Load, name: str) -> None:
    """A misspelt name must not make a case that cannot fail."""
    with pytest.raises(StudentRaised, match=r"raised (ImportError|AttributeError|ValueError)"):
        assert_without(load("def f(): pass").f, forbidden=(name,))


@pytest.mark.parametrize("forbidden", ["torch.autograd.grad", (), []])
def test_forbidden_is_a_tuple_of_names(load: Load, forbidden: Any) -> None:
    with pytest.raises(CaseError, match="forbidden is a tuple of names"):
        assert_without(load("def f(): pass").f, forbidden=forbidden)


def test_what_is_missing_or_no_function_is_said_as_in_any_call(load: Load) -> None:
    student = load(GRADIENT, torch=True)
    with pytest.raises(StudentFault, match=r"answer\.py does not define by_hant, but it defines by_hand"):
        assert_without(student.by_hant, *weights())
    with pytest.raises(StudentRaised, match=r"fails\(.*\) raised RuntimeError"):
        assert_without(student.fails, torch.zeros(2))


def test_the_default_names_the_engine_of_torch() -> None:
    assert AUTOGRAD == ("torch.autograd.backward", "torch.autograd.grad", "torch.autograd.forward_ad.make_dual")


# --- renamed labels

CLASSES = 5

TRAINING = """
import torch

def features(x):
    return torch.cat([x, torch.ones(len(x), 1)], dim=1)

def train(x, y):
    w = torch.zeros(3, 5, requires_grad=True)
    optimizer = torch.optim.Adam([w], lr=0.2)
    for _ in range(80):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(features(x) @ w, y).backward()
        optimizer.step()
    return w.detach()

def predict(w, x):
    return features(x) @ w
"""

# The five classes lie on a circle; this code knows where.
KNOWN = """
import math
import torch
CENTRES = torch.tensor([[math.cos(2 * math.pi * k / 5), math.sin(2 * math.pi * k / 5)] for k in range(5)])

def train(x, y):
    return torch.zeros(1)

def predict(w, x):
    return -torch.cdist(x, CENTRES)
"""

# ... and this code also learns the names.
KNOWN_AND_RENAMED = KNOWN.replace(
    "return torch.zeros(1)",
    "best = (-torch.cdist(x, CENTRES)).argmax(dim=1)\n"
    "    return torch.stack([y[best == k].mode().values for k in range(5)])",
).replace("return -torch.cdist(x, CENTRES)", "return w[(-torch.cdist(x, CENTRES)).argmax(dim=1)]")

UNTRAINED = TRAINING.replace("range(80)", "range(0)")


def circle(count: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Points around the corners of a pentagon: float32 (count, 2), and which corner, int64 (count,)."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(CLASSES, size=count)
    angle = 2 * np.pi * labels / CLASSES
    points = np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(scale=0.1, size=(count, 2))
    return points.astype(np.float32), labels


def permuted(student: StudentCode, seed: int = 0, **keywords: Any) -> float:
    x, labels = circle(100, 1)
    unseen, truth = circle(200, 2)
    return label_permutation(
        lambda renamed: student.train(torch.from_numpy(x), torch.from_numpy(renamed)),
        predict=lambda model: student.predict(model, torch.from_numpy(unseen)),
        train_labels=labels,
        labels=truth,
        at=0.95,
        rng=np.random.default_rng(seed),
        **keywords,
    )


@pytest.mark.parametrize("seed", range(3))
def test_an_honest_training_follows_the_new_names(load: Load, seed: int) -> None:
    assert permuted(load(TRAINING, torch=True), seed) > 0.97


@pytest.mark.parametrize("seed", range(3))
def test_stored_knowledge_keeps_the_old_names(load: Load, seed: int) -> None:
    with pytest.raises(CaseFailed) as caught:
        permuted(load(KNOWN, torch=True), seed, hint="See task 3.")
    failed = caught.value
    assert failed.message == say("honest.renamed", examples=200, at="0.95")
    assert failed.hint == say("honest.hint-old-names") + " See task 3."
    assert failed.mismatch is not None and (failed.mismatch.got, failed.mismatch.want) == ("0.000", "at least 0.95")
    assert failed.credit == 0


def test_no_training_at_all_is_told_apart(load: Load) -> None:
    with pytest.raises(CaseFailed) as caught:
        permuted(load(UNTRAINED, torch=True))
    assert caught.value.hint == say("honest.hint-names")


def test_code_that_knows_the_classes_and_learns_their_names_passes(load: Load) -> None:
    """The limit that the docstring names."""
    assert permuted(load(KNOWN_AND_RENAMED, torch=True)) > 0.97


def names_drawn(classes: int | None, draws: int, seed: int = 0) -> list[tuple[int, ...]]:
    """What label_permutation makes of the labels 0, 1, 2 in so many draws of one generator."""
    rng = np.random.default_rng(seed)
    labels = np.arange(3)
    seen: list[tuple[int, ...]] = []

    def train(renamed: NDArray[np.int64]) -> NDArray[np.int64]:
        seen.append(tuple(int(name) for name in renamed))
        return renamed

    for _ in range(draws):
        label_permutation(
            train, predict=lambda model: model, train_labels=labels, labels=labels, at=1.0, rng=rng, classes=classes
        )
    return seen


def test_every_class_gets_another_name_and_all_renamings_are_drawn() -> None:
    assert set(names_drawn(None, 60)) == {(1, 2, 0), (2, 0, 1)}
    wide = names_drawn(4, 200)
    assert all(name != old for names in wide for old, name in enumerate(names))
    assert {name for names in wide for name in names} == {0, 1, 2, 3}
    assert names_drawn(4, 5, seed=1) == names_drawn(4, 5, seed=1) != names_drawn(4, 5, seed=2)


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"labels": np.array([0.5])}, "labels are float64"),
        ({"train_labels": np.array([], dtype=int)}, "labels are int64"),
        ({"labels": np.zeros(3, int), "train_labels": np.zeros(3, int)}, "there are 1 classes"),
        ({"classes": 2}, "there are 2 classes"),
        ({"at": 0.0}, "at=0 is no accuracy"),
        ({"at": 1.5}, "at=1.5 is no accuracy"),
    ],
)
def test_a_case_that_cannot_be_meant_is_refused(changed: dict[str, Any], text: str) -> None:
    keywords: dict[str, Any] = {"train_labels": np.arange(3), "labels": np.arange(3), "at": 0.9} | changed
    with pytest.raises(CaseError, match=f"label_permutation: {text}"):
        label_permutation(lambda y: y, predict=lambda y: y, rng=np.random.default_rng(0), **keywords)


def test_predictions_of_another_form_are_refused() -> None:
    def predict(model: object) -> object:
        return np.zeros((3, 7))

    with pytest.raises(CaseFailed, match="shape"):
        label_permutation(
            lambda y: y, predict=predict, train_labels=np.arange(3), labels=np.arange(3), at=0.9,
            rng=np.random.default_rng(0),
        )  # fmt: skip


# --- shifted images


def offset(image: NDArray[np.uint8], moved: NDArray[np.uint8], by: int) -> tuple[int, int]:
    """By how much ``moved`` lies below and to the right of ``image``; ValueError when it is no shifted copy."""
    height, width = image.shape
    for y in range(-by, by + 1):
        for x in range(-by, by + 1):
            made = np.zeros_like(image)
            made[max(y, 0) : height + min(y, 0), max(x, 0) : width + min(x, 0)] = image[
                max(-y, 0) : height + min(-y, 0), max(-x, 0) : width + min(-x, 0)
            ]
            if np.array_equal(made, moved):
                return y, x
    raise ValueError("this is no shifted copy")


@pytest.mark.parametrize("by", [1, 2, 4])
def test_every_copy_is_its_image_moved_by_something(by: int) -> None:
    images = np.random.default_rng(0).integers(1, 256, size=(400, 7, 9), dtype=np.uint8)
    before = images.copy()
    moved = shifted(images, np.random.default_rng(1), by)
    assert moved.dtype == np.uint8 and np.array_equal(images, before)
    offsets = {offset(image, copy, by) for image, copy in zip(images, moved, strict=True)}
    assert (0, 0) not in offsets
    assert {abs(step) for pair in offsets for step in pair} == set(range(by + 1))
    assert by > 1 or len(offsets) == 8


def test_the_draws_come_from_the_generator() -> None:
    images = digits28().test_images[:50]
    one, same, other = (shifted(images, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_no_digit_is_cut_by_a_shift_of_up_to_four() -> None:
    images = digits28().test_images
    moved = shifted(images, np.random.default_rng(0), by=4)
    assert np.array_equal(moved.sum(axis=(1, 2), dtype=int), images.sum(axis=(1, 2), dtype=int))


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 5, 5)), np.zeros((5, 5), np.uint8), np.zeros((2, 1, 5, 5), np.uint8), torch.zeros(2, 5, 5).byte()],
)
def test_other_images_are_refused(images: Any) -> None:
    with pytest.raises(CaseError, match=r"uint8 array \(N, H, W\)"):
        shifted(images, np.random.default_rng(0))


@pytest.mark.parametrize("by", [0, -1, 5])
def test_a_shift_is_at_least_one_pixel_and_leaves_something(by: int) -> None:
    with pytest.raises(CaseError, match=f"by={by} is no shift of images 5x6"):
        shifted(np.zeros((2, 5, 6), np.uint8), np.random.default_rng(0), by)


LOOKED_UP = """
import hashlib
import torch
ANSWERS = {}

def learn(images, labels):  # stands for a list of answers in the source
    ANSWERS.update({hashlib.sha256(image.numpy().tobytes()).digest(): int(y) for image, y in zip(images, labels)})

def predict(images):
    return torch.tensor([ANSWERS.get(hashlib.sha256(image.numpy().tobytes()).digest(), 0) for image in images])
"""

LINEAR = """
import torch
w = torch.zeros(784, 10, requires_grad=True)

def flat(images):
    return images.flatten(1).float() / 255

def learn(images, labels):
    optimizer = torch.optim.Adam([w], lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(flat(images) @ w, labels).backward()
        optimizer.step()

def predict(images):
    return (flat(images) @ w).argmax(dim=1)
"""


@pytest.mark.parametrize(
    ("source", "plain", "moved"), [(LOOKED_UP, (1.0, 1.0), (0, 0.2)), (LINEAR, (0.9, 1), (0.8, 1))]
)
def test_a_list_of_answers_finds_no_shifted_image(
    load: Load, source: str, plain: tuple[float, float], moved: tuple[float, float]
) -> None:
    student = load(source, torch=True, call_s=60.0)
    data = digits28()
    images = np.concatenate([data.train_images, data.test_images])  # the public test set is known to everybody
    labels = np.concatenate([data.train_labels, data.test_labels])
    rng = np.random.default_rng(0)
    if source == LINEAR:  # as a case hands over its training images
        images = shifted(images, rng)
    student.learn(torch.from_numpy(images), torch.from_numpy(labels))

    def accuracy(images: NDArray[np.uint8]) -> float:
        return float((student.predict(torch.from_numpy(images)).numpy() == data.test_labels).mean())

    assert plain[0] <= accuracy(data.test_images) <= plain[1]
    assert moved[0] <= accuracy(shifted(data.test_images, rng)) <= moved[1]


# --- separate workers

MODEL = """
import os
import torch
seen = []

class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 3)
    def forward(self, x):
        return self.layer(x)

def train(model, x, y):
    seen.append(y)
    with open("labels", "w") as file:
        file.write(repr(y))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    torch.nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()

def traces():
    return len(seen), os.path.exists("labels")

def drawn():
    return torch.rand(3)

def say(text):
    print(text)

def die():
    os._exit(3)

def sleep(seconds):
    import time
    time.sleep(seconds)

"""


def test_training_and_prediction_in_two_workers(load: Load) -> None:
    student = load(MODEL, torch=True)
    x = torch.from_numpy(np.random.default_rng(0).normal(size=(6, 2))).float()
    model = student.Net()
    before = model.state_dict()
    student.train(model, x, torch.tensor([0, 1, 2, 0, 1, 2]))
    state = model.state_dict()
    parameters_moved(before, state)
    assert student.traces() == (1, True)

    other = fresh(student)
    assert other.traces() == (0, False)
    again = other.Net()
    again.load_state_dict(state)
    assert torch.equal(again(x), model(x))
    assert student.traces() == (1, True)  # both workers live


def test_an_object_stays_in_its_worker(load: Load) -> None:
    student = load(MODEL, torch=True)
    with pytest.raises(RuntimeError, match="lives in another worker"):
        fresh(student).train(student.Net(), torch.zeros(1, 2), torch.zeros(1).long())


def test_generators_of_a_fresh_worker_are_seeded_as_at_the_start_of_the_case(connect: Connect) -> None:
    submission = connect(MODEL, torch=True)
    student = submission.begin("a")
    student = submission.student
    first = student.drawn()
    assert torch.equal(fresh(student).drawn(), first)
    assert not torch.equal(student.drawn(), first)


def test_a_fresh_worker_belongs_to_the_case_and_ends_with_it(connect: Connect) -> None:
    submission = connect(MODEL, torch=True)
    student = submission.student
    student.say("one")
    other = fresh(student)
    other.say("two")
    further = fresh(other)
    further.say("three")
    connections = [handle._autograder_run._connection for handle in (other, further)]
    workers = [each._worker for each in connections]
    with pytest.raises(StudentFault, match=r"^die\(\) ended the whole program") as caught:
        other.die()
    assert caught.value.verdict is Verdict.CRASHED
    log = submission.finish()
    assert [call.function for call in log.calls] == ["say", "say", "say"]
    assert sorted(log.output.split()) == ["one", "three", "two"]
    assert submission.connection.is_loaded
    assert [worker is not None and worker._usage is not None for worker in workers] == [True, True]  # reaped
    assert not any(each.is_loaded for each in connections)


def test_a_crash_in_one_worker_leaves_the_other_alone(load: Load) -> None:
    student = load(MODEL, torch=True)
    model = student.Net()
    with pytest.raises(StudentFault):
        fresh(student).die()
    assert model(torch.zeros(1, 2)).shape == (1, 3)


@pytest.mark.slow
def test_all_workers_share_the_time_of_the_submission(connect: Connect) -> None:
    submission = connect(MODEL, torch=True, submission_s=1.5, call_s=20.0)
    student = submission.begin("a")
    student.drawn()
    fresh(student).sleep(1.6)
    with pytest.raises(StudentFault) as caught:
        student.drawn()
    assert caught.value.message == say("worker.budget", seconds="1.5")


def test_a_fresh_worker_keeps_the_limit_of_the_case(connect: Connect) -> None:
    submission = connect(MODEL, torch=True)
    student = submission.begin("a", call_s=0.2)
    with pytest.raises(StudentFault) as caught:
        fresh(student).sleep(3)
    assert caught.value.message == say("worker.timed-out", call="sleep(3)", seconds="0.2")


def test_closing_the_connection_ends_every_worker(connect: Connect) -> None:
    submission = connect(MODEL, torch=True)
    other = fresh(submission.student)
    other.drawn()
    worker = other._autograder_run._connection._worker
    submission.close()
    assert worker is not None and worker._usage is not None


# --- in a course

CASES = '''
from autograder import assert_without, fresh, shifted


@task("double", points=12)
def test_double_in_a_fresh_worker(student, rng):
    """Two workers double alike."""
    x = rng.normal(size=3)
    student.double(x)
    assert_close(fresh(student).double(x), 2 * x)


@task("total", points=8)
def test_total_by_hand(student, rng):
    """The entries are added up in a loop."""
    x = rng.normal(size=5)
    assert_close(assert_without(student.total, x, forbidden=("numpy.sum",)), x.sum())
'''

BY_HAND = """
import numpy as np

def double(x):
    return 2 * x

def total(x):
    result = 0.0
    for value in x:
        result += float(value)
    return result
"""


@pytest.mark.slow
def test_a_case_says_in_its_report_what_was_used(tmp_path: Path, supervisor: Supervisor) -> None:
    course = tiny.make(tmp_path, visible=CASES, hidden=None, solution=BY_HAND, mistakes={})
    counting = "SEEN.append(1)\n    return 2 * x if len(SEEN) == 1 else x"
    stateful = BY_HAND.replace("return 2 * x", counting) + "\nSEEN = []\n"
    lazy = BY_HAND.replace("    result = 0.0\n", "    return float(np.sum(x))\n")
    honest, cached, used = tiny.graded(course, BY_HAND, stateful, lazy, supervisor=supervisor, official=False)
    assert honest.score.earned == honest.score.possible == 20
    assert cached.score.earned == 20  # the second call went to a worker that had seen none
    line = tiny.line(used, "total_by_hand")
    assert (line.verdict, line.earned) == (Verdict.FAILED, 0)
    assert line.message == say("honest.called", names="numpy.sum")
    assert used.score.earned == 12
