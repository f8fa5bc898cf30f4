"""Untrusted text made printable: no invisible characters, limited length, safe file names.

The output, the errors and the names of a submission pass these functions before a terminal or a page shows them.
Other modules handle markup: rich receives ``Text``, which has none, and the templates escape HTML.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from ..messages import say

FIELD_CHARACTERS = 600  # of a name, a value or a message: about eight lines of a terminal

# Cc: ESC, BEL, backspace …; Cf: bidi overrides, zero-width characters, tags; Cs: lone surrogates, which UTF-8 cannot
# encode; Zl and Zp: line breaks of some terminals.
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_SUSPECT = re.compile(r"[^\n\t -~]")  # all characters except line break, tab and printable ASCII

# No two hyphens in a row, so that a name cannot forge the "--" before a digest.
_PLAIN_NAME = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


def printable(text: str) -> str:
    r"""Escape control, format and bidi characters as ``\x1b`` or ``\u202e``; keep line breaks and tabs."""
    if text.isprintable():  # the usual case: no character to escape
        return text
    return _SUSPECT.sub(lambda match: _shown(match[0]), text.replace("\r\n", "\n"))


def clip(text: str, *, characters: int = 4000, lines: int = 60) -> str:
    """Keep the first and the last part of a long text, and insert the number of omitted characters between them.

    Clip text before you pass it to :func:`printable`: a submission may print megabytes.
    """
    if len(text) <= characters and text.count("\n") < lines:
        return text
    rows = text.split("\n")
    keep_rows = lines // 2 if len(rows) > lines else len(rows)
    head = "\n".join(rows[:keep_rows])[: characters // 2]
    tail = "\n".join(rows[-keep_rows:])[-(characters // 2) :]
    return f"{head}\n{say('report.cut', count=f'{len(text) - len(head) - len(tail):,}')}\n{tail}"


def file_stem(*parts: str) -> str:
    """Return a file name (without extension) for ``parts``. Different parts give different names on every file system.

    Short parts in plain lower-case ASCII do not change. Other parts are reduced to such characters, and a digest of the
    original makes them unique.
    """
    return "-".join(_file_part(part) for part in parts)


def _file_part(part: str) -> str:
    if len(part) <= 60 and _PLAIN_NAME.fullmatch(part):
        return part
    readable = re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-")[:40].strip("-")
    digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{readable}--{digest}"


def _shown(sign: str) -> str:
    if unicodedata.category(sign) not in _UNFIT:
        return sign
    code = ord(sign)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
