"""The global random generators of the trusted side, whose seeds test code sets for the student's code, too.

The worker gets their states; nothing comes back. So numbers that the student's code draws do not move the generators
of the test.
"""

from __future__ import annotations

import functools
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np

_seeded: Counter[str] = Counter()  # how often each generator was seeded: to the same seed again, too


def watch() -> None:
    """Count from now on how often test code seeds a generator; do nothing if they are counted already."""
    _count(random, "seed", "random")
    _count(np.random, "seed", "numpy")
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "manual_seed"):
        _count(torch, "manual_seed", "torch")
        _count(torch.random, "manual_seed", "torch")


def _count(module: ModuleType, name: str, generator: str) -> None:
    function: Callable[..., Any] = getattr(module, name)
    if hasattr(function, "_autograder_counted"):
        return

    @functools.wraps(function)
    def counted(*args: Any, **kwargs: Any) -> Any:
        _seeded[generator] += 1
        return function(*args, **kwargs)

    counted._autograder_counted = True  # type: ignore[attr-defined]
    setattr(module, name, counted)


class SentStates:
    """The states that the worker has got."""

    def __init__(self) -> None:
        watch()
        self._known = dict(self._now())

    def changed(self) -> Iterator[tuple[str, Any]]:
        """Yield name and state of each generator that test code has changed, as they can be sent, once."""
        for name, key in list(self._now()):
            if self._known.get(name) != key:
                self._known[name] = key
                yield name, _TREES[name]()

    def _now(self) -> Iterator[tuple[str, Any]]:
        state: Any = np.random.get_state()
        yield "numpy", (_seeded["numpy"], state[1].tobytes(), *state[2:])
        yield "random", (_seeded["random"], random.getstate())
        torch = sys.modules.get("torch")
        if torch is not None and hasattr(torch, "get_rng_state"):
            watch()  # the test may have imported it just now
            yield "torch", (_seeded["torch"], torch.get_rng_state().numpy().tobytes())


def _numpy_tree() -> list[Any]:
    state: Any = np.random.get_state()
    return [state[1], int(state[2]), int(state[3]), float(state[4])]


def _random_tree() -> list[Any]:
    version, words, gauss = random.getstate()
    return [version, np.array(words, dtype=np.int64), gauss]


_TREES: dict[str, Callable[[], Any]] = {
    "numpy": _numpy_tree,
    "random": _random_tree,
    "torch": lambda: sys.modules["torch"].get_rng_state(),
}


# --- generators that a test passes as an argument

Generator = np.random.Generator | np.random.RandomState | random.Random


def is_generator(value: Any) -> bool:
    """Return whether a value is a random generator whose state can be sent."""
    return type(value) in (np.random.Generator, np.random.RandomState, random.Random) or _is_of_torch(value)


def _is_of_torch(value: Any) -> bool:
    return type(value).__module__ in ("torch", "torch._C") and type(value).__name__ == "Generator"


def state_of(generator: Any) -> tuple[str, str]:
    """Return the kind of a generator and its state as JSON: its integers have more than 64 bits."""
    if _is_of_torch(generator):
        return "torch", json.dumps(generator.get_state().numpy().tobytes().hex())
    if isinstance(generator, random.Random):
        return "Random", json.dumps(generator.getstate())
    bits = generator.bit_generator if isinstance(generator, np.random.Generator) else generator._bit_generator
    return f"{type(generator).__name__}:{type(bits).__name__}", json.dumps(bits.state, default=np.ndarray.tolist)


def set_state(generator: Any, state: str) -> None:
    """Put a generator into a state that came from a worker.

    Raises:
        TypeError, ValueError, KeyError: it is not the state of such a generator.
    """
    found = json.loads(state)
    if isinstance(generator, random.Random):
        version, words, gauss = found
        generator.setstate((version, tuple(words), gauss))
    elif _is_of_torch(generator):
        torch = sys.modules["torch"]
        generator.set_state(torch.frombuffer(bytearray.fromhex(found), dtype=torch.uint8))
    else:
        bits = generator.bit_generator if isinstance(generator, np.random.Generator) else generator._bit_generator
        bits.state = found
