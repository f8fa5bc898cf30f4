"""The handle through which a case calls a submission as if it were the student's module.

``student.sigmoid(z)`` sends ``z`` to the worker and returns what comes back, as plain data that the trusted side owns.
Objects stay in the worker; the case holds a :class:`StudentObject`. What travels and when is for ``connection.py``.
"""

from __future__ import annotations

import functools
import inspect
import math
import operator
import textwrap
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from types import CodeType, FunctionType
from typing import Any, Protocol

import numpy as np

from ..errors import CaseError
from ..guest import wire
from ..messages import say
from ..workers.worker import CPU_STEP_S
from . import recipes
from .faults import StudentFault
from .recipes import Recipe
from .source import ModuleSources

BATCH_BYTES = 1 << 22  # of arguments in one frame; a longer list of calls travels in several
LOG_BYTES = 1 << 26  # of results that the log of a case keeps


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One finished call. ``args`` are the caller's own objects, after in-place changes were written back to them.

    ``changed`` names the arguments that the student's code changed in place, ``aliases`` those whose memory the
    result shares: "0" is the first argument, "0['W']" an array inside it, "lr" a keyword.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any
    changed: tuple[str, ...]
    aliases: tuple[str, ...]
    seconds: float


@dataclass(slots=True)
class CaseLog:
    """What a case did with the submission: its calls and reads in order, the call in hand, and what was printed.

    The call in hand is put into words only when somebody asks: most cases pass, and words cost more than the call.
    """

    calls: list[RecordedCall] = field(default_factory=list)
    describe: Callable[[], str] = str
    output: str = ""
    _told: list[Callable[[], str]] = field(default_factory=list)  # each of ``calls``, in words
    _bytes: int = 0

    @property
    def current(self) -> str:
        """The call in hand, or the last one: ``bce(p, y)  p: float64 (7, 1), y = [0, 1]``."""
        return self.describe()

    def call_of(self, got: Any, item: int | None = None) -> str:
        """The call, in words, that returned ``got`` or its item number ``item``; the one in hand where nobody can tell.

        A case often collects what several calls returned and looks at it afterwards, when the last of them is in hand.
        """
        results = [call.result for call in self.calls]
        found: list[int] = []
        if item is not None:  # a list of what calls in a row returned
            rows = range(len(results) - len(got) + 1)
            found = [i + item for i in rows if all(map(operator.is_, results[i : i + len(got)], got))]
        for value in (got, None if item is None else got[item]):
            found = found or [i for i, result in enumerate(results) if _returned(value, result)]
        return self._told[found[0]]() if len(found) == 1 else self.current

    def add(self, call: RecordedCall, in_words: Callable[[str, tuple[Any, ...], dict[str, Any]], str]) -> None:
        """Keep a finished call, as long as there is room. Objects of the submission are kept by their type only.

        ``in_words(function, args, kwargs)`` describes it, should somebody ask. Where an argument was changed in place,
        the call in hand was described before that.
        """
        self._bytes += _size(call.result)
        if self._bytes <= LOG_BYTES:
            args, kwargs, result = (_without_objects(part) for part in (call.args, call.kwargs, call.result))
            if args is not call.args or kwargs is not call.kwargs or result is not call.result:
                call = replace(call, args=args, kwargs=kwargs, result=result)
            self.calls.append(call)
            later = functools.partial(in_words, call.function, call.args, call.kwargs)
            self._told.append(self.describe if call.changed else later)


def _returned(value: Any, result: Any) -> bool:
    """Whether ``value`` is what a call returned, or one of several things: the very object, not one that is equal."""
    if value is None or isinstance(value, bool | int | str):  # there is only one True and one 3, whoever returned it
        return False
    parts = result.values() if isinstance(result, dict) else result if isinstance(result, list | tuple) else ()
    return value is result or any(part is value for part in parts)


