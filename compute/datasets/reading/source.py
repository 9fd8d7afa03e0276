"""Reading the bytes of a file, whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from compute.datasets.reading.wording import count, refuse
from compute.problems import Problem, ProblemError

LARGEST_FILE = 4 * 2**30


def read_whole(path: str) -> tuple[str, bytes]:
    """Read a file at once.

    A file is never mapped into memory: one that shrinks would then kill the process.

    Parameters
    ----------
    path
        Where it is; ``~`` is the home folder, a relative path starts at the working folder.

    Returns
    -------
    name
        The file's name, for messages.
    data
        All of it.

    Raises
    ------
    ProblemError
        No path, nothing there, a folder, no permission, not a regular file, empty, too large, or a size
        that changed while it was read.
    """
    if not path.strip():
        raise ProblemError(
            Problem("No file is chosen.", "A CSV, Parquet or NPZ file is needed.", "data.path")
        )
    try:
        file = Path(path).expanduser()
        name = file.name or str(file)
        with open(file, "rb", opener=_open_without_waiting) as opened:
            before = os.fstat(opened.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise refuse(
                    name, "it is not a regular file.", "Devices and pipes cannot be read as a table."
                )
            if before.st_size > LARGEST_FILE:
                raise refuse(
                    name,
                    f"it has {before.st_size / 1e9:.1f} GB, the limit is {LARGEST_FILE / 1e9:.1f} GB.",
                    "A sample of its rows, or the needed columns as Parquet, would fit.",
                )
            data = opened.read()
            after = os.fstat(opened.fileno())
    except ProblemError:
        raise
    except FileNotFoundError:
        body = f"There is no file {Path(path)}."
        raise refuse(Path(path).name, "there is no such file.", body) from None
    except IsADirectoryError:
        raise refuse(Path(path).name, "it is a folder.", "Choose a file inside it.") from None
    except PermissionError:
        if os.path.isdir(os.path.expanduser(path)):
            raise refuse(Path(path).name, "it is a folder.", "Choose a file inside it.") from None
        body = f"The system does not let you read {Path(path)}. Its permissions can be changed by its owner."
        raise refuse(Path(path).name, "there is no permission to read it.", body) from None
    except (MemoryError, OverflowError):
        raise refuse(Path(path).name, "it does not fit into memory.", "A smaller file would.") from None
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(Path(path).name, "it could not be read.", f"The system says: {reason}.") from None
    if len(data) != before.st_size or after.st_size != before.st_size:
        verb = "shrank" if min(len(data), after.st_size) < before.st_size else "grew"
        raise refuse(
            name,
            f"it {verb} while it was read.",
            f"It had {count(before.st_size, 'byte')}, {count(len(data))} were read and "
            f"{count(after.st_size)} are there now. "
            "Another program is probably still writing it; load it again when that is done.",
        )
    if not data:
        raise refuse(name, "it is empty.", "It has 0 bytes; a header line and lines of values are needed.")
    return name, data


def _open_without_waiting(path: str, flags: int) -> int:
    """Open without blocking, so that a pipe nobody writes to does not hang the program."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
