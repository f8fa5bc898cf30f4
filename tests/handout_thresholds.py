"""The accuracies that a hand-out says the cases ask for, taken from the cases; see ``handout_figures.py``."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from unittest import mock

import numpy as np
from handout_figures import ROOT, Figures, of

import autograder
from autograder.checks.datasets import digits28


def called_by(slug: str, case: str, check: str, data: str = "digits28") -> tuple[mock.Mock, mock.Mock]:
    """Run a hidden case without a student up to its check, and return the check and the student: they know their calls.

    MNIST is digits28 under its name: a case chooses by the name of the set.
    """
    spec = importlib.util.spec_from_file_location(f"cases_{slug}", ROOT / "solutions" / slug / "test_hidden.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    with mock.patch.object(autograder, "task", lambda *_, **__: lambda case: case):  # the plug-in declares its mark
        spec.loader.exec_module(module)
    student = mock.Mock()
    fixtures = {"student": student, "rng": np.random.default_rng(0)}
    run = getattr(module, f"test_{case}")
    if "data" in run.__code__.co_varnames[: run.__code__.co_argcount]:
        fixtures |= {"device": "cpu", "data": replace(digits28(), name=data)}
    with mock.patch.object(module, check) as checked, mock.patch.object(module, "build", create=True):
        run(**fixtures)
        if check == "reach_accuracy":
            checked.call_args.args[0](1)  # the training, with a seed
    return checked, student


def bands(slug: str, case: str, *data: str) -> Iterator[float]:
    """Yield the accuracies that earn points, for each of these data sets."""
    for name in data:
        checked, _ = called_by(slug, case, "reach_accuracy", name)
        yield from (band.at for band in checked.call_args.kwargs["bands"])


@of("11-mnist-linear")
def _(_: ModuleType) -> Figures:
    slug, both = "11-mnist-linear", ("digits28", "mnist")
    yield from zip([".30", ".85", ".92"], bands(slug, "digits_are_recognised", "digits28"), strict=True)
    yield from zip([".30", ".85", ".915"], bands(slug, "digits_are_recognised", "mnist"), strict=True)
    yield from zip([".92", ".96"], bands(slug, "deep_network_recognises_digits", *both), strict=True)
    for case, data, rate in (
        ("digits_are_recognised", "digits28", ".1"),
        ("digits_are_recognised", "mnist", ".1"),
        ("deep_network_recognises_digits", "digits28", ".1"),
        ("deep_network_recognises_digits", "mnist", ".2"),
    ):
        _, student = called_by(slug, case, "reach_accuracy", data)
        yield rate, student.train.call_args.args[3]


@of("13-cnn")
def _(_: ModuleType) -> Figures:
    yield from zip([".30", ".85", ".95"], bands("13-cnn", "digits_are_recognised", "digits28"), strict=True)
    yield from zip([".30", ".85", ".97"], bands("13-cnn", "digits_are_recognised", "mnist"), strict=True)
    for data, rate in (("digits28", ".003"), ("mnist", ".001")):
        _, student = called_by("13-cnn", "digits_are_recognised", "reach_accuracy", data)
        yield rate, student.train.call_args.kwargs["lr"]


@of("14-capstone")
def _(_: ModuleType) -> Figures:
    checked, _ = called_by("14-capstone", "digits_that_you_have_not_seen", "label_permutation")
    yield ".93", checked.call_args.kwargs["at"]
