"""A command that is killed with SIGKILL when it calls a function of ours for the n-th time."""

from __future__ import annotations

import signal
import subprocess
import sys

# Runs the command line, and kills this process when a function is called for the n-th time.
KILLER = """
import importlib, os, signal, sys

place, calls = sys.argv.pop(1), int(sys.argv.pop(1))
module, _, path = place.partition(":")
*owners, name = path.split(".")
owner = importlib.import_module(module)
for each in owners:
    owner = getattr(owner, each)
function = getattr(owner, name)

def counted(*arguments, **keywords):
    global calls
    calls -= 1
    if not calls:
        os.kill(os.getpid(), signal.SIGKILL)
    return function(*arguments, **keywords)

setattr(owner, name, counted)
from autograder.commands.main import main
main()
"""


def run_and_kill(place: str, calls: int, *arguments: object) -> None:
    """Run ``autograder ARGUMENTS``, and kill it at the n-th call of ``module:function``."""
    command = [sys.executable, "-c", KILLER, place, str(calls), *map(str, arguments)]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=300)
    assert ended.returncode == -signal.SIGKILL, (place, ended.stderr)
