"""The start of a worker: what runs in a process that was forked for one submission (``workers/zygote.py``).

It imports only the standard library, numpy, torch and the files of this folder; the student's modules arrive over the
socket and stay in memory.
"""

from __future__ import annotations

import builtins
import functools
import linecache
import socket
import sys
from types import ModuleType

import numpy as np

from . import wire
from .server import Guest
from .show import ShowFinder
from .standins import Silent


@functools.cache
def own_modules() -> tuple[str, ...]:
    """Return the names of our modules, which no submission can import.

    A zygote calls this first. Reading a name changes its reference count, so that in a worker the names of all modules
    (two thousand with torch) would cost a copied page each.
    """
    return tuple(name for name in sys.modules if name.partition(".")[0] == "autograder")


def serve(fd: int, *, max_result: int, max_handles: int) -> None:
    """Serve the connection on ``fd``. Never returns: the process ends by :func:`os._exit` or a signal."""
    for name in own_modules():
        sys.modules.pop(name, None)  # a student's module may have the same name, and ours is not offered
    sys.meta_path.insert(0, ShowFinder())
    sys.modules["__main__"] = ModuleType("__main__")
    for name in ("display", "get_ipython"):  # in a notebook they are always there
        setattr(builtins, name, Silent(name))
    Guest(socket.socket(fileno=fd), max_result=max_result, max_handles=max_handles).serve()


def warm_up() -> None:
    """Load a small module and call it in this process, so that forked workers have every step warm."""
    ours, theirs = socket.socketpair()
    source = b"import numpy as np\ndef f(x):\n    return {'y': -x}\n"
    guest = Guest(theirs, max_result=1 << 20, max_handles=8)
    finders = list(sys.meta_path)
    try:
        load = {"main": "warm_up", "seed": 0, "modules": [["warm_up", "warm_up.py", 0, len(source)]]}
        ours.sendall(b"".join(wire.pack(wire.Kind.LOAD, load, [source])))
        guest.step()
        for name in ("f", "missing"):
            encoder = wire.Encoder(lambda value: None, max_body=1 << 20)
            call = {"h": None, "r": None, "f": name, "a": [encoder.tree(np.ones((2, 2)))], "k": [], "keep": False}
            header = {"id": 1, "seed": 0, "drop": [], "calls": [call]}
            ours.sendall(b"".join(wire.pack(wire.Kind.CALL, header, encoder.buffers)))
            guest.step()
    finally:
        sys.meta_path[:] = finders
        sys.modules.pop("warm_up", None)
        linecache.clearcache()
        ours.close()
        theirs.close()
