"""Names of people and groups, as systems change them on the way into a file name."""

from __future__ import annotations

import re
import unicodedata


def folded(text: str) -> str:
    """Return a text in one form: NFC, without the difference between upper and lower case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def bare(name: str) -> str:
    """Return the letters and digits of a name, folded.

    Canvas deletes all other characters except "_". Moodle deletes those that no file name may contain and replaces "_"
    by a blank. So two spellings of one name have the same result.
    """
    return "".join(sign for sign in folded(unicodedata.normalize("NFKC", name)) if sign.isalnum())


def spellings(name: str) -> frozenset[str]:
    """Return a name in both orders, bare: systems write "Kim, Minjun" and "Minjun Kim"."""
    last, comma, first = name.partition(",")
    return frozenset({bare(name), bare(f"{first} {last}")} if comma and first.strip() else {bare(name)}) - {""}


_UNSAFE = re.compile(r"[^\w .@+',-]|^[ .]|[ .]$")


def is_file_name(text: str) -> bool:
    """Return whether ``text`` can name a file on every system, and is not hidden by a dot."""
    reserved = re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", text, re.IGNORECASE)
    return bool(text) and not _UNSAFE.search(text) and not reserved and len(text.encode()) <= 100 and text.isprintable()
