"""Parameters of runs as the bytes of a file that a store keeps, for bundles."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compute.plan import Evaluation
from lab.messages import RunInfo
from lab.recording import Recording
from lab.snapshots import Snapshots
from lab.store.best_rows import METRIC
from lab.store.kept_messages import WentOn
from lab.store.snapshot_files import Snapshot, SnapshotWriter, head_frame, settings_frame


def pack_snapshots(
    snapshots: Snapshots,
    runs: Sequence[RunInfo],
    went_on: WentOn | None = None,
    curves: Recording | None = None,
) -> bytes:
    """Return parameters as the bytes of a file.

    Those of a session are thinned as a store would have thinned them.

    Parameters
    ----------
    snapshots
        The parameters.
    runs
        All runs of the experiment.
    went_on
        Settings by which the runs went on, where they were changed meanwhile.
    curves
        What was recorded, where the best of each run is to be kept, too.
    """
    if snapshots.stored:
        frames = [head_frame()]
        if went_on is not None:
            frames.append(settings_frame(went_on))
        frames += [kept.frame() for _, kept in _kept(snapshots, runs)]
        return b"".join(frames) if len(frames) > 1 else b""
    with tempfile.TemporaryDirectory(prefix="losslab-") as folder:
        path = Path(folder) / "snapshots"
        writer = SnapshotWriter(path)
        try:
            for group, kept in _kept(snapshots, runs):
                places = tuple(group.index(run) for run in kept.runs)
                metrics = {} if curves is None else _losses(curves, group, kept)
                writer.append(group, Evaluation(kept.step, 0.0, metrics, None, places, kept.values))
            writer.flush(rests=True)
        finally:
            writer.close()
        return path.read_bytes() if path.exists() else b""


def _losses(curves: Recording, group: tuple[int, ...], kept: Snapshot) -> dict[str, NDArray[np.float64]]:
    """Return the validation losses (R,) of a group's runs at a step, NaN where they were not measured."""
    losses = np.full(len(group), np.nan)
    for run in kept.runs:
        steps, values = curves.series(METRIC, run)
        place = int(np.searchsorted(steps, kept.step))
        if place < len(steps) and steps[place] == kept.step:
            losses[group.index(run)] = values[place]
    return {METRIC: losses}


def _kept(snapshots: Snapshots, runs: Sequence[RunInfo]) -> Iterator[tuple[tuple[int, ...], Snapshot]]:
    """Yield what is known of runs whose models are of one size, step by step, with those runs."""
    groups: dict[int, list[int]] = {}
    for run in runs:
        groups.setdefault(run.parameters, []).append(run.index)
    for group in groups.values():
        at: dict[int, list[int]] = {}
        for index in group:
            for step in snapshots.steps(index).tolist():
                at.setdefault(step, []).append(index)
        for number, step in enumerate(sorted(at)):
            values = [snapshots.at(run, step) for run in at[step]]
            yield tuple(group), Snapshot(number, step, tuple(at[step]), np.stack(values))  # type: ignore[arg-type]
