"""Scores, bands, budgets and hints on models that are plain values, then one real training in numpy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from autograder.checks.assertions import CaseFailed
from autograder.checks.datasets import digits28
from autograder.checks.training import (
    Band,
    Budget,
    TrainingRun,
    clopper_pearson,
    parameters_moved,
    reach_accuracy,
    threshold,
)
from autograder.errors import CaseError
from autograder.messages import say

LABELS = np.arange(500) % 10
BANDS = (Band(0.95, 1.0), Band(0.30, 0.3), Band(0.85, 0.6))  # in no order


def classes_with(hits: int, labels: NDArray[np.int64] = LABELS) -> NDArray[np.int64]:
    """Predictions of which exactly the first ``hits`` are right."""
    predicted = (labels + 1) % 10
    predicted[:hits] = labels[:hits]
    return predicted


def logits_with(hits: int) -> NDArray[np.float64]:
    return np.eye(10)[classes_with(hits)] * 3 - 1.5


def run(predictions: object, **keywords: object) -> TrainingRun:
    return reach_accuracy(lambda seed: seed, predict=lambda _: predictions, labels=LABELS, bands=BANDS, **keywords)  # type: ignore[arg-type]


def failure(predictions: object, **keywords: object) -> CaseFailed:
    with pytest.raises(CaseFailed) as caught:
        run(predictions, **keywords)
    return caught.value


# the interval


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        (9770, 10_000, 0.9739, 0.9798),
        (977, 1_000, 0.9657, 0.9854),
        (5, 10, 0.1871, 0.8129),
        (0, 20, 0.0, 1 - 0.025 ** (1 / 20)),
        (20, 20, 0.025 ** (1 / 20), 1.0),
    ],
)
def test_the_interval_agrees_with_published_values(hits: int, n: int, low: float, high: float) -> None:
    assert clopper_pearson(hits, n) == pytest.approx((low, high), abs=6e-5)


@pytest.mark.parametrize(("hits", "n", "confidence"), [(1, 1, 0.9), (3, 7, 0.95), (480, 500, 0.95), (12, 40, 0.99)])
def test_the_ends_leave_equal_tails(hits: int, n: int, confidence: float) -> None:
    def mass(p: float, of: range) -> float:
        return math.fsum(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in of)

    low, high = clopper_pearson(hits, n, confidence)
    assert mass(low, range(hits, n + 1)) == pytest.approx((1 - confidence) / 2, rel=1e-9)
    assert hits == n or mass(high, range(hits + 1)) == pytest.approx((1 - confidence) / 2, rel=1e-9)


@pytest.mark.parametrize(("hits", "n", "confidence"), [(1, 0, 0.95), (-1, 5, 0.95), (6, 5, 0.95), (1, 5, 1.0)])
def test_an_impossible_count_is_refused(hits: int, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="want 0 <= hits <= n"):
        clopper_pearson(hits, n, confidence)


# what can be scored


@pytest.mark.parametrize(
    "predictions",
    [
        logits_with(490),
        logits_with(490).astype(np.float16),
        classes_with(490),
        classes_with(490).astype(np.uint8),
        torch.tensor(logits_with(490), requires_grad=True),
        torch.tensor(logits_with(490)).bfloat16(),
        torch.tensor(classes_with(490)),
    ],
    ids=["float64", "float16", "int64", "uint8", "tensor", "bfloat16", "int tensor"],
)
def test_logits_and_classes_of_both_libraries_are_scored_alike(predictions: object) -> None:
    trained = run(predictions)
    assert trained == TrainingRun(0.98, clopper_pearson(490, 500), seed=1, seeds_tried=1, examples=500)


def test_the_largest_logit_wins_even_where_all_are_negative() -> None:
    assert run(logits_with(490) - 100).accuracy == 0.98


@pytest.mark.parametrize(
    ("predictions", "kind", "got"),
    [
        (None, "type", "None"),
        (classes_with(500).tolist(), "type", "list"),
        (logits_with(500)[:, :9], "shape", "(500, 9)"),
        (logits_with(500)[:499], "shape", "(499, 10)"),
        (logits_with(500).T, "shape", "(10, 500)"),
        (logits_with(500)[..., None], "shape", "(500, 10, 1)"),
        (classes_with(500)[:, None], "shape", "(500, 1)"),
        (np.array(3), "shape", "()"),
        (classes_with(500).astype(np.float64), "dtype", "float64"),
        (torch.tensor(classes_with(500)).float(), "dtype", "float32"),
        (classes_with(500).astype(bool), "dtype", "bool"),
        (logits_with(500).astype(np.int64), "dtype", "int64"),
        (logits_with(500).astype(np.complex128), "dtype", "complex128"),
        (logits_with(500).astype(object), "dtype", "object"),
    ],
)
def test_what_cannot_be_scored_is_named(predictions: object, kind: str, got: str) -> None:
    failed = failure(predictions)
    assert failed.mismatch is not None
    assert (failed.mismatch.kind, failed.mismatch.got, failed.credit) == (kind, got, 0.0)
    assert failed.message == say(f"training.{kind}")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_prediction_that_is_not_finite_never_scores(value: float) -> None:
    logits = logits_with(500)
    logits[7, 3] = value
    failed = failure(logits)
    assert failed.mismatch is not None
    assert (failed.mismatch.kind, failed.mismatch.where, failed.mismatch.got) == ("non-finite", "[7, 3]", str(value))


def test_a_class_that_the_labels_lack_can_be_declared() -> None:
    labels = np.arange(400) % 9

    def reach(classes: int | None) -> TrainingRun:
        return reach_accuracy(
            lambda seed: seed, predict=lambda _: np.eye(10)[labels], labels=labels, bands=BANDS, classes=classes
        )

    assert reach(10).accuracy == 1.0
    with pytest.raises(CaseFailed):
        reach(None)
    with pytest.raises(CaseError, match="labels go up to 8, but classes is 8"):
        reach(8)


# bands and seeds


def test_the_first_seed_that_reaches_the_top_band_ends_the_search() -> None:
    seen: list[int] = []

    def train(seed: int) -> int:
        seen.append(seed)
        return {5: 100, 6: 495, 7: 500}[seed]

    trained = reach_accuracy(train, predict=classes_with, labels=LABELS, bands=BANDS, seeds=(5, 6, 7))
    assert seen == [5, 6]
    assert (trained.seed, trained.seeds_tried, trained.accuracy) == (6, 2, 0.99)


@pytest.mark.parametrize(("first", "tried"), [(426, 1), (440, 2)])
def test_no_other_seed_is_tried_after_a_run_that_no_right_answer_makes(first: int, tried: int) -> None:
    seen: list[int] = []

    def train(seed: int) -> int:
        seen.append(seed)
        return {1: first, 2: 450}[seed]

    assert clopper_pearson(426, 500)[1] < 0.9 < clopper_pearson(440, 500)[1]
    with pytest.raises(CaseFailed, match="^Your run" if tried == 1 else "^The best of 2 runs"):
        reach_accuracy(train, predict=classes_with, labels=LABELS, bands=BANDS, seeds=(1, 2), retry_from=0.9)
    assert len(seen) == tried


@pytest.mark.parametrize(
    ("hits", "credit", "band", "following"),
    [(450, 0.6, "0.85", "0.95"), (300, 0.3, "0.3", "0.85"), (100, 0.0, None, "0.3")],
)
def test_the_best_seed_earns_the_credit_of_its_band(hits: int, credit: float, band: str | None, following: str) -> None:
    by_seed = {1: hits - 40, 2: hits, 3: hits - 20}
    with pytest.raises(CaseFailed) as caught:
        reach_accuracy(by_seed.__getitem__, predict=classes_with, labels=LABELS, bands=BANDS)
    failed = caught.value
    assert failed.credit == credit
    assert failed.mismatch is not None
    assert (failed.mismatch.kind, failed.mismatch.want) == ("property", "at least 0.95")
    assert failed.mismatch.got == f"{hits / 500:.3f}"
    low, high = clopper_pearson(hits, 500)
    assert failed.mismatch.share == f"on 500 test examples, 95 % interval {low:.3f} to {high:.3f}"
    earned = (
        f"earns the band from accuracy {band}; the next band begins at {following}."
        if band
        else f"earns no band yet; the first band begins at accuracy {following}."
    )
    assert failed.message == f"The best of 3 runs {earned}"


def test_a_message_holds_no_number_that_the_submission_made() -> None:
    """A hidden case shows it: an accuracy of three digits would carry ten bits of its inputs out."""
    said = {failure(classes_with(hits)).message for hits in (300, 301, 317)}
    for counted in (321, 322):
        with pytest.raises(CaseFailed) as caught:
            reach_within(Budget(steps=320, cpu_s=40.0), steps=counted)
        said.add(caught.value.message)
        with pytest.raises(CaseFailed) as caught:
            reach_within(Budget(steps=320, cpu_s=40.0), steps=1, cost=counted)
        said.add(caught.value.message)
    assert len(said) == 3


def test_a_run_whose_interval_contains_the_threshold_does_not_fail() -> None:
    inside = next(hits for hits in range(500) if clopper_pearson(hits, 500)[1] >= 0.95)
    assert inside / 500 < 0.95
    assert run(classes_with(inside)).accuracy == inside / 500
    assert failure(classes_with(inside - 1)).credit == 0.6


def test_a_passing_run_can_be_shown() -> None:
    assert run(classes_with(490)).sentence == (
        "Accuracy 0.980 on 500 test examples (95 % interval 0.964 to 0.990), trained with seed 1."
    )


def test_labels_are_not_given_to_the_submission() -> None:
    received: list[object] = []

    def train(*arguments: object) -> str:
        received.extend(arguments)
        return "model"

    def predict(*arguments: object) -> NDArray[np.int64]:
        received.extend(arguments)
        return classes_with(500)

    reach_accuracy(train, predict=predict, labels=LABELS, bands=BANDS, seeds=(4,))
    assert received == [4, "model"]


# hints


@pytest.mark.parametrize(
    ("predictions", "sentence"),
    [
        (np.zeros(500, np.int64), "training.hint-one-class"),
        (np.zeros((500, 10)), "training.hint-one-class"),
        (classes_with(66), "training.hint-guessing"),  # an untrained network, .132
        (classes_with(11), "training.hint-guessing"),  # another, .022
        (classes_with(347), "training.hint-hindered"),  # softmax before the loss, .694
        (classes_with(391), "training.hint-hindered"),  # gradients never cleared, .782
        (classes_with(411), "training.hint-nearly"),  # sorted and never shuffled, .822
        (classes_with(450), "training.hint-nearly"),  # the same with a hidden layer, .900
    ],
)
def test_measured_symptoms_are_recognised(predictions: object, sentence: str) -> None:
    assert failure(predictions).hint == say(sentence)
    assert failure(predictions, hint="Mind the rate.").hint == f"{say(sentence)} Mind the rate."


def test_an_unknown_symptom_leaves_the_hint_of_the_case_alone() -> None:
    assert failure(classes_with(150), hint="Mind the rate.").hint == "Mind the rate."


def test_symptoms_of_ten_classes_are_not_read_into_two() -> None:
    labels = np.arange(500) % 2

    def hint(hits: int) -> str:
        predicted = 1 - labels
        predicted[:hits] = labels[:hits]
        with pytest.raises(CaseFailed) as caught:
            reach_accuracy(lambda seed: seed, predict=lambda _: predicted, labels=labels, bands=[Band(0.95, 1)])
        return caught.value.hint

    assert hint(400) == ""
    assert hint(260) == say("training.hint-guessing")


def test_the_hint_belongs_to_the_best_run() -> None:
    predictions = {1: np.zeros(500, np.int64), 2: classes_with(347), 3: np.ones(500, np.int64)}
    with pytest.raises(CaseFailed) as caught:
        reach_accuracy(lambda seed: seed, predict=predictions.__getitem__, labels=LABELS, bands=BANDS)
    assert caught.value.hint == say("training.hint-hindered")


# budget


@dataclass
class Worker:
    """Counts as a worker would: a training takes ``cost`` CPU seconds."""

    cost: float
    used: float = 100.0

    def train(self, seed: int) -> int:
        self.used += self.cost
        return seed

    def clock(self) -> float:
        return self.used


def reach_within(budget: Budget, *, steps: int, cost: float = 0.0, hits: int = 500) -> TrainingRun:
    worker = Worker(cost)
    return reach_accuracy(
        worker.train,
        predict=lambda _: classes_with(hits),
        labels=LABELS,
        bands=BANDS,
        budget=budget,
        steps_taken=lambda _: steps,
        cpu_seconds=worker.clock,
    )


def test_a_run_within_its_budget_is_scored() -> None:
    assert reach_within(Budget(steps=320, cpu_s=40.0), steps=320, cost=40.0).accuracy == 1.0


def test_each_run_has_a_budget_of_its_own() -> None:
    with pytest.raises(CaseFailed, match="The best of 3 runs"):
        reach_within(Budget(steps=320, cpu_s=40.0), steps=320, cost=30.0, hits=100)


@pytest.mark.parametrize(
    ("steps", "cost", "sentence", "got", "want"),
    [
        (321, 0.0, "took more than its 320 optimization steps", "321", "at most 320"),
        (320, 41.5, "took more than its 40 CPU seconds", "41.5", "at most 40"),
    ],
)
def test_a_run_beyond_its_budget_earns_nothing(steps: int, cost: float, sentence: str, got: str, want: str) -> None:
    with pytest.raises(CaseFailed, match=sentence) as caught:
        reach_within(Budget(steps=320, cpu_s=40.0), steps=steps, cost=cost)
    mismatch = caught.value.mismatch
    assert mismatch is not None
    assert (mismatch.kind, mismatch.got, mismatch.want, caught.value.credit) == ("property", got, want, 0.0)


def test_a_run_without_a_step_is_told_so() -> None:
    failed = failure(np.zeros(500, np.int64), steps_taken=lambda _: 0)
    assert failed.hint == say("training.hint-no-step")


def test_a_budget_that_nothing_measures_is_an_error_of_the_case() -> None:
    with pytest.raises(CaseError, match="nothing measures the budget"):
        run(classes_with(500), budget=Budget(steps=320, cpu_s=40.0))


# errors of the case


@pytest.mark.parametrize(
    "bands",
    [
        (),
        (Band(0.9, 0.5),),
        (Band(0.5, 0.6), Band(0.9, 0.5), Band(0.95, 1.0)),
        (Band(0.9, 0.5), Band(0.9, 1.0)),
        (Band(0.0, 0.5), Band(0.9, 1.0)),
        (Band(0.5, -0.1), Band(0.9, 1.0)),
        (Band(1.1, 1.0),),
    ],
)
def test_bands_that_contradict_themselves_are_refused(bands: tuple[Band, ...]) -> None:
    with pytest.raises(CaseError, match="reach_accuracy"):
        reach_accuracy(lambda seed: seed, predict=lambda _: LABELS, labels=LABELS, bands=bands)


@pytest.mark.parametrize("labels", [[], LABELS * 1.0, LABELS - 1, LABELS[:, None], np.eye(10)[LABELS]])
def test_labels_of_another_kind_are_refused(labels: object) -> None:
    with pytest.raises(CaseError, match="give integers from 0"):
        reach_accuracy(lambda seed: seed, predict=lambda _: LABELS, labels=labels, bands=BANDS)


def test_labels_may_be_a_tensor() -> None:
    trained = reach_accuracy(lambda s: s, predict=lambda _: LABELS, labels=torch.tensor(LABELS), bands=BANDS)
    assert trained.accuracy == 1.0


def test_at_least_one_seed_is_needed() -> None:
    with pytest.raises(CaseError, match="seeds is empty"):
        run(LABELS, seeds=())


# parameters


def weights() -> dict[str, NDArray[np.float32]]:
    return {"conv.weight": np.ones((2, 3), np.float32), "conv.bias": np.zeros(3, np.float32)}


def changed(**changes: object) -> dict[str, object]:
    after: dict[str, object] = {name: value + 0.5 for name, value in weights().items()}
    return {**after, **{name.replace("_", "."): value for name, value in changes.items()}}


def test_parameters_that_all_moved_pass() -> None:
    bias = np.array([0, 0, 1e-7], np.float32)  # one entry is enough
    assert parameters_moved(weights(), changed(conv_bias=bias)) is None
    before = {name: torch.tensor(value, requires_grad=True) for name, value in weights().items()}
    assert parameters_moved(before, {name: value.detach() * 2 + 1 for name, value in before.items()}) is None


@pytest.mark.parametrize(
    ("after", "kind", "sentence"),
    [
        (changed(conv_bias=np.zeros(3, np.float32)), "property", "training.parameters-still"),
        (changed(conv_bias=np.zeros(4, np.float32)), "property", "training.parameters-lost"),
        ({"conv.weight": np.zeros((2, 3))}, "property", "training.parameters-lost"),
        (changed(conv_bias=np.array([0, np.nan, 0])), "non-finite", "training.parameters-non-finite"),
        (changed(conv_bias=torch.tensor([0, np.inf, 0])), "non-finite", "training.parameters-non-finite"),
    ],
    ids=["still", "reshaped", "gone", "nan", "inf"],
)
def test_parameters_that_did_not_move_are_named(after: dict[str, object], kind: str, sentence: str) -> None:
    with pytest.raises(CaseFailed) as caught:
        parameters_moved(weights(), after)
    assert caught.value.message == say(sentence)
    assert caught.value.mismatch is not None
    assert (caught.value.mismatch.kind, caught.value.mismatch.where) == (kind, "conv.bias")


def test_long_lists_of_parameters_are_cut() -> None:
    before = {f"p{i}": np.zeros(1) for i in range(100)}
    with pytest.raises(CaseFailed) as caught:
        parameters_moved(before, before)
    assert caught.value.mismatch is not None and caught.value.mismatch.where == "p0, p1, p2, p3, p4, p5, p6, p7, …"
    assert "p0" not in caught.value.message  # a submission chooses the names


def test_a_model_without_parameters_fails() -> None:
    with pytest.raises(CaseFailed, match="has no parameters"):
        parameters_moved({}, {})


# thresholds for authors


def spread(n: int, mean: float, sd: float) -> list[float]:
    """n values with exactly this mean and sample standard deviation."""
    raw = np.linspace(-1, 1, n)
    return list(mean + sd * raw / raw.std(ddof=1))


@pytest.mark.parametrize(
    ("accuracies", "want"),
    [
        (spread(12, 0.9284, 0.0059), 0.90),  # .9063, one epoch of 10,000 images
        (spread(5, 0.9796, 0.0020), 0.96),  # .9681, one epoch of 60,000
        (spread(11, 0.9596, 0.0020), 0.95),  # eleven runs count as ten: .9516
        (spread(19, 0.9680, 0.0050), 0.94),  # nineteen count as twelve: .9493, not as twenty: .9515
        ([0.29] * 5, 0.29),
        (spread(5, 0.9, 0.02), 0.78),  # .7852; with the standard deviation of the sample alone .7973
        ([0.1, 0.9, 0.1, 0.9, 0.5], 0.0),
    ],
)
def test_the_threshold_lies_below_nearly_all_seeds(accuracies: list[float], want: float) -> None:
    assert threshold(accuracies) == want


@pytest.mark.parametrize("accuracies", [[0.9] * 4, [0.9, 0.9, 0.9, 0.9, 97.0]])
def test_too_few_or_impossible_accuracies_are_refused(accuracies: list[float]) -> None:
    with pytest.raises(ValueError, match="threshold"):
        threshold(accuracies)


# one real training: the linear softmax model on digits28, batches of 32, rate .1


def softmax_regression(
    images: NDArray[np.float64], labels: NDArray[np.int64], *, seed: int, direction: float = -1.0
) -> NDArray[np.float64]:
    """Weights (785, 10), the last row the bias, after eight epochs."""
    rng = np.random.default_rng(seed)
    inputs = np.hstack([images, np.ones((len(images), 1))])
    w = rng.normal(scale=0.01, size=(inputs.shape[1], 10))
    for _ in range(8):
        for batch in np.split(rng.permutation(len(inputs))[:1280], 40):
            scores = inputs[batch] @ w
            p = np.exp(scores - scores.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            p[np.arange(32), labels[batch]] -= 1
            w += direction * 0.1 * inputs[batch].T @ p / 32
    return w


@pytest.fixture
def digits_run() -> Callable[..., TrainingRun]:
    digits = digits28()
    order = np.random.default_rng(0).permutation(500)
    train_images = digits.train_images.reshape(1297, 784) / 255
    test_images = np.hstack([digits.test_images[order].reshape(500, 784) / 255, np.ones((500, 1))])

    def reach(*, direction: float = -1.0, seeds: Sequence[int] = (1, 2, 3)) -> TrainingRun:
        return reach_accuracy(
            lambda seed: softmax_regression(train_images, digits.train_labels, seed=seed, direction=direction),
            predict=lambda w: test_images @ w,
            labels=digits.test_labels[order],
            bands=[Band(0.30, 0.3), Band(0.85, 0.6), Band(0.92, 1.0)],
            seeds=seeds,
        )

    return reach


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_linear_model_reaches_the_top_band_on_digits28(digits_run: Callable[..., TrainingRun], seed: int) -> None:
    trained = digits_run(seeds=[seed])
    assert trained.accuracy >= 0.92
    assert trained.seed == seed


def test_climbing_the_loss_does_not(digits_run: Callable[..., TrainingRun]) -> None:
    with pytest.raises(CaseFailed) as caught:
        digits_run(direction=1.0)
    assert caught.value.credit == 0.0
    assert caught.value.hint == say("training.hint-one-class")
