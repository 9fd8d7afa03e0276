"""The contract of a loss, said once.

Shapes: outputs (R, B, K) are the model's raw outputs of R runs, B samples and K outputs or classes;
targets (R, B, K) or (1, B, K) are numbers (regression), 0/1 (binary) or one-hot rows and probability
vectors (classes). A loss returns its value per sample (R, B) and the gradient of that value with
respect to the outputs (R, B, K). The trainer takes the mean over samples; a loss never does.

A loss that learns a scale beside the location has two outputs for each target: outputs and gradient are
(R, B, 2K), the K locations first, and targets stay (R, B, K).
"""

from __future__ import annotations

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import numpy as np

from compute.backend import Array, array_module, to_host
from compute.declaration import Declaration, Parameter
from compute.links import Link
from compute.losses.reductions import sum_samples
from compute.workspace import Workspace

Task = Literal["regression", "binary", "multiclass"]


@dataclass(frozen=True)
class LossCard(Declaration):
    """What is known about a loss, as data.

    Attributes
    ----------
    tasks
        The kinds of targets it is defined for.
    link
        Registry name of its link: prediction = link(output).
    target_domain
        In words: "real numbers", "0 or 1 for each output", "one-hot rows or probability vectors".
    gradient
        LaTeX of the gradient with respect to the raw outputs.
    plain, plain_gradient
        Formula and gradient in plain Unicode text, for terminals and CSV headers.
    likelihood
        The distribution whose negative log-likelihood it is, or "none".
    minimiser
        The best constant prediction ("mean", "median", ...).
    convex_in_outputs, bounded_gradient, bounded_value
        Properties with respect to the raw outputs, for targets in the domain.
    scaling
        How other libraries scale theirs: library → sentence with the factor to convert.
    outputs_per_target
        Outputs for each target column: 1, or 2 where a scale is learned beside the location.
    target_low, target_low_open
        Smallest target that it is defined for, ``None`` for all numbers; whether that number itself is out.
    special_values, special_formula
        Parameter values at which the formula has a simpler form, and that form.
    """

    tasks: tuple[Task, ...] = ()
    link: str = "identity"
    target_domain: str = ""
    gradient: str = ""
    plain: str = ""
    plain_gradient: str = ""
    likelihood: str = "none"
    minimiser: str = ""
    convex_in_outputs: bool = False
    bounded_gradient: bool = False
    bounded_value: bool = False
    scaling: dict[str, str] = field(default_factory=dict)
    outputs_per_target: int = 1
    target_low: float | None = None
    target_low_open: bool = False
    special_values: dict[str, Any] = field(default_factory=dict)
    special_formula: str = ""

    def formula_at(self, parameters: Mapping[str, Any]) -> str:
        """Return the LaTeX formula at these parameters, defaults filled in: the simple form if it is that."""
        special = self.special_values
        values = {parameter.name: parameter.default for parameter in self.parameters} | dict(parameters)
        simple = bool(special) and all(values.get(name) == value for name, value in special.items())
        return self.special_formula if simple else self.formula


