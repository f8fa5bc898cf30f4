"""Runs one case on one submission, by pytest or directly, and turns what it raised into an outcome."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import math
import re
import time
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from _pytest.runner import runtestprotocol

from ..checks.assertions import CaseFailed, changed_only, is_explained
from ..checks.datasets import digits_of
from ..course.data_sets import DIGITS28
from ..errors import CaseError, CaseMisuse, DataError, SandboxError
from ..messages import say, translate
from ..model import Case, Measure, Mismatch, Outcome, Verdict
from ..student.case_run import CaseRun
from ..student.case_settings import CaseSettings, call_limit_of
from ..student.connection import Connection
from ..student.faults import StudentFault, StudentRaised
from ..student.handle import StudentCode
from ..student.log import CaseLog, Change
from ..student.replay import Live, ReplayMismatch, Replies, Transcript, replay
from ..student.source import ModuleSources
from ..values import as_array, is_array
from . import case_bounds, unusable
from .cache import OutcomeCache
from .call_patterns import hint_of_calls
from .collection import DATA, CaseItem
from .constants import Constants
from .evidence import Attempt, evidence


@dataclass(frozen=True, slots=True)
class Execution:
    """A case that was run: its outcome, its log, and the run itself.

    ``run`` is None if the outcome was known from the replies alone, or if the case was skipped.
    """

    outcome: Outcome
    log: CaseLog
    run: CaseRun | None = None


class Executor:
    """Runs the cases of a plan on submissions, one at a time.

    Attributes:
        plan: the cases in order, by id.
        seed: of the run; it may be changed between two cases.
        attempt: the current one, for the fixtures and the hooks of the plug-in.
        constants: what the cases share, restored after each.
        solution_s: the CPU time of the solution in each case, in seconds, as far as it is known.
    """

    def __init__(
        self,
        plan: Mapping[str, CaseItem],
        constants: Constants,
        *,
        reference: Any,
        seed: int,
        device: str,
        without: frozenset[str] = frozenset(),
        published: bool = False,
        data: str = "",
    ) -> None:
        self.plan = plan
        self.seed = seed
        self.device = device
        self.attempt: Attempt | None = None
        self.constants = constants
        self.solution_s: dict[str, float] = {}
        self._reference = reference
        self._published = published
        self._data = data
        self._without = without
        self._prepared: dict[str, MutableMapping[Any, Any]] = {}

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases in order."""
        return tuple(item.case for item in self.plan.values())

    def run(
        self,
        case: Case,
        connection: Connection,
        before: Mapping[str, Outcome],
        *,
        call_s: float | None = None,
        cache: OutcomeCache | None = None,
    ) -> Execution:
        """Run one case on one submission.

        A case whose worker was lost, perhaps through no fault of the submission, is run once more in a new worker; the
        outcome reports this to staff.

        Args:
            before: the outcomes of the cases that ran already.
            call_s: replaces the case's own limit of a single call, in seconds.
            cache: the known outcomes of this run; None: the case is run in any case.
        """
        if lacking := lacking_needs(case, before, self._without):
            return Execution(skipped(case, lacking, before), CaseLog())
        first = self._execute(case, connection, call_s, cache)
        fault = first.raised if isinstance(first, Attempt) else None
        if not isinstance(first, Attempt) or not isinstance(fault, StudentFault) or not connection.may_retry(fault):
            return self._finished(case, first)
        second = self._execute(case, connection, call_s, cache)
        if isinstance(second, Attempt):
            second.seconds += first.seconds
        done = self._finished(case, second)
        connection.has_leftover = fault.is_unasked and done.outcome.verdict is not Verdict.CRASHED
        # The submission broke the protocol in any case, so nobody has to look at it as at a worker that was lost.
        how = "Run again in a new worker." if fault.is_unasked else "Run twice."
        note = f"{how} The first time: {fault.verdict.value}, {fault.message}"
        return replace(done, outcome=replace(done.outcome, staff=f"{note}\n{done.outcome.staff}".strip()))

    def without_late_hint(self, case: Case, outcome: Outcome, before: Mapping[str, Outcome]) -> Outcome:
        """Return the outcome without the case's own hint if an earlier case of its task failed.

        That hint speaks of what the case adds to the earlier ones, and the mistake shows before it.
        """
        written = self.plan[case.id].hint
        if not written or outcome.hint != translate(written):
            return outcome
        earlier = (
            before[item.case.id]
            for item in self.plan.values()
            if item.case.task == case.task and item.case.id in before
        )
        failed = any(
            other.verdict not in (Verdict.PASSED, Verdict.SKIPPED) for other in earlier if other.case != case.id
        )
        return replace(outcome, hint="") if failed else outcome

    def current_run(self) -> CaseRun:
        """Return the run of the current attempt."""
        assert self.attempt is not None
        return self.attempt.run

    def fixture(self, name: str) -> Any:
        """Return the value of one of our fixtures for the current attempt."""
        assert self.attempt is not None
        if name == "student":
            return StudentCode(self.attempt.run)
        if name == "rng":
            return rng_of(self.seed, self.attempt.item.item.name)
        if name == "device":
            return self.device
        if name == DATA:
            return digits_of(self._data or DIGITS28)
        if name == "measure":
            return self._measure
        if self._reference is None or (self.attempt.item.case.visible and not self._published):
            raise CaseError("A visible case uses `reference`, which no student has. Write the wanted value into it.")
        return self._reference

    def _measure(self, name: str, value: Any, unit: str = "", *, smaller_is_better: bool = False) -> None:
        assert self.attempt is not None
        self.attempt.measure = measured(name, value, unit, smaller_is_better=smaller_is_better)

    # --- one attempt

    def _execute(
        self, case: Case, connection: Connection, call_s: float | None, cache: OutcomeCache | None
    ) -> Attempt | Execution:
        """Run one case, or return its outcome if that is known from the replies."""
        item = self.plan[case.id]
        settings = CaseSettings(
            case.id,
            call_s=call_s or item.call_s,
            in_place=item.in_place,
            may_change=item.may_change,
            solution_s=self.solution_s.get(case.id),
            prepared=self._prepared.setdefault(case.id, {}),
        )
        live = Live(connection, limit_s=call_limit_of(settings, connection))
        replies: Replies = live
        log = CaseLog()
        fault: StudentFault | None = None
        started, cpu_s = time.perf_counter(), time.process_time() + connection.cpu_s()
        if cache is not None and item.direct is not None:
            recording = cache.recording(self.seed, case.id)
            live.transcript = Transcript()
            try:
                replies, at_end = replay(recording, connection, live)
            except StudentFault as exc:
                fault, at_end = exc, False
            known = cache.find(self.seed, case.id, live.transcript.digest) if at_end else None
            log.imported, log.output = connection.take_imported(), connection.take_output()
            # A visible case that fails shows the output of one call, which is known only after it ran.
            if known is not None and (known.verdict is Verdict.PASSED or not (case.visible and log.output)):
                connection.track.returned(*live.transcript.functions)
                return Execution(replace(known, seconds=time.perf_counter() - started, output=log.all_output), log)
        self.attempt = attempt = Attempt(item, CaseRun(connection, settings, replies=replies, log=log), raised=fault)
        try:
            with case_bounds.bounded() if self.device == "cpu" else contextlib.nullcontext():
                self._call(attempt)
        except ReplayMismatch:
            recording.is_valid = False
            attempt.run.close()  # the worker was asked too much
            return self._execute(case, connection, call_s, cache)
        finally:
            self.constants.restore()
        attempt.seconds = time.perf_counter() - started
        attempt.run.finish()
        log.cpu_s = max(0.0, time.process_time() + connection.cpu_s() - cpu_s)  # less if a worker was lost
        return attempt

    def _call(self, attempt: Attempt) -> None:
        """Call the case and keep what it raises; do not call it if its submission could not be loaded."""
        if attempt.raised is not None:
            attempt.run.describe_import()
            return
        direct, item = attempt.item.direct, attempt.item.item
        try:
            if direct is not None:  # spares a third of a millisecond
                attempt.called = True
                direct.function(**direct.parameters, **{name: self.fixture(name) for name in direct.fixtures})
            else:
                # Fixtures of module and session stay alive from one submission to the next; they cannot depend on
                # `student`.
                item.session._setupstate.teardown_exact(item)
                runtestprotocol(item, log=False, nextitem=attempt.item.neighbour)
                attempt.item.forget_instance()
        except (ReplayMismatch, KeyboardInterrupt):
            raise
        except pytest.exit.Exception as exc:  # meant for a whole session of pytest, but this one grades a class
            attempt.raised = exc
        except BaseException as exc:
            if direct is None and not case_bounds.exceeded(exc):
                raise
            attempt.raised = exc

    # --- the outcome

    def _finished(self, case: Case, done: Attempt | Execution) -> Execution:
        if isinstance(done, Execution):
            return done
        return Execution(_judge(case, done), done.run.log, done.run)


