"""Hands in files that are named like libraries and like files of pytest."""

VERDICTS = {}
FILES = {
    "numpy.py": "import builtins\nbuiltins.BREACH = True\n",
    "pytest.py": "import builtins\nbuiltins.BREACH = True\n",
    "conftest.py": "import builtins\nbuiltins.BREACH = True\n",
    "random.py": "import builtins\nbuiltins.BREACH = True\n",
    "sitecustomize.py": "import builtins\nbuiltins.BREACH = True\n",
}

import builtins

builtins.BREACH = True  # the process of the tests would have it


