"""``python -m autograder``."""

from .commands.main import main

main()
