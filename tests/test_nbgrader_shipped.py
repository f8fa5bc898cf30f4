"""The notebooks that nbgrader ships with its own tests, graded by nbgrader and behind our wall: the same scores."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbgrader_course as course
import pytest

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.long]

NOTEBOOKS = sorted((course.PACKAGE / "tests").rglob("*.ipynb"))
NOSE = "its tests import nose, which is not installed: nbgrader gives 0, here the cells stay ungraded"
DIFFERENT: dict[str, str] = {  # notebook -> why its scores differ
    "preprocessors-test": NOSE,
    "preprocessors-test_taskcell": NOSE,
}


def make(root: Path) -> list[str]:
    """Make an assignment of each notebook that nbgrader accepts as a source, handed in as it is; return their names."""
    made = []
    for number, path in enumerate(NOTEBOOKS):
        name = f"{number:02d}-{path.parts[-3]}-{path.stem}"
        folder = root / "source" / name
        folder.mkdir(parents=True)
        shutil.copy(path, folder / "notebook.ipynb")
        for extra in (*path.parent.glob("*.yml"), *path.parent.glob("*.csv")):
            shutil.copy(extra, root / extra.name)
        if course.api(root).generate_assignment(name)["success"]:
            shutil.copytree(folder, root / "submitted" / "ada" / name)
            made.append(name)
    return made


def test_shipped_notebooks_have_the_scores_of_nbgrader(tmp_path: Path) -> None:
    with course.programs_on_path():
        names = make(tmp_path / "stock")
        shutil.copytree(tmp_path / "stock", tmp_path / "ours")
        different = {}
        for name in names:
            course.api(tmp_path / "stock", ours=False).autograde(name, "ada")
            course.api(tmp_path / "ours", timeout=5.0).autograde(name, "ada")
            stock, ours = (course.scores(tmp_path / each, name) for each in ("stock", "ours"))
            if stock != ours:
                different[name] = (stock, ours)
    assert len(names) > 30
    assert {name.partition("-")[2] for name in different} <= set(DIFFERENT)
