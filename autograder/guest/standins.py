"""Stand-ins for packages that a worker does not have, so that an import costs only the code that uses the package.

A :class:`Silent` object does nothing, whatever is done with it. It replaces packages that draw, show progress or talk
to a notebook; no task asks for their results. An :class:`Absent` object raises ModuleNotFoundError when it is used. It
replaces every other package while a submission is loaded. Later imports fail as usual: otherwise a name that the
submission makes from hidden inputs could become an object.

The trusted side imports this module for :func:`silent_package` alone.
"""

from __future__ import annotations

import ast
import dis
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from types import FrameType, FunctionType, ModuleType
from typing import Any, Protocol

import numpy as np

SILENT = frozenset(
    {
        "matplotlib", "mpl_toolkits", "pylab", "seaborn", "plotly", "bokeh", "altair", "graphviz", "torchviz",
        "torchview", "hiddenlayer", "visdom", "livelossplot", "tqdm", "fastprogress", "alive_progress", "progressbar",
        "rich", "torchinfo", "torchsummary", "wandb", "mlflow", "tensorboardX", "tensorboard",
        "torch.utils.tensorboard", "IPython", "ipywidgets", "google.colab",
    }
)  # fmt: skip
"""Packages whose calls do nothing: drawings, progress bars, logs, notebooks."""

_EXPECTED_TO_FAIL = frozenset({"google", "google.colab", "rich"})
"""Imports that code tries in order to find out where it runs. In a ``try`` that handles ImportError they fail."""

ROOT = "<submission>"
"""The package that all modules of a submission belong to. Code cannot import it by this name."""

MAX_AXES = 10_000  # of one figure


def silent_package(name: str) -> str:
    """Return the package of a module if its calls do nothing, or ""."""
    parts = name.split(".")
    return next((package for size in (1, 2, 3) if (package := ".".join(parts[:size])) in SILENT), "")


class Silent:
    """A module or object of a package whose calls do nothing.

    Its attributes, items and results are silent, too. It is false, empty and zero. Assigned to several names
    (``n, bins, patches = plt.hist(x)``) it gives each of them a silent object; any other iteration ends at once.
    """

    _name = ""

    def __init__(self, name: str = "") -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        if _is_special(attribute):
            raise AttributeError(attribute)
        return Silent(f"{self._name}.{attribute}")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        last = self._name.rpartition(".")[2]
        if last in _PASSED_ON:
            return _Progress(_PASSED_ON[last](*args, **kwargs))
        if last == "subplots":
            axes = _axes(*args, **kwargs)
            return (Silent(), axes) if self._name.startswith(("matplotlib.", "pylab.")) else axes
        if len(args) == 1 and not kwargs and isinstance(args[0], FunctionType | type):
            return args[0]  # it decorates a function or a class
        return Silent()

    def __iter__(self) -> Iterator[Any]:
        return iter([Silent() for _ in range(_names_to_unpack(sys._getframe(1)))])

    def __next__(self) -> Any:
        raise StopIteration

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __getitem__(self, key: Any) -> Any:
        return Silent()

    def __setitem__(self, key: Any, value: Any) -> None:
        return None

    def __delitem__(self, key: Any) -> None:
        return None

    def __contains__(self, item: Any) -> bool:
        return False

    def __bool__(self) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    def __int__(self) -> int:
        return 0

    __index__ = __int__

    def __float__(self) -> float:
        return 0.0

    def __format__(self, spec: str) -> str:
        return ""

    def __repr__(self) -> str:
        return f"<a call of {self._name.strip('.')} that did nothing>"

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __subclasscheck__(self, subclass: Any) -> bool:
        return False

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[type, ...]:
        return (_SilentBase,)


