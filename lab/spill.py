"""An unnamed file for rows that would fill the memory: gone with the process, however it ends."""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from compute.problems import Problem

SPILL_FROM = 32 * 2**20
"""Bytes of recorded rows that are kept in memory before older ones go to the disk."""


def open_spill_file() -> BinaryIO:
    """Open a file that no folder lists and that the system removes when it is closed or the process dies.

    It lies in the user's cache folder, since the system's temporary folder is often memory; there only
    where the cache folder cannot be used.

    Raises
    ------
    OSError
        Where neither folder can be written to.
    """
    from platformdirs import user_cache_path

    folder = user_cache_path("losslab", appauthor=False)
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        return _unnamed(folder)
    return _unnamed(Path(tempfile.gettempdir()))


def _unnamed(folder: Path) -> BinaryIO:
    return tempfile.TemporaryFile(mode="w+b", buffering=0, dir=folder)


class SpillSpace:
    """Where an experiment's older rows lie: an append-only file, opened when it is first needed.

    It is written and read with plain calls and never mapped, so that its pages do not count as the
    program's memory. For one thread.

    Parameters
    ----------
    limit
        Bytes that all who share it may keep in memory.
    open_file
        Opens the file, unbuffered, for reading and writing.

    Attributes
    ----------
    held
        Bytes in memory now, as those who share it say.
    problem
        Why rows stay in memory although there are too many, or ``None``.
    """

    def __init__(self, limit: int = SPILL_FROM, open_file: Callable[[], BinaryIO] = open_spill_file) -> None:
        self.limit = limit
        self.held = 0
        self.problem: Problem | None = None
        self._open = open_file
        self._file: BinaryIO | None = None
        self._end = 0
        self._turn = threading.Lock()  # exports read in a thread of their own

    @property
    def crowded(self) -> bool:
        """Whether more is in memory than should be and the file can take it."""
        return self.held > self.limit and self.problem is None

    def write(self, values: NDArray[Any]) -> int | None:
        """Append an array; return its place in the file, or ``None`` where it could not be written."""
        data = np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
        try:
            if self._file is None:
                self._file = self._open()
            with self._turn:
                self._file.seek(self._end)
                done = 0
                while done < len(data):
                    done += self._file.write(data[done:])
        except OSError as error:
            reason = f"{error.strerror or error}".rstrip(".")
            self.problem = Problem(
                "Long curves no longer fit on the disk and stay in memory",
                f"They could not be written to a temporary file: {reason}. Nothing is lost, but the longer "
                "the training, the more memory it takes. Make room on the disk, then run again.",
            )
            return None
        place, self._end = self._end, self._end + done
        return place

    def read(self, place: int, out: NDArray[Any]) -> None:
        """Fill a contiguous array from the file.

        Raises
        ------
        OSError
            Where the file cannot be read as far as it was written.
        """
        if self._file is None:
            raise OSError("nothing was written")
        data = out.reshape(-1).view(np.uint8).data
        done = 0
        with self._turn:
            self._file.seek(place)
            while done < len(data):
                count = self._file.readinto(data[done:])  # type: ignore[attr-defined]
                if not count:
                    raise OSError(f"the temporary file of curves ends at byte {place + done}")
                done += count

    def close(self) -> None:
        """Give the disk back; what was written is gone."""
        if self._file is not None:
            self._file.close()
            self._file = None
