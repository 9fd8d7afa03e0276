"""Fields of a form made from declarations and from the fixed fields of the configuration."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from compute.declaration import Declaration, Parameter
from lab.config_checks import Selection
from lab.config_fields import field_parameter
from lab.field_spec import FieldKind, FieldSpec

_RARE = frozenset(
    {
        "bias_scale",
        "epsilon",
        "delimiter",
        "decimal",
        "header",
        "quotes",
        "encoding",
        "ignore",
        "effective_rank",
    }
)
Choices = tuple[tuple[str, str, str], ...]


def registry_choices(registry: Mapping[str, Declaration]) -> Choices:
    """Return everything of a registry as the choices of a field."""
    return tuple((name, card.label, card.help) for name, card in registry.items())


def _round_up(value: float) -> float:
    """Return the next of 1, 2, 5 × a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * (1 - 1e-9))


def _slider_range(parameter: Parameter) -> tuple[float | None, float | None]:
    """Return a useful range about the default where the bounds are much wider."""
    if not parameter.slider:
        return None, None
    default = float(parameter.default or 0)
    low, high = parameter.low, parameter.high
    if parameter.slider == "log":
        middle = default if default > 0 else 1.0
        lowest, highest = middle / 100, middle * 100
        return max(lowest, low or 0), highest if high is None else min(highest, high)
    widest = _round_up(max(4 * abs(default), 1.0))
    return low if low is not None else -widest, widest if high is None else min(widest, high)


def field_of(path: str, parameter: Parameter, value: Any, **changes: Any) -> FieldSpec:
    """Make the field of a declared parameter; ``changes`` replace what the declaration says.

    Parameters
    ----------
    path
        Where it stands in the experiment.
    parameter
        Its declaration.
    value
        What it holds now.
    """
    kind: FieldKind = parameter.kind
    low, high = _slider_range(parameter)
    empty = ""
    if parameter.kind in ("numbers", "matrix") and parameter.default in ((), []):
        empty = "all"
    settings: dict[str, Any] = {
        "default": parameter.default,
        "low": parameter.low,
        "high": parameter.high,
        "low_open": parameter.low_open,
        "high_open": parameter.high_open,
        "choices": tuple((key, label, "") for key, label in parameter.choices),
        "unit": parameter.unit,
        "help": parameter.help,
        "slider": parameter.slider,
        "slider_low": low,
        "slider_high": high,
        "optional": parameter.default is None,
        "empty_text": "automatic" if parameter.default is None else empty,
        "allowed": parameter.allowed(),
    }
    settings.update(changes)
    kind = settings.pop("kind", kind)
    return FieldSpec(path, settings.pop("label", parameter.label), kind, value, **settings)


def fixed_field(
    part: BaseModel | type[BaseModel], path: str, label: str, value: Any = None, **changes: Any
) -> FieldSpec:
    """Make the field of a fixed key of the configuration, with the bounds it is checked against.

    Parameters
    ----------
    part
        The part of the experiment that holds the key, or its type where the part is left out.
    path
        Where it stands; its last key names the field.
    label
        What stands beside it.
    value
        What it holds, where that is not in ``part``.
    """
    owner = part if isinstance(part, type) else type(part)
    name = path.rpartition(".")[2]
    parameter, optional = field_parameter(owner, name)
    if value is None and isinstance(part, BaseModel):
        value = getattr(part, name)
    help_text = parameter.help if not parameter.help or parameter.help.endswith(".") else parameter.help + "."
    settings = {"label": label, "optional": optional, "empty_text": "", "help": help_text, **changes}
    return field_of(path, parameter, value, **settings)


def own_fields(selection: Selection, path: str) -> tuple[FieldSpec, ...]:
    """Return the fields of the selected thing's own parameters, those only that apply now."""
    values = selection.parameters
    fields: list[FieldSpec] = []
    for parameter in selection.declaration.parameters:
        if parameter.visible_when is not None:
            sibling, allowed = parameter.visible_when
            if values.get(sibling) not in allowed:
                continue
        value = values[parameter.name]
        rare = (parameter.name in _RARE or parameter.default == ()) and value == parameter.default
        fields.append(field_of(f"{path}.{parameter.name}", parameter, value, advanced=rare))
    return tuple(fields)
