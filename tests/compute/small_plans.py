"""Small plans for tests, built by hand from arrays: nothing is loaded, nothing is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from compute.backend import Device, select_device
from compute.datasets.base import Dataset
from compute.datasets.prepare import Part, PreparedData
from compute.losses import LOSSES, make_loss, output_count
from compute.models import MultilayerPerceptron, draw_initial
from compute.optimizers import make_optimizer, make_schedule
from compute.plan import LossGroup, Plan, PlateauRule, TargetRule

CPU = select_device("cpu")


def prepared(
    inputs: Any, targets: Any, validation_inputs: Any = None, validation_targets: Any = None, classes: int = 0
) -> PreparedData:
    """Wrap (S, n, D) inputs and (S, n) classes or (S, n, K) numbers as they are."""
    x = np.asarray(inputs, dtype=np.float64)
    y = np.asarray(targets)
    y = y.astype(np.int64) if classes else y.astype(np.float64)
    variants, _, features = x.shape
    outputs = classes or y.shape[2]
    vx = x[:, :0] if validation_inputs is None else np.asarray(validation_inputs, dtype=np.float64)
    vy = y[:, :0] if validation_targets is None else np.asarray(validation_targets, dtype=y.dtype)

    def part(a: Any, b: Any) -> Part:
        rows = np.tile(np.arange(a.shape[1]), (variants, 1))
        return Part(a, b, rows, np.zeros(rows.shape, dtype=bool))

    dataset = Dataset(
        "made by hand",
        "classification" if classes else "regression",
        x[0],
        y[0],
        tuple(f"x{i}" for i in range(features)),
        tuple(f"y{i}" for i in range(outputs)),
    )
    return PreparedData(
        dataset,
        part(x, y),
        part(vx, vy),
        part(x[:, :0], y[:, :0]),
        np.zeros((variants, features)),
        np.ones((variants, features)),
        np.zeros((variants, outputs)),
        np.ones((variants, outputs)),
        np.arange(variants),
        dataset.task,
        classes,
        "",
    )


def random_data(
    classes: int = 3,
    samples: int = 40,
    features: int = 4,
    validation: int = 12,
    variants: int = 1,
    seed: int = 0,
    positive: bool = False,
) -> PreparedData:
    """Normal inputs; classes that follow from them with noise, or two number targets for ``classes=0``.

    The numbers are positive where ``positive`` is set, as some losses need them.
    """
    rng = np.random.default_rng(seed)
    total = samples + validation
    x = rng.normal(size=(variants, total, features))
    if classes:
        score = x @ rng.normal(size=(features, classes)) + rng.normal(size=(variants, total, classes))
        y: Any = score.argmax(axis=2)
    else:
        y = x @ rng.normal(size=(features, 2)) + 0.3 * rng.normal(size=(variants, total, 2))
        y = np.exp(0.5 * y) if positive else y
    return prepared(x[:, :samples], y[:, :samples], x[:, samples:], y[:, samples:], classes)


def small_plan(
    data: PreparedData | None = None,
    losses: Sequence[str | tuple[str, dict[str, Any]]] = ("cross_entropy", "brier"),
    seeds: Sequence[int] = (0, 1, 2),
    hidden: Sequence[int] = (5,),
    activation: str = "tanh",
    optimizer: str | tuple[str, dict[str, Any]] = "sgd",
    schedule: tuple[str, dict[str, Any]] = ("constant", {}),
    learning_rate: float | Sequence[float] = 0.1,
    initializer: tuple[str, dict[str, Any]] = ("glorot", {}),
    initial: Any = None,
    scales: Sequence[float] | None = None,
    batch_size: int | None = 8,
    steps: int = 120,
    evaluate_every: int = 25,
    device: Device = CPU,
    **changes: Any,
) -> Plan:
    """Build a plan of every loss with every seed; all losses must need as many outputs."""
    data = data or random_data()
    pairs = [(loss, {}) if isinstance(loss, str) else loss for loss in losses]
    outputs = output_count(LOSSES[pairs[0][0]], data.task, data.classes or data.train.targets.shape[-1])
    model = MultilayerPerceptron((data.train.inputs.shape[2], *hidden, outputs), activation)
    if initial is None:
        each = [draw_initial(model, initializer[0], initializer[1], seed) for seed in seeds]
        initial = np.stack(each * len(pairs))
    runs, share = len(initial), len(initial) // len(pairs)
    name, own = (optimizer, {}) if isinstance(optimizer, str) else optimizer
    run_seeds = tuple(seeds) * (runs // len(seeds))
    variants = np.arange(runs) % len(seeds) % len(data.train.inputs)
    groups = tuple(
        LossGroup(
            make_loss(loss, **p), 1.0 if scales is None else scales[i], slice(i * share, (i + 1) * share)
        )
        for i, (loss, p) in enumerate(pairs)
    )
    return Plan(
        data=data,
        variants=variants,
        model=model,
        initial=np.array(initial, dtype=np.float64),
        groups=groups,
        optimizer=make_optimizer(name, **own),
        schedule=make_schedule(schedule[0], steps, **schedule[1]),
        learning_rates=np.broadcast_to(np.asarray(learning_rate, dtype=np.float64), (runs,)).copy(),
        batch_size=batch_size,
        batch_seeds=run_seeds,
        steps=steps,
        evaluate_every=evaluate_every,
        device=device,
        **changes,
    )


def cut(plan: Plan, runs: Sequence[int]) -> Plan:
    """Return the plan of some of a plan's runs, without the others."""
    from dataclasses import replace

    picked = list(runs)
    groups, start = [], 0
    for group in plan.groups:
        count = sum(group.runs.start <= run < group.runs.stop for run in picked)
        if count:
            groups.append(replace(group, runs=slice(start, start + count)))
            start += count
    return replace(
        plan,
        variants=plan.variants[picked],
        initial=plan.initial[picked],
        learning_rates=plan.learning_rates[picked],
        batch_seeds=tuple(plan.batch_seeds[run] for run in picked),
        groups=tuple(groups),
    )


def ending_plan() -> Plan:
    """Six runs, of which some diverge, some reach the target, and some stand still."""
    return small_plan(
        random_data(3, samples=200),
        losses=["squared_error", "cross_entropy"],
        hidden=(),
        learning_rate=[0.02, 40.0, 0.02, 0.3, 0.3, 0.3],
        target=TargetRule("train_nll", 0.6),
        plateau=PlateauRule("train_accuracy", 2, 0.02),
        steps=150,
        precision="float64",
    )


def unequal_ends_plan() -> Plan:
    """Nine runs: those of the third loss diverge on the way, those of the second reach their target."""
    return small_plan(
        losses=["cross_entropy", "brier", "squared_error"],
        learning_rate=[0.5] * 6 + [2.5] * 3,
        target=TargetRule("validation_accuracy", 0.8),
        steps=173,
    )
