"""Axes of a sweep, as data: a setting and the values that it takes."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from lab.config_checks import Part, not_allowed

MOST_VALUES = 1000

Bound = Annotated[float, Field(allow_inf_nan=False)]


class RangeConfig(Part):
    """Values from ``start`` to ``stop``, both included, evenly apart."""

    start: Bound
    stop: Bound
    count: int = Field(ge=2, le=MOST_VALUES)


class LogRangeConfig(Part):
    """Values from ``start`` to ``stop``, both included, each the same multiple of the one before."""

    start: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    stop: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    count: int = Field(ge=2, le=MOST_VALUES)


class AxisConfig(Part):
    """One axis: the path of a setting with a list, an even or a logarithmic range of values."""

    path: str = Field(min_length=1, max_length=200, description="Setting that varies")
    values: tuple[Any, ...] = Field(
        default=(), max_length=MOST_VALUES, strict=False, description="Its values"
    )
    linear: RangeConfig | None = Field(default=None, description="Values evenly apart")
    log: LogRangeConfig | None = Field(default=None, description="Values a constant factor apart")

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, table: Any) -> Any:
        """Hold values as tuples throughout, so that equal axes compare equal."""
        if isinstance(table, dict) and isinstance(table.get("values"), (list, tuple)):
            return {**table, "values": _frozen(table["values"])}
        return table

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [bool(self.values), self.linear is not None, self.log is not None]
        if sum(given) != 1:
            raise not_allowed(
                "values", list(self.values), "the only one of values, linear and log, and not empty"
            )
        return self


NO_AXES: tuple[AxisConfig, ...] = ()


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value
