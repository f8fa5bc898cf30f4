"""What stays in the worker, as a case sees it: functions and objects of the submission, and their numbers."""

from __future__ import annotations

import inspect
import textwrap
import weakref
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from ..errors import CaseError
from ..guest import wire
from ..messages import say
from ..workers.worker import CPU_STEP_S
from . import recipes
from .call import HELPER, Caller, RecordedCall, Remote, Request
from .connection import Connection
from .recipes import Recipe
from .source import checked_text

LOST = "this object was lost together with its worker, or with an earlier case; build it again in the case"
SORTS = ("", "class", "module", "function", "object", "shared")
MAX_METHODS = 32  # names of methods that are kept of an object


@dataclass(frozen=True, slots=True, eq=False)
class ObjectRef:
    """What a StudentObject refers to. It is valid only for the case and the worker (generation) that issued it.

    ``origin`` are generation and number of an object in a log, which refers to nothing any more. ``kind`` is the number
    of its class and ``sort`` is "class", "module", "function" or "object", if the run asks for details.
    """

    run: Caller
    generation: int
    number: int
    type_name: str
    methods: frozenset[str] = frozenset()
    origin: tuple[int, int] | None = None
    kind: int = 0
    sort: str = ""


class RemoteFunction(Remote):
    """A function, class or method of the submission. Calling it calls the student's code in the worker."""

    def __init__(self, run: Caller, owner: StudentObject | None, attribute: str | None, label: str) -> None:
        self.owner = owner
        self.attribute = attribute
        self._run = run
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
        """Call, leave the result in the worker even if it is plain data, and return an object that refers to it."""
        kept: StudentObject = next(self._make([self._request(args, kwargs, keep=True)])).result
        return kept

    def watched(self, names: Sequence[str], /, *args: Any, **kwargs: Any) -> tuple[Any, list[str]]:
        """Call, and return the result and which of ``names`` were called meanwhile (``recipes.watch_calls``)."""
        self._check()
        watch = build_in(self._run, recipes.watch_calls(self, names))
        result = RemoteFunction(self._run, watch, None, self.__name__)(*args, **kwargs)
        called = watch.called()
        return result, [name for name in names if name in called]

    def raced(
        self, rival: FunctionType, over: Sequence[tuple[Any, ...]], against: tuple[Any, ...]
    ) -> tuple[list[Any], float, float]:
        """Call with each of ``over``, then call ``rival`` in the same worker with the arguments ``against``.

        Return the results, and the CPU seconds of the fastest call of each, as the kernel counts them. The first call
        does not count: it may import something, or fetch memory. Each call travels alone, so that none can begin
        before its turn. What other threads computed meanwhile is divided among the calls.
        """
        run = self._run
        rival_inside = send_function(run, rival)
        results = [self(*over[0])]
        before, seconds = run.cpu_s(), []
        for args in over[1:]:
            started = run.main_thread_s()
            results.append(self(*args))
            seconds.append(run.main_thread_s() - started)
        elsewhere = max(0.0, run.cpu_s() - before - sum(seconds) - CPU_STEP_S)
        started = run.main_thread_s()
        rival_inside(*against)
        return results, min(seconds) + elsewhere / len(seconds), run.main_thread_s() - started

    @property
    def prepared(self) -> MutableMapping[Any, Any]:
        """A place for what the current case computes once for all submissions of the run."""
        return self._run.prepared

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, keep: bool = False) -> Request:
        return Request(self.__name__, self.owner, self.attribute, None, args, kwargs, keep)

    def _check(self) -> None:
        if self.owner is None and self.attribute is not None:
            self._run.check_callable(self.__name__)

    def _make(self, requests: list[Request]) -> Iterator[RecordedCall]:
        self._check()
        return self._run.call(requests)

    def __repr__(self) -> str:
        return f"<student's {self.__name__}>"


class Helper(RemoteFunction):
    """A function that a case sent to the worker; its calls begin with the arguments ``first``."""

    def __init__(self, run: Caller, function: StudentObject, names: Sequence[str], first: tuple[Any, ...] = ()) -> None:
        super().__init__(run, function, None, HELPER)
        self.function = function
        self._names = tuple(names)
        self._first = first

    def _request(self, args: tuple[Any, ...], kwargs: dict[str, Any], *, keep: bool = False) -> Request:
        args = (*self._first, *args)
        # a function of the student is known by its own name
        names = ("" if isinstance(arg, Remote) else name for arg, name in zip(args, self._names, strict=False))
        return replace(super()._request(args, kwargs, keep=keep), names=tuple(names))


def _operation(name: str) -> Callable[..., Any]:
    """Return a special method that applies its operator to the real object, in the worker."""

    def operate(self: StudentObject, *operands: Any) -> Any:
        return _operate(self, name, *operands)

    return operate


def _operate(thing: StudentObject, name: str, *operands: Any, keep: bool = False) -> Any:
    ref = ref_of(thing)
    request = Request(f"{ref.type_name}.{name}", thing, None, name, operands, {}, keep)
    return next(ref.run.call([request])).result


class StudentObject(Remote):
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
            return RemoteFunction(ref.run, self, name, f"{ref.type_name}.{name}")
        value = ref.run.get(self, name)
        if isinstance(value, StudentObject) and type_of(value) in ("method", "builtin_function_or_method"):
            return RemoteFunction(ref.run, self, name, f"{ref.type_name}.{name}")
        return value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        ref = ref_of(self)
        return RemoteFunction(ref.run, self, None, ref.type_name)(*args, **kwargs)

    def __bool__(self) -> bool:
        raise TypeError("an object of the submission has no truth value here; read plain data from it")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("attributes of an object of the submission cannot be set from here")

    def __repr__(self) -> str:
        return f"<the student's {ref_of(self).type_name} object>"

    def _autograder_in_words(self) -> str:
        return say("type.object", name=ref_of(self).type_name)  # where a comparison names what it got


