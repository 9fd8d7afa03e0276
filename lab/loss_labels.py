"""How the losses of one experiment are called and which colour each has."""

from __future__ import annotations

from collections import Counter
from typing import Any

from lab.config import ExperimentConfig, LossConfig
from lab.custom_formula import NAME


def series_numbers(config: ExperimentConfig) -> tuple[int, ...]:
    """Return the series number (colour and dash, from 1) of each loss: its own, else the first free one."""
    taken = {loss.series for loss in config.losses if loss.series}
    numbers: list[int] = []
    for loss in config.losses:
        number = loss.series
        if not number:
            number = next(i for i in range(1, len(config.losses) + len(taken) + 2) if i not in taken)
            taken.add(number)
        numbers.append(number)
    return tuple(numbers)


def format_number(value: float) -> str:
    """Write a number as short as it can be told apart: 0.5, 1e-05, −2."""
    return f"{value:.6g}".replace("-", "−")


def _differences(loss: LossConfig, others: list[LossConfig]) -> list[str]:
    """Say by which parameters a loss differs from others of the same name."""
    words: list[str] = []
    if loss.name == NAME:
        words += _formula_differences(loss, others)
    else:
        for parameter in loss.declaration.parameters:
            mine = loss.parameters[parameter.name]
            if any(other.parameters[parameter.name] != mine for other in others):
                words.append(f"{parameter.label.lower()} {_shown(mine)}")
    if any(other.learning_rate != loss.learning_rate for other in others):
        rate = loss.learning_rate
        words.append("common rate" if rate is None else f"rate {format_number(rate)}")
    return words


def _formula_differences(loss: LossConfig, others: list[LossConfig]) -> list[str]:
    """Say by which link and parameters a typed formula differs from the same formula."""
    same = [other for other in others if other.card.label == loss.card.label]
    words = []
    if any(other.parameters["link"] != loss.parameters["link"] for other in same):
        words.append(loss.card.link)
    for parameter in loss.card.parameters:
        theirs = [p.default for other in same for p in other.card.parameters if p.name == parameter.name]
        if any(value != parameter.default for value in theirs):
            words.append(f"{parameter.name} {_shown(parameter.default)}")
    return words


def _shown(value: Any) -> str:
    return format_number(value) if isinstance(value, (int, float)) else str(value)


def _labels(config: ExperimentConfig, short: bool) -> tuple[str, ...]:
    labels: list[str] = []
    for loss in config.losses:
        card = loss.card
        label = loss.label
        if not label:
            name = (card.short or card.label) if short else card.label
            factor = "" if loss.scale == 1 else f"{format_number(loss.scale)} × "
            same = [
                o for o in config.losses if o is not loss and (o.name, o.scale) == (loss.name, loss.scale)
            ]
            label = ", ".join([factor + name, *_differences(loss, same)])
        labels.append(label)
    return _numbered(labels)


def _numbered(labels: list[str]) -> tuple[str, ...]:
    """Put a number behind labels that occur more than once; no two results are equal."""
    counts = Counter(labels)
    taken = {label for label, count in counts.items() if count == 1}
    result: list[str] = []
    for label in labels:
        if counts[label] > 1:
            numbered = (f"{label} ({number})" for number in range(1, 2 * len(labels) + 1))
            label = next(text for text in numbered if text not in taken)
            taken.add(label)
        result.append(label)
    return tuple(result)


def loss_labels(config: ExperimentConfig) -> tuple[str, ...]:
    """Return the name of each loss in this experiment, all different: "0.5 × MSE on sigmoid"."""
    return _labels(config, short=False)


def short_loss_labels(config: ExperimentConfig) -> tuple[str, ...]:
    """Return the short name of each loss in this experiment, all different: "CE", "0.5 × MSE sigm"."""
    return _labels(config, short=True)
