"""Files that take the place of others when all of them is written."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

PART = ".part"
"""Ending of a file that is being written and not there yet."""


@contextlib.contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a file to write that takes the place of another, which may be there, when it is left unharmed.

    Yields
    ------
    The file to write, in the same folder, which is made where it is missing.

    Raises
    ------
    OSError
        Where the folder cannot be made or the file not be put in place; what was there stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        yield part
        os.replace(part, path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
