"""Cases that nobody sees."""

from autograder import assert_close, assert_matches, task


@task("double", points=6)
def test_double_of_any(student, reference, rng):
    """Any array is doubled."""
    over = [(rng.normal(size=size),) for size in (1, 5, 9)]
    assert_matches(student.double, reference.double, over)


@task("double", points=2)
def test_double_of_many(student, reference, rng):
    """A megabyte is doubled: more than a socket holds when nobody reads at its other end."""
    x = rng.normal(size=1 << 17)
    want = reference.double(x)
    assert_close(student.double(x), want)


@task("total", points=5)
def test_total_of_any(student, reference, rng):
    """Any array is added up."""
    over = [(rng.normal(size=shape),) for shape in (7, (3, 4), 1)]
    assert_matches(student.total, reference.total, over)


@task("Counter", points=6)
def test_counter_of_any(student, rng):
    """Any steps are counted, by two counters that know nothing of each other."""
    steps = rng.integers(1, 100, size=5).tolist()
    one, other = student.Counter(), student.Counter()
    for step in steps:
        one.add(step)
    assert_close(one.value, sum(steps))
    assert_close(other.add(1), 1)
