"""Every recorded and evaluated quantity: key, label, direction and how it is best shown."""

from __future__ import annotations

import math
from collections.abc import Mapping

from lab.field_spec import Metric
from lab.run_facts import DataSummary

_CLASSES = ("classification",)
_NUMBERS = ("regression",)


def _recorded() -> dict[str, Metric]:
    metrics = (
        Metric("objective", "Objective", "Objective", False, log_suggested=True,
               help="Mean loss of the batch plus penalty: what the run minimises."),
        Metric("loss", "Training loss", "Loss", False, log_suggested=True,
               help="Mean loss of the batch, with its scale, without penalty."),
        Metric("gradient_norm", "Gradient norm", "Grad. norm", False, log_suggested=True,
               help="L2 norm of the objective's gradient, all parameters, before clipping and update."),
        Metric("parameter_norm", "Parameter norm", "Param. norm", False,
               help="L2 norm over all parameters."),
        Metric("learning_rate", "Learning rate", "Rate", False,
               help="The rate of the update, with schedule and warm-up."),
    )  # fmt: skip
    return {metric.key: metric for metric in metrics}


def _evaluated() -> dict[str, Metric]:
    metrics: dict[str, Metric] = {}
    for split, word, short in (
        ("validation", "Validation", "Val."),
        ("train", "Training", "Train"),
        ("test", "Test", "Test"),
    ):

        def add(
            key: str,
            name: str,
            brief: str,
            tasks: tuple[str, ...],
            *,
            higher: bool = False,
            percent: bool = False,
            log: bool = False,
            text: str = "",
            split: str = split,
            word: str = word,
            short: str = short,
        ) -> None:
            metrics[f"{split}_{key}"] = Metric(
                f"{split}_{key}",
                f"{word} {name}",
                f"{short} {brief}",
                higher,
                percent,
                log,
                tasks,
                True,
                text,
            )

        add(
            "accuracy",
            "accuracy",
            "accuracy",
            _CLASSES,
            higher=True,
            percent=True,
            text="Share of samples whose most probable class is right; ties count for the lower class.",
        )
        add(
            "nll",
            "NLL",
            "NLL",
            (*_CLASSES, *_NUMBERS),
            log=True,
            text="Mean negative log-likelihood: −log p of the true class, or of a Gaussian with the "
            "deviation of the training residuals.",
        )
        add(
            "brier",
            "Brier score",
            "Brier",
            _CLASSES,
            log=True,
            text="Mean squared distance between class probabilities and the true class, summed over classes.",
        )
        add(
            "ece",
            "calibration error",
            "ECE",
            _CLASSES,
            percent=True,
            text="Expected calibration error: how far the confidence in the predicted class lies from the "
            "share that is right, in 15 equal bins of confidence, averaged over samples.",
        )
        add(
            "mse",
            "MSE",
            "MSE",
            _NUMBERS,
            log=True,
            text="Mean squared error, summed over outputs, in the units that the model is trained in.",
        )
        add(
            "mae",
            "MAE",
            "MAE",
            (*_CLASSES, *_NUMBERS),
            log=True,
            text="Mean absolute error, summed over classes or outputs.",
        )
        add("r2", "R²", "R²", _NUMBERS, higher=True,
            text="Share of the targets' variance that is explained; not defined for one sample.")  # fmt: skip
        add("loss", "own loss", "loss", (*_CLASSES, *_NUMBERS), log=True,
            text="The run's own loss, with its scale; not comparable between losses.")  # fmt: skip
    return metrics


METRICS: dict[str, Metric] = {**_recorded(), **_evaluated()}


def metric_of(key: str) -> Metric:
    """Return what is known about a metric key; ``gradient_norm/2`` is the gradient norm of layer 2.

    Raises
    ------
    KeyError
        Where the key is unknown.
    """
    base, _, layer = key.partition("/")
    metric = METRICS[base]
    if not layer:
        return metric
    if base != "gradient_norm":
        raise KeyError(key)
    label = f"{metric.label}, layer {int(layer) + 1}"
    return Metric(key, label, f"{metric.short} {int(layer) + 1}", False, log_suggested=True, help=metric.help)


def bounds_of(key: str) -> tuple[float, float] | None:
    """Return between which values a metric lies, or ``None`` where there are no bounds to draw."""
    name = key.partition("_")[2]
    return {"accuracy": (0.0, 1.0), "ece": (0.0, 1.0), "r2": (-math.inf, 1.0)}.get(name)


def stop_metrics(task: str) -> tuple[Metric, ...]:
    """Return the evaluated metrics of a task, those a stop rule can watch, validation first; none of test."""
    return tuple(m for m in METRICS.values() if m.may_steer and task in m.tasks)


def undefined(summary: DataSummary | None, key: str) -> str:
    """Say why a metric has no value on some data; empty where it has one."""
    if summary is None:
        return ""
    return undefined_for(key, {part: getattr(summary, part) for part in ("train", "validation", "test")})


def undefined_for(key: str, samples: Mapping[str, int]) -> str:
    """Say why a metric has no value on parts of so many samples; empty where it has one.

    R² relates the squared error to the variance of a part's targets, and one sample has none.
    """
    part, _, name = key.partition("_")
    if name != "r2" or samples.get(part) != 1:
        return ""
    word = {"train": "training"}.get(part, part)
    return f"R² is not defined for one sample, and the {word} part has no more"
