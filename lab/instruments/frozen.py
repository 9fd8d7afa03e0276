"""A run held still: its model with given parameters, on its data, in float64."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.backend import select_device
from compute.datasets.prepare import Part
from compute.losses.base import Loss
from compute.models.activations import Activation, Scratch, make_activation
from compute.models.mlp import MultilayerPerceptron
from compute.plan import Plan
from compute.tiling import part_of_plan
from compute.workspace import Workspace
from lab.config import ExperimentConfig
from lab.sweep import Sweep, plan_sweep, prepare_data

PartName = Literal["train", "validation", "test"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """What a layer does to N samples: pre-activations ``z`` and what comes out of it ``a``, both (N, H)."""

    z: Floats
    a: Floats


@dataclass(frozen=True)
class Pass:
    """A forward pass over N samples.

    Attributes
    ----------
    hidden
        The hidden layers, first to last.
    outputs
        (N, K) raw outputs.
    predictions
        (N, K) after the loss's link.
    """

    hidden: tuple[Layer, ...]
    outputs: Floats
    predictions: Floats


@dataclass(frozen=True)
class Samples:
    """N samples of a part.

    Attributes
    ----------
    inputs
        (N, D) preprocessed.
    targets
        (N,) classes or (N, K) numbers, as trained on.
    rows
        (N,) their rows in the data set.
    corrupted
        (N,) whether the target was changed on purpose.
    """

    inputs: Floats
    targets: NDArray[Any]
    rows: NDArray[np.intp]
    corrupted: NDArray[np.bool_]

    def some(self, places: NDArray[np.intp]) -> Samples:
        """Return those at ``places``."""
        return Samples(self.inputs[places], self.targets[places], self.rows[places], self.corrupted[places])

    def followed_by(self, others: Samples) -> Samples:
        """Return these and others."""
        return Samples(
            np.concatenate([self.inputs, others.inputs]),
            np.concatenate([self.targets, others.targets]),
            np.concatenate([self.rows, others.rows]),
            np.concatenate([self.corrupted, others.corrupted]),
        )


class FrozenRun:
    """One run of an experiment, whose parameters can be given.

    Parameters
    ----------
    plan
        A plan of one run.
    """

    def __init__(self, plan: Plan) -> None:
        if len(plan.initial) != 1:
            raise ValueError(f"a frozen run is one run, not {len(plan.initial)}")
        self.plan = plan
        self.model: MultilayerPerceptron = plan.model
        self.loss: Loss = plan.groups[0].loss
        self.scale = plan.groups[0].scale
        self.initial: Floats = plan.initial[0].astype(np.float64)
        self._activation: Activation = make_activation(plan.model.activation)

    def part(self, name: PartName) -> tuple[Floats, NDArray[Any]]:
        """Return inputs (N, D) and targets of a part: classes (N,) or numbers (N, K)."""
        part: Part = getattr(self.plan.data, name)
        variant = int(self.plan.variants[0])
        variant = variant if len(part.inputs) > 1 else 0
        return part.inputs[variant], part.targets[variant]

    def samples(self, name: PartName) -> Samples:
        """Return a part's samples with their rows in the data set."""
        part: Part = getattr(self.plan.data, name)
        variant = int(self.plan.variants[0])
        inputs, targets = self.part(name)
        places = [variant if len(array) > 1 else 0 for array in (part.rows, part.corrupted)]
        return Samples(inputs, targets, part.rows[places[0]], part.corrupted[places[1]])

    def targets_for_loss(self, targets: NDArray[Any]) -> Floats:
        """Return targets as the loss takes them, (N, K): classes as rows of zeros and a one."""
        if self.plan.data.task != "classification":
            return targets.astype(np.float64)
        width = self.model.sizes[-1]
        if width == 1:
            return targets.astype(np.float64)[:, None]
        rows = np.zeros((len(targets), width))
        rows[np.arange(len(targets)), targets] = 1
        return rows

    def forward(self, inputs: Floats, parameters: Floats | None = None) -> Pass:
        """Run the model on inputs (N, D) with parameters (P,), by default the initial ones."""
        parameters = self.initial if parameters is None else np.asarray(parameters, dtype=np.float64)
        hidden: list[Layer] = []
        a: Floats = np.asarray(inputs, dtype=np.float64)
        for number, weights in enumerate(self.matrices(parameters)):
            z = a @ weights[:-1] + weights[-1]
            if number == self.model.layers - 1:
                predictions = self.loss.predictions(z[None])[0]
                return Pass(tuple(hidden), z, predictions)
            a = self.activated(z)
            hidden.append(Layer(z, a))
        raise AssertionError("a model has an output layer")

    def matrices(self, parameters: Floats) -> list[Floats]:
        """Return each layer's weights with the biases as last row, (inputs + 1, units)."""
        return [
            parameters[part].reshape(fan_in + 1, fan_out)
            for part, fan_in, fan_out in zip(
                self.model.layer_slices, self.model.sizes[:-1], self.model.sizes[1:], strict=True
            )
        ]

    def losses(self, outputs: Floats, targets: NDArray[Any]) -> tuple[Floats, Floats]:
        """Return each sample's loss (N,) and its gradient in the outputs (N, K), with the scale."""
        values, gradient = self.loss.value_and_gradient(outputs[None], self.targets_for_loss(targets)[None])
        return self.scale * values[0], self.scale * gradient[0]

    def deltas(self, passed: Pass, targets: NDArray[Any], parameters: Floats) -> list[Floats]:
        """Return each layer's ∂loss/∂z of every sample, (N, H) a layer, the output layer last."""
        matrices = self.matrices(np.asarray(parameters, dtype=np.float64))
        delta = self.losses(passed.outputs, targets)[1]
        found = [delta]
        for layer, above in zip(reversed(passed.hidden), reversed(matrices[1:]), strict=True):
            delta = delta @ above[:-1].T
            self._through(layer, delta)
            found.append(delta)
        return found[::-1]

    def gradient(self, inputs: Floats, targets: NDArray[Any], parameters: Floats) -> tuple[float, Floats]:
        """Return the mean loss over samples and its gradient (P,), without penalty."""
        passed = self.forward(inputs, parameters)
        below = [inputs, *(layer.a for layer in passed.hidden)]
        parts = [
            np.concatenate([(a.T @ delta).reshape(-1), delta.sum(axis=0)])
            for a, delta in zip(below, self.deltas(passed, targets, parameters), strict=True)
        ]
        mean = float(self.losses(passed.outputs, targets)[0].mean())
        return mean, np.concatenate(parts) / len(inputs)

    def mean_loss(self, inputs: Floats, targets: NDArray[Any], parameters: Floats) -> float:
        """Return the mean loss over samples, without penalty."""
        return float(self.losses(self.forward(inputs, parameters).outputs, targets)[0].mean())

    def slopes(self, layer: Layer) -> Floats:
        """Return the activation's slope φ′(z) in a hidden layer, (N, H)."""
        slopes = np.ones_like(layer.z)
        self._through(layer, slopes)
        return slopes

    def activated(self, z: Floats) -> Floats:
        """Return φ(z) of the hidden layers' activation."""
        out = np.empty_like(z)
        self._activation.forward(np, z[None], out[None], self._scratch(z))
        return out

    def _through(self, layer: Layer, gradient: Floats) -> None:
        """Multiply by the activation's slope in place."""
        a, g = layer.a[None], gradient[None]
        self._activation.backward(np, layer.z[None], a, g, self._scratch(layer.z))

    def _scratch(self, z: Floats) -> Scratch:
        shape = (1, *z.shape)
        return Scratch.of(self._activation.scratch_arrays, shape, np.float64, Workspace(np))


def freeze(config: ExperimentConfig, runs: Sequence[int]) -> dict[int, FrozenRun]:
    """Return some runs of an experiment, by their index.

    Parameters
    ----------
    config
        The experiment; its data are loaded or drawn again.
    runs
        Indices of the runs.

    Raises
    ------
    ProblemError
        Where the data cannot be loaded.
    KeyError
        For a run that the experiment has not.
    """
    sweep = plan_sweep(config, prepare_data(config), select_device("cpu"))
    return frozen_of(sweep, runs)


def frozen_of(sweep: Sweep, runs: Sequence[int]) -> dict[int, FrozenRun]:
    """Return some runs of a sweep that is laid out, by their index; KeyError for one that it has not."""
    found: dict[int, FrozenRun] = {}
    for indices, plan in sweep.plans:
        for row, index in enumerate(indices):
            if index in runs:
                found[index] = FrozenRun(part_of_plan(plan, np.array([row], dtype=np.intp)))
    return {index: found[index] for index in runs}