def _judge(case: Case, attempt: Attempt) -> Outcome:
    """Turn what a case raised into its outcome."""
    log, raised = attempt.run.log, attempt.raised

    def outcome(verdict: Verdict, message: str = "", **more: Any) -> Outcome:
        more.setdefault("call", "" if verdict is Verdict.PASSED else log.current)
        more.setdefault("output", log.all_output)
        more |= {"seconds": attempt.seconds, "measure": attempt.measure}
        return Outcome(case.id, verdict, message=message, **more)

    if log.suite_errors:
        return outcome(Verdict.GRADER_ERROR, say("case.grader-error"), staff="\n".join(log.suite_errors))
    if raised is None and attempt.called:
        if log.change is None or attempt.item.in_place:
            return outcome(Verdict.PASSED, credit=1.0, staff="\n".join(log.words))
        return _with_changes(log.change, outcome)
    match raised:
        case None:
            return outcome(Verdict.GRADER_ERROR, say("case.grader-error"), staff="pytest never called the case.")
        case StudentFault() | StudentRaised():
            message, staff = _told(case, raised, attempt.run.source)
            return outcome(raised.verdict, message, staff=staff, **evidence(case, attempt))
        case CaseFailed():
            hint = attempt.item.hint if is_explained(raised.mismatch) else ""
            return outcome(
                Verdict.FAILED,
                raised.message,
                mismatch=raised.mismatch,
                credit=raised.credit,
                hint=raised.hint or hint_of_calls(log, attempt.run.source.parameters, raised) or hint,
                staff=raised.staff,
                **evidence(case, attempt),
            )
        case pytest.fail.Exception():
            return outcome(Verdict.FAILED, mismatch=not_raised(str(raised)), **evidence(case, attempt))
        case AssertionError():
            text = str(raised).strip() if case.visible else ""
            hint = hint_of_calls(log, attempt.run.source.parameters) or attempt.item.hint
            return outcome(
                Verdict.FAILED, text or say("case.assertion"), hint=hint, staff=str(raised), **evidence(case, attempt)
            )
        case pytest.skip.Exception():
            return outcome(Verdict.SKIPPED, str(raised) if case.visible else "", staff=str(raised))
        case SandboxError() | DataError() | CaseMisuse():
            return outcome(Verdict.GRADER_ERROR, say("case.grader-error"), staff=str(raised))
        case _ if case_bounds.exceeded(raised):
            staff = case_bounds.note(raised)
            return outcome(Verdict.CRASHED, say("case.too-large"), staff=staff, **evidence(case, attempt))
        case _:
            # The case passes on the solution, so what broke it, a CaseError too, is what this submission returned.
            trace = "".join(traceback.format_exception(raised))
            message, hint = unusable.explain(case, log, raised)
            return outcome(Verdict.FAILED, message, hint=hint, staff=trace, **evidence(case, attempt))


