"""Whole experiments in one file that another store takes in."""

from __future__ import annotations

import base64
import binascii
import json
import re
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from compute.problems import Problem, ProblemError
from lab.store.records import curve_path, insert, intern
from lab.store.store import Store
from lab.whole_files import whole_file

if TYPE_CHECKING:
    import sqlite3

FORMAT = 1
_ABOUT = "losslab-store.json"
_IDENTITY = re.compile(r"[A-Za-z0-9_-]{1,80}")
_SHARED = {"experiments": ("versions", "metrics"), "runs": ("layers", "fields")}
"""Columns that point to a text."""
_PACKED = ("first", "last", "best")
_OWN = ("owner_host", "owner_pid", "owner_start", "heartbeat", "changed")
"""Columns that mean nothing in another store."""


def find_experiments(store: Store, words: Sequence[str]) -> tuple[str, ...]:
    """Return the identities of experiments that are named by these or by how they begin.

    Raises
    ------
    ProblemError
        Where a word names none, or several, or an experiment that is still being trained.
    """
    with store.database.reading() as connection:
        known = dict(connection.execute("SELECT id, owner_pid IS NOT NULL FROM experiments").fetchall())
    found = []
    for word in words:
        named = [word] if word in known else [identity for identity in known if identity.startswith(word)]
        if not named:
            _refuse(f"The store has no experiment {word[:40]}", "losslab store info lists the newest.")
        if len(named) > 1:
            _refuse(
                f"{len(named)} experiments begin with {word[:40]}", f"Two of them: {named[0]}, {named[1]}."
            )
        if known[named[0]]:
            _refuse(f"Experiment {named[0]} is still in use", "Export it when its program is done with it.")
        found += named
    return tuple(dict.fromkeys(found))


def export_experiments(
    store: Store, identities: Sequence[str], path: Path, *, overwrite: bool = False
) -> None:
    """Write experiments with their curves and annotations to a file.

    Parameters
    ----------
    store
        The store.
    identities
        Of the experiments, as `find_experiments` returns them.
    path
        The file: a zip.
    overwrite
        Whether it may be replaced.

    Raises
    ------
    ProblemError
        Where the store cannot be read or the file not be written.
    """
    with (
        whole_file(path, overwrite=overwrite) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        archive.writestr(_ABOUT, json.dumps({"format": FORMAT, "experiments": list(identities)}))
        for identity in identities:
            with store.database.reading() as connection:
                facts = _facts(connection, identity)
            archive.writestr(f"{identity}.json", json.dumps(facts, ensure_ascii=False))
            curves = curve_path(store.folder, identity)
            if curves.exists():
                archive.write(curves, f"{identity}.curves")


def _facts(connection: sqlite3.Connection, identity: str) -> dict[str, Any]:
    """Return all that the tables say of an experiment, as JSON can hold it."""
    (experiment,) = _rows(connection, "experiments", "id", identity)
    (summary,) = _rows(connection, "summaries", "key", experiment["summary"])
    summary["arrays"] = base64.b64encode(summary["arrays"]).decode()
    runs = _rows(connection, "runs", "experiment", identity)
    for run in runs:
        run.update({name: base64.b64encode(run[name]).decode() for name in _PACKED})
    groups = _rows(connection, "groups", "id", experiment["group_id"])
    return {"experiment": experiment, "summary": summary, "runs": runs, "groups": groups}


def _rows(connection: sqlite3.Connection, table: str, column: str, value: object) -> list[dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,))
    names = [described[0] for described in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in _SHARED.get(table, ()):
            (row[name],) = connection.execute("SELECT text FROM texts WHERE id = ?", (row[name],)).fetchone()
        for name in _OWN:
            row.pop(name, None)
    return rows


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
                facts = json.loads(archive.read(f"{identity}.json"))
                done[_import(store, archive, identity, facts)].append(identity)
    except FileNotFoundError:
        _refuse(f"There is no file {path.name[:48]}", f"It was looked for in {path.parent}.")
    except OSError as error:
        _refuse(f"{path.name[:48]} could not be read", f"{error.strerror or error}.")
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, binascii.Error) as error:
        if isinstance(error, ProblemError):
            raise
        _refuse(
            f"{path.name[:48]} is not an export of a store",
            f"It is damaged, or was written by another program: {error}.",
        )
    return Imported(**{outcome: tuple(found) for outcome, found in done.items()})


def _contents(archive: zipfile.ZipFile, path: Path) -> list[str]:
    about = json.loads(archive.read(_ABOUT))
    if about["format"] > FORMAT:
        _refuse(
            f"{path.name[:48]} was written by a newer version of Loss Lab",
            f"It has format {about['format']}, this program reads {FORMAT}. Nothing was taken in.",
        )
    identities = [str(identity) for identity in about["experiments"]]
    for identity in identities:
        if not _IDENTITY.fullmatch(identity):
            raise ValueError(f"{identity[:40]!r} is not an identity")
    return identities


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
    if f"{identity}.curves" in archive.namelist():
        with (
            archive.open(f"{identity}.curves") as packed,
            whole_file(curve_path(store.folder, identity), overwrite=True) as file,
        ):
            _copy(packed, file)
    with store.database.writing() as (connection, change):
        _insert(connection, change, identity, facts)
    return "new"


def _copy(packed: IO[bytes], file: IO[bytes]) -> None:
    shutil.copyfileobj(packed, file, 2**20)


def _insert(connection: sqlite3.Connection, change: int, identity: str, facts: Mapping[str, Any]) -> None:
    experiment, summary = dict(facts["experiment"]), dict(facts["summary"])
    if experiment["id"] != identity or any(run["experiment"] != identity for run in facts["runs"]):
        raise ValueError(f"it says something else of {identity}")
    summary["arrays"] = base64.b64decode(summary["arrays"], validate=True)
    if connection.execute("SELECT 1 FROM summaries WHERE key = ?", (summary["key"],)).fetchone() is None:
        _insert_row(connection, "summaries", summary)
    for group in facts["groups"]:
        if connection.execute("SELECT 1 FROM groups WHERE id = ?", (group["id"],)).fetchone() is None:
            _insert_row(connection, "groups", {**group, "changed": change})
    _insert_row(connection, "experiments", {**experiment, "changed": change})
    for run in facts["runs"]:
        packed = {name: base64.b64decode(run[name], validate=True) for name in _PACKED}
        _insert_row(connection, "runs", {**run, **packed, "deleted": None})


def _insert_row(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    """Insert a row; columns that this version does not have are not taken in."""
    known = {described[1] for described in connection.execute(f"PRAGMA table_info({table})")}
    values = {name: value for name, value in row.items() if name in known}
    for name in _SHARED.get(table, ()):
        values[name] = intern(connection, values[name])
    insert(connection, table, values)


def _refuse(title: str, body: str) -> NoReturn:
    raise ProblemError(Problem(title, body))
