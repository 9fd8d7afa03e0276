"""First, last and best value of every metric of every run, kept up to date while they are recorded."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from lab.metric_catalogue import metric_of
from lab.pyramid import Floats

_NUMBER = struct.Struct("<d")
WHICH = ("first", "last", "best")


class Extremes:
    """First, last and best finite values of R runs and metrics that become known as they are recorded.

    Parameters
    ----------
    runs
        R.

    Attributes
    ----------
    metrics
        Names of the M metrics, in order of first appearance.
    """

    def __init__(self, runs: int) -> None:
        self.metrics: list[str] = []
        self._values = np.full((len(WHICH), runs, 0), np.nan)

    def note(self, runs: Sequence[int], channels: Sequence[str], values: Floats) -> None:
        """Take rows (C, R, T) of some runs into account."""
        places = self._places(channels)
        finite = np.isfinite(values)
        if not finite.any():
            return
        with np.errstate(invalid="ignore"):
            low = np.fmin.reduce(np.where(finite, values, np.nan), axis=2)
            high = np.fmax.reduce(np.where(finite, values, np.nan), axis=2)
        rising = np.array([metric_of(name).higher_is_better for name in channels])
        any_finite = finite.any(axis=2)
        begin, end = np.argmax(finite, axis=2), values.shape[2] - 1 - np.argmax(finite[:, :, ::-1], axis=2)
        cell = np.ix_(np.asarray(runs), np.asarray(places))
        first, last, best = (self._values[which][cell].T for which in range(len(WHICH)))
        found_first = np.take_along_axis(values, begin[:, :, None], axis=2)[:, :, 0]
        found_last = np.take_along_axis(values, end[:, :, None], axis=2)[:, :, 0]
        first = np.where(np.isnan(first) & any_finite, found_first, first)
        last = np.where(any_finite, found_last, last)
        best = np.where(rising[:, None], np.fmax(best, high), np.fmin(best, low))
        for which, changed in enumerate((first, last, best)):
            self._values[which][cell] = changed.T

    def _places(self, channels: Sequence[str]) -> list[int]:
        new = [name for name in channels if name not in self.metrics]
        if new:
            self.metrics += new
            room = np.full((*self._values.shape[:2], len(new)), np.nan)
            self._values = np.concatenate([self._values, room], axis=2)
        return [self.metrics.index(name) for name in channels]

    def packed(self, run: int) -> tuple[bytes, bytes, bytes]:
        """Return first, last and best of a run as bytes, for `Values`."""
        first, last, best = (np.asarray(part[run], "<f8").tobytes() for part in self._values)
        return first, last, best


class Values(Mapping[str, float]):
    """Values of a run's metrics, left packed until one is asked for; NaN where nothing finite was recorded.

    Parameters
    ----------
    places
        Metric → place, shared by all runs of an experiment.
    packed
        Its numbers, (M,) float64.
    """

    __slots__ = ("_packed", "_places")

    def __init__(self, places: Mapping[str, int], packed: bytes) -> None:
        self._places, self._packed = places, packed

    def __getitem__(self, key: str) -> float:
        return float(_NUMBER.unpack_from(self._packed, 8 * self._places[key])[0])

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __reduce__(self) -> tuple[type[Values], tuple[dict[str, int], bytes]]:
        return Values, (dict(self._places), self._packed)

    def __repr__(self) -> str:
        return repr(dict(self))
