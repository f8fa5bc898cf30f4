"""Failing cases with the same cause: the first is shown in full, and each other one as one line below it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from ..messages import say
from ..model import FAILURES, Audience, GradedCase
from . import views


def folded(cases: Iterable[GradedCase], audience: Audience) -> list[tuple[GradedCase, list[str]]]:
    """Pair each case to show in full with a line for each other case that fails for the same reason.

    A visible case goes first, because its numbers are shown. Staff see every case in full.
    """
    groups: dict[Hashable, list[GradedCase]] = {}
    for case in cases:
        cause = _cause(case) if audience is Audience.STUDENT else None
        groups.setdefault(cause or case.case, []).append(case)
    ordered = (sorted(group, key=lambda case: not case.visible) for group in groups.values())
    return [(first, [_line(case) for case in others]) for first, *others in ordered]


def _cause(case: GradedCase) -> tuple[Hashable, ...] | None:
    """Return what is equal for cases with the same cause, or None if nothing says what the cause is."""
    if case.verdict not in FAILURES or not case.hint:
        return None
    if case.named or case.because:
        return case.task, case.hint
    return case.task, case.hint, case.verdict, case.mismatch.kind if case.mismatch else ""


def _line(case: GradedCase) -> str:
    """Return the title of a case and the points that it costs: "A mean over two columns (-2)"."""
    lost = views.signed(case.earned - case.points) if case.points > case.earned else ""
    details = ", ".join(filter(None, ["" if case.visible else say("label.hidden"), lost]))
    title = (case.title or case.case).rstrip(".")
    return f"{title} ({details})" if details else title
