"""Write a file whole or not at all, and say in one sentence why it could not be written."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from compute.problems import Problem, ProblemError

_REASONS = {
    errno.ENOSPC: "The disk is full.",
    errno.EDQUOT: "The disk quota is used up.",
    errno.EACCES: "This folder may not be written to.",
    errno.EPERM: "This folder may not be written to.",
    errno.EROFS: "This folder lies on a read-only file system.",
    errno.ENOENT: "This folder does not exist.",
    errno.ENOTDIR: "A part of this path is a file, not a folder.",
    errno.EEXIST: "A part of this path is a file, not a folder.",
    errno.EISDIR: "There is a folder of that name.",
    errno.ENAMETOOLONG: "The name is too long.",
}


def reason_of(error: OSError) -> str:
    """Say in a sentence why the system did not let a file or folder be written."""
    return _REASONS.get(error.errno or 0, f"{error.strerror or error}.")


def writing_problem(path: Path, error: OSError) -> Problem:
    """Say why a file could not be written."""
    reason = reason_of(error)
    name = path.name if len(path.name) <= 48 else path.name[:47] + "…"
    return Problem(
        f"{name} could not be written",
        f"{reason} The folder is {path.parent}. Nothing was changed there. Choose another or make room.",
    )


def check_free(paths: list[Path], overwrite: bool) -> None:
    """Refuse to go on where a file exists already and may not be replaced.

    Raises
    ------
    ProblemError
        Naming the files.
    """
    there = [path for path in paths if path.exists()]
    if not there or overwrite:
        return
    title = f"{there[0].name[:48]} exists already" if len(there) == 1 else f"{len(there)} files exist already"
    names = ", ".join(path.name for path in there[:6]) + (" and more" if len(there) > 6 else "")
    raise ProblemError(
        Problem(
            title,
            f"In {there[0].parent.absolute()}: {names}. Nothing was written. Choose another name, "
            "or overwrite.",
        )
    )


@contextlib.contextmanager
def whole_file(path: Path, *, overwrite: bool = False) -> Iterator[BinaryIO]:
    """Open a file for binary writing that appears under its name only when all of it is on the disk.

    Parameters
    ----------
    path
        Where it goes; the folder is made if it is missing.
    overwrite
        Whether a file of that name may be replaced.

    Raises
    ------
    ProblemError
        Where it exists already, or the folder is missing, read-only or full. What was there is unchanged.
    """
    check_free([path], overwrite)
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        handle, temporary = tempfile.mkstemp(prefix=".losslab-", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        os.chmod(temporary, mode)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise ProblemError(writing_problem(path, error)) from error
    finally:
        if temporary is not None:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def whole_folder(path: Path, *, overwrite: bool = False, ours: str = "") -> Iterator[Path]:
    """Give a folder to write into that appears under its name only when all of it is there.

    Parameters
    ----------
    path
        Where it goes; an empty folder may be there already.
    overwrite
        Whether a folder of that name may be replaced.
    ours
        What all files of a folder that is replaced must be called (``*`` for any letters): one that holds
        anything else never is.

    Yields
    ------
    The folder to write into.

    Raises
    ------
    ProblemError
        Where it exists and may not be replaced, or cannot be written. What was there is unchanged.
    """
    try:
        if path.is_dir() and any(path.iterdir()):
            check_free([path], overwrite)
            strangers = [file for file in path.rglob("*") if not file.is_dir() and not file.match(ours)]
            if strangers:
                raise ProblemError(
                    Problem(
                        f"{path.name[:40]} holds files of another kind",
                        f"For example {strangers[0].name} in {strangers[0].parent}. Nothing was written. "
                        "Choose another folder.",
                    )
                )
        elif path.exists() and not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".losslab-", dir=path.parent) as room:
            made = Path(room) / "new"
            made.mkdir()
            yield made
            if path.exists():
                os.replace(path, Path(room) / "old")
            os.replace(made, path)
    except OSError as error:
        raise ProblemError(writing_problem(path, error)) from error
