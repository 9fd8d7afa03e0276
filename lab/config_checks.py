"""Checks that the parts of an experiment share: bounds of a declaration, and choices from a registry."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from compute.declaration import Declaration, Parameter


class Part(BaseModel):
    """A table of the experiment file: immutable, unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _check(parameter: Parameter, value: Any) -> Any:
    """Return the value in the parameter's type, or raise ValueError saying what is allowed."""
    allowed = f"must be {parameter.allowed()}, not {value!r}"
    kind = parameter.kind
    if value is None and parameter.default is None:
        return None
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    types: dict[str, type | tuple[type, ...]] = {
        "float": float, "int": int, "bool": bool, "choice": str, "text": str, "path": str,
        "numbers": (list, tuple), "integers": (list, tuple), "matrix": (list, tuple), "table": dict,
    }  # fmt: skip
    if not isinstance(value, types[kind]) or (kind == "int" and isinstance(value, bool)):
        raise ValueError(allowed)
    if kind == "choice" and value not in dict(parameter.choices):
        raise ValueError(allowed)
    if kind in ("numbers", "integers", "matrix"):
        return _check_numbers(parameter, value, allowed)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise ValueError(allowed)
        low, high = parameter.low, parameter.high
        if low is not None and (value < low or (parameter.low_open and value == low)):
            raise ValueError(allowed)
        if high is not None and (value > high or (parameter.high_open and value == high)):
            raise ValueError(allowed)
    return value


def _check_numbers(parameter: Parameter, value: Any, allowed: str) -> Any:
    def number(item: Any) -> float:
        if isinstance(item, bool) or not isinstance(item, (int, float)) or not math.isfinite(item):
            raise ValueError(allowed)
        low, high = parameter.low, parameter.high
        if low is not None and (item < low or (parameter.low_open and item == low)):
            raise ValueError(allowed)
        if high is not None and (item > high or (parameter.high_open and item == high)):
            raise ValueError(allowed)
        return float(item)

    if parameter.kind == "integers":
        if not all(isinstance(item, int) for item in value):
            raise ValueError(allowed)
        return tuple(int(number(item)) for item in value)
    if parameter.kind == "numbers":
        return tuple(number(item) for item in value)
    if not all(isinstance(row, (list, tuple)) for row in value):
        raise ValueError(allowed)
    return tuple(tuple(number(item) for item in row) for row in value)


class Selection(BaseModel):
    """A choice from a registry, by ``name``, with the chosen thing's own parameters as further keys."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)
    registry: ClassVar[Mapping[str, Declaration]]
    noun: ClassVar[str]
    name: str

    @property
    def declaration(self) -> Declaration:
        """What the registry says of the chosen thing."""
        return self.registry[self.name]

    @property
    def parameters(self) -> dict[str, Any]:
        """Values of the chosen thing's own parameters, defaults filled in."""
        extra = self.model_extra or {}
        return {p.name: extra.get(p.name, p.default) for p in self.declaration.parameters}

    @model_validator(mode="after")
    def _against_declaration(self) -> Self:
        """Check name and parameters, and fill in the defaults, so that equal experiments compare equal."""
        if self.name not in self.registry:
            raise not_allowed("name", self.name, f"one of the known {self.noun}", tuple(self.registry))
        known = {p.name: p for p in self.declaration.parameters}
        extra = self.model_extra
        assert extra is not None
        for key, value in extra.items():
            if key not in known:
                raise PydanticCustomError(
                    "unknown_key",
                    "{key} is not a key of {owner}",
                    {"key": key, "owner": self.name, "keys": (*type(self).model_fields, *known)},
                )
            try:
                extra[key] = _check(known[key], value)
            except ValueError:
                names = tuple(choice for choice, _ in known[key].choices)
                raise not_allowed(key, value, known[key].allowed(), names) from None
        for name, parameter in known.items():
            if name not in extra:
                extra[name] = _frozen(parameter.default)
        return self


def _frozen(value: Any) -> Any:
    """Return lists as tuples, as checked parameters hold them."""
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


def not_allowed(key: str, value: Any, allowed: str, names: tuple[str, ...] = ()) -> PydanticCustomError:
    """Make the error of a value that is not allowed, as data for `lab.config_problems`."""
    context = {"key": key, "value": value, "allowed": allowed, "names": names}
    return PydanticCustomError("not_allowed", "{key} must be {allowed}", context)
