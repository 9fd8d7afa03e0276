"""What a sweep can vary, how an axis is written in a field, and what it begins with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from lab.config import ExperimentConfig
from lab.config_sweep import AxisConfig
from lab.field_spec import FieldSpec
from lab.form_sections import form
from lab.loss_labels import short_loss_labels
from lab.messages import DataSummary
from lab.number_text import thousands
from lab.sweeping.axes import axis_values

AxisKind = Literal["values", "linear", "log"]
KINDS: tuple[tuple[AxisKind, str], ...] = (
    ("values", "Values"), ("linear", "Evenly apart"), ("log", "By a factor"),
)  # fmt: skip
VARIED = ("float", "int", "bool", "choice", "integers")
"""Kinds of fields that an axis can vary."""
LEFT_OUT = ("seeds.", "data.name", "training.show_target", "training.target", "training.plateau")
"""Fields that vary anyway, or that only make sense together with others."""
FACTOR = 10.0
FIRST_COUNT = 5


@dataclass(frozen=True)
class SweptField:
    """A setting that can vary: its path, its words ("Optimiser · Learning rate"), and its field."""

    path: str
    words: str
    spec: FieldSpec


def swept_fields(config: ExperimentConfig, summary: DataSummary | None = None) -> tuple[SweptField, ...]:
    """Return the settings of an experiment that an axis can vary, in the order of the form."""
    found: list[SweptField] = []
    shorts = short_loss_labels(config)
    for section in form(config, summary):
        fields = [(section.title, field) for field in section.fields]
        fields += [(shorts[loss.index], field) for loss in section.losses for field in loss.fields]
        found += [
            SweptField(field.path, f"{title} · {field.label}", field)
            for title, field in fields
            if field.kind in VARIED and not field.path.startswith(LEFT_OUT)
        ]
    return tuple(found)


def first_axis(field: SweptField) -> AxisConfig:
    """Return the axis that a setting begins with, around what it is now."""
    spec, value = field.spec, field.spec.value
    if spec.kind == "bool":
        return AxisConfig(path=field.path, values=(False, True))
    if spec.kind == "choice":
        others = [choice for choice, _, _ in spec.choices if choice != value]
        return AxisConfig(path=field.path, values=tuple([value, *others] if value else others)[:3])
    if spec.kind == "integers":
        units = tuple(value) or (32,)
        return AxisConfig(path=field.path, values=(units, (*units, units[-1])))
    number = float(value) if isinstance(value, (int, float)) and value else 0.0
    if number <= 0:
        return AxisConfig(path=field.path, values=_from_nothing(spec))
    if spec.kind == "int":
        return AxisConfig(path=field.path, values=tuple(_inside(spec, (int(number), 2 * int(number)))))
    low, high = number / FACTOR, number * FACTOR
    if spec.high is not None:
        high = min(high, spec.high)
    return AxisConfig.model_validate(
        {"path": field.path, "log": {"start": low, "stop": high, "count": FIRST_COUNT}}
    )


def axis_kind(axis: AxisConfig) -> AxisKind:
    """Return how an axis is given."""
    return "linear" if axis.linear is not None else "log" if axis.log is not None else "values"


def axis_texts(axis: AxisConfig) -> tuple[str, ...]:
    """Return what stands in an axis's fields: the values, or start, stop and count of a range."""
    span = axis.linear or axis.log
    if span is not None:
        return (f"{span.start:.12g}", f"{span.stop:.12g}", str(span.count))
    if any(isinstance(value, tuple) for value in axis.values):
        return (f"[{', '.join(_item(value) for value in axis.values)}]",)
    return (" ".join(_item(value) for value in axis.values),)


def axis_argument(path: str, kind: AxisKind, texts: tuple[str, ...]) -> str:
    """Return an axis as `lab.sweeping.axes.parse_axis` reads it.

    >>> axis_argument("training.l2", "log", ("0.001", "1", "4"))
    'training.l2=log(0.001, 1, 4)'
    """
    values = texts[0] if kind == "values" else f"{kind}({', '.join(texts)})"
    return f"{path}={values}"


def turned_axis(axis: AxisConfig, kind: AxisKind) -> AxisConfig:
    """Return an axis given another way; as it is where its values are no range."""
    values = axis_values(axis)
    if kind == axis_kind(axis):
        return axis
    if kind == "values":
        return AxisConfig(path=axis.path, values=values)
    numbers = [float(v) for v in values if isinstance(v, (int, float)) and not isinstance(v, bool)]
    if len(numbers) != len(values) or len(numbers) < 2:
        return axis
    low, high = min(numbers), max(numbers)
    if kind == "log" and low <= 0:
        low = high / FACTOR if high > 0 else 1.0
    if not low < high:
        return axis
    span = {"start": low, "stop": high, "count": len(numbers)}
    return AxisConfig.model_validate({"path": axis.path, kind: span})


def points_of(config: ExperimentConfig) -> int:
    """Return how many combinations of values a sweep has, at most."""
    return math.prod(len(axis_values(axis)) for axis in config.sweep)


def count_words(axis: AxisConfig) -> str:
    """Say how many values an axis has."""
    count = len(axis_values(axis))
    return f"{thousands(count)} value{'' if count == 1 else 's'}"


def axes_edit(axes: tuple[AxisConfig, ...]) -> dict[str, Any]:
    """Return the change of an experiment that gives it these axes."""
    return {"sweep": [axis.model_dump(exclude_defaults=True) for axis in axes]}


def _from_nothing(spec: FieldSpec) -> tuple[float, ...]:
    """Return two values of a setting that is 0 or left out now."""
    low = max(0.0, spec.low or 0.0)
    if spec.kind == "int":
        return (int(low), int(low) + 1)
    high = 0.1 if spec.high is None else min(0.1, spec.high)
    return (high / FACTOR if spec.low_open else low, high)


def _inside(spec: FieldSpec, values: tuple[int, ...]) -> list[int]:
    return [value for value in values if spec.high is None or value <= spec.high]


def _item(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_item(part) for part in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.12g}" if isinstance(value, float) else str(value)
