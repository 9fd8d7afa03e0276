"""Saturation: where units have no slope left, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.instruments.frozen import Floats, FrozenRun, Layer
from lab.instruments.histograms import Counts, count_sizes, count_values
from lab.instruments.link_slopes import fitting_predictions, located, output_slopes, steepest

FLAT = 0.05
"""A unit is saturated on a sample where its slope is below this share of the largest slope there is."""


@dataclass(frozen=True)
class LayerSaturation:
    """One layer on some samples.

    Attributes
    ----------
    name
        "1", "2", … or "out".
    z
        Pre-activations, or raw outputs, over all units and samples.
    slopes
        Sizes of the slopes, by decade: of the activation, or ∂p/∂z of the output layer's link.
    predictions
        Of the output layer, as `lab.instruments.link_slopes.fitting_predictions` says.
    saturated
        Share of (unit, sample) pairs that have next to no slope; NaN for a link that never flattens.
    dead
        Share of hidden units that have next to none on any sample.
    slope
        Mean size of the slope.
    """

    name: str
    z: Counts
    slopes: NDArray[np.int64]
    predictions: Counts | None
    saturated: float
    dead: float
    slope: float


def saturation(
    run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats
) -> tuple[LayerSaturation, ...]:
    """Measure every layer, the output layer last.

    Parameters
    ----------
    run
        The run.
    inputs, targets
        (N, D) and (N,) or (N, K).
    parameters
        (P,).
    """
    passed = run.forward(inputs, parameters)
    found = []
    most = _steepest(run)
    for name, layer in zip(run.model.layer_names, passed.hidden, strict=False):
        slopes = np.abs(run.slopes(layer))
        flat = slopes < FLAT * most
        dead = float(flat.all(axis=0).mean())
        found.append(
            LayerSaturation(
                name, count_values(layer.z), count_sizes(slopes), None, float(flat.mean()), dead,
                float(slopes.mean()),
            )
        )  # fmt: skip
    slopes = np.abs(output_slopes(run, passed, targets))
    most = steepest(run.loss.link, run.model.sizes[-1])
    saturated = float("nan") if np.isnan(most) else float((slopes < FLAT * most).mean())
    found.append(
        LayerSaturation(
            "out", count_values(located(run, passed.outputs)), count_sizes(slopes),
            count_values(fitting_predictions(run, passed, targets)), saturated, 0.0, float(slopes.mean()),
        )
    )  # fmt: skip
    return tuple(found)


def _steepest(run: FrozenRun) -> float:
    """Return the largest slope of the run's activation."""
    z = np.linspace(-10, 10, 2001)[:, None]
    layer = Layer(z, run.activated(z))
    return float(np.abs(run.slopes(layer)).max())
