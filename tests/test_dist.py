"""The framework's own release: from the tag of its version only, with nothing that students may not see."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from test_docs import tracked_text

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def dist() -> ModuleType:
    """The script that make dist runs."""
    spec = importlib.util.spec_from_file_location("dist_script", ROOT / ".ci" / "dist.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with nothing but a version, 1.2.3."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text('[project]\nversion = "1.2.3"\n', encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "one")
    return folder


def test_a_tag_of_the_version_is_accepted(project: Path, dist: ModuleType) -> None:
    git(project, "tag", "v1.2.3")
    dist.check_tag(project)


@pytest.mark.parametrize(("tag", "found"), [("", "it has no tag"), ("v1.2.4", "its tags are v1.2.4")])
def test_another_commit_is_refused_with_the_remedy(project: Path, dist: ModuleType, tag: str, found: str) -> None:
    if tag:
        git(project, "tag", tag)
    with pytest.raises(dist.Refused) as refused:
        dist.check_tag(project)
    assert f"needs the tag v1.2.3; {found}." in str(refused.value)
    assert str(refused.value).endswith("Correct the version, or run: git tag v1.2.3")


def test_changes_are_refused(project: Path, dist: ModuleType) -> None:
    git(project, "tag", "v1.2.3")
    (project / "new.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(
        dist.Refused, match=r"^These changes are not committed: new\.py\. Commit them or remove them\.$"
    ):
        dist.check_tag(project)


def test_a_folder_that_is_no_repository_is_refused(dist: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(dist.Refused, match="is not a git repository with a commit"):
        dist.check_tag(tmp_path)


def test_the_version_is_the_same_everywhere(dist: ModuleType) -> None:
    version = dist.version_of(ROOT)
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {version} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = ".".join(version.split(".")[:2])
    assert f"| the newest minor version ({newest}) |" in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_archives_hold_what_the_build_needs_and_no_answer(tmp_path: Path, dist: ModuleType) -> None:
    project = tmp_path / "project"
    for name, text in tracked_text():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    for path in ROOT.glob("autograder/**/*.npz"):
        (project / path.relative_to(ROOT)).write_bytes(path.read_bytes())
    git(tmp_path, "init", "--quiet", str(project))
    git(project, "add", ".")
    git(project, "commit", "--quiet", "-m", "one")
    git(project, "tag", f"v{dist.version_of(project)}")
    wheel, source, sums = sorted(dist.build(project, project / "dist"), key=lambda path: path.suffix, reverse=True)
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in sorted((wheel, source)))
    assert sums.read_text(encoding="utf-8") == "".join(lines)
    assert dist.differences(wheel) == []
    with tarfile.open(source) as archive:
        parts = {Path(name).parts[1] for name in archive.getnames()}
    assert parts == {
        ".gitignore", "CHANGELOG.md", "CITATION.cff", "LICENSE", "NOTICE", "PKG-INFO", "README.md", "SECURITY.md",
        "autograder", "constraints.txt", "pyproject.toml", "templates",
    }  # fmt: skip
    with zipfile.ZipFile(wheel, "a") as changed:
        changed.writestr("autograder/more.py", "x = 1\n")
    assert dist.differences(wheel) == ["autograder/more.py"]


@pytest.mark.slow
def test_an_answer_in_an_archive_is_a_leak(dist: ModuleType, tmp_path: Path) -> None:
    answer = (ROOT / "solutions" / "05-logistic" / "logistic.py").read_bytes()
    (tmp_path / "a.py").write_bytes(answer)
    assert [leak.partition(":")[0] for leak in dist.leaks(tmp_path, ROOT)] == ["a.py"]
