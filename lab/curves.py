"""Every recorded step of every run, and the curves that plots draw of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lab.curve_samples import CurveView
from lab.group_curves import GroupCurve, MeanStream, group_curve, member_curve
from lab.member_envelopes import MemberEnvelopes, member_envelopes
from lab.messages import RunInfo
from lab.recording import MOST_STREAMS, STEP_METRICS, Recording
from lab.spill import SpillSpace

__all__ = ["STEP_METRICS", "CurveView", "Curves", "GroupCurve"]


class Curves(Recording):
    """What was recorded of an experiment's runs, with the means, bands and members that plots draw.

    Parameters
    ----------
    runs, steps_per_epoch, space
        As for `lab.recording.Recording`.

    Attributes
    ----------
    behind
        Whether an unsmoothed mean came out short for want of patience; whoever asks with some sets it back.
    """

    def __init__(
        self, runs: Sequence[RunInfo] = (), steps_per_epoch: int = 0, space: SpillSpace | None = None
    ) -> None:
        super().__init__(runs, steps_per_epoch, space)
        self.behind = False
        self._streams: dict[tuple[object, ...], MeanStream] = {}

    def group(self, metric: str, runs: Sequence[int], view: CurveView) -> GroupCurve | None:
        """Return mean and band over runs, or ``None`` while there is nothing; see `lab.group_curves`."""
        return group_curve(self, metric, tuple(runs), view, self.stream)

    def member(
        self, metric: str, run: int, view: CurveView
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return one run's curve, thinned to at most two points a column with its extremes kept."""
        return member_curve(self, metric, run, view)

    def members(
        self, metric: str, runs: Sequence[int], view: CurveView, x_range: tuple[float, float]
    ) -> tuple[MemberEnvelopes, ...] | None:
        """Return many runs as envelopes, or ``None`` where lines are better; see `lab.member_envelopes`."""
        return member_envelopes(self, metric, tuple(runs), view, x_range)

    def stream(self, metric: str, runs: tuple[int, ...], view: CurveView) -> MeanStream:
        """Return the running extremes of a group's mean, made on first use and then only extended."""
        key = (metric, runs, view.transform)
        found = self._streams.pop(key, None)
        if found is None:
            found = MeanStream(metric, runs, view.transform)
            if len(self._streams) >= MOST_STREAMS:
                self._streams.pop(next(iter(self._streams)))
        self._streams[key] = found  # those asked for last are last
        found.catch_up(self, view.patience)
        self.behind |= found.behind
        return found
