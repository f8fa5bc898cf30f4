"""Cases that nobody sees."""

from autograder import assert_matches, task


@task("double", points=6)
def test_double_of_any(student, reference, rng):
    """Any array is doubled."""
    assert_matches(student.double, reference.double, [(rng.normal(size=size),) for size in (1, 5, 9)])