@dataclass(frozen=True, slots=True)
class Request:
    """One call to be made."""

    label: str
    owner: StudentObject | None
    attribute: str | None
    recipe: str | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    keep: bool = False

    def encode(self, encoder: wire.Encoder) -> dict[str, Any]:
        """Return the call as it stands in a frame; Unsendable for an argument that cannot travel."""
        return {
            "h": None if self.owner is None else ref_of(self.owner).connection.handle_of(self.owner),
            "r": self.recipe,
            "f": self.attribute,
            "a": [_tree(encoder, arg) for arg in self.args],
            "k": [[name, _tree(encoder, arg)] for name, arg in self.kwargs.items()],
            "keep": self.keep,
        }

    def size(self) -> int:
        return sum(_size(arg) for arg in (*self.args, *self.kwargs.values()))

    def paths(self, mutable: list[Any]) -> list[str]:
        """Name every mutable node, in the order in which it was encoded."""
        names: dict[int, str] = {}
        for i, arg in enumerate(self.args):
            _name_nodes(arg, str(i), names)
        for key, arg in self.kwargs.items():
            _name_nodes(arg, key, names)
        return [names.get(id(node), "?") for node in mutable]


def _tree(encoder: wire.Encoder, value: Any) -> wire.Tree:
    if isinstance(value, Recipe):
        return {"r": [value.name, [_tree(encoder, argument) for argument in value.arguments]]}
    return encoder.tree(value)


def _name_nodes(value: Any, path: str, names: dict[int, str]) -> None:
    names.setdefault(id(value), path)
    if isinstance(value, dict):
        for key, item in value.items():
            _name_nodes(item, f"{path}[{key!r}]", names)
    elif isinstance(value, (list, tuple)):
        for i, item in enumerate(value):
            _name_nodes(item, f"{path}[{i}]", names)
    elif isinstance(value, Recipe):
        for item in value.arguments:
            _name_nodes(item, path, names)


