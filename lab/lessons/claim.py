"""A claim of a lesson as data: a sentence, how its number is measured, and what is expected."""

from __future__ import annotations

import math
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from lab.config_checks import Part, not_allowed
from lab.lessons.measures import check_measure
from lab.lessons.seed_values import MeasureError

Number = Annotated[float, Field(allow_inf_nan=False, strict=False)]
Wanted = Annotated[float, Field(strict=False)]
"""A number that may also be infinite or nan, where that is just what is claimed."""


def _measure(text: str) -> str:
    try:
        check_measure(text)
    except MeasureError as error:
        raise PydanticCustomError(
            "not_allowed",
            "{key} must be {allowed}",
            {"key": "", "value": text, "allowed": "a measure", "names": (), "why": str(error)},
        ) from None
    return text


class Claim(Part):
    """A statement with a number that the lesson's runs and views must bear out.

    Attributes
    ----------
    say
        The statement; ``{measured}`` stands for the number found.
    measure
        How the number is got from runs and views; see `lab.lessons.measures`.
    value, within
        What it must be, and how far off it may be; ``inf`` and ``nan`` must be just that.
    relative
        Whether ``within`` is a share of ``value``.
    low, high
        Bounds, either may be missing.
    """

    say: str = Field(min_length=1, max_length=400)
    measure: Annotated[str, AfterValidator(_measure)] = Field(max_length=600)
    value: Wanted | None = None
    within: Annotated[Number, Field(ge=0)] = 0.0
    relative: bool = False
    low: Number | None = None
    high: Number | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.value is None and self.low is None and self.high is None:
            raise not_allowed("measure", self.measure, "held against something: give it value, low or high")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise not_allowed("low", self.low, f"at most high, which is {self.high:g}")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and largest number that bears the claim out."""
        low = -float("inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        if self.value is not None and math.isfinite(self.value):
            room = self.within * (abs(self.value) if self.relative else 1)
            low, high = max(low, self.value - room), min(high, self.value + room)
        return low, high

    def allows(self, number: float) -> bool:
        """Return whether a number bears the claim out."""
        if self.value is not None and math.isnan(self.value):
            return math.isnan(number)
        if self.value is not None and math.isinf(self.value):
            return number == self.value
        low, high = self.bounds
        return low <= number <= high
