"""Grade a training run by its test accuracy, with the grader's seeds and labels.

The worker trains and predicts; it never has the labels of the test examples. Bands turn an accuracy into a share of the
points, so that one image never decides over a whole case. A run has reached a band if its confidence interval reaches
the lower edge of the band.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import CaseError
from ..messages import say
from ..model import Mismatch
from ..values import as_array, dtype_name, is_array
from .assertions import CaseFailed
from .compare import type_name

Model = TypeVar("Model")

# One-sided tolerance factors k of a normal sample of n runs: with 95 % confidence, 99 % of all runs are above
# mean - k * sd. k is the 95 % quantile of the noncentral t distribution with n - 1 degrees of freedom and noncentrality
# 2.326 * sqrt(n), divided by sqrt(n).
_TOLERANCE_FACTORS = {5: 5.74, 6: 5.06, 8: 4.35, 10: 3.98, 12: 3.75, 20: 3.30, 30: 3.06}
_ACCURACY_DIGITS = 3  # on up to 1,000 examples; on more, one more digit
_MAX_NAMES = 8  # of parameters in one sentence
# Accuracies of measured mistakes; the last two for ten classes.
_GUESSING = 1.5  # times 1/classes: untrained networks of ten classes reached .02 to .13
_HINDERED = (0.35, 0.80)  # softmax before the loss .38 to .88, gradients never cleared .68 to .78
_NEARLY = (0.80, 0.92)  # sorted and never shuffled .82 to .90, one epoch .83 to .87, rate too large .86


@dataclass(frozen=True, slots=True)
class Band:
    """An accuracy, in (0, 1], and the share of the points, in [0, 1], that it earns."""

    at: float
    credit: float


@dataclass(frozen=True, slots=True)
class Budget:
    """The limits of one training run: optimisation steps, and CPU seconds of the worker."""

    steps: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A training run and its accuracy.

    Attributes:
        accuracy: share of the test examples that were classified correctly.
        interval: 95 % confidence interval of the accuracy, see :func:`clopper_pearson`.
        seed: the seed of the training.
        seeds_tried: how many seeds were trained, this one included.
        examples: how many test examples were scored.
    """

    accuracy: float
    interval: tuple[float, float]
    seed: int
    seeds_tried: int
    examples: int

    @property
    def sentence(self) -> str:
        """The run in one sentence, for the report."""
        return say("training.reached", seed=self.seed, **_figures(self))


def reach_accuracy(
    train: Callable[[int], Model],
    *,
    predict: Callable[[Model], object],
    labels: object,
    bands: Sequence[Band],
    seeds: Sequence[int] = (1, 2, 3),
    retry_from: float = 0.0,
    budget: Budget | None = None,
    steps_taken: Callable[[Model], int] | None = None,
    cpu_seconds: Callable[[], float] | None = None,
    classes: int | None = None,
    hint: str = "",
) -> TrainingRun:
    """Train with one seed after another until the top band is reached, or is out of reach; the best run counts.

    Args:
        train: seed -> a model, which stays in the worker.
        predict: model -> predictions for the N test examples, in the order of ``labels``: logits, floating point
            (N, K), or classes, integer (N,); numpy array or torch tensor. The case sends the examples without labels
            and in a shuffled order.
        labels: integer (N,), each in [0, K); the worker does not get them.
        bands: at least one; credit rises with accuracy, and the highest band earns all of it.
        seeds: used in this order.
        retry_from: an accuracy that every right run reaches, if not the top band. After a run below it no other seed
            is tried: the answer is wrong, and a second training would only cost as much again.
        budget: the limits of one run; at least one of the two counters below must be given.
        steps_taken: model -> optimisation steps that were counted during its training.
        cpu_seconds: returns the CPU seconds that the worker has used; called before and after a run. (The worker's own
            limit is what stops a run.)
        classes: K, if these labels may lack the last class; by default one more than the largest label.
        hint: shown after what the accuracy itself suggests.

    Returns:
        The first run that reached the top band.

    Raises:
        CaseFailed: kind type, shape, dtype or non-finite for predictions that cannot be scored; kind property for an
            accuracy below the top band, with the credit of the best band reached, and for a run over its budget,
            without credit.
        CaseError: bands, labels, seeds or budget are not what is described above.
    """
    truth = checked_labels(labels)
    ladder = _checked_bands(bands)
    if not seeds:
        raise CaseError("reach_accuracy: seeds is empty; give at least one seed.")
    if budget is not None and steps_taken is None and cpu_seconds is None:
        raise CaseError("reach_accuracy: nothing measures the budget; pass steps_taken or cpu_seconds.")
    width = int(truth.max()) + 1 if classes is None else classes
    if truth.max() >= width:
        raise CaseError(f"reach_accuracy: labels go up to {truth.max()}, but classes is {width}.")
    best: tuple[TrainingRun, str] | None = None
    for tried, seed in enumerate(seeds, start=1):
        model, steps = _train_within(budget, train, seed, steps_taken=steps_taken, cpu_seconds=cpu_seconds)
        predicted = as_classes(predict(model), rows=len(truth), width=width)
        run = _scored(predicted, truth, seed=seed, seeds_tried=tried)
        if _reaches(run, ladder[-1]):
            return run
        if best is None or run.accuracy > best[0].accuracy:
            best = run, _symptom(run, predicted, width=width, steps=steps)
        if run.interval[1] < retry_from:
            break
    assert best is not None  # there is at least one seed
    _fall_short(best[0], ladder, seeds_tried=tried, hint=" ".join(filter(None, (best[1], hint))))


