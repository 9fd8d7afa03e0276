"""Looking after the store: what is in it, and removing what nobody wants any more."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from compute.problems import ProblemError
from lab.store.frames import ending, frames
from lab.store.part_files import PART
from lab.store.problems import folder_error
from lab.store.records import curve_path
from lab.store.resting import is_at_rest, put_to_rest
from lab.store.rows import ExperimentRow
from lab.store.snapshot_files import files_of, snapshot_path
from lab.store.store import Store

if TYPE_CHECKING:
    import sqlite3

DAY = 86_400.0
YOUNG_SECONDS = 3600.0
"""Files that nothing refers to are left for so long: they may be in the making."""


@dataclass(frozen=True)
class StoreInfo:
    """What is in a store.

    Attributes
    ----------
    folder
        Where it lies.
    experiments, runs, groups
        How many there are that are not deleted.
    deleted
        How many runs are deleted and can be brought back.
    table_bytes, curve_bytes, snapshot_bytes
        Sizes of the tables, of all curves and of all parameters.
    newest
        The newest experiments, at most five.
    damaged
        Experiments whose curves end in what cannot be read; what is before it can be.
    missing
        Experiments whose curves are not there.
    damaged_snapshots
        Experiments whose parameters end in what cannot be read; what is before it can be.
    """

    folder: Path
    experiments: int
    runs: int
    groups: int
    deleted: int
    table_bytes: int
    curve_bytes: int
    snapshot_bytes: int
    newest: tuple[ExperimentRow, ...]
    damaged: tuple[str, ...]
    missing: tuple[str, ...]
    damaged_snapshots: tuple[str, ...]


def describe(store: Store) -> StoreInfo:
    """Look at everything in a store, every byte of its curves and parameters too.

    Raises
    ------
    ProblemError
        Where the store cannot be opened or read.
    """
    experiments, runs = store.experiments(), store.runs()
    with store.database.reading() as connection:
        deleted = connection.execute("SELECT count(*) FROM runs WHERE deleted IS NOT NULL").fetchone()[0]
        known = connection.execute("SELECT id, step, owner_pid IS NOT NULL FROM experiments").fetchall()
    damaged, missing, damaged_snapshots = [], [], []
    for identity, step, kept in known:
        path = curve_path(store.folder, identity)
        if not path.exists():
            if step:
                missing.append(identity)
        elif not kept and _ends_in_damage(path):
            damaged.append(identity)
        snapshots = snapshot_path(store.folder, identity)
        if not kept and snapshots.exists() and _ends_in_damage(snapshots):
            damaged_snapshots.append(identity)
    return StoreInfo(
        store.folder,
        len(experiments),
        len(runs),
        len(store.groups()),
        deleted,
        _table_bytes(store),
        sum(_size(path) for path in _files(curve_path(store.folder, ""))),
        sum(_size(path) for path in _files(snapshot_path(store.folder, ""))),
        tuple(experiments[:5]),
        tuple(damaged),
        tuple(missing),
        tuple(damaged_snapshots),
    )


def _ends_in_damage(path: Path) -> bool:
    try:
        data = memoryview(path.read_bytes())
    except OSError:
        return True
    end = 0
    for found in frames(data):
        end = found.end
    return ending(data, end) == "damaged"


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_size
    return 0


def _files(beside: Path) -> Iterator[Path]:
    """Yield the files of a folder, which is that of ``beside``."""
    yield from (path for path in beside.parent.glob("*") if path.is_file())


@dataclass(frozen=True)
class Cleaning:
    """What `clean` removed, or would remove.

    Attributes
    ----------
    experiments, runs
        How many were removed for good.
    kept_deleted
        Deleted runs that stay: they were deleted too recently, or share their experiment with runs that
        are not deleted.
    orphans
        Files that belonged to nothing.
    rested
        Files of curves that were put in order.
    bytes
        How much that freed; for a dry run, without what putting in order frees.
    """

    experiments: int
    runs: int
    kept_deleted: int
    orphans: int
    rested: int
    bytes: int


def clean(store: Store, older_than_days: float = 0.0, *, dry_run: bool = False) -> Cleaning:
    """Remove for good the experiments all of whose runs are deleted, and files that belong to nothing.

    The curves of experiments that are over are put in order, where their program did not come to it.

    Parameters
    ----------
    store
        The store; other programs may go on using it meanwhile.
    older_than_days
        Leave what was deleted more recently than so many days ago.
    dry_run
        Change nothing, only say what would be done.

    Raises
    ------
    ProblemError
        Where the store cannot be opened or written.
    """
    store.experiments()  # notes what was interrupted
    before = time.time() - older_than_days * DAY
    size = _table_bytes(store)
    with store.database.reading() as connection:
        doomed = _doomed(connection, before)
        known = {identity for (identity,) in connection.execute("SELECT id FROM experiments")}
        over = [
            identity
            for (identity,) in connection.execute("SELECT id FROM experiments WHERE owner_pid IS NULL")
            if identity not in doomed
        ]
        deleted = connection.execute("SELECT count(*) FROM runs WHERE deleted IS NOT NULL").fetchone()[0]
    runs = sum(doomed.values())
    orphans = _orphans(store.folder, known)
    gone = [path for identity in doomed for path in files_of(store.folder, identity) if path.exists()]
    freed = sum(_size(path) for path in (*gone, *orphans))
    unrested = [path for identity in over if _wants_order(path := curve_path(store.folder, identity))]
    if dry_run:
        return Cleaning(len(doomed), runs, deleted - runs, len(orphans), len(unrested), freed)
    if doomed:
        _remove_rows(store, tuple(doomed))
        store.database.shrink()
        freed += max(0, size - _table_bytes(store))
    for path in (*gone, *orphans):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise folder_error(store.folder, error) from error
    rested = 0
    for path in unrested:
        with contextlib.suppress(ProblemError):  # what cannot be read stays as it is
            try:
                freed += put_to_rest(path)
            except OSError as error:
                raise folder_error(store.folder, error) from error
            rested += 1
    return Cleaning(len(doomed), runs, deleted - runs, len(orphans), rested, freed)


def _table_bytes(store: Store) -> int:
    return sum(_size(path) for path in store.folder.glob(f"{store.database.path.name}*"))


def _doomed(connection: sqlite3.Connection, before: float) -> dict[str, int]:
    """Return the experiments all of whose runs were deleted before a time, each with their number."""
    return dict(
        connection.execute(
            "SELECT r.experiment, count(*) FROM runs r JOIN experiments e ON e.id = r.experiment "
            "WHERE e.owner_pid IS NULL GROUP BY r.experiment "
            "HAVING count(r.deleted) = count(*) AND max(r.deleted) <= ?",
            (before,),
        ).fetchall()
    )


def _orphans(folder: Path, known: set[str]) -> list[Path]:
    """Return files beside curves and parameters that belong to no experiment and are not in the making."""
    now = time.time()
    found = []
    for beside in files_of(folder, ""):
        for path in _files(beside):
            named = path.name.removesuffix(beside.name)
            if named in known and not path.name.endswith(PART):
                continue
            with contextlib.suppress(OSError):
                if now - path.stat().st_mtime > YOUNG_SECONDS:
                    found.append(path)
    return found


def _wants_order(path: Path) -> bool:
    with contextlib.suppress(OSError, ValueError):
        return not is_at_rest(path)
    return False


def _remove_rows(store: Store, doomed: Sequence[str]) -> None:
    with store.database.writing() as (connection, _):
        connection.execute("UPDATE counter SET purged = purged + 1")
        for identity in doomed:
            connection.execute("DELETE FROM runs WHERE experiment = ?", (identity,))
            connection.execute("DELETE FROM experiments WHERE id = ?", (identity,))
        connection.execute(
            "DELETE FROM groups WHERE owner_pid IS NULL AND id NOT IN "
            "(SELECT group_id FROM experiments WHERE group_id IS NOT NULL)"
        )
        connection.execute("DELETE FROM summaries WHERE key NOT IN (SELECT summary FROM experiments)")
        connection.execute(
            "DELETE FROM texts WHERE id NOT IN (SELECT versions FROM experiments UNION SELECT metrics FROM "
            "experiments UNION SELECT layers FROM runs UNION SELECT fields FROM runs)"
        )
