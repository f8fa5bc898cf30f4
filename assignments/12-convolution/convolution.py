"""Convolution and pooling by hand: from one patch to the layers of a network.

Every array is float64. Images of the first four tasks are (H, W) with entries +1 (ink) and -1 (paper); from task 6 on
x is a batch (N, C, H, W). No function changes an argument.
"""

import numpy as np


def match_score(patch: np.ndarray, pattern: np.ndarray) -> float:
    r"""Score how well a patch matches a pattern: the sum of the products of their entries.

        score = sum_ij patch_ij * pattern_ij

    Args:
        patch: float64 (h, w), a part of an image.
        pattern: float64 (h, w), what we look for.

    Returns:
        The score, a float.

    Do not change patch or pattern in place.

    >>> backslash = np.array([[1.0, -1.0], [-1.0, 1.0]])
    >>> match_score(backslash, backslash)
    4.0
    >>> match_score(np.array([[1.0, -1.0], [-1.0, -1.0]]), backslash)  # one pixel is wrong
    2.0
    """
    raise NotImplementedError("Task 1: match_score")


def feature_map(image: np.ndarray, pattern: np.ndarray) -> np.ndarray:
    """Slide the pattern over the image and write down the score of every place.

        map_ij = match_score(image[i : i + h, j : j + w], pattern)

    Args:
        image: float64 (H, W).
        pattern: float64 (h, w), not larger than the image.

    Returns:
        float64 (H - h + 1, W - w + 1).

    Do not change image or pattern in place.

    >>> x = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])
    >>> feature_map(x, np.array([[1.0, -1.0], [-1.0, 1.0]]))
    array([[ 4., -4.],
           [-4.,  4.]])
    """
    raise NotImplementedError("Task 2: feature_map")


def features(image: np.ndarray, patterns: list[np.ndarray], threshold: float = 4) -> np.ndarray:
    """Describe an image by +1 where a pattern is found and -1 where it is not.

    A pattern is found where its score EQUALS the threshold. The result holds the map of the first pattern row by row,
    then the map of the second, and so on.

    Args:
        image: float64 (H, W).
        patterns: list of P float64 arrays (h, w), which may differ in shape.
        threshold: the score that counts as found; 4 is the score of a perfect 2x2 match.

    Returns:
        1-d array of +1 and -1, one entry for every place of every pattern; (8,) for two 2x2 patterns on a 3x3 image.

    Do not change image or patterns in place.

    >>> slash = np.array([[-1.0, 1.0], [1.0, -1.0]])
    >>> features(np.array([[-1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, -1.0]]), [slash])
    array([-1.,  1.,  1., -1.])
    """
    raise NotImplementedError("Task 3: features")


def classify(image: np.ndarray, templates: dict[str, np.ndarray], patterns: list[np.ndarray]) -> str:
    r"""Name the template whose features are most like those of the image.

        answer = argmax over names of  features(image) . features(templates[name])

    Args:
        image: float64 (H, W).
        templates: the clean image (H, W) of every class, by name.
        patterns: list of float64 arrays, as for features (threshold 4).

    Returns:
        A key of templates. A tie may go either way.

    Do not change image, templates or patterns in place.

    >>> patterns = [np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([[-1.0, 1.0], [1.0, -1.0]])]
    >>> x = np.array([[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0], [1.0, -1.0, 1.0]])
    >>> classify(x, {"O": -x, "X": x}, patterns)
    'X'
    """
    raise NotImplementedError("Task 4: classify")


def conv_output_size(n: int, k: int, stride: int = 1, padding: int = 0) -> int:
    """Count the places where a kernel fits along one axis.

        size = floor((n - k + 2 * padding) / stride) + 1        (first round down, then add 1)

    Args:
        n: length of the input along this axis.
        k: length of the kernel.
        stride: distance between two places, at least 1.
        padding: zeros added at EACH end, at least 0.

    Returns:
        The size, an int (it becomes a shape).

    Raises:
        ValueError: the kernel is longer than the padded input, k > n + 2 * padding.

    >>> conv_output_size(227, 11, stride=4)
    55
    """
    raise NotImplementedError("Task 5: conv_output_size")


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Convolve a batch with O kernels, as a layer of a network does (cross-correlation: the kernel is not flipped).

        y[n, o, i, j] = b[o] + sum over c, p, q of  X[n, c, i * stride + p, j * stride + q] * w[o, c, p, q]

    where X is x with `padding` rows and columns of zeros on all four sides of every image.

    Args:
        x: float64 (N, C, H, W).
        w: float64 (O, C, kh, kw).
        b: float64 (O,), or None for no bias.
        stride: distance between two places, the same in both directions.
        padding: zeros at each side, the same in both directions.

    Returns:
        float64 (N, O, H', W'); H' and W' as conv_output_size gives them.

    Do not change x, w or b in place.

    >>> conv2d(np.ones((1, 1, 3, 3)), np.ones((1, 1, 3, 3)), padding=1)[0, 0]
    array([[4., 6., 4.],
           [6., 9., 6.],
           [4., 6., 4.]])
    """
    raise NotImplementedError("Task 6: conv2d")


def max_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    """Keep the largest entry of every k x k window, for every image and channel by itself.

    Windows start every `stride` rows and columns; those that would stick out are left out.

    Args:
        x: float64 (N, C, H, W), H and W at least k.
        k: side of the window.
        stride: distance between two windows; None stands for k.

    Returns:
        float64 (N, C, H', W') with H' = conv_output_size(H, k, stride), W' likewise.

    Do not change x in place.

    >>> max_pool2d(np.array([[[[1.0, 2.0, 5.0], [4.0, 3.0, 6.0]]]]), 2)
    array([[[[4.]]]])
    """
    raise NotImplementedError("Task 7: max_pool2d")


def avg_pool2d(x: np.ndarray, k: int, stride: int | None = None) -> np.ndarray:
    """Take the mean of every k x k window, for every image and channel by itself.

    Windows and arguments are those of max_pool2d.

    Do not change x in place.

    >>> avg_pool2d(np.array([[[[1.0, 2.0, 5.0], [4.0, 3.0, 6.0]]]]), 2, stride=1)
    array([[[[2.5, 4. ]]]])
    """
    raise NotImplementedError("Task 7: avg_pool2d")
