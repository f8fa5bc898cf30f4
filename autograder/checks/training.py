"""Grade a training run by its test accuracy: seeds and labels are the grader's, the predictions are scored here.

The worker trains and predicts; it never holds the labels of the test examples. What a run deserves is read from bands,
so that one image more or less never costs a whole case, and a run whose confidence interval contains a band's lower
edge has reached that band.
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

# One-sided tolerance factors of a normal sample: 95 % confident that 99 % of the runs lie above mean - k * sd.
_TOLERANCE_FACTORS = {5: 5.74, 6: 5.06, 8: 4.35, 10: 3.98, 12: 3.75, 20: 3.30, 30: 3.06}
_COUNTED_DIGITS = 3  # of an accuracy on up to 1,000 examples; one more beyond
_NAMES_SHOWN = 8
_GUESSING = 1.5  # times 1/classes: untrained networks of ten classes reached .02 to .13
_HINDERED = (0.65, 0.80)  # of ten classes: softmax before the loss .69, gradients never cleared .68 to .78
_NEARLY = (0.80, 0.92)  # of ten classes: sorted and never shuffled .82 to .90, one epoch .83 to .87, rate too large .86


@dataclass(frozen=True, slots=True)
class Band:
    """An accuracy and the share of the points, in [0, 1], that it earns."""

    at: float
    credit: float


@dataclass(frozen=True, slots=True)
class Budget:
    """What one training run may take: optimisation steps, and CPU seconds of the worker."""

    steps: int
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Trained:
    """A run that was scored: the best so far, or the one that reached the top band.

    Attributes:
        accuracy: share of the test examples that were classified correctly.
        interval: Clopper-Pearson 95 % interval of the accuracy.
        seed: the seed it was trained with.
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
        """One line for the report."""
        return say("training.reached", seed=self.seed, **_figures(self))


def reach_accuracy(
    train: Callable[[int], Model],
    *,
    predict: Callable[[Model], object],
    labels: object,
    bands: Sequence[Band],
    seeds: Sequence[int] = (1, 2, 3),
    budget: Budget | None = None,
    steps_taken: Callable[[Model], int] | None = None,
    cpu_seconds: Callable[[], float] | None = None,
    classes: int | None = None,
    hint: str = "",
) -> Trained:
    """Train with one seed after another until the top band is reached; the best run counts.

    Args:
        train: seed -> an opaque model, a handle of the worker's.
        predict: model -> predictions for the N test examples, in the order of ``labels``: logits, floating point
            (N, K), or classes, integer (N,); numpy array or torch tensor. The case sends the examples without labels,
            in an order that it shuffled.
        labels: integer (N,), each in [0, K). They are used here only.
        bands: at least one; more accuracy earns more credit, and the highest band earns all of it.
        seeds: tried in this order.
        budget: what one run may take; needs a counter for at least one of its two limits.
        steps_taken: model -> optimisation steps that were observed while it was trained; checked against the budget.
        cpu_seconds: CPU seconds that the worker has used so far; read before and after a run and checked against the
            budget. (The hard stop is the limit of the worker itself.)
        classes: K, where the labels at hand may lack the last class; otherwise one more than the largest label.
        hint: the case's own hint, shown after what the accuracy itself suggests.

    Returns:
        The first run that reached the top band.

    Raises:
        CaseFailed: kind type, shape, dtype or non-finite for predictions that cannot be scored; kind property, with the
            credit of the best band, for an accuracy below the top band, and without credit for a run beyond its budget.
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
    best: tuple[Trained, str] | None = None
    for tried, seed in enumerate(seeds, start=1):
        model, steps = _train_within(budget, train, seed, steps_taken=steps_taken, cpu_seconds=cpu_seconds)
        predicted = as_classes(predict(model), rows=len(truth), width=width)
        run = _scored(predicted, truth, seed=seed, seeds_tried=tried)
        if _reaches(run, ladder[-1]):
            return run
        if best is None or run.accuracy > best[0].accuracy:
            best = run, _symptom(run, predicted, width=width, steps=steps)
    assert best is not None  # there is at least one seed
    _fall_short(best[0], ladder, seeds_tried=len(seeds), hint=" ".join(filter(None, (best[1], hint))))


def clopper_pearson(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact two-sided confidence interval of a share of which ``hits`` of ``n`` were observed.

    Its ends are the shares p for which "at least ``hits``" or "at most ``hits``" of n has probability
    (1 - confidence) / 2 (C. Clopper, E. Pearson, Biometrika 26, 1934).

    Raises:
        ValueError: not 0 <= hits <= n, or n < 1, or confidence not between 0 and 1.
    """
    if n < 1 or not 0 <= hits <= n or not 0 < confidence < 1:
        raise ValueError(f"clopper_pearson({hits}, {n}, {confidence}): want 0 <= hits <= n, n >= 1, 0 < confidence < 1")
    tail = (1 - confidence) / 2
    # "At most hits successes" is "at least n - hits failures": the upper end is the mirror image of a lower end.
    return _lower_end(hits, n, tail), 1 - _lower_end(n - hits, n, tail)