@dataclass(frozen=True)
class Loss(ABC):
    """A loss with its link and its hyper-parameters.

    The fields of a subclass are its hyper-parameters, each a number or an (R, 1) column, so that runs
    with different values train as one batch; a list of numbers (class weights) is the same for all runs.

    Raises
    ------
    ValueError
        On making one with a parameter outside the bounds that its card declares.
    """

    card: ClassVar[LossCard]
    link: ClassVar[Link]

    def __post_init__(self) -> None:
        for parameter in self.card.parameters:
            value = getattr(self, parameter.name)
            if parameter.kind == "numbers":
                object.__setattr__(self, parameter.name, _checked_numbers(parameter, value))
                continue
            if isinstance(value, np.number):
                # A NumPy scalar would raise float32 to float64 in the hot loop; Python's numbers do not.
                value = float(value)
                object.__setattr__(self, parameter.name, value)
            _check(parameter, value)

    def value_and_gradient(
        self,
        outputs: Array,
        targets: Array,
        work: Workspace | None = None,
        out: tuple[Array, Array] | None = None,
    ) -> tuple[Array, Array]:
        """Compute the loss of every sample and its gradient with respect to the outputs.

        Parameters
        ----------
        outputs
            (R, B, K) raw outputs, float32 or float64, (R, B, 2K) where a scale is learned. Never written to.
        targets
            (R, B, K) or (1, B, K), same dtype. Never written to.
        work
            Reused buffers. The returned arrays may live in it and are valid until the next call with
            the same workspace; without one, fresh arrays are returned.
        out
            Arrays (R, B) and (R, B, K) of the same dtype to write value and gradient to, such as slices of
            larger ones. They must not overlap the inputs.

        Returns
        -------
        value
            (R, B), same dtype as ``outputs``.
        gradient
            Of the shape of ``outputs``, same dtype.

        Raises
        ------
        ValueError
            If outputs are not (R, B, K) or targets fit neither (R, B, K) nor (1, B, K).
        TypeError
            If the dtypes are not both float32 or both float64.
        """
        shape, dtype = outputs.shape, outputs.dtype
        each = self.card.outputs_per_target
        if len(shape) != 3 or not _fits(shape, targets.shape, each):
            wanted = "(R, B, K) and targets alike" if each == 1 else f"(R, B, {each}K) and targets (R, B, K)"
            raise ValueError(f"outputs must be {wanted} or (1, B, K), not {shape} and {targets.shape}")
        if dtype != targets.dtype or dtype.char not in "fd":
            raise TypeError(
                f"outputs and targets must both be float32 or float64, not {dtype}, {targets.dtype}"
            )
        if work is None:
            work = Workspace(array_module(outputs))
        if out is None:
            value = work.buffer("loss value", shape[:2], dtype)
            gradient = work.outputs("loss gradient", shape, dtype)
        else:
            value, gradient = out
        self._write(outputs, targets, value, gradient, work)
        return value, gradient

    @abstractmethod
    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        """Write value (R, B) and gradient (R, B, K), with scratch arrays from ``work``."""

    def write_batch(
        self,
        outputs: Array,
        targets: Array,
        factor: Array,
        sums: Array,
        gradient: Array,
        work: Workspace,
        one_hot: bool = False,
    ) -> None:
        """Do what training needs of a batch, without the checks of `value_and_gradient`.

        Parameters
        ----------
        outputs, targets, work
            As for `value_and_gradient`.
        factor
            Array of one number that multiplies the gradient: the share of a sample in the mean.
        sums
            (R,) where the sums of the values over the samples go, without the factor.
        gradient
            (R, B, K) where the gradient times the factor goes.
        one_hot
            Whether the targets are known to be one-hot rows; a loss may have a shorter way then.
        """
        xp = work.xp
        value = work.buffer("loss value", outputs.shape[:2], outputs.dtype)
        self._write(outputs, targets, value, gradient, work)
        xp.multiply(gradient, factor, gradient)
        sum_samples(value, sums, work)

    def predictions(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the predictions (..., K) that the loss's link makes of raw outputs (..., K).

        Of outputs (..., 2K) with a learned scale only the K locations are predictions.
        """
        each = self.card.outputs_per_target
        located = outputs if each == 1 else outputs[..., : outputs.shape[-1] // each]
        return self.link.forward(located, out=out)

    def _parameters(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in dataclasses.fields(self)}


def _fits(outputs: tuple[int, ...], targets: tuple[int, ...], each: int) -> bool:
    """Whether targets are (R, B, K) or (1, B, K) for outputs (R, B, each · K)."""
    runs, samples, count = outputs
    return (
        len(targets) == 3 and targets[0] in (runs, 1) and (targets[1], targets[2] * each) == (samples, count)
    )


def column(parameter: float | Array, like: Array) -> Any:
    """Return a hyper-parameter as it broadcasts on (R, B, K): a number, or (R, 1, 1) in the right dtype."""
    if isinstance(parameter, (int, float)):
        return parameter
    return parameter.reshape(-1, 1, 1).astype(like.dtype, copy=False)


def row_column(parameter: float | Array, like: Array) -> Any:
    """Return a hyper-parameter as it broadcasts on (R, B) and (K, R, B): a number, or (R, 1)."""
    if isinstance(parameter, (int, float)):
        return parameter
    return parameter.astype(like.dtype, copy=False)


def weigh_classes(targets: Array, weights: tuple[float, ...], work: Workspace) -> Array:
    """Return targets (K, r, B) times a weight for each class; without weights the targets themselves.

    Raises
    ------
    ValueError
        If there are weights for another number of classes.
    """
    if not weights:
        return targets
    if len(weights) != len(targets):
        raise ValueError(f"there are {len(targets)} classes but {len(weights)} class weights")
    xp, dtype = work.xp, targets.dtype
    make = lambda: xp.asarray(np.array(weights, dtype=dtype)[:, None, None])  # noqa: E731
    weighted = work.buffer("weighted targets", targets.shape, dtype)
    xp.multiply(targets, work.once(("class weights", weights, dtype), make), weighted)
    return weighted


def _checked_numbers(parameter: Parameter, value: Any) -> tuple[float, ...]:
    if not isinstance(value, (list, tuple, np.ndarray)) or np.ndim(value) != 1:
        raise ValueError(f"{parameter.name} must be {parameter.allowed()}, not {value!r}")
    for item in value:
        _check(parameter, item)
        if math.isinf(item):
            raise ValueError(f"{parameter.name} must be {parameter.allowed()}, not {item}")
    return tuple(float(item) for item in value)


def _check(parameter: Parameter, value: Any) -> None:
    name = parameter.name
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        extremes = [float(value)]
    else:
        extremes = _extremes(name, value)
    low, high = parameter.low, parameter.high
    for extreme in extremes:
        too_low = low is not None and (extreme < low or (parameter.low_open and extreme == low))
        too_high = high is not None and (extreme > high or (parameter.high_open and extreme == high))
        if too_low or too_high or math.isnan(extreme):
            raise ValueError(f"{name} must be {parameter.allowed()}, not {extreme:g}")


def _extremes(name: str, value: Any) -> list[float]:
    shape: tuple[int, ...] = getattr(value, "shape", ())
    if len(shape) != 2 or shape[0] < 1 or shape[1] != 1 or value.dtype.kind not in "fiu":
        raise ValueError(f"{name} must be a number or an (R, 1) column of numbers, not {value!r}")
    numbers = to_host(value)
    return [float(numbers.min()), float(numbers.max())]
