"""What a race is run by: its settings, with what the lab chooses where the experiment says nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from compute.datasets import DATASETS
from compute.problems import Problem, ProblemError, Remedy
from lab.branching import refuse_branch
from lab.config import ExperimentConfig, LossConfig
from lab.config_race import TIMES
from lab.loss_labels import loss_labels
from lab.metric_catalogue import METRICS

Task = Literal["classification", "regression"]

GRADIENT_RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Grid for gradient descent: half-decades over what losses of very different scale need."""
ADAPTIVE_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
"""Grid for optimisers that divide by the gradient's size."""
GRADIENT = ("sgd", "momentum", "nesterov")

LARGEST_RATE = 1e6
TARGET_ACCURACY = 0.95
TIME_MARGINS = {"epochs": 2.0, "steps": 0.0, "examples": 0.0, "seconds": 0.0}
SCORE_MARGINS = {"accuracy": 0.005, "r2": 0.01}
OTHER_MARGIN = 0.01


@dataclass(frozen=True)
class RaceTerms:
    """A race's settings, complete.

    Attributes
    ----------
    rates
        The grid, ascending.
    tuning_metric
        What chooses a loss's rate.
    same_rate
        Rate of the race at one rate for all.
    target
        Metric and value that times count to, or ``None``.
    measure
        What is judged by.
    margin
        Differences of the measure up to it do not matter.
    """

    rates: tuple[float, ...]
    tuning_metric: str
    same_rate: float
    target: tuple[str, float] | None
    measure: str
    margin: float

    @property
    def higher_is_better(self) -> bool:
        """Direction of the tuning metric."""
        return METRICS[self.tuning_metric].higher_is_better


def race_task(config: ExperimentConfig) -> Task:
    """Return what is predicted, without loading the data.

    For a file that does not say, it is classes where a loss is defined for nothing else.
    """
    card = DATASETS[config.data.name]
    for said in (config.data.parameters.get("task"), card.task):
        if said == "classification" or said == "regression":
            return said
    numbers = all("regression" in loss.card.tasks for loss in config.losses)
    return "regression" if numbers else "classification"


def race_terms(config: ExperimentConfig) -> RaceTerms:
    """Complete a race's settings.

    Parameters
    ----------
    config
        The experiment, with its part `race`.

    Raises
    ------
    ProblemError
        Where it cannot be raced: a branch, fewer than two losses, losses that differ in nothing that is
        raced, a metric that is not measured, or a time without a target.
    """
    refuse_branch(config, "An experiment that branches off cannot be raced")
    _check_losses(config)
    race, task = config.race, race_task(config)
    part = "validation" if config.data.split.validation else "train"
    name = "accuracy" if task == "classification" else "mse"
    tuning = f"{part}_{name}"
    score = f"test_{name}" if config.data.split.test else tuning
    target = _target(config, task, part)
    measure = race.measure or ("epochs" if target is not None else score)
    if measure in TIMES and target is None:
        raise ProblemError(
            Problem(
                f"There is no target that {measure} could count to",
                "A time is judged to a value of a metric. Give race.target, or judge by a metric.",
                "race.target",
                (Remedy(f"Judge by {METRICS[score].label}", {"race.measure": score}),),
            )
        )
    terms = RaceTerms(
        tuple(sorted(set(race.rates))) or default_rates(config.optimizer.name),
        race.tuning_metric or tuning,
        config.optimizer.learning_rate if race.same_rate is None else race.same_rate,
        target,
        measure,
        default_margin(measure) if race.margin is None else race.margin,
    )
    named = {"race.tuning_metric": (terms.tuning_metric, tuning)}
    if measure not in TIMES:
        named["race.measure"] = (measure, score)
    if target is not None:
        named["race.target_metric"] = (target[0], tuning)
    for where, (metric, usual) in named.items():
        _check_metric(config, task, where, metric, usual)
    return terms


def default_rates(optimizer: str) -> tuple[float, ...]:
    """Return the grid of an optimiser, a half-decade apart."""
    return GRADIENT_RATES if optimizer in GRADIENT else ADAPTIVE_RATES


def check_rates(rates: Sequence[float]) -> None:
    """Refuse learning rates that a grid cannot be extended by.

    Raises
    ------
    ProblemError
        Where one is not a number above 0, up to a million.
    """
    for rate in rates:
        if not 0 < rate <= LARGEST_RATE:
            raise ProblemError(
                Problem(
                    f"A learning rate cannot be {rate:g}",
                    f"It must be a number above 0, up to {LARGEST_RATE:g}.",
                    "race.rates",
                )
            )


def default_margin(measure: str) -> float:
    """Return the difference that does not matter: 2 epochs, 0.005 of accuracy, 0.01 of other scores.

    Steps, examples and seconds have no natural margin: theirs is 0.
    """
    if measure in TIMES:
        return TIME_MARGINS[measure]
    return SCORE_MARGINS.get(measure.partition("_")[2], OTHER_MARGIN)


def contender(loss: LossConfig) -> LossConfig:
    """Return what makes a loss another contender: all but its rate, colour and label."""
    return loss.model_copy(update={"learning_rate": None, "series": 0, "label": ""})


def _check_losses(config: ExperimentConfig) -> None:
    if len(config.losses) < 2:
        raise ProblemError(
            Problem("A race needs at least two losses", "Add a loss to compare with.", "losses")
        )
    seen: list[LossConfig] = []
    for index, loss in enumerate(config.losses):
        if contender(loss) in seen:
            raise ProblemError(
                Problem(
                    f"{loss_labels(config)[index]} is in the race twice"[:80],
                    "The losses differ in their learning rate alone, and a race tunes that for each loss.",
                    f"losses.{index}",
                    (Remedy(f"Remove loss {index + 1}", {"losses.-": index}),),
                )
            )
        seen.append(contender(loss))


def _target(config: ExperimentConfig, task: Task, part: str) -> tuple[str, float] | None:
    """Return the race's target: its own, that of the training, or 95 % accuracy."""
    race, training = config.race, config.training
    usual = f"{part}_{'accuracy' if task == 'classification' else 'mse'}"
    metric = race.target_metric
    if race.target is not None:
        return metric or usual, race.target
    if training.target is not None:
        return metric or training.target.metric, training.target.value
    if training.show_target is not None:
        return metric or usual, training.show_target
    return (metric or usual, TARGET_ACCURACY) if task == "classification" else None


def _check_metric(config: ExperimentConfig, task: Task, where: str, metric: str, usual: str) -> None:
    found = METRICS[metric]
    why = ""
    if task not in found.tasks:
        why = f"It is not measured on {'classes' if task == 'classification' else 'numbers'}."
    elif metric.startswith("validation_") and not config.data.split.validation:
        why = "There is no validation part: its share is 0."
    elif metric.startswith("test_") and not config.data.split.test:
        why = "There is no test part: its share is 0."
    elif metric.endswith("_loss"):
        why = "Each loss has its own; only a metric that all share compares them."
    if why:
        raise ProblemError(
            Problem(
                f"{found.label} cannot decide a race here",
                why,
                where,
                (Remedy(f"Use {METRICS[usual].label}", {where: usual}),),
            )
        )


def with_rates(terms: RaceTerms, rates: tuple[float, ...]) -> RaceTerms:
    """Return the terms with further rates in the grid."""
    return replace(terms, rates=tuple(sorted({*terms.rates, *rates})))
