"""Links of hand-outs: the pages in ``docs/`` that they name are handed out with them, and a dead link is noticed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

DOCS = "docs/"
_LINK = re.compile(r"\]\((?![a-z]+:|[#/])([^)\s#]+)[^)]*\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def linked_docs(files: Mapping[str, bytes], root: Path) -> dict[str, bytes]:
    """Return the files in ``docs/`` of a course that its hand-outs link to, by their paths in the course."""
    named = {target for path in files for _, target in _links(path, files[path]) if target.startswith(DOCS)}
    return {target: (root / target).read_bytes() for target in sorted(named) if (root / target).is_file()}


def dead_links(slug: str, files: Mapping[str, bytes], course: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the links of a hand-out: they name files that no student receives.

    A link to another assignment of the ``course`` (its slugs) is none, because that one may be released later.
    """
    for path, data in files.items():
        if path.startswith(f"assignments/{slug}/"):
            for line, target in _links(path, data):
                is_other = any(f"{target}/".startswith(f"assignments/{other}/") for other in course if other != slug)
                if not is_other and target not in files:
                    yield (
                        f"{path}, line {line}: the link leads to {target}, which no student receives. Correct or omit "
                        f"the link, or put that file into {DOCS} of the course."
                    )


def _links(path: str, data: bytes) -> Iterator[tuple[int, str]]:
    """Yield the links of a page to files of the course, as line and path; those in code are none."""
    if not path.endswith(".md"):
        return
    text = _FENCE.sub(lambda code: "\n" * code.group().count("\n"), data.decode("utf-8", "replace"))
    for found in _LINK.finditer(text):
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), found.group(1)))
        yield text.count("\n", 0, found.start()) + 1, target