def _new_object(ref: ObjectRef) -> StudentObject:
    thing = StudentObject()
    object.__setattr__(thing, "_autograder_ref", ref)
    return thing


def ref_of(thing: StudentObject) -> ObjectRef:
    """Return what an object refers to, without a call."""
    ref: ObjectRef = object.__getattribute__(thing, "_autograder_ref")
    return ref


def type_of(thing: StudentObject) -> str:
    """Return the name of an object's class, without a call."""
    return ref_of(thing).type_name


def without_number(thing: StudentObject) -> StudentObject:
    """Return an object of the same type and origin that refers to nothing."""
    return _new_object(replace(ref_of(thing), generation=0, number=0, origin=origin_of(thing)))


def origin_of(thing: StudentObject) -> tuple[int, int]:
    """Return what tells an object from all others of the case, also after it has lost its number."""
    ref = ref_of(thing)
    return ref.origin or (ref.generation, ref.number)


class ObjectTable:
    """The objects of one submission that one case refers to, by their numbers in the worker.

    The worker keeps an object until the next frame reports it as dropped.
    """

    def __init__(self, run: Caller, connection: Connection) -> None:
        self._run = run
        self._connection = connection
        self._known: weakref.WeakValueDictionary[tuple[int, int], StudentObject] = weakref.WeakValueDictionary()
        self._dropped: list[tuple[int, int]] = []  # generation of the worker, number
        self._sending: list[StudentObject] = []  # made for the frame that is being encoded, so that they live as long

    def take_dropped(self) -> list[int]:
        """Return and forget the numbers that the current worker is to drop."""
        dropped, self._dropped = self._dropped, []
        return [number for generation, number in dropped if generation == self._connection.generation]

    def forget_sending(self) -> None:
        """End the encoding of a frame: what was made for it may be dropped, by the next frame."""
        self._sending.clear()

    def number_of(self, thing: StudentObject) -> int:
        """Return the number of an object in the worker; RuntimeError if it is not there (any more)."""
        ref = ref_of(thing)
        if ref.run is not self._run and not ref.run.finished:
            raise RuntimeError("this object lives in another worker; send what it holds as arrays or tensors")
        if ref.run is not self._run or ref.generation != self._connection.generation:
            raise RuntimeError(LOST)
        return ref.number

    def encode(self, value: Any) -> wire.Tree:
        """Encode an object or function of the submission among the arguments; None for anything else."""
        if isinstance(value, RemoteFunction):
            value = value.owner if value.attribute is None else self._run.get(value.owner, value.attribute)
            self._sending.append(value)
        return {"h": self.number_of(value)} if isinstance(value, StudentObject) else None

    def decode(self, content: Any) -> StudentObject:
        """Return the object that a reply names: [number, type name, names of methods]; with details, class and sort.

        Raises:
            wire.WireError, TypeError: the content is malformed.
        """
        if not isinstance(content, list) or len(content) not in (3, 5):
            raise wire.WireError("a value that only the trusted side may send")
        number, type_name, methods, *details = content
        kind, sort = details or (0, "")
        if type(kind) is not int or not 0 <= kind < 2**31 or sort not in SORTS:
            raise wire.WireError("an object of no class")
        if type(number) is not int or not 0 < number < 2**31 or not isinstance(type_name, str):
            raise wire.WireError("an object without a number")
        key = (self._connection.generation, number)
        known = self._known.get(key)
        if known is None:
            names = frozenset(checked_text(name, 80) for name in methods[:MAX_METHODS])
            known = _new_object(ObjectRef(self._run, *key, checked_text(type_name, 80), names, kind=kind, sort=sort))
            self._known[key] = known
            if key in self._dropped:  # forgotten a moment ago, not yet reported, and now it is back
                self._dropped.remove(key)
            # Weakly: the table reaches its case, and the log of the case reaches the object, which would live for ever.
            weakref.finalize(known, _forget, weakref.ref(self), key)
        return known

    def at(self, number: int, type_name: str, sort: str) -> StudentObject:
        """Return the object with a number that the current worker has issued, by way of another object."""
        return self.decode([number, type_name, [], 0, sort])

    def forget(self, key: tuple[int, int]) -> None:
        """Note that nobody refers to an object any more."""
        if key not in self._known:
            self._dropped.append(key)


def _forget(table: weakref.ref[ObjectTable], key: tuple[int, int]) -> None:
    if (found := table()) is not None:
        found.forget(key)


# --- recipes


def build_in(run: Caller, recipe: Recipe) -> StudentObject:
    """Build ``recipe`` inside the submission's worker and return an object that refers to the result."""
    request = Request(f"recipes.{recipe.name}", None, None, recipe.name, recipe.arguments, {}, keep=True)
    built: StudentObject = next(run.call([request])).result
    return built


def send_function(run: Caller, function: FunctionType) -> Helper:
    """Send the source of a function to the worker; see ``handle.inside``."""
    source = _source_of(function.__code__)
    if function.__closure__ or not source.startswith("def "):
        raise CaseError(
            f"inside: {function.__qualname__} must be a plain def that uses nothing but np and its arguments."
        )
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    return Helper(run, build_in(run, recipes.function(source)), names)


@cache
def _source_of(code: CodeType) -> str:
    """Return the source of a function under a neutral name, read once for all submissions of a run.

    The student's code may be called with the function, and its name often says what must come out.
    """
    source = textwrap.dedent(inspect.getsource(code))
    return source.replace(f"def {code.co_name}(", "def function(", 1)
