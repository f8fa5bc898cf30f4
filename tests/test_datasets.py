"""The bundled digits to the last bit, and MNIST from folders in every state that a folder can be in."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest

from autograder.checks import datasets
from autograder.checks.datasets import Digits, digits28, mnist, write_idx
from autograder.errors import DataError
from autograder.guest.torchvision_import import import_torchvision

DIGITS28_FILES = {
    "train-images-idx3-ubyte": (1_016_864, "09fb0b7f4ba002552bb9806148ba2740"),
    "train-labels-idx1-ubyte": (1_305, "72d991b4cdd00bd620f40989906e787f"),
    "t10k-images-idx3-ubyte": (392_016, "6eebceb2070b5f7fe25baa96aee9cf21"),
    "t10k-labels-idx1-ubyte": (508, "968d978bd0a84b2ea49a6c9d27006fdb"),
}


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def same(a: Digits, b: Digits) -> bool:
    names = ("train_images", "train_labels", "test_images", "test_labels")
    pairs = [(getattr(a, name), getattr(b, name)) for name in names]
    return all(x.dtype == y.dtype and np.array_equal(x, y) for x, y in pairs)


# digits28


def test_digits28_has_the_documented_shapes_and_split() -> None:
    digits = digits28()
    assert digits.name == "digits28"
    assert (digits.train_images.shape, digits.train_images.dtype) == ((1297, 28, 28), np.uint8)
    assert (digits.test_images.shape, digits.test_images.dtype) == ((500, 28, 28), np.uint8)
    assert (digits.train_labels.shape, digits.train_labels.dtype) == ((1297,), np.int64)
    assert (digits.test_labels.shape, digits.test_labels.dtype) == ((500,), np.int64)
    assert np.bincount(digits.test_labels).tolist() == [50] * 10
    assert (digits.train_images.min(), digits.train_images.max()) == (0, 255)
    border = np.ones((28, 28), bool)
    border[4:24, 4:24] = False
    assert not digits.train_images[:, border].any() and not digits.test_images[:, border].any()


def test_digits28_hands_out_new_arrays_each_time() -> None:
    digits28().train_images[:] = 0
    assert digits28().train_images.any()


def test_written_files_are_the_published_ones(tmp_path: Path) -> None:
    raw = write_idx(tmp_path) / "MNIST" / "raw"
    assert {path.name: (path.stat().st_size, md5(path.read_bytes())) for path in raw.iterdir()} == DIGITS28_FILES
    assert [path.name for path in raw.parent.iterdir()] == ["raw"]  # no scratch folder stays


@pytest.mark.parametrize("download", [False, True])
def test_torchvision_loads_the_written_files(tmp_path: Path, download: bool) -> None:
    digits = digits28()
    loaded = import_torchvision().datasets.MNIST(str(write_idx(tmp_path / "new" / "folder")), download=download)
    assert np.array_equal(loaded.data.numpy(), digits.train_images)
    assert np.array_equal(loaded.targets.numpy(), digits.train_labels)


def test_files_are_written_on_first_use_only(tmp_path: Path) -> None:
    path = write_idx(tmp_path) / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    before = (path.stat().st_ino, path.stat().st_mtime_ns)
    assert write_idx(tmp_path) == tmp_path
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == before


def test_the_slower_of_two_processes_uses_the_files_of_the_faster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def overtaken(self: Path, target: Path) -> Path:
        monkeypatch.setattr(Path, "rename", rename)
        write_idx(tmp_path)  # the other process finishes just now
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", overtaken)
    assert write_idx(tmp_path) == tmp_path
    assert sorted(path.name for path in (tmp_path / "MNIST" / "raw").iterdir()) == sorted(DIGITS28_FILES)
    assert [path.name for path in (tmp_path / "MNIST").iterdir()] == ["raw"]


@pytest.mark.parametrize("damage", ["changed", "absent"])
def test_a_folder_with_other_files_is_refused(tmp_path: Path, damage: str) -> None:
    path = write_idx(tmp_path) / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    path.write_bytes(b"other") if damage == "changed" else path.unlink()
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte is not the one of digits28\. Remove .* \[data\]"):
        write_idx(tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="Choose a folder that you own"):
        write_idx(tmp_path / "file")


# MNIST from folders in every state; digits28 under MNIST's names stands in, with its own md5 sums for MNIST's


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A torchvision root with the four uncompressed files of the stand-in; scratch folders go to tmp_path/scratch."""
    monkeypatch.setattr(datasets, "_MNIST_MD5", {name: sum_ for name, (_, sum_) in DIGITS28_FILES.items()})
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    monkeypatch.delenv("AUTOGRADER_DATA", raising=False)
    return write_idx(tmp_path / "data")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a download was tried")

    monkeypatch.setattr(import_torchvision().datasets.mnist, "download_and_extract_archive", refuse)


