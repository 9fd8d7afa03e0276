"""Read what `lab.config` says of its fixed fields: kind, bounds, choices and default, as a `Parameter`."""

from __future__ import annotations

import types
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from compute.declaration import Kind, Parameter

_KINDS: dict[Any, Kind] = {float: "float", int: "int", bool: "bool", str: "text"}


def _unpack(annotation: Any) -> tuple[Any, list[Any], bool]:
    """Return the plain type, its constraints and whether ``None`` is allowed."""
    constraints: list[Any] = []
    optional = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *extra = get_args(annotation)
            for item in extra:
                constraints.extend(item.metadata if isinstance(item, FieldInfo) else [item])
        elif origin in (Union, types.UnionType):
            arms = [arm for arm in get_args(annotation) if arm is not type(None)]
            optional = optional or len(arms) < len(get_args(annotation))
            annotation = arms[0]
        else:
            return annotation, constraints, optional


def field_parameter(model: type[BaseModel], name: str) -> tuple[Parameter, bool]:
    """Describe one fixed field of a part of the experiment.

    Returns
    -------
    parameter
        Kind, bounds, choices, default and help. Tuples of numbers are ``numbers`` whose bounds hold for
        every item.
    optional
        Whether it can be left out (``None``).

    Raises
    ------
    KeyError
        Where the part has no such field.
    """
    info = model.model_fields[name]
    plain, constraints, optional = _unpack(info.annotation)
    constraints = [*constraints, *info.metadata]
    kind: Kind = _KINDS.get(plain, "text")
    choices: tuple[tuple[str, str], ...] = ()
    if get_origin(plain) is Literal:
        kind, choices = "choice", tuple((str(value), str(value)) for value in get_args(plain))
    elif get_origin(plain) is tuple:
        _, inner, _ = _unpack(get_args(plain)[0])
        kind, constraints = "numbers", inner
    low = high = None
    low_open = high_open = False
    for constraint in constraints:
        for key in ("ge", "gt"):
            if getattr(constraint, key, None) is not None:
                low, low_open = float(getattr(constraint, key)), key == "gt"
        for key in ("le", "lt"):
            if getattr(constraint, key, None) is not None:
                high, high_open = float(getattr(constraint, key)), key == "lt"
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return Parameter(
        name, name, kind, default, low, high, low_open, high_open, choices, help=info.description or ""
    ), optional


def holds_whole_numbers(model: type[BaseModel], name: str) -> bool:
    """Whether a field that is a list of numbers takes whole ones only."""
    plain, _, _ = _unpack(model.model_fields[name].annotation)
    return _unpack(get_args(plain)[0])[0] is int


def holds_numbers(model: type[BaseModel], name: str) -> bool:
    """Whether a field that is a list holds numbers, and not texts."""
    plain, _, _ = _unpack(model.model_fields[name].annotation)
    return _unpack(get_args(plain)[0])[0] is not str
