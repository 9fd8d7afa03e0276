"""What `compute.training` is given and what it returns: plain data, host arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from compute.backend import Device
    from compute.datasets.prepare import Part, PreparedData
    from compute.losses.base import Loss
    from compute.models.mlp import MultilayerPerceptron
    from compute.optimizers.base import Optimizer
    from compute.optimizers.schedules import Schedule

EndReason = Literal["diverged", "target", "plateau"]


@dataclass(frozen=True)
class LossGroup:
    """Neighbouring runs that share a loss.

    Attributes
    ----------
    loss
        The loss with its hyper-parameters.
    scale
        Factor in front of it, shown with its formula (½ for half squared error, 1/K for a mean over classes).
    runs
        The slice of R that it covers. The groups of a plan cover R without gaps, in order.
    """

    loss: Loss
    scale: float
    runs: slice


@dataclass(frozen=True)
class TargetRule:
    """End a run when a metric reaches a value.

    ``metric`` is an evaluation key such as ``"validation_accuracy"``; scores (accuracy, r2) must rise
    to ``value``, every other metric must fall to it.
    """

    metric: str
    value: float


@dataclass(frozen=True)
class PlateauRule:
    """End a run when ``metric`` has not improved by ``min_delta`` over ``patience`` evaluations."""

    metric: str
    patience: int
    min_delta: float


@dataclass(frozen=True)
class Plan:
    """One batch of R runs of one model shape.

    Attributes
    ----------
    data
        Prepared data with S variants.
    variants
        (R,) index of the data variant that each run trains on.
    model
        The architecture.
    initial
        (R, P) initial parameters, drawn on the host, in float64 or already in ``precision``.
    groups
        Runs by loss.
    optimizer, schedule
        The update rule; the factor of the learning rate by step.
    learning_rates
        (R,) base learning rates.
    batch_size
        Samples a step, or ``None`` for full batch. The last batch of an epoch keeps what is left.
    batch_seeds
        (R,) seed of each run's batch order. Runs with equal seed and variant see equal batches.
    steps
        Planned number of updates.
    evaluate_every
        Updates between evaluations; step 0 and the last step are always evaluated.
    evaluate_rows
        Evaluate on at most this many rows of each part: a fixed random subset, the
        same at every evaluation and for every run.
    evaluate_test
        Measure the test part, too.
    l1, l2
        Penalty on weights, not biases: l1 * sum|w| + l2/2 * sum w².
    clip
        Largest total gradient norm of a run, or ``None``.
    precision
        ``"float32"`` or ``"float64"``.
    divergence
        A run has diverged when its objective, a gradient norm or its parameter norm is not finite, or its
        objective exceeds this factor times max(1, first objective).
    target, plateau
        Stop rules, or ``None``.
    device
        Where to compute.
    kernels
        ``"arrays"`` computes with operations on whole arrays, NumPy's or CuPy's: the reference.
        ``"compiled"`` takes kernels made for training where there are some for the plan's parts (numba on a
        processor, CUDA on a GPU), and arrays for the rest.
    kept
        Runs, ascending along R, whose parameters evaluations hand over.
    keep_every
        Only every so many evaluations do, counted from step 0.
    kept_last
        Runs whose parameters the evaluation at the last step hands over, ``kept`` among them.
    optimizer_began
        Step at which the optimiser's state was zero; its own count of updates begins there. Another step than
        0 where a training was changed to another optimiser on its way.
    """

    data: PreparedData
    variants: NDArray[np.intp]
    model: MultilayerPerceptron
    initial: NDArray[np.floating]
    groups: tuple[LossGroup, ...]
    optimizer: Optimizer
    schedule: Schedule
    learning_rates: NDArray[np.float64]
    batch_size: int | None
    batch_seeds: tuple[int, ...]
    steps: int
    evaluate_every: int
    device: Device
    evaluate_rows: int = 10_000
    evaluate_test: bool = False
    l1: float = 0.0
    l2: float = 0.0
    clip: float | None = None
    precision: Literal["float32", "float64"] = "float32"
    divergence: float = 1e4
    target: TargetRule | None = None
    plateau: PlateauRule | None = None
    kernels: Literal["arrays", "compiled"] = "arrays"
    kept: tuple[int, ...] = ()
    keep_every: int = 1
    kept_last: tuple[int, ...] = ()
    optimizer_began: int = 0

    @property
    def evaluated_parts(self) -> dict[str, Part]:
        """The parts that evaluations measure, by name; some may be empty."""
        parts = {"train": self.data.train, "validation": self.data.validation}
        return parts | {"test": self.data.test} if self.evaluate_test else parts

    @property
    def target_width(self) -> int:
        """Number K of numbers that a target is to a loss: the outputs, or fewer where a scale is learned."""
        targets = self.data.train.targets
        return int(targets.shape[2]) if targets.ndim == 3 else self.model.sizes[-1]


@dataclass(frozen=True)
class RunEnd:
    """A run that ended before the plan did.

    Attributes
    ----------
    run
        Index along R.
    step
        Updates done when it ended: for divergence, the first step whose row shows it. Its parameters are
        frozen at their last finite values, those of that step or of the step before it.
    reason
        Why.
    layer
        0-based layer in which divergence began, else ``None``.
    value
        The metric value or objective that ended it.
    """

    run: int
    step: int
    reason: EndReason
    layer: int | None = None
    value: float = float("nan")


@dataclass(frozen=True)
class Evaluation:
    """Every run measured on the same metrics, whatever it was trained on.

    Attributes
    ----------
    step
        Updates done.
    seconds
        Training time so far.
    metrics
        ``"{split}_{metric}"`` → (R,) float64, split ``train``, ``validation`` or ``test``; metrics
        ``loss`` (the run's own, with its scale), for classes ``nll brier mae accuracy ece``, for numbers
        ``nll mse mae r2``.
    confusion
        (R, K, K) counts on validation (train where there is none), rows true class, columns predicted;
        ``None`` for regression or K > 30.
    kept
        Runs whose parameters are handed over; none where it was not asked for.
    parameters
        (len(kept), P) theirs, in the precision that they are trained in, on the host.
    """

    step: int
    seconds: float
    metrics: dict[str, NDArray[np.float64]]
    confusion: NDArray[np.int64] | None = None
    kept: tuple[int, ...] = ()
    parameters: NDArray[np.floating] | None = None


@dataclass(frozen=True)
class Chunk:
    """T recorded steps of R runs.

    Row t describes the parameters after ``first_step + t`` updates, on the batch that the next update
    uses: loss (mean over the batch, times its scale) and objective (loss + penalty) (T, R), norm of the
    objective's gradient before clipping and the update, in total (T, R) and per layer (T, R, L), norm of all
    parameters (T, R), learning rate used (T, R), training seconds so far (T,). Rows of a run that has ended
    are NaN; the row in which divergence shows is the last one that is kept, as it is.
    """

    first_step: int
    objective: NDArray[np.float32]
    loss: NDArray[np.float32]
    gradient_norm: NDArray[np.float32]
    layer_gradient_norm: NDArray[np.float32]
    parameter_norm: NDArray[np.float32]
    learning_rate: NDArray[np.float32]
    seconds: NDArray[np.float64]
    evaluations: tuple[Evaluation, ...] = ()
    ended: tuple[RunEnd, ...] = ()

    @property
    def steps(self) -> int:
        """Number T of recorded steps."""
        return len(self.objective)
