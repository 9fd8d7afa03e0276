"""Taking the experiment of a bundle into the store, where it is listed like one that was trained here."""

from __future__ import annotations

import json
from pathlib import Path

from lab.bundle.ending import BUNDLED_DATA
from lab.bundle.reading import Bundle, open_bundle
from lab.config import ExperimentConfig
from lab.messages import DeviceReport, Started
from lab.store.extremes import Extremes
from lab.store.owner import this_process
from lab.store.part_files import replaced
from lab.store.problems import folder_error
from lab.store.records import Progress, curve_path, insert_experiment, intern, release, update_experiment
from lab.store.resting import write_in_order
from lab.store.snapshot_files import snapshot_path, write_whole
from lab.store.store import Store

_ROWS = 65536
"""Rows that are looked through at a time."""


def keep_bundle(store: Store, bundle: Bundle, config: ExperimentConfig) -> str:
    """Take a bundle's experiment into the store.

    Parameters
    ----------
    store
        The store.
    bundle
        The bundle.
    config
        Its experiment as it reads its data on this machine: what `Bundle.unpacked_config` returned.

    Returns
    -------
    Its identity. One that is in the store already stays as it is; if its runs were deleted, they are
    brought back.

    Raises
    ------
    ProblemError
        Where the store cannot be written.
    """
    identity = bundle.identity
    with store.database.reading() as connection:
        runs = connection.execute("SELECT deleted FROM runs WHERE experiment = ?", (identity,)).fetchall()
    if runs:
        if all(deleted is not None for (deleted,) in runs):
            with store.database.writing() as (connection, change):
                connection.execute("UPDATE runs SET deleted = NULL WHERE experiment = ?", (identity,))
                connection.execute("UPDATE experiments SET changed = ? WHERE id = ?", (change, identity))
        return identity
    _write_curves(store, bundle)
    device = bundle.device or DeviceReport("cpu", "Unknown device")
    infos = tuple(run.info for run in bundle.runs)
    started = Started(0, infos, bundle.planned_steps, bundle.steps_per_epoch, device, bundle.summary)
    statuses = tuple(run.status for run in bundle.runs)
    progress = Progress(
        bundle.state, bundle.step, bundle.seconds, statuses, bundle.curves.ends, bundle.interventions
    )
    with store.database.writing() as (connection, change):
        insert_experiment(connection, change, identity, config, started, this_process())
        update_experiment(connection, change, identity, progress, _extremes(bundle))
        connection.execute(
            "UPDATE experiments SET command = ?, system = ?, versions = ? WHERE id = ?",
            (bundle.command, bundle.system, intern(connection, json.dumps(bundle.versions)), identity),
        )
        if bundle.created is not None:
            connection.execute("UPDATE experiments SET created = ? WHERE id = ?", (bundle.created, identity))
        release(connection, "experiments", identity)
    return identity


def take_in(store: Store, path: Path) -> str:
    """Take the experiment of a bundle's file into a store; its data file is unpacked there.

    Raises
    ------
    ProblemError
        As `lab.bundle.reading.read_bundle` and `keep_bundle`.
    """
    return keep_bundle(store, *open_bundle(path, store.folder / BUNDLED_DATA))


def _write_curves(store: Store, bundle: Bundle) -> None:
    path = curve_path(store.folder, bundle.identity)
    try:
        with replaced(path) as part:
            write_in_order(part, [run.info for run in bundle.runs], bundle.curves, bundle.confusion)
        if bundle.parameters:
            write_whole(snapshot_path(store.folder, bundle.identity), [bundle.parameters])
    except OSError as error:
        raise folder_error(store.folder, error) from error


def _extremes(bundle: Bundle) -> Extremes:
    """Return first, last and best values, as they would have been noted while it was trained."""
    extremes = Extremes(len(bundle.runs))
    for track, _ in bundle.curves.all_tracks():
        for first in range(0, track.length, _ROWS):
            rows = track.read_all(first, min(first + _ROWS, track.length))
            extremes.note(track.runs, track.channels, rows)
    return extremes
