"""The two data sets of the course, in memory: digits28 is part of the package, MNIST is in a folder on this machine.

Both have the shapes of MNIST, so that a case for one also runs on the other. Only ``mnist(..., download=True)`` uses
the network.
"""

from __future__ import annotations

import copy
import functools
import gzip
import hashlib
import os
import shutil
import struct
import tempfile
import zlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..guest.torchvision_import import import_torchvision

DATA_VARIABLE = "AUTOGRADER_DATA"

# md5 of the uncompressed files as Y. LeCun, C. Cortes and C. Burges published them.
_MNIST_MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
_TEST_IMAGES_PER_CLASS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Digits:
    """Images of handwritten digits, 28x28 pixels from 0 (paper) to 255 (ink), with labels from 0 to 9.

    Attributes:
        train_images: uint8 (N, 28, 28).
        train_labels: int64 (N,).
        test_images: uint8 (M, 28, 28).
        test_labels: int64 (M,); never sent to a worker.
        name: "digits28" or "mnist".
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.int64]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.int64]
    name: str


def digits_of(name: str) -> Digits:
    """Return new arrays of the set with this name, "digits28" or "mnist". The files of MNIST are read once.

    Raises:
        DataError: as in :func:`mnist`.
    """
    return copy.deepcopy(_mnist_in(_named_folder(None))) if name == "mnist" else digits28()


@functools.lru_cache(maxsize=1)
def _mnist_in(folder: Path) -> Digits:
    return mnist(folder)


def digits28() -> Digits:
    """Return the set of the package: 1,297 training and 500 test images, the same bytes on every machine.

    The images are scans of 8x8 values from 0 to 16 (``data/digits8x8.LICENSE.md``), enlarged to 20x20 and surrounded by
    a border of 4, as in MNIST. Each class has 50 test images. Every call returns new arrays.
    """
    return copy.deepcopy(_digits28())


@functools.cache
def _digits28() -> Digits:
    """Return the set, which is enlarged only once: that takes longer than most cases that use it."""
    with files("autograder.checks").joinpath("data", "digits8x8.npz").open("rb") as file, np.load(file) as stored:
        small: NDArray[np.uint8] = stored["images"]
        labels: NDArray[np.int64] = stored["labels"].astype(np.int64)
    images = _enlarge(small)
    test = _test_rows(labels)
    train = np.setdiff1d(np.arange(len(labels)), test)
    return Digits(images[train], labels[train], images[test], labels[test], "digits28")


def _enlarge(small: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Enlarge images from (N, 8, 8), 0 to 16, to (N, 28, 28), 0 to 255, by half-pixel bilinear interpolation.

    Computed in integers: in floating point thousands of pixels are a rounding tie, which machines break differently.
    """
    # Pixel i of 20 is at position (i + 1/2) * 8/20 - 1/2 of 8, which is (4 i - 3) / 10: the weights are tenths.
    weights = np.zeros((20, 8), np.int64)
    for i in range(20):
        low, tenths = divmod(4 * i - 3, 10)
        weights[i, min(max(low, 0), 7)] += 10 - tenths
        weights[i, min(max(low + 1, 0), 7)] += tenths
    # Tenths in two directions are hundredths of 16 levels, so 1600 is full ink. Adding 1600 / 3200 rounds to nearest.
    grey = (weights @ small.astype(np.int64) @ weights.T * 510 + 1600) // 3200
    return np.pad(grey.astype(np.uint8), ((0, 0), (4, 4), (4, 4)))


def _test_rows(labels: NDArray[np.int64]) -> NDArray[np.intp]:
    # RandomState, not default_rng: numpy guarantees that its stream never changes.
    rng = np.random.RandomState(0)
    chosen = [rng.permutation(np.flatnonzero(labels == c))[:_TEST_IMAGES_PER_CLASS] for c in range(10)]
    return np.sort(np.concatenate(chosen))


def write_idx(root: Path) -> Path:
    """Write digits28 where ``torchvision.datasets.MNIST(root)`` finds it, if it is not there; return ``root``.

    The four uncompressed IDX files appear in ``root/MNIST/raw`` all at once, so that several processes can start
    together. torchvision loads them without network, with ``download=True`` too.

    Raises:
        DataError: the folder cannot be written, or contains something other than digits28.
    """
    raw = root / "MNIST" / "raw"
    contents = _idx_files(digits28())
    if raw.exists():
        return _verified(root, contents)
    try:
        raw.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=raw.parent, prefix="raw.") as scratch:
            ready = Path(scratch, "raw")
            ready.mkdir()
            for name, content in contents.items():
                (ready / name).write_bytes(content)
            _publish(ready, raw)
    except OSError as error:
        raise DataError(f"{raw}: digits28 cannot be written there ({error}). Choose a folder that you own.") from error
    return _verified(root, contents)


