"""Foreign text made fit to be shown: nothing invisible, nothing endless, nothing that names a path.

What a submission printed, raised or is called goes through here on its way to a terminal or a page. Markup is not
our concern: rich is given ``Text``, which knows none, and the templates escape.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

from ..messages import say

FIELD_CHARACTERS = 600  # a name, a value, a message: about eight lines of a terminal

# Cc: ESC, BEL, backspace …; Cf: bidi overrides, zero-width signs, tags; Cs: lone surrogates, which no file can hold;
# Zl and Zp: line breaks that some terminals obey.
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_SUSPECT = re.compile(r"[^\n\t -~]")  # everything but line break, tab and plain ASCII

# No two hyphens in a row, so that the "--" before a digest cannot be forged by a name.
_PLAIN_NAME = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


def printable(text: str) -> str:
    r"""Show control, format and bidi characters as ``\x1b`` or ``\u202e``; keep line breaks and tabs."""
    if text.isprintable():  # nearly always, and then nothing of the below is in it
        return text
    return _SUSPECT.sub(lambda match: _shown(match[0]), text.replace("\r\n", "\n"))


def clip(text: str, *, characters: int = 4000, lines: int = 60) -> str:
    """Keep the first and the last part of a long text and say between them how much was left out.

    Clip before :func:`printable`: a submission may print megabytes.
    """
    if len(text) <= characters and text.count("\n") < lines:
        return text
    rows = text.split("\n")
    keep_rows = lines // 2 if len(rows) > lines else len(rows)
    head = "\n".join(rows[:keep_rows])[: characters // 2]
    tail = "\n".join(rows[-keep_rows:])[-(characters // 2) :]
    return f"{head}\n{say('report.cut', count=f'{len(text) - len(head) - len(tail):,}')}\n{tail}"


def file_stem(*parts: str) -> str:
    """Make a file name (without ending) of ``parts``; different parts give different names on every file system.

    A part that is not plain lower-case ASCII is reduced to what is, and a digest of the original keeps it unique.
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
