"""The house: which module stands on which floor. Imports run downward only; there is no circle."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "autograder"

# The longest prefix counts.
FLOORS = {
    "model": 0,
    "values": 0,
    "errors": 0,
    "messages": 0,
    "guest": 0,
    "checks": 1,
    "course": 1,
    "wall": 1,
    "reports": 1,
    "show": 1,
    "workers": 2,
    "student": 3,
    "grading": 4,
    "audit": 5,
    "authoring": 6,
    "exchange": 5,
    "batch": 6,
    "commands": 8,
    "__main__": 9,
    "": 8,  # the public index
}
# Packages whose __init__ holds a docstring and nothing else.
EMPTY = {
    "audit",
    "authoring",
    "batch",
    "checks",
    "commands",
    "course",
    "exchange",
    "grading",
    "guest",
    "reports",
    "student",
    "wall",
    "workers",
}
NEVER = {  # module prefix -> what it must not import, whatever its floor
    "reports": ("grading", "student"),
    "checks": ("wall", "workers", "student", "grading"),
    "guest": ("",),
    "show": ("checks", "course", "wall", "reports"),  # it runs in a student's own program
}


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def floor_of(module: str) -> int:
    while module not in FLOORS:
        assert module, "no floor"
        module = module.rpartition(".")[0]
    return FLOORS[module]


def imports_of(module: str) -> set[str]:
    """The modules of ours that ``module`` imports, at any depth of its code; TYPE_CHECKING blocks count, too."""
    path = MODULES[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.removeprefix("autograder").strip(".") for alias in node.names if ours(alias.name)}
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            if base is not None:
                found |= {_longest(base, alias.name) for alias in node.names}
    return found - {module}


def ours(name: str) -> bool:
    return name.partition(".")[0] == "autograder"


def _absolute(node: ast.ImportFrom, package: str) -> str | None:
    if node.level == 0:
        return (node.module or "").removeprefix("autograder").strip(".") if ours(node.module or "") else None
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - (node.level - 1)]
    return ".".join([*parts, *([node.module] if node.module else [])])


def _longest(base: str, name: str) -> str:
    whole = f"{base}.{name}".strip(".")
    return whole if whole in MODULES else base


def room_of(module: str) -> str:
    """The package of a module; a module at the top stands for itself."""
    return module.partition(".")[0]


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_to_a_lower_floor_or_stay_in_the_package(module: str) -> None:
    others = {other for other in imports_of(module) - EMPTY if room_of(other) != room_of(module)}
    assert {other for other in others if floor_of(other) >= floor_of(module)} == set()


@pytest.mark.parametrize("module", MODULES)
def test_forbidden_arrows(module: str) -> None:
    for prefix, forbidden in NEVER.items():
        if module == prefix or module.startswith(f"{prefix}."):
            outside = {name for name in imports_of(module) if not f"{name}.".startswith(f"{prefix}.")}
            assert not {
                name for name in outside for each in forbidden if f"{name}.".startswith(f"{each}." if each else "")
            }


@pytest.mark.slow
def test_there_is_no_circle() -> None:
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, " -> ".join((*above, module))
        if module not in done:
            for other in imports_of(module) - EMPTY:
                visit(other, (*above, module))
            done.add(module)

    for module in MODULES:
        visit(module, ())
    assert done == set(MODULES)


@pytest.mark.parametrize("module", sorted(EMPTY))
def test_packages_hold_a_docstring_only(module: str) -> None:
    body = ast.parse(MODULES[module].read_bytes()).body
    assert len(body) == 1 and isinstance(body[0], ast.Expr)


WITHOUT_NUMPY = ("model", "errors", "messages", "reports")


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) in WITHOUT_NUMPY])
def test_reports_and_what_they_stand_on_need_no_numpy(module: str) -> None:
    tree = ast.parse(MODULES[module].read_bytes())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert not {name for name in imported if name.partition(".")[0] in ("numpy", "torch")}


@pytest.mark.parametrize("module", MODULES)
def test_nothing_unpickles_or_evaluates(module: str) -> None:
    """The host never rebuilds objects from a student's bytes; only the guest runs source, a student's or a case's."""
    calls = set()
    for node in ast.walk(ast.parse(MODULES[module].read_bytes())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
            calls |= {name for name in names if name.partition(".")[0] in ("pickle", "marshal", "shelve", "dill")}
        if isinstance(node, ast.Call):
            text = ast.unparse(node.func)
            if text in ("eval", "exec", "torch.load") or "allow_pickle=True" in ast.unparse(node):
                calls.add(text)
    # the last two: cells of notebooks that the instructor wrote
    runs_source = module in ("guest.runner", "guest.recipes", "grading.suite_cells")
    runs_tests = module == "grading.cells"
    assert calls == ({"exec"} if runs_source else {"eval"} if runs_tests else set())


def importers_of(module: str) -> set[str]:
    return {other for other in MODULES if module in imports_of(other)}


@pytest.mark.slow
def test_only_debug_runs_a_submission_in_this_process() -> None:
    """The guest runs in workers. The exception is a visible case on the student's own code, for debugger and kernel."""
    assert importers_of("guest.__main__") == {"workers.zygote", "workers.subprocess_worker"}
    assert importers_of("guest.server") == {"guest.__main__", "student.in_process"}
    assert importers_of("student.in_process") == {"grading.debugging"}
    assert importers_of("grading.debugging") == {"commands.debug", "grading.in_kernel"}
    assert importers_of("grading.in_kernel") == {""}  # the index: the kernel of a notebook imports it by name
    assert importers_of("commands.debug") == set()  # the table of commands names it


@pytest.mark.parametrize("module", [name for name in MODULES if room_of(name) != "guest"])
def test_only_the_solution_is_imported_from_a_file(module: str) -> None:
    """Cases are imported by pytest, and submissions by the guest alone."""
    text = MODULES[module].read_text(encoding="utf-8")
    names = ("exec_module", "spec_from_file_location", "SourceFileLoader", "runpy", "__import__")
    allowed = {
        "grading.reference": {"exec_module", "spec_from_file_location"},
        "student.imports": {"exec_module"},  # of a finder that gives handles
    }
    assert {name for name in names if name in text} == allowed.get(module, set())
