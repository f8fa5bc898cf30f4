"""Puts markup, control characters and templates into output, exceptions, names and values."""

THREAT = "G1"
VERDICTS = {"*": ("errored", "failed")}

import numpy as np

NASTY = "<script>alert(1)</script><img src=x onerror=alert(1)> ]]> | ![](http://x) `rm` \x1b[2J\x1b]0;owned\x07 \u202egnp.exe\u2066 \x00 {{ 7 * 7 }} =cmd|' /C calc'!A0"
print(NASTY)


class Nasty(Exception):
    pass


Nasty.__name__ = NASTY[:80]


def double(x):
    print(NASTY)
    raise Nasty(NASTY)


def total(x):
    return NASTY


class Counter:
    def __init__(self):
        self.value = {NASTY: NASTY}

    def add(self, n):
        return {NASTY: NASTY}
