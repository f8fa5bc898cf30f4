"""SCRATCH"""
from __future__ import annotations
import contextlib, sys
from types import ModuleType
from typing import Any
from ..course.assignment import Assignment, import_name
from ..student.handle import StudentCode

class _M(ModuleType):
    def __getattr__(self, name):
        if name.startswith("__"): raise AttributeError(name)
        return _P(self._owner, name)
class _P:
    def __init__(self, owner, name): self.o, self.n = owner, name
    def __call__(self, *a, **k): 
        self.o.asked += 1
        return getattr(StudentCode(self.o.run), self.n)(*a, **k)
class SuiteModules:
    def __init__(self, assignment: Assignment) -> None:
        self.asked = 0; self.run = None
        self._mods = {import_name(n): _M(import_name(n)) for n in assignment.modules}
        for m in self._mods.values(): m.__dict__["_owner"] = self
    @contextlib.contextmanager
    def _installed(self):
        before = {n: sys.modules.get(n) for n in self._mods}
        sys.modules.update(self._mods)
        try: yield
        finally:
            for n, m in before.items():
                if m is None: sys.modules.pop(n, None)
                else: sys.modules[n] = m
    def collecting(self): return self._installed()
    @contextlib.contextmanager
    def of(self, run):
        self.run = run
        with self._installed(): yield
    def namespace(self): return {}
