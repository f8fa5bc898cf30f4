"""What a command costs from its first instruction to its last, as a ratio to ``python -c "import torch"``.

    python benchmarks/startup.py [ROUNDS]

CPU seconds (user and system) of the whole tree of processes, by wait4; the commands alternate, and the median of the
rounds counts. Only ratios can be compared between machines.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = [sys.executable, "-c"]
AUTOGRADER = [sys.executable, "-m", "autograder"]
TORCH = "import torch"

# one submission alone, as on a platform: what {pages} stands for is a folder of this run
GRADE_FOR = [*AUTOGRADER, "grade-for", "--platform", "gradescope", "05-logistic", "--to", "{pages}/results.json"]
SOLUTION = ["--submission", "solutions/05-logistic/logistic.py"]
PROOF = ["--proof", "{pages}/proof.json"]

COMMANDS = {
    TORCH: [*PYTHON, TORCH],
    "import numpy, pytest": [*PYTHON, "import numpy, pytest"],
    "autograder --help": [*AUTOGRADER, "--help"],
    "autograder grade --ofical": [*AUTOGRADER, "grade", "--ofical"],
    "autograder grade 05-logstic": [*AUTOGRADER, "grade", "05-logstic"],
    "autograder doctor --quick": [*AUTOGRADER, "doctor", "--quick"],
    "autograder doctor": [*AUTOGRADER, "doctor"],
    "autograder grade 05-logistic": [*AUTOGRADER, "grade", "05-logistic", "--html"],
    "... --official --submission SOLUTION": [*AUTOGRADER, "grade", "05-logistic", "--official", *SOLUTION, "--html"],
    "autograder grade-for SOLUTION": [*GRADE_FOR, *SOLUTION],
    "... --proof": [*GRADE_FOR, *SOLUTION, *PROOF],
    "... --proof, one wrong function": [*GRADE_FOR, "--submission", "examples/class/student03", *PROOF],
}
GOALS = {
    "autograder --help": "0.1",
    "autograder grade --ofical": "0.1",
    "autograder grade 05-logstic": "0.1",
    "autograder doctor --quick": "0.15",
    "autograder doctor": "1.4 (0.4 besides torch)",
    "autograder grade 05-logistic": "0.33",
    "... --proof": "0.4",
}


def cpu_s(command: list[str]) -> float:
    """Return the CPU seconds of a command and of every process that it waited for."""
    # Where bytecode is not kept, every run compiles our modules again; no student works like that.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print a row for each command."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as pages:
        commands = {
            name: [word.replace("{pages}", pages) for word in line] + [pages] * (line[-1] == "--html")
            for name, line in COMMANDS.items()
        }
        subprocess.run([*AUTOGRADER, "prove", "05-logistic", "--to", f"{pages}/proof.json"], cwd=ROOT, check=True)
        for round in range(rounds + 1):
            for name, line in commands.items():
                seconds = cpu_s(line)
                if round:  # the first fills the caches
                    taken[name].append(seconds)
    yardstick = statistics.median(taken[TORCH])
    print("| command | CPU s | ratio to `import torch` | goal |\n| --- | --- | --- | --- |")
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"| `{name}` | {median:.2f} | {median / yardstick:.3f} | {GOALS.get(name, '')} |")


if __name__ == "__main__":
    main()
