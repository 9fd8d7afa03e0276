"""Every recorded step of every run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.plan import Chunk, Evaluation, RunEnd
from compute.problems import Problem
from lab.columns import ColumnStream
from lab.messages import RunInfo
from lab.pyramid import Floats
from lab.snapshots import Snapshots
from lab.spill import SpillSpace
from lab.tracks import Track

MOST_STREAMS = 128
"""With more kinds of column than this asked for, the oldest is forgotten."""
LOOK_BACK = 256
"""Rows read at a time in search of a finite value."""
STEP_METRICS = ("objective", "loss", "gradient_norm", "parameter_norm", "learning_rate")


def step_rows(chunk: Chunk) -> tuple[tuple[str, ...], NDArray[np.float32]]:
    """Return what a chunk recorded at every step: names of C channels, and their values (C, R, T)."""
    layers = chunk.layer_gradient_norm.shape[2]
    channels = (*STEP_METRICS, *(f"gradient_norm/{layer}" for layer in range(layers)))
    values = np.empty((len(channels), chunk.objective.shape[1], chunk.steps), dtype=np.float32)
    for channel, name in enumerate(STEP_METRICS):
        values[channel] = getattr(chunk, name).T
    values[len(STEP_METRICS) :] = chunk.layer_gradient_norm.transpose(2, 1, 0)
    return channels, values


def evaluated_rows(evaluation: Evaluation) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Return what an evaluation measured: names of C metrics, and their values (C, R, 1)."""
    return tuple(evaluation.metrics), np.stack(list(evaluation.metrics.values()))[:, :, None]


