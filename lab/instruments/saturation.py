"""Saturation: where units have no slope left, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.instruments.frozen import Floats, FrozenRun, Layer

FLAT = 0.05
"""A unit is saturated on a sample where its slope is below this share of the activation's largest slope."""


@dataclass(frozen=True)
class LayerSaturation:
    """One hidden layer on some samples.

    Attributes
    ----------
    name
        "1", "2", …
    edges, counts
        (B + 1,), (B,) histogram of the pre-activations over all units and samples.
    saturated
        Share of (unit, sample) pairs that have next to no slope.
    dead
        Share of units that have none on any sample.
    slope
        Mean slope.
    """

    name: str
    edges: Floats
    counts: NDArray[np.int64]
    saturated: float
    dead: float
    slope: float


def saturation(
    run: FrozenRun, inputs: Floats, parameters: Floats, edges: Floats | None = None
) -> tuple[LayerSaturation, ...]:
    """Measure every hidden layer on inputs (N, D) with parameters (P,).

    ``edges`` are those of the histograms; by default 40 bins over each layer's own range.
    """
    found = []
    for name, layer in zip(run.model.layer_names, run.forward(inputs, parameters).hidden, strict=False):
        slopes = np.abs(run.slopes(layer))
        flat = slopes < FLAT * _steepest(run)
        counts, own = np.histogram(layer.z, 40 if edges is None else edges)
        found.append(
            LayerSaturation(
                name, own, counts, float(flat.mean()), float(flat.all(axis=0).mean()), float(slopes.mean())
            )
        )
    return tuple(found)


def _steepest(run: FrozenRun) -> float:
    """Return the largest slope of the run's activation."""
    z = np.linspace(-10, 10, 2001)[:, None]
    layer = Layer(z, run.activated(z))
    return float(np.abs(run.slopes(layer)).max())
