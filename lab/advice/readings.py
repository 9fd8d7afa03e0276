"""What rules read of an experiment, up to a step, and the words that they share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.loss_labels import loss_labels, short_loss_labels
from lab.number_text import NO_BREAK, step_text, thousands, value_text
from lab.view_options import PanelSource, RunState

Floats = NDArray[np.float64]

MAJORITY = 0.75
"""A rule speaks of a loss where at least this share of its runs show the same: no single odd seed."""
TITLE = 80


@dataclass(frozen=True)
class Readings:
    """An experiment as it stood after some step.

    Attributes
    ----------
    source
        The experiment.
    at
        The step; later rows are not read. ``None`` reads everything.
    """

    source: PanelSource
    at: int | None = None

    @property
    def step(self) -> int:
        """Updates done."""
        return self.source.step if self.at is None else min(self.at, self.source.step)

    @property
    def epochs(self) -> float:
        """Passes over the training part; 0 while unknown."""
        per_epoch = self.source.steps_per_epoch
        return self.step / per_epoch if per_epoch else 0.0

    @property
    def now(self) -> bool:
        """Whether nothing was recorded after the step."""
        return self.at is None or self.at >= self.source.step

    def runs_of(self, loss_index: int) -> tuple[RunState, ...]:
        """Return all runs of a loss."""
        return tuple(run for run in self.source.runs if run.info.loss_index == loss_index)

    def diverged(self, run: int) -> bool:
        """Whether a run had diverged by then."""
        end = self.source.curves.ends.get(run)
        return end is not None and end.reason == "diverged" and (self.at is None or end.step <= self.at)

    def sound_runs(self, loss_index: int) -> tuple[int, ...]:
        """Return the indices of a loss's runs that had not diverged."""
        indices = (run.info.index for run in self.runs_of(loss_index))
        return tuple(index for index in indices if not self.diverged(index))

    def evaluated(self, metric: str, run: int) -> tuple[NDArray[np.int64], Floats]:
        """Return steps and finite values (n,) of a metric that is measured at evaluations."""
        steps, values = self.source.curves.series(metric, run)
        kept = np.isfinite(values)
        if self.at is not None:
            kept &= steps <= self.at
        return steps[kept], values[kept].astype(np.float64)

    def recorded(self, metric: str, run: int, most: int) -> Floats:
        """Return the last rows, at most ``most``, of a metric that is recorded at every step."""
        curves = self.source.curves
        track = curves.track(metric, run)
        if track is None:
            return np.empty(0)
        length = curves.length_of(track, run)
        if self.at is not None:
            length = min(length, int(np.searchsorted(track.steps, self.at, side="right")))
        values = track.read(track.channel(metric), track.rows((run,)), max(0, length - most), length)[0]
        return np.asarray(values, dtype=np.float64)

    @property
    def split(self) -> str:
        """The part that runs are judged on: "validation", or "train" where there is no validation part."""
        summary = self.source.summary
        return "train" if summary is not None and summary.validation == 0 else "validation"

    @property
    def task(self) -> str:
        """What is predicted, "classification" or "regression"; empty while the data are unknown."""
        return "" if self.source.summary is None else self.source.summary.task

    # --- words ------------------------------------------------------------------------------------
    def name(self, loss_index: int) -> str:
        """Return what a loss is called."""
        return loss_labels(self.source.run_config)[loss_index]

    def title(self, loss_index: int, rest: str) -> str:
        """Return a title that begins with a loss's name, its short one where it would be too long."""
        config = self.source.run_config
        for name in (loss_labels(config)[loss_index], short_loss_labels(config)[loss_index]):
            title = f"{name} {rest}"
            if len(title) <= TITLE:
                return title
        return title[: TITLE - 1] + "…"

    def seeds(self, count: int, loss_index: int) -> str:
        """Return ", on 2 of 3 seeds"; nothing where there is one seed."""
        total = len(self.runs_of(loss_index))
        if total == 1:
            return ""
        if count == total:
            return f", on {'both' if total == 2 else f'all {total}'} seeds"
        return f", on {count} of {total} seeds"

    def measured_on(self, run: int) -> str:
        """Return " Measured on seed 0, one of 3." for a run held still; nothing where there is one seed."""
        info = self.source.runs[run].info
        total = len(self.runs_of(info.loss_index))
        return "" if total == 1 else f" Measured on seed {info.seed}, one of {total}."

    def offers(self, *names: str) -> bool:
        """Whether none of the experiment's losses has one of these registry names yet."""
        return not any(loss.name in names for loss in self.source.run_config.losses)


def enough(found: Sequence[object], runs: Sequence[object]) -> bool:
    """Whether most runs of a loss show something."""
    return bool(found) and len(found) >= MAJORITY * len(runs)


def other_loss(readings: Readings, loss: int, name: str) -> dict[str, Any]:
    """Return the changes that put another loss in a loss's place, without the name it was given."""
    changes: dict[str, Any] = {f"losses.{loss}.name": name}
    if readings.source.run_config.losses[loss].label:
        changes[f"losses.{loss}.label"] = None
    return changes


def at_step(step: int) -> str:
    """Return "step 1 200"."""
    return f"step {thousands(step)}"


def percent(share: float) -> str:
    """Write a share in percent: "40 %", "76.8 %"."""
    return value_text(share, percent=True).replace(f".0{NO_BREAK}", NO_BREAK)


def number(value: float) -> str:
    """Write a number of a finding: two or three significant digits."""
    return step_text(value)
