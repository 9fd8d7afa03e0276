"""Runs that go on with other settings: how they are laid out, and what cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from compute.backend import Device
from compute.datasets.prepare import PreparedData
from compute.problems import Problem, ProblemError
from lab.branching import check_same_runs
from lab.config import ExperimentConfig
from lab.experiment_data import Load, Phase, load_data, prepare_change
from lab.messages import Share
from lab.number_text import thousands
from lab.sweep import Sweep, plan_sweep


@dataclass(frozen=True)
class Laid:
    """An experiment laid out for one process, from a step on.

    ``prepared`` are its data, ``share`` and ``device`` what it was laid out for.
    """

    step: int
    config: ExperimentConfig
    prepared: PreparedData
    sweep: Sweep
    device: Device
    share: Share


def lay_out_phases(found: list[Phase], device: Device, share: Share) -> list[Laid]:
    """Lay out all that an experiment trains one after the other; one, unless it branches off.

    Raises
    ------
    ProblemError
        Where a part cannot be trained, or does not follow from the one before.
    """
    laid: list[Laid] = []
    for phase in found:
        sweep = plan_sweep(phase.config, phase.prepared, device, share)
        if laid:
            check_change(laid[-1].sweep, sweep)
            _check_step(phase.step, laid[-1].sweep, sweep)
            sweep = _sharing_initial(laid[-1].sweep, sweep)
        laid.append(Laid(phase.step, phase.config, phase.prepared, sweep, device, share))
    return laid


def lay_out_change(before: Laid, config: ExperimentConfig, load: Load = load_data) -> Laid:
    """Lay out an experiment that runs go on with.

    Parameters
    ----------
    before
        What they are trained with.
    config
        The experiment; where it branches off, its last settings are meant.
    load
        Loads a data set.

    Raises
    ------
    ProblemError
        Why they cannot go on with it.
    """
    config = config.model_copy(update={"branch": None})
    check_same_runs(before.config, config)
    prepared = prepare_change(before.config, before.prepared, config, load)
    sweep = plan_sweep(config, prepared, before.device, before.share)
    check_change(before.sweep, sweep)
    sweep = _sharing_initial(before.sweep, sweep)
    return Laid(before.step, config, prepared, sweep, before.device, before.share)


def check_change(before: Sweep, after: Sweep) -> None:
    """Refuse plans that runs cannot go on by.

    Raises
    ------
    ProblemError
        Where losses need other outputs, or other parts are measured.
    """
    shapes = [_shapes(sweep) for sweep in (before, after)]
    parts = [_measured(sweep) for sweep in (before, after)]
    if shapes[0] != shapes[1]:
        raise ProblemError(
            Problem(
                "Runs cannot go on with losses that need other outputs",
                "The last layer of their models would have another size.",
                "losses",
            )
        )
    if parts[0] != parts[1]:
        raise ProblemError(
            Problem(
                "Runs cannot go on with other parts of the data",
                f"Before, {' and '.join(parts[0])} have samples; after, {' and '.join(parts[1])}.",
                "data.split",
            )
        )


def check_reached(sweep: Sweep, step: int) -> None:
    """Refuse to go on with fewer steps than are done.

    Raises
    ------
    ProblemError
        If more are done than the sweep plans.
    """
    if step > sweep.steps:
        raise ProblemError(
            Problem(
                f"{thousands(step)} steps are done, more than the {thousands(sweep.steps)} to come to",
                "Runs cannot go on with fewer steps than they have done.",
                "training",
            )
        )


def _check_step(step: int, before: Sweep, after: Sweep) -> None:
    """Refuse a branch that does not lie within both what was and what comes."""
    for steps, words in ((before.steps, "before it"), (after.steps - 1, "after it")):
        if step > steps:
            planned = before.steps if words == "before it" else after.steps
            raise ProblemError(
                Problem(
                    f"The branch at step {thousands(step)} is beyond the steps planned {words}",
                    f"{thousands(planned)} steps are planned there; a branch needs an earlier step.",
                    "branch.step",
                )
            )


def _shapes(sweep: Sweep) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(indices, plan.model.sizes) for indices, plan in sweep.plans]


def _measured(sweep: Sweep) -> list[str]:
    return [name for name, part in sweep.plans[0][1].evaluated_parts.items() if part.samples]


def _sharing_initial(before: Sweep, after: Sweep) -> Sweep:
    """Return a sweep whose plans hold the initial values of another, which are not used again."""
    plans = tuple(
        (indices, replace(plan, initial=old.initial))
        for (indices, plan), (_, old) in zip(after.plans, before.plans, strict=True)
    )
    return replace(after, plans=plans)
