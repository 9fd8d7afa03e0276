"""Predictions on a grid that come from several processes, put together to one picture."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab.config import ExperimentConfig
from lab.messages import Event, Field


class FieldParts:
    """The latest `Field` of each process that draws some of the losses."""

    def __init__(self) -> None:
        self._drawing: set[int] = set()
        self._latest: dict[int, Field] = {}
        self._fresh: set[int] = set()

    def expect(self, number: int, runs: Sequence[int], config: ExperimentConfig) -> None:
        """Note the runs that a process trains: with the first run of a loss, it draws that loss."""
        if any(run % config.seeds.count == 0 for run in runs):
            self._drawing.add(number)

    def forget(self, number: int) -> None:
        """Wait for a process no longer; its last part stays in the picture."""
        self._drawing.discard(number)

    def take(self, number: int, part: Field) -> list[Event]:
        """Take a part; return the picture once every part of it is new."""
        self._latest[number] = part
        self._fresh.add(number)
        return self.rest() if self._fresh >= self._drawing else []

    def rest(self) -> list[Event]:
        """Return the picture if any part of it is new."""
        if not self._fresh:
            return []
        self._fresh.clear()
        return [join_fields(list(self._latest.values()))]


def join_fields(parts: Sequence[Field]) -> Field:
    """Join fields over the same grid, runs in ascending order; the step is that of the newest."""
    if len(parts) == 1:
        return parts[0]
    runs = [run for part in parts for run in part.runs]
    order = np.argsort(runs)
    newest = max(parts, key=lambda part: part.step)
    values = np.concatenate([part.values for part in parts])[order]
    return Field(newest.step, tuple(runs[i] for i in order), newest.axes, values, newest.kind)
