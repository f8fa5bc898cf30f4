"""The convolution theorem: multiply spectra, take every stride-th place. Right to some 1e-15 of the largest entry."""

import numpy as np


def conv2d(x: np.ndarray, w: np.ndarray, b: np.ndarray | None = None, stride: int = 1, padding: int = 0) -> np.ndarray:
    height, width = x.shape[2] + 2 * padding, x.shape[3] + 2 * padding
    frame = np.zeros((*x.shape[:2], height, width))
    frame[:, :, padding : height - padding, padding : width - padding] = x
    image = np.fft.rfft2(frame)  # (N, C, ...)
    kernel = np.conj(np.fft.rfft2(w, s=(height, width)))  # the conjugate: correlation, not convolution
    full = np.fft.irfft2(np.einsum("ncuv,ocuv->nouv", image, kernel), s=(height, width))
    y = full[:, :, : height - w.shape[2] + 1 : stride, : width - w.shape[3] + 1 : stride].copy()
    return y if b is None else y + b[:, None, None]