def _told(case: Case, raised: StudentFault | StudentRaised, source: ModuleSources) -> tuple[str, str]:
    """Return what a student and what staff read of a failure. A hidden case has one sentence for each verdict."""
    if case.visible or raised.harmless:
        return raised.message, raised.staff
    staff = f"{raised.message}\n{raised.staff}".rstrip()
    if raised.verdict is Verdict.NOT_ATTEMPTED and source.is_stub(case.task):
        return say("student.not-attempted", name=case.task), staff
    return raised.hidden or say(f"hidden.{raised.verdict.value}"), staff


def _with_changes(change: Change, outcome: Callable[..., Outcome]) -> Outcome:
    """Return the outcome of a case that would pass, had the submission not changed an argument in place."""
    failed = changed_only(change.changed)
    return outcome(
        Verdict.FAILED,
        failed.message,
        mismatch=failed.mismatch,
        credit=failed.credit,
        hint=failed.hint,
        call=change.describe(),
        staff='If the case allows it, write @task(…, may_change=("its name",)) or, for all arguments, in_place=True.',
    )


def _is_met(needed: Outcome) -> bool:
    """Return whether a case that another one needs has right results. A change in place costs points only there."""
    changed_only = needed.mismatch is not None and needed.mismatch.kind == "effect" and needed.credit > 0
    return needed.verdict is Verdict.PASSED or changed_only