class _SilentBase:
    """The base of a class that the submission derives from a class of a silent package."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def __getattr__(self, attribute: str) -> Any:
        if _is_special(attribute):
            raise AttributeError(attribute)
        return Silent(attribute)


class _Progress(Silent):
    """What a progress bar returns: the items that it received, and silent methods."""

    def __init__(self, items: Any) -> None:
        super().__init__("progress")
        self._items = items

    def __iter__(self) -> Iterator[Any]:
        return iter(() if self._items is None else self._items)

    def __bool__(self) -> bool:
        return True

    def __len__(self) -> int:
        return 0 if self._items is None else len(self._items)


class Absent:
    """A module or object of a package that is not available. Naming its parts is harmless; using one raises.

    ``missing`` is the module that Python would have named.
    """

    _missing = ""

    def __init__(self, missing: str) -> None:
        self._missing = missing

    def __getattr__(self, attribute: str) -> Any:
        if _is_special(attribute):
            raise AttributeError(attribute)
        return Absent(self._missing)

    def __getitem__(self, key: Any) -> Any:  # in an annotation
        return Absent(self._missing)

    def __or__(self, other: Any) -> Any:
        return Absent(self._missing)

    __ror__ = __or__

    def __instancecheck__(self, instance: Any) -> bool:
        return False

    def __repr__(self) -> str:
        return f"<{self._missing} is not available>"

    def _use(self, *args: Any, **kwargs: Any) -> Any:
        raise ModuleNotFoundError(f"No module named {self._missing!r}", name=self._missing)


def _is_special(attribute: str) -> bool:
    # inspect, copy and others ask every module and object for these
    return attribute.startswith("__") and attribute.endswith("__")


def _answer(result: Callable[[], Any]) -> Callable[..., Any]:
    return lambda self, *args: result()


_COMPARISONS = ("lt", "le", "gt", "ge")
_ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "xor")
_UNARY = ("neg", "pos", "abs", "invert", "round")

for _operator in (*_ARITHMETIC, "or"):
    for _side in ("", "r"):
        setattr(Silent, f"__{_side}{_operator}__", _answer(Silent))
        if _operator != "or":
            setattr(Absent, f"__{_side}{_operator}__", Absent._use)
for _operator in _UNARY:
    setattr(Silent, f"__{_operator}__", _answer(Silent))
    setattr(Absent, f"__{_operator}__", Absent._use)
for _operator in _COMPARISONS:
    setattr(Silent, f"__{_operator}__", _answer(bool))
    setattr(Absent, f"__{_operator}__", Absent._use)
for _operator in ("call", "iter", "next", "len", "bool", "int", "float", "index", "enter", "exit", "setitem",
                  "delitem", "contains", "mro_entries"):  # fmt: skip
    setattr(Absent, f"__{_operator}__", Absent._use)


# --- results that have a form


def _items_of(iterable: Any = None, *args: Any, **kwargs: Any) -> Any:
    return iterable


_PASSED_ON: Mapping[str, Callable[..., Any]] = {
    "tqdm": _items_of, "tqdm_notebook": _items_of, "tqdm_gui": _items_of, "progress_bar": _items_of,
    "master_bar": _items_of, "track": _items_of, "alive_it": _items_of,
    "trange": lambda *args, **_: range(*args), "tnrange": lambda *args, **_: range(*args),
    "tenumerate": lambda items, start=0, **_: enumerate(items, start),
    "tzip": lambda *args, **_: zip(*args, strict=False),
}  # fmt: skip
"""Progress bars, and what a loop over one gets."""


def _axes(rows: Any = 1, columns: Any = 1, *args: Any, squeeze: Any = True, **kwargs: Any) -> Any:
    """Return the axes of ``subplots``: an array of silent objects, or one of them."""
    rows, columns = int(kwargs.get("nrows", rows)), int(kwargs.get("ncols", columns))
    if not 0 < rows * columns <= MAX_AXES:
        return Silent()
    axes = np.empty(rows * columns, dtype=object)
    for index in range(axes.size):
        axes[index] = Silent()
    grid = axes.reshape(rows, columns)
    if not squeeze:
        return grid
    return axes[0] if axes.size == 1 else grid.squeeze()


_UNPACK, _UNPACK_STARRED, _EXTENDED = (dis.opmap[name] for name in ("UNPACK_SEQUENCE", "UNPACK_EX", "EXTENDED_ARG"))


def _names_to_unpack(frame: FrameType) -> int:
    """Return the number of names that ``frame`` is unpacking a value into; 0 if it is doing something else."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if code[at] == _UNPACK:
        return code[at + 1]
    if code[at] == _UNPACK_STARRED:  # the names after the starred one are counted in the prefix
        return code[at + 1] + (code[at - 1] if at >= 2 and code[at - 2] == _EXTENDED else 0)
    return 0


