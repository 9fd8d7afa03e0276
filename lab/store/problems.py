"""What can be wrong with the store, each in one sentence."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

from compute.problems import Problem, ProblemError
from lab.whole_files import reason_of

if TYPE_CHECKING:
    import sqlite3

ELSEWHERE = "Set LOSSLAB_STORE to another folder to keep runs there."


def store_error(path: Path, title: str, body: str) -> ProblemError:
    """Return a problem with the store whose file or folder is ``path``."""
    return ProblemError(Problem(title, f"{body} It lies at {path}."))


def folder_error(folder: Path, error: OSError) -> ProblemError:
    """Say why the store's folder cannot be used."""
    return ProblemError(
        Problem("The store of runs cannot be used", f"{reason_of(error)} The folder is {folder}. {ELSEWHERE}")
    )


def removed_problem(folder: Path) -> Problem:
    """Say that the store is gone from under a run that was being kept."""
    return Problem(
        "This run is no longer kept",
        "The store of runs was removed while it trained. The training goes on, and Export saves what is on "
        f"screen. The next training is kept in a new store, in {folder}.",
    )


def curves_problem(path: Path, error: OSError) -> Problem:
    """Say why the curves of a run are no longer kept."""
    return Problem(
        "The curves of this run are no longer kept",
        f"{reason_of(error)} What was written before stays, and the training goes on. Make room, then run "
        f"again. They lie at {path}.",
    )


def snapshots_problem(path: Path, error: OSError) -> Problem:
    """Say why the parameters of a run are no longer kept."""
    return Problem(
        "The parameters of this run are no longer kept",
        f"{reason_of(error)} Its curves are, and the training goes on. Without parameters, instruments look "
        f"inside while the run is shown, but not later. They lie at {path}.",
    )


def database_error(path: Path, error: sqlite3.Error) -> ProblemError:
    """Say what SQLite's error means."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith("SQLITE_NOTADB"):
        return store_error(
            path, "The store of runs is not a file of Loss Lab",
            "It was left as it is. Move it away; a new one is then made.",
        )  # fmt: skip
    if name.startswith("SQLITE_CORRUPT"):
        return store_error(
            path, "The store of runs is damaged",
            "It was left as it is. Move its folder away, or put a copy of it in its place; the curves beside "
            "it are files of their own.",
        )  # fmt: skip
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        why = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) if name == "SQLITE_FULL" else None
        text = "The disk does not answer as it should." if why is None else reason_of(why)
        return store_error(path, "The store of runs could not be written", f"{text} Make room there.")
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return store_error(
            path, "The store of runs cannot be written to",
            f"Its folder or file is read-only. {ELSEWHERE}",
        )  # fmt: skip
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return store_error(
            path, "The store of runs is in use",
            "Another program has been writing to it for several seconds. Try again.",
        )  # fmt: skip
    return store_error(path, "The store of runs does not answer", f"SQLite says: {error}.")
