"""Check that an answer was computed as the task requires: without forbidden calls, by training, on unseen images.

No check proves honesty. Each makes one way of cheating fail, and its docstring names what it does not detect. Which of
them a case uses is the policy of the course.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import CaseError
from ..messages import say
from ..model import Mismatch
from .assertions import CaseFailed, check_is_students, join_hints
from .training import as_classes, checked_labels, clopper_pearson

Model = TypeVar("Model")

# Every way into torch's engine ends in one of these: Tensor.backward in the first, torch.func in the second.
# backward() and all of torch.func end in one of the first two; forward mode (torch.func.jvp) begins with the third.
AUTOGRAD = ("torch.autograd.backward", "torch.autograd.grad", "torch.autograd.forward_ad.make_dual")


class Watchable(Protocol):
    """A function under test. ``watched`` returns the result of a call, and which of ``names`` were called during it."""

    def watched(self, names: Sequence[str], /, *args: Any, **kwargs: Any) -> tuple[Any, Sequence[str]]: ...


def assert_without(function: Watchable, *args: Any, forbidden: Sequence[str] = AUTOGRAD, **kwargs: Any) -> Any:
    """Return the result of a call; fail if a forbidden function was called during it, by any code.

    This is evidence, not proof, because the worker itself reports the calls. It detects ``loss.backward()`` in a
    hand-written gradient and ``from torch.nn.functional import conv2d`` in conv2d. It does not detect code that hides a
    call (a reference in a closure, a forged report). If a task must do without torch, remove torch from
    ``allowed_imports``: then it cannot be called at all.

    To forbid a whole family, name the operators of torch in which its functions end: every matrix product of torch,
    however it is called, ends in one of torch.ops.aten.mm, addmm, bmm, mv, dot and a few more. Name the common
    functions in addition; then the message names the function, and an operator only where no function was listed.

    Args:
        function: a function of the submission, or a method of one of its objects.
        args, kwargs: the arguments of the call.
        forbidden: functions, methods and operators by their full names, such as "torch.nn.functional.conv2d",
            "torch.Tensor.backward" or "torch.ops.aten.mm". By default torch's automatic differentiation. A name that
            does not exist makes the case fail on the solution, so nothing is graded with it.

    Raises:
        CaseFailed: kind property. The mismatch has the names of the functions that were called, the message all of
            ``forbidden``.
        CaseError: ``forbidden`` is empty, or a single string; or ``function`` is one of the case.
    """
    check_is_students(function, "assert_without")
    if isinstance(forbidden, str) or not forbidden:
        raise CaseError('assert_without: forbidden is a tuple of names; write forbidden=("torch.autograd.backward",).')
    result, called = function.watched(tuple(forbidden), *args, **kwargs)
    if called:
        mismatch = Mismatch("property", got=_functions_in(called), want="")
        raise CaseFailed(message=say("honest.called", names=_functions_in(forbidden)), mismatch=mismatch)
    return result


def _functions_in(names: Sequence[str]) -> str:
    """Return the functions and methods among ``names`` as a list; its operators if there are no others."""
    functions = [name for name in names if not name.startswith("torch.ops.")]
    return ", ".join(functions or names)


def label_permutation(
    train: Callable[[NDArray[np.int64]], Model],
    *,
    predict: Callable[[Model], object],
    train_labels: object,
    labels: object,
    at: float,
    rng: np.random.Generator,
    classes: int | None = None,
    hint: str = "",
) -> float:
    """Train on labels whose classes were renamed in secret; return the accuracy under the new names.

    The renaming is drawn from ``rng`` and gives every class another name. Predictions that do not come from the labels
    of this training (a stored list of answers, weights that were trained elsewhere) keep the old names and are all
    wrong. It does not detect code that knows the right classes already and learns only their new names from the labels.
    Against that, hold images back or change them (:func:`shifted`).

    It needs a training of its own; a small set is enough.

    Args:
        train: renamed training labels, int64 (N,) -> an opaque model, a new one each time.
        predict: model -> predictions for the M test examples, as for :func:`reach_accuracy`.
        train_labels: integer (N,), each in [0, K).
        labels: integer (M,), of the test examples; the worker does not get them.
        at: the accuracy to reach, in (0, 1]. The 95 % confidence interval must reach it, so that an unlucky test set
            costs nothing.
        rng: the generator of the case.
        classes: K, if these labels may lack the last class; by default one more than the largest label.
        hint: shown after what the accuracy itself suggests.

    Returns:
        The share of the test examples that were predicted correctly.

    Raises:
        CaseFailed: kind type, shape, dtype or non-finite for predictions that cannot be scored; kind property for an
            accuracy below ``at``.
        CaseError: labels, classes or ``at`` are not what is described above.
    """
    old_train, old = (checked_labels(each, check="label_permutation") for each in (train_labels, labels))
    width = 1 + int(max(old_train.max(), old.max())) if classes is None else classes
    if width < 2 or max(old_train.max(), old.max()) >= width:
        raise CaseError(f"label_permutation: there are {width} classes; give at least 2, and more than every label.")
    if not 0 < at <= 1:
        raise CaseError(f"label_permutation: at={at:g} is no accuracy; it is a share above 0, up to 1.")
    renamed = _renaming(width, rng)
    predicted = as_classes(predict(train(renamed[old_train])), rows=len(old), width=width)
    if _reaches(predicted, renamed[old], at):
        return _accuracy(predicted, renamed[old])
    accuracy = f"{_accuracy(predicted, renamed[old]):.3f}"
    why = say("honest.hint-old-names" if _reaches(predicted, old, at) else "honest.hint-names")
    mismatch = Mismatch("property", got=accuracy, want=say("compare.at-least", least=f"{at:g}"))
    raise CaseFailed(
        message=say("honest.renamed", examples=len(old), at=f"{at:g}"),
        mismatch=mismatch,
        hint=join_hints(why, hint, mismatch),
    )


def shifted(images: NDArray[np.uint8], rng: np.random.Generator, by: int = 1) -> NDArray[np.uint8]:
    """Return copies of the images, each moved at random by up to ``by`` pixels in each direction, and never by zero.

    A list of stored answers by image finds none of the copies. The nearest stored image still does: this makes a
    look-up harder, not impossible.

    Honest networks lose accuracy too, because digits28 is centred. The table gives the loss in points of accuracy, mean
    and range over 12 seeds with 5 draws each, for the CNN of 13-cnn, trained as in its accuracy case (.956 to .982 on
    the 500 test images as they are), and for a linear classifier::

        by   CNN                    linear classifier
        1    6.9  (5.2 to 9.0)      8.7  (8.0 to 9.6)
        2    25.0 (22.2 to 29.2)    30.7 (28.4 to 32.7)
        3    45.6 (43.5 to 47.6)    50.4 (48.9 to 52.7)

    So shift the training images too. Trained and tested on ``shifted(..., by=1)`` the CNN reached .947 (.932 to .961;
    10 seeds), 2.4 points less than without any shift. Measure the threshold with exactly what the case does.

    Args:
        images: uint8 (N, H, W). Pixels that come in at an edge are 0, paper.
        rng: the generator of the case.
        by: largest shift in pixels, at least 1 and less than the smaller side.

    Returns:
        uint8 (N, H, W).

    Raises:
        CaseError: images or ``by`` are not what is described above.
    """
    if not isinstance(images, np.ndarray) or images.dtype != np.uint8 or images.ndim != 3:
        raise CaseError("shifted: give images as one uint8 array (N, H, W), a numpy array.")
    if not 1 <= by < min(images.shape[1:]):
        raise CaseError(f"shifted: by={by} is no shift of images {images.shape[1]}x{images.shape[2]}; 1 is the least.")
    height, width = images.shape[1:]
    steps = [(y, x) for y in range(-by, by + 1) for x in range(-by, by + 1) if (y, x) != (0, 0)]
    drawn = rng.integers(len(steps), size=len(images))
    padded = np.pad(images, ((0, 0), (by, by), (by, by)))
    moved = np.empty_like(images)
    for number, (y, x) in enumerate(steps):
        rows = drawn == number
        moved[rows] = padded[rows, by - y : by - y + height, by - x : by - x + width]
    return moved


def _renaming(classes: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a permutation in which no class keeps its name, each with the same probability."""
    while True:  # about one random permutation in e is one; for two classes, one in two
        drawn = rng.permutation(classes).astype(np.int64)
        if not (drawn == np.arange(classes)).any():
            return drawn


def _accuracy(predicted: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    return float(np.mean(predicted == truth))


def _reaches(predicted: NDArray[np.int64], truth: NDArray[np.int64], at: float) -> bool:
    return clopper_pearson(int(np.count_nonzero(predicted == truth)), len(truth))[1] >= at
