"""The solution. It is never imported here: the tests get the submission in its place."""

NOTE = 3


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self


def helper():
    return 1


def uses_helper():
    return helper() + 1


def double(x):
    if isinstance(x, str):
        raise ValueError("not a number")
    return 2 * x


def double_all(values):
    return [2 * value for value in values]


def greet():
    print("hi")
