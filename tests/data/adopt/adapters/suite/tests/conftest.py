import pathlib

import numpy as np
import pytest

HERE = pathlib.Path(__file__).resolve().parent


class Snapshot:
    def assert_match(self, actual, name):
        path = HERE / "snapshots" / f"{name}.csv"
        np.testing.assert_allclose(actual, np.loadtxt(path, delimiter=","), rtol=1e-4, atol=1e-4)


@pytest.fixture
def snapshot():
    return Snapshot()


@pytest.fixture(scope="session")
def matrix():
    return np.arange(6.0).reshape(2, 3) / 2
