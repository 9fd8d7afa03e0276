"""Whole experiments in one file that another store takes in."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.store.snapshot_files import files_of
from lab.store.store import Store
from lab.whole_files import whole_file

if TYPE_CHECKING:
    import sqlite3

FORMAT = 1
ABOUT = "losslab-store.json"
SHARED = {"experiments": ("versions", "metrics"), "runs": ("layers", "fields")}
"""Columns that point to a text."""
PACKED = ("first", "last", "best")
_OWN = ("owner_host", "owner_pid", "owner_start", "heartbeat", "changed")
"""Columns that mean nothing in another store."""


def export_experiments(
    store: Store, identities: Sequence[str], path: Path, *, overwrite: bool = False
) -> None:
    """Write experiments with their curves, parameters and annotations to a file.

    Parameters
    ----------
    store
        The store.
    identities
        Of the experiments, as `lab.store.naming.find_resting` returns them.
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
        archive.writestr(ABOUT, json.dumps({"format": FORMAT, "experiments": list(identities)}))
        for identity in identities:
            with store.database.reading() as connection:
                facts = _facts(connection, identity)
            archive.writestr(f"{identity}.json", json.dumps(facts, ensure_ascii=False))
            for path in files_of(store.folder, identity):
                if path.exists():
                    archive.write(path, path.name)


def _facts(connection: sqlite3.Connection, identity: str) -> dict[str, Any]:
    """Return all that the tables say of an experiment, as JSON can hold it."""
    (experiment,) = _rows(connection, "experiments", "id", identity)
    (summary,) = _rows(connection, "summaries", "key", experiment["summary"])
    summary["arrays"] = base64.b64encode(summary["arrays"]).decode()
    runs = _rows(connection, "runs", "experiment", identity)
    for run in runs:
        run.update({name: base64.b64encode(run[name]).decode() for name in PACKED})
    groups = _rows(connection, "groups", "id", experiment["group_id"])
    return {"experiment": experiment, "summary": summary, "runs": runs, "groups": groups}


def _rows(connection: sqlite3.Connection, table: str, column: str, value: object) -> list[dict[str, Any]]:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (value,))
    names = [described[0] for described in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in SHARED.get(table, ()):
            (row[name],) = connection.execute("SELECT text FROM texts WHERE id = ?", (row[name],)).fetchone()
        for name in _OWN:
            row.pop(name, None)
    return rows
