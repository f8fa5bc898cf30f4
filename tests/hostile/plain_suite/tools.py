"""A helper of the instructor's, next to the tests. A submission may hand in a file of the same name."""


def answer():
    return 42
