"""What test code has set for a while in numpy and torch: ``np.errstate``, ``torch.no_grad``, the default dtype."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

_own: list[Any] = []  # what this process had before test code set anything


def set_modes(errors: dict[str, str], torch_modes: tuple[bool, Any] | None) -> None:
    """Take over the modes of the trusted side."""
    if not _own:
        _own.extend([np.geterr(), now_of_torch()])
    _set(errors, torch_modes)


def reset_modes() -> None:
    """Go back to what this process had."""
    if _own:
        _set(*_own)
        _own.clear()


def now_of_torch() -> tuple[bool, Any] | None:
    """Return whether autograd records, and the default dtype; None without torch."""
    torch: Any = sys.modules.get("torch")
    return (torch.is_grad_enabled(), torch.get_default_dtype()) if hasattr(torch, "get_default_dtype") else None


def _set(errors: Any, torch_modes: Any) -> None:
    np.seterr(**errors)
    torch: Any = sys.modules.get("torch")
    if torch_modes is not None and torch is not None:
        torch.set_grad_enabled(torch_modes[0])
        torch.set_default_dtype(torch_modes[1])
