"""Make the plots of an experiment: a `lab.panels.Panel` of each kind from a `PanelSource`."""

from __future__ import annotations

from lab.messages import DataSummary
from lab.panels import CurvePanel, LegendEntry, Panel
from lab.view_options import PanelSource, ViewOptions

PANEL_KINDS: dict[str, str] = {
    "metric": "Validation metric",
    "objective": "Objective",
    "gradient": "Gradient norm per layer",
    "confusion": "Confusion",
    "field": "Data and decision surface",
    "train_metric": "Training metric",
    "error": "Error rate",
    "gradient_total": "Gradient norm",
    "parameter_norm": "Parameter norm",
    "learning_rate": "Learning rate",
}


def default_kinds(summary: DataSummary | None) -> tuple[str, ...]:
    """Say which four plots an experiment starts with: the data itself where it can be drawn."""
    raise NotImplementedError


def applicable_kinds(summary: DataSummary | None) -> tuple[str, ...]:
    """Say which kinds make sense for the data: no confusion for numbers, no surface above two features."""
    raise NotImplementedError


def make_panel(source: PanelSource, kind: str, options: ViewOptions) -> Panel:
    """Make one plot as data.

    Parameters
    ----------
    source
        The experiment, live or finished.
    kind
        A key of `PANEL_KINDS`.
    options
        How to look at it.

    Raises
    ------
    KeyError
        For an unknown kind.
    """
    raise NotImplementedError


def readout(panel: CurvePanel, x: float) -> tuple[LegendEntry, ...]:
    """Read every curve at ``x`` (data units of the x axis): the legend with its values there.

    A curve that does not reach ``x`` reads "–". Facets with one line a layer read "1 0.31 · out 0.05".
    """
    raise NotImplementedError
