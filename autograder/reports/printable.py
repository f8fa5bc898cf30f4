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

_STEM_BYTES = 100  # of a part of a file name in UTF-8: two parts with digests and an ending fit into 255 bytes
_NAME_SIGNS = frozenset(" ',-._")  # kept in file names, in addition to letters, marks and digits
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
"""Letters and marks that are not drawn, such as fillers of Hangul and variation selectors."""

_DOUBLED = re.compile(r"-{2,}|\.{2,}| {2,}")  # a name with two hyphens could forge the digest of another name


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


def file_stem(*parts: str, unique: bool = False) -> str:
    """Return a file name (without extension) for ``parts``, safe on every file system and as readable as possible.

    Letters, marks and digits of any script are kept, and so are the signs of names: ``05-logistic-Müller, Jürgen``. If
    anything else has to go, a digest of the original is appended, so that names stay different. With ``unique``, the
    last part always has a digest: names that differ only in case are one name for some file systems.
    """
    *first, last = parts
    return "-".join([*(_file_part(part, unique=False) for part in first), _file_part(last, unique=unique)])


def _file_part(part: str, *, unique: bool) -> str:
    composed = unicodedata.normalize("NFC", part)
    readable = "".join(sign if _is_plain(sign) else "-" for sign in composed)
    readable = _DOUBLED.sub("-", readable).encode()[:_STEM_BYTES].decode(errors="ignore").strip(" -.")
    if readable == composed and readable and not unique:
        return readable
    digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{readable}--{digest}" if readable else digest


def _is_plain(sign: str) -> bool:
    return sign in _NAME_SIGNS or (unicodedata.category(sign)[0] in "LMN" and not _INVISIBLE.match(sign))


def _shown(sign: str) -> str:
    if unicodedata.category(sign) not in _UNFIT:
        return sign
    code = ord(sign)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
