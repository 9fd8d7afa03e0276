"""How curves are looked at, and what a plot needs to know of an experiment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from compute.plan import RunEnd
from lab.config import ExperimentConfig
from lab.curve_samples import BandKind, XAxis
from lab.curves import Curves
from lab.messages import DataSummary, Field, RunInfo

__all__ = [
    "BANDS", "COMPARISONS", "X_AXES", "BandKind", "Comparison", "Confusion", "PanelSource", "RunState",
    "RunStatus", "ViewOptions", "XAxis",
]  # fmt: skip

Comparison = Literal["raw", "relative", "nll"]
RunStatus = Literal[
    "waiting", "running", "diverged", "target", "plateau", "finished", "stopped", "interrupted"
]

X_AXES: dict[XAxis, str] = {"step": "Step", "epoch": "Epoch", "seconds": "Seconds"}
BANDS: dict[BandKind, str] = {
    "none": "No band",
    "minmax": "Min to max",
    "std": "± 1 deviation",
    "ci95": "95\u202f% CI of mean",
}
COMPARISONS: dict[Comparison, str] = {"raw": "Raw", "relative": "Relative", "nll": "NLL"}


@dataclass(frozen=True)
class ViewOptions:
    """How a plot shows curves: one for the whole window, or one a card with ``log_y`` and so on replaced.

    Attributes
    ----------
    x_axis
        What is to the right.
    log_x
        Logarithmic x.
    log_y
        Logarithmic y, or ``None`` for what suits the plot (objectives and norms: yes, scores: no).
    smoothing
        Weight of the past in the exponential smoothing, 0 ≤ w < 1; 0 is off.
    band
        What is shaded around a mean.
    members
        Draw every run of a loss, too.
    comparison
        The objective plot: the values themselves, L(t)/L(0), or the shared negative log-likelihood.
    columns
        Width of the plot in pixels: curves are thinned to at most two points a column.
    x_view
        Visible x interval in units of ``x_axis``, or ``None`` for everything.
    hidden_losses
        Indices of losses that are not drawn.
    solo
        Index of the one loss that is drawn alone, or ``None``.
    metric
        Shared metric without its split ("accuracy", "nll", "r2", ...), or empty for what suits the task.
    loss
        Index of the loss that the confusion matrix shows.
    patience
        As in `lab.curve_samples.CurveView`.
    at
        Step at which the experiment is looked at, or ``None`` for the latest: instruments take the latest
        parameters kept up to it.
    choices
        (key, value) of what was chosen in an instrument's card; see `choice`.
    sample
        The sample that a person picked, as its row in the data set, or ``None``.
    """

    x_axis: XAxis = "step"
    log_x: bool = False
    log_y: bool | None = None
    smoothing: float = 0.0
    band: BandKind = "ci95"
    members: bool = False
    comparison: Comparison = "relative"
    columns: int = 480
    x_view: tuple[float, float] | None = None
    hidden_losses: frozenset[int] = frozenset()
    solo: int | None = None
    metric: str = ""
    loss: int = 0
    patience: int | None = None
    at: int | None = None
    choices: tuple[tuple[str, str], ...] = ()
    sample: int | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.smoothing < 1:
            raise ValueError(f"smoothing must be at least 0 and below 1, not {self.smoothing!r}")
        if self.columns < 2:
            raise ValueError(f"columns must be at least 2, not {self.columns!r}")

    def choice(self, key: str, usual: str) -> str:
        """Return what was chosen for ``key`` in the card, by default ``usual``."""
        return dict(self.choices).get(key, usual)

    def shows(self, loss_index: int) -> bool:
        """Whether the loss is drawn."""
        if self.solo is not None:
            return loss_index == self.solo
        return loss_index not in self.hidden_losses

    def toggled(self, loss_index: int) -> ViewOptions:
        """Return these options with one loss hidden or shown again; leaves solo."""
        return replace(self, hidden_losses=self.hidden_losses ^ {loss_index}, solo=None)

    def soloed(self, loss_index: int) -> ViewOptions:
        """Return these options with one loss alone, or all again when it was alone already."""
        return replace(self, solo=None if self.solo == loss_index else loss_index)


@dataclass(frozen=True)
class RunState:
    """One run as the window lists it.

    Attributes
    ----------
    info
        Index, loss, seed, learning rate.
    status
        Where it stands.
    end
        Why and where it ended before the plan did; its ``run`` is the run's index in the experiment.
    visible
        Whether it counts in plots: a hidden run is neither drawn nor part of means and bands.
    """

    info: RunInfo
    status: RunStatus = "waiting"
    end: RunEnd | None = None
    visible: bool = True


@dataclass(frozen=True)
class Confusion:
    """Confusion counts of the latest evaluation: run index → (K, K), rows true class, columns predicted.

    ``split`` says what was measured: ``"validation"``, or ``"train"`` where there is no validation part.
    """

    step: int
    counts: dict[int, NDArray[np.int64]] = field(default_factory=dict)
    split: Literal["validation", "train"] = "validation"


class PanelSource(Protocol):
    """What plots are made of: a `lab.session.Session`, live or finished, with a window or without."""

    @property
    def run_config(self) -> ExperimentConfig:
        """The config of the runs shown; before the first run, the config as edited."""

    @property
    def runs(self) -> tuple[RunState, ...]:
        """All runs, in order of their index; empty before the first start."""

    @property
    def curves(self) -> Curves:
        """Every recorded step."""

    @property
    def summary(self) -> DataSummary | None:
        """The data of the runs shown; before the first run, of the config as edited."""

    @property
    def field(self) -> Field | None:
        """The latest decision surfaces or fitted curves."""

    @property
    def confusion(self) -> Confusion | None:
        """The latest confusion counts."""

    @property
    def step(self) -> int:
        """Updates done."""

    @property
    def planned_steps(self) -> int:
        """Updates planned; 0 while unknown."""

    @property
    def steps_per_epoch(self) -> int:
        """Updates in one pass over the training part; 0 while unknown."""