def compress(root: Path) -> list[Path]:
    archives = []
    for path in sorted((root / "MNIST" / "raw").iterdir()):
        archives.append(path.with_suffix(".gz"))
        archives[-1].write_bytes(gzip.compress(path.read_bytes(), compresslevel=1))
        path.unlink()
    return archives


def listing(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): md5(path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("download", [False, True])
def test_mnist_is_read_and_the_folder_left_as_it_was(small: Path, compressed: bool, download: bool) -> None:
    if compressed:
        compress(small)
    before = listing(small)
    digits = mnist(small, download=download)
    assert digits.name == "mnist" and same(digits, digits28())
    assert listing(small) == before
    assert not any(Path(tempfile.gettempdir()).iterdir())


def test_mnist_finds_its_folder_in_the_environment(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTOGRADER_DATA", str(small))
    assert same(mnist(), digits28())


@pytest.mark.usefixtures("small")
def test_mnist_without_a_folder_says_how_to_name_one() -> None:
    with pytest.raises(DataError, match=r"No folder .* --data-root or the environment variable AUTOGRADER_DATA"):
        mnist()


@pytest.mark.usefixtures("no_network")
def test_a_missing_file_is_named_with_the_remedy(small: Path) -> None:
    compress(small)[0].unlink()
    with pytest.raises(DataError) as caught:
        mnist(small)
    raw = small / "MNIST" / "raw"
    assert f"{raw} lacks t10k-images-idx3-ubyte.gz. Put the four files" in str(caught.value)
    assert f"into {raw}, and name {small} with --data-root" in str(caught.value)


@pytest.mark.usefixtures("no_network")
@pytest.mark.parametrize(
    ("compressed", "damage", "problem"),
    [
        (True, lambda content: content[: len(content) // 2], "cannot be unpacked"),
        (True, lambda content: b"<html>not found</html>", "cannot be unpacked"),
        (True, lambda content: content[:100] + bytes(50) + content[150:], "cannot be unpacked"),
        (True, lambda content: gzip.compress(b"another file"), "is damaged or not MNIST's"),
        (False, lambda content: content[:-1] + b"\xff", "is damaged or not MNIST's"),
    ],
    ids=["truncated", "html", "overwritten", "other archive", "other bytes"],
)
def test_a_damaged_file_is_named(small: Path, compressed: bool, damage: Any, problem: str) -> None:
    if compressed:
        compress(small)
    path = sorted((small / "MNIST" / "raw").iterdir())[0]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DataError) as caught:
        mnist(small, download=True)
    assert str(caught.value).startswith(f"{path} {problem}") and "AUTOGRADER_DATA" in str(caught.value)
    assert not any(Path(tempfile.gettempdir()).iterdir())


def test_digits28_under_the_names_of_mnist_is_not_taken_for_it(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not MNIST's"):
        mnist(write_idx(tmp_path))


def test_a_missing_file_is_downloaded_only_when_asked(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = small / "MNIST" / "raw" / "t10k-labels-idx1-ubyte"
    content = lost.read_bytes()
    lost.unlink()

    def fetch(url: str, download_root: str, filename: str, md5: str) -> None:
        if filename == f"{lost.name}.gz":
            lost.write_bytes(content)

    monkeypatch.setattr(import_torchvision().datasets.mnist, "download_and_extract_archive", fetch)
    with pytest.raises(DataError, match="lacks"):
        mnist(small)
    assert same(mnist(small, download=True), digits28())


def test_a_failed_download_is_reported_with_the_remedy(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(import_torchvision().datasets.mnist, "download_and_extract_archive", fail)
    with pytest.raises(DataError, match=r"cannot be downloaded into .*\. Put the four files"):
        mnist(tmp_path / "nothing", download=True)


# The real files, where this machine has them


def real_root() -> Path:
    named = os.environ.get("AUTOGRADER_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "mnist"


def test_the_real_mnist() -> None:
    root = real_root()
    if not (root / "MNIST" / "raw").is_dir():
        pytest.skip("MNIST is not on this machine; set AUTOGRADER_DATA to a folder with MNIST/raw")
    before = sorted(path.name for path in (root / "MNIST" / "raw").iterdir())
    digits = mnist(root)
    assert sorted(path.name for path in (root / "MNIST" / "raw").iterdir()) == before
    assert (digits.train_images.shape, digits.train_images.dtype) == ((60_000, 28, 28), np.uint8)
    assert (digits.test_images.shape, digits.test_images.dtype) == ((10_000, 28, 28), np.uint8)
    assert (digits.train_labels.shape, digits.train_labels.dtype) == ((60_000,), np.int64)
    assert md5(digits.test_labels.astype(np.uint8).tobytes()) == "073c3904dfbd3e141ff8aa01cfde6b15"
    assert (digits.train_images.min(), digits.train_images.max()) == (0, 255)
    assert (digits.test_images.min(), digits.test_images.max()) == (0, 255)
