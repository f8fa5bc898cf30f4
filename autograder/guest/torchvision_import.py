"""Import torchvision beside a torch that it was not compiled for, without touching a pair that matches.

torchvision describes its compiled operators to torch while it is being imported. Where those operators are absent
(its default build beside a CPU-only torch) the description fails, and with it the whole import: ``RuntimeError:
operator torchvision::nms does not exist``. Data sets and transforms need no compiled operator, so such descriptions
may be skipped.

Standard library and torch only: the module also runs inside the worker.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


def import_torchvision() -> ModuleType:
    """Return torchvision, with ``datasets`` and ``transforms`` imported.

    The plain import comes first: a matching build needs no help and gets none. Where builds do not match, data sets and
    transforms work and the compiled operators (``torchvision.ops``) do not.

    Raises:
        ModuleNotFoundError: torchvision or torch is not installed.
        RuntimeError: the import fails for a reason other than an absent ``torchvision::`` operator.
    """
    try:
        return _import()
    except RuntimeError:
        _forget()
    return _import_tolerantly()


def _import() -> ModuleType:
    torchvision = importlib.import_module("torchvision")
    importlib.import_module("torchvision.datasets")
    importlib.import_module("torchvision.transforms")
    return torchvision


def _forget() -> None:
    # A failed import leaves its finished submodules behind; with them the second import would skip half of its work.
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]


def _import_tolerantly() -> ModuleType:
    import torch.library

    original = torch.library.register_fake

    def tolerant(op: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(op, str) and op.startswith("torchvision::"):
            return lambda function: function
        return original(op, *args, **kwargs)

    torch.library.register_fake = tolerant
    try:
        return _import()
    except BaseException:
        _forget()
        raise
    finally:
        torch.library.register_fake = original
