"""Import torchvision with a torch that it was not compiled for; a pair that matches is imported as usual.

During its import torchvision registers its compiled operators with torch. Where they are missing (its default build
with a CPU-only torch) the registration fails, and so does the import: ``RuntimeError: operator torchvision::nms does
not exist``. Data sets and transforms need no compiled operator, so these registrations can be skipped.

The module also runs in the worker, so it imports only the standard library and torch.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any


def import_torchvision() -> ModuleType:
    """Return torchvision, with ``datasets`` and ``transforms`` imported.

    The plain import is tried first, and is enough for builds that match. For others, data sets and transforms work and
    the compiled operators (``torchvision.ops``) do not.

    Raises:
        ModuleNotFoundError: torchvision or torch is not installed.
        RuntimeError: the import fails for another reason than a missing ``torchvision::`` operator.
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
    # A failed import leaves its finished submodules, and the second import would skip them.
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
