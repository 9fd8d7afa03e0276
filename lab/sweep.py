"""From an experiment and its data to runs, grouped into the plans that train as one batch.

Runs are ordered by loss, then by seed. Run i of every loss has the same seed: the same initial weights
(hidden layers at least, where losses need different output layers), the same data variant and the same
order of batches, so that losses are compared in pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from compute.backend import Device
from compute.datasets.prepare import PreparedData
from compute.losses import output_count
from compute.losses.base import LossCard
from compute.models import MultilayerPerceptron, draw_initial
from compute.optimizers import make_optimizer, make_schedule
from compute.plan import LossGroup, Plan, PlateauRule, TargetRule
from lab.config import ExperimentConfig
from lab.experiment_data import load_data, prepare_data
from lab.kernels import chosen_kernels
from lab.loss_labels import loss_labels, series_numbers, short_loss_labels
from lab.messages import RunInfo, Share
from lab.shares import runs_of, worthwhile_processes
from lab.snapshots import runs_to_keep, runs_to_keep_last
from lab.sweep_checks import (
    check_losses,
    check_rule,
    check_size,
    check_targets,
    check_test_part,
    loss_task,
    losses_for,
)

__all__ = [
    "Sweep",
    "evaluation_interval",
    "load_data",
    "loss_labels",
    "loss_task",
    "losses_for",
    "plan_sweep",
    "planned_steps",
    "prepare_data",
    "series_numbers",
    "short_loss_labels",
    "steps_per_epoch",
]

EVALUATIONS = 200


@dataclass(frozen=True)
class Sweep:
    """All runs of an experiment and the plans that train them.

    Attributes
    ----------
    runs
        All of them, in order of their index.
    plans
        (experiment indices of its runs in the plan's order along R, plan), one a model shape. Where the
        sweep was laid out for a share of the runs, the plans hold those only.
    steps, steps_per_epoch
        Planned updates of every run, and updates in one pass over the training samples.
    """

    runs: tuple[RunInfo, ...]
    plans: tuple[tuple[tuple[int, ...], Plan], ...]
    steps: int
    steps_per_epoch: int

    @property
    def planned(self) -> tuple[int, ...]:
        """Indices of the runs that the plans hold, ascending."""
        return tuple(sorted(index for indices, _ in self.plans for index in indices))

    def processes(self, runs: int) -> int:
        """Return over how many processes so many runs of these models are worth dividing."""
        _, plan = max(self.plans, key=lambda planned: planned[1].model.parameter_count)
        batch = plan.batch_size or plan.data.train.samples
        return worthwhile_processes(plan.model.parameter_count, batch, runs)


def steps_per_epoch(config: ExperimentConfig, samples: int) -> int:
    """Return the updates of one pass over ``samples`` training samples."""
    batch = config.training.batch
    return 1 if batch is None else max(1, math.ceil(samples / batch))


def planned_steps(config: ExperimentConfig, samples: int) -> int:
    """Return the updates that every run does, unless a stop rule ends it."""
    training = config.training
    if training.steps is not None:
        return training.steps
    assert training.epochs is not None
    return training.epochs * steps_per_epoch(config, samples)


def evaluation_interval(config: ExperimentConfig, samples: int) -> int:
    """Return the updates between evaluations: as configured, or about 200 evaluations a run.

    Chosen by the lab, evaluations fall on ends of epochs where a run has at least 20 epochs.

    Examples
    --------
    >>> from lab.experiment_file import default_experiment
    >>> evaluation_interval(default_experiment(), 1257)
    40
    """
    if config.training.evaluate_every:
        return config.training.evaluate_every
    steps, epoch = planned_steps(config, samples), steps_per_epoch(config, samples)
    if steps < 20 * epoch:
        return max(1, round(steps / EVALUATIONS))
    return epoch * max(1, round(steps / epoch / EVALUATIONS))


def _model(config: ExperimentConfig, prepared: PreparedData, card: LossCard) -> MultilayerPerceptron:
    dataset = prepared.dataset
    outputs = output_count(card, loss_task(dataset.task, dataset.outputs), dataset.outputs)
    hidden = config.model.hidden if config.model.name == "mlp" else ()
    return MultilayerPerceptron((dataset.features, *hidden, outputs), config.model.activation)


def plan_sweep(
    config: ExperimentConfig, prepared: PreparedData, device: Device, share: Share | None = None
) -> Sweep:
    """Lay out all runs of an experiment.

    Parameters
    ----------
    config
        The experiment.
    prepared
        Its data; see `prepare_data`.
    device
        Where to compute.
    share
        Plan the runs of this share only; all by default.

    Returns
    -------
    Sweep
        Runs by loss and seed; one plan for each shape of the model (losses may need one output or K).

    Raises
    ------
    ProblemError
        Where a loss is not defined for the data, a stop rule watches what is never measured, or given initial
        values do not fit the model. Remedies are offered.
    ValueError
        Where there are more shares than runs.
    """
    check_losses(config, prepared.dataset)
    check_targets(config, prepared)
    for rule in ("target", "plateau"):
        check_rule(config, prepared, rule)
    check_test_part(config, prepared)
    optimizer, seeds = config.optimizer, config.seeds
    shapes: dict[MultilayerPerceptron, list[int]] = {}
    runs: list[RunInfo] = []
    for place, loss in enumerate(config.losses):
        model = _model(config, prepared, loss.card)
        shapes.setdefault(model, []).append(place)
        rate = optimizer.learning_rate if loss.learning_rate is None else loss.learning_rate
        runs += [
            RunInfo(len(runs) + row, place, seed, float(rate), model.layer_names, model.parameter_count)
            for row, seed in enumerate(seeds.values)
        ]
    for model, losses in shapes.items():
        check_size(model, len(losses) * seeds.count)
    held = set(runs_of(len(config.losses), seeds.count, share or Share()))
    plans: list[tuple[tuple[int, ...], Plan]] = []
    for model, losses in shapes.items():
        chosen = [run for run in runs if run.loss_index in losses and run.index in held]
        if chosen:
            indices = tuple(run.index for run in chosen)
            plan = _plan(config, prepared, device, model, chosen)
            plans.append((indices, _with_kept(plan, indices, drawn_runs(config))))
    samples = prepared.train.samples
    return Sweep(tuple(runs), tuple(plans), planned_steps(config, samples), steps_per_epoch(config, samples))


def drawn_runs(config: ExperimentConfig) -> set[int]:
    """Return the first run of each loss, by its index: those that stand for their loss in pictures."""
    return {loss * config.seeds.count for loss in range(len(config.losses))}


def _with_kept(plan: Plan, indices: tuple[int, ...], drawn: set[int]) -> Plan:
    """Have evaluations hand over the parameters of some runs."""
    evaluations = plan.steps // plan.evaluate_every + 2
    parameters, itemsize = plan.model.parameter_count, np.dtype(plan.precision).itemsize
    kept, every = runs_to_keep(indices, parameters, drawn, evaluations, itemsize)
    last = runs_to_keep_last(len(indices), parameters, itemsize)
    return replace(plan, kept=kept, keep_every=every, kept_last=last)


def _plan(
    config: ExperimentConfig,
    prepared: PreparedData,
    device: Device,
    model: MultilayerPerceptron,
    runs: list[RunInfo],
) -> Plan:
    """Plan some runs of one model shape, in the order of their index."""
    training, optimizer, seeds = config.training, config.optimizer, config.seeds.count
    samples = prepared.train.samples
    steps = planned_steps(config, samples)
    groups: list[LossGroup] = []
    for place in dict.fromkeys(run.loss_index for run in runs):
        loss, rows = config.losses[place], [row for row, run in enumerate(runs) if run.loss_index == place]
        groups.append(LossGroup(loss.make(), loss.scale, slice(rows[0], rows[-1] + 1)))
    schedule = optimizer.schedule
    batch = training.batch
    target, plateau = training.target, training.plateau
    return Plan(
        data=prepared,
        variants=prepared.variant_of_seed[[run.index % seeds for run in runs]],
        model=model,
        initial=_initial(config, model, runs),
        groups=tuple(groups),
        optimizer=make_optimizer(optimizer.name, **optimizer.parameters),
        schedule=make_schedule(schedule.name, steps, schedule.warmup, **schedule.parameters),
        learning_rates=np.array([run.learning_rate for run in runs], dtype=np.float64),
        batch_size=None if batch is None or batch >= samples else batch,
        batch_seeds=tuple(run.seed for run in runs),
        steps=steps,
        evaluate_every=evaluation_interval(config, samples),
        evaluate_test=training.evaluate_test,
        device=device,
        kernels=chosen_kernels(device),
        l1=training.l1,
        l2=training.l2,
        clip=training.clip,
        precision=training.precision,
        divergence=training.divergence,
        target=None if target is None else TargetRule(target.metric, target.value),
        plateau=None if plateau is None else PlateauRule(plateau.metric, plateau.patience, plateau.min_delta),
    )


def _initial(
    config: ExperimentConfig, model: MultilayerPerceptron, runs: list[RunInfo]
) -> NDArray[np.floating]:
    """Draw the initial values (R, P) of some runs, once a seed, in the precision that they train in."""
    initializer = config.model.initializer
    initial = np.empty((len(runs), model.parameter_count), dtype=config.training.precision)
    first: dict[int, int] = {}
    for row, run in enumerate(runs):
        drawn = first.setdefault(run.seed, row)
        initial[row] = (
            draw_initial(model, initializer.name, initializer.parameters, run.seed)
            if drawn == row
            else initial[drawn]
        )
    return initial
