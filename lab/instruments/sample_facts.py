"""What is said of one sample: what goes in, what should come out and what does, and how hard it pulls."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from compute.metrics import class_scores
from lab.chart import ChartAxis, ChartBars, ChartFacet, ChartGrid
from lab.instruments.frozen import Floats, FrozenRun, Samples
from lab.messages import DataSummary
from lab.number_text import value_text
from lab.panel_looks import LossLook

MOST_FEATURES = 12
"""Features of a picked sample that are named: those that stand out most."""
IMAGES = {"digits": (8, 8)}
"""Data sets whose features are the pixels of an image, row by row: (height, width)."""


@dataclass(frozen=True)
class PickedSample:
    """A sample that was picked, and what a run makes of it.

    Attributes
    ----------
    row
        In the data set.
    inputs
        (D,) in original units; ``standing`` (D,) in deviations from the training part's mean.
    output
        What the run predicts, in words: "predicted 8 (0.98)", "predicted 2.1".
    """

    row: int
    inputs: Floats
    standing: Floats
    output: str


def picked_sample(run: FrozenRun, samples: Samples, parameters: Floats, row: int) -> PickedSample | None:
    """Return what a run makes of the sample of a row, or ``None`` where it is not among the samples."""
    places = np.flatnonzero(samples.rows == row)
    if not len(places):
        return None
    inputs = samples.inputs[places[:1]]
    data = run.plan.data
    everything = run.samples("train").inputs
    spread = everything.std(axis=0)
    standing = np.divide(
        inputs[0] - everything.mean(axis=0), spread, out=np.zeros(inputs.shape[1]), where=spread > 0
    )
    return PickedSample(
        row,
        np.asarray(data.dataset.inputs[row], dtype=np.float64),
        standing,
        _output(run, inputs, parameters),
    )


def _output(run: FrozenRun, inputs: Floats, parameters: Floats) -> str:
    passed, data = run.forward(inputs, parameters), run.plan.data
    if data.task == "classification":
        scores = class_scores(run.loss.link, passed.outputs[None, :1], np.zeros((1, 1), dtype=np.intp))
        name = data.dataset.target_names[int(scores.predicted[0, 0])]
        return f"predicted {name} ({value_text(float(scores.confidence[0, 0]))})"
    variant = int(run.plan.variants[0]) if len(data.target_scale) > 1 else 0
    value = passed.predictions[0, 0] * data.target_scale[variant, 0] + data.target_shift[variant, 0]
    return f"predicted {value_text(float(value))}"


def picked_words(picked: PickedSample, outputs: Sequence[tuple[LossLook, PickedSample | None]]) -> str:
    """Say what each loss's run makes of a picked sample: "Row 7: CE predicted 8 (0.98), MSE predicted 3"."""
    said = ", ".join(f"{look.short} {one.output}" for look, one in outputs if one is not None)
    return f"Row {picked.row}: {said}."


def picked_facet(picked: PickedSample, summary: DataSummary | None) -> ChartFacet | None:
    """Draw a picked sample that no data plot can show: as an image, or by the features that stand out.

    ``None`` for one or two features, where the data plot shows it.
    """
    features = len(picked.inputs)
    if summary is None or features <= 2:
        return None
    title = f"Row {picked.row}"
    shape = IMAGES.get(summary.name)
    if shape is not None and math.prod(shape) == features:
        height, width = shape
        image = picked.inputs.reshape(shape)[::-1]
        grid = ChartGrid(
            np.arange(width + 1.0), np.arange(height + 1.0), image, 0.0, float(max(image.max(), 1e-9)), "ink"
        )
        blank = ((-1.0, ""),)
        across, up = (ChartAxis("", 0.0, float(end), ticks=blank) for end in (width, height))
        return ChartFacet(title, across, up, (grid,), equal=True)
    order = np.argsort(-np.abs(picked.standing), kind="stable")[:MOST_FEATURES]
    standing = picked.standing[order]
    y = np.arange(len(order), 0, -1, dtype=np.float64)
    reach = max(1.0, 1.15 * float(np.abs(standing).max()))
    bars = ChartBars(
        np.minimum(standing, 0.0), np.maximum(standing, 0.0), y - 0.36, y + 0.36,
        words=tuple(f"{summary.feature_names[i]} = {value_text(float(picked.inputs[i]))}" for i in order),
    )  # fmt: skip
    ticks = tuple((float(place), summary.feature_names[i]) for place, i in zip(y, order, strict=True))
    across = ChartAxis("deviations from the mean", -reach, reach)
    return ChartFacet(title, across, ChartAxis("", 0.4, len(order) + 0.6, ticks=ticks), (bars,))
