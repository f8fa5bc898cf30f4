"""The kernel stays, the image moves: one shifted copy for every entry of the kernel, added up; sizes counted."""

import numpy as np


def match_score(patch: np.ndarray, pattern: np.ndarray) -> float:
    return float(np.vdot(patch, pattern))


def feature_map(image: np.ndarray, pattern: np.ndarray) -> np.ndarray:
    return conv2d(image[np.newaxis, np.newaxis], pattern[np.newaxis, np.newaxis])[0, 0]


def features(image: np.ndarray, patterns: list[np.ndarray], threshold: float = 4) -> np.ndarray:
    vector: list[float] = []
    for pattern in patterns:
        vector.extend(np.where(feature_map(image, pattern) == threshold, 1.0, -1.0).reshape(-1).tolist())
    return np.asarray(vector)


def conv_output_size(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    size = len(range(0, n + 2 * padding - k + 1, stride))
    if size == 0:
        raise ValueError("does not fit")
    return size


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    padded = np.pad(x, [(0, 0), (0, 0), (padding,) * 2, (padding,) * 2], mode="constant")
    rows = conv_output_size(x.shape[2], w.shape[2], stride, padding)
    columns = conv_output_size(x.shape[3], w.shape[3], stride, padding)
    y = np.zeros((x.shape[0], w.shape[0], rows, columns))
    for p in range(w.shape[2]):
        for q in range(w.shape[3]):
            part = padded[:, :, p : p + stride * rows : stride, q : q + stride * columns : stride][
                :, :, :rows, :columns
            ]
            y = y + np.moveaxis(np.tensordot(w[:, :, p, q], part, axes=(1, 1)), 0, 1)
    return y if b is None else y + np.expand_dims(b, (0, 2, 3))


def max_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = k if stride is None else stride
    down = [x[:, :, i : i + k].max(axis=2) for i in range(0, x.shape[2] - k + 1, step)]
    tall = np.stack(down, axis=2)
    return np.stack([tall[..., j : j + k].max(axis=-1) for j in range(0, x.shape[3] - k + 1, step)], axis=-1)


def avg_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = k if stride is None else stride
    down = np.stack([x[:, :, i : i + k].mean(axis=2) for i in range(0, x.shape[2] - k + 1, step)], axis=2)
    return np.stack([down[..., j : j + k].mean(axis=-1) for j in range(0, x.shape[3] - k + 1, step)], axis=-1)
