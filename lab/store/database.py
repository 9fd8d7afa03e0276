"""The store's SQLite file: opened safely, migrated forwards, its errors in words."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compute.problems import Problem, ProblemError
from lab.store.problems import database_error, folder_error, store_error
from lab.store.schema import APPLICATION_ID, MIGRATIONS, VERSION

if TYPE_CHECKING:
    import sqlite3

FILE_NAME = "runs.sqlite"
BUSY_SECONDS = 5.0
"""How long a write waits for another process that writes."""


class Database:
    """One connection to the store's file, for any thread, one at a time.

    Nothing is opened before it is needed. Where opening fails, each use says so again, and a later use may
    succeed. Where another file has taken the place of the one that is open, or none, the next use opens what
    is there now.

    Parameters
    ----------
    folder
        Folder of the store; made when the file is opened.

    Attributes
    ----------
    generation
        How often another file was found in the place of the one before.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self.generation = 0

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for some reads that belong together.

        Raises
        ------
        ProblemError
            Where the file cannot be opened or read.
        """
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        """Lend the connection for some writes that are done together or not at all.

        Yields
        ------
        connection
            The connection.
        change
            The number of this change, which rises with every change by any process: what is changed takes
            it as its ``changed``.

        Raises
        ------
        ProblemError
            Where the file cannot be opened or written; nothing has changed then.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            connection.execute("UPDATE counter SET value = value + 1")
            yield connection, self._counter(connection)

    @property
    def version(self) -> int:
        """Number of the latest change by any process; of another file it is above all of the one before."""
        import sqlite3

        with self._lock:
            try:
                counter = self._counter(self._open())
                return (self.generation << 40) + counter
            except sqlite3.Error as error:
                raise database_error(self.path, error) from error

    @staticmethod
    def _counter(connection: sqlite3.Connection) -> int:
        return int(connection.execute("SELECT value FROM counter").fetchone()[0])

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        import sqlite3

        with self._lock:
            try:
                connection = self._open()
                connection.execute(begin)
                try:
                    yield connection
                except BaseException:
                    with contextlib.suppress(sqlite3.Error):
                        connection.rollback()
                    raise
                connection.commit()
            except sqlite3.Error as error:
                if self._connection is not None:
                    with contextlib.suppress(sqlite3.Error):
                        self._connection.rollback()
                raise database_error(self.path, error) from error

    def open(self) -> None:
        """Open the file now; without this, it is opened when it is first needed.

        Raises
        ------
        ProblemError
            Where it is no store, damaged, of a newer version, or its folder cannot be used.
        """
        import sqlite3

        with self._lock:
            try:
                self._open()
            except sqlite3.Error as error:
                raise database_error(self.path, error) from error

    def _open(self) -> sqlite3.Connection:
        if self._connection is not None:
            if self._file == self._found():
                return self._connection
            self.close()
        import sqlite3

        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise folder_error(self.path.parent, error) from error
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        before, self._file = self._file, self._found()
        self.generation += before not in (None, self._file)
        return connection

    def _found(self) -> tuple[int, int] | None:
        """Return what tells the file that is there now from any other; ``None`` where there is none."""
        try:
            facts = os.stat(self.path)
        except OSError:
            return None
        return facts.st_dev, facts.st_ino

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """See that the file is a store of this version, or make it one."""
        found = _identity(connection)
        if found == (0, 0) and not _is_empty(connection):
            found = (-1, 0)
        if found[0] not in (0, APPLICATION_ID):
            raise store_error(
                self.path, "The store of runs is not a file of Loss Lab",
                "Another program's data lie there; they were left as they are. Move them away; a new store "
                "is then made.",
            )  # fmt: skip
        if found[1] > VERSION:
            raise ProblemError(
                Problem(
                    "The store of runs was written by a newer version of Loss Lab",
                    f"It has version {found[1]}, this program reads up to {VERSION}. Nothing was changed. "
                    f"Start the newer program, or set LOSSLAB_STORE to another folder. It lies at "
                    f"{self.path}.",
                )
            )
        _use_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        if found[1] < VERSION:
            self._migrate(connection)

    def _migrate(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        try:
            begin = _identity(connection)[1]  # another process may have done it meanwhile
            for statements in MIGRATIONS[begin:]:
                for statement in statements.split(";"):
                    if statement.strip():
                        connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {VERSION}")
            connection.commit()
        except BaseException:
            connection.rollback()
            raise

    def shrink(self) -> None:
        """Give the room of removed rows back to the disk.

        Raises
        ------
        ProblemError
            Where the file cannot be written, or another process is writing.
        """
        import sqlite3

        with self._lock:
            try:
                connection = self._open()
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                raise database_error(self.path, error) from error

    def close(self) -> None:
        """Close the connection; the next use opens it again."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None


def _pragma(connection: sqlite3.Connection, name: str) -> Any:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


def _identity(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return whose file it is, and the version of its tables."""
    return int(_pragma(connection, "application_id")), int(_pragma(connection, "user_version"))


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT name FROM sqlite_master").fetchone() is None


def _use_wal(connection: sqlite3.Connection) -> None:
    """Turn write-ahead logging on, which needs the file for itself for a moment.

    Where the file system cannot do it, SQLite stays with its other way, which is slower and as safe.
    """
    import sqlite3

    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
