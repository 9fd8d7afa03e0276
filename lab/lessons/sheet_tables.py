"""The numbers beside a lab sheet as CSV: curves over the seeds, thinned, last values, and views."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping

from lab.curve_samples import CurveView
from lab.explore.efficiency import EfficiencyState
from lab.explore.figures import csv_text, simulated_csv
from lab.lessons.view_values import SeenView
from lab.loss_labels import loss_labels
from lab.view_options import PanelSource

COLUMNS = 480
"""Width in columns that curves are thinned to: at most two points each."""
CURVES_HEAD = ("run", "loss", "metric", "step", "mean", "lowest", "highest", "seeds")
LAST_HEAD = ("run", "loss", "seed", "metric", "step", "value")

Row = tuple[object, ...]


def curves_csv(sources: Mapping[str, PanelSource]) -> bytes:
    """Return mean, lowest and highest value over the seeds of each loss's curves, at most 960 points each.

    Parameters
    ----------
    sources
        Title of a run → its recording.
    """
    return _csv(CURVES_HEAD, _curve_rows(sources))


def last_values_csv(sources: Mapping[str, PanelSource]) -> bytes:
    """Return the last recorded value of every metric of every loss and seed, with its step.

    Parameters
    ----------
    sources
        Title of a run → its recording.
    """
    return _csv(LAST_HEAD, _last_rows(sources))


def view_csv(view: SeenView) -> bytes:
    """Return the numbers of a view of Explore, what was simulated included."""
    if isinstance(view.state, EfficiencyState):
        return simulated_csv(view.state, view.simulated).encode()
    return csv_text(view.state).encode()


def _curve_rows(sources: Mapping[str, PanelSource]) -> Iterator[Row]:
    view = CurveView(band="minmax", columns=COLUMNS)
    for title, source in sources.items():
        for loss, label in enumerate(loss_labels(source.run_config)):
            runs = [state.info.index for state in source.runs if state.info.loss_index == loss]
            for metric in source.curves.metrics():
                curve = source.curves.group(metric, runs, view)
                if curve is None:
                    continue
                low = curve.mean if curve.low is None else curve.low
                high = curve.mean if curve.high is None else curve.high
                for step, mean, least, most in zip(
                    curve.x.tolist(), curve.mean.tolist(), low.tolist(), high.tolist(), strict=True
                ):
                    yield title, label, metric, step, mean, least, most, curve.runs


def _last_rows(sources: Mapping[str, PanelSource]) -> Iterator[Row]:
    for title, source in sources.items():
        labels = loss_labels(source.run_config)
        for state in source.runs:
            for metric in source.curves.metrics():
                steps, values = source.curves.series(metric, state.info.index)
                if len(steps):
                    label = labels[state.info.loss_index]
                    yield title, label, state.info.seed, metric, int(steps[-1]), float(values[-1])


def _csv(head: Row, rows: Iterator[Row]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode()
