"""The gradient of one sample in the output layer, factor by factor: ∂L/∂p · ∂p/∂z = ∂L/∂z."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.losses.base import Loss
from lab.explore.partials import has_partial, label_partial
from lab.instruments.frozen import Floats, FrozenRun
from lab.instruments.link_slopes import label_slopes, labelled_places, located


@dataclass(frozen=True)
class Factors:
    """The factors of N samples, all (N,), of the output that each is about: the label's, or the first.

    Attributes
    ----------
    partial
        ∂L/∂p with the run's scale; not finite where p does not move with z.
    slope
        ∂p/∂z.
    total
        ∂L/∂z as in training: ``partial · slope + others``.
    others
        What reaches this output through the predictions of other outputs: 0 unless a link couples them.
    prediction
        p.
    """

    partial: Floats
    slope: Floats
    total: Floats
    others: Floats
    prediction: Floats


def factors(run: FrozenRun, inputs: Floats, targets: NDArray[Any], parameters: Floats) -> Factors:
    """Take the gradients of samples apart.

    Parameters
    ----------
    run
        The run.
    inputs, targets
        (N, D) and (N,) or (N, K).
    parameters
        (P,).

    Notes
    -----
    A softmax couples the outputs: ∂L/∂z_y = Σ_k ∂L/∂p_k · ∂p_k/∂z_y, and the terms k ≠ y are ``others``.
    Where a loss is no formula in p whose classes can be taken one by one, ``partial`` is the derivative along
    the way that p goes with z_y, and holds all of the gradient.
    """
    passed = run.forward(inputs, parameters)
    outputs = located(run, passed.outputs)
    places, rows = labelled_places(run, targets), np.arange(len(inputs))
    total = run.losses(passed.outputs, targets)[1][rows, places]
    slope = label_slopes(run.loss.link, outputs, places)
    plain = run.loss.link.joint and has_partial(run.loss.card.name) and _as_declared(run.loss)
    p = passed.predictions[rows, places]
    wanted = run.targets_for_loss(targets)[rows, places]
    partial = label_partial(
        run.loss.card.name if plain else "", p[:, None], wanted[:, None], total / run.scale, slope
    )
    partial = run.scale * partial
    with np.errstate(all="ignore"):
        others = total - partial * slope if plain else np.zeros_like(total)
    return Factors(partial, slope, total, others, p)


def _as_declared(loss: Loss) -> bool:
    """Whether every parameter of a loss has its default, so that its plain formula holds."""
    for parameter in loss.card.parameters:
        value = np.asarray(getattr(loss, parameter.name), dtype=np.float64).ravel()
        usual = np.asarray(parameter.default, dtype=np.float64).ravel()
        if value.shape != usual.shape or not np.array_equal(value, usual):
            return False
    return True
