"""Expressions of metrics as a recording of their own, so that all that draws curves draws them, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.comparing.derived import Expression
from lab.recording import STEP_METRICS, Recording
from lab.tracks import Track

TOGETHER = 1_000_000
"""Values that are read at once."""


class DerivedRecording(Recording):
    """The values of some expressions for all runs of a recording.

    They stand at the steps of whichever metric in them was recorded least often; metrics that were recorded
    at other steps are interpolated there, and what lies before their first or after their last step is left
    out. Reading is done once; `catch_up` adds what was recorded since.

    Parameters
    ----------
    origin
        What was recorded.
    expressions
        Of which; each is a metric named by its text.
    """

    def __init__(self, origin: Recording, expressions: Sequence[Expression]) -> None:
        super().__init__(origin.infos, origin.steps_per_epoch)
        self.ends = origin.ends
        self._origin = origin
        self._expressions = tuple({expression.text: expression for expression in expressions}.values())
        self._metrics = tuple(dict.fromkeys(key for found in self._expressions for key in found.metrics))
        self._done: dict[tuple[int, ...], int] = {}

    def catch_up(self) -> None:
        """Compute what was recorded since the last time."""
        self.steps_per_epoch = self._origin.steps_per_epoch
        parts: dict[tuple[int, ...], list[int]] = {}
        tracks: dict[tuple[int, ...], Mapping[str, Track]] = {}
        for info in self._origin.infos:
            found = {metric: self._origin.track(metric, info.index) for metric in self._metrics}
            known = {metric: track for metric, track in found.items() if track is not None and track.length}
            if len(known) == len(self._metrics):
                key = tuple(id(track) for track in known.values())
                parts.setdefault(key, []).append(info.index)
                tracks[key] = known
        for key, runs in parts.items():
            self._extend(tuple(runs), tracks[key])

    def _extend(self, runs: tuple[int, ...], tracks: Mapping[str, Track]) -> None:
        base = min(tracks.values(), key=lambda track: track.length)
        evaluated = not all(metric.partition("/")[0] in STEP_METRICS for metric in self._metrics)
        # rows that every metric reaches already; what is missing of one comes later
        reach = min(int(track.steps[-1]) for track in tracks.values())
        last = int(np.searchsorted(base.steps, reach, side="right"))
        piece = max(1, TOGETHER // len(runs))
        first = self._done.get(runs, 0)
        while first < last:
            end = min(last, first + piece)
            steps = base.steps[first:end]
            values = {
                metric: _read(track, metric, runs, base, first, end) for metric, track in tracks.items()
            }
            rows = np.stack([expression.evaluate(values) for expression in self._expressions])
            texts = [expression.text for expression in self._expressions]
            self.append_rows(runs, texts, steps, base.seconds[first:end], rows, evaluated=evaluated)
            first = end
        self._done[runs] = first


def _read(
    track: Track, metric: str, runs: tuple[int, ...], base: Track, first: int, end: int
) -> NDArray[np.floating[Any]]:
    """Return a metric at rows ``first`` to before ``end`` of the base, (R, end − first)."""
    channel, rows = track.channel(metric), track.rows(runs)
    if track is base:
        return track.read(channel, rows, first, end)
    steps = base.steps[first:end]
    begin = max(0, int(np.searchsorted(track.steps, steps[0], side="right")) - 1)
    stop = min(track.length, int(np.searchsorted(track.steps, steps[-1], side="left")) + 1)
    known = track.steps[begin:stop]
    values = track.read(channel, rows, begin, stop)
    right = np.clip(np.searchsorted(known, steps), 0, len(known) - 1)
    left = np.where(known[right] == steps, right, np.maximum(right - 1, 0))
    width = np.maximum(known[right] - known[left], 1)
    share = np.where(right > left, (steps - known[left]) / width, 0.0)
    found = values[:, left] + np.where(share > 0, share * (values[:, right] - values[:, left]), 0.0)
    return np.where((steps < known[0]) | (steps > known[-1]), np.nan, found)
