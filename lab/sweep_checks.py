"""What cannot be trained, said before it is tried: losses, stop rules and sizes that do not fit the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from compute.datasets.base import Dataset
from compute.datasets.prepare import PreparedData
from compute.losses import LOSSES
from compute.losses.base import LossCard, Task
from compute.models import MultilayerPerceptron
from compute.problems import Problem, ProblemError, Remedy
from lab.config import ExperimentConfig
from lab.loss_labels import loss_labels
from lab.metric_catalogue import METRICS, stop_metrics, undefined_for

LARGEST_RUNS = 1_000_000_000


def loss_task(task: str, classes: int) -> Task:
    """Return what the targets are to a loss: ``"regression"``, ``"binary"`` or ``"multiclass"``."""
    if task == "regression":
        return "regression"
    return "binary" if classes <= 2 else "multiclass"


def losses_for(task: str, classes: int = 0) -> tuple[str, ...]:
    """Return the names of the losses that are defined for a data set's task, in catalogue order."""
    kind = loss_task(task, classes)
    return tuple(name for name, card in LOSSES.items() if kind in card.tasks)


def check_losses(config: ExperimentConfig, dataset: Dataset) -> None:
    """Refuse a loss that is not defined for the targets of a data set.

    Raises
    ------
    ProblemError
        With losses that fit as remedies.
    """
    kind = loss_task(dataset.task, dataset.outputs)
    what = {
        "regression": "numbers to predict",
        "binary": "two classes",
        "multiclass": f"{dataset.outputs} classes",
    }[kind]
    wrong = [index for index, loss in enumerate(config.losses) if kind not in loss.card.tasks]
    if not wrong:
        _check_class_weights(config, dataset)
        return
    index = wrong[0]
    card = config.losses[index].card
    fitting = losses_for(dataset.task, dataset.outputs)
    remedies = _replacements(config, wrong, fitting)
    if len(config.losses) > 1:
        remedies.append(Remedy(f"Remove {loss_labels(config)[index]}", {"losses.-": index}))
    raise ProblemError(
        Problem(
            f"{card.label} is not defined for {what}",
            f"Its targets are {card.target_domain or 'of another kind'}; "
            f"the data set {dataset.name} has {what}. "
            f"Losses that fit: {_some(fitting)}.",
            f"losses.{index}.name",
            tuple(remedies),
        )
    )


def _check_class_weights(config: ExperimentConfig, dataset: Dataset) -> None:
    """Refuse class weights that are not one for each class of the data set."""
    for index, loss in enumerate(config.losses):
        given = len(loss.parameters.get("class_weights", ()))
        if given in (0, dataset.outputs):
            continue
        where = f"losses.{index}.class_weights"
        raise ProblemError(
            Problem(
                f"{loss_labels(config)[index]} has {given} class weights for {dataset.outputs} classes",
                f"The data set {dataset.name} has {dataset.outputs} classes, and each needs a weight, in the "
                "order of the classes. Without weights all count alike.",
                where,
                (
                    Remedy("Train without class weights", {where: []}),
                    Remedy(f"Weigh all {dataset.outputs} classes 1", {where: [1.0] * dataset.outputs}),
                ),
            )
        )


def _replacements(config: ExperimentConfig, wrong: list[int], fitting: tuple[str, ...]) -> list[Remedy]:
    """Offer losses that fit in the place of those that do not: for all at once, and for the first alone."""
    used = {loss.name for loss in config.losses}
    fitting = tuple(name for name in fitting if LOSSES[name].target_low is None)  # whatever the numbers are
    free = [name for name in fitting if name not in used] or list(fitting)
    remedies = [
        Remedy(f"Use {LOSSES[name].label} instead", {f"losses.{wrong[0]}.name": name}) for name in free[:2]
    ]
    if len(wrong) > 1:
        changes: dict[str, Any] = {}
        for place, index in enumerate(wrong):
            changes[f"losses.{index}" + (".name" if place < len(free) else "")] = (
                free[place] if place < len(free) else None
            )
        labels = [LOSSES[name].short or LOSSES[name].label for name in free[: len(wrong)]]
        words = " and ".join(labels) if len(labels) < 3 else f"{len(labels)} losses that fit"
        remedies.insert(0, Remedy(f"Use {words} instead", changes))
    return remedies[:2]


def _some(names: tuple[str, ...], shown: int = 6) -> str:
    """Say the labels of losses, the first few of many."""
    labels = [LOSSES[name].label for name in names]
    more = f" and {len(labels) - shown} more" if len(labels) > shown + 1 else ""
    return ", ".join(labels[:shown] if more else labels) + more


