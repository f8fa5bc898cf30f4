"""Write a call of a case as Python code, which repeats it next to the student's file without the grader.

The code imports the student's module, writes the inputs down and prints the result. If an object is needed, the earlier
calls that it took part in come first. What cannot be written in a few lines is not written at all.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..values import is_array, leaves
from .literals import MAX_NUMBERS, Literals, Origin, Unwritable
from .log import CaseLog, Step
from .objects import RemoteFunction, StudentObject, origin_of, type_of
from .recipes import Recipe
from .source import ModuleSources

MAX_STEPS = 12
_MAX_OUTPUT_LINES = 8
# A function of the student may draw; then the generators start as they did in the worker.
_DRAWS = re.compile(rb"\brand|\bnn\.|\binit\.|[Dd]ropout|shuffle")
_INFIX = {"add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@"}


def snippet(log: CaseLog, step: Step, source: ModuleSources, *, seed: int, comments: Iterable[str] = ()) -> str:
    """Return code that repeats a step of a case, or "" if it cannot be written. ``comments`` follow the code.

    ``seed`` is that of the case's generators in the worker. The arguments in the log must still be what they were.
    """
    draws = any(_DRAWS.search(data) for _, data in source.modules.values())
    try:
        steps = _needed_for(log, step, everything=draws)
        values = Literals(reuses=not any(each.call.changed for each in steps))
        writer = _Writer(source, values)
        for each in steps[:-1]:
            writer.write(each)
        writer.write(steps[-1], is_last=True)
    except Unwritable:
        return ""
    body = [*writer.seeds(seed)] if draws else []
    parts = ["\n".join(writer.imports()), "\n".join([*body, *values.lines, *(f"# {line}" for line in comments)])]
    return "\n\n".join(part for part in parts if part)


def printed(value: Any) -> list[str]:
    """Return what ``print`` writes for a result, as lines; none if that is long."""
    if any(isinstance(leaf, StudentObject | RemoteFunction) for leaf in leaves(value)):
        return []
    size = sum(math.prod(leaf.shape) if is_array(leaf) else 1 for leaf in leaves(value))
    text = str(value) if size <= MAX_NUMBERS else ""
    lines = text.splitlines()
    return lines if len(lines) <= _MAX_OUTPUT_LINES and all(len(line) <= 200 for line in lines) else []


def _needed_for(log: CaseLog, step: Step, *, everything: bool) -> list[Step]:
    """Return the steps that ``step`` depends on, then the step itself."""
    before = list(itertools.takewhile(lambda each: each is not step, log.steps))
    needed, kept = _origins_in(step), [step]
    for each in reversed(before):
        made = set(_origins(each.call.result))
        takes_part = bool(needed & _origins_in(each)) and not each.is_read
        if made & needed or takes_part or (everything and not each.is_read):
            kept.append(each)
            needed |= _origins_in(each)
    if len(kept) > MAX_STEPS:
        raise Unwritable
    return kept[::-1]


def _origins_in(step: Step) -> set[Origin]:
    """Return the objects that a step uses."""
    own = {step.owner} if step.owner is not None else set()
    return own | set(_origins((*step.call.args, *step.call.kwargs.values())))


def _origins(value: Any) -> Iterator[Origin]:
    for leaf in leaves(value):
        if isinstance(leaf, StudentObject):
            yield origin_of(leaf)
        elif isinstance(leaf, RemoteFunction) and leaf.owner is not None:
            yield origin_of(leaf.owner)
        elif isinstance(leaf, Recipe):
            yield from _origins(leaf.arguments)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


@dataclass(slots=True)
class _Writer:
    """Writes the steps of a case, and their arguments with ``values``."""

    source: ModuleSources
    values: Literals

    def imports(self) -> list[str]:
        """Return the import statements. A notebook cannot be imported: its code runs in the cells above."""
        own = [f"from {self.source.main} import {', '.join(self.values.functions)}"] if self.values.functions else []
        return [*sorted(self.values.imports), *(own if self.source.main not in self.source.notebooks else [])]

    def seeds(self, seed: int) -> Iterator[str]:
        """Yield the lines that start the generators, and import their packages."""
        if any(b"torch" in data for _, data in self.source.modules.values()):
            self.values.imports["import torch"] = None
            yield f"torch.manual_seed({seed})"
        else:
            self.values.imports["import numpy as np"] = None
            yield f"np.random.seed({seed})"

    def write(self, step: Step, *, is_last: bool = False) -> None:
        """Add the lines of one step; the last one prints its result."""
        expression = self._expression(step)
        result = step.call.result
        if isinstance(result, StudentObject) and expression.isidentifier():
            self.values.objects[origin_of(result)] = expression
        elif isinstance(result, StudentObject):
            name = self.values.unused(_snake_case(type_of(result)))
            self.values.objects[origin_of(result)] = name
            self.values.lines.append(f"{name} = {expression}")
        elif isinstance(result, tuple | list) and any(isinstance(part, StudentObject) for part in result):
            self.values.lines.append(f"{self._unpacked(result)} = {expression}")
        elif is_last:
            self.values.lines.append(f"print({expression})")
        else:
            self.values.lines.append(expression)

    def _unpacked(self, result: Sequence[Any]) -> str:
        names = []
        for part in result:
            names.append(self.values.unused(_snake_case(type_of(part)) if isinstance(part, StudentObject) else "value"))
            if isinstance(part, StudentObject):
                self.values.objects[origin_of(part)] = names[-1]
        return ", ".join(names)

    def _expression(self, step: Step) -> str:
        if step.is_read:
            return self.values.attribute(step.owner, step.attribute)
        call = step.call
        if step.recipe is not None:
            if step.owner is None:
                return self.values.recipe(Recipe(step.recipe, call.args))
            return self._operation(self.values.object(step.owner), step.recipe, call.args)
        values = self.values
        function = values.attribute(step.owner, step.attribute) if step.attribute else values.object(step.owner)
        parameters = self.source.parameters.get(call.function, ())
        names = [*parameters, *[""] * len(call.args)]
        arguments = [values.argument(arg, name) for arg, name in zip(call.args, names, strict=False)]
        arguments += [f"{name}={values.argument(arg, name)}" for name, arg in call.kwargs.items()]
        return f"{function}({', '.join(arguments)})"

    def _operation(self, owner: str, name: str, operands: Sequence[Any]) -> str:
        others = [self.values.argument(value, "") for value in operands]
        short = name.strip("_")
        if short in _INFIX:
            return f"{owner} {_INFIX[short]} {others[0]}"
        if short.removeprefix("r") in _INFIX:
            return f"{others[0]} {_INFIX[short.removeprefix('r')]} {owner}"
        if short == "getitem":
            return f"{owner}[{others[0]}]"
        if short in ("neg", "len"):
            return f"-{owner}" if short == "neg" else f"len({owner})"
        raise Unwritable