def _lower_end(hits: int, n: int, tail: float) -> float:
    """The p for which P(X >= hits) = tail, X binomial (n, p), by bisection; 0 for no hits."""
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
    """Return the accuracy that a right answer misses with one seed in a hundred at most, rounded down to two decimals.

    mean - k * sd of the reference's accuracies on at least five seeds, with k the one-sided normal tolerance factor
    (99 % coverage, 95 % confidence). For authors, who publish the result as the highest band.

    Raises:
        ValueError: fewer than five accuracies, or one outside [0, 1].
    """
    if len(accuracies) < min(_TOLERANCE_FACTORS):
        raise ValueError(f"threshold needs at least {min(_TOLERANCE_FACTORS)} runs, got {len(accuracies)}")
    if not all(0 <= accuracy <= 1 for accuracy in accuracies):
        raise ValueError("threshold wants accuracies in [0, 1]")
    # Between two tabulated sizes the smaller one counts: its factor is larger, so the threshold can only be too low.
    factor = _TOLERANCE_FACTORS[max(size for size in _TOLERANCE_FACTORS if size <= len(accuracies))]
    exact = float(np.mean(accuracies) - factor * np.std(accuracies, ddof=1))
    return max(0.0, math.floor(exact * 100 + 1e-9) / 100)  # 1e-9: 0.29 * 100 is 28.999999999999996


def parameters_moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """Check that training changed every parameter; both map names to arrays or tensors, taken as copies.

    Raises:
        CaseFailed: kind property, naming the parameters that stayed as they were, are gone or changed their shape, or
            when there are none at all; kind non-finite, naming those that hold NaN or infinity.
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
    still = [name for name in old if np.array_equal(old[name], new[name])]
    if still:
        changed = say("training.changed")
        _blame("training.parameters-still", still, Mismatch("property", got=say("training.unchanged"), want=changed))


def _blame(sentence: str, names: Sequence[str], mismatch: Mismatch) -> NoReturn:
    listed = ", ".join([*names[:_NAMES_SHOWN], "…"] if len(names) > _NAMES_SHOWN else names)
    raise CaseFailed(message=say(sentence, names=listed), mismatch=replace(mismatch, where=listed))


def checked_labels(labels: object, *, check: str = "reach_accuracy") -> NDArray[np.int64]:
    """Return labels as int64 (N,); CaseError, in the name of ``check``, for any but integers from 0, and for none."""
    array = as_array(labels)
    if array.ndim != 1 or array.dtype.kind not in "iu" or not array.size or array.min() < 0:
        raise CaseError(f"{check}: labels are {array.dtype} {array.shape}; give integers from 0 in shape (N,), N > 0.")
    return array.astype(np.int64)


def _checked_bands(bands: Sequence[Band]) -> list[Band]:
    """The bands from the lowest to the highest."""
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
    """The model, and its steps where they are counted."""
    started = cpu_seconds() if cpu_seconds else 0.0
    model = train(seed)
    used = cpu_seconds() - started if cpu_seconds else 0.0
    steps = steps_taken(model) if steps_taken else None
    if budget is not None and steps is not None and steps > budget.steps:
        _over_budget("training.steps", got=str(steps), limit=str(budget.steps))
    if budget is not None and used > budget.cpu_s:
        _over_budget("training.cpu", got=f"{used:.1f}", limit=f"{budget.cpu_s:g}")
    return model, steps


def _over_budget(sentence: str, *, got: str, limit: str) -> NoReturn:
    mismatch = Mismatch("property", got=got, want=say("compare.at-most", most=limit))
    raise CaseFailed(message=say(sentence, got=got, limit=limit), mismatch=mismatch)


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


def _scored(predicted: NDArray[np.int64], truth: NDArray[np.int64], *, seed: int, seeds_tried: int) -> Trained:
    hits = int(np.count_nonzero(predicted == truth))
    return Trained(
        accuracy=hits / len(truth),
        interval=clopper_pearson(hits, len(truth)),
        seed=seed,
        seeds_tried=seeds_tried,
        examples=len(truth),
    )


def _reaches(run: Trained, band: Band) -> bool:
    # The upper end, not the accuracy: the test set is a sample, and a run must not fail by the luck of its draw.
    return run.interval[1] >= band.at


def _symptom(run: Trained, predicted: NDArray[np.int64], *, width: int, steps: int | None) -> str:
    """What the accuracy suggests, from measured mistakes; "" where nothing fits."""
    if steps == 0:
        return say("training.hint-no-step")
    if len(predicted) > 1 and len(np.unique(predicted)) == 1:
        return say("training.hint-one-class")
    if run.accuracy < _GUESSING / width:
        return say("training.hint-guessing")
    if width != 10:
        return ""  # the shares below were measured on ten classes
    if _HINDERED[0] <= run.accuracy < _HINDERED[1]:
        return say("training.hint-hindered")
    if _NEARLY[0] <= run.accuracy < _NEARLY[1]:
        return say("training.hint-nearly")
    return ""


def _fall_short(best: Trained, ladder: Sequence[Band], *, seeds_tried: int, hint: str) -> NoReturn:
    reached = [band for band in ladder if _reaches(best, band)]
    following = ladder[len(reached)]
    figures = {**_figures(best), "tried": seeds_tried, "following": f"{following.at:g}"}
    if reached:
        message = say("training.band", band=f"{reached[-1].at:g}", **figures)
    else:
        message = say("training.no-band", **figures)
    wanted = say("compare.at-least", least=f"{ladder[-1].at:g}")
    mismatch = Mismatch("property", got=str(figures["accuracy"]), want=wanted)
    raise CaseFailed(message=message, mismatch=mismatch, hint=hint, credit=reached[-1].credit if reached else 0.0)


def _figures(run: Trained) -> dict[str, object]:
    digits = _COUNTED_DIGITS if run.examples <= 1000 else _COUNTED_DIGITS + 1
    low, high = run.interval
    return {
        "accuracy": f"{run.accuracy:.{digits}f}",
        "low": f"{low:.{digits}f}",
        "high": f"{high:.{digits}f}",
        "examples": run.examples,
    }
