"""The gradient check: what it accepts, what it refuses, what it says, and how seldom it is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bank
import numpy as np
import pytest
import torch
from bank import OPERATIONS, LocalFunction, Mistake, Operation, sigmoid

from autograder.checks.assertions import CaseFailed, assert_matches
from autograder.checks.gradients import assert_gradient, other_data
from autograder.checks.slopes import measure
from autograder.errors import CaseError
from autograder.messages import catalogue, say

Z = np.random.default_rng(3).uniform(-4, 4, size=(3, 5))
X = np.random.default_rng(4).normal(size=(7, 3))
W = np.random.default_rng(5).normal(size=(3, 2))


def prime(z: Any) -> Any:
    return sigmoid(z) * (1 - sigmoid(z))


def failure(function: Callable[..., Any] | LocalFunction, **question: Any) -> CaseFailed:
    """Return how the check of ``function`` fails."""
    local = function if isinstance(function, LocalFunction) else LocalFunction(function)
    with pytest.raises(CaseFailed) as failed:
        assert_gradient(local, **question)
    return failed.value


# --- the bank


def test_bank_holds_the_gradients_that_people_get_wrong() -> None:
    assert sum(len(operation.mistakes) for operation in OPERATIONS) == 87
    assert all(len(operation.right) >= 4 for operation in OPERATIONS)


MISTAKES = [
    pytest.param(operation, mistake, id=f"{operation.name}-{mistake.name}")
    for operation in OPERATIONS
    for mistake in operation.mistakes
]


def caught(
    body: Callable[..., Any], probes: list[dict[str, Any]], measured: dict[Any, Any]
) -> tuple[int, CaseFailed | ValueError] | None:
    """Return the first failing probe and what it raises; one function, and so one state, goes through all of them."""
    for number, probe in enumerate(probes):
        try:
            assert_gradient(LocalFunction(body, measured), **probe)
        except (CaseFailed, ValueError) as failed:  # ValueError: shapes that do not fit inside the mistake itself
            return number, failed
    return None


@pytest.fixture(scope="module")
def measured() -> dict[Any, Any]:
    """Slopes that the tests of the bank share, as the cases of one run do."""
    return {}


@pytest.mark.parametrize(("operation", "mistake"), MISTAKES)
def test_every_mistake_is_caught_and_gets_its_hint_or_none(
    operation: Operation, mistake: Mistake, measured: dict[Any, Any]
) -> None:
    for seed in range(5):
        found = caught(mistake.new(), operation.arguments(seed), measured)
        assert found is not None, f"missed with seed {seed}"
        number, failed = found
        assert not mistake.square or number == operation.probes - 1
        assert hint_id(failed.hint if isinstance(failed, CaseFailed) else "") == mistake.hint


def hint_id(hint: str) -> str:
    """Return the id of a sentence, whatever factor was filled into it."""
    for name, text in catalogue("en").items():
        start, _, end = text.partition("{factor}")
        if name.startswith("hint.") and hint.startswith(start) and hint.endswith(end):
            return name
    return hint


def test_share_of_mistakes_that_the_numbers_alone_can_name() -> None:
    """The rest is named by replaying known mistakes on the failing inputs."""
    named = [mistake for operation in OPERATIONS for mistake in operation.mistakes if mistake.hint]
    assert len(named) == 41  # of 87; each of them is asserted above, and that the other 46 get no wrong name


# What a mistake does to its arguments or remembers is lost on the float32 copies that the wrapper makes.
EFFECTS = ("hint.changed", "hint.accumulates", "hint.global-cache")


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_wrong_values_are_caught_in_float32(operation: Operation, measured: dict[Any, Any]) -> None:
    wrong = [each for each in operation.mistakes if each.hint not in EFFECTS and not each.float64_only]
    probes = operation.arguments(5)
    missed = [each.name for each in wrong if caught(bank.in_float32(each.new()), probes, measured) is None]
    assert missed == []


def check_right(operation: Operation, functions: dict[str, Callable[..., Any]], seeds: range) -> int:
    """Put every function through every probe of every seed; return the number of checks."""
    checks = 0
    for seed in seeds:
        measured: dict[Any, Any] = {}
        probes = operation.arguments(seed)
        for name, body in functions.items():
            for probe in probes:
                try:
                    assert_gradient(LocalFunction(body, measured), **probe)
                except CaseFailed as alarm:
                    pytest.fail(f"false alarm: {operation.name} {name}, seed {seed}: {alarm}")
            checks += 1
    return checks


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_right_gradients_are_never_refused(operation: Operation) -> None:
    seeds = range(5)
    assert check_right(operation, operation.right, seeds) == len(seeds) * len(operation.right)


@pytest.mark.parametrize(
    ("first", "checks"),
    [pytest.param(100, 3_000, marks=pytest.mark.slow), pytest.param(1000, 30_000, marks=pytest.mark.long)],
)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_thousands_of_right_gradients_are_never_refused(operation: Operation, first: int, checks: int) -> None:
    """Over all operations: ``checks`` in all, with seeds that the quick test does not use."""
    every = sum(len(each.right) for each in OPERATIONS)
    seeds = range(first, first + checks // every + 1)
    assert check_right(operation, operation.right, seeds) * every >= checks * len(operation.right)


@pytest.mark.slow
@pytest.mark.parametrize("operation", [bank.BCE, bank.XOR], ids=lambda operation: operation.name)
def test_the_slides_eps_is_accepted(operation: Operation) -> None:
    """With outputs in [.1, .9]. Not without exception: in float64 the rule scales each tensor by its own size, and 7 of
    12,000 probes of XOR (seeds 1000 to 4999) refuse the eps, each where the one entry of b2's gradient nearly cancels.
    """
    assert check_right(operation, operation.accepted, range(80)) == 80


def test_hard_inputs_show_what_tame_ones_hide() -> None:
    rng = np.random.default_rng(0)
    z, y = bank.hard_logits(rng)
    assert_gradient(LocalFunction(bank.softmax_ce_backward), of=bank.cross_entropy, at=(z, y))
    found = failure(bank.softmax_unshifted, of=bank.cross_entropy, at=(z, y))
    assert found.mismatch is not None and found.mismatch.kind == "non-finite"
    with pytest.raises(CaseFailed):
        assert_matches(LocalFunction(bank.cross_entropy_by_log), bank.cross_entropy, [(z, y)])
    probe = bank.hard_xor(rng)
    assert_gradient(LocalFunction(bank.xor_backward), **probe)
    assert failure(bank.xor_clipped, **probe).mismatch is not None


# --- form


def test_a_tuple_is_called_a_tuple() -> None:
    mismatch = failure(lambda z: (prime(z),), of=sigmoid, at=Z).mismatch
    assert mismatch is not None
    assert mismatch.kind == "type"
    assert mismatch.got == "tuple"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (lambda z: prime(z).tolist(), "type"),
        (lambda z: torch.tensor(prime(z)), "type"),
        (lambda z: None, "type"),
        (lambda z: (prime(z),), "type"),
        (lambda z: prime(z)[:, :1], "shape"),
        (lambda z: prime(z)[None], "shape"),
        (lambda z: prime(z).astype(np.float16), "dtype"),
        (lambda z: prime(z) > 0, "dtype"),
        (lambda z: prime(z) + 0j, "dtype"),
        (lambda z: np.where(z == z[1, 2], np.nan, prime(z)), "non-finite"),
        (lambda z: np.where(z == z[1, 2], np.inf, prime(z)), "non-finite"),
    ],
)
def test_form_comes_before_values(answer: Callable[[Any], Any], kind: str) -> None:
    found = failure(answer, of=sigmoid, at=Z)
    assert found.mismatch is not None
    assert found.mismatch.kind == kind


def test_right_values_in_a_wrong_shape_are_told_so() -> None:
    found = failure(lambda z: prime(z)[None], of=sigmoid, at=Z)
    assert found.hint == say("hint.extra-axis")
    assert found.mismatch is not None
    assert (found.mismatch.got, found.mismatch.want) == ("(1, 3, 5)", "(3, 5)")


def test_number_of_gradients() -> None:
    question = {"of": lambda w, x: float(np.mean(x @ w)), "at": (W, X), "wrt": (0, 1)}
    found = failure(lambda w, x: (w, x, x), **question)
    assert found.mismatch is not None
    assert (found.mismatch.got, found.mismatch.want) == ("3 items", "2 items")
    named = failure(lambda w, x: {"w": w}, **{**question, "wrt": {"w": 0, "x": 1}})
    assert named.mismatch is not None
    assert (named.mismatch.got, named.mismatch.want) == ("key 'w'", "keys 'w', 'x'")


@pytest.mark.parametrize("junk", [[None, [1, [2]]], ["a", "b"], [{}, ()], [np.array(["a"]), np.ones(2, bool)]])
def test_junk_fails_instead_of_breaking_the_case(junk: list[Any]) -> None:
    assert failure(lambda w, x: junk, of=lambda w, x: float(np.mean(x @ w)), at=(W, X), wrt=(0, 1)).mismatch


def test_integers_may_be_a_right_gradient() -> None:
    z = np.array([-1.5, 0.5, 2.0, -0.3])
    assert_gradient(LocalFunction(lambda z: np.where(z > 0, 1, 0)), of=bank.relu, at=z)
    found = failure(lambda z: np.where(z > 0, 1, 0), of=lambda z: np.maximum(0.3 * z, 0), at=z)
    assert found.hint == say("hint.integers")


# --- questions


def test_loss_of_one_argument_with_other_arguments_given() -> None:
    y = X @ W + 1

    def grad_w(x: Any, y_pred: Any, y: Any) -> Any:
        return x.T @ (y_pred - y)

    question = {"of": lambda w: float(0.5 * np.sum((X @ w - y) ** 2)), "at": W, "given": (X, X @ W, y)}
    assert_gradient(LocalFunction(grad_w), **question)
    found = failure(lambda *given: grad_w(*given) / len(X), **question, hint="Read the loss again.")
    assert found.hint == say("hint.over", factor="N") + " Read the loss again."
    assert found.mismatch is not None
    assert found.mismatch.share == "6 of 6 entries differ"


def test_failure_names_the_entry_that_is_off_by_most() -> None:
    def off(z: Any) -> Any:
        g = prime(z)
        g[0, 1] += 0.125
        g[2, 3] += 0.5
        return g

    found = failure(off, of=sigmoid, at=Z).mismatch
    assert found is not None
    assert (found.kind, found.where, found.share) == ("value", "[2, 3]", "2 of 15 entries differ")
    assert float(found.got) - float(found.want) == pytest.approx(0.5, abs=1e-5)


def test_scalar_arguments_have_scalar_gradients() -> None:
    question = {"of": lambda w, b: w * w * b, "at": (1.5, 2.0), "wrt": (0, 1)}
    assert_gradient(LocalFunction(lambda w, b: (2 * w * b, np.array(w * w))), **question)
    found = failure(lambda w, b: (2 * w * b, w), **question).mismatch
    assert found is not None
    assert (found.got, found.want, found.where) == ("1.5", "2.25", "[1]")


def test_tensors_are_asked_and_answered_as_tensors() -> None:
    z = torch.tensor(Z, dtype=torch.float32)
    assert_gradient(LocalFunction(prime_of_tensor), of=torch.sigmoid, at=z)
    found = failure(lambda z: 1.01 * prime_of_tensor(z), of=torch.sigmoid, at=z)
    assert found.mismatch is not None and found.mismatch.kind == "value"
    assert failure(lambda z: prime_of_tensor(z).numpy(), of=torch.sigmoid, at=z).mismatch


def prime_of_tensor(z: torch.Tensor) -> torch.Tensor:
    return torch.sigmoid(z) * (1 - torch.sigmoid(z))


def test_dout_stands_first_and_matters() -> None:
    dout = bank.upstream(np.random.default_rng(1), (7, 2))
    question = {"of": lambda x, w: x @ w, "at": (X, W), "wrt": 1, "dout": dout}
    assert_gradient(LocalFunction(lambda dout, x, w: x.T @ dout), **question)
    found = failure(lambda dout, x, w: x.T @ np.ones_like(dout), **question)
    assert found.hint == say("hint.dout-ignored")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"of": lambda x: x @ W, "at": X}, "give a dout"),
        ({"of": lambda x: x @ W, "at": X, "dout": np.ones((2, 7))}, "dout is"),
        ({"of": lambda x: (x**2).astype(np.float32), "at": X}, "float64"),
        ({"of": lambda x: float(x.sum()), "at": np.arange(3)}, "must hold floats"),
        ({"of": lambda x: float(x.sum()), "at": X, "wrt": 1}, "wrt names argument 1"),
        ({"of": lambda x: np.abs(x), "at": np.array([0.0, 1.0, 2.0])}, "1 of 3 entries"),
        ({"of": lambda x: np.where(x > 1, np.nan, x), "at": np.array([1.0, 0.5])}, "not finite"),
    ],
)
def test_questions_without_an_answer_are_the_authors(question: dict[str, Any], words: str) -> None:
    with pytest.raises(CaseError, match=words):
        assert_gradient(LocalFunction(lambda *arguments: np.zeros_like(question["at"], dtype=float)), **question)


# --- effects


def test_mutation_is_a_finding_of_its_own_that_costs_little() -> None:
    mine = Z.copy()

    def doubles(z: Any) -> Any:
        g = prime(z)
        z *= 2
        return g

    found = failure(doubles, of=sigmoid, at=mine)
    assert found.mismatch is not None
    assert (found.mismatch.kind, found.mismatch.got) == ("effect", "argument 1 changed in place")
    assert found.credit == 0.75 and "25 %" in found.message
    assert np.array_equal(mine, Z)


def test_mutation_with_wrong_numbers_earns_nothing() -> None:
    def doubles(z: Any) -> Any:
        z *= 2
        return prime(z)

    assert failure(doubles, of=sigmoid, at=Z).credit == 0.0


def test_chance_is_not_repeatable() -> None:
    rng = np.random.default_rng(0)
    found = failure(lambda z: prime(z) * (rng.random(z.shape) > 0.5), of=sigmoid, at=Z)
    assert found.hint == say("hint.not-repeatable")
    assert found.mismatch is not None and found.mismatch.kind == "effect"


@pytest.mark.parametrize("later", [None, Z[0], np.full_like(Z, np.nan)])
def test_a_later_answer_of_another_form_is_not_repeatable(later: Any) -> None:
    answers = iter([prime(Z), prime(Z), later, later])
    assert failure(lambda z: next(answers), of=sigmoid, at=Z).hint == say("hint.not-repeatable")


def test_memory_is_told_apart_by_one_more_call() -> None:
    total = np.zeros_like(Z)

    def adds(z: Any) -> Any:
        nonlocal total
        total = total + prime(z)
        return total

    seen: list[Any] = []

    def remembers(z: Any) -> Any:
        seen.append(z.copy())
        return prime(seen[max(0, len(seen) - 2)])

    assert failure(adds, of=sigmoid, at=Z).hint == say("hint.accumulates")
    assert failure(remembers, of=sigmoid, at=Z).hint == say("hint.global-cache")


def test_a_right_gradient_takes_three_calls() -> None:
    function = LocalFunction(prime)
    assert_gradient(function, of=sigmoid, at=Z)
    assert function.calls == 3


def test_other_data_keep_probabilities_one_hot_rows_and_labels() -> None:
    p = bank.softmax(X)
    hot, labels = bank.one_hot(np.array([0, 2, 1, 1, 0, 2, 2]), 3), np.arange(7)
    other = other_data((p, hot, labels, 3))
    assert np.allclose(other[0].sum(axis=1), 1) and not np.array_equal(other[0], p)
    assert (other[1].sum(axis=1) == 1).all() and not np.array_equal(other[1], hot)
    assert np.array_equal(other[2], labels) and other[3] == 3


# --- slopes


def test_on_a_kink_any_slope_between_is_right() -> None:
    x = np.concatenate([[0.0], np.linspace(0.5, 2, 24)])
    for at_zero in (0.0, 0.5, 1.0):
        assert_gradient(LocalFunction(lambda x, v=at_zero: np.where(x == 0, v, 1.0)), of=bank.relu, at=x)
    assert failure(lambda x: np.where(x == 0, 1.1, 1.0), of=bank.relu, at=x).mismatch


@pytest.mark.parametrize("beside", [1e-5, -1e-4, 3e-4])
def test_beside_a_kink_only_one_slope_is_right(beside: float) -> None:
    x = np.array([beside, 1.0, -1.0])
    assert_gradient(LocalFunction(lambda x: (x > 0).astype(float)), of=bank.relu, at=x)
    assert failure(lambda x: np.where(np.abs(x) < 1e-3, 0.5, x > 0), of=bank.relu, at=x).mismatch


def test_tiny_true_entries_refuse_nobody_and_hide_nothing() -> None:
    scale = np.array([1e-9, 1.0, 1.0])
    question = {"of": lambda x: float(np.sum(scale * x**2)), "at": np.array([0.3, 0.4, 0.5])}
    assert_gradient(LocalFunction(lambda x: 2 * scale * x), **question)
    tiny = {"of": lambda x: float(1e-9 * np.sum(x**2)), "at": np.array([0.3, 0.4, 0.5])}
    assert failure(lambda x: 2.1e-9 * x, **tiny).mismatch


def test_the_error_of_a_slope_is_not_laid_at_the_students_door() -> None:
    for seed in range(20):  # the constant swallows the last digits of the loss, and so of its slopes
        x = np.random.default_rng(seed).normal(size=(7, 3))
        assert_gradient(LocalFunction(np.cos), of=lambda x: 3e7 + float(np.sum(np.sin(x))), at=x)


def test_float32_is_measured_by_what_it_can_hold() -> None:
    def off_by(factor: float, dtype: Any) -> Callable[[Any], Any]:
        return lambda z: (factor * prime(z)).astype(dtype)

    assert_gradient(LocalFunction(off_by(1 + 5e-5, np.float32)), of=sigmoid, at=Z)
    assert failure(off_by(1 + 5e-5, np.float64), of=sigmoid, at=Z).mismatch
    assert failure(off_by(1 + 5e-4, np.float32), of=sigmoid, at=Z).mismatch


def test_a_float32_sum_that_cancels_is_measured_by_the_whole_answer() -> None:
    dout = np.array([[31.7], [-12.3], [18.9], [-38.2], [0.3], [-0.2], [-0.1999]])
    assert abs(dout.sum()) < 1e-3
    question = {"of": bank.linear, "at": (X, W[:, :1], np.zeros(1)), "wrt": (0, 1, 2), "dout": dout}
    assert_gradient(LocalFunction(bank.in_float32(bank.linear_loop)), **question)
    assert failure(bank.linear_with(db=lambda dout, x, w: 1.01 * dout.sum(axis=0)), **question).mismatch


@pytest.mark.slow
def test_large_tensors_are_sampled_and_looked_at_along_directions() -> None:
    x = np.random.default_rng(0).normal(size=(60, 50))
    question = {"of": lambda x: float(np.sum(np.sin(x))), "at": x}
    assert_gradient(LocalFunction(np.cos), **question)
    sampled = set(measure(question["of"], x).index.tolist())
    unseen = next(i for i in range(x.size) if i not in sampled)

    def one_wrong(x: Any) -> Any:
        g = np.cos(x)
        g.flat[unseen] += 0.1
        return g

    found = failure(one_wrong, **question).mismatch
    assert found is not None
    assert found.where == say("gradient.direction")
    half = failure(lambda x: np.cos(x) / 2, **question)
    assert half.hint == say("hint.half")
    assert half.mismatch is not None and half.mismatch.share == "2000 of 2000 entries differ"


# --- slopes are measured once


COUNTED: list[int] = []


def counted(x: Any) -> float:
    COUNTED.append(1)
    return float(np.sum(x**3))


def evaluations(run: Callable[[], None]) -> int:
    before = len(COUNTED)
    run()
    return len(COUNTED) - before


def test_slopes_are_measured_once_for_all_submissions() -> None:
    shared: dict[Any, Any] = {}
    right = lambda x: 3 * x**2  # noqa: E731
    first = evaluations(lambda: assert_gradient(LocalFunction(right, shared), of=counted, at=X))
    second = evaluations(lambda: assert_gradient(LocalFunction(right, shared), of=counted, at=X))
    other = evaluations(lambda: assert_gradient(LocalFunction(right, shared), of=counted, at=X + 1))
    assert first == 1 + 1 + 4 * X.size  # the form of the result, the value at the point, four for each entry
    assert second == 1
    assert other == first


def test_plain_functions_have_no_shared_slopes_and_need_none() -> None:
    class Plain:
        record_each = LocalFunction(lambda x: 3 * x**2).record_each

    assert evaluations(lambda: assert_gradient(Plain(), of=counted, at=X)) > 4 * X.size  # type: ignore[arg-type]


def test_functions_of_one_place_in_the_source_are_told_apart() -> None:
    shared: dict[Any, Any] = {}
    for power in (2, 3, 4):
        right = LocalFunction(lambda x, n=power: n * x ** (n - 1), shared)
        assert_gradient(right, of=lambda x, n=power: float(np.sum(x**n)), at=X)
        assert_gradient(right, of=powers(power), at=X)
        assert_gradient(right, of=Power(power), at=X)
    assert len(shared) == 6  # an object of a class of its own may hold anything, so its slopes are not kept


def powers(n: int) -> Callable[[Any], float]:
    return lambda x: float(np.sum(x**n))


class Power:
    def __init__(self, n: int) -> None:
        self.n = n

    def __call__(self, x: Any) -> float:
        return float(np.sum(x**self.n))


def test_neighbours_on_one_line_are_told_apart() -> None:
    shared: dict[Any, Any] = {}
    losses = [lambda x: float(np.sum(np.sin(x))), lambda x: float(np.sum(np.cos(x)))]
    for of, right in zip(losses, [np.cos, lambda x: -np.sin(x)], strict=True):
        assert_gradient(LocalFunction(right, shared), of=of, at=X)
    assert len(shared) == 2
