"""Cases that students see."""

import numpy as np

from autograder import assert_close, task


@task("double", points=4)
def test_double_of_two(student):
    """Twice two is four."""
    assert_close(student.double(np.array([2.0])), np.array([4.0]))


@task("total", points=3)
def test_total_of_three(student):
    """One, two and three are six."""
    assert_close(student.total(np.array([1.0, 2.0, 3.0])), 6.0)


@task("Counter", points=4)
def test_counter_counts(student):
    """It counts from 0 to 2 and on to 5."""
    counter = student.Counter()
    assert_close(counter.add(2), 2)
    assert_close(counter.add(3), 5)
