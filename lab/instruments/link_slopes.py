"""The slope ∂p/∂z of the output layer: by output, or of the label's output where outputs are coupled."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.links import Link
from compute.special import logsumexp
from lab.explore.evaluation import slope_of
from lab.instruments.frozen import Floats, FrozenRun, Pass

FLATTENING = frozenset({"sigmoid", "softmax", "sigmoid_twice", "tanh", "margin", "sparsemax"})
"""Links that have next to no slope somewhere, so that an output can be saturated."""


def labelled_places(run: FrozenRun, targets: NDArray[Any]) -> NDArray[np.intp]:
    """Return which output each of N samples is about, (N,): the label's, or 0 where that says nothing."""
    if run.plan.data.task == "classification" and run.model.sizes[-1] > 1:
        return np.asarray(targets, dtype=np.intp)
    return np.zeros(len(targets), dtype=np.intp)


def label_slopes(link: Link, outputs: Floats, places: NDArray[np.intp]) -> Floats:
    """Return ∂p_y/∂z_y (N,) of outputs (N, K), for the output that each sample is about.

    Accurate relative to its size where a sigmoid or a softmax saturates.
    """
    rows = np.arange(len(outputs))
    own, count = outputs[rows, places], outputs.shape[1]
    if link.name == "softmax" and count > 1:
        others = outputs.copy()
        others[rows, places] = -np.inf
        margin = own - logsumexp(others, axis=1)
        # `slope_of` sees the label's output against outputs 0 of the others.
        return slope_of(link, margin + np.log(count - 1), count)
    if not link.joint:
        return slope_of(link, own[:, None], 1)[:, 0]
    predictions = link.forward(outputs[None])
    one = np.zeros_like(predictions)
    one[0, rows, places] = 1
    return np.asarray(link.backward(predictions, one)[0, rows, places])


def output_slopes(run: FrozenRun, passed: Pass, targets: NDArray[Any]) -> Floats:
    """Return ∂p/∂z of every output (N, K); (N, 1) for the label's output where a link couples them."""
    link, outputs = run.loss.link, located(run, passed.outputs)
    if link.joint:
        return label_slopes(link, outputs, labelled_places(run, targets))[:, None]
    return slope_of(link, outputs, 1)


def fitting_predictions(run: FrozenRun, passed: Pass, targets: NDArray[Any]) -> Floats:
    """Return what is predicted, for classes so that 1 is what the label says.

    (N, 1) the probability of the label where a link couples the outputs; else (N, K) each output's p where
    its target is 1 and 1 − p where it is 0. For numbers, the predictions.
    """
    predictions = passed.predictions
    if run.plan.data.task != "classification":
        return predictions
    if run.loss.link.joint:
        return predictions[np.arange(len(predictions)), labelled_places(run, targets)][:, None]
    return np.where(run.targets_for_loss(targets) > 0.5, predictions, 1 - predictions)


def located(run: FrozenRun, outputs: Floats) -> Floats:
    """Return the outputs (N, K) that become predictions: without those that are learned scales."""
    return outputs[:, : outputs.shape[1] // run.loss.card.outputs_per_target]


def steepest(link: Link, classes: int) -> float:
    """Return the largest slope of a link, NaN for one that never flattens or has no largest."""
    if link.name not in FLATTENING:
        return float("nan")
    return float(np.nanmax(np.abs(slope_of(link, np.linspace(-10, 10, 2001), max(2, classes)))))
