"""Plans of random data that measure speed: `losslab bench` and the benchmarks train the same nets."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.backend import Device, module_of, select_device
from compute.datasets.base import Dataset, Task
from compute.datasets.prepared import Part, PreparedData
from compute.engine import make_live
from compute.live_runs import LiveRuns
from compute.losses import make_loss
from compute.models import MultilayerPerceptron, draw_initial
from compute.optimizers import make_optimizer, make_schedule
from compute.plan import LossGroup, Plan
from compute.rows import Rows
from compute.workspace import Workspace

Kernels = Literal["arrays", "compiled"]
FOREVER = 10**9
"""Planned steps of a plan that is only measured: it never ends by itself."""


@dataclass(frozen=True)
class Net:
    """One shape of work.

    Attributes
    ----------
    name
        What the tables call it.
    sizes
        Inputs, units of the hidden layers, outputs.
    activation
        Registry name.
    rows
        Training samples, a multiple of the batch so that all batches are equally long.
    batch
        Samples a step, or ``None`` for full batch.
    loss, optimizer
        Registry names.
    learning_rate
        Of every run.
    """

    name: str
    sizes: tuple[int, ...]
    activation: str
    rows: int
    batch: int | None
    loss: str = "cross_entropy"
    optimizer: str = "adam"
    learning_rate: float = 1e-3

    @property
    def classes(self) -> int:
        """Number of classes: those of the outputs, two where there is one output."""
        return max(2, self.sizes[-1])

    @property
    def shape(self) -> str:
        """Sizes, activation and batch in words: "2-8-8-2 tanh, batch 32"."""
        batch = self.rows if self.batch is None else self.batch
        return f"{'-'.join(str(size) for size in self.sizes)} {self.activation}, batch {batch}"


PG = Net("pg", (2, 8, 8, 2), "tanh", 4096, 32)
DG = Net("dg", (64, 64, 10), "relu", 4096, 64)


def class_data(net: Net, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (N, D) inputs of unit variance and (N,) classes: blobs that overlap, so no gradient vanishes."""
    rng = np.random.default_rng(seed)
    classes = rng.integers(0, net.classes, net.rows)
    centres = rng.normal(size=(net.classes, net.sizes[0]))
    noise = rng.normal(size=(net.rows, net.sizes[0])) * max(1.0, net.sizes[0] ** 0.5 / 2)
    inputs = centres[classes] + noise
    inputs /= inputs.std()
    return inputs.astype(np.float32).astype(np.float64), classes.astype(np.int64)


def number_data(net: Net, columns: int, seed: int = 0) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (N, D) inputs and (N, columns) positive numbers, which every loss for numbers is defined for."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(net.rows, net.sizes[0])), np.exp(0.5 * rng.normal(size=(net.rows, columns)))


def initial_parameters(net: Net, runs: int) -> NDArray[np.float64]:
    """Return (R, P) initial parameters of seeds 0, 1, …, numbers that float32 holds exactly."""
    model = MultilayerPerceptron(net.sizes, net.activation)
    drawn = np.stack([draw_initial(model, "glorot", {}, seed) for seed in range(runs)])
    return drawn.astype(np.float32).astype(np.float64)


def prepared(inputs: NDArray[np.float64], targets: NDArray[Any], classes: int) -> PreparedData:
    """Wrap (N, D) inputs and (N,) classes, or (N, K) numbers for ``classes=0``, as training data alone."""
    x, y = inputs[None], targets[None]
    rows, clean = np.arange(len(inputs), dtype=np.intp)[None], np.zeros((1, len(inputs)), dtype=bool)
    none = Part(x[:, :0], y[:, :0], rows[:, :0], clean[:, :0])
    columns = classes or targets.shape[1]
    task: Task = "classification" if classes else "regression"
    dataset = Dataset("random", task, inputs, targets, ("",) * inputs.shape[1], ("",) * columns)
    return PreparedData(
        dataset=dataset,
        train=Part(x, y, rows, clean),
        validation=none,
        test=none,
        input_shift=np.zeros((1, inputs.shape[1])),
        input_scale=np.ones((1, inputs.shape[1])),
        target_shift=np.zeros((1, columns)),
        target_scale=np.ones((1, columns)),
        variant_of_seed=np.zeros(1, dtype=np.intp),
        task=task,
        classes=classes,
        description="",
    )


def bench_plan(
    net: Net,
    runs: int,
    data: PreparedData | None = None,
    own_orders: bool = False,
    kernels: Kernels = "arrays",
    device: Device | None = None,
) -> Plan:
    """Return a plan of runs of one loss that differ in their initial weights and goes on for ever.

    Parameters
    ----------
    net
        The shape of the work.
    runs
        Number R of runs.
    data
        What to train on; `class_data` by default.
    own_orders
        Whether every run draws its own batches; otherwise all see the same.
    kernels
        As of `Plan`.
    device
        Where to compute; the processor by default.
    """
    return Plan(
        data=data or prepared(*class_data(net), net.classes),
        variants=np.zeros(runs, dtype=np.intp),
        model=MultilayerPerceptron(net.sizes, net.activation),
        initial=initial_parameters(net, runs),
        groups=(LossGroup(make_loss(net.loss), 1.0, slice(0, runs)),),
        optimizer=make_optimizer(net.optimizer),
        schedule=make_schedule("constant", FOREVER),
        learning_rates=np.full(runs, net.learning_rate),
        batch_size=net.batch,
        batch_seeds=tuple(range(runs)) if own_orders else (0,) * runs,
        steps=FOREVER,
        evaluate_every=FOREVER,
        device=device or select_device("cpu"),
        kernels=kernels,
    )


def why_not_compiled(plan: Plan) -> str:
    """Say why a plan that asks for compiled kernels trains without them; empty where it has them.

    Every way of training is a `LiveRuns`; the class itself is the one that works on arrays alone.
    """
    if plan.device.kind == "cpu" and importlib.util.find_spec("numba") is None:
        return "numba is not installed"
    train = plan.data.train
    rows = Rows(module_of(plan.device), train.inputs, train.targets, plan.target_width, plan.precision)
    first = np.zeros(1, dtype=np.intp)
    live = make_live(plan, rows, first, plan.initial[:1], plan.learning_rates, None, 1, Workspace(rows.xp))
    return "there are no compiled kernels for this net" if type(live) is LiveRuns else ""
