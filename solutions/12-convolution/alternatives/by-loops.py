"""Plain loops and Python numbers, entry by entry; whole numbers for the features; sizes with math.floor."""

import math

import numpy as np


def match_score(patch: np.ndarray, pattern: np.ndarray) -> float:
    total = 0.0
    for i in range(len(pattern)):
        for j in range(len(pattern[0])):
            total += float(patch[i][j]) * float(pattern[i][j])
    return total


def feature_map(image: np.ndarray, pattern: np.ndarray) -> np.ndarray:
    rows = []
    for i in range(len(image) - len(pattern) + 1):
        row = []
        for j in range(len(image[0]) - len(pattern[0]) + 1):
            row.append(match_score(image[i : i + len(pattern), j : j + len(pattern[0])], pattern))
        rows.append(row)
    return np.array(rows)


def features(image: np.ndarray, patterns: list[np.ndarray], threshold: float = 4) -> np.ndarray:
    found = []
    for pattern in patterns:
        for row in feature_map(image, pattern):
            for score in row:
                found.append(1 if score == threshold else -1)
    return np.array(found)


def classify(image: np.ndarray, templates: dict[str, np.ndarray], patterns: list[np.ndarray]) -> str:
    best, answer = -math.inf, ""
    mine = features(image, patterns)
    for name, template in templates.items():
        score = sum(a * b for a, b in zip(mine.tolist(), features(template, patterns).tolist(), strict=True))
        if score >= best:  # the last of equals, where the reference takes the first
            best, answer = score, name
    return answer


def conv_output_size(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    if n + 2 * padding - k < 0:
        raise ValueError
    return math.floor((n - k + 2 * padding) / stride) + 1


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    n, channels, height, width = x.shape
    outputs, _, kh, kw = w.shape
    rows, columns = conv_output_size(height, kh, stride, padding), conv_output_size(width, kw, stride, padding)
    y = np.empty((n, outputs, rows, columns))
    for m in range(n):
        for o in range(outputs):
            for i in range(rows):
                for j in range(columns):
                    total = 0.0 if b is None else b[o]
                    for p in range(kh):
                        for q in range(kw):
                            row, column = i * stride + p - padding, j * stride + q - padding
                            if 0 <= row < height and 0 <= column < width:  # outside there is nothing but zeros
                                for c in range(channels):
                                    total += x[m, c, row, column] * w[o, c, p, q]
                    y[m, o, i, j] = total
    return y


def max_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = stride or k
    rows, columns = conv_output_size(x.shape[2], k, step), conv_output_size(x.shape[3], k, step)
    y = np.full((*x.shape[:2], rows, columns), -np.inf)
    for i in range(rows):
        for j in range(columns):
            for p in range(k):
                for q in range(k):
                    y[:, :, i, j] = np.maximum(y[:, :, i, j], x[:, :, i * step + p, j * step + q])
    return y


def avg_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    step = stride or k
    rows, columns = conv_output_size(x.shape[2], k, step), conv_output_size(x.shape[3], k, step)
    y = np.zeros((*x.shape[:2], rows, columns))
    for i in range(rows):
        for j in range(columns):
            y[:, :, i, j] = x[:, :, i * step : i * step + k, j * step : j * step + k].sum(axis=(2, 3)) / (k * k)
    return y
