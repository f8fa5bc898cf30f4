"""The installed version of the framework, and what an assignment requires of it."""

from __future__ import annotations

import functools

DISTRIBUTION = "autograder-dl"  # the name "autograder" on the public index belongs to another project


@functools.cache
def version() -> str:
    """The framework's version, as installed; looked up once, because each look parses a file."""
    import importlib.metadata  # takes as long as all other imports of a command that only checks its arguments

    return importlib.metadata.version(DISTRIBUTION)


def is_specifier(text: str) -> bool:
    """Return whether a text is a version specifier, such as ">=0.2,<1" (PEP 440)."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # only for assignments that require a version

    try:
        return bool(SpecifierSet(text))
    except InvalidSpecifier:
        return False


def is_met(specifier: str) -> bool:
    """Return whether the installed version fits a valid specifier. A pre-release counts as a version."""
    from packaging.specifiers import SpecifierSet

    return SpecifierSet(specifier).contains(version(), prereleases=True)