def clopper_pearson(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided confidence interval of a share, from ``hits`` among ``n`` observations.

    Its ends are the shares p for which "at least ``hits``" and "at most ``hits``" of n have the probability
    (1 - confidence) / 2 (C. Clopper, E. Pearson, Biometrika 26, 1934).

    Raises:
        ValueError: not 0 <= hits <= n, or n < 1, or confidence not between 0 and 1.
    """
    if n < 1 or not 0 <= hits <= n or not 0 < confidence < 1:
        raise ValueError(f"clopper_pearson({hits}, {n}, {confidence}): want 0 <= hits <= n, n >= 1, 0 < confidence < 1")
    tail = (1 - confidence) / 2
    # "At most hits successes" means "at least n - hits failures", so the upper end is the mirror image of a lower end.
    return _lower_end(hits, n, tail), 1 - _lower_end(n - hits, n, tail)


def _lower_end(hits: int, n: int, tail: float) -> float:
    """Return the p for which P(X >= hits) = tail, X binomial (n, p), by bisection; 0 for no hits."""
    if hits == 0:
        return 0.0
    k = np.arange(hits, n + 1)
    log_ways = np.array([math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in range(hits, n + 1)])
    low, high = 0.0, 1.0
    for _ in range(60):  # halves the interval to below the spacing of doubles
        p = (low + high) / 2
        if not low < p < high:
            break
        at_least = np.exp(log_ways + k * math.log(p) + (n - k) * math.log1p(-p)).sum()
        low, high = (p, high) if at_least < tail else (low, p)
    return low


def threshold(accuracies: Sequence[float]) -> float:
    """Return the accuracy that a right answer misses with at most one seed in a hundred, rounded down to two decimals.

    It is mean - k * sd of the reference's accuracies on at least five seeds, with the one-sided normal tolerance factor
    k (99 % coverage, 95 % confidence). Authors use it as the highest band.

    Raises:
        ValueError: fewer than five accuracies, or one outside [0, 1].
    """
    if len(accuracies) < min(_TOLERANCE_FACTORS):
        raise ValueError(f"threshold needs at least {min(_TOLERANCE_FACTORS)} runs, got {len(accuracies)}")
    if not all(0 <= accuracy <= 1 for accuracy in accuracies):
        raise ValueError("threshold wants accuracies in [0, 1]")
    # Between two sizes in the table, take the smaller: its factor is larger, so the threshold is too low at worst.
    factor = _TOLERANCE_FACTORS[max(size for size in _TOLERANCE_FACTORS if size <= len(accuracies))]
    exact = float(np.mean(accuracies) - factor * np.std(accuracies, ddof=1))
    return max(0.0, math.floor(exact * 100 + 1e-9) / 100)  # 1e-9: 0.29 * 100 is 28.999999999999996


def parameters_moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Check that training changed every parameter.

    Args:
        before, after: name -> array or tensor of any shape; copies, because training changes the parameters in place.

    Raises:
        CaseFailed: kind property, if there are no parameters, or with the names of those that are unchanged, missing or
            of another shape; kind non-finite, with the names of those that contain NaN or infinity.
    """
    if not before:
        nothing = Mismatch("property", got=say("training.none"), want=say("training.parameters"))
        raise CaseFailed(message=say("training.no-parameters"), mismatch=nothing)
    old = {name: as_array(value) for name, value in before.items()}
    new = {name: as_array(value) for name, value in after.items()}
    lost = [name for name in old if name not in new or new[name].shape != old[name].shape]
    if lost:
        same = say("training.same-shape")
        _blame("training.parameters-lost", lost, Mismatch("property", got=say("training.gone"), want=same))
    broken = [name for name in old if not np.isfinite(new[name]).all()]
    if broken:
        finite = say("training.finite")
        _blame("training.parameters-non-finite", broken, Mismatch("non-finite", got=say("training.nan"), want=finite))
    unchanged = [name for name in old if np.array_equal(old[name], new[name])]
    if unchanged:
        mismatch = Mismatch("property", got=say("training.unchanged"), want=say("training.changed"))
        _blame("training.parameters-still", unchanged, mismatch)


def _blame(sentence: str, names: Sequence[str], mismatch: Mismatch) -> NoReturn:
    listed = ", ".join([*names[:_MAX_NAMES], "…"] if len(names) > _MAX_NAMES else names)
    raise CaseFailed(message=say(sentence), mismatch=replace(mismatch, where=listed))


def checked_labels(labels: object, *, check: str = "reach_accuracy") -> NDArray[np.int64]:
    """Return labels as int64 (N,).

    Raises:
        CaseError: they are not integers from 0, or there are none; its text starts with the name of the ``check``.
    """
    array = as_array(labels)
    if array.ndim != 1 or array.dtype.kind not in "iu" or not array.size or array.min() < 0:
        raise CaseError(f"{check}: labels are {array.dtype} {array.shape}; give integers from 0 in shape (N,), N > 0.")
    return array.astype(np.int64)


def _checked_bands(bands: Sequence[Band]) -> list[Band]:
    """Return the bands from the lowest to the highest; CaseError unless credit rises with accuracy up to 1."""
    ladder = sorted(bands, key=lambda band: band.at)
    rising = all(low.at < high.at and low.credit < high.credit for low, high in pairwise(ladder))
    if not ladder or not rising or ladder[0].credit < 0 or ladder[-1].credit != 1 or ladder[0].at <= 0:
        raise CaseError("reach_accuracy: credit must rise with the accuracy of the bands, up to 1 in the highest one.")
    if ladder[-1].at > 1:
        raise CaseError("reach_accuracy: an accuracy is a share, so that no band can begin above 1.")
    return ladder


def _train_within(
    budget: Budget | None,
    train: Callable[[int], Model],
    seed: int,
    *,
    steps_taken: Callable[[Model], int] | None,
    cpu_seconds: Callable[[], float] | None,
) -> tuple[Model, int | None]:
    """Return the model, and its steps if they are counted; CaseFailed if the run is over its budget."""
    started = cpu_seconds() if cpu_seconds else 0.0
    model = train(seed)
    used = cpu_seconds() - started if cpu_seconds else 0.0
    steps = steps_taken(model) if steps_taken else None
    if budget is not None and steps is not None and not steps <= budget.steps:
        _over_budget("training.steps", got=str(steps), limit=str(budget.steps))
    if budget is not None and used > budget.cpu_s:
        _over_budget("training.cpu", got=f"{used:.1f}", limit=f"{budget.cpu_s:g}")
    return model, steps


def _over_budget(sentence: str, *, got: str, limit: str) -> NoReturn:
    mismatch = Mismatch("property", got=got, want=say("compare.at-most", most=limit))
    raise CaseFailed(message=say(sentence, limit=limit), mismatch=mismatch)


def as_classes(predictions: object, *, rows: int, width: int) -> NDArray[np.int64]:
    """Return the predicted class of each row, (rows,), from logits (rows, width) or classes (rows,).

    Raises:
        CaseFailed: kind type, shape, dtype or non-finite.
    """
    if not is_array(predictions):
        _refuse("type", got=type_name(predictions), want=say("training.array"))
    array = as_array(predictions)
    if array.shape not in ((rows, width), (rows,)):
        _refuse("shape", got=str(array.shape), want=say("training.rows", rows=rows, width=width))
    if array.ndim == 1:
        if array.dtype.kind not in "iu":
            want = say("training.classes", rows=rows, width=width)
            _refuse("dtype", got=dtype_name(predictions), want=want)
        return array.astype(np.int64)
    if array.dtype.kind != "f":
        _refuse("dtype", got=dtype_name(predictions), want=say("training.logits"))
    if not np.isfinite(array).all():
        row, column = np.argwhere(~np.isfinite(array))[0]
        _refuse("non-finite", got=str(array[row, column]), want=say("training.finite"), where=f"[{row}, {column}]")
    winners: NDArray[np.int64] = np.argmax(array, axis=1).astype(np.int64)
    return winners


def _refuse(kind: str, *, got: str, want: str, where: str = "") -> NoReturn:
    raise CaseFailed(message=say(f"training.{kind}"), mismatch=Mismatch(kind, got=got, want=want, where=where))


def _scored(predicted: NDArray[np.int64], truth: NDArray[np.int64], *, seed: int, seeds_tried: int) -> TrainingRun:
    hits = int(np.count_nonzero(predicted == truth))
    return TrainingRun(
        accuracy=hits / len(truth),
        interval=clopper_pearson(hits, len(truth)),
        seed=seed,
        seeds_tried=seeds_tried,
        examples=len(truth),
    )


def _reaches(run: TrainingRun, band: Band) -> bool:
    # The upper end, not the accuracy: the test set is a sample, and an unlucky one must not fail a run.
    return run.interval[1] >= band.at


def _symptom(run: TrainingRun, predicted: NDArray[np.int64], *, width: int, steps: int | None) -> str:
    """Return the hint that the accuracy suggests, from measured mistakes; "" if none fits."""
    if steps == 0:
        return say("training.hint-no-step")
    if len(predicted) > 1 and len(np.unique(predicted)) == 1:
        return say("training.hint-one-class")
    if run.accuracy < _GUESSING / width:
        return say("training.hint-guessing")
    if width != 10:
        return ""  # the accuracies below were measured on ten classes
    if _HINDERED[0] <= run.accuracy < _HINDERED[1]:
        return say("training.hint-hindered")
    if _NEARLY[0] <= run.accuracy < _NEARLY[1]:
        return say("training.hint-nearly")
    return ""


def _fall_short(best: TrainingRun, ladder: Sequence[Band], *, seeds_tried: int, hint: str) -> NoReturn:
    reached = [band for band in ladder if _reaches(best, band)]
    following = ladder[len(reached)]
    message = say("training.no-band", tried=seeds_tried, following=f"{following.at:g}")
    if reached:
        band = f"{reached[-1].at:g}"
        message = say("training.band", tried=seeds_tried, band=band, following=f"{following.at:g}")
    figures = _figures(best)
    wanted = say("compare.at-least", least=f"{ladder[-1].at:g}")
    share = say("training.interval", **figures)
    mismatch = Mismatch("property", got=str(figures["accuracy"]), want=wanted, share=share)
    raise CaseFailed(message=message, mismatch=mismatch, hint=hint, credit=reached[-1].credit if reached else 0.0)


def _figures(run: TrainingRun) -> dict[str, object]:
    digits = _ACCURACY_DIGITS if run.examples <= 1000 else _ACCURACY_DIGITS + 1
    low, high = run.interval
    return {
        "accuracy": f"{run.accuracy:.{digits}f}",
        "low": f"{low:.{digits}f}",
        "high": f"{high:.{digits}f}",
        "examples": run.examples,
    }
