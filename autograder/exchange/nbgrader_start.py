"""Import jsonschema, which nbgrader needs, without a grammar that it compiles at each start and nobody here uses.

The grammar of international web addresses (``rfc3987_syntax``) takes 1.5 seconds of CPU, more than all of nbgrader. It
is optional: without it jsonschema does not check such addresses, of which notebooks have none.
"""

from __future__ import annotations

import sys
from typing import Any

_GRAMMAR = "rfc3987_syntax"

if "jsonschema" not in sys.modules and _GRAMMAR not in sys.modules:
    _absent: Any = None
    sys.modules[_GRAMMAR] = _absent  # its import then fails, as where it is not installed
    try:
        import jsonschema  # type: ignore[import-untyped]  # noqa: F401
    finally:
        del sys.modules[_GRAMMAR]
