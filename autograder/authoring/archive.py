"""Zip archives whose bytes depend on their content alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection

_OLDEST = (1980, 1, 1, 0, 0, 0)  # the first date of the zip format; the date of today would change the bytes


def zipped(files: dict[str, bytes], *, executable: Collection[str] = ()) -> bytes:
    """Return a zip archive of these files, in this order. Equal files give equal bytes, at any time on any machine.

    ``executable`` are the names of the programs among them.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, _OLDEST)
            info.create_system = 3  # Unix, also when this runs on Windows
            info.external_attr = (0o100755 if name in executable else 0o100644) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return buffer.getvalue()
