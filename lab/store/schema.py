"""The tables of the store, and how an older file becomes one of today."""

from __future__ import annotations

APPLICATION_ID = 0x4C6F7353
"""Marks a SQLite file as a store of Loss Lab ("LosS")."""

MIGRATIONS = (
    """
    CREATE TABLE counter (value INTEGER NOT NULL, purged INTEGER NOT NULL);
    INSERT INTO counter VALUES (0, 0);

    CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

    CREATE TABLE summaries (key TEXT PRIMARY KEY, facts TEXT NOT NULL, arrays BLOB NOT NULL);

    CREATE TABLE groups (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, created REAL NOT NULL,
        state TEXT NOT NULL, config TEXT NOT NULL,
        owner_host TEXT, owner_pid INTEGER, owner_start TEXT, heartbeat REAL,
        changed INTEGER NOT NULL
    );

    CREATE TABLE experiments (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, group_id TEXT, role TEXT NOT NULL,
        name TEXT NOT NULL, question TEXT NOT NULL, created REAL NOT NULL, seconds REAL NOT NULL,
        state TEXT NOT NULL, device_kind TEXT NOT NULL, device_label TEXT NOT NULL,
        device_reason TEXT NOT NULL, step INTEGER NOT NULL, planned_steps INTEGER NOT NULL,
        steps_per_epoch INTEGER NOT NULL, versions INTEGER NOT NULL REFERENCES texts (id),
        metrics INTEGER NOT NULL REFERENCES texts (id), config TEXT NOT NULL,
        summary TEXT NOT NULL REFERENCES summaries (key), interventions TEXT NOT NULL,
        command TEXT NOT NULL, system TEXT NOT NULL,
        owner_host TEXT, owner_pid INTEGER, owner_start TEXT, heartbeat REAL,
        changed INTEGER NOT NULL
    );
    CREATE INDEX experiments_changed ON experiments (changed);
    CREATE INDEX experiments_group ON experiments (group_id);

    CREATE TABLE runs (
        experiment TEXT NOT NULL REFERENCES experiments (id), idx INTEGER NOT NULL,
        loss_index INTEGER NOT NULL, loss TEXT NOT NULL, short TEXT NOT NULL, series INTEGER NOT NULL,
        seed INTEGER NOT NULL, learning_rate REAL NOT NULL, layers INTEGER NOT NULL REFERENCES texts (id),
        parameters INTEGER NOT NULL, fields INTEGER NOT NULL REFERENCES texts (id), status TEXT NOT NULL,
        end_step INTEGER, end_reason TEXT, end_layer INTEGER, end_value REAL,
        first BLOB NOT NULL, last BLOB NOT NULL, best BLOB NOT NULL,
        name TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '[]',
        starred INTEGER NOT NULL DEFAULT 0, colour INTEGER, deleted REAL,
        PRIMARY KEY (experiment, idx)
    ) WITHOUT ROWID;
    """,
)
"""Statements that lead from version i of the tables to version i + 1."""

VERSION = len(MIGRATIONS)