# --- imports


class Submission(Protocol):
    """What :class:`StandInFinder` needs to know about the submission."""

    @property
    def is_loading(self) -> bool: ...

    def has_file(self, file: str) -> bool: ...

    def handles_import_error(self, file: str, line: int) -> bool: ...

    def imported_stand_in(self, file: str, line: int) -> None: ...


class StandInFinder:
    """Gives the submission's own imports a stand-in if no other finder knows the module. It comes first in
    ``sys.meta_path``, because a later finder can raise for a package that is closed.

    A silent package is replaced even where it is installed, unless ``packages`` contains it: on a student's machine a
    window would wait to be closed.
    """

    def __init__(self, submission: Submission, packages: Collection[str] | None = None) -> None:
        self._submission = submission
        self._packages = packages

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        place = self._importing_line()
        if place is None:
            return None
        found = None if self._is_replaced(fullname) else self._elsewhere(fullname, path, target)
        if found is not None or not self._may_stand_in(fullname, *place):
            return found
        if self._submission.is_loading:
            self._submission.imported_stand_in(*place)
        loader: Any = self
        return importlib.util.spec_from_loader(fullname, loader, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> Any:
        if silent_package(spec.name):
            return Silent(spec.name)
        parent = sys.modules.get(spec.name.rpartition(".")[0])
        return Absent(parent._missing if isinstance(parent, Absent) else spec.name.removeprefix(f"{ROOT}."))

    def exec_module(self, module: Any) -> None:
        """A stand-in has no code."""

    def _is_replaced(self, fullname: str) -> bool:
        package = silent_package(fullname)
        return bool(package) and self._packages is not None and package not in self._packages

    def _may_stand_in(self, fullname: str, file: str, line: int) -> bool:
        if silent_package(fullname) and fullname not in _EXPECTED_TO_FAIL:
            return True
        return self._submission.is_loading and not self._submission.handles_import_error(file, line)

    def _elsewhere(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> importlib.machinery.ModuleSpec | None:
        for finder in sys.meta_path:
            if isinstance(finder, StandInFinder):
                continue
            try:
                found = finder.find_spec(fullname, path, target)
            except ModuleNotFoundError:
                return None
            if found is not None:
                return found
        return None

    def _importing_line(self) -> tuple[str, int] | None:
        """Return file and line of the submission's import; None if other code imports, or only looks for a module."""
        frame: FrameType | None = sys._getframe(2)
        while frame is not None:
            name = frame.f_globals.get("__name__")
            if name == "importlib.util":
                return None
            if name not in ("importlib", "importlib._bootstrap", "importlib._bootstrap_external"):
                file = frame.f_code.co_filename
                return (file, frame.f_lineno) if self._submission.has_file(file) else None
            frame = frame.f_back
        return None


_CAUGHT = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


def lines_that_may_fail(source: str) -> set[int]:
    """Return the lines of ``source`` where an ImportError is handled; there an import must fail as in Python."""
    lines: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Try):
            is_handled = any(_catches(handler.type) for handler in node.handlers)
        elif isinstance(node, ast.With):
            is_handled = any(_suppresses(item.context_expr) for item in node.items)
        else:
            continue
        for statement in node.body if is_handled else ():
            lines.update(range(statement.lineno, (statement.end_lineno or statement.lineno) + 1))
    return lines


def _catches(type: ast.expr | None) -> bool:
    names = type.elts if isinstance(type, ast.Tuple) else [type]
    return any(name is None or (isinstance(name, ast.Name) and name.id in _CAUGHT) for name in names)


def _suppresses(context: ast.expr) -> bool:
    if not isinstance(context, ast.Call):
        return False
    name = getattr(context.func, "id", getattr(context.func, "attr", ""))
    return name == "suppress" and any(_catches(argument) for argument in context.args)
