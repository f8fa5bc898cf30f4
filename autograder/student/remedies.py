"""Say what to do about an exception whose own text does not: something that a worker or an older Python lacks."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Collection

from ..guest.newer_syntax import FEATURES
from ..messages import say

_PROCESSES = frozenset({"subprocess", "multiprocessing", "concurrent"})
_PROCESS_CALL = re.compile(r"\b(fork|forkpty|exec[lv]\w*|spawn\w+|posix_spawnp?|killp?g?)\(")
_NETWORK = frozenset({"socket", "ssl", "urllib", "http", "requests", "urllib3"})
_BY_TEXT = (
    ("network", re.compile("name resolution|[Nn]etwork is unreachable|<urlopen error|no internet connection")),
    ("files", re.compile(r"^\[Errno (?:2|13|30)\] .*: '(?:/|~|[A-Za-z]:\\)")),  # an absolute path
    ("locale", re.compile("^unsupported locale setting$")),
    ("user", re.compile(r"get(?:pw|gr)(?:uid|gid|nam)\(\): ")),
    ("refused", re.compile("^access permission denied$")),  # SQLite locks its files
    ("no-gpu", re.compile("not compiled with CUDA|Found no NVIDIA driver|No CUDA GPUs|no CUDA-capable device")),
    (
        "devices",
        re.compile(
            "on the same device|is not on the expected device|^Input type .*cuda.* should be the same|"
            "device type for generator but found"
        ),
    ),
)
_NAME = re.compile(
    r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'|"
    r"module '(?P<owner>[\w.]+)' has no attribute '(?P<attribute>\w+)'"
)
_NEWER_NAMES = {
    "calendar.Month": (3, 12), "itertools.batched": (3, 12), "math.sumprod": (3, 12), "random.binomialvariate": (3, 12),
    "typing.TypeAliasType": (3, 12), "typing.override": (3, 12), "copy.replace": (3, 13), "math.fma": (3, 13),
    "typing.ReadOnly": (3, 13), "typing.TypeIs": (3, 13), "warnings.deprecated": (3, 13),
    "functools.Placeholder": (3, 14), "heapq.heapify_max": (3, 14), "heapq.heappop_max": (3, 14),
    "heapq.heappush_max": (3, 14),
}  # fmt: skip


def remedy(text: str, *, bases: Collection[str], through: Collection[str], line: str, tasks: int) -> str:
    """Return the sentence that says what to do about an exception, or "" if its own text is enough.

    Args:
        text: of the exception.
        bases: its type and the built-in types above it.
        through: the packages that it passed through after the student's line.
        line: the student's line.
        tasks: the number of threads that a worker may have.
    """
    if needed := _newer_name(text):
        return say("remedy.newer-name", here=here(), needed=needed)
    if "PermissionError" in bases and text.startswith("[Errno 1] "):
        return say(f"remedy.{_refused(set(through), line)}")
    if text == "can't start new thread":
        return say("remedy.threads", count=tasks)
    return next((say(f"remedy.{name}") for name, pattern in _BY_TEXT if pattern.search(text)), "")


def _refused(through: set[str], line: str) -> str:
    """Return what the system-call filter refused. ``line`` is the student's line."""
    if "asyncio" in through:
        return "asyncio"
    if through & _PROCESSES or _PROCESS_CALL.search(line):
        return "processes"
    return "network" if through & _NETWORK else "refused"


def _newer_name(text: str) -> str:
    found = _NAME.search(text)
    name = f"{found['module'] or found['owner']}.{found['name'] or found['attribute']}" if found else ""
    needed = _NEWER_NAMES.get(name, (0, 0))
    return "{}.{}".format(*needed) if needed > sys.version_info[:2] else ""


def newer_syntax(feature: str, file: str, line: int) -> str:
    """Return the sentence for a line that only a newer Python can read, or "" if ``feature`` is not one."""
    if feature not in FEATURES:
        return ""
    needed = "{}.{}".format(*FEATURES[feature])
    what = say(f"newer.{feature}")
    return say("student.syntax-newer", file=file, line=line, here=here(), needed=needed, remedy=what)


def here() -> str:
    """Return the version of Python that grades: 3.11."""
    return ".".join(platform.python_version_tuple()[:2])
