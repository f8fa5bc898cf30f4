"""The handle ``student``: a case calls a submission as if it were the student's module.

``student.sigmoid(z)`` sends ``z`` to the worker and returns the result as plain data that the trusted side owns.
Objects stay in the worker; the case holds a :class:`~autograder.student.objects.StudentObject`.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any, cast

import numpy as np

from .call import Caller
from .objects import Helper, RemoteFunction, StudentObject, build_in, send_function
from .recipes import Recipe


class StudentCode:
    """The student's module behind the wall: every public attribute is the student's."""

    __slots__ = ("_autograder_run",)
    _autograder_run: Caller

    def __init__(self, run: Caller) -> None:
        object.__setattr__(self, "_autograder_run", run)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        run = self._autograder_run
        if run.kind_of(name) == "data" and not run.source.asks_for_function(name):
            return run.get(None, name)
        run.check_callable(name)  # ``loss = loss(x)`` at the end of a module hides the function
        return RemoteFunction(run, None, name, name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a case cannot change the submission")

    def __repr__(self) -> str:
        return f"<the student's {self._autograder_run.source.file}>"


def build(student: StudentCode, recipe: Recipe) -> StudentObject:
    """Build ``recipe`` inside the submission's worker and return an object that refers to the result."""
    return build_in(student._autograder_run, recipe)


def inside(student: StudentCode, function: FunctionType) -> RemoteFunction:
    """Send a function of the case to the submission's worker, where it can handle the objects that stay there.

    Its source is sent, under the name ``function``. There it sees numpy as ``np`` and its arguments, and nothing else
    of the case's file. The student's code runs beside it and can read it. So it must not hold the wanted values, and
    they should depend on what the case draws: then it does not help to recognise the function. Use it to make many
    calls in one, and as an argument that the student's code calls with its own objects::

        def product(a, b):
            return (a * b).sum()

        student.gradcheck(inside(student, product), [a, b])

    Raises:
        CaseError: the function uses a variable of a function around it, or is not a ``def``.
    """
    return send_function(student._autograder_run, function)


def with_cache(forward: RemoteFunction, backward: RemoteFunction) -> RemoteFunction:
    """Combine ``forward``, which returns (output, cache), and ``backward(dout, cache)`` into one gradient function.

    It takes dout and the arguments of ``forward``. In the worker it calls ``forward`` with these arguments, ``forward``
    with other data, and ``backward`` with the first cache, so that a cache in a global variable is found out. Give it
    to ``assert_gradient``::

        assert_gradient(
            with_cache(student.affine_forward, student.affine_backward),
            of=lambda x, w: reference.affine_forward(x, w)[0], at=(x, w), wrt=(0, 1), dout=dout,
        )
    """
    names = ("", "", "dout", *forward._run.source.parameters.get(forward.__name__, ()))
    helper = send_function(forward._run, cast(FunctionType, _through_the_cache))
    return Helper(forward._run, helper.function, names, (forward, backward))


def _through_the_cache(forward, backward, dout, *arguments):  # type: ignore[no-untyped-def]
    result = forward(*arguments)
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise ValueError(f"{forward.__name__} must return a pair, (output, cache)")
    forward(*[each[::-1].copy() if isinstance(each, np.ndarray) and each.ndim else each for each in arguments])
    return backward(dout, result[1])


def fresh(student: StudentCode) -> StudentCode:
    """Return the same submission in a new worker, which knows nothing of this one; it ends with the case.

    Objects of one worker cannot be sent to another, plain data can: train in ``student``, read ``state_dict()``, and
    predict in ``fresh(student)``. All workers of a submission share its time limits.
    """
    return StudentCode(student._autograder_run.open_sibling())


def cpu_seconds(student: StudentCode) -> float:
    """Return the CPU seconds that the submission's worker has used, as the kernel counts them."""
    return student._autograder_run.cpu_s()
