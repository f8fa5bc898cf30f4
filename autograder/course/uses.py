"""Which tasks use which: read from the names that functions and classes mention, without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence

from . import solution
from .assignment import Assignment

_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def mentioned(statements: Sequence[ast.stmt]) -> dict[str, frozenset[str]]:
    """Return what each function and class at the top mentions. Annotations count: they name what is passed in."""
    definitions = [node for node in statements if isinstance(node, _Definition)]
    names = {node.name for node in definitions}
    found: dict[str, frozenset[str]] = {}
    for node in definitions:  # of two definitions of one name the later one counts
        used = {part.id for part in ast.walk(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
        found[node.name] = frozenset((used & names) - {node.name})
    return found


def reached(name: str, within: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Return everything that ``name`` leads to in ``within``, also by way of others, without ``name`` itself."""
    found: set[str] = set()
    todo = [name]
    while todo:
        new = set(within.get(todo.pop(), ())) - found
        found |= new
        todo += new
    return frozenset(found - {name})


def owners(assignment: Assignment) -> dict[str, str]:
    """Return the task of each name that students define and that no task is named after, such as Adam -> SGD.

    It is the task of the first case that uses the name.
    """
    found: dict[str, str] = {}
    for path in (assignment.visible_cases, assignment.hidden_cases):
        for node in ast.parse(path.read_bytes()).body if path else ():
            if isinstance(node, ast.FunctionDef) and (task := _task_of(node)):
                for name in asked_of_student(node):
                    found.setdefault(name, task)
    ids = {task.id for task in assignment.tasks}
    return {name: task for name, task in found.items() if name not in ids}


def _task_of(case: ast.FunctionDef) -> str:
    """Return the id in ``@task("id", …)`` above a case, "" if there is none."""
    for node in case.decorator_list:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "task" and node.args:
            first = node.args[0]
            return str(first.value) if isinstance(first, ast.Constant) else ""
    return ""


def asked_of_student(case: ast.AST) -> Iterator[str]:
    """Yield the names of a submission that a case uses: ``f`` of ``student.f``."""
    for part in ast.walk(case):
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id == "student":
            yield part.attr


def of_solution(assignment: Assignment) -> dict[str, tuple[str, ...]]:
    """Return the tasks that each task of the solution uses, in the order of the assignment.

    A function without a task of its own passes on what it uses.

    Raises:
        AssignmentError: the solution is missing or its markers are wrong.
    """
    if assignment.adopted:
        return {}  # a test says nothing of the functions that it calls
    from . import stubs  # only authors need it

    main = assignment.modules[0]
    text = solution.modules(assignment)[main].decode()
    tree = ast.parse(text)
    owners = {
        node.name: answer.task
        for answer in stubs.answers(text, assignment, path=f"{main}.py")
        for node in tree.body
        if isinstance(node, _Definition) and node.lineno <= answer.first <= (node.end_lineno or 0)
    }
    within = mentioned(tree.body)
    used: dict[str, set[str]] = {task.id: set() for task in assignment.tasks}
    for name, task in owners.items():
        todo, seen = [name], {name}
        while todo:
            for each in within[todo.pop()] - seen:
                seen.add(each)
                if each in owners:
                    used[task].add(owners[each])
                else:
                    todo.append(each)
    order = [task.id for task in assignment.tasks]
    return {task: tuple(sorted(names - {task}, key=order.index)) for task, names in used.items() if names - {task}}