def _size(value: Any) -> int:
    if type(value) is np.ndarray:  # most values are one
        return value.nbytes
    if isinstance(value, dict):
        return sum(_size(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return 8 * len(value) if _numbers(value) else sum(_size(item) for item in value)
    if isinstance(value, Recipe):
        return sum(_size(item) for item in value.arguments)
    # An object of the submission is not asked: that would be a call.
    return 0 if isinstance(value, StudentObject) else int(getattr(value, "nbytes", 0))


def batches(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """Cut a list of calls into frames of at most 100 calls and BATCH_BYTES of arrays each."""
    batch: list[Request] = []
    size = 0
    for request in requests:
        if batch and (size + request.size() > BATCH_BYTES or len(batch) >= 100):
            yield batch
            batch, size = [], 0
        batch.append(request)
        size += request.size()
    if batch:
        yield batch


def write_back(old: Any, new: Any) -> bool:
    """Put the changed content of an argument into the caller's own object, as a local call would have done.

    An array or tensor that was given another shape or dtype stays as it was: the call names it as changed all the same.
    """
    if isinstance(old, np.ndarray):
        if not isinstance(new, np.ndarray):
            return False
        if old.flags.writeable and new.shape == old.shape and new.dtype == old.dtype.newbyteorder("<"):
            old[...] = new
        return True
    if isinstance(old, dict):
        if not isinstance(new, dict):
            return False
        old.clear()
        old.update(new)
        return True
    if isinstance(old, list):
        if not isinstance(new, list):
            return False
        old[:] = new
        return True
    import torch

    if not isinstance(new, torch.Tensor):
        return False
    if new.shape == old.shape and new.dtype == old.dtype:
        with torch.no_grad():
            old.copy_(new)
    return True


def _as_array(value: Any) -> np.ndarray:
    """An array with the entries of an array or tensor, to be shown."""
    if isinstance(value, np.ndarray):
        return value
    plain = value.detach().cpu().resolve_conj().resolve_neg()
    return np.asarray(plain.float() if str(plain.dtype) == "torch.bfloat16" else plain)


def in_words(label: str, args: tuple[Any, ...], kwargs: dict[str, Any], names: Sequence[str]) -> str:
    """Return a call in short: ``bce(p, y)  p: float64 (7, 1), y = [0, 1]``; ``names`` are those of the parameters."""
    shown, details = [], []
    for i, arg in enumerate(args):
        name = names[i] if i < len(names) else ""
        short, detail = _short(arg, name)
        shown.append(short)
        details += [detail] if detail else []
    for name, arg in kwargs.items():
        short, detail = _short(arg, name)
        shown.append(f"{name}={short}" if short != name else name)
        details += [detail] if detail else []
    return f"{label}({', '.join(shown)})" + ("  " + ", ".join(details) if details else "")


def _short(value: Any, name: str) -> tuple[str, str]:
    """Return how an argument stands in the call, and what is said of it behind the call."""
    if isinstance(value, np.ndarray) or type(value).__module__ == "torch":
        kind = str(value.dtype).removeprefix("torch.")
        shape = tuple(int(n) for n in value.shape)
        if math.prod(shape) <= 6 and value.ndim <= 2:
            values = np.array2string(_as_array(value), separator=", ")
            return name or "…", f"{name or 'array'} = {' '.join(values.split())}"
        return name or "…", f"{name or 'array'}: {kind} {shape}"
    if isinstance(value, RemoteFunction):
        return name or value.__name__, ""
    if isinstance(value, (StudentObject, Recipe)):
        return name or "…", ""
    if callable(value):
        return name or "function", ""
    text = repr(value)
    if len(text) > 40:
        many = f" of {len(value)}" if hasattr(value, "__len__") else ""
        return name or "…", f"{name or 'argument'}: {type(value).__name__}{many}"
    return text, ""


class Caller(Protocol):
    """What makes the calls: a ``connection.Connection``, which knows the things below and is not known to them."""

    source: ModuleSources

    @property
    def prepared(self) -> MutableMapping[Any, Any]: ...

    def call(self, requests: Sequence[Request]) -> Iterator[RecordedCall]: ...

    def get(self, owner: StudentObject | None, name: str) -> Any: ...

    def kind_of(self, name: str) -> str: ...

    def not_callable(self, name: str) -> StudentFault: ...

    def handle_of(self, thing: StudentObject) -> int: ...

    def open_sibling(self) -> Caller: ...

    def cpu_s(self) -> float: ...

    def main_thread_s(self) -> float: ...


class RemoteFunction:
    """A function, class or method of the submission. Calling it calls the student's code in the worker."""

    def __init__(self, connection: Caller, owner: StudentObject | None, attribute: str | None, label: str) -> None:
        self.owner = owner
        self.attribute = attribute
        self._connection = connection
        self.__name__ = label

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.record(*args, **kwargs).result

    def record(self, *args: Any, **kwargs: Any) -> RecordedCall:
        """Call, and return the :class:`RecordedCall`: result, arguments changed in place, shared memory, seconds."""
        return next(self._make([self._request(args, kwargs)]))

    def each(self, arguments: Iterable[tuple[Any, ...]]) -> Iterator[Any]:
        """Yield the results of one call for each tuple of arguments; all of them travel in one frame."""
        for call in self.record_each(arguments):
            yield call.result

    def record_each(self, arguments: Iterable[tuple[Any, ...]]) -> Iterator[RecordedCall]:
        """Like :meth:`each`, yielding whole :class:`RecordedCall` values."""
        return self._make([self._request(args, {}) for args in arguments])

    def keep(self, *args: Any, **kwargs: Any) -> StudentObject:
        """Call, and leave the result in the worker, even if it is plain data; return a handle to it."""
        made: StudentObject = next(self._make([self._request(args, kwargs, keep=True)])).result
        return made

    def watched(self, names: Sequence[str], /, *args: Any, **kwargs: Any) -> tuple[Any, list[str]]:
        """Call, and return the result and which of ``names`` were called meanwhile (``recipes.watch_calls``)."""
        self._check()
        watch = _build(self._connection, recipes.watch_calls(self, names))
        result = RemoteFunction(self._connection, watch, None, self.__name__)(*args, **kwargs)
        called = watch.called()
        return result, [name for name in names if name in called]

    def raced(
        self, rival: FunctionType, over: Sequence[tuple[Any, ...]], against: tuple[Any, ...]
    ) -> tuple[list[Any], float, float]:
        """Call with each of ``over``, then call ``rival`` in the same worker with the arguments ``against``.

        Return the results, and the CPU seconds of the fastest call of each, as the kernel counts them. The first call
        is out of competition: it may import something, or fetch memory. Each call travels alone, so that none can
        begin before its turn; what other threads computed meanwhile is shared out among the calls.
        """
        connection = self._connection
        theirs = _inside(connection, rival)
        results = [self(*over[0])]
        before, seconds = connection.cpu_s(), []
        for args in over[1:]:
            started = connection.main_thread_s()
            results.append(self(*args))
            seconds.append(connection.main_thread_s() - started)
        elsewhere = max(0.0, connection.cpu_s() - before - sum(seconds) - CPU_STEP_S)
        started = connection.main_thread_s()
        theirs(*against)
        return results, min(seconds) + elsewhere / len(seconds), connection.main_thread_s() - started

    @property
    def prepared(self) -> MutableMapping[Any, Any]:
        """A place for what the case in hand computes once for all submissions of the run."""
        return self._connection.prepared

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, keep: bool = False) -> Request:
        return Request(self.__name__, self.owner, self.attribute, None, args, kwargs, keep)

    def _check(self) -> None:
        module_level = self.owner is None and self.attribute is not None
        if module_level and self._connection.kind_of(self.__name__) != "callable":
            raise self._connection.not_callable(self.__name__)

    def _make(self, requests: list[Request]) -> Iterator[RecordedCall]:
        self._check()
        return self._connection.call(requests)

    def __repr__(self) -> str:
        return f"<student's {self.__name__}>"


@dataclass(frozen=True, slots=True, eq=False)
class ObjectRef:
    """What a StudentObject stands for: valid only for the worker (generation) that issued it."""

    connection: Caller
    generation: int
    handle: int
    type_name: str
    methods: frozenset[str] = frozenset()


def _operation(name: str) -> Callable[..., Any]:
    """A special method that applies its operator to the real object, in the worker."""

    def operate(self: StudentObject, *operands: Any) -> Any:
        return _operate(self, name, *operands)

    return operate


def _operate(thing: StudentObject, name: str, *operands: Any, keep: bool = False) -> Any:
    ref = ref_of(thing)
    request = Request(f"{ref.type_name}.{name}", thing, None, name, operands, {}, keep)
    return next(ref.connection.call([request])).result


class StudentObject:
    """An object that stays in the worker. Attributes, calls and operators go there; it has no value of its own here."""

    __slots__ = ("__weakref__", "_autograder_ref")
    _autograder_ref: ObjectRef

    __add__, __radd__ = _operation("__add__"), _operation("__radd__")
    __sub__, __rsub__ = _operation("__sub__"), _operation("__rsub__")
    __mul__, __rmul__ = _operation("__mul__"), _operation("__rmul__")
    __truediv__, __rtruediv__ = _operation("__truediv__"), _operation("__rtruediv__")
    __floordiv__, __rfloordiv__ = _operation("__floordiv__"), _operation("__rfloordiv__")
    __mod__, __rmod__ = _operation("__mod__"), _operation("__rmod__")
    __pow__, __rpow__ = _operation("__pow__"), _operation("__rpow__")
    __matmul__, __rmatmul__ = _operation("__matmul__"), _operation("__rmatmul__")
    __neg__ = _operation("__neg__")
    __getitem__ = _operation("__getitem__")
    __len__ = _operation("__len__")
    __array_ufunc__ = None  # numpy leaves ``array + object`` to the object instead of to each of its entries

    def __iter__(self) -> Iterator[Any]:
        """Yield what the real object yields, one request each."""
        iterator = _operate(self, "__iter__", keep=True)
        while step := _operate(iterator, "__next__"):
            yield step[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        """One opaque entry, as any object: numpy must not read it as a sequence, entry by entry."""
        opaque = np.empty((), dtype=object)
        opaque[()] = self
        return opaque if dtype is None else opaque.astype(dtype)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        ref = ref_of(self)
        if name in ref.methods:
            return RemoteFunction(ref.connection, self, name, f"{ref.type_name}.{name}")
        value = ref.connection.get(self, name)
        if isinstance(value, StudentObject) and type_of(value) in ("method", "builtin_function_or_method"):
            return RemoteFunction(ref.connection, self, name, f"{ref.type_name}.{name}")
        return value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        ref = ref_of(self)
        return RemoteFunction(ref.connection, self, None, ref.type_name)(*args, **kwargs)

    def __bool__(self) -> bool:
        raise TypeError("an object of the submission has no truth value here; read plain data from it")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("attributes of an object of the submission cannot be set from here")

    def __repr__(self) -> str:
        return f"<the student's {ref_of(self).type_name} object>"

    def _autograder_in_words(self) -> str:
        return say("type.object", name=ref_of(self).type_name)  # where a comparison names what it got


def new_object(ref: ObjectRef) -> StudentObject:
    made = StudentObject()
    object.__setattr__(made, "_autograder_ref", ref)
    return made


def ref_of(thing: StudentObject) -> ObjectRef:
    ref: ObjectRef = object.__getattribute__(thing, "_autograder_ref")
    return ref


def type_of(thing: StudentObject) -> str:
    return ref_of(thing).type_name


def _numbers(value: Any) -> bool:
    """Whether a list or tuple holds plain numbers only: thousands of them are not looked at one by one."""
    return len(value) > 0 and type(value[0]) in (int, float) and set(map(type, value)) <= {int, float}


def _without_objects(value: Any) -> Any:
    """``value`` with every object of the submission replaced by one that stands for its type alone."""
    if type(value) is np.ndarray:
        return value
    if isinstance(value, StudentObject):
        return new_object(replace(ref_of(value), generation=0, handle=0))
    if type(value) in (list, tuple) and not _numbers(value):
        parts = [_without_objects(item) for item in value]
        return value if all(map(operator.is_, parts, value)) else type(value)(parts)
    if type(value) is dict:
        found = {key: _without_objects(item) for key, item in value.items()}
        return value if all(found[key] is item for key, item in value.items()) else found
    return value


class StudentCode:
    """The student's module behind the wall: every public attribute is the student's."""

    __slots__ = ("_autograder_connection",)
    _autograder_connection: Caller

    def __init__(self, connection: Caller) -> None:
        object.__setattr__(self, "_autograder_connection", connection)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        connection = self._autograder_connection
        if connection.kind_of(name) == "data":
            if connection.source.asks_for_function(
                name
            ):  # ``loss = loss(x)`` at the end of a module hides the function
                raise connection.not_callable(name)
            return connection.get(None, name)
        return RemoteFunction(connection, None, name, name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a case cannot change the submission")

    def __repr__(self) -> str:
        return f"<the student's {self._autograder_connection.source.file}>"


def build(student: StudentCode, recipe: Recipe) -> StudentObject:
    """Build ``recipe`` inside the submission's worker and return a handle to what it made."""
    return _build(student._autograder_connection, recipe)


def _build(connection: Caller, recipe: Recipe) -> StudentObject:
    request = Request(f"recipes.{recipe.name}", None, None, recipe.name, recipe.arguments, {}, keep=True)
    made: StudentObject = next(connection.call([request])).result
    return made


def inside(student: StudentCode, function: FunctionType) -> RemoteFunction:
    """Send a function of the case to the submission's worker, where it can handle the objects that stay there.

    It is sent as source and sees numpy as ``np`` and its arguments, nothing else of the case's file. The student's
    code runs beside it and can read it: it must not hold what is wanted. Use it to make many calls in one, and as an
    argument that the student's code calls with its own objects::

        def product(a, b):
            return (a * b).sum()

        student.gradcheck(inside(student, product), [a, b])

    Raises:
        CaseError: the function uses a variable of a function around it, or is no ``def``.
    """
    return _inside(student._autograder_connection, function)


def _inside(connection: Caller, function: FunctionType) -> RemoteFunction:
    source = _source_of(function.__code__)
    if function.__closure__ or not source.startswith("def "):
        raise CaseError(
            f"inside: {function.__qualname__} must be a plain def that uses nothing but np and its arguments."
        )
    made = _build(connection, recipes.function(source))
    return RemoteFunction(connection, made, None, function.__name__)


@functools.cache
def _source_of(code: CodeType) -> str:
    """The source of a function, read once for all submissions of a run."""
    return textwrap.dedent(inspect.getsource(code))


def fresh(student: StudentCode) -> StudentCode:
    """Return the same submission in a new worker, which has seen nothing of this one; it ends with the case.

    Objects of one worker cannot be sent to another, plain data can: train in ``student``, take ``state_dict()`` out,
    and predict in ``fresh(student)``. All workers of a submission share its limits of time.
    """
    return StudentCode(student._autograder_connection.open_sibling())


def cpu_seconds(student: StudentCode) -> float:
    """CPU seconds that the submission's worker used so far, as the kernel counts them."""
    return student._autograder_connection.cpu_s()
