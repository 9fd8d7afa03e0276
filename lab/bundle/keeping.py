"""Taking the experiment of a bundle into the store."""

from __future__ import annotations

import contextlib
import json
import os
import secrets

from lab.bundle.reading import Bundle
from lab.config import ExperimentConfig
from lab.messages import DeviceReport, Started
from lab.store.extremes import Extremes
from lab.store.owner import this_process
from lab.store.problems import folder_error
from lab.store.records import Progress, curve_path, insert_experiment, intern, release, update_experiment
from lab.store.resting import PART, write_in_order
from lab.store.store import Store

_ROWS = 65536


def keep_bundle(store: Store, bundle: Bundle, config: ExperimentConfig) -> str:
    """Take a bundle's experiment into the store, where it is listed like one that was trained here.

    Parameters
    ----------
    store
        The store.
    bundle
        The bundle.
    config
        Its experiment as it reads its data on this machine: what `Bundle.unpack` returned.

    Returns
    -------
    Its identity. One that is in the store already stays as it is; if its runs were deleted, they are
    brought back.

    Raises
    ------
    ProblemError
        Where the bundle is damaged or the store cannot be written.
    """
    identity = bundle.origin.identity
    with store.database.reading() as connection:
        runs = connection.execute("SELECT deleted FROM runs WHERE experiment = ?", (identity,)).fetchall()
    if runs:
        if all(deleted is not None for (deleted,) in runs):
            with store.database.writing() as (connection, change):
                connection.execute("UPDATE runs SET deleted = NULL WHERE experiment = ?", (identity,))
                connection.execute("UPDATE experiments SET changed = ? WHERE id = ?", (change, identity))
        return identity
    _write_curves(store, bundle)
    infos = tuple(run.info for run in bundle.runs)
    device = bundle.device or DeviceReport("cpu", "Unknown device")
    started = Started(0, infos, bundle.planned_steps, bundle.steps_per_epoch, device, bundle.summary)
    progress = Progress(
        bundle.state, bundle.step, bundle.seconds, tuple(run.status for run in bundle.runs),
        bundle.curves.ends, bundle.interventions,
    )  # fmt: skip
    extremes = _extremes(bundle)
    origin = bundle.origin
    with store.database.writing() as (connection, change):
        insert_experiment(connection, change, identity, config, started, this_process())
        update_experiment(connection, change, identity, progress, extremes)
        connection.execute(
            "UPDATE experiments SET created = ?, command = ?, system = ?, versions = ? WHERE id = ?",
            (
                origin.created, origin.command, origin.system,
                intern(connection, json.dumps(origin.versions)), identity,
            ),
        )  # fmt: skip
        release(connection, "experiments", identity)
    return identity


def _write_curves(store: Store, bundle: Bundle) -> None:
    path = curve_path(store.folder, bundle.origin.identity)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        write_in_order(part, [run.info for run in bundle.runs], bundle.curves, bundle.confusion)
        os.replace(part, path)
    except OSError as error:
        raise folder_error(store.folder, error) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def _extremes(bundle: Bundle) -> Extremes:
    """Return first, last and best values, as they would have been noted while it was trained."""
    extremes = Extremes(len(bundle.runs))
    for track, _ in bundle.curves.all_tracks():
        for first in range(0, track.length, _ROWS):
            rows = track.read_all(first, min(first + _ROWS, track.length))
            extremes.note(track.runs, track.channels, rows)
    return extremes
