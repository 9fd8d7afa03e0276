"""How losses are raced, as data: the grid of rates, the seeds of tuning and final, and what is judged by."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from lab.config_checks import Part, not_allowed
from lab.metric_catalogue import METRICS

TIMES = ("steps", "epochs", "examples", "seconds")
"""Measures that count to the target."""

Rate = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]


class SeedsConfig(Part):
    """Seeds of the runs. Run i of every loss starts from the same weights and sees the same batches."""

    first: int = Field(default=0, ge=0, le=2**31)
    count: int = Field(default=3, ge=1, le=4096)

    @property
    def values(self) -> tuple[int, ...]:
        """The seeds."""
        return tuple(range(self.first, self.first + self.count))


def _tuning_metric(value: str) -> str:
    names = tuple(key for key, metric in METRICS.items() if metric.may_steer)
    if value and value not in names:
        raise not_allowed("", value, "one of the evaluated metrics", names)
    return value


def _measure(value: str) -> str:
    names = (*TIMES, *(key for key, metric in METRICS.items() if metric.evaluated))
    if value and value not in names:
        raise not_allowed("", value, "a time or one of the evaluated metrics", names)
    return value


class RaceConfig(Part):
    """A fair race between the losses of an experiment."""

    rates: tuple[Rate, ...] = Field(
        default=(),
        max_length=40,
        strict=False,
        description="Learning rates to tune over; none lets the lab choose for the optimiser",
    )
    tuning_metric: Annotated[str, AfterValidator(_tuning_metric)] = Field(
        default="", description="Metric that chooses each loss's rate; empty lets the lab choose for the data"
    )
    tuning_seeds: SeedsConfig = SeedsConfig(first=1000, count=5)
    seeds: SeedsConfig = SeedsConfig(first=2000, count=20)
    same_rate: Rate | None = Field(
        default=None, description="Rate of the race at one rate for all; by default the optimiser's"
    )
    measure: Annotated[str, AfterValidator(_measure)] = Field(
        default="", description="What is judged by: a time to the target, or a metric"
    )
    target_metric: Annotated[str, AfterValidator(_tuning_metric)] = Field(
        default="", description="Metric that must reach the target"
    )
    target: float | None = Field(
        default=None, allow_inf_nan=False, description="Value that times are counted to"
    )
    margin: float | None = Field(
        default=None, ge=0, allow_inf_nan=False, description="Differences up to it do not matter"
    )

    @model_validator(mode="after")
    def _apart(self) -> Self:
        shared = set(self.tuning_seeds.values) & set(self.seeds.values)
        if shared:
            raise not_allowed(
                "seeds.first",
                self.seeds.first,
                "seeds that tuning does not use",
                (f"from {max(self.tuning_seeds.values) + 1} on",),
            )
        return self
