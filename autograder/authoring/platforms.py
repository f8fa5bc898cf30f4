"""Files of a release for the platforms that courses hand out repositories on. None of them needs a secret."""

from __future__ import annotations

from collections.abc import Iterable

from ..reports.page import template_folder

FILES = {
    "github": {".github/workflows/autograder.yml": "github/autograder.yml"},
    "classroom50": {"classroom50/autograder.py": "classroom50/autograder.py"},
}
"""The paths in a release of each platform, and their sources below ``templates/release``.

None is called ``autograder.py`` at the top: ``python -m autograder`` would run it there.
"""


def files_for(platforms: Iterable[str]) -> dict[str, bytes]:
    """Return the files for these platforms by their paths."""
    folder = template_folder() / "release"
    return {path: (folder / source).read_bytes() for name in platforms for path, source in FILES[name].items()}
