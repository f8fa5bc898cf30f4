"""Says that it is a float, a list and an instance of everything."""

VERDICTS = {"check_double": "failed", "check_array": "failed", "check_all": "failed", "check_random": "failed", "check_counter": "failed"}

import builtins

builtins.BREACH = True  # the process of the tests would have it


class Meta(type):
    def __instancecheck__(cls, instance):
        return True

    def __subclasscheck__(cls, subclass):
        return True


class Liar(metaclass=Meta):
    __module__ = "builtins"
    __qualname__ = "float"

    @property
    def __class__(self):
        return float

    def __eq__(self, other):
        return True

    __hash__ = None

    def __len__(self):
        return 3


Liar.__name__ = "float"


def double(x):
    if isinstance(x, str):
        raise ValueError("not a number")
    return Liar()


def double_all(values):
    return Liar()


class Counter:
    def __init__(self):
        self.value = Liar()

    def add(self, n):
        return self
