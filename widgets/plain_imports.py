"""Python's own import, for as long as the window lives.

PySide puts a function of its own in the place of ``__import__``. It reads the source of every module that is
imported after it, in search of its switch for names in snake case, which the lab does not use. That took a
twelfth of the time until the window is painted, and the sources stayed in memory.
"""

from __future__ import annotations

import builtins
import contextlib
from collections.abc import Iterator


@contextlib.contextmanager
def plain_imports() -> Iterator[None]:
    """Import as Python does; where PySide has put nothing in its place, nothing changes."""
    before = builtins.__import__
    own = getattr(builtins, "__orig_import__", None)
    if own is not None and before is getattr(builtins, "__feature_import__", None):
        builtins.__import__ = own
    try:
        yield
    finally:
        builtins.__import__ = before
