"""Mutants: copies of the solution with one edit each.

Edits are made only in what a student writes: the lines between ``### BEGIN SOLUTION`` and ``### END SOLUTION``.
Docstrings, signatures and hand-out code stay as they are. So do annotations, exceptions that are raised, messages of
assertions, f-strings, and the defaults of nested functions.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import itertools
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..course import solution
from ..course.assignment import Assignment
from ..course.stubs import Answer, answers

_OPERATORS: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.Div(),
    ast.Div: ast.Mult(),
    ast.FloorDiv: ast.Div(),
    ast.MatMult: ast.Mult(),
}
_SWAPPED = (ast.Sub, ast.Div, ast.MatMult)  # the operands of the others commute
_COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Lt: ast.LtE(),
    ast.LtE: ast.Lt(),
    ast.Gt: ast.GtE(),
    ast.GtE: ast.Gt(),
}
# zeros does not become empty, because the content of fresh memory is random. Like empty, ones reveals a buffer that is
# read before it is written.
_CALLS = {
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "max": ("min",),
    "maximum": ("minimum",),
    "argmax": ("argmin",),
    "exp": ("log",),
    "log": ("exp",),
    "zeros": ("ones",),
    "zeros_like": ("ones_like",),
}
_BUILTINS = {"sum": ("max",), "max": ("min",)}  # names without a module
_AXES = ("axis", "dim")

_Definition = ast.FunctionDef | ast.AsyncFunctionDef
_Put = Callable[[ast.AST], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """The solution with one edit.

    Attributes:
        function: the edited function or method, such as ``LogisticRegression.fit``.
        line: the line in the solution.
        edit: the statement before and after the edit.
        digest: identifies the edited function. It does not depend on docstrings, annotations, messages and layout.
        modules: the source of each module, as a student would submit it.
    """

    task: str
    module: str
    function: str
    line: int
    edit: str
    digest: str
    modules: dict[str, bytes]

    @property
    def where(self) -> str:
        """File and line: ``logistic.py:31``."""
        return f"{self.module}.py:{self.line}"


def mutants(assignment: Assignment) -> list[Mutant]:
    """Return all mutants of the solution, in the order of its lines. Edits with the same result are one mutant.

    Raises:
        AssignmentError: the solution is missing, or its markers are wrong.
    """
    whole = solution.modules(assignment)
    every = []
    for module, source in whole.items():
        text = source.decode()
        marked = answers(text, assignment, path=f"{assignment.solution_name}/{module}.py")
        every += _of_module(module, text, marked, whole)
    return every


def _of_module(module: str, text: str, marked: Sequence[Answer], whole: dict[str, bytes]) -> list[Mutant]:
    tree = ast.parse(text)
    seen: set[tuple[str, str]] = set()
    mutants = []
    for answer in marked:
        name, owner = owner_of(tree, answer)
        before = ast.unparse(owner)
        seen.add((name, before))
        for line in _edited(owner, answer):
            after = ast.unparse(owner)
            if (name, after) in seen:
                continue
            seen.add((name, after))
            edit = _in_words(before.splitlines(), after.splitlines())
            modules = {**whole, module: _spliced(text, owner, after).encode()}
            mutants.append(Mutant(answer.task, module, name, line, edit, _digest(name, owner), modules))
    return mutants


def _spliced(text: str, owner: ast.stmt, new: str) -> str:
    """Replace a statement by ``new``. To unparse the whole module would take as long as to grade it."""
    lines = text.splitlines(keepends=True)
    decorators = getattr(owner, "decorator_list", [])
    first = min(node.lineno for node in (owner, *decorators))
    indented = textwrap.indent(new, " " * owner.col_offset)
    return "".join([*lines[: first - 1], indented, "\n", *lines[owner.end_lineno :]])


def owner_of(tree: ast.Module, answer: Answer) -> tuple[str, ast.stmt]:
    """Return the function or method that contains a block, with its name; at module level the statement itself."""
    for node in tree.body:
        if not (node.lineno <= answer.last and (node.end_lineno or node.lineno) >= answer.first):
            continue
        if isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, _Definition) and item.lineno <= answer.first <= (item.end_lineno or 0):
                    return f"{node.name}.{item.name}", item
        return getattr(node, "name", answer.task), node
    raise AssertionError(f"no statement in lines {answer.first} to {answer.last}")


def _edited(owner: ast.AST, answer: Answer) -> Iterator[int]:
    """Make one edit after the other in place, and yield the line of each. The edit is undone before the next one."""
    names = _parameters(owner)
    for node, put in list(_places(owner)):
        line = getattr(node, "lineno", 0)
        if not answer.first <= line <= answer.last:
            continue
        for variant in _variants(node, names):
            put(ast.copy_location(variant, node))
            yield line
        put(node)


def _parameters(owner: ast.AST) -> list[str]:
    if not isinstance(owner, _Definition):
        return []
    arguments = [*owner.args.posonlyargs, *owner.args.args, *owner.args.kwonlyargs]
    return [argument.arg for argument in arguments if argument.arg not in ("self", "cls")]


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, _Put]]:
    """Yield every node below ``node`` that may be edited, with a function that replaces it."""
    for field, value in ast.iter_fields(node):
        if field in _not_edited(node):
            continue
        if isinstance(value, ast.AST):
            yield value, lambda new, field=field: setattr(node, field, new)  # type: ignore[misc]
            yield from _places(value)
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield item, lambda new, value=value, i=i: value.__setitem__(i, new)  # type: ignore[misc]
                    yield from _places(item)


def _not_edited(node: ast.AST) -> tuple[str, ...]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return ("args", "returns", "decorator_list")
        case ast.Lambda():
            return ("args",)
        case ast.AnnAssign():
            return ("annotation",)
        case ast.Raise():
            return ("exc", "cause")
        case ast.Assert():
            return ("msg",)
        case ast.JoinedStr():
            return ("values",)
        case ast.UnaryOp(ast.USub(), ast.Constant()):
            return ("operand",)  # a negative number is edited as a whole
    return ()


# --- the edits


def _variants(node: ast.AST, parameters: Sequence[str]) -> Iterator[ast.AST]:
    """Yield the nodes that may replace ``node``: each is one edit."""
    match node:
        case ast.BinOp(left, op, right):
            yield from (ast.BinOp(left, other, right) for other in _others(op))
            if isinstance(op, _SWAPPED):
                yield ast.BinOp(right, op, left)
            yield left
        case ast.AugAssign(target, op, value):
            yield from (ast.AugAssign(target, other, value) for other in _others(op))
            yield ast.Assign([target], value)
        case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as value)):
            yield from (ast.Constant(value), ast.Constant(type(value)(0)), _signed(1 - value))
        case ast.UnaryOp(ast.USub(), operand):
            yield operand
        case ast.Constant(int() | float() as value) if not isinstance(value, bool):
            yield from _numbers(value)
        case ast.Name(name, ast.Load()) if name in parameters:
            yield from (ast.Name(other, ast.Load()) for other in parameters if other != name)
        case ast.Attribute(value, "T"):
            yield value
        case ast.Call(function, arguments, keywords):
            yield from (ast.Call(other, arguments, keywords) for other in _functions(function))
        case ast.keyword(name, value) if name in _AXES and not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            yield ast.keyword(name, ast.Constant(None))
        case ast.Return(ast.Tuple(items)) if len(items) > 1:
            yield ast.Return(ast.Tuple(items[::-1], ast.Load()))
        case ast.Compare(left, operators, right):
            for i, operator in enumerate(operators):
                if type(operator) in _COMPARISONS:
                    changed = [*operators[:i], _COMPARISONS[type(operator)], *operators[i + 1 :]]
                    yield ast.Compare(left, changed, right)
        case ast.Slice(lower, upper, step):
            yield from (ast.Slice(bound, upper, step) for bound in _moved(lower))
            yield from (ast.Slice(lower, bound, step) for bound in _moved(upper))


def _others(op: ast.operator) -> Iterator[ast.operator]:
    if type(op) in _OPERATORS:
        yield _OPERATORS[type(op)]


def _numbers(value: float) -> Iterator[ast.expr]:
    """Replace c by c + 1, 0 and -c."""
    yield ast.Constant(value + 1)
    if value:
        yield ast.Constant(type(value)(0))
        yield ast.UnaryOp(ast.USub(), ast.Constant(value))


def _signed(value: float) -> ast.expr:
    """Return a number as Python parses it: a negative one is a minus and a positive one."""
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def _functions(function: ast.expr) -> Iterator[ast.expr]:
    match function:
        case ast.Attribute(value, name):
            yield from (ast.Attribute(value, other, ast.Load()) for other in _CALLS.get(name, ()))
        case ast.Name(name):
            yield from (ast.Name(other, ast.Load()) for other in _BUILTINS.get(name, ()))


def _moved(bound: ast.expr | None) -> Iterator[ast.expr]:
    """Move the bound of a slice by one to either side."""
    match bound:
        case None:
            return
        case ast.Constant(int(value)):
            yield from (ast.Constant(value + 1), _signed(value - 1))
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            yield from (_signed(1 - value), _signed(-1 - value))
        case _:
            yield ast.BinOp(bound, ast.Add(), ast.Constant(1))
            yield ast.BinOp(bound, ast.Sub(), ast.Constant(1))


# --- names and digests of edits


def _in_words(before: list[str], after: list[str]) -> str:
    """Return the lines that differ, before and after."""
    start = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))))
    rest = zip(reversed(before[start:]), reversed(after[start:]), strict=False)
    end = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], rest)))
    sides = [" / ".join(line.strip() for line in text[start : len(text) - end]) for text in (before, after)]
    return "  ->  ".join(sides)


class _Bare(ast.NodeTransformer):
    """Removes what is never edited, so that a better docstring or message does not change the digest."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.returns = None
        if ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        node.annotation = ast.Constant(None)
        return node

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        function = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return ast.Raise(function, None)


def _digest(name: str, owner: ast.AST) -> str:
    """Return sixteen hexadecimal digits that identify a function by its tree, without what is never edited."""
    bare = ast.unparse(_Bare().visit(copy.deepcopy(owner)))
    return hashlib.sha256(f"{name}\n{bare}".encode()).hexdigest()[:16]
