"""Cases that students see."""

import numpy as np

from autograder import assert_close, task


@task("double", points=4)
def test_double_of_two(student):
    """Twice two is four."""
    assert_close(student.double(np.array([2.0])), np.array([4.0]))