class Recording:
    """What was recorded of an experiment's runs.

    Metrics are named ``objective``, ``loss``, ``gradient_norm``, ``gradient_norm/0`` … (one a layer),
    ``parameter_norm``, ``learning_rate``, recorded at every step, and ``validation_accuracy`` and the like,
    recorded at evaluation points.

    Parameters
    ----------
    runs
        The runs, as the trainer announced them.
    steps_per_epoch
        Updates in one pass over the training part; 0 while unknown, epochs are then NaN.
    space
        Where older rows go; room of its own by default.

    Attributes
    ----------
    ends
        Runs that ended before the plan did; ``run`` is the experiment's index.
    version
        Rises with every append.
    snapshots
        Parameters of some runs at evaluations.
    """

    def __init__(
        self, runs: Sequence[RunInfo] = (), steps_per_epoch: int = 0, space: SpillSpace | None = None
    ) -> None:
        self.infos = tuple(runs)
        self.steps_per_epoch = steps_per_epoch
        self.ends: dict[int, RunEnd] = {}
        self.version = 0
        self.snapshots = Snapshots()
        self._space = SpillSpace() if space is None else space
        self._recorded: dict[int, Track] = {}
        self._evaluated: dict[int, Track] = {}
        self._columns: dict[tuple[str, tuple[int, ...], int], ColumnStream] = {}

    @property
    def storage_problem(self) -> Problem | None:
        """Why long curves stay in memory, or ``None`` while there is room for them on the disk."""
        return self._space.problem

    def append(self, runs: Sequence[int], chunk: Chunk) -> None:
        """Add a chunk of the runs ``runs`` (experiment indices, in the chunk's order along R)."""
        runs = tuple(runs)
        if chunk.steps:
            channels, values = step_rows(chunk)
            steps = np.arange(chunk.first_step, chunk.first_step + chunk.steps)
            self.append_rows(runs, channels, steps, chunk.seconds, values)
        for evaluation in chunk.evaluations:
            self.snapshots.append(runs, evaluation)
            metrics, measured = evaluated_rows(evaluation)
            step, seconds = np.array([evaluation.step]), np.array([evaluation.seconds])
            self.append_rows(runs, metrics, step, seconds, measured, evaluated=True)
        self.append_ends(replace(end, run=runs[end.run]) for end in chunk.ended)

    def append_rows(
        self,
        runs: Sequence[int],
        channels: Sequence[str],
        steps: NDArray[np.integer[Any]],
        seconds: NDArray[np.floating[Any]],
        values: Floats,
        *,
        evaluated: bool = False,
    ) -> None:
        """Add rows of runs that were recorded at the same steps.

        Parameters
        ----------
        runs
            Experiment indices of the R runs, always the same ones together.
        channels
            Names of the C metrics, the same at every call for these runs.
        steps, seconds
            (T,) updates done and training time at each row.
        values
            (C, R, T) values; kept as float32, evaluated ones as float64.
        evaluated
            Whether they were measured at evaluation points.
        """
        tracks = self._evaluated if evaluated else self._recorded
        track = tracks.get(runs[0])
        if track is None:
            track = Track(runs, channels, np.float64 if evaluated else np.float32, self._space)
            tracks.update(dict.fromkeys(runs, track))
        track.append(steps, seconds, values)
        self.version += 1

    def append_ends(self, ends: Iterable[RunEnd]) -> None:
        """Note runs that ended; ``run`` is the experiment's index."""
        for end in ends:
            self.ends[end.run] = end
            self.version += 1

    def metrics(self) -> tuple[str, ...]:
        """Names of everything recorded so far, in order of first appearance."""
        names: dict[str, None] = {}
        for tracks in (self._recorded, self._evaluated):
            for track in self._distinct(tracks):
                names.update(dict.fromkeys(track.channels))
        return tuple(names)

    def all_tracks(self) -> Iterator[tuple[Track, bool]]:
        """Yield every track, and whether it holds evaluations."""
        for tracks, evaluated in ((self._recorded, False), (self._evaluated, True)):
            for track in self._distinct(tracks):
                yield track, evaluated

    @staticmethod
    def _distinct(tracks: dict[int, Track]) -> Iterator[Track]:
        # a list first: another thread may add tracks meanwhile
        yield from {id(track): track for track in list(tracks.values())}.values()

    def track(self, metric: str, run: int) -> Track | None:
        """Return where a metric of a run is kept, or ``None`` while there is nothing."""
        for tracks in (self._recorded, self._evaluated):
            track = tracks.get(run)
            if track is not None and metric in track.channels:
                return track
        return None

    def tracks(self, metric: str, runs: Sequence[int]) -> list[tuple[Track, tuple[int, ...]]]:
        """Return the tracks that hold a metric of some runs, each with those of the runs that it holds."""
        found: dict[int, tuple[Track, list[int]]] = {}
        for run in runs:
            track = self.track(metric, run)
            if track is not None:
                found.setdefault(id(track), (track, []))[1].append(run)
        return [(track, tuple(held)) for track, held in found.values()]

    def columns(self, track: Track, metric: str, runs: tuple[int, ...], width: int) -> ColumnStream:
        """Return runs of one track in columns of ``width`` rows, made on first use and then only extended."""
        key = metric, runs, width
        found = self._columns.get(key)
        if found is None:
            if len(self._columns) >= MOST_STREAMS:
                self._columns.pop(next(iter(self._columns)))
            found = self._columns[key] = ColumnStream(metric, runs, width)
        found.catch_up(track)
        return found

    def series(self, metric: str, run: int) -> tuple[NDArray[np.int64], Floats]:
        """Return every recorded value of a run.

        Returns
        -------
        steps
            (n,) updates done.
        values
            (n,), as recorded: float32 for what is recorded at every step, float64 for evaluations. Rows
            after the run's end are left out.
        """
        track = self.track(metric, run)
        if track is None:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        length = self.length_of(track, run)
        values = track.read(track.channel(metric), track.rows((run,)), 0, length)[0]
        return track.steps[:length].copy(), values

    def seconds(self, metric: str, run: int) -> NDArray[np.float64]:
        """Return training seconds at each value of `series`."""
        track = self.track(metric, run)
        if track is None:
            return np.empty(0)
        return track.seconds[: self.length_of(track, run)].copy()

    def length_of(self, track: Track, run: int) -> int:
        """Return how many rows of a track the run took part in.

        A diverged run's last row is the one that shows it; a run that a rule ended after an evaluation
        has no row for the update that it did not do.
        """
        end = self.ends.get(run)
        if end is None:
            return track.length
        by_step = self._recorded.get(run) is track
        side: Literal["left", "right"] = "left" if by_step and end.reason != "diverged" else "right"
        return int(np.searchsorted(track.steps, end.step, side=side))

    def first(self, metric: str, run: int) -> float:
        """Return a run's first finite value, NaN without one."""
        track = self.track(metric, run)
        if track is None:
            return float("nan")
        return float(track.first[track.channel(metric), track.rows((run,))[0]])

    def last(self, metric: str, run: int) -> float:
        """Return a run's latest finite value, NaN without one."""
        track = self.track(metric, run)
        if track is None:
            return float("nan")
        return float(track.last[track.channel(metric), track.rows((run,))[0]])

    def value_at(self, metric: str, run: int, step: int) -> float:
        """Return a run's latest finite value up to a step, NaN without one."""
        track = self.track(metric, run)
        if track is None:
            return float("nan")
        stop = min(int(np.searchsorted(track.steps, step, side="right")), self.length_of(track, run))
        channel, row = track.channel(metric), track.rows((run,))
        back = 1  # the value itself is finite, as a rule
        while stop > 0:
            first, back = max(0, stop - back), LOOK_BACK
            values = track.read(channel, row, first, stop)[0]
            finite = np.flatnonzero(np.isfinite(values))
            if len(finite):
                return float(values[finite[-1]])
            stop = first
        return float("nan")

    def reached(self, metric: str, run: int, value: float, *, rising: bool) -> int | None:
        """Return the first step at which a run's metric is at least (``rising``) or at most ``value``."""
        track = self.track(metric, run)
        if track is None:
            return None
        length = self.length_of(track, run)
        row, channel = track.rows((run,)), track.channel(metric)
        for first in range(0, length, 65536):
            values = track.read(channel, row, first, min(first + 65536, length))[0]
            hits = np.flatnonzero(values >= value if rising else values <= value)
            if len(hits):
                return int(track.steps[first + hits[0]])
        return None