def lacking_needs(case: Case, before: Mapping[str, Outcome], without: frozenset[str]) -> list[str]:
    """Return the cases that ``case`` needs and that are not met. Those in ``without`` are not part of the run."""
    return [name for name in case.needs if name not in without and not _is_met(before[name])]


def skipped(case: Case, lacking: list[str], before: Mapping[str, Outcome]) -> Outcome:
    """Return the outcome of a case whose needs did not pass; after a grader error it must not cost points either."""
    if any(before[name].verdict is Verdict.GRADER_ERROR for name in lacking):
        staff = f"It needs {', '.join(lacking)}, which broke."
        return Outcome(case.id, Verdict.GRADER_ERROR, message=say("case.grader-error"), staff=staff)
    return Outcome(case.id, Verdict.SKIPPED, message=say("case.skipped", needs=", ".join(lacking)))


def not_raised(text: str) -> Mismatch | None:
    """Read the wanted exceptions out of pytest's "DID NOT RAISE ValueError" or "DID NOT RAISE any of (A, B)"."""
    wanted = re.fullmatch(r"DID NOT RAISE (?:any of \((.*)\)|(.*))", text)
    if wanted is None:
        return Mismatch(kind="property", got=text, want="")
    # before pytest 9 they were written as <class 'ValueError'>
    names = re.findall(r"[\w.]+(?='>|,|$)", wanted[1] or wanted[2])
    either = functools.reduce(lambda one, other: say("case.either", one=one, other=other), names)
    return Mismatch(kind="exception", got=say("case.no-exception"), want=either)


def measured(name: str, value: Any, unit: str = "", *, smaller_is_better: bool = False) -> Measure | None:
    """Return what a case records with ``measure(name, value, unit)``, the texts in the current language.

    Return None if the value is not a finite number: a submission may have made it, and a measure never decides a
    verdict.

    Raises:
        CaseError: name or unit is not a text.
    """
    if not (isinstance(name, str) and name and isinstance(unit, str)):
        raise CaseError(f'measure({name!r}, …, {unit!r}): name and unit are texts; write measure("accuracy", value).')
    if is_array(value):
        value = as_array(value)
        value = value[()] if value.ndim == 0 else None
    if not isinstance(value, int | float | np.integer | np.floating):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    if not math.isfinite(number):
        return None
    return Measure(translate(name), number, translate(unit), bool(smaller_is_better))


def rng_of(seed: int, case: str) -> np.random.Generator:
    """Return the generator of one case in a run with this seed."""
    digest = hashlib.sha256(case.encode()).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:8], "little")])