def check_targets(config: ExperimentConfig, prepared: PreparedData) -> None:
    """Refuse a loss for positive or non-negative numbers where a target, as it is trained on, is not.

    Raises
    ------
    ProblemError
        With targets as they are where these fit, and losses for all numbers, as remedies.
    """
    if prepared.task != "regression":
        return
    lowest = _lowest(prepared, original=False)
    for index, loss in enumerate(config.losses):
        card = loss.card
        if _suits(card, lowest):
            continue
        remedies: list[Remedy] = []
        reason = f"The smallest target is {lowest:.4g}."
        if config.data.preprocessing.targets != "none":
            reason = (
                f"Standardised targets have mean 0, so that some are negative: the smallest is {lowest:.4g}."
            )
            if _suits(card, _lowest(prepared, original=True)):
                remedies.append(
                    Remedy("Leave the targets as they are", {"data.preprocessing.targets": "none"})
                )
        fitting = losses_for(prepared.task)
        remedies += _replacements(config, [index], fitting)[:1]
        if len(config.losses) > 1:
            remedies.append(Remedy(f"Remove {loss_labels(config)[index]}", {"losses.-": index}))
        raise ProblemError(
            Problem(
                f"{card.label} needs targets that are {card.target_domain}",
                reason,
                f"losses.{index}.name",
                tuple(remedies),
            )
        )


def _suits(card: LossCard, lowest: float) -> bool:
    """Whether targets from ``lowest`` on are in a loss's domain."""
    low = card.target_low
    return low is None or lowest > low or (lowest == low and not card.target_low_open)


def _lowest(prepared: PreparedData, original: bool) -> float:
    """Return the smallest target of all parts, as trained on or, but for rounding, in original units."""
    lowest = float("inf")
    for part in (prepared.train, prepared.validation, prepared.test):
        targets = part.targets
        if original:
            shift, scale = prepared.target_shift[:, None], prepared.target_scale[:, None]
            targets = np.round(targets * scale + shift, 9)
        lowest = min(lowest, float(targets.min(initial=np.inf)))
    return lowest


def check_rule(config: ExperimentConfig, prepared: PreparedData, rule: str) -> None:
    """Refuse a stop rule (``"target"`` or ``"plateau"``) that watches what is never measured.

    Raises
    ------
    ProblemError
        Where the metric does not exist for the task or for a part of one sample, or there is no validation
        part to measure it on.
    """
    settings = getattr(config.training, rule)
    if settings is None:
        return
    metric: str = settings.metric
    where = f"training.{rule}.metric"
    if prepared.task not in METRICS[metric].tasks:
        fitting = [
            m
            for m in stop_metrics(prepared.task)
            if m.key.startswith("validation") == metric.startswith("val")
        ]
        raise ProblemError(
            Problem(
                f"{METRICS[metric].label} is not measured on {_task_words(prepared.task)}",
                f"The stop rule would never act. Metrics here: {', '.join(m.key for m in fitting)}.",
                where,
                (
                    Remedy(f"Watch {fitting[0].label}", {where: fitting[0].key}),
                    Remedy("Train without this rule", {f"training.{rule}": None}),
                ),
            )
        )
    if metric.startswith("validation_") and prepared.validation.samples == 0:
        training = metric.replace("validation_", "train_", 1)
        raise _unwatchable(
            "There is no validation part for the stop rule to watch",
            f"{METRICS[metric].label} is watched, but the validation share is 0.",
            rule, training,
        )  # fmt: skip
    samples = {"train": prepared.train.samples, "validation": prepared.validation.samples}
    why = undefined_for(metric, samples)
    if why:
        part, _, name = metric.partition("_")
        other = "train" if part == "validation" else "validation"
        raise _unwatchable(
            f"{METRICS[metric].label} has no value for the stop rule to watch",
            f"{why}. The rule would never act.",
            rule, f"{other}_{name}" if samples[other] > 1 else "",
        )  # fmt: skip


def _unwatchable(title: str, body: str, rule: str, instead: str) -> ProblemError:
    """Return the refusal of a stop rule whose metric is never measured; one that is may be a remedy."""
    where = f"training.{rule}.metric"
    watch = (Remedy(f"Watch {METRICS[instead].label}", {where: instead}),) if instead else ()
    without = Remedy("Train without this rule", {f"training.{rule}": None})
    return ProblemError(Problem(title, body, where, (*watch, without)))


def check_test_part(config: ExperimentConfig, prepared: PreparedData) -> None:
    """Refuse to measure a test part that is empty.

    Raises
    ------
    ProblemError
        Where the test part is to be measured and there is none.
    """
    if not config.training.evaluate_test or prepared.test.samples:
        return
    where = "training.evaluate_test"
    raise ProblemError(
        Problem(
            "There is no test part to measure",
            "The test part is to be measured, but the test share is 0. Give it a share of the data, or "
            "measure the other parts only.",
            where,
            (Remedy("Train without measuring it", {where: False}),),
        )
    )


def _task_words(task: str) -> str:
    return "classes" if task == "classification" else "numbers"


def check_size(model: MultilayerPerceptron, runs: int) -> None:
    """Refuse more parameters than memory holds.

    Raises
    ------
    ProblemError
        Where all runs together have more than `LARGEST_RUNS` parameters.
    """
    if model.parameter_count * runs > LARGEST_RUNS:
        count = model.parameter_count * runs
        raise ProblemError(
            Problem(
                f"{runs} runs of {model.parameter_count} parameters are too many to hold",
                f"Together they have {count} parameters; at most {LARGEST_RUNS} fit. Fewer seeds or smaller "
                "hidden layers would do.",
                "model.hidden",
            )
        )