def _publish(ready: Path, raw: Path) -> None:
    try:
        ready.rename(raw)
    except OSError:
        if not raw.exists():  # if it exists, another process was faster
            raise


def _verified(root: Path, contents: dict[str, bytes]) -> Path:
    raw = root / "MNIST" / "raw"
    for name, content in contents.items():
        path = raw / name
        if not path.is_file() or path.read_bytes() != content:
            raise DataError(f"{path} is not the one of digits28. Remove {raw}, or choose another folder.")
    return root


def _idx_files(digits: Digits) -> dict[str, bytes]:
    """Return the four files in MNIST's format: a big-endian magic number (8 for uint8, rank), the shape, the bytes."""
    arrays: tuple[NDArray[np.integer], ...] = (
        digits.train_images,
        digits.train_labels,
        digits.test_images,
        digits.test_labels,
    )
    return {
        name: struct.pack(f">{1 + array.ndim}i", 0x800 + array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
        for name, array in zip(_MNIST_MD5, arrays, strict=True)
    }


def mnist(root: Path | None = None, *, download: bool = False) -> Digits:
    """Return the full MNIST, 60,000 training and 10,000 test images, as ``torchvision.datasets.MNIST`` reads it.

    Args:
        root: a torchvision root, with the four files in ``root/MNIST/raw``, compressed or not; by default the
            environment variable AUTOGRADER_DATA. Nothing is written there without ``download``.
        download: download what is missing.

    Raises:
        DataError: no folder is given, a file is missing or damaged, or the download failed; the text is a remedy.
    """
    folder = _named_folder(root)
    raw = folder / "MNIST" / "raw"
    missing = missing_mnist(folder)
    if missing and download:
        _download(folder)
    elif missing:
        raise DataError(f"{raw} lacks {', '.join(missing)}. {_remedy(raw)}")
    # torchvision needs uncompressed files and would extract them into the folder, which may be read-only.
    with tempfile.TemporaryDirectory(prefix="mnist.") as scratch:
        _unpack(raw, Path(scratch, "MNIST", "raw"))
        datasets = import_torchvision().datasets
        train, test = (datasets.MNIST(scratch, train=part, download=False) for part in (True, False))
        return Digits(*_arrays(train), *_arrays(test), "mnist")


def missing_mnist(root: Path) -> list[str]:
    """Return the names of the archives that ``root/MNIST/raw`` has neither packed nor unpacked; [] if none."""
    raw = root / "MNIST" / "raw"
    return [f"{name}.gz" for name in _MNIST_MD5 if not (raw / name).is_file() and not (raw / f"{name}.gz").is_file()]


def _named_folder(root: Path | None) -> Path:
    if root is None and not os.environ.get(DATA_VARIABLE):
        raise DataError(f"No folder is named for MNIST. {_remedy(Path('FOLDER', 'MNIST', 'raw'))}")
    return Path(os.environ[DATA_VARIABLE]) if root is None else Path(root)


def _remedy(raw: Path) -> str:
    archives = ", ".join(f"{name}.gz" for name in _MNIST_MD5)
    return (
        f"Put the four files {archives} into {raw}, and name {raw.parent.parent} with --data-root "
        f"or the environment variable {DATA_VARIABLE}."
    )


def _download(folder: Path) -> None:
    raw = folder / "MNIST" / "raw"
    try:
        import_torchvision().datasets.MNIST(str(folder), download=True)
    except (OSError, RuntimeError) as error:  # no network, no space, or every mirror refused
        reason = " ".join(str(error).split())  # torchvision writes one line for each mirror
        raise DataError(f"MNIST cannot be downloaded into {raw} ({reason}). {_remedy(raw)}") from error


def _unpack(raw: Path, target: Path) -> None:
    target.mkdir(parents=True)
    for name, md5 in _MNIST_MD5.items():
        plain, archive = raw / name, raw / f"{name}.gz"
        source = plain if plain.is_file() else archive
        try:
            with _opened(source) as packed, (target / name).open("wb") as out:
                shutil.copyfileobj(packed, out)
            sound = _md5(target / name) == md5
        except (OSError, EOFError, zlib.error) as error:
            raise DataError(f"{source} cannot be unpacked ({error}). {_remedy(raw)}") from error
        if not sound:
            raise DataError(f"{source} is damaged or not MNIST's: its md5 sum differs. Remove it. {_remedy(raw)}")


def _opened(source: Path) -> IO[bytes]:
    return gzip.open(source) if source.suffix == ".gz" else source.open("rb")  # type: ignore[return-value]


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _arrays(dataset: Any) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    return dataset.data.numpy(), dataset.targets.numpy()
