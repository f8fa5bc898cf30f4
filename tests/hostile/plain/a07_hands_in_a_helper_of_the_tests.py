"""Hands in a file that is named like a helper of the tests."""

VERDICTS = {}
FILES = {"tools.py": "import builtins\nbuiltins.BREACH = True\n\n\ndef answer():\n    return 0\n"}

import builtins

builtins.BREACH = True  # the process of the tests would have it


