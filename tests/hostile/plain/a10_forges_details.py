"""Finds the part of the grader in its process and lets it name values and classes that nobody asked for."""

VERDICTS = {
    "*": ("crashed", "failed", "errored"),
    "check_tools": "passed",
    "check_names": ("crashed", "passed"),
    "check_raises": ("crashed", "failed"),
}

import builtins

builtins.BREACH = True  # the process of the tests would have it


import gc


def attack():
    for thing in gc.get_objects():
        if type(thing).__name__ == "Guest":
            forge(type(thing))


def forge(guest):
    honest = guest._also

    def also(self, encoder):
        fields = honest(self, encoder)
        return {**fields, "also": [fields["also"][0], [[n, {"l": [{"i": "4"}]}] for n in range(60)]], "kept": [[0, 1]]}

    guest._also = also


def double(x):
    attack()
    return 4


double_all = Counter = uses_helper = greet = double
