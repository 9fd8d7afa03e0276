"""What contenders are judged by: a score of the catalogue, or a time to a target, with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lab.config_race import TIMES
from lab.metric_catalogue import METRICS, metric_of
from lab.number_text import NO_BREAK, value_text


@dataclass(frozen=True)
class Measure:
    """A score, or a time to a target.

    Attributes
    ----------
    key
        Metric key, or one of `lab.config_race.TIMES`.
    label
        "Test accuracy", "Epochs to 95 % validation accuracy".
    unit
        After a number: "epochs"; empty for a score.
    goal
        What a time counts to: "95 % validation accuracy"; empty for a score.
    lower_is_better, percent
        Direction; whether a score is shown in per cent.
    """

    key: str
    label: str
    unit: str = ""
    goal: str = ""
    lower_is_better: bool = True
    percent: bool = False

    @property
    def is_time(self) -> bool:
        """Whether it is a time to a target."""
        return self.key in TIMES

    @property
    def statistic(self) -> Literal["mean", "median"]:
        """What is compared: the median of times, some of which may be infinite; the mean of scores."""
        return "median" if self.is_time else "mean"

    def amount(self, value: float) -> str:
        """Write a difference's size: "9 epochs", "1 epoch", "1.2 points" (of per cent), "0.012"."""
        value = abs(value)
        if self.percent:
            points = value_text(100 * value, digits=2) if value else "0"
            return f"{points} points" if points != "1" else "1 point"
        text = value_text(value)
        if not self.unit:
            return text
        if value == int(value) and value < 1e6:
            text = value_text(value) if value >= 1000 else str(int(value))
        elif self.is_time and value < 1000:
            text = f"{value:.1f}" if value < 100 else f"{value:.0f}"
        return f"{text} {self.unit.removesuffix('s') if text == '1' else self.unit}"


def goal_words(metric: str, value: float) -> str:
    """Write a target: "95 % validation accuracy", "a validation MSE of 0.3"."""
    found = metric_of(metric)
    name = lowered(found.label)
    if found.percent:
        return f"{100 * value:g}{NO_BREAK}% {name}"
    return f"a {name} of {value_text(value)}"


def measure_of(key: str, target: tuple[str, float] | None = None) -> Measure:
    """Return a measure by its key.

    Parameters
    ----------
    key
        A metric key, or one of `lab.config_race.TIMES`.
    target
        Metric key and value that a time counts to.

    Raises
    ------
    KeyError
        For an unknown metric.
    ValueError
        For a time without a target.
    """
    if key in TIMES:
        if target is None:
            raise ValueError(f"{key} count to a target, and there is none")
        goal = goal_words(*target)
        return Measure(key, f"{key.capitalize()} to {goal}", key, goal)
    metric = METRICS.get(key) or metric_of(key)
    return Measure(key, metric.label, "", "", not metric.higher_is_better, metric.percent)


def lowered(label: str) -> str:
    """Return a label as it stands within a sentence: "validation NLL"."""
    first = label.split(" ", 1)[0]
    return label if first.isupper() and len(first) > 1 else label[:1].lower() + label[1:]
