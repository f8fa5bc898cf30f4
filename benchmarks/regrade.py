"""What a preview costs after one case of an assignment has changed, against grading the whole class.

    python benchmarks/regrade.py [SUBMISSIONS]

Prints a Markdown table. CPU seconds are those of the whole process tree; only the ratio can be compared between
machines. Every submission is unlike the others, so that nothing is known of one from another.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from classes import ROOT, cost, folder_of, stored, table, unlike

SLUG = "05-logistic"
COUNT = 1000
CASE = ("rng.uniform(-6, 6, size=17)", "rng.uniform(-5, 5, size=17)")  # in sigmoid_is_symmetric, a hidden case


def main(count: int, place: Path) -> None:
    """Grade a class, change one case, preview twice."""
    root, out = place / "course", place / "out"
    for part in ("assignments", "solutions"):
        shutil.copytree(ROOT / part / SLUG, root / part / SLUG)
    source = folder_of(place / "class", unlike(SLUG, count))
    program = [sys.executable, "-m", "autograder"]
    where = ["--root", str(root), *stored(place)]
    costs = {"grading all": cost([*program, "batch", SLUG, str(source), "--out", str(out), *where])}
    cases = root / "solutions" / SLUG / "test_hidden.py"
    before = cases.read_text(encoding="utf-8")
    assert before.count(CASE[0]) == 1
    cases.write_text(before.replace(*CASE), encoding="utf-8")
    result = place / "preview.json"
    preview = [*program, "regrade", SLUG, "--preview", "--json", str(result), *where]
    costs["preview after one case has changed"] = cost(preview)
    found = json.loads(result.read_text(encoding="utf-8"))
    assert (found["graded"], found["unchanged"]) == (count, count), found
    costs["the same preview again"] = cost(preview)
    cases.write_text(before, encoding="utf-8")
    costs["preview after it was taken back"] = cost(preview)
    table(f"{count} of {SLUG}, unlike", costs)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else COUNT, Path(folder))
