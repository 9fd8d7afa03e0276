"""Taking in experiments that another store wrote to a file."""

from __future__ import annotations

import json
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from compute.problems import Problem, ProblemError
from lab.store.archive_checks import checked, checked_identity
from lab.store.archives import ABOUT, FORMAT, SHARED
from lab.store.records import insert, intern
from lab.store.snapshot_files import files_of
from lab.store.store import Store
from lab.whole_files import whole_file

if TYPE_CHECKING:
    import sqlite3


@dataclass(frozen=True)
class Imported:
    """What an import did: experiments that are new, were brought back, and were there already."""

    new: tuple[str, ...]
    restored: tuple[str, ...]
    known: tuple[str, ...]


def import_experiments(store: Store, path: Path) -> Imported:
    """Take in the experiments of a file; those that are in the store already stay as they are.

    Experiments that are there but deleted are brought back.

    Raises
    ------
    ProblemError
        Where the file is not such a file, damaged, or of a newer version, or the store cannot be written.
        What was taken in before that stays.
    """
    done: dict[str, list[str]] = {"new": [], "restored": [], "known": []}
    try:
        with zipfile.ZipFile(path) as archive:
            for identity in _contents(archive, path):
                facts = checked(json.loads(archive.read(f"{identity}.json")), identity)
                done[_import(store, archive, identity, facts)].append(identity)
    except FileNotFoundError:
        _refuse(f"There is no file {path.name[:48]}", f"It was looked for in {path.parent}.")
    except OSError as error:
        _refuse(f"{path.name[:48]} could not be read", f"{error.strerror or error}.")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, KeyError, ValueError, TypeError) as error:
        if isinstance(error, ProblemError):
            raise
        _refuse(
            f"{path.name[:48]} is not an export of a store",
            f"It is damaged, or was written by another program: {error}.",
        )
    return Imported(**{outcome: tuple(found) for outcome, found in done.items()})


def _contents(archive: zipfile.ZipFile, path: Path) -> list[str]:
    about = json.loads(archive.read(ABOUT))
    if about["format"] > FORMAT:
        _refuse(
            f"{path.name[:48]} was written by a newer version of Loss Lab",
            f"It has format {about['format']}, this program reads {FORMAT}. Nothing was taken in.",
        )
    return [checked_identity(identity) for identity in about["experiments"]]


def _import(store: Store, archive: zipfile.ZipFile, identity: str, facts: Mapping[str, Any]) -> str:
    """Take one experiment in; return ``new``, ``restored`` or ``known``."""
    with store.database.reading() as connection:
        runs = connection.execute("SELECT deleted FROM runs WHERE experiment = ?", (identity,)).fetchall()
    if runs:
        if any(deleted is None for (deleted,) in runs):
            return "known"
        with store.database.writing() as (connection, change):
            connection.execute("UPDATE runs SET deleted = NULL WHERE experiment = ?", (identity,))
            connection.execute("UPDATE experiments SET changed = ? WHERE id = ?", (change, identity))
        return "restored"
    for path in files_of(store.folder, identity):
        if path.name in archive.namelist():
            with archive.open(path.name) as packed, whole_file(path, overwrite=True) as file:
                shutil.copyfileobj(packed, file, 2**20)
    with store.database.writing() as (connection, change):
        _insert(connection, change, facts)
    return "new"


def _insert(connection: sqlite3.Connection, change: int, facts: Mapping[str, Any]) -> None:
    summary = facts["summary"]
    if connection.execute("SELECT 1 FROM summaries WHERE key = ?", (summary["key"],)).fetchone() is None:
        _insert_row(connection, "summaries", summary)
    for group in facts["groups"]:
        if connection.execute("SELECT 1 FROM groups WHERE id = ?", (group["id"],)).fetchone() is None:
            _insert_row(connection, "groups", {**group, "changed": change})
    _insert_row(connection, "experiments", {**facts["experiment"], "changed": change})
    for run in facts["runs"]:
        _insert_row(connection, "runs", {**run, "deleted": None})


def _insert_row(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    """Insert a row; columns that this version does not have are not taken in."""
    known = {described[1] for described in connection.execute(f"PRAGMA table_info({table})")}
    values = {name: value for name, value in row.items() if name in known}
    for name in SHARED.get(table, ()):
        values[name] = intern(connection, values[name])
    insert(connection, table, values)


def _refuse(title: str, body: str) -> NoReturn:
    raise ProblemError(Problem(title, body))
